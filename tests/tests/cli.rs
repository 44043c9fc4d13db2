//! The command line, as somebody at a shell sees it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

#[path = "cli/acting.rs"]
mod acting;
#[path = "cli/ending.rs"]
mod ending;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/json.rs"]
mod json;
#[path = "cli/log.rs"]
mod log;
#[path = "cli/permissions.rs"]
mod permissions;
#[path = "cli/problems.rs"]
mod problems;
#[path = "cli/readme.rs"]
mod readme;
#[path = "cli/streams.rs"]
mod streams;
#[path = "cli/surroundings.rs"]
mod surroundings;

/// How long a command may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of a command.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(ipc_tests::program(env!("CARGO_BIN_EXE_main_fixture")));
    command.args(args).env_remove("RUST_LOG").env_remove("DIPOLE_RENDERER").env_remove("DIPOLE_DIALOG");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Waits for the end of a process and of all that its children print.
#[track_caller]
fn ended(mut child: Child) -> Ended {
    let (sender, texts) = mpsc::channel();
    let mut stdout = child.stdout.take();
    let mut stderr = child.stderr.take();
    let second = sender.clone();
    std::thread::spawn(move || {
        let mut text = String::new();
        let _ = stdout.as_mut().map(|pipe| pipe.read_to_string(&mut text));
        let _ = sender.send((1, text));
    });
    std::thread::spawn(move || {
        let mut text = String::new();
        let _ = stderr.as_mut().map(|pipe| pipe.read_to_string(&mut text));
        let _ = second.send((2, text));
    });
    let mut result = Ended { code: None, stdout: String::new(), stderr: String::new() };
    for _ in 0..2 {
        match texts.recv_timeout(PATIENCE) {
            Ok((1, text)) => result.stdout = text,
            Ok((_, text)) => result.stderr = text,
            Err(_) => {
                child.kill().expect("killed");
                panic!("the command did not end: {result:?}");
            }
        }
    }
    result.code = child.wait().expect("a status").code();
    result
}

#[track_caller]
fn run(args: &[&str]) -> Ended {
    ended(command(args).spawn().expect("the command starts"))
}

/// Runs a command and expects its code and its stdout.
#[track_caller]
fn expect(args: &[&str], code: i32, stdout: &str) -> Ended {
    let ended = run(args);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), stdout), "{args:?}: {}", ended.stderr);
    ended
}

/// Runs a command whose time is over once it has come as far as to say that: on a busy machine it is given more of it.
#[track_caller]
fn timed_out(args: &[&str], least: f64, told: &str) -> Ended {
    let mut seconds = least;
    loop {
        let ended = run(&[args, &["--timeout", &seconds.to_string()]].concat());
        assert_eq!(ended.code, Some(124), "{}", ended.stderr);
        if ended.stderr.contains(told) {
            return ended;
        }
        seconds *= 4.0;
        assert!(seconds < 60.0, "it does not say {told:?}: {}", ended.stderr);
    }
}

/// Runs a command line in a shell, in that folder, which finds the program as `main-proc` in `bin`.
#[track_caller]
fn shell(folder: &Path, bin: &Path, line: &str) -> Ended {
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(folder).env("PATH", path);
    shell.env_remove("RUST_LOG").env_remove("DIPOLE_RENDERER").env_remove("DIPOLE_DIALOG");
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    ended(shell.spawn().expect("a shell"))
}

/// A folder with an app.
fn app(files: &[(&str, &str)]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let path = text(folder.path());
    (folder, path)
}

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

fn below(folder: &str, name: &str) -> PathBuf {
    Path::new(folder).join(name)
}

/// A window with two buttons that tell main that they were clicked.
const BUTTONS: &str = r#"
    const { app, BrowserWindow, ipcMain } = require('electron');
    ipcMain.on('click', (event, name) => console.log(`clicked ${name}`));
    app.whenReady().then(() => {
      const window = new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } });
      window.loadFile('index.html');
    });
"#;
const BUTTONS_PAGE: &str = r#"
    <!DOCTYPE html><button id="a"></button><button id="b"></button>
    <script>
      const { ipcRenderer } = require('electron');
      for (const id of ['a', 'b']) document.getElementById(id).onclick = () => ipcRenderer.send('click', id);
    </script>
"#;

fn buttons() -> (tempfile::TempDir, String) {
    app(&[("index.js", BUTTONS), ("index.html", BUTTONS_PAGE)])
}

#[test]
fn invoke_prints_the_reply_as_json() {
    expect(&["invoke", "demo", "add", "4", "5", "6"], 0, "15\n");
    expect(&["invoke", "demo", "add", "-4", "0.5"], 0, "-3.5\n");
    expect(&["invoke", "demo", "echo", r#"{"a": [1, null, "ü"]}"#], 0, "{\"a\":[1,null,\"ü\"]}\n");
    expect(&["invoke", "demo", "echo", "1", "\"two\""], 0, "[1,\"two\"]\n");
    expect(&["invoke", "demo", "sleep", "5"], 0, "5\n");
}

#[test]
fn an_undefined_reply_prints_nothing() {
    let (_folder, path) = app(&[("index.js", "require('electron').ipcMain.handle('x', () => undefined)")]);
    expect(&["invoke", &path, "x"], 0, "");
}

#[test]
fn a_handler_that_throws_fails_the_call() {
    let ended = expect(&["invoke", "demo", "fail", "\"no luck\""], 1, "");
    assert!(ended.stderr.ends_with("Error invoking remote method 'fail': Error: no luck\n"), "{}", ended.stderr);
    let ended = expect(&["invoke", "demo", "fail"], 1, "");
    assert!(ended.stderr.contains("Error: demo failure"), "{}", ended.stderr);
}

#[test]
fn an_unknown_channel_fails_with_the_channels_that_there_are() {
    let ended = expect(&["invoke", "demo", "ad", "1"], 1, "");
    let tail = "Error invoking remote method 'ad': Error: No handler registered for 'ad'\n\
                Did you mean 'add'? The app has handlers for: add, echo, fail, sleep\n";
    assert!(ended.stderr.ends_with(tail), "{}", ended.stderr);
    for verb in ["send", "send-sync"] {
        let ended = expect(&[verb, "demo", "nothing"], 1, "");
        let tail = "nobody listens on 'nothing'\nThe app has listeners for: add, echo, fail, sleep\n";
        assert!(ended.stderr.ends_with(tail), "{}", ended.stderr);
    }
}

#[test]
fn send_sync_prints_the_return_value() {
    expect(&["send-sync", "demo", "add", "4", "5", "6"], 0, "15\n");
    expect(&["send-sync", "demo", "sleep", "5"], 0, "5\n");
}

#[test]
fn send_ends_when_what_it_has_started_is_done() {
    let main = "require('electron').ipcMain.on('x', (event, ...args) => setTimeout(() => console.log(args), 20))";
    let (_folder, path) = app(&[("index.js", main)]);
    let ended = expect(&["send", &path, "x", "1", "\"a\""], 0, "");
    assert_eq!(ended.stderr, "[ 1, 'a' ]\n");
}

#[test]
fn a_call_waits_until_the_app_has_started() {
    let main = r#"
        const { app, BrowserWindow, ipcMain } = require('electron');
        app.whenReady().then(async () => {
          await new BrowserWindow().loadURL('data:text/html,hello');
          ipcMain.handle('late', () => 'here');
        });
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    expect(&["invoke", &path, "late"], 0, "\"here\"\n");
}

#[test]
fn what_the_app_prints_stays_out_of_the_result() {
    let main =
        "console.log('starting'); require('electron').ipcMain.handle('x', () => { console.log('called'); return 1 })";
    let (_folder, path) = app(&[("index.js", main)]);
    let ended = expect(&["invoke", &path, "x"], 0, "1\n");
    assert_eq!(ended.stderr, "starting\ncalled\n");
}

#[test]
fn arguments_that_are_not_json_are_named() {
    let ended = expect(&["invoke", "demo", "echo", "1", "hello"], 2, "");
    let text = "error: argument 2 is not JSON: expected value at line 1 column 1: hello\n\
                Text is written in quotes, and a shell needs a second pair of them: '\"hello\"'\n";
    assert_eq!(ended.stderr, text);
    let ended = expect(&["send", "demo", "echo", "{a: 1}"], 2, "");
    assert!(ended.stderr.contains("argument 1 is not JSON"), "{}", ended.stderr);
}

#[test]
fn an_app_that_is_not_there_is_wrong_usage() {
    for command in [&["run", "no/such/app"][..], &["invoke", "no/such/app", "x"], &["script", "no/such/app"]] {
        let ended = expect(command, 2, "");
        assert!(ended.stderr.starts_with("error: there is no app at 'no/such/app'"), "{}", ended.stderr);
    }
    let (_folder, path) = app(&[("notes.txt", "")]);
    let ended = expect(&["run", &text(&below(&path, "notes.txt"))], 2, "");
    assert!(ended.stderr.contains("is not a script"), "{}", ended.stderr);
    let (_folder, path) = app(&[("app.asar", "")]);
    for name in ["app.asar", "app.asar/main.js"] {
        let ended = expect(&["run", &text(&below(&path, name))], 2, "");
        assert!(
            ended.stderr.contains("app.asar' is an archive, which is not looked into here: take out"),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn a_broken_app_is_wrong_usage_with_the_next_step() {
    let (_folder, path) = app(&[("package.json", r#"{"main": "gone.js"}"#)]);
    let ended = expect(&["run", &path], 2, "");
    assert!(ended.stderr.contains("names the main script 'gone.js', which does not exist"), "{}", ended.stderr);
    let (_folder, path) = app(&[]);
    let ended = expect(&["invoke", &path, "x"], 2, "");
    assert!(ended.stderr.contains("has no main script"), "{}", ended.stderr);
    let (_folder, path) = app(&[("package.json", "{")]);
    let ended = expect(&["script", &path], 2, "");
    assert!(ended.stderr.contains("package.json' cannot be read"), "{}", ended.stderr);
    let ended = expect(&["run", "demo", "--trace", "/no/such/folder/trace"], 2, "");
    assert!(ended.stderr.contains("cannot write to '/no/such/folder/trace'"), "{}", ended.stderr);
}

#[test]
fn a_main_script_that_throws_fails_every_command() {
    let (_folder, path) = app(&[("index.js", "\nnull.x")]);
    for command in [&["run", &path][..], &["invoke", &path, "x"], &["script", &path]] {
        let ended = expect(command, 1, "");
        assert!(ended.stderr.contains("TypeError") && ended.stderr.contains("index.js:2"), "{}", ended.stderr);
    }
}

#[test]
fn run_demo_shows_two_processes_talking() {
    let ended = run(&["run", "demo"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for line in ["main: its page has loaded\n", "[renderer 1] page: invoke('add', 4, 5, 6) gives 15\n"] {
        assert!(ended.stdout.contains(line), "{}", ended.stdout);
    }
}

#[test]
fn run_ends_with_the_apps_exit_code() {
    let (_folder, path) = app(&[("index.js", "const { app } = require('electron'); app.exit(7)")]);
    expect(&["run", &path], 7, "");
    let quits = "const { app } = require('electron'); app.whenReady().then(() => app.quit()); console.log('hello')";
    let (_folder, path) = app(&[("index.js", quits)]);
    expect(&["run", &path], 0, "hello\n");
}

#[test]
fn arguments_after_two_dashes_are_the_apps() {
    let main = "console.log(process.argv.slice(2)); require('electron').app.exit(0)";
    let (_folder, path) = app(&[("index.js", main)]);
    expect(&["run", &path, "--", "--click", "x"], 0, "[ '--click', 'x' ]\n");
}

#[test]
fn clicks_and_scripts_are_done_in_the_order_given() {
    let (_folder, path) = buttons();
    let order = ["run", &path, "--until-idle", "--click", "#b", "--eval", "ipcRenderer.send('click', 'eval')"];
    expect(&[&order[..], &["--click", "#a"]].concat(), 0, "clicked b\nclicked eval\nclicked a\n");
}

#[test]
fn the_last_step_may_end_the_page_or_crash_it() {
    let (_folder, path) = buttons();
    expect(&["run", &path, "--eval", "window.close()"], 0, "");
    let ended = expect(&["run", &path, "--eval", "process.crash()"], 3, "");
    assert!(ended.stderr.contains("no renderer process is left"), "{}", ended.stderr);
}

#[test]
fn a_click_on_nothing_fails() {
    let (_folder, path) = buttons();
    let ended = expect(&["run", &path, "--click", "#c"], 1, "");
    let told = "--click '#c': no element matches '#c', but there is '#a', in renderer 1 (file://";
    assert!(ended.stderr.starts_with(told), "{}", ended.stderr);
    let ended = expect(&["run", &path, "--eval", "missing()"], 1, "");
    assert!(ended.stderr.starts_with("--eval 'missing()': ") && ended.stderr.contains("missing"), "{}", ended.stderr);
}

#[test]
fn a_timeout_ends_with_124_and_says_what_was_pending() {
    let asked = "  main: has not answered invoke 'sleep' of renderer 1\n";
    let ended = timed_out(&["invoke", "demo", "sleep", "60000"], 0.5, asked);
    assert!(ended.stderr.starts_with("the time is over\nStill pending:\n"), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    let (_folder, path) = buttons();
    timed_out(&["run", &path], 0.5, "Nothing was pending");
}

#[test]
fn until_idle_waits_for_timers_in_both_processes() {
    let main = r#"
        const { app, BrowserWindow } = require('electron');
        app.whenReady().then(() => {
          new BrowserWindow().loadURL(`data:text/html,<script>setTimeout(() => console.log('page'), 30)</script>`);
          setTimeout(() => console.log('main'), 20);
        });
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    let ended = run(&["run", &path, "--until-idle"]);
    let mut lines: Vec<_> = ended.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!((ended.code, lines), (Some(0), vec!["[renderer 1] page", "main"]), "{}", ended.stderr);
}

#[test]
fn a_renderer_that_cannot_be_started_ends_with_3() {
    for program in ["/no/such/renderer", "/bin/true"] {
        for args in [&["run", "demo"][..], &["invoke", "demo", "add", "1"], &["script", "demo"]] {
            let ended = ended(command(args).env("DIPOLE_RENDERER", program).spawn().expect("the command starts"));
            assert_eq!(ended.code, Some(3), "{args:?}: {}", ended.stderr);
            let hint = format!("DIPOLE_RENDERER is set to '{program}'");
            assert!(ended.stderr.contains(program) && ended.stderr.contains(&hint), "{}", ended.stderr);
        }
    }
}

#[test]
fn a_renderer_that_dies_during_the_call_ends_with_3() {
    let main = "require('electron').ipcMain.handle('x', (event) => { event.sender.forcefullyCrashRenderer(); return new Promise(() => {}) })";
    let (_folder, path) = app(&[("index.js", main)]);
    let ended = run(&["invoke", &path, "x"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{}", ended.stderr);
    assert!(!ended.stderr.is_empty());
}

#[test]
fn a_trace_has_every_message_on_a_line() {
    let (folder, _) = app(&[]);
    let file = text(&folder.path().join("trace.jsonl"));
    let ended = run(&["run", "demo", "--trace", &file]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let trace = std::fs::read_to_string(&file).expect("a trace");
    let lines: Vec<_> = trace.lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("{\"us\":") && line.ends_with('}')), "{trace}");
    let find =
        |part: &str| lines.iter().position(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {trace}"));
    let call = find(r#""direction":"to-main","verb":"invoke","channel":"add","id":"#);
    assert!(call < find(r#""direction":"to-renderer","verb":"reply","channel":"add","id":"#), "{trace}");
}

#[test]
fn script_answers_each_command_with_a_line() {
    let (folder, _) = app(&[]);
    let file = folder.path().join("commands");
    let commands = "# comment\n\ninvoke add 1 2\non echo-reply\nsend echo 7\nwait echo-reply 10000\n\
                    send-sync echo {\"a b\": 1} \"c\"\neval 1 + 1\neval undefined\ninvoke fail \"x\"\nclick #x\nfly\n\
                    wait nothing 5\nsleep 1\n";
    std::fs::write(&file, commands).expect("a file");
    let ended = run(&["script", "demo", &text(&file)]);
    let lines = [
        r#"{"ok":true,"result":3}"#,
        r#"{"ok":true}"#,
        r#"{"ok":true}"#,
        r#"{"ok":true,"result":[7]}"#,
        r#"{"ok":true,"result":[{"a b":1},"c"]}"#,
        r#"{"ok":true,"result":2}"#,
        r#"{"ok":true}"#,
        r#"{"ok":false,"error":{"name":"Error","message":"Error invoking remote method 'fail': Error: x","line":10}}"#,
        r#"{"ok":false,"error":{"name":"Error","message":"no element matches '#x' in renderer 1","line":11}}"#,
        r#"{"ok":false,"error":{"name":"Error","message":"there is no command 'fly'. There are invoke, send, send-sync, on, wait, eval, window, click, type, select, press, wait-for, wait-for-text, sleep","line":12}}"#,
        r#"{"ok":false,"error":{"name":"Error","message":"no message on 'nothing' within 5 ms","line":13}}"#,
        r#"{"ok":true}"#,
    ];
    assert_eq!(ended.stdout.lines().collect::<Vec<_>>(), lines, "{}", ended.stderr);
    assert_eq!(ended.code, Some(1));
    expect(&["script", "demo", &text(&folder.path().join("missing"))], 2, "");
    let ended = run(&["script", "demo", &text(&file), "--stop-on-error"]);
    assert_eq!((ended.code, ended.stdout.lines().count()), (Some(1), 8), "{}", ended.stderr);
}

#[test]
fn script_acts_on_the_first_window_and_answers_while_its_input_is_open() {
    let (_folder, path) = buttons();
    let mut child = command(&["script", &path]).stdin(Stdio::piped()).spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("its input");
    let mut stdout = BufReader::new(child.stdout.take().expect("its output"));
    for (command, answer) in [
        ("eval document.querySelectorAll('button').length", r#"{"ok":true,"result":2}"#),
        ("click #a", r#"{"ok":true}"#),
        ("eval location.protocol", r#"{"ok":true,"result":"file:"}"#),
    ] {
        writeln!(stdin, "{command}").expect("it reads");
        let mut line = String::new();
        stdout.read_line(&mut line).expect("an answer");
        assert_eq!(line.trim_end(), answer);
    }
    drop(stdin);
    let ended = ended(child);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), "clicked a\n"));
}

#[test]
fn ctrl_c_lets_the_app_end_and_leaves_no_renderer() {
    for (signal, code) in
        [(rustix::process::Signal::HUP, 129), (rustix::process::Signal::INT, 130), (rustix::process::Signal::TERM, 0)]
    {
        let main = r#"
            const { app, BrowserWindow } = require('electron');
            process.on('exit', (code) => console.log(`exit ${code}`));
            app.whenReady().then(() => new BrowserWindow().loadURL('about:blank')).then(() => console.log('ready'));
        "#;
        let (_folder, path) = app(&[("index.js", main)]);
        let mut child = command(&["run", &path]).spawn().expect("the command starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        assert_eq!(line, "ready\n");
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).expect("it runs");
        // The renderer has the same stdout: its end shows that both are gone.
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("text");
        let ended = ended(child);
        assert_eq!((ended.code, rest), (Some(code), format!("exit {code}\n")), "{}", ended.stderr);
    }
}

#[test]
fn a_script_without_end_can_be_interrupted() {
    let (_folder, path) = app(&[("index.js", "console.log('ready'); for (;;);")]);
    let mut child = command(&["run", &path]).spawn().expect("the command starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("its output"));
    stdout.read_line(&mut String::new()).expect("a line");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
    assert_eq!(ended(child).code, Some(130));
}

#[test]
fn a_reader_that_goes_away_ends_the_command_as_sigpipe_would() {
    let mut child = command(&["invoke", "demo", "echo", "1"]).spawn().expect("the command starts");
    drop(child.stdout.take());
    let ended = ended(child);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(141), ""));
}

#[test]
fn help_has_examples_and_exit_codes() {
    let ended = run(&["--help"]);
    assert_eq!(ended.code, Some(0));
    for part in ["main-proc invoke demo add 4 5 6", "Exit codes:", "DIPOLE_RENDERER"] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    for command in ["run", "invoke", "send", "send-sync", "script", "bench"] {
        let ended = run(&[command, "--help"]);
        assert!(ended.code == Some(0) && ended.stdout.contains("Examples:"), "{command}: {}", ended.stdout);
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    for args in [
        &["fly"][..],
        &[],
        &["run"],
        &["invoke", "demo"],
        &["run", "demo", "--timeout", "0"],
        &["run", "demo", "--fly"],
    ] {
        let ended = expect(args, 2, "");
        assert!(!ended.stderr.is_empty());
    }
    let ended = run(&["invok", "demo", "add"]);
    assert!(ended.stderr.contains("'invoke'"), "{}", ended.stderr);
}
