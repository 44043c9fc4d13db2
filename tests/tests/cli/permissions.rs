//! What pages and the command line may do, where an app has permissions.

use super::{Ended, app, expect, run, text};

/// Answers `yes` and `no` in every way, and sends both when it is told to go.
const MAIN: &str = r#"
    const { app, BrowserWindow, ipcMain, MessageChannelMain } = require('electron');
    for (const name of ['yes', 'no', 'more']) {
      ipcMain.handle(name, () => { console.log(`main: invoke ${name}`); return name; });
      ipcMain.on(name, (event) => {
        const kind = event.ports !== undefined ? 'post' : 'returnValue' in event ? 'sync' : 'send';
        console.log(`main: ${kind} ${name}`);
        if (kind === 'sync') event.returnValue = name;
      });
    }
    ipcMain.on('go', ({ sender }) => {
      for (const name of ['yes', 'no']) {
        if (sender.send(name) === false) console.log(`main: ${name} is not sent`);
        const { port1, port2 } = new MessageChannelMain();
        port1.once('close', () => console.log(`main: the port of ${name} is closed`));
        port1.start();
        sender.postMessage(name, 0, [port2]);
        sender.invoke(name).then((value) => console.log(`main: asked ${value}`), (error) => console.log(`main: ${error.message}`));
      }
    });
    app.on('render-process-gone', (event, contents, { reason }) => console.log(`main: gone ${reason}`));
    app.whenReady().then(() => {
      new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } }).loadFile('index.html');
    });
"#;

const PAGE: &str = r#"<!DOCTYPE html><script>
    const { ipcRenderer } = require('electron');
    const ports = [];
    for (const name of ['yes', 'no']) {
      ipcRenderer.on(name, (event) => {
        console.log(`got ${name}${event.ports.length > 0 ? ' with a port' : ''}`);
        event.ports.forEach((port) => port.close());
      });
      ipcRenderer.handle(name, () => name);
    }
    (async () => {
      for (const name of ['yes', 'no']) {
        await ipcRenderer.invoke(name).then((value) => console.log(`invoke ${value}`), (error) => console.log(error.message));
        try { console.log(`sync ${ipcRenderer.sendSync(name)}`); } catch (error) { console.log(error.message); }
        ipcRenderer.send(name);
        ipcRenderer.postMessage(name, 0, [new MessageChannel().port1]);
        window.open(`${name}.html`);
      }
      ipcRenderer.send('go');
    })();
</script>"#;

const RULES: &str = r#"{ "renderers": [ { "url": "index.html", "allow": {
    "invoke": ["y*"], "send": ["yes", "go"], "sync": ["*"], "receive": ["yes"], "post": ["yes"], "open": ["*.html"]
  }, "deny": { "sync": ["n*"], "open": ["no.html"] } } ] }"#;

/// What is printed of a name that is allowed, and what of another.
const YES: [&str; 11] = [
    "main: invoke NAME",
    "main: sync NAME",
    "main: send NAME",
    "main: post NAME",
    "main: the port of NAME is closed",
    "main: asked NAME",
    "[renderer 1] invoke NAME",
    "[renderer 1] sync NAME",
    "[renderer 1] got NAME",
    "[renderer 1] got NAME with a port",
    "opened NAME",
];
const NO: [&str; 5] = [
    "[renderer 1] Error invoking remote method 'NAME': Error: 'NAME' is not permitted (invoke)",
    "[renderer 1] 'NAME' is not permitted (sync)",
    "main: NAME is not sent",
    "main: 'NAME' is not permitted (receive)",
    "main: the port of NAME is closed",
];

fn probe(files: &[(&str, &str)]) -> (tempfile::TempDir, String) {
    let opened = |name: &str| format!("<script>console.log('opened {name}')</script>");
    let (yes, no) = (opened("yes"), opened("no"));
    let all = [("index.js", MAIN), ("index.html", PAGE), ("yes.html", &yes), ("no.html", &no)];
    app(&[&all[..], files].concat())
}

/// Requires these lines in any order: processes do not wait for each other.
#[track_caller]
fn prints(ended: &Ended, code: i32, expected: impl IntoIterator<Item = String>) {
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    // Which of two windows comes first is not said.
    let printed = ended.stdout.lines().map(|line| match line.split_once("] opened ") {
        Some((_, name)) => format!("opened {name}"),
        None => line.to_owned(),
    });
    assert_eq!(sorted(printed.collect()), sorted(expected.into_iter().collect()), "{}", ended.stderr);
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
}

fn of<'a>(name: &'a str, lines: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    lines.iter().map(move |line| line.replace("NAME", name))
}

#[test]
fn a_page_does_what_it_has_permission_for_and_nothing_else() {
    let (folder, path) = probe(&[("rules.json", RULES)]);
    let rules = text(&folder.path().join("rules.json"));
    let ended = run(&["run", &path, "--until-idle", "--permissions", &rules]);
    prints(&ended, 0, of("yes", &YES).chain(of("no", &NO)));
    let told = |what: &str| format!("main-proc: renderer 1 (index.html): {what}\n");
    let expected = [
        told("'no' is not permitted (invoke)"),
        told("'no' is not permitted (sync)"),
        told("'no' is not permitted (send)"),
        told("'no' is not permitted (post)"),
        told("'no.html' is not permitted (open)"),
        told("'no' is not permitted (receive)"),
    ];
    assert_eq!(ended.stderr, expected.concat(), "each once");
}

#[test]
fn without_permissions_everything_is_allowed_and_what_was_needed_is_recorded() {
    // A file that nobody has named is none.
    let (folder, path) = probe(&[("dipole.permissions.json", r#"{ "renderers": [] }"#)]);
    let everything = || of("yes", &YES).chain(of("no", &YES));
    let needed = text(&folder.path().join("needed.json"));
    let ended = run(&["run", &path, "--until-idle", "--record-permissions", &needed]);
    prints(&ended, 0, everything());
    let recorded = std::fs::read_to_string(&needed).expect("a file");
    let expected = serde_json::json!({ "renderers": [{ "url": "index.html", "allow": {
        "invoke": ["no", "yes"], "send": ["go", "no", "yes"], "sync": ["no", "yes"], "receive": ["no", "yes"],
        "post": ["no", "yes"], "open": ["no.html", "yes.html"],
    } }] });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&recorded).expect("JSON"), expected);
    // With that it works as before, and one channel more is denied.
    let more = "require('electron').ipcRenderer.invoke('more').catch((error) => console.log(error.message))";
    let args = ["run", &path, "--until-idle", "--permissions", &needed, "--eval", more];
    let ended = run(&args);
    let denied = "[renderer 1] Error invoking remote method 'more': Error: 'more' is not permitted (invoke)".to_owned();
    prints(&ended, 0, everything().chain([denied]));
    assert_eq!(ended.stderr, "main-proc: renderer 1 (index.html): 'more' is not permitted (invoke)\n");
    // The same run needs the same text; what is denied is not needed.
    let again = text(&folder.path().join("again.json"));
    run(&[&args[..], &["--record-permissions", &again]].concat());
    assert_eq!(std::fs::read_to_string(&again).expect("a file"), recorded);
    // A run that is ended by its time has needed something as well.
    let (folder, path) = probe(&[]);
    let late = text(&folder.path().join("late.json"));
    let args = ["run", &path, "--wait-for", "#never", "--timeout", "5", "--record-permissions", &late];
    assert_eq!(run(&args).code, Some(124));
    assert_eq!(std::fs::read_to_string(&late).expect("a file"), recorded);
    let names = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(names, 5, "nothing is left beside it");
}

#[test]
fn a_page_that_goes_on_to_another_has_the_rules_of_that_and_goes_nowhere_else() {
    let page = |then: &str| {
        format!(
            "<script>const {{ ipcRenderer }} = require('electron');
            const ask = (name) => ipcRenderer.invoke(name).then(console.log, (error) => console.log(error.message));
            (async () => {{ await ask('yes'); await ask('no'); {then} }})();</script>"
        )
    };
    let (first, last) =
        (page("location.href = 'no.html'; await ask('yes'); location.href = './a/../yes.html#x';"), page(""));
    let rules = r#"{ "renderers": [
        { "url": "index.html", "allow": { "invoke": ["yes"], "open": ["yes.html"] } },
        { "url": "yes.html", "allow": { "invoke": ["no"] } }
    ] }"#;
    let package = r#"{ "dipole": { "permissions": "rules.json" } }"#;
    let (_folder, path) = app(&[
        ("index.js", MAIN),
        ("index.html", &first),
        ("yes.html", &last),
        ("no.html", "<script>console.log('not to be seen')</script>"),
        ("rules.json", rules),
        ("package.json", package),
    ]);
    let ended = run(&["run", &path, "--until-idle"]);
    let denied = |name: &str| {
        format!("[renderer 1] Error invoking remote method '{name}': Error: '{name}' is not permitted (invoke)")
    };
    let plain = |line: &str| line.to_owned();
    let expected = [
        plain("main: invoke yes"),
        plain("[renderer 1] yes"),
        denied("no"),
        plain("main: invoke yes"),
        plain("[renderer 1] yes"),
        denied("yes"),
        plain("main: invoke no"),
        plain("[renderer 1] no"),
    ];
    assert_eq!(ended.stdout.lines().collect::<Vec<_>>(), expected, "{}", ended.stderr);
    assert!(ended.stderr.contains("renderer 1 (index.html): 'no.html' is not permitted (open)"), "{}", ended.stderr);
    // A script that is named itself has the permissions of its folder's package.json too.
    let ended = run(&["run", &format!("{path}/index.js"), "--until-idle"]);
    assert!(ended.stderr.contains("is not permitted (open)"), "{}", ended.stderr);
}

#[test]
fn a_page_that_does_not_stop_trying_is_ended() {
    let page = "<script>const { ipcRenderer } = require('electron');
        for (let n = 0; n < 1000; n++) ipcRenderer.send('no');</script>";
    let (_folder, path) = app(&[
        ("index.js", MAIN),
        ("index.html", page),
        ("package.json", r#"{ "dipole": { "permissions": "rules.json" } }"#),
        ("rules.json", r#"{ "renderers": [] }"#),
    ]);
    let ended = run(&["run", &path, "--until-idle"]);
    assert_eq!(ended.stdout, "main: gone killed\n", "{}", ended.stderr);
    let text = "is ended: 100 of its messages within 10s were not permitted, the last one on 'no' (send)";
    assert!(ended.stderr.contains(text), "{}", ended.stderr);
    assert!(ended.stderr.contains("99 more of its messages were not permitted"), "{}", ended.stderr);
}

#[test]
fn what_a_page_tries_again_is_counted_and_told_at_its_end() {
    let page = "<script>const { ipcRenderer } = require('electron');
        for (let n = 0; n < 5; n++) ipcRenderer.send('no');</script>";
    let rules = r#"{ "renderers": [] }"#;
    let (folder, path) = app(&[("index.js", MAIN), ("index.html", page), ("rules.json", rules)]);
    let rules = text(&folder.path().join("rules.json"));
    let told = |what: &str| format!("main-proc: renderer 1 (index.html): {what}\n");
    let expected = told("'no' is not permitted (send)") + &told("4 more of its messages were not permitted");
    assert_eq!(run(&["run", &path, "--until-idle", "--permissions", &rules]).stderr, expected);
}

#[test]
fn calls_of_the_command_line_have_the_permissions_of_its_name() {
    let rules = r#"{ "renderers": [
        { "url": "*", "allow": { "invoke": ["*"], "send": ["*"], "sync": ["*"], "receive": ["*"], "post": ["*"], "open": ["*"] } },
        { "name": "command-line", "allow": { "invoke": ["yes"] } }
    ] }"#;
    let (folder, path) = app(&[("index.js", MAIN), ("index.html", ""), ("rules.json", rules)]);
    let rules = text(&folder.path().join("rules.json"));
    expect(&["invoke", &path, "yes", "--permissions", &rules], 0, "\"yes\"\n");
    let denied = expect(&["invoke", &path, "no", "--permissions", &rules], 1, "");
    for part in ["'no' is not permitted (invoke)", "the name 'command-line'"] {
        assert!(denied.stderr.contains(part), "{}", denied.stderr);
    }
    let denied = expect(&["send-sync", &path, "yes", "--permissions", &rules], 1, "");
    assert!(denied.stderr.contains("'yes' is not permitted (sync)"), "{}", denied.stderr);
    expect(&["invoke", &path, "no"], 0, "\"no\"\n");
}

#[test]
fn permissions_that_cannot_be_used_are_an_error_with_their_line() {
    let wrong = "{ \"renderers\": [\n  { \"url\": \"*\", \"allow\": { \"invok\": [\"a\"] } }\n] }";
    let (folder, path) = app(&[
        ("index.js", "console.log('not to be seen')"),
        ("wrong.json", wrong),
        ("package.json", r#"{ "dipole": { "permissions": "wrong.json" } }"#),
    ]);
    let named = expect(&["run", &path], 2, "");
    let there = "line 2, column 34: unknown field `invok`, expected one of `invoke`, `send`, `sync`";
    assert!(named.stderr.contains(there) && named.stderr.contains("wrong.json"), "{}", named.stderr);
    let wrong = text(&folder.path().join("wrong.json"));
    for command in [["run", &path].as_slice(), &["invoke", "demo", "add"], &["script", "demo"], &["repl", "demo"]] {
        let ended = expect(&[command, &["--permissions", &wrong]].concat(), 2, "");
        assert!(ended.stderr.contains(there), "{command:?}: {}", ended.stderr);
    }
    let none = expect(&["run", &path, "--permissions", "nowhere.json"], 2, "");
    assert!(none.stderr.contains("'nowhere.json' cannot be used: No such file"), "{}", none.stderr);
    // A word that is not known would otherwise mean that everything is allowed.
    let (_folder, path) = app(&[("index.js", ""), ("package.json", r#"{ "dipole": { "permission": "x" } }"#)]);
    let ended = expect(&["run", &path], 2, "");
    assert!(ended.stderr.contains("unknown field `permission`, expected `permissions`"), "{}", ended.stderr);
}
