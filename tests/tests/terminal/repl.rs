use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::pty::Terminal;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn demo(state: &Path) -> Terminal {
    let mut terminal = Terminal::start(&["repl", "demo"], state);
    terminal.wait_for("main> ");
    terminal
}

/// An app with two windows, whose pages are called Notes and Clock.
fn windows(folder: &Path) -> Terminal {
    let main = "
        const { app, BrowserWindow, ipcMain } = require('electron');
        ipcMain.handle('where', (event) => event.sender.getTitle());
        app.whenReady().then(async () => {
          await new BrowserWindow().loadFile('notes.html');
          const clock = new BrowserWindow();
          await clock.loadFile('clock.html');
          clock.on('closed', () => console.log('the clock is gone'));
          console.log('both are there');
        });";
    fs::write(folder.join("main.js"), main).expect("a script");
    fs::write(folder.join("notes.html"), "<title>Notes</title><p id=text>written</p>").expect("a page");
    fs::write(folder.join("clock.html"), "<title>Clock</title>").expect("a page");
    let app = folder.join("main.js");
    let mut terminal = Terminal::start(&["repl".as_ref(), app.as_os_str(), "--no-history".as_ref()], folder);
    terminal.wait_for("both are there\n");
    terminal
}

#[test]
fn lines_are_answered_and_the_prompt_says_where_they_run() {
    let state = folder();
    let mut terminal = demo(state.path());
    terminal.line("1 + 1");
    terminal.wait_for("\n2\n");
    terminal.wait_for("main> ");
    terminal.line("const six = await Promise.resolve(6)");
    terminal.wait_for("\nundefined\n");
    terminal.line("six * 7");
    terminal.wait_for("\n42\n");
    terminal.line("_ + 1");
    terminal.wait_for("\n43\n");
    terminal.line(".invoke add 1 2 3");
    terminal.wait_for("\n6\n");
    terminal.line("ipcMain.listenerCount('add')");
    terminal.wait_for("\n1\n");
    terminal.line("throw new TypeError('so')");
    terminal.wait_for("\nUncaught TypeError: so\n    at REPL6:1:11\n");
    terminal.wait_for("main> ");
    terminal.line(".exit");
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn a_statement_may_have_several_lines() {
    let state = folder();
    let mut terminal = demo(state.path());
    terminal.line("function double(x) {");
    terminal.wait_for("\n... ");
    terminal.line("  return x * 2");
    terminal.wait_for("\n... ");
    terminal.line("}");
    terminal.wait_for("main> ");
    terminal.line("double(21)");
    terminal.wait_for("\n42\n");
    terminal.wait_for("main> ");
    terminal.line("[1,");
    terminal.wait_for("\n... ");
    terminal.line(".break");
    terminal.wait_for("main> ");
    terminal.line("`a");
    terminal.wait_for("\n... ");
    terminal.press("\x03");
    terminal.wait_for("main> ");
    terminal.line("'still' + ' here'");
    terminal.wait_for("\n'still here'\nmain> ");
    terminal.press("\x04");
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn lines_run_in_the_chosen_window() {
    let folder = folder();
    let mut terminal = windows(folder.path());
    terminal.line(".windows");
    terminal.wait_for("1  \"Notes\"  file:///");
    terminal.wait_for("2  \"Clock\"  file:///");
    terminal.line(".window 1");
    terminal.wait_for("[renderer 1]> ");
    terminal.line("document.querySelector('p').textContent");
    terminal.wait_for("\n'written'\n");
    terminal.line("let here = await Promise.resolve(document.title); here");
    terminal.wait_for("\n'Notes'\n");
    terminal.line("typeof require");
    terminal.wait_for("\n'undefined'\n");
    terminal.line(".invoke where");
    terminal.wait_for("\n\"Notes\"\n");
    terminal.line(".window title:Clo");
    terminal.wait_for("[renderer 2]> ");
    terminal.line("document.title");
    terminal.wait_for("\n'Clock'\n");
    terminal.line("'\\x1b[2J' + document.body.prop");
    terminal.wait_for("\n'\\x1B[2Jundefined'\n");
    terminal.line("throw '\\x1b]0;mine\\x07'");
    terminal.wait_for("Uncaught '\\x1B]0;mine\\x07'\n");
    terminal.line("throw new Error('\\x1b]0;mine\\x07')");
    terminal.wait_for("Uncaught Error: \\x1b]0;mine\\x07\n");
    terminal.line(".window url:nowhere");
    terminal.wait_for("There is no window 'url:nowhere'.\nThe app's windows are: 1 'Notes' file:");
    terminal.wait_for("[renderer 2]> ");
    terminal.line("setTimeout(() => window.close(), 1)");
    terminal.wait_for("the clock is gone\n");
    terminal.line("process.pid");
    terminal.wait_for("The window is closed: what is typed runs in main again.\nmain> ");
    terminal.line("process.type");
    terminal.wait_for("\n'browser'\n");
    terminal.line(".exit");
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn ctrl_c_stops_what_runs_and_not_the_prompt() {
    let folder = folder();
    let mut terminal = windows(folder.path());
    terminal.wait_for("main> ");
    for endless in [
        "console.log('it ' + 'runs'); while (true) {}",
        "console.log('it ' + 'runs'); await new Promise(() => {})",
        "console.log('it ' + 'runs'); try { for (;;) {} } finally { for (;;) {} }",
    ] {
        terminal.line(endless);
        terminal.wait_for("\nit runs\n");
        terminal.press("\x03");
        terminal.wait_for("Interrupted.\nmain> ");
        terminal.line("20 + 3");
        terminal.wait_for("\n23\nmain> ");
    }
    terminal.line(".window 1");
    terminal.wait_for("[renderer 1]> ");
    for endless in [
        "console.log('it ' + 'runs'); while (true) {}",
        "console.log('it ' + 'runs'); await new Promise(() => {})",
        "await 1; console.log('it ' + 'runs'); for (;;) {}",
    ] {
        terminal.line(endless);
        terminal.wait_for("it runs\n");
        terminal.press("\x03");
        // On a busy machine the page takes longer to stop than the prompt waits for that, and says so.
        terminal.wait_for("Interrupted");
        terminal.wait_for("\n[renderer 1]> ");
        terminal.line("20 + 3");
        terminal.wait_for("\n23\n[renderer 1]> ");
    }
    terminal.line(".wait nothing 60000");
    terminal.wait_for(".wait nothing 60000\n");
    terminal.press("\x03");
    terminal.wait_for("Interrupted.\n[renderer 1]> ");
    terminal.press("\x04");
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn ctrl_c_at_an_empty_line_hints_and_twice_ends() {
    let state = folder();
    let mut terminal = demo(state.path());
    terminal.press("half a line");
    terminal.wait_for("half a line");
    terminal.press("\x03");
    terminal.wait_for("\nmain> ");
    terminal.press("\x03");
    terminal.wait_for("(To exit, press Ctrl+C again or Ctrl+D or type .exit)\nmain> ");
    terminal.line("1");
    terminal.wait_for("\n1\nmain> ");
    terminal.press("\x03");
    terminal.wait_for("(To exit, press Ctrl+C again or Ctrl+D or type .exit)\nmain> ");
    terminal.press("\x03");
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn ctrl_c_stops_a_script_of_main_that_keeps_the_prompt_from_answering() {
    let state = folder();
    let mut terminal = demo(state.path());
    let sign = state.path().join("sign");
    terminal.line(&format!(
        "const timer = setInterval(() => {{ if (!require('fs').existsSync('{}')) return; clearInterval(timer); \
         console.log('stu' + 'ck'); for (;;) {{}} }}, 1); 0",
        sign.display()
    ));
    // From here on the keys are the prompt's, until it is answered.
    terminal.wait_for("\n0\nmain> ");
    fs::write(sign, "").expect("a file");
    terminal.wait_for("stuck\n");
    terminal.press("\x03");
    terminal.wait_for("type .exit)\nmain> ");
    terminal.line("40 + 2");
    terminal.wait_for("\n42\nmain> ");
    terminal.press("\x04");
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn the_app_runs_on_and_prints_above_the_line_that_is_typed() {
    let state = folder();
    let mut terminal = demo(state.path());
    terminal.line("setTimeout(() => console.log('from ' + 'the app'), 1); 0");
    terminal.wait_for("from the app\n");
    terminal.wait_for("main> ");
    terminal.line("setTimeout(() => app.exit(7), 1); 0");
    assert_eq!(terminal.end().0, Some(7));
}

#[test]
fn names_commands_and_channels_are_completed() {
    let state = folder();
    let mut terminal = demo(state.path());
    terminal.press("ipcMain.handleO\t");
    terminal.wait_for("ipcMain.handleOnce");
    terminal.line(".name");
    terminal.wait_for("\n'handleOnce'\n");
    terminal.press(".invo\t add 1 2\r");
    terminal.wait_for("\n3\nmain> ");
    terminal.press(".invoke sl\t 1\r");
    terminal.wait_for("\n1\nmain> ");
    terminal.line("const veryLongName = { inner: 5 }");
    terminal.wait_for("\nundefined\nmain> ");
    terminal.press("veryL\t.inn\t + 1\r");
    terminal.wait_for("\n6\nmain> ");
    terminal.press("process.pla\t.length > 1\r");
    terminal.wait_for("\ntrue\nmain> ");
    terminal.press("\x04");
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn lines_are_kept_for_the_next_time_and_for_their_user_alone() {
    let state = folder();
    let mut terminal = demo(state.path());
    terminal.line("600 + 60");
    terminal.wait_for("\n660\nmain> ");
    terminal.line(".exit");
    assert_eq!(terminal.end().0, Some(0));
    let file = state.path().join("dipole/repl_history");
    assert!(fs::read_to_string(&file).expect("a history").contains("600 + 60\n"));
    assert_eq!(fs::metadata(&file).expect("a history").permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(state.path().join("dipole")).expect("a folder").permissions().mode() & 0o777, 0o700);
    let mut terminal = demo(state.path());
    // Up twice: the line before `.exit`.
    terminal.press("\x1b[A\x1b[A + 6\r");
    terminal.wait_for("\n666\nmain> ");
    terminal.press("\x04");
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn an_error_while_the_app_starts_is_told_and_ends_the_command() {
    let folder = folder();
    let app = folder.path().join("main.js");
    fs::write(&app, "nothing.at.all").expect("a script");
    let terminal = Terminal::start(&["repl".as_ref(), app.as_os_str()], folder.path());
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("ReferenceError: nothing is not defined"), "{shown}");
}

/// Lines in, answers out: stdout, stderr and the exit code.
fn piped(lines: &str) -> (String, String, Option<i32>) {
    let mut child = Command::new(ipc_tests::program(env!("CARGO_BIN_EXE_main_fixture")))
        .args(["repl", "demo", "--timeout", "60"])
        .env_remove("RUST_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command line starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), lines.as_bytes()).expect("lines");
    let output = child.wait_with_output().expect("an end");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn lines_from_a_pipe_are_answered_without_prompts_and_colours() {
    let (out, err, code) =
        piped("1 + 1\n\n[1,\n2]\n.invoke echo '\"a\"'\n'text'\nsetTimeout(() => console.log('late'), 5); 0\n");
    assert_eq!((out.as_str(), code), ("2\n[ 1, 2 ]\n'text'\n0\nlate\n", Some(1)), "{err}");
    assert!(err.contains("argument 1 is not JSON"), "{err}");
    let (out, err, code) = piped(".invoke echo \"a\"\n.send-sync add 1 2\n{ a: 1 }");
    assert_eq!((out.as_str(), err.as_str(), code), ("\"a\"\n3\n{ a: 1 }\n", "", Some(0)));
}

#[test]
fn what_fails_in_a_pipe_is_told_and_is_the_exit_code() {
    let (out, err, code) = piped("nope\n1\n.nope\nawait new Promise(() => {})\n[1,");
    assert_eq!((out.as_str(), code), ("1\n", Some(1)), "{err}");
    assert!(err.contains("Uncaught ReferenceError: nope is not defined\n    at REPL1:1:1\n"), "{err}");
    assert!(err.contains("There is no command '.nope'"), "{err}");
    assert!(err.contains("it was not waited for"), "{err}");
    assert!(err.contains("Unexpected end of input"), "{err}");
}
