//! Values that go in and come out as JSON.

use std::io::Write as _;
use std::process::Stdio;

use super::{app, command, ended, expect, run};

/// Answers with what it got, and with values that JSON has no word for.
const ECHO: &str = r#"
    const { ipcMain } = require('electron');
    ipcMain.handle('echo', (event, ...args) => (args.length === 1 ? args[0] : args));
    ipcMain.handle('is', (event, value) => Object.prototype.toString.call(value));
    ipcMain.on('deaf', () => {});
    ipcMain.on('object', (event) => { event.returnValue = { error: 'reply was never sent' }; });
    const cycle = {};
    cycle.self = cycle;
    ipcMain.handle('make', (event, name) => ({ cycle, hole: [1,,3], own: { $map: 1 }, big: 2n ** 70n, url: /a+/gi })[name]);
"#;

fn echo() -> (tempfile::TempDir, String) {
    app(&[("index.js", ECHO)])
}

#[test]
fn values_come_back_as_they_went() {
    let (_folder, path) = echo();
    for text in [
        r#"{"$map":[["a",{"$set":[{"$bigint":"856386184130166833"}]}]]}"#,
        r#"[{"$undefined":true},{"$number":"NaN"},-0,{"$holes":2},1]"#,
        r#"{"$error":{"name":"RangeError","message":"m"}}"#,
        r#"{"$view":{"type":"Float32Array","bytes":"AADAPw=="}}"#,
        r#"{"$array":{"items":[1],"properties":{"name":{"$boxed":"x"}}}}"#,
        r#"{"$object":{"$object":{"$object":{"$map":1}}}}"#,
        r#""\ud800 é""#,
    ] {
        expect(&["invoke", &path, "echo", text], 0, &format!("{text}\n"));
    }
    expect(&["invoke", &path, "is", r#"{"$date":null}"#], 0, "\"[object Date]\"\n");
}

#[test]
fn what_json_has_no_word_for_is_printed_in_a_form() {
    let (_folder, path) = echo();
    for (name, text) in [
        ("hole", r#"[1,{"$holes":1},3]"#),
        ("own", r#"{"$object":{"$map":1}}"#),
        ("big", r#"{"$bigint":"1180591620717411303424"}"#),
        ("url", r#"{"$regexp":{"source":"a+","flags":"gi"}}"#),
    ] {
        expect(&["invoke", &path, "make", &format!("\"{name}\"")], 0, &format!("{text}\n"));
    }
    let ended = expect(&["invoke", &path, "make", "\"cycle\""], 1, "");
    assert!(ended.stderr.contains("the result contains itself: a cycle"), "{}", ended.stderr);
}

#[test]
fn an_argument_that_would_change_is_refused_before_anything_runs() {
    let (_folder, path) = app(&[("index.js", "console.error('runs')")]);
    for (text, part) in [
        ("[1,{\"a\":9007199254740993}]", "JavaScript has no number 9007199254740993, it would become 9007199254740992"),
        ("{\"$bytes\":\"?\"}", "\"?\" is no content for $bytes"),
        ("@no/such/file", "cannot read 'no/such/file'"),
    ] {
        let ended = expect(&["invoke", &path, "echo", text], 2, "");
        assert!(ended.stderr.contains(part) && !ended.stderr.contains("runs"), "{text}: {}", ended.stderr);
    }
}

#[test]
fn an_argument_may_come_from_the_standard_input_or_a_file() {
    let (folder, path) = echo();
    let file = folder.path().join("value.json");
    std::fs::write(&file, "{\n  \"a\": 1\n}\n").expect("a file");
    let file = format!("@{}", file.display());
    let mut child =
        command(&["invoke", &path, "echo", &file, "-", "3"]).stdin(Stdio::piped()).spawn().expect("the command starts");
    child.stdin.take().expect("its input").write_all(b"[2]\n").expect("it reads");
    assert_eq!(ended(child).stdout, "[{\"a\":1},[2],3]\n");
    let ended = expect(&["invoke", &path, "echo", "-", "-"], 2, "");
    assert!(ended.stderr.contains("only once"), "{}", ended.stderr);
}

#[test]
fn a_send_sync_that_nobody_answers_fails() {
    let (_folder, path) = echo();
    let ended = expect(&["send-sync", &path, "deaf"], 1, "");
    assert!(ended.stderr.contains("reply was never sent"), "{}", ended.stderr);
    expect(&["send-sync", &path, "object"], 0, "{\"error\":\"reply was never sent\"}\n");
}

#[test]
fn a_script_line_that_cannot_be_read_fails_alone() {
    let (folder, path) = echo();
    let file = folder.path().join("commands");
    std::fs::write(
        &file,
        b"invoke echo 1\ninvoke echo \"\xff\"\ninvoke echo 1e400\neval throw new RangeError('far')\ninvoke echo 2\n",
    )
    .expect("a file");
    let ended = run(&["script", &path, file.to_str().expect("UTF-8")]);
    let lines: Vec<serde_json::Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let error = |at: usize| lines[at]["error"].clone();
    assert_eq!((ended.code, lines.len()), (Some(1), 5), "{}", ended.stderr);
    assert_eq!((&lines[0]["result"], &lines[4]["result"]), (&1.into(), &2.into()));
    assert!(error(1)["message"].as_str().is_some_and(|text| text.contains("not UTF-8")), "{}", error(1));
    assert!(error(2)["message"].as_str().is_some_and(|text| text.contains("no number 1e400")), "{}", error(2));
    assert_eq!(error(3), serde_json::json!({ "name": "RangeError", "message": "far", "line": 4 }));
    let folder = folder.path().to_str().expect("UTF-8");
    let ended = expect(&["script", &path, folder], 2, "");
    assert!(ended.stderr.contains(folder), "{}", ended.stderr);
}

#[test]
fn a_run_that_never_begins_says_so_to_programs_too() {
    let (_folder, path) = app(&[("index.js", "throw new TypeError('no')")]);
    for (args, code, reason) in [
        (&["run", "--json", "--fly", "demo"][..], 2, "usage"),
        (&["run", "--json", "no/such/app"], 2, "usage"),
        (&["run", "--json", &path], 1, "failed"),
    ] {
        let ended = run(args);
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        let last: serde_json::Value = serde_json::from_str(ended.stdout.lines().last().expect("a line")).expect("JSON");
        assert_eq!((&last["type"], &last["reason"]), (&"exit".into(), &reason.into()), "{last}");
        assert!(last["text"].as_str().is_some_and(|text| !text.is_empty()), "{last}");
    }
    expect(&["run", "demo", "--fly", "--", "--json"], 2, "");
}

#[test]
fn a_value_that_the_engine_cannot_hold_fails_the_call_and_is_no_error_of_the_app() {
    let (folder, path) = echo();
    let file = folder.path().join("big.json");
    std::fs::write(&file, format!(r#"{{"$bigint":"0x{}"}}"#, "f".repeat(1 << 20))).expect("a file");
    let ended = expect(&["invoke", &path, "echo", &format!("@{}", file.display())], 1, "");
    assert!(ended.stderr.starts_with("main cannot hold the value: RangeError"), "{}", ended.stderr);
    let ended = expect(&["invoke", &path, "echo", r#"{"$regexp":{"source":"(","flags":""}}"#], 2, "");
    assert!(ended.stderr.starts_with("error: argument 1: $regexp: /(/ is none"), "{}", ended.stderr);
}

#[test]
fn a_number_with_a_sign_in_its_exponent_is_a_number() {
    let (_folder, path) = echo();
    expect(&["invoke", &path, "echo", "-1.5e-7", "--timeout", "60", "-2E+3"], 0, "[-1.5e-7,-2000]\n");
}

#[test]
fn a_mark_before_the_first_command_is_no_part_of_it() {
    let (folder, path) = echo();
    let file = folder.path().join("commands");
    std::fs::write(&file, "\u{feff}invoke echo 1\ninvoke echo 2\n").expect("a file");
    let expected = "{\"ok\":true,\"result\":1}\n{\"ok\":true,\"result\":2}\n";
    expect(&["script", &path, file.to_str().expect("UTF-8")], 0, expected);
}

#[test]
fn a_result_that_comes_item_by_item_is_a_line_each_and_in_a_script_a_list() {
    let main = r#"
        const { ipcMain } = require('electron');
        ipcMain.handle('rows', async function* (event, count) { for (let i = 0; i < count; i++) yield { row: i }; });
        ipcMain.handle('fails', async function* () { yield 1; throw new RangeError('no more'); });
    "#;
    let (folder, path) = app(&[("index.js", main)]);
    expect(&["invoke", &path, "rows", "2"], 0, "{\"row\":0}\n{\"row\":1}\n");
    expect(&["invoke", &path, "rows", "0"], 0, "");
    let failed = expect(&["invoke", &path, "fails"], 1, "1\n");
    assert!(failed.stderr.contains("RangeError: no more"), "{}", failed.stderr);

    let commands = folder.path().join("commands");
    std::fs::write(&commands, "invoke rows 2\ninvoke rows 0\n").expect("a file");
    let ended = run(&["script", &path, &commands.display().to_string()]);
    let results: Vec<serde_json::Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let results: Vec<_> = results.iter().map(|line| line["result"].to_string()).collect();
    assert_eq!(results, [r#"[{"row":0},{"row":1}]"#, "[]"], "{}", ended.stdout);
}
