//! What a command says of itself: what it waits for, what it logs, how it may end.

use std::io::{BufRead as _, BufReader};

use rustix::process::{Pid, Signal, kill_process};

use super::{app, command, ended, expect, run, timed_out};

const WAITS: &str = r#"
    const { app, BrowserWindow, ipcMain } = require('electron');
    const kept = [];
    const loaded = new Promise((resolve) => app.on('web-contents-created', (event, page) => page.on('did-finish-load', resolve)));
    ipcMain.handle('slow', () => new Promise((resolve) => { kept.push(resolve); loaded.then(() => console.log('asked')); }));
    setInterval(() => {}, 100000);
    app.whenReady().then(() => {
      const window = new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } });
      window.loadFile('index.html');
    });
"#;
const PAGE: &str = "<title>My \x1b page</title><script>require('electron').ipcRenderer.invoke('slow')</script>";
const WAITED_FOR: [&str; 3] = [
    "  main: has not answered invoke 'slow' of renderer 1",
    "  main: a timer due in ",
    "  window 1 'My \\x1B page' is open: file://",
];

#[test]
fn what_is_waited_for_is_said_when_the_time_is_over() {
    let (_folder, path) = app(&[("index.js", WAITS), ("index.html", PAGE)]);
    let ended = timed_out(&["run", &path], 1.0, WAITED_FOR[2]);
    assert_eq!(ended.stdout, "asked\n");
    for line in WAITED_FOR {
        assert!(ended.stderr.contains(line), "{line}: {}", ended.stderr);
    }
}

#[test]
fn sigquit_asks_what_is_waited_for_and_ends_nothing() {
    let (_folder, path) = app(&[("index.js", WAITS), ("index.html", PAGE)]);
    let mut child = command(&["run", &path]).spawn().expect("the command starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("its output"));
    stdout.read_line(&mut String::new()).expect("a line");
    let mut stderr = BufReader::new(child.stderr.take().expect("its errors"));
    for _ in 0..2 {
        kill_process(Pid::from_child(&child), Signal::QUIT).expect("it runs");
        let mut told = String::new();
        while !told.contains("is open") {
            assert_ne!(stderr.read_line(&mut told).expect("text"), 0, "{told}");
        }
        for line in WAITED_FOR {
            assert!(told.contains(&format!("main-proc: {line}")), "{line}: {told}");
        }
    }
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it runs");
    assert_eq!(ended(child).code, Some(0));
}

#[test]
fn a_step_that_never_ends_is_named() {
    let args = ["run", "demo", "--eval", "new Promise(() => {})"];
    timed_out(&args, 1.0, "--eval 'new Promise(() => {})': has not come to its end");
}

#[test]
fn processes_and_messages_are_logged_on_demand() {
    let quiet = expect(&["invoke", "demo", "add", "1", "2"], 0, "3\n");
    assert_eq!(quiet.stderr, "");
    let info = expect(&["-v", "invoke", "demo", "add", "1", "2"], 0, "3\n");
    assert!(
        info.stderr.contains("a renderer process has started") && !info.stderr.contains("DEBUG"),
        "{}",
        info.stderr
    );
    assert!(info.stderr.contains("renderer_proc"), "renderers log as well: {}", info.stderr);
    let debug = expect(&["invoke", "demo", "add", "1", "2", "-vv"], 0, "3\n");
    assert!(debug.stderr.contains("verb=\"invoke\" channel=\"add\""), "{}", debug.stderr);
}

#[test]
fn an_app_with_a_page_loads_what_nearly_every_app_uses_and_no_more() {
    let child =
        command(&["invoke", "demo", "add", "1", "2"]).env("RUST_LOG", "script_host=trace").spawn().expect("it starts");
    let ended = ended(child);
    let loaded: Vec<&str> = ended
        .stderr
        .lines()
        .filter_map(|line| line.split_once("a built-in module is loaded module=\"")?.1.split('"').next())
        .collect();
    for module in ["dipole/contents_load", "dom/window", "internal/page"] {
        assert!(loaded.contains(&module), "{module} is not among {loaded:?}: {}", ended.stderr);
    }
    // What reads for pages, and what is large: each would make every start slower.
    for module in [
        "buffer",
        "dipole/answers",
        "dipole/bodies",
        "dipole/cookies",
        "dipole/cors",
        "dipole/downloads",
        "dipole/net",
        "dipole/protocol",
        "dipole/resources",
        "dipole/web_request",
        "dom/attributes",
        "dom/html",
        "fs",
        "internal/fetch",
        "internal/inspect",
        "internal/path_windows",
        "internal/url_search",
        "stream",
        "util",
    ] {
        assert!(!loaded.contains(&module), "{module} is among {loaded:?}");
    }
}

#[test]
fn a_filter_that_cannot_be_read_is_told_once_and_the_command_goes_on() {
    let child = command(&["run", "demo"]).env("RUST_LOG", "info,main_proc=nonsense").spawn().expect("it starts");
    let ended = ended(child);
    assert_eq!((ended.code, ended.stderr.matches("nonsense").count()), (Some(0), 1), "{}", ended.stderr);
    assert!(ended.stderr.contains("INFO"), "what can be read counts: {}", ended.stderr);
}

/// The rows of a page's table of exit codes, as `--help` prints them.
fn exit_codes(page: &str) -> Vec<String> {
    page.lines()
        .skip_while(|line| *line != "| code | meaning |")
        .skip(2)
        .map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .map(|(code, meaning)| format!("  {code:<9} {}", meaning.replace("\\|", "|")))
        .collect()
}

#[test]
fn help_and_the_documentation_have_the_same_exit_codes() {
    let help = run(&["--help"]).stdout;
    let (_, table) = help.split_once("Exit codes:\n").expect("a table");
    let (table, _) = table.split_once("\n\n").expect("its end");
    let told = table.lines().collect::<Vec<_>>();
    assert_eq!(told, exit_codes(include_str!("../../../docs/exit-codes.md")));
    assert_eq!(told, exit_codes(include_str!("../../../README.md")));
}
