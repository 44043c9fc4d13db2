//! What goes wrong in an app: how it is told, and what it makes of the exit code.

use super::{Ended, app, expect, run};

/// An app whose window loads `page`, with a main script before that.
fn with_page(main: &str, page: &str) -> (tempfile::TempDir, String) {
    let main = format!(
        "const {{ app, BrowserWindow }} = require('electron'); {main};
         app.whenReady().then(() => {{
           const window = new BrowserWindow({{ webPreferences: {{ nodeIntegration: true, contextIsolation: false }} }});
           window.loadFile('index.html');
         }});"
    );
    app(&[("index.js", &main), ("index.html", page)])
}

const BROKEN: [(&str, &str, &str); 7] = [
    ("setTimeout(() => { throw new Error('it broke') }, 1)", "", "Error: it broke"),
    ("Promise.reject(new Error('it broke'))", "", "Error: it broke"),
    ("", "<script>throw new Error('it broke')</script>", "Error: it broke"),
    ("", "<script>Promise.reject(new Error('it broke'))</script>", "Error: it broke"),
    ("", "<script>setTimeout(() => process.crash(), 1)</script>", "renderer 1 was ended by signal 6 (crashed)"),
    ("app.whenReady().then(() => { new BrowserWindow().loadFile('none.html') })", "", "ERR_FILE_NOT_FOUND"),
    (
        "app.whenReady().then(() => new BrowserWindow({ webPreferences: { preload: '/none.js' } }).loadURL('about:blank'))",
        "",
        "/none.js",
    ),
];

#[test]
fn what_goes_wrong_is_told_and_with_fail_on_error_it_is_the_commands_failure() {
    for (main, page, told) in BROKEN {
        let (_folder, path) = with_page(main, page);
        let ended = run(&["run", &path, "--until-idle"]);
        assert!(ended.stderr.contains(told), "{main}{page}: {}", ended.stderr);
        let expected = if told.contains("crashed") { 3 } else { 0 };
        assert_eq!(ended.code, Some(expected), "{main}{page}: {}", ended.stderr);
        let ended = run(&["run", &path, "--until-idle", "--fail-on-error"]);
        assert!(ended.stderr.contains("--fail-on-error") && ended.stderr.contains(told), "{}", ended.stderr);
        assert_eq!(ended.code, Some(1), "{main}{page}: {}", ended.stderr);
    }
}

#[test]
fn what_an_app_takes_care_of_is_no_failure() {
    for (main, page) in [
        ("process.on('uncaughtException', () => {}); setTimeout(() => { throw 1 }, 1)", ""),
        ("process.on('unhandledRejection', () => {}); Promise.reject(1)", ""),
        ("", "<script>onerror = () => true; throw new Error('taken')</script>"),
        ("", "<script>addEventListener('unhandledrejection', (e) => e.preventDefault()); Promise.reject(1)</script>"),
        ("app.whenReady().then(() => new BrowserWindow().loadFile('none.html').catch(() => {}))", ""),
    ] {
        let (_folder, path) = with_page(main, page);
        let ended = run(&["run", &path, "--until-idle", "--fail-on-error"]);
        assert_eq!(ended.code, Some(0), "{main}{page}: {}", ended.stderr);
    }
}

#[test]
fn a_crash_that_the_app_handles_is_left_to_it() {
    let main = "app.on('render-process-gone', (e, contents, { reason }) => { console.log(reason); app.exit(5) })";
    let (_folder, path) = with_page(main, "<script>process.crash()</script>");
    let ended = expect(&["run", &path, "--fail-on-error"], 5, "crashed\n");
    assert_eq!(ended.stderr, "");
}

#[test]
fn an_error_in_a_utility_process_counts() {
    let main = "const { app, utilityProcess } = require('electron');
        app.whenReady().then(() => utilityProcess.fork(__dirname + '/child.js'))";
    let (_folder, path) = app(&[("index.js", main), ("child.js", "throw new Error('in the child')")]);
    let ended = run(&["run", &path, "--until-idle", "--fail-on-error"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("in the child"), "{}", ended.stderr);
}

#[test]
fn process_exit_code_counts_when_an_app_comes_to_its_end() {
    for (script, code) in [
        ("process.exitCode = 3", 3),
        ("process.exitCode = '5'", 5),
        ("process.on('exit', () => { process.exitCode = 9 })", 9),
        ("process.exitCode = 4; require('electron').app.whenReady().then(() => process.exit())", 4),
        ("process.exit(-1)", 255),
    ] {
        let (_folder, path) = app(&[("index.js", script)]);
        expect(&["run", &path, "--until-idle"], code, "");
    }
}

#[test]
fn json_lines_tell_everything_and_how_it_ended() {
    let main = "console.log('from', 'main'); process.stdout.write('raw');
        setTimeout(() => { throw new Error('it broke') }, 1)";
    let (_folder, path) = with_page(main, "<script>console.error('a\\n[renderer 9] b')</script>");
    let Ended { code, stdout, stderr } = run(&["run", &path, "--until-idle", "--json"]);
    assert_eq!((code, &*stderr), (Some(0), ""), "{stdout}");
    let has = |parts: &[&str]| stdout.lines().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(stdout.lines().all(|line| line.starts_with("{\"type\":\"") && line.ends_with('}')), "{stdout}");
    assert!(has(&[
        r#""type":"console","process":"main""#,
        r#""level":"info","text":"from main""#,
        "index.js",
        r#""line":1"#
    ]));
    assert!(has(&[r#""type":"write","process":"main","stream":"stdout","text":"raw""#]), "{stdout}");
    assert!(has(&[r#""process":"renderer","renderer":1,"level":"error","text":"a\n[renderer 9] b""#]), "{stdout}");
    assert!(has(&[r#""type":"uncaught-error","process":"main""#, "it broke", r#""line":2"#]), "{stdout}");
    assert_eq!(stdout.lines().last(), Some(r#"{"type":"exit","code":0,"reason":"idle"}"#));
    let ended = run(&["run", &path, "--json", "--timeout", "0.3"]);
    let last = ended.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with(r#"{"type":"exit","code":124,"reason":"timeout","text":""#), "{last}");
    let ended = run(&["run", "/no/such/app", "--json"]);
    assert!(ended.stdout.starts_with(r#"{"type":"exit","code":2,"reason":"usage","text":""#), "{}", ended.stdout);
}

#[test]
fn a_crash_of_a_utility_process_is_told_unless_the_app_listens() {
    let main = |listen: &str| {
        format!(
            "const {{ app, utilityProcess }} = require('electron');
             app.whenReady().then(() => {{
               const child = utilityProcess.fork(require('path').join(__dirname, 'child.js'));
               {listen}
             }});"
        )
    };
    let crash = ("child.js", "process.abort()");
    let (_folder, path) = app(&[("index.js", &main("")), crash]);
    let ended = expect(&["run", &path, "--fail-on-error", "--timeout", "30"], 1, "");
    assert!(ended.stderr.contains("the utility process '") && ended.stderr.contains("signal 6"), "{}", ended.stderr);
    let ended = run(&["run", &path, "--until-idle", "--json", "--timeout", "30"]);
    assert!(
        ended.stdout.starts_with(r#"{"type":"crash","process":"utility","text":"the utility process"#),
        "{ended:?}"
    );
    let (_folder, path) =
        app(&[("index.js", &main("child.on('exit', (code) => app.exit(code === 0 ? 9 : 0))")), crash]);
    expect(&["run", &path, "--fail-on-error", "--timeout", "30"], 0, "");
}

#[test]
fn an_exit_listener_that_throws_is_told_and_makes_the_code_1() {
    for end in ["process.exit()", "require('electron').app.quit()", "0"] {
        let main = format!("process.on('exit', () => {{ throw new Error('late') }}); {end}");
        let (_folder, path) = app(&[("index.js", &main)]);
        let ended = expect(&["run", &path, "--until-idle", "--timeout", "30"], 1, "");
        assert!(ended.stderr.contains("Error: late"), "{end}: {}", ended.stderr);
    }
}

#[test]
fn a_prompt_ends_with_the_exit_code_that_was_set_in_it() {
    for lines in ["process.exitCode = 7\n", "process.exitCode = 7\n.exit\n"] {
        let (folder, _) = app(&[("lines", lines)]);
        let lines = std::fs::File::open(folder.path().join("lines")).expect("a file");
        let ended = super::ended(super::command(&["repl", "demo"]).stdin(lines).spawn().expect("the command starts"));
        assert_eq!(ended.code, Some(7), "{}", ended.stderr);
    }
}

#[test]
fn what_is_thrown_and_no_error_is_shown_without_running_its_code() {
    let thrown = "{ a: [1], get b() { throw 2 }, toString() { throw 3 } }";
    let shown = "{ a: [ 1 ], b: [Getter], toString: [Function: toString] }";
    for (main, page) in [
        (format!("setTimeout(() => {{ throw {thrown} }}, 1)"), String::new()),
        (format!("Promise.reject({thrown})"), String::new()),
        (String::new(), format!("<script>throw {thrown}</script>")),
        (String::new(), format!("<script>Promise.reject({thrown})</script>")),
    ] {
        let (_folder, path) = with_page(&main, &page);
        let ended = run(&["run", &path, "--until-idle"]);
        assert!(ended.stderr.contains(shown), "{main}{page}: {}", ended.stderr);
    }
    let (_folder, path) = with_page("", "");
    for code in [format!("throw {thrown}"), format!("Promise.reject({thrown})")] {
        let ended = run(&["run", &path, "--eval", &code, "--until-idle"]);
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains(&format!("': {shown}\n")), "{code}: {}", ended.stderr);
    }
}

#[test]
fn a_script_from_the_command_line_may_await_and_its_errors_say_what_and_where() {
    let (_folder, path) = with_page("", "");
    let code = "const text = await Promise.resolve('later'); console.log(text)";
    expect(&["run", &path, "--eval", code, "--until-idle"], 0, "[renderer 1] later\n");
    for (code, told) in [
        ("one\n  two three", "SyntaxError: expecting ';' (line 2, column 7)"),
        ("await 1; two three", "SyntaxError: expecting ';' (line 1, column 14)"),
        ("null.x", "TypeError: "),
        ("JSON.parse('{')", "SyntaxError: "),
    ] {
        let ended = run(&["run", &path, "--eval", code, "--until-idle"]);
        let expected = format!("--eval '{code}': {told}");
        assert!(ended.code == Some(1) && ended.stderr.contains(&expected), "{code}: {}", ended.stderr);
    }
}

#[test]
fn an_inline_handler_that_cannot_be_compiled_is_told_with_its_element() {
    let (_folder, path) = with_page("", "\n\n<button id=save onclick='foo('>Save</button>");
    let ended = run(&["run", &path, "--click", "#save", "--until-idle"]);
    assert!(ended.stderr.contains("SyntaxError: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("at onclick of <button id=\"save\"> (file:///"), "{}", ended.stderr);
    assert!(ended.stderr.contains("index.html:3)"), "{}", ended.stderr);
}

#[test]
fn what_an_inline_handler_throws_is_told_with_the_line_of_its_document() {
    let (_folder, path) = with_page("", "\n\n<button id=save onclick='\n\n  foo()'>Save</button>");
    let ended = run(&["run", &path, "--click", "#save", "--until-idle"]);
    assert!(ended.stderr.contains("Uncaught ReferenceError: foo is not defined"), "{}", ended.stderr);
    assert!(ended.stderr.contains("index.html:5:3)"), "{}", ended.stderr);
}

/// The lines of `--json` that are of that type.
#[track_caller]
fn lines(stdout: &str, r#type: &str) -> Vec<serde_json::Value> {
    let read = |line| serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    stdout.lines().map(read).filter(|line| line["type"] == r#type).collect()
}

#[test]
fn a_page_that_could_not_be_loaded_is_told_as_the_problem_of_its_renderer() {
    let main = "app.whenReady().then(() => new BrowserWindow().loadFile('none.html'))";
    for listens in ["", "process.on('unhandledRejection', () => {});"] {
        let (_folder, path) = with_page(&format!("{listens}{main}"), "");
        let ended = run(&["run", &path, "--until-idle", "--json"]);
        let told = lines(&ended.stdout, "load-failed");
        assert_eq!(told.len(), 1, "{}", ended.stdout);
        let [url, text] = ["file", "text"].map(|name| told[0][name].as_str().expect("text"));
        assert_eq!((told[0]["process"].as_str(), told[0]["renderer"].is_u64()), (Some("renderer"), true));
        assert!(url.starts_with("file:///") && url.ends_with("none.html"), "{url}");
        assert_eq!(text, format!("ERR_FILE_NOT_FOUND (-6) loading '{url}'"));
    }
}

#[test]
fn an_error_of_a_utility_process_is_told_once_with_its_kind_and_place() {
    let main = "const { app, utilityProcess } = require('electron');
        app.whenReady().then(() => utilityProcess.fork(__dirname + '/child.js'))";
    for (child, kind, head) in [
        ("\nthrow new TypeError('at once')", "uncaught-error", "TypeError: at once\n"),
        ("\nsetTimeout(() => { throw new Error('later') })", "uncaught-error", "Error: later\n"),
        ("\nPromise.reject(new RangeError('rejected'))", "unhandled-rejection", "RangeError: rejected\n"),
    ] {
        let (_folder, path) = app(&[("index.js", main), ("child.js", child)]);
        let ended = run(&["run", &path, "--until-idle", "--json"]);
        let told = lines(&ended.stdout, kind);
        assert_eq!(ended.stdout.lines().count(), 2, "{}", ended.stdout);
        assert!(told[0]["text"].as_str().is_some_and(|text| text.starts_with(head)), "{}", ended.stdout);
        assert!(told[0]["file"].as_str().is_some_and(|file| file.ends_with("/child.js")), "{}", ended.stdout);
        assert_eq!((told[0]["process"].as_str(), told[0]["line"].as_u64()), (Some("utility"), Some(2)));
        let ended = run(&["run", &path, "--until-idle"]);
        assert_eq!(ended.stderr.matches(head).count(), 1, "{}", ended.stderr);
    }
}

#[test]
fn a_result_that_is_too_large_fails_its_call_and_says_so_on_both_sides() {
    let main = "require('electron').ipcMain.handle('big', () => new Uint8Array(65 << 20))";
    let (_folder, path) = app(&[("index.js", main)]);
    let ended = run(&["invoke", &path, "big"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("The message is too large: more than 67108864 bytes"), "{}", ended.stderr);
    assert!(ended.stderr.contains("the reply is larger than a message may be"), "{}", ended.stderr);
}

#[test]
fn what_a_listener_of_uncaught_errors_throws_is_told_in_place_of_them_and_ends_the_app_with_nodes_code() {
    let main = "process.on('uncaughtException', () => { throw new Error('again') });
                process.on('exit', () => console.log('told of the end'));
                setTimeout(() => { throw new Error('at first') }, 1)";
    let (_folder, path) = app(&[("index.js", main)]);
    for (more, code) in [(&[][..], 7), (&["--fail-on-error"][..], 1)] {
        let ended = run(&[&["run", &path], more].concat());
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        assert!(ended.stderr.contains("Error: again") && !ended.stderr.contains("at first"), "{}", ended.stderr);
        assert!(!ended.stdout.contains("told"), "{}", ended.stdout);
    }
}

#[test]
fn a_utility_process_whose_listener_of_uncaught_errors_throws_ends_with_nodes_code() {
    let main = "const { app, utilityProcess } = require('electron');
                app.whenReady().then(() => utilityProcess.fork(require('path').join(__dirname, 'child.js'))
                  .on('exit', (code) => { console.log('exit', code); app.quit(); }));";
    let child = "process.on('uncaughtException', () => { throw new Error('again') });
                 setTimeout(() => { throw new Error('at first') }, 1)";
    let (_folder, path) = app(&[("index.js", main), ("child.js", child)]);
    let ended = run(&["run", &path]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "exit 7\n"), "{}", ended.stderr);
}
