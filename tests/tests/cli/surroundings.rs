//! What an app finds around it, and why one cannot be opened.

use std::os::unix::fs::symlink;

use super::{app, command, ended, expect, run, text};

const TELL: &str = "const { app, dialog } = require('electron');
    app.whenReady().then(async () => {
      const one = async () => (await dialog.showMessageBox({})).response;
      console.log(app.isPackaged, 'defaultApp' in process, process.env.WHO ?? '', app.getPath('userData'));
      console.log(await one(), await one(), await one(), JSON.stringify(await dialog.showOpenDialog({})));
      app.exit();
    });";

#[test]
fn folder_environment_and_dialogs_are_as_given() {
    let (folder, path) = app(&[("index.js", TELL)]);
    let data = text(&folder.path().join("a b/data"));
    let stdout = format!("false true Ada=1 {data}\n1 2 0 {{\"canceled\":false,\"filePaths\":[\"a\"]}}\n");
    let dialogs = [
        r#"{"showMessageBox":{"response":1}}"#,
        r#"{"showMessageBox":[{"response":2}],"showOpenDialog":{"filePaths":["a"]}}"#,
    ];
    let args =
        ["run", &path, "--user-data-dir", &data, "--env", "WHO=Ada=1", "--dialog", dialogs[0], "--dialog", dialogs[1]];
    let ended = expect(&args, 0, &stdout);
    assert!(ended.stderr.contains("behind the last answer that was given"), "{}", ended.stderr);
    assert!(std::fs::metadata(&data).expect("it is made").is_dir());
}

#[test]
fn the_environment_answers_dialogs_and_says_that_the_app_is_packaged() {
    let (_folder, path) = app(&[("index.js", TELL)]);
    let mut packaged = command(&["run", &path, "--env", "DIPOLE_PACKAGED=1"]);
    packaged.env("DIPOLE_DIALOG", r#"{"showMessageBox":{"response":1}}"#);
    let seen = ended(packaged.spawn().expect("the command starts"));
    assert!(
        seen.stdout.starts_with("true false ") && seen.stdout.contains("\n1 1 1 {\"canceled\":true"),
        "{}",
        seen.stdout
    );
}

#[test]
fn what_cannot_be_is_refused_before_the_app_runs() {
    let (folder, path) = app(&[("index.js", "console.log('runs')"), ("notes.txt", "precious\n")]);
    let notes = text(&folder.path().join("notes.txt"));
    for (args, part) in [
        (["--dialog", r#"{"showMesageBox":{}}"#], "--dialog: no dialog can be answered by 'showMesageBox'"),
        (["--user-data-dir", &notes], "--user-data-dir '"),
        (["--env", "WHO"], "NAME=VALUE"),
        (["--trace", &notes], "is no trace, and is not overwritten"),
        (["--trace-format", "chrome"], "--trace <FILE>"),
    ] {
        let ended = expect(&[&["run", &path][..], &args].concat(), 2, "");
        assert!(ended.stderr.contains(part), "{args:?}: {}", ended.stderr);
    }
    assert_eq!(std::fs::read_to_string(&notes).expect("the notes"), "precious\n");
    let mut broken = command(&["invoke", "demo", "add"]);
    let seen = ended(broken.env("DIPOLE_DIALOG", "{bad").spawn().expect("the command starts"));
    assert!(seen.code == Some(2) && seen.stderr.contains("DIPOLE_DIALOG is not JSON"), "{}", seen.stderr);
}

#[test]
fn each_reason_why_an_app_cannot_be_opened_is_said() {
    let (folder, path) =
        app(&[("main.js", "console.log('runs')"), ("package.json", "{\n  // why\n  \"main\": \"main.js\"\n}")]);
    symlink("gone.js", folder.path().join("dead.js")).expect("a link");
    symlink("loop.js", folder.path().join("loop.js")).expect("a link");
    for (name, part) in [
        ("mian.js", "there is no app at"),
        ("mian.js", "/main.js'?"),
        ("dead.js", "is a link to 'gone.js', which does not exist"),
        ("loop.js", "its links lead in a loop"),
        ("", "package.json' cannot be read: key must be a string at line 2 column 3. JSON has no comments"),
    ] {
        let ended = expect(&["run", &format!("{path}/{name}")], 2, "");
        assert!(ended.stderr.contains(part), "{name}: {}", ended.stderr);
    }
    std::fs::write(folder.path().join("package.json"), "\u{feff}{\"main\": \"main.js\"}").expect("a file");
    expect(&["run", &path, "--until-idle"], 0, "runs\n");
}

#[test]
fn a_trace_holds_what_messages_hold_if_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = text(&folder.path().join("trace"));
    let trace = |more: &[&str]| {
        let ended = run(&[&["run", "demo", "--trace", &file][..], more].concat());
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        std::fs::read_to_string(&file).expect("a trace")
    };
    let lines = |text: &str| -> Vec<serde_json::Value> {
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let of = |lines: &[serde_json::Value], verb: &str, channel: &str| {
        lines.iter().find(|line| line["verb"] == verb && line["channel"] == channel).cloned().expect("a message")
    };
    let plain = lines(&trace(&[]));
    assert!(of(&plain, "invoke", "add")["content"].is_null());
    let full = lines(&trace(&["--trace-contents"]));
    assert_eq!(of(&full, "invoke", "add")["content"], serde_json::json!([4, 5, 6]));
    let reply = of(&full, "reply", "add");
    assert_eq!((&reply["content"], &reply["status"]), (&15.into(), &"ok".into()));
    let short = lines(&trace(&["--trace-contents=3"]));
    assert_eq!(of(&short, "invoke", "add")["contentStart"], "[4,");
    // The longer trace of before is gone.
    let events: Vec<serde_json::Value> = serde_json::from_str(&trace(&["--trace-format", "chrome"])).expect("JSON");
    let named = |name: &str| events.iter().any(|event| event["ph"] == "M" && event["args"]["name"] == name);
    assert!(named("main") && named("renderer 1"), "{events:?}");
    let arrows = |phase: &str| events.iter().filter(|event| event["ph"] == phase).count();
    assert!(arrows("s") > 3 && arrows("s") == arrows("f") && arrows("b") == arrows("e"), "{events:?}");
    assert_eq!(lines(&trace(&[])).len(), plain.len());
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let ended = run(&["completions", shell]);
        assert!(ended.code == Some(0) && ended.stdout.contains("send-sync"), "{shell}: {}", ended.stderr);
    }
}
