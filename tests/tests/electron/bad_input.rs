//! What is wrong gets a clear error, the right exit code, and takes nothing else with it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{App, Ended};

fn app(name: &str) -> App {
    App::fixture(&format!("electron/bad/{name}"))
}

/// A script of its own for one test.
fn script(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
    fs::write(&path, text).expect("a script");
    path
}

#[track_caller]
fn ends(ended: &Ended, code: i32, stdout: &str, stderr: &[&str]) {
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), stdout), "{ended:#?}");
    for text in stderr {
        ended.complains(text);
    }
    assert!(!ended.stderr.contains("panicked"), "{ended:#?}");
}

#[test]
fn a_missing_app_is_named() {
    let ended = App::at("no-such-app").run();
    ends(&ended, 2, "", &["no-such-app"]);
}

#[test]
fn a_broken_script_is_shown_with_its_place() {
    let path = script("broken.js", "console.log('never')\nconst = 1\n");
    ends(&App::at(&path).run(), 1, "", &["SyntaxError", "broken.js:2"]);
}

#[test]
fn a_main_script_that_throws_ends_the_app() {
    let path = script("throws.js", "console.log('before')\nthrow new TypeError('at the top')\n");
    ends(&App::at(&path).run(), 1, "before\n", &["TypeError: at the top\n    at ", "throws.js:2"]);
}

#[test]
fn a_module_that_is_not_there_is_named() {
    let path = script("requires.js", "require('./no-such-module')\n");
    ends(&App::at(&path).run(), 1, "", &["Cannot find module './no-such-module'", "Require stack:"]);
}

#[test]
fn a_handler_that_throws_harms_only_its_call() {
    ends(
        &app("handler.js").run(),
        0,
        "Error invoking remote method 'fails': Error: no\nworks: 1\nunknown: Error invoking remote method 'unknown': \
         Error: No handler registered for 'unknown'\nargs[0].list[2] (function)\nsecond: Attempted to register a second \
         handler for 'works'\nworks: 1\n",
        &["Error occurred in handler for 'fails': Error: no\n    at "],
    );
}

#[test]
fn a_renderer_that_dies_in_a_call_leaves_main_and_the_others_alone() {
    ends(&app("dies.js").run(), 0, "gone: crashed\nthe other: 2\nagain: 3\n", &[]);
}

#[test]
fn a_preload_script_that_fails_leaves_the_page_and_main_alone() {
    ends(
        &app("preload.js").run(),
        0,
        "missing: title\nthrows: title\n",
        &["Unable to load preload script: ", "ENOENT: no such file or directory", "Error: preload failed"],
    );
}

#[test]
fn a_page_that_is_not_there_rejects_its_load() {
    ends(
        &app("page.js").run(),
        0,
        "did-fail-load -6 ERR_FILE_NOT_FOUND\nERR_FILE_NOT_FOUND\nERR_FILE_NOT_FOUND again\nloaded after all\n",
        &[],
    );
}

#[test]
fn a_script_of_the_page_that_fails_leaves_the_others_alone() {
    ends(
        &app("page-script.js").until_idle(),
        0,
        "from the second script\n",
        &["[renderer 1] Uncaught RangeError: first", "[renderer 1] Uncaught SyntaxError: "],
    );
}

#[test]
fn a_renderer_program_that_does_not_exist_is_named() {
    let ended = app("renderer.js").variable("DIPOLE_RENDERER", "/no/such/renderer").run();
    ends(&ended, 3, "gone: launch-failed\n", &["/no/such/renderer", "DIPOLE_RENDERER"]);
}

#[test]
fn a_renderer_program_that_does_not_speak_the_protocol_is_named() {
    for program in ["true", "echo"] {
        let Some(path) = ["/bin", "/usr/bin"].iter().map(|folder| Path::new(folder).join(program)).find(|p| p.exists())
        else {
            continue;
        };
        let ended = app("renderer.js").variable("DIPOLE_RENDERER", &path).run();
        assert_eq!(ended.code, Some(3), "{ended:#?}");
        ended.complains(&path.display().to_string()).complains("renderer-proc of the same version");
        assert!(ended.stdout.ends_with("gone: launch-failed\n"), "{ended:#?}");
    }
}

#[test]
fn what_only_node_has_is_answered_with_what_to_do_in_that_kind_of_process() {
    crate::apps::answers("node-only/main", 0, &[]);
}

#[test]
fn what_only_node_has_and_what_is_not_installed_is_said_wherever_nobody_catches_it() {
    let next = "run main in Node ('--main node'";
    let text = "const { app, BrowserWindow, ipcMain, utilityProcess } = require('electron')
        ipcMain.handle('wasm', () => new WebAssembly.Module(new Uint8Array()))
        ipcMain.handle('package', () => require('@some/package/part'))
        app.whenReady().then(async () => {
          const contents = new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } }).webContents
          await contents.loadURL('about:blank')
          for (const name of ['wasm', 'package']) await contents.executeJavaScript(`require('electron').ipcRenderer.invoke('${name}').catch(() => {})`)
          await new Promise((done) => utilityProcess.fork(process.argv[2]).on('exit', done))
          console.log(typeof WebSocket)
          setTimeout(() => app.exit(0), 20)
          new WebSocket('ws://localhost:1')
        })
        setTimeout(() => { new BroadcastChannel('x') }, 0)
";
    let path = script("lacks.js", text);
    let child = script("lacks-child.js", "new WebAssembly.Module()\n");
    let ended = App::at(&path).argument(&child.to_string_lossy()).run();
    ends(
        &ended,
        0,
        "undefined\n",
        &[
            &format!("WebAssembly is Node's, and this is not Node.js: {next}"),
            "The package '@some/package' is not installed: run `npm install`",
            &format!("WebSocket is Node's, and this is not Node.js: {next}"),
            &format!("WebAssembly is Node's, and this is not Node.js: {next}), whose utility processes are Node too"),
            &format!("BroadcastChannel is Node's, and this is not Node.js: {next}"),
        ],
    );
    let path = script("left-pad.js", "require('left-pad')\n");
    ends(&App::at(&path).run(), 1, "", &["The package 'left-pad' is not installed: run `npm install`"]);
}
