//! Renderers that confine themselves, and what they reach then.

use std::fs;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use ipc_tests::{Job, Outcome, value};
use main_proc::gone::GoneReason;
use main_proc::spawn::Output;
use main_proc::{App as RustApp, IpcMainEvent, Program, Sandbox, WebContents, message_channel};

mod common;

use common::App;

const MAIN: &str = env!("CARGO_BIN_EXE_main_fixture");
/// Does whatever a renderer does.
const ORDINARY: &str = env!("CARGO_BIN_EXE_renderer_fixture");
/// Tells what it has of its sandbox.
const FIXTURE: &str = env!("CARGO_BIN_EXE_sandboxed_fixture");
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(future)
}

fn ask<T: serde::de::DeserializeOwned>(
    contents: &WebContents,
    channel: &str,
    args: impl serde::Serialize + main_proc::Arguments,
) -> T {
    run(contents.invoke_within(channel, args, PATIENCE)).expect("an answer")
}

fn spawn(app: &RustApp, program: &Program) -> WebContents {
    app.spawn_renderer(program).expect("the fixture starts")
}

/// How it ended that was not to run, and what it printed of that.
fn refused(program: Program) -> (main_proc::gone::Gone, String) {
    let app = RustApp::new();
    let contents = spawn(&app, &program.stderr(Output::Lines));
    let mut lines = contents.output().expect("its lines");
    let gone = run(contents.ready()).expect_err("it does not run");
    let mut printed = String::new();
    while let Some(line) = run(lines.next()) {
        printed.push_str(&line.text);
    }
    (gone, printed)
}

#[test]
fn what_a_renderer_reaches_at_each_level_is_what_the_documents_say() {
    let ended = Command::new(MAIN).arg("sandbox").output().expect("it runs");
    let printed = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{printed}{}", String::from_utf8_lossy(&ended.stderr));
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sandbox.md")).expect("docs/sandbox.md");
    let is_row = |line: &&str| ["yes", "EPERM", "EACCES"].iter().any(|outcome| line.ends_with(outcome));
    let rows: Vec<&str> = printed.lines().filter(is_row).collect();
    assert!(rows.len() > 40, "{printed}");
    for row in rows {
        // What a machine gives to nobody is not what the page is about.
        let row = row.split_once("  ").map_or(row, |(name, _)| name);
        assert!(page.contains(row), "docs/sandbox.md does not tell of '{row}'");
    }
}

#[test]
fn a_renderer_without_a_wish_is_not_confined() {
    let app = RustApp::new();
    let contents = spawn(&app, &Program::new(FIXTURE));
    assert_eq!(run(contents.ready()).as_deref(), Ok("none"));
    assert_eq!(contents.stats().sandbox.as_deref(), Some("none"));
    assert_eq!(ask::<(String, Vec<String>)>(&contents, "reached", ()), ("none".into(), Vec::new()));
    assert_eq!(ask::<String>(&contents, "read", ("/proc/self/comm",)), "sandboxed_fixtu\n");
}

#[test]
fn a_renderer_that_is_confined_says_so_in_its_hello_and_its_figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("100% \n.txt");
    fs::write(&file, "listed").expect("a file");
    let app = RustApp::new();
    let contents = spawn(&app, &Program::new(FIXTURE).sandbox(Sandbox::require().may_read(&file)));
    let reached = run(contents.ready()).expect("it is there");
    assert!(reached.starts_with("require: 1 path to read (Landlock "), "{reached}");
    assert!(!reached.contains("missing"), "{reached}");
    assert_eq!(contents.stats().sandbox, Some(reached.clone()));
    assert_eq!(ask::<(String, Vec<String>)>(&contents, "reached", ()).0, reached);
    let path = |path: &Path| path.to_str().expect("a text").to_owned();
    assert_eq!(ask::<String>(&contents, "read", (path(&file),)), "listed");
    let refused =
        run(contents.invoke_within::<String>("read", ("/proc/self/comm",), PATIENCE)).expect_err("not listed");
    assert!(refused.to_string().contains("Permission denied"), "{refused}");
}

#[test]
fn a_renderer_that_requires_a_sandbox_and_has_threads_already_refuses_to_run() {
    let (gone, printed) = refused(Program::new(FIXTURE).arg("with-a-thread").sandbox(Sandbox::require()));
    assert_eq!((gone.reason, gone.exit_code), (GoneReason::LaunchFailed, 3));
    assert!(printed.contains("its sandbox is required and cannot be had: 1 other threads run already"), "{printed}");
    assert!(printed.contains("call init() first in `fn main`"), "what to do: {printed}");
}

#[test]
fn a_renderer_that_requires_a_file_that_is_not_there_refuses_to_run() {
    let (gone, printed) = refused(Program::new(FIXTURE).sandbox(Sandbox::require().may_read("/nowhere/at/all")));
    assert_eq!(gone.exit_code, 3);
    assert!(printed.contains("/nowhere/at/all, which it may reach, cannot be opened"), "{printed}");
}

#[test]
fn a_renderer_that_does_its_best_runs_with_less_and_says_what_is_missing() {
    let app = RustApp::new();
    let sandbox = Sandbox::best_effort().may_read("/nowhere/at/all");
    let contents = spawn(&app, &Program::new(FIXTURE).arg("with-a-thread").sandbox(sandbox));
    let reached = run(contents.ready()).expect("it runs");
    assert!(reached.contains("missing: ") && reached.contains("1 other threads run already"), "{reached}");
    assert_eq!(ask::<(String, Vec<String>)>(&contents, "reached", ()).1.len(), 2, "{reached}");
}

#[test]
fn a_renderer_that_knows_of_no_sandbox_is_ended_where_one_is_required() {
    let forgets = Program::new("sh").args(["-c", "unset DIPOLE_SANDBOX; exec \"$0\"", FIXTURE]);
    let (gone, _) = refused(forgets.clone().sandbox(Sandbox::require()));
    assert_eq!(gone.reason, GoneReason::LaunchFailed);
    assert!(gone.text.contains("it has to have all of its sandbox, and says that it has 'none'"), "{}", gone.text);
    let app = RustApp::new();
    let contents = spawn(&app, &forgets.sandbox(Sandbox::best_effort()));
    assert_eq!(run(contents.ready()).as_deref(), Ok("none"), "and runs where that is no must");
}

#[test]
fn a_wish_that_a_renderer_does_not_understand_keeps_it_from_running() {
    let later = Program::new("sh").args(["-c", "export DIPOLE_SANDBOX='require\nmoon=1'; exec \"$0\"", FIXTURE]);
    let (gone, printed) = refused(later);
    assert_eq!(gone.exit_code, 3);
    assert!(printed.contains("asks for a sandbox with 'moon=1', which it does not know"), "{printed}");
}

#[test]
fn descriptors_that_were_not_given_are_closed_and_those_that_were_stay() {
    let app = RustApp::new();
    let given = Arc::new(OwnedFd::from(fs::File::open("/dev/null").expect("a file")));
    let program = Program::new(FIXTURE).descriptor(Arc::clone(&given));
    for (sandbox, is_closed) in [(Sandbox::off(), false), (Sandbox::require(), true)] {
        let contents = spawn(&app, &program.clone().sandbox(sandbox));
        run(contents.ready()).expect("it is there");
        let entries = fs::read_dir(format!("/proc/{}/fd", contents.os_process_id())).expect("its descriptors");
        let open: Vec<_> = entries
            .filter_map(|entry| {
                let path = entry.expect("one").path();
                Some((path.file_name()?.to_str()?.to_owned(), fs::read_link(&path).ok()?))
            })
            .collect();
        let has_own_program = open.iter().any(|(_, target)| target == Path::new(FIXTURE));
        assert_eq!(!has_own_program, is_closed, "what it had opened before: {open:?}");
        assert!(open.contains(&(given.as_raw_fd().to_string(), "/dev/null".into())), "{open:?}");
    }
}

#[test]
fn limits_that_are_asked_for_hold() {
    let app = RustApp::new();
    let sandbox = Sandbox::require().memory(1 << 30).open_files(40);
    let contents = spawn(&app, &Program::new(FIXTURE).sandbox(sandbox));
    let fits = |bytes: usize| ask::<bool>(&contents, "allocate", (bytes,));
    assert!(fits(64 << 20) && !fits(2 << 30));
    let limits = fs::read_to_string(format!("/proc/{}/limits", contents.os_process_id())).expect("its limits");
    let limit = |name: &str| -> Vec<String> {
        let line = limits.lines().find(|line| line.starts_with(name)).expect("that limit");
        line[name.len()..].split_whitespace().take(2).map(str::to_owned).collect()
    };
    assert_eq!(limit("Max open files"), ["40", "40"]);
    assert_eq!(limit("Max core file size"), ["0", "0"]);
    assert_eq!(limit("Max address space"), ["1073741824", "1073741824"]);
}

#[test]
fn a_confined_renderer_makes_and_answers_all_kinds_of_calls() {
    let app = RustApp::new();
    app.ipc_main().handle("add", |_, (a, b): (i64, i64)| async move { Ok(a + b) }).expect("the first handler");
    let contents = spawn(&app, &Program::new(ORDINARY).sandbox(Sandbox::require()));
    assert!(run(contents.ready()).expect("it is there").starts_with("require: no files (Landlock "));
    let nine =
        run(contents.invoke_within::<Outcome>("job", (Job::Invoke("add".into(), vec![value(4), value(5)]),), PATIENCE));
    assert_eq!(nine.expect("an outcome"), Outcome::Value(value(9i64)));
    assert_eq!(ask::<i64>(&contents, "double", (21,)), 42);
}

#[test]
fn confined_renderers_talk_over_a_direct_link_whose_socket_comes_later() {
    let app = RustApp::new();
    let (told, heard) = mpsc::channel();
    app.ipc_main().on("heard", move |_: &IpcMainEvent, (text,): (String,)| drop(told.send(text))).forget();
    let program = Program::new(ORDINARY).sandbox(Sandbox::require());
    let (a, b) = (spawn(&app, &program), spawn(&app, &program));
    let (left, right) = message_channel();
    a.post_message("talk", (), vec![left]).expect("queued");
    b.post_message("answer", (), vec![right]).expect("queued");
    assert_eq!(heard.recv_timeout(PATIENCE).as_deref(), Ok("hello, and hello to you"));
}

#[test]
fn a_confined_renderer_ends_with_its_main() {
    let app = RustApp::new();
    let contents = spawn(&app, &Program::new(FIXTURE).sandbox(Sandbox::require()));
    run(contents.ready()).expect("it is there");
    run(app.close(PATIENCE));
    assert_eq!(contents.wait_gone().expect("a thread that may wait").exit_code, 0);
}

/// The pages of the fixture, of which the first two have a sandbox.
fn pages(app: App, confined: &str, is_confined: bool) {
    let reads = "reads its files: true";
    let free = format!("free, false, again: free, {reads}");
    let confined = format!("{confined}, {is_confined}, again: {confined}, {reads}");
    app.run().prints(&[
        &format!("by default: {confined}"),
        &format!("sandbox: true: {confined}"),
        &format!("sandbox: false: {free}"),
        &format!("nodeIntegration: {free}"),
    ]);
}

#[test]
fn pages_are_confined_unless_their_preferences_say_otherwise_and_read_their_files() {
    pages(App::fixture("electron/sandbox/main.js"), "confined", true);
}

#[test]
fn the_user_decides_how_much_the_sandbox_of_pages_matters() {
    pages(App::fixture("electron/sandbox/main.js").option("--sandbox=require"), "confined", true);
    pages(App::fixture("electron/sandbox/main.js").option("--sandbox=off"), "free", false);
}

#[test]
fn the_user_is_told_what_holds_for_a_page_who_asks_for_more() {
    let ended = App::fixture("electron/sandbox/main.js").option("-v").run();
    let told: Vec<_> = ended.stderr.lines().filter(|line| line.contains("its sandbox is: ")).collect();
    assert_eq!(told.len(), 2, "{ended:#?}");
    assert!(told[0].contains("best-effort: no files (Landlock "), "{told:?}");
}

#[test]
fn utility_processes_are_not_confined() {
    let script = "require('fs').readFileSync('/proc/self/status', 'utf8').match(/Seccomp:\\t(.)/)[1]";
    let main = "const { app, utilityProcess } = require('electron');\n\
         app.whenReady().then(() => utilityProcess.fork(__dirname + '/child.js', [], { stdio: 'inherit' }).on('exit', \
         (code) => { console.log(`code ${code}`); app.quit() }));";
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("index.js"), main).expect("a file");
    fs::write(folder.path().join("child.js"), format!("console.log('filters', {script})")).expect("a file");
    App::at(folder.path()).run().prints(&["filters 0", "code 0"]);
}
