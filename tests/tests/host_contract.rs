//! One contract, two hosts (docs/host-contract.md): the same scripts run with main in the built-in engine and in Node, and have
//! to print the same lines.
//!
//! The apps of `fixtures/electron` run in the built-in engine for `electron.rs`; here they run in Node, against the same
//! expectations. Those of `fixtures/contract` are about the contract alone and run here in both.

mod common;
#[path = "host_contract/direct.rs"]
mod direct;

use std::fs;
use std::path::Path;

use common::{App, Ended};
use ipc_tests::node::{addon, node};

const LEFT_OUT: &str = "the contract of main's hosts";

/// Runs an app of the fixtures with main in Node; `None` where that cannot be had.
fn in_node(name: &str, arguments: &[&str]) -> Option<Ended> {
    node(LEFT_OUT)?;
    let addon = addon(Path::new(env!("CARGO_BIN_EXE_main_fixture")), LEFT_OUT)?;
    let app = App::fixture(&format!("{name}.js")).option("--main").option("node").variable("DIPOLE_ADDON", addon);
    Some(arguments.iter().fold(app, |app, argument| app.argument(argument)).run())
}

/// Requires the lines of `NAME.txt` and the exit code. Lines that begin with one of `engines` are the engine's own business.
#[track_caller]
fn keeps(ended: &Ended, name: &str, code: i32, engines: &[&str]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name).with_extension("txt");
    let expected = fs::read_to_string(file).expect("what is expected");
    let lines = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !engines.iter().any(|start| line.starts_with(start))).map(str::to_owned).collect()
    };
    assert_eq!(lines(&ended.stdout), lines(&expected), "{name}: {ended:#?}");
    assert_eq!(ended.code, Some(code), "{name}: {ended:#?}");
}

#[track_caller]
fn node_keeps(name: &str, code: i32, engines: &[&str]) {
    let name = format!("electron/{name}");
    if let Some(ended) = in_node(&name, &[]) {
        keeps(&ended, &name, code, engines);
    }
}

#[track_caller]
fn both_keep(name: &str, code: i32) {
    let name = format!("contract/{name}");
    keeps(&App::fixture(&format!("{name}.js")).run(), &name, code, &[]);
    if let Some(ended) = in_node(&name, &[]) {
        keeps(&ended, &name, code, &[]);
    }
}

#[test]
fn messages_of_a_link_come_in_their_order_and_answers_between_them() {
    both_keep("order", 0);
}

#[test]
fn what_comes_to_a_blocked_page_keeps_its_order_and_so_do_answers() {
    both_keep("blocked", 0);
}

#[test]
fn every_call_is_answered_once_whatever_a_handler_does() {
    both_keep("answers", 0);
}

#[test]
fn what_is_no_object_arrives_as_other_values_do_whatever_way_it_goes() {
    both_keep("short", 0);
}

#[test]
fn ticks_and_promise_jobs_of_a_listener_run_before_the_next_message() {
    both_keep("jobs", 0);
}

#[test]
fn after_exit_nothing_of_main_runs() {
    both_keep("exit", 5);
}

#[test]
fn an_app_that_wants_to_be_started_again_is_when_it_has_ended() {
    both_keep("relaunch", 7);
}

#[test]
fn the_end_of_a_process_is_told_after_all_that_it_has_sent() {
    both_keep("ends", 0);
}

#[test]
fn quitting_asks_every_window_and_tells_of_its_steps() {
    both_keep("quit", 3);
}

#[test]
fn errors_and_rejections_that_nobody_catches_are_told_apart_and_the_last_one_gives_the_exit_code() {
    both_keep("uncaught", 1);
}

#[test]
fn an_app_is_idle_when_nothing_waits_in_any_process() {
    let run = |app: App| app.option("--until-idle").run();
    keeps(&run(App::fixture("contract/idle.js")), "contract/idle", 0, &[]);
    let found = node(LEFT_OUT).and_then(|_| addon(Path::new(env!("CARGO_BIN_EXE_main_fixture")), LEFT_OUT));
    let Some(addon) = found else { return };
    let app = App::fixture("contract/idle.js").option("--main").option("node").variable("DIPOLE_ADDON", addon);
    keeps(&run(app), "contract/idle", 0, &[]);
}

#[test]
fn a_thousand_mixed_calls_come_in_order_in_node_too() {
    let name = "electron/order/main";
    if let Some(ended) = in_node(name, &["48271"]) {
        keeps(&ended, name, 0, &[]);
    }
}

#[test]
fn ipc_main_is_the_same_in_node() {
    node_keeps("ipc-main/main", 0, &[]);
    node_keeps("send-sync/main", 0, &[]);
    node_keeps("events/main", 0, &[]);
}

#[test]
fn ports_and_streams_are_the_same_in_node() {
    node_keeps("ports/main", 0, &[]);
    node_keeps("streams/main", 0, &[]);
}

#[test]
fn values_are_the_same_in_node() {
    // 19: Node 20 has no `ArrayBuffer.prototype.transfer`, with which that row begins.
    node_keeps("clone/main", 0, &["19 "]);
    node_keeps("sizes/main", 0, &[]);
    node_keeps("transfer/main", 0, &[]);
}

#[test]
fn pages_load_navigate_and_end_the_same_in_node() {
    node_keeps("web-contents/main", 0, &[]);
    // 19: Node has a network, on which nobody answers.
    node_keeps("navigation/main", 0, &["19 "]);
    node_keeps("protocol/main", 0, &[]);
    node_keeps("life/main", 0, &[]);
}

#[test]
fn apps_quit_stay_and_prevent_their_end_the_same_in_node() {
    node_keeps("life/quit", 0, &[]);
    node_keeps("life/stay", 123, &[]);
    node_keeps("life/prevent", 0, &[]);
}

#[test]
fn utility_processes_in_node_run_talk_and_end() {
    node_keeps("utility/main", 0, &[]);
}

#[test]
fn what_utility_processes_in_node_print_goes_where_main_says() {
    node_keeps("stdio/main", 0, &[]);
}

#[test]
fn what_calls_exit_in_a_utility_process_in_node_is_the_last_that_runs_there() {
    node_keeps("exit/main", 0, &[]);
}

/// An app of these files with main in Node, run to its end: that of all that it has started, as they keep its output open.
fn node_runs(files: &[(&str, &str)]) -> Option<Ended> {
    node(LEFT_OUT)?;
    let addon = addon(Path::new(env!("CARGO_BIN_EXE_main_fixture")), LEFT_OUT)?;
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    Some(App::at(folder.path()).option("--main").option("node").variable("DIPOLE_ADDON", addon).run())
}

#[test]
fn a_utility_process_in_node_ends_with_a_main_that_is_killed_or_quits() {
    let child = ("child.js", "setInterval(() => {}, 1000); process.parentPort.postMessage('runs')");
    for (end, code) in [("process.kill(process.pid, 'SIGKILL')", 137), ("app.quit()", 0)] {
        let main = format!(
            "const {{ app, utilityProcess }} = require('electron');
             app.whenReady().then(() => utilityProcess.fork(__dirname + '/child.js').on('message', () => {{ {end} }}))"
        );
        let Some(ended) = node_runs(&[("index.js", &main), child]) else { return };
        assert_eq!(ended.code, Some(code), "{end}: {ended:#?}");
    }
}

#[test]
fn a_utility_process_in_node_has_nodes_options_modules_and_an_empty_input() {
    let main = "const { app, utilityProcess } = require('electron');
        app.whenReady().then(() => utilityProcess.fork(__dirname + '/child.mjs', ['a', 'b'], { execArgv: ['--max-old-space-size=77'] })
          .on('message', (text) => console.log(text)).on('exit', (code) => { console.log(code); app.exit() }))";
    let child = "import v8 from 'node:v8'; import { readFileSync } from 'node:fs'; import { execSync } from 'node:child_process';
        import { net } from 'electron';
        await new Promise((later) => setTimeout(later, 1));
        const limit = v8.getHeapStatistics().heap_size_limit;
        const facts = [process.type, process.execArgv, process.argv.slice(2), limit < 200e6, typeof net.fetch,
          readFileSync(0).length, String(execSync('cat', { stdio: ['inherit', 'pipe', 'inherit'] })), typeof globalThis.require];
        process.parentPort.postMessage(JSON.stringify(facts));";
    let Some(ended) = node_runs(&[("index.js", main), ("child.mjs", child)]) else { return };
    let facts = r#"["utility",["--max-old-space-size=77"],["a","b"],true,"function",0,"","undefined"]"#;
    ended.prints(&[facts, "0"]);
}
