//! How a command ends that does not end by itself: its time, signals.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{app, command, ended, expect, run, timed_out};

/// Starts `main-proc run` and waits for a line on its stdout.
#[track_caller]
fn started(path: &str, more: &[&str], line: &str) -> Child {
    started_by(command(&[&["run", path], more].concat()), line)
}

#[track_caller]
fn started_by(mut command: Command, line: &str) -> Child {
    let mut child = command.spawn().expect("the command starts");
    let mut stdout = BufReader::with_capacity(1, child.stdout.take().expect("its output"));
    let mut read = String::new();
    while !read.ends_with(&format!("{line}\n")) {
        assert_ne!(stdout.read_line(&mut read).expect("text"), 0, "it ended: {read}");
    }
    child.stdout = Some(stdout.into_inner());
    child
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("it runs");
}

#[test]
fn the_time_ends_a_main_script_that_never_returns() {
    for script in [
        "for (;;);",
        "const again = () => process.nextTick(again); again()",
        "const again = () => Promise.resolve().then(again); again()",
        "require('electron').app.whenReady().then(() => { for (;;); })",
        "process.on('unhandledRejection', async () => { throw 1 }); Promise.reject(1)",
    ] {
        let (_folder, path) = app(&[("index.js", script)]);
        let ended = timed_out(&["run", &path], 0.2, "  main: a script runs");
        assert!(!ended.stderr.contains("Unhandled"), "{script}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{script}");
    }
}

#[test]
fn an_exit_listener_that_never_returns_does_not_keep_the_command() {
    let (_folder, path) = app(&[("index.js", "process.on('exit', () => { for (;;); })")]);
    expect(&["run", &path, "--timeout", "0.2"], 124, "");
}

#[test]
fn what_pages_wait_for_is_settled_before_a_signal_ends_the_app() {
    let main = r#"
        const { app, BrowserWindow, ipcMain } = require('electron');
        let asked = 0;
        const answer = (ms) => () => {
          if (++asked === 2) console.log('both asked');
          return new Promise((done) => setTimeout(done, ms, 'done'));
        };
        ipcMain.handle('soon', answer(100));
        ipcMain.handle('never', answer(1e8));
        const show = (channel) => new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } })
          .loadURL(`data:text/html,<script>
            const { ipcRenderer } = require('electron');
            ipcRenderer.invoke('${channel}').then((value) => console.log(value), (error) => console.log(error.message))
          </script>`);
        app.whenReady().then(() => { show('soon'); show('never'); });
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    let child = started(&path, &[], "both asked");
    signal(&child, Signal::TERM);
    let ended = ended(child);
    let mut lines: Vec<_> = ended.stdout.lines().collect();
    lines.sort_unstable();
    let refused = "[renderer 2] Error invoking remote method 'never': the main process is shutting down";
    assert_eq!((ended.code, &lines[..]), (Some(0), &["[renderer 1] done", refused][..]), "{}", ended.stderr);
}

#[test]
fn signals_have_the_app_quit_as_electron_does() {
    let main = r#"
        const { app, BrowserWindow } = require('electron');
        for (const name of ['before-quit', 'will-quit', 'quit']) app.on(name, () => console.log(name));
        app.whenReady().then(() => { new BrowserWindow().loadURL('about:blank'); console.log('ready'); });
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    for (number, code) in [(Signal::HUP, 129), (Signal::INT, 130), (Signal::TERM, 0)] {
        let child = started(&path, &[], "ready");
        signal(&child, number);
        let ended = ended(child);
        assert_eq!((ended.code, &*ended.stdout), (Some(code), "before-quit\nwill-quit\nquit\n"), "{}", ended.stderr);
    }
}

/// The program, started by a shell that has it ignore those signals, as `nohup` and a shell's background do.
fn deaf_to(signals: &str, args: &[&str]) -> Command {
    let program = command(&[]).get_program().to_owned();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("trap '' {signals}; exec \"$@\""), "sh"]).arg(program).args(args);
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

#[test]
fn an_app_started_by_nohup_outlives_its_terminal() {
    let main = "require('electron').app.whenReady().then(() => { setInterval(() => {}, 1e6); console.log('ready'); })";
    let (_folder, path) = app(&[("index.js", main)]);
    let child = started_by(deaf_to("HUP", &["run", &path]), "ready");
    signal(&child, Signal::HUP);
    // Were the first one heard, its code would be the app's.
    signal(&child, Signal::TERM);
    let ended = ended(child);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn a_benchmark_in_the_background_ends_for_an_interrupt() {
    let mut child = deaf_to("INT", &["bench", "--quick"]).spawn().expect("the command starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("its output"));
    let mut first = String::new();
    assert_ne!(stderr.read_line(&mut first).expect("text"), 0, "it ended at once");
    signal(&child, Signal::INT);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
}

#[test]
fn an_apps_own_listener_gets_the_signal_in_place_of_that_and_a_second_signal_ends_it() {
    let main = r#"
        const { app } = require('electron');
        app.on('before-quit', () => console.log('before-quit'));
        process.on('SIGINT', (name, number) => setTimeout(() => console.log(name, number), 300));
        console.log('ready');
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    let mut child = started(&path, &["--timeout", "30"], "ready");
    signal(&child, Signal::INT);
    let mut stdout = BufReader::with_capacity(1, child.stdout.take().expect("its output"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    // What comes at once is the same signal once more: `timeout` sends it to the process and to its group.
    assert_eq!(line, "SIGINT 2\n");
    signal(&child, Signal::INT);
    child.stdout = Some(stdout.into_inner());
    let ended = ended(child);
    assert_eq!((ended.code, &*ended.stdout), (Some(130), ""), "{}", ended.stderr);
}

#[test]
fn an_app_that_does_not_quit_for_a_signal_is_ended() {
    let main = "require('electron').app.on('before-quit', (event) => event.preventDefault()); console.log('ready')";
    let (_folder, path) = app(&[("index.js", main)]);
    let child = started(&path, &["--timeout", "30"], "ready");
    signal(&child, Signal::TERM);
    let ended = ended(child);
    assert_eq!(ended.code, Some(143), "{}", ended.stderr);
    assert!(ended.stderr.contains("has not quit within 3 s"), "{}", ended.stderr);
}

#[test]
fn a_signal_to_the_whole_group_is_the_apps_to_answer() {
    let main = r#"
        const { app, BrowserWindow } = require('electron');
        for (const name of ['before-quit', 'will-quit', 'quit']) app.on(name, () => console.log(name));
        app.whenReady().then(() => new BrowserWindow().loadURL('about:blank')).then(() => console.log('ready'));
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    let mut command = command(&["run", &path]);
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().expect("the command starts");
    let mut stdout = BufReader::with_capacity(1, child.stdout.take().expect("its output"));
    stdout.read_line(&mut String::new()).expect("a line");
    child.stdout = Some(stdout.into_inner());
    // As `timeout` does: the process, and then its group.
    signal(&child, Signal::TERM);
    rustix::process::kill_process_group(Pid::from_child(&child), Signal::TERM).expect("it runs");
    let ended = ended(child);
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "before-quit\nwill-quit\nquit\n"), "{}", ended.stderr);
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_renderer_leaves_the_signals_of_a_terminal_to_main() {
    let main = r#"
        const { app, BrowserWindow } = require('electron');
        app.whenReady().then(async () => {
          const window = new BrowserWindow();
          await window.loadURL('data:text/html,<script>setInterval(() => console.log(1), 5)</script>');
          for (const name of ['SIGINT', 'SIGHUP', 'SIGQUIT']) console.log(name, window.webContents.getOSProcessId());
        });
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    let mut child = command(&["run", &path]).spawn().expect("the command starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("its output"));
    let mut lines = std::iter::from_fn(|| {
        let mut line = String::new();
        stdout.read_line(&mut line).ok().filter(|read| *read > 0).map(|_| line)
    });
    let mut sent = 0;
    while sent < 3 {
        let line = lines.next().expect("it runs");
        let Some((name, pid)) = line.trim().split_once(' ').filter(|(name, _)| name.starts_with("SIG")) else {
            continue;
        };
        let number = [("SIGINT", Signal::INT), ("SIGHUP", Signal::HUP), ("SIGQUIT", Signal::QUIT)];
        let number = number.iter().find(|known| known.0 == name).expect("a name").1;
        let pid = Pid::from_raw(pid.parse().expect("a number")).expect("an id");
        kill_process(pid, number).expect("it runs");
        sent += 1;
    }
    // It still runs its timer.
    assert!(lines.by_ref().filter(|line| line == "[renderer 1] 1\n").nth(3).is_some());
    signal(&child, Signal::TERM);
    assert_eq!(ended(child).code, Some(0));
}

#[test]
fn a_signal_listener_that_never_returns_is_stopped_and_the_app_quits() {
    for listener in [
        "() => { for (;;); }",
        "async () => { await null; for (;;); }",
        "() => { const again = () => process.nextTick(again); again() }",
        "() => { const again = () => Promise.resolve().then(again); again() }",
    ] {
        let main = format!(
            "require('electron').app.on('before-quit', () => console.log('before-quit'));
             process.on('SIGINT', {listener}); setInterval(() => {{}}, 1000); console.log('ready')"
        );
        let (_folder, path) = app(&[("index.js", &main)]);
        let child = started(&path, &["--timeout", "30"], "ready");
        signal(&child, Signal::INT);
        let ended = ended(child);
        assert_eq!((ended.code, &*ended.stdout), (Some(130), "before-quit\n"), "{listener}: {}", ended.stderr);
    }
}

#[test]
fn a_signal_after_one_that_the_app_has_taken_is_a_first_one_again() {
    let main = r#"
        require('electron').app.on('before-quit', () => console.log('before-quit'));
        process.on('SIGHUP', () => setTimeout(() => console.log('taken'), 300));
        process.on('SIGINT', () => setTimeout(() => console.log('taken'), 300));
        console.log('ready');
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    let mut child = started(&path, &["--timeout", "30"], "ready");
    let mut stdout = BufReader::with_capacity(1, child.stdout.take().expect("its output"));
    for taken in [Signal::HUP, Signal::HUP, Signal::INT] {
        signal(&child, taken);
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        assert_eq!(line, "taken\n");
    }
    signal(&child, Signal::TERM);
    child.stdout = Some(stdout.into_inner());
    let ended = ended(child);
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "before-quit\n"), "{}", ended.stderr);
}

#[test]
fn a_listener_that_throws_does_not_keep_the_app_from_its_end() {
    let main = r#"
        const { app, BrowserWindow } = require('electron');
        for (const name of ['before-quit', 'will-quit', 'quit']) app.on(name, () => { throw new Error(name) });
        app.whenReady().then(() => {
          const window = new BrowserWindow();
          for (const name of ['close', 'closed']) window.on(name, () => { throw new Error(name) });
          app.quit();
        });
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    let ended = expect(&["run", &path, "--timeout", "30"], 0, "");
    for name in ["before-quit", "close", "closed", "will-quit", "quit"] {
        let told = format!("A JavaScript error occurred in the main process\nError: {name}\n");
        assert_eq!(ended.stderr.matches(&told).count(), 1, "{name}: {}", ended.stderr);
    }
    expect(&["run", &path, "--timeout", "30", "--fail-on-error"], 1, "");
}

#[test]
fn a_script_that_runs_on_is_what_the_app_waits_for() {
    let handlers = "
        const { ipcMain } = require('electron');
        ipcMain.handle('now', () => { for (;;); });
        ipcMain.handle('later', async () => { await null; for (;;); });";
    let (_folder, path) = app(&[("index.js", handlers)]);
    for channel in ["now", "later"] {
        let ended = timed_out(&["invoke", &path, channel], 2.0, "main: a script runs");
        let told = ended.stderr.lines().find(|line| line.contains("main: a script runs")).unwrap_or_default();
        assert!(told.contains("index.js:"), "{}", ended.stderr);
        assert!(!ended.stderr.contains("renderer 1: "), "{}", ended.stderr);
    }
    let (_folder, path) = app(&[("index.js", "console.log('ready'); for (;;);")]);
    let mut child = started(&path, &["--timeout", "30"], "ready");
    signal(&child, Signal::QUIT);
    let mut stderr = BufReader::with_capacity(1, child.stderr.take().expect("its errors"));
    let mut told = String::new();
    stderr.read_line(&mut told).and_then(|_| stderr.read_line(&mut told)).expect("two lines");
    assert_eq!(told, "main-proc: waiting for\n  main: a script runs and does not come to its end\n");
    signal(&child, Signal::INT);
    child.stderr = Some(stderr.into_inner());
    assert_eq!(ended(child).code, Some(130));
}

#[test]
fn the_time_of_a_command_includes_the_reading_of_its_arguments() {
    let mut child = command(&["invoke", "demo", "echo", "-", "--timeout", "0.2"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("the command starts");
    let stdin = child.stdin.take();
    let ended = ended(child);
    drop(stdin);
    assert_eq!((ended.code, &*ended.stdout), (Some(124), ""), "{}", ended.stderr);
    assert!(ended.stderr.starts_with("the time is over before the app could begin"), "{}", ended.stderr);
}

#[test]
fn a_trace_that_could_not_be_written_is_a_failure() {
    let ended = run(&["run", "demo", "--json", "--trace", "/dev/full"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.starts_with("the trace is not complete: No space left"), "{}", ended.stderr);
    let last = ended.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with(r#"{"type":"exit","code":1,"reason":"failed","text":"the trace is"#), "{last}");
}

#[test]
fn help_that_could_not_be_written_is_a_failure() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("it is there");
    let ended = ended(command(&["--help"]).stdout(full).spawn().expect("the command starts"));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
}

#[test]
fn a_command_that_dies_of_a_renderer_says_so_by_its_code() {
    let (folder, _) = app(&[("commands", "eval process.abort()")]);
    let ended = run(&["script", "demo", &super::text(&folder.path().join("commands"))]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
}

#[test]
fn an_app_that_is_not_there_leaves_no_trace() {
    let (folder, path) = app(&[]);
    let trace = folder.path().join("trace.jsonl");
    expect(&["run", &format!("{path}/nope.js"), "--trace", &super::text(&trace)], 2, "");
    assert!(!trace.exists());
}

#[test]
fn a_script_that_waits_for_its_input_says_so_when_the_time_is_over() {
    let (_folder, path) = app(&[("index.js", "require('electron').app.whenReady()")]);
    // On a busy machine it takes a while until it reads.
    let says_so = ["1", "8", "40"].iter().any(|time| {
        let mut child =
            command(&["script", &path, "--timeout", time]).stdin(Stdio::piped()).spawn().expect("it starts");
        let input = child.stdin.take();
        let ended = ended(child);
        drop(input);
        assert_eq!(ended.code, Some(124), "{}", ended.stderr);
        ended.stderr.contains("Still pending:\n  the next line of commands")
    });
    assert!(says_so);
}

#[test]
fn a_utility_process_that_hangs_is_told_as_one() {
    let main = "const { app, utilityProcess } = require('electron');
        app.whenReady().then(() => utilityProcess.fork(__dirname + '/child.js'))";
    let (_folder, path) = app(&[("index.js", main), ("child.js", "for (;;) {}")]);
    let ended = timed_out(&["run", &path, "--until-idle"], 1.0, "  utility process ");
    assert!(!ended.stderr.contains("renderer 0"), "{}", ended.stderr);
}

#[test]
fn an_app_that_is_started_again_goes_on_with_the_steps_that_are_left() {
    let main = r#"
        const { app, BrowserWindow } = require('electron');
        app.whenReady().then(() => {
          new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } })
            .loadURL(`data:text/html,<button id=again>${process.argv[2] ?? 'first'}</button><script>
              again.onclick = () => require('electron').ipcRenderer.send('again');
            </script>`);
        });
        require('electron').ipcMain.on('again', () => { app.relaunch({ args: ['second'] }); app.exit(3); });
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    let show = "console.log(again.textContent)";
    let steps = ["--eval", show, "--click", "#again", "--wait-for-text", "second", "--eval", show, "--until-idle"];
    expect(&[&["run", &path, "--timeout", "20"][..], &steps].concat(), 0, "[renderer 1] first\n[renderer 1] second\n");
}
