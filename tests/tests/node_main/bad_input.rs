//! What is said where something that main in Node needs is missing or not what it should be, with the next step.

use std::path::Path;
use std::process::Command;

use ipc_tests::node::node;

use super::{LEFT_OUT, PROGRAM, app, command, run};

/// The exit code and what is complained of, with one variable set.
fn with(app: &Path, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Option<(Option<i32>, String)> {
    let mut command = command(app, &["run", "--timeout", "60"])?;
    let output = command.env(name, value).output().expect("the command starts");
    Some((output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// A library that Node loads, of this source in C; `None` without a compiler.
fn library(folder: &Path, source: &str) -> Option<std::path::PathBuf> {
    let (text, file) = (folder.join("library.c"), folder.join("library.node"));
    std::fs::write(&text, source).expect("a file");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&file).arg(&text).status();
    if !built.is_ok_and(|status| status.success()) {
        eprintln!("LEFT OUT: {LEFT_OUT} needs a C compiler for its native addons");
        return None;
    }
    Some(file)
}

#[test]
fn a_program_that_is_no_node_or_a_node_that_is_too_old_is_named() {
    let app = app(&[
        ("index.js", ""),
        ("old.js", "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } })"),
    ]);
    for program in ["/bin/true", "/bin/false"] {
        let Some((code, err)) = with(app.path(), "DIPOLE_NODE", program) else { return };
        assert!(code == Some(3) && err.contains(&format!("is '{program}' Node 20.19 or later")), "{code:?} {err}");
    }
    let old = format!("--require {}", app.path().join("old.js").display());
    let Some((code, err)) = with(app.path(), "NODE_OPTIONS", old) else { return };
    assert!(code == Some(3) && err.contains("needs Node 20.19 or later, and this is v"), "{code:?} {err}");
    assert!(err.contains("name it in DIPOLE_NODE"), "{err}");
}

#[test]
fn what_is_not_the_addon_is_named() {
    let app = app(&[("index.js", ""), ("text.node", "only text")]);
    let next = "Build it again with `cargo build -p node-host`, install the package again, or correct DIPOLE_ADDON";
    let text = app.path().join("text.node");
    let Some((code, err)) = with(app.path(), "DIPOLE_ADDON", &text) else { return };
    assert!(code == Some(3) && err.contains("the addon cannot be loaded by Node v"), "{code:?} {err}");
    assert!(err.contains(&*text.to_string_lossy()) && err.contains(next), "{err}");
    let other = "void *napi_register_module_v1(void *env, void *exports) { return exports; }";
    let Some(other) = library(app.path(), other) else { return };
    let Some((code, err)) = with(app.path(), "DIPOLE_ADDON", &other) else { return };
    assert!(code == Some(3) && err.contains("is an addon, but not the one of main in Node"), "{code:?} {err}");
    assert!(err.contains(next), "{err}");
}

#[test]
fn an_addon_of_another_version_is_named() {
    let app = app(&[("index.js", "")]);
    let Some(mut node) = node(LEFT_OUT) else { return };
    let Some(addon) = ipc_tests::node::addon(Path::new(PROGRAM), LEFT_OUT) else { return };
    // As the command would start it, were it of another version.
    let bootstrap = include_str!("../../../node/lib/bootstrap.js");
    node.args(["-e", bootstrap]).env("DIPOLE_ADDON_FILE", addon).env("DIPOLE_DRIVEN", r#"{"version": "99.0.0"}"#);
    let output = node.env("DIPOLE_CONTROL", "1").current_dir(&app).output().expect("Node starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("and this program of version 99.0.0. Build it again"), "{told}");
}

#[test]
fn an_app_that_has_not_been_built_is_told_of_with_both_next_steps() {
    let app = app(&[("package.json", r#"{"main": "dist/main.js"}"#)]);
    let Some((output, _, err)) = run(app.path(), &["run"]) else { return };
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err.contains("'dist/main.js', which does not exist: build the app, or correct its \"main\" field"),
        "{err}"
    );
}

/// An addon as those before the Node-API are: for one version of Node's own interface.
const OLD_ADDON: &str =
    "struct module { int version; unsigned flags; void *handle; const char *file; void *init, *context_init; \
     const char *name; void *priv; void *link; };
     extern void node_module_register(void *);
     static void begin(void) {}
     static struct module it = { 140, 0, 0, \"x.cc\", (void *)begin, 0, \"x\", 0, 0 };
     __attribute__((constructor)) static void add(void) { node_module_register(&it); }";

#[test]
fn a_native_addon_for_electron_is_told_of_wherever_it_is_asked_for() {
    let index = "require('electron').ipcMain.handle('load', () => require('@some/thing'))";
    let app = app(&[
        ("package.json", r#"{"main": "index.js"}"#),
        ("index.js", index),
        ("first.js", "require('@some/thing')"),
        ("child.js", "require('@some/thing')"),
        (
            "forks.js",
            "const { app, utilityProcess } = require('electron')
             app.whenReady().then(() => utilityProcess.fork(__dirname + '/child.js').on('exit', () => app.exit(7)))",
        ),
    ]);
    let Some(library) = library(app.path(), OLD_ADDON) else { return };
    let package = app.path().join("node_modules/@some/thing");
    std::fs::create_dir_all(&package).expect("a folder");
    std::fs::copy(library, package.join("thing.node")).expect("a file");
    std::fs::write(package.join("index.js"), "module.exports = require('./thing.node')").expect("a file");
    let says = |place: &Path, args: &[&str], code| {
        let Some((output, out, err)) = run(place, args) else { return };
        assert_eq!(output.status.code(), Some(code), "{out}{err}");
        let next = "It was built for Electron or for another Node: run `npm rebuild @some/thing` in the app's folder";
        assert!(err.contains("NODE_MODULE_VERSION 140") && err.contains(next), "{out}{err}");
    };
    says(&app.path().join("first.js"), &["run", "--timeout", "60"], 1);
    says(&app.path().join("forks.js"), &["run", "--timeout", "60"], 7);
    says(app.path(), &["invoke", "load", "--timeout", "60"], 1);
}

#[test]
fn a_native_addon_that_has_not_been_built_is_told_of_with_the_next_step() {
    let bindings = "const tries = ['/a/node_modules/x/node_modules/@some/thing/build/thing.node']
        throw new Error('Could not locate the bindings file. Tried:\\n \u{2192} ' + tries.join('\\n'))";
    let found = "throw new Error('No native build was found for platform=linux arch=x64\\n    loaded from: /a/node_modules/@some/thing\\n')";
    for text in [bindings, found] {
        let app = app(&[("index.js", text)]);
        let Some((output, _, err)) = run(app.path(), &["run", "--timeout", "60"]) else { return };
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert!(err.contains("--ignore-scripts`: run `npm rebuild @some/thing` in the app's folder"), "{err}");
    }
}

#[test]
fn a_native_addon_that_the_linker_ends_node_for_is_told_of() {
    let source = "extern void not_in_node(void);
         void *napi_register_module_v1(void *env, void *exports) { not_in_node(); return exports; }";
    let app = app(&[("index.js", "require('./library.node')")]);
    if library(app.path(), source).is_none() {
        return;
    }
    let Some((output, _, err)) = run(app.path(), &["run", "--timeout", "60"]) else { return };
    // A linker that looks everything up at once has Node throw instead.
    assert!([Some(127), Some(1)].contains(&output.status.code()), "{err}");
    assert!(err.contains("built for Electron or for another Node: run `npm rebuild`"), "{err}");
}

#[test]
fn a_renderer_program_that_is_not_there_is_named() {
    let app = app(&[(
        "index.js",
        "const { app, BrowserWindow } = require('electron'); app.on('ready', () => new BrowserWindow().loadURL('about:blank').catch(() => {}))",
    )]);
    let Some((code, err)) = with(app.path(), "DIPOLE_RENDERER", "/no/such/renderer") else { return };
    assert!(code == Some(3) && err.contains("DIPOLE_RENDERER is set to '/no/such/renderer'"), "{code:?} {err}");
}

#[test]
fn a_page_cannot_keep_main_busy_with_a_value_that_costs_v8_too_much() {
    let page = "<script>
        const { ipcRenderer } = require('electron');
        const send = (name, value) => ipcRenderer.invoke('size', value).then((size) => console.log(name, size), (error) => console.log(name, error.message.replace(/\\d+/g, 'N')));
        const set = new Set();
        for (let i = 1; i <= 200000; i++) set.add((BigInt(i) << 64n) | 1n);
        send('of one hash', set)
          .then(() => send('properties of characters', new RegExp('[' + '\\\\p{L}'.repeat(60) + ']', 'u')))
          .then(() => send('ordinary', new Set([1n, 2n])));
      </script>";
    let main = "const { app, BrowserWindow, ipcMain } = require('electron');
        ipcMain.handle('size', (event, value) => value.size);
        app.on('ready', () => new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } }).loadFile('index.html'));";
    let app = app(&[("index.js", main), ("index.html", page)]);
    let Some((output, out, err)) = run(app.path(), &["run", "--until-idle", "--timeout", "60"]) else { return };
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    let told = "[renderer N] of one hash Error invoking remote method 'size': the handler could not make sense of the arguments: main cannot hold the value: decoding a value of N bytes took more than N ms of processor time; split it\n\
         [renderer N] properties of characters Error invoking remote method 'size': the handler could not make sense of the arguments: main cannot hold the value: a regular expression with more than N properties of characters; send its source as text\n\
         [renderer N] ordinary 2\n";
    assert_eq!(out.replace("[renderer 1]", "[renderer N]"), told, "{err}");
}
