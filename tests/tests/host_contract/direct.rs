//! Direct links of utility processes, which are Node where main is.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::common::{App, Ended};
use crate::{LEFT_OUT, addon, node};

const FIXTURE: &str = env!("CARGO_BIN_EXE_renderer_fixture");

fn in_node(app: App) -> Option<App> {
    node(LEFT_OUT)?;
    let addon = addon(Path::new(env!("CARGO_BIN_EXE_main_fixture")), LEFT_OUT)?;
    Some(app.option("--main").option("node").variable("DIPOLE_ADDON", addon))
}

fn app(check: &str) -> App {
    App::fixture("contract/direct/main.js").argument(check)
}

/// The app's line for each pair of processes.
fn lines(each: &str) -> Vec<String> {
    let pairs = ["a page and a utility process", "a utility process and a page", "two utility processes"];
    pairs.map(|pair| format!("{pair}: {each}")).to_vec()
}

#[track_caller]
fn printed(ended: &Ended, each: &str) {
    let mut printed: Vec<_> = ended.stdout.lines().collect();
    // Those that talk at the same time come to their end in any order.
    printed.sort_unstable();
    assert_eq!(printed, lines(each), "{ended:#?}");
    assert_eq!(ended.code, Some(0), "{ended:#?}");
}

#[track_caller]
fn both_print(check: &str, each: &str) {
    printed(&app(check).run(), each);
    node_prints(check, each);
}

#[track_caller]
fn node_prints(check: &str, each: &str) {
    if let Some(app) = in_node(app(check)) {
        printed(&app.run(), each);
    }
}

#[test]
fn utility_processes_talk_to_pages_and_to_each_other_while_main_is_busy() {
    both_print("busy", "500 answers while main did nothing else");
}

#[test]
fn utility_processes_get_every_message_in_order_while_the_way_changes() {
    both_print("order", "0,0 out of order");
}

#[test]
fn what_is_posted_in_one_turn_to_a_slow_utility_process_arrives_whole_and_in_order() {
    both_print("turn", "0 of 60000 out of order");
}

#[test]
fn a_utility_process_that_is_killed_closes_its_ports_behind_all_it_has_posted() {
    both_print("kill", "1000 messages, then closed");
}

#[test]
fn what_waits_for_credit_when_a_utility_process_exits_still_arrives() {
    both_print("exit", "5000 messages, then closed");
}

#[test]
fn what_waits_for_credit_still_arrives_when_a_listener_of_its_port_exits() {
    both_print("leave", "5000 messages, then closed");
}

#[test]
fn a_port_of_a_utility_process_closes_behind_its_last_message() {
    both_print("close", "one two closed, one two closed");
}

#[test]
fn ports_move_over_the_direct_links_of_utility_processes() {
    both_print("move", "early late later");
}

#[test]
fn utility_processes_pass_on_what_comes_for_ports_that_have_moved_on() {
    both_print("forward", "0 1 2 3 4 5 6 7 8 9 back closed");
}

#[test]
fn much_data_at_once_arrives_whole_in_utility_processes() {
    both_print("much", "48 messages of 1 MiB, 0 of them broken");
}

#[test]
fn one_whose_messages_a_utility_process_does_not_take_is_told_and_goes_on() {
    both_print("deaf", "told, goes on, and so does the other behind a few messages");
}

#[test]
fn no_direct_link_keeps_a_utility_process_in_node_that_has_nothing_to_do() {
    node_prints("ends", "3000 messages, then closed, code 0");
}

#[test]
fn an_app_is_not_idle_while_utility_processes_talk_past_main() {
    for (check, each) in [("idle", "20 times there and back"), ("chatter", "2000 times there and back")] {
        printed(&app(check).until_idle(), each);
        if let Some(app) = in_node(app(check)) {
            printed(&app.until_idle(), each);
        }
    }
}

/// A program in that folder that is the fixture in a mode of its own.
fn renderer(folder: &Path, name: &str, arguments: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\nexec '{FIXTURE}' {arguments}\n")).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("its owner");
    path
}

/// An app whose pages are the renderer of the tests: its utility process is given one end of a channel, its page the other
/// one on a channel of that name.
fn beside(page: &str, child: &str, main: &str, program: PathBuf) -> Option<Ended> {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!(
        "const {{ app, BrowserWindow, ipcMain, utilityProcess, MessageChannelMain }} = require('electron');
         app.whenReady().then(() => {{
           const window = new BrowserWindow();
           window.loadURL('about:blank').catch(() => {{}});
           const child = utilityProcess.fork(__dirname + '/child.js');
           const join = () => {{
             const {{ port1, port2 }} = new MessageChannelMain();
             child.postMessage('port', [port1]);
             window.webContents.postMessage('{page}', null, [port2]);
           }};
           join();
           {main}
         }});"
    );
    std::fs::write(folder.path().join("main.js"), text).expect("a file");
    std::fs::write(folder.path().join("child.js"), child).expect("a file");
    let app = App::at(folder.path().join("main.js")).variable("DIPOLE_RENDERER", program);
    Some(in_node(app)?.run())
}

#[test]
fn a_utility_process_in_node_and_a_renderer_in_rust_talk_while_main_is_busy() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("done");
    let child = format!(
        "process.parentPort.on('message', ({{ data, ports: [port] }}) => {{
           let count = 0;
           if (data === 'port') {{
             globalThis.peer = port;
             port.on('message', ({{ data }}) => {{
               if (++count === 300) require('fs').writeFileSync({file:?}, data); else port.postMessage('hello');
             }});
             port.start();
           }}
           if (data === 'begin') peer.postMessage('hello');
           process.parentPort.postMessage('done');
         }});"
    );
    // Once both have answered three times, each step on the way to a direct link has been taken.
    let main = format!(
        "const once = (from, name) => new Promise((done) => from.once(name, done));
         (async () => {{
           for (let round = 0; round < 3; round++) {{
             const both = [once(ipcMain, 'pong'), once(child, 'message')];
             window.webContents.send('ping');
             child.postMessage('ping');
             await Promise.all(both);
           }}
           const begun = once(child, 'message');
           child.postMessage('begin');
           await begun;
           const {{ existsSync, readFileSync }} = require('fs');
           const until = Date.now() + 30000;
           while (!existsSync({file:?}) && Date.now() < until);
           console.log(readFileSync({file:?}, 'utf8'));
           app.exit();
         }})();"
    );
    let Some(ended) = beside("answer", &child, &main, renderer(folder.path(), "page", "")) else { return };
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "hello, and hello to you\n"), "{ended:#?}");
}

#[test]
fn what_is_not_allowed_on_a_direct_link_costs_a_utility_process_in_node_that_port_alone() {
    let child = "process.parentPort.on('message', ({ ports: [port] }) => {
        const got = [];
        port.on('message', ({ data }) => got.push(data));
        port.on('close', () => process.parentPort.postMessage(got));
        port.start();
      })";
    // The second channel is spoilt as the first was: the process goes on.
    let main = "let count = 0;
      child.on('message', (got) => {
        console.log(...got, 'closed');
        if (++count === 2) app.exit(); else join();
      })";
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes, each) in [
        ("no message", "03000000636363", "closed"),
        ("a length that nothing has", "ffffffff", "closed"),
        ("a call", "0800000005010001610a0b19", "closed"),
        ("a message, then one for a port that is not there", "05000000090100010105000000090900 0101", "null closed"),
        ("credit for a port that is not there", "0500000011000901 01", "closed"),
        ("a message that moves port 0", "0d000000090108000000000000000001 01", "closed"),
    ] {
        let page = renderer(folder.path(), "page", &format!("spoil {}", bytes.replace(' ', "")));
        let Some(ended) = beside("port", child, main, page) else { return };
        assert_eq!(ended.stdout, format!("{each}\n{each}\n"), "{name}: {ended:#?}");
        assert_eq!(ended.code, Some(0), "{name}: {ended:#?}");
    }
}
