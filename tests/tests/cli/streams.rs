//! What is written, and to whom.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::{app, command, ended, expect, run, text};

const ENDLESS: &str = "setInterval(() => { console.log('out'); console.error('err') }, 1)";

#[test]
fn a_reader_of_either_stream_that_is_gone_ends_an_app() {
    let (_folder, path) = app(&[("index.js", ENDLESS)]);
    for which in ["stdout", "stderr", "both"] {
        let mut child = command(&["run", &path]).spawn().expect("the command starts");
        if which != "stderr" {
            drop(child.stdout.take());
        }
        if which != "stdout" {
            drop(child.stderr.take());
        }
        assert_eq!(ended(child).code, Some(141), "{which}");
    }
}

#[test]
fn an_app_goes_on_when_nobody_reads_what_its_pages_and_the_log_say() {
    let page =
        "<script>for (let i = 0; i < 9; i++) console.error(i); require('electron').ipcRenderer.send('done')</script>";
    let main = "const { app, BrowserWindow, ipcMain } = require('electron');
        ipcMain.on('done', () => setTimeout(() => app.exit(5), 10));
        const webPreferences = { nodeIntegration: true, contextIsolation: false };
        app.whenReady().then(() => new BrowserWindow({ webPreferences }).loadFile('index.html'))";
    let (_folder, path) = app(&[("index.js", main), ("index.html", page)]);
    let mut child = command(&["run", &path, "-v"]).spawn().expect("the command starts");
    drop(child.stderr.take());
    assert_eq!(ended(child).code, Some(5));
}

#[test]
fn a_full_disk_is_an_error() {
    let full = || Stdio::from(OpenOptions::new().write(true).open("/dev/full").expect("Linux"));
    let (_folder, path) = app(&[("index.js", "console.log('x'); require('electron').app.quit()")]);
    for args in
        [&["run", &path][..], &["run", "demo"], &["invoke", "demo", "add", "1"], &["send-sync", "demo", "add", "1"]]
    {
        let ended = ended(command(args).stdout(full()).spawn().expect("the command starts"));
        assert_eq!(ended.code, Some(1), "{args:?}");
        assert!(ended.stderr.contains("output could not be written: No space left"), "{args:?}: {}", ended.stderr);
    }
}

#[test]
fn a_page_cannot_act_on_the_terminal_nor_print_for_others() {
    let page = r#"<script>console.log('a\x1b[31m\r\n[renderer 2] b\x9b\u202e')</script>"#;
    let main = "const { app, BrowserWindow } = require('electron'); process.stdout.write('part');
        app.whenReady().then(() => new BrowserWindow().loadFile('index.html'))";
    let (_folder, path) = app(&[("index.js", main), ("index.html", page)]);
    let lines = "part\n[renderer 1] a\\x1B[31m\\r\n[renderer 1] [renderer 2] b\\x9B\\u202E\n";
    expect(&["run", &path, "--until-idle"], 0, lines);
}

#[test]
fn what_main_prints_goes_as_it_is() {
    let (_folder, path) = app(&[("index.js", r"console.log('\x1b[1mbold\x1b[0m'); process.stdout.write('no end')")]);
    expect(&["run", &path, "--until-idle"], 0, "\x1b[1mbold\x1b[0m\nno end");
}

#[test]
fn a_slow_reader_gets_everything_in_order() {
    let main = "for (let i = 0; i < 20000; i++) console.log(i, 'x'.repeat(20)); console.log('y'.repeat(300000));
        require('electron').app.quit()";
    let (_folder, path) = app(&[("index.js", main)]);
    let mut child = command(&["run", &path]).spawn().expect("the command starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("its output"));
    for number in 0..20000 {
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        assert_eq!(line, format!("{number} {}\n", "x".repeat(20)));
    }
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("the rest");
    assert_eq!(rest.len(), 300_001);
    assert_eq!(ended(child).code, Some(0));
}

#[test]
fn an_app_whose_reader_sleeps_can_still_be_ended() {
    let page = "<script>for (let i = 0; i < 5000; i++) console.log('x'.repeat(1000))</script>";
    let main = "const { app, BrowserWindow } = require('electron');
        app.whenReady().then(() => new BrowserWindow().loadFile('index.html'));
        process.on('exit', () => console.log('y'.repeat(300000)));
        if (process.argv[2]) setInterval(() => console.log('x'.repeat(1000)), 1)";
    let (_folder, path) = app(&[("index.js", main), ("index.html", page)]);
    for more in [&[][..], &["--", "main"]] {
        let args = [&["run", &path, "--timeout", "0.3"], more].concat();
        let mut child = command(&args).spawn().expect("the command starts");
        let kept = child.stdout.take();
        assert_eq!(ended(child).code, Some(124));
        drop(kept);
        let mut child = command(&[&["run", &path], more].concat()).spawn().expect("the command starts");
        let mut kept = child.stdout.take().expect("its output");
        kept.read_exact(&mut [0; 10]).expect("it prints");
        kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
        assert_eq!(ended(child).code, Some(130));
    }
}

#[test]
fn a_page_that_prints_faster_than_is_read_does_not_keep_others_waiting() {
    let flood = "<script>for (let i = 0; i < 20000; i++) console.log('x'.repeat(1000))</script>";
    let calls = "<script>setInterval(() => require('electron').ipcRenderer.invoke('x'), 5)</script>";
    let main = "const { app, BrowserWindow, ipcMain } = require('electron');
        const webPreferences = { nodeIntegration: true, contextIsolation: false };
        app.whenReady().then(async () => {
            await new BrowserWindow({ webPreferences }).loadFile('calls.html');
            new BrowserWindow().loadFile('flood.html');
            setTimeout(() => {
                let calls = 0;
                ipcMain.handle('x', () => { if (++calls === 20) { process.stderr.write('answered\\n'); app.exit(7) } });
            }, 300);
        });";
    let (_folder, path) = app(&[("index.js", main), ("flood.html", flood), ("calls.html", calls)]);
    let mut child = command(&["run", &path]).spawn().expect("the command starts");
    let mut stdout = child.stdout.take().expect("its output");
    let mut stderr = BufReader::new(child.stderr.take().expect("its errors"));
    // Nobody reads its output until that is there.
    let answered = std::iter::from_fn(|| {
        let mut line = String::new();
        stderr.read_line(&mut line).ok().filter(|read| *read > 0).map(|_| line)
    });
    assert!(answered.into_iter().any(|line| line == "answered\n"));
    std::io::copy(&mut stdout, &mut std::io::sink()).expect("the rest");
    assert_eq!(child.wait().expect("a status").code(), Some(7));
}

#[test]
fn closed_streams_are_no_trouble() {
    for redirect in [">&-", "2>&-", ">&- 2>&- <&-"] {
        let program = text(ipc_tests::program(env!("CARGO_BIN_EXE_main_fixture")).as_ref());
        let (_folder, path) = app(&[("index.js", "console.log(1); console.error(2); require('electron').app.exit(4)")]);
        let script = format!("'{program}' run '{path}' {redirect}");
        let mut shell = std::process::Command::new("sh");
        let status = shell.args(["-c", &script]).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("a shell");
        assert_eq!(status.code(), Some(4), "{redirect}");
    }
}

#[test]
fn one_place_for_both_streams_keeps_their_order() {
    let (folder, path) =
        app(&[("index.js", "for (let i = 0; i < 500; i++) { console.log(i); console.error(i) }; process.exit()")]);
    let file = std::fs::File::create(folder.path().join("log")).expect("a file");
    let errors = file.try_clone().expect("a descriptor");
    let status = command(&["run", &path]).stdout(file).stderr(errors).status().expect("the command starts");
    assert_eq!(status.code(), Some(0));
    let expected: String = (0..500).map(|i| format!("{i}\n{i}\n")).collect();
    assert_eq!(std::fs::read_to_string(folder.path().join("log")).expect("text"), expected);
    assert_eq!(run(&["run", &path]).code, Some(0));
}

#[test]
fn what_other_processes_write_themselves_keeps_its_order_and_breaks_no_line_of_json() {
    let main = "
        const { app, BrowserWindow, utilityProcess } = require('electron');
        app.whenReady().then(() => {
          utilityProcess.fork(__dirname + '/child.js').on('exit', () => {
            const node = { nodeIntegration: true, contextIsolation: false };
            new BrowserWindow({ webPreferences: node }).loadFile('page.html');
          });
        });";
    let child =
        "process.stdout.write('a'); process.stdout.write('b\\n'); console.log('c'); process.stdout.write('d\\n');
        const e = Buffer.from('é\\n'); process.stdout.write(e.subarray(0, 1)); process.stdout.write(e.subarray(1));";
    let page =
        "<script>process.stdout.write('one\\ntwo'); process.stdout.write(' \\x1b[1m\\n[renderer 7] rest')</script>";
    let (_folder, path) = app(&[("index.js", main), ("child.js", child), ("page.html", page)]);
    let expected = "ab\nc\nd\né\n[renderer 1] one\n[renderer 1] two \\x1B[1m\n[renderer 1] [renderer 7] rest\n";
    expect(&["run", &path, "--until-idle"], 0, expected);
    let ended = run(&["run", &path, "--until-idle", "--json"]);
    let lines = ended.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let texts: Vec<String> = lines.filter_map(|line| Some(line["text"].as_str()?.to_owned())).collect();
    assert_eq!(texts, ["a", "b\n", "c", "d\n", "é\n", "one\ntwo", " \u{1b}[1m\n[renderer 7] rest"]);
}
