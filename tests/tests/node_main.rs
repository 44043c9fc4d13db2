//! Main's script in Node: the command with `--main node`, and what is said where something is missing.

#[path = "node_main/bad_input.rs"]
mod bad_input;
#[path = "node_main/credentials.rs"]
mod credentials;
#[path = "node_main/servers.rs"]
mod servers;
#[path = "node_main/tools.rs"]
mod tools;

use std::path::Path;
use std::process::{Command, Output};

use ipc_tests::node::{addon, node};

const PROGRAM: &str = env!("CARGO_BIN_EXE_main_fixture");
const LEFT_OUT: &str = "main's script in Node";

/// A folder with an app of these files.
fn app(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

/// The command, if Node and the addon are there.
fn command(app: &Path, args: &[&str]) -> Option<Command> {
    node(LEFT_OUT)?;
    let addon = addon(Path::new(PROGRAM), LEFT_OUT)?;
    let mut command = Command::new(PROGRAM);
    command.args(args.first()).arg(app).args(args.iter().skip(1)).args(["--main", "node"]);
    command.env("DIPOLE_ADDON", addon).env_remove("NODE_OPTIONS");
    Some(command)
}

fn run(app: &Path, args: &[&str]) -> Option<(Output, String, String)> {
    let output = command(app, args)?.output().expect("the command starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    Some((output, out, err))
}

const PAGE: &str = "<button id=go>go</button><script>
  const { ipcRenderer } = require('electron');
  go.onclick = async () => console.log('hash', await ipcRenderer.invoke('hash', 'x'));
</script>";
const MAIN: &str = "const { app, BrowserWindow, ipcMain } = require('electron');
  const { createHash } = require('crypto');
  ipcMain.handle('hash', (event, text) => createHash('sha1').update(text).digest('hex').slice(0, 7));
  ipcMain.handle('add', (event, ...numbers) => numbers.reduce((a, b) => a + b));
  ipcMain.handle('version', () => process.versions.electron + ' ' + process.release.name);
  app.whenReady().then(() => {
    const window = new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } });
    window.loadFile('index.html');
  });";

#[test]
fn an_app_runs_is_clicked_and_comes_to_rest() {
    let app = app(&[("index.js", MAIN), ("index.html", PAGE)]);
    let Some((output, out, err)) = run(app.path(), &["run", "--click", "#go", "--until-idle", "--timeout", "60"])
    else {
        return;
    };
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert_eq!(out, "[renderer 1] hash 11f6ad8\n");
}

#[test]
fn a_call_is_made_and_its_result_is_json() {
    let app = app(&[("index.js", MAIN), ("index.html", PAGE)]);
    let Some((output, out, err)) = run(app.path(), &["invoke", "add", "4", "5", "6", "--timeout", "60"]) else {
        return;
    };
    assert_eq!((output.status.code(), out.as_str()), (Some(0), "15\n"), "{err}");
}

#[test]
fn a_second_start_takes_what_was_compiled_by_the_first_and_other_options_compile_anew() {
    let app = app(&[("index.js", MAIN), ("index.html", PAGE)]);
    let caches = tempfile::tempdir().expect("a folder");
    let start = |options: &str| {
        let mut command = command(app.path(), &["invoke", "add", "4", "5", "--timeout", "60"])?;
        command.env("XDG_CACHE_HOME", caches.path()).env("NODE_OPTIONS", options);
        let output = command.output().expect("the command starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "9\n", "{}", String::from_utf8_lossy(&output.stderr));
        let kept = std::fs::read_dir(caches.path().join("dipole")).expect("a folder of what was compiled");
        let [file] = &kept.map(|entry| entry.expect("a file").path()).collect::<Vec<_>>()[..] else {
            panic!("there is more than one file");
        };
        // Another file has another inode: this one is held.
        let file = std::fs::File::open(file).expect("what was compiled");
        let inode = std::os::unix::fs::MetadataExt::ino(&file.metadata().expect("it is there"));
        Some((file, inode))
    };
    let Some((_first, first)) = start("") else { return };
    let (_second, second) = start("").expect("Node is there");
    assert_eq!(first, second, "it is written again although nothing is new");
    let (_third, third) = start("--max-old-space-size=300").expect("Node is there");
    assert_ne!(first, third, "what was compiled with other options is kept");
}

#[test]
fn an_app_asks_for_node_in_its_package_json() {
    let package = r#"{"name": "x", "main": "index.js", "dipole": {"main": "node"}}"#;
    let app = app(&[("package.json", package), ("index.js", MAIN), ("index.html", PAGE)]);
    let Some(mut command) = command(app.path(), &["invoke", "version"]) else { return };
    command.args(["--timeout", "60"]);
    let output = command.output().expect("the command starts");
    assert!(String::from_utf8_lossy(&output.stdout).contains(" node\""), "{output:?}");
}

#[test]
fn modules_are_imported_and_may_wait_at_their_top_level() {
    let main = "import { app } from 'electron'; await app.whenReady(); console.log(typeof app.getPath, import.meta.url.slice(0, 5)); app.exit(7);";
    let app = app(&[("main.mjs", main)]);
    let Some((output, out, err)) = run(&app.path().join("main.mjs"), &["run", "--timeout", "60"]) else { return };
    assert_eq!((output.status.code(), out.as_str()), (Some(7), "function file:\n"), "{err}");
}

#[test]
fn an_error_while_main_is_loaded_ends_the_app_and_what_is_not_installed_is_named() {
    let app = app(&[("index.js", "require('left-pad');")]);
    let Some((output, _, err)) = run(app.path(), &["run", "--timeout", "60"]) else { return };
    assert_eq!(output.status.code(), Some(1));
    assert!(
        err.contains("A JavaScript error occurred in the main process\nError: Cannot find module 'left-pad'"),
        "{err}"
    );
    assert!(err.contains("The package 'left-pad' is not installed: run `npm install`"), "{err}");
}

#[test]
fn an_endless_script_is_ended_when_its_time_is_over() {
    let app = app(&[("index.js", "require('electron').app.on('ready', () => { for (;;); });")]);
    let Some((output, _, err)) = run(app.path(), &["run", "--timeout", "1.5"]) else { return };
    assert_eq!(output.status.code(), Some(124), "{err}");
    assert!(err.contains("main: a script runs and does not come to its end"), "{err}");
}

#[test]
fn what_is_missing_is_said_with_the_next_step() {
    let app = app(&[("index.js", "")]);
    let refused = |name: &str, value: &str| {
        let mut command = Command::new(PROGRAM);
        command.arg("run").arg(app.path()).args(["--main", "node"]).env(name, value).env_remove("NODE_OPTIONS");
        if name != "DIPOLE_ADDON" {
            // Any file: Node is looked for first.
            command.env("DIPOLE_ADDON", PROGRAM);
        }
        let output = command.output().expect("the command starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, err) = refused("DIPOLE_ADDON", "/no/such/addon");
    assert!(code == Some(3) && err.contains("DIPOLE_ADDON is set to '/no/such/addon'"), "{code:?} {err}");
    let (code, err) = refused("DIPOLE_NODE", "/no/such/node");
    assert!(
        code == Some(3) && err.contains("'/no/such/node' cannot be started") && err.contains("20.19"),
        "{code:?} {err}"
    );
    if node(LEFT_OUT).is_some() {
        let (code, err) = refused("DIPOLE_X", "");
        assert!(code == Some(3) && err.contains("the addon cannot be loaded by Node"), "{code:?} {err}");
    }
}

#[test]
fn the_package_tests_an_app() {
    let (Some(mut node), Some(addon)) = (node(LEFT_OUT), addon(Path::new(PROGRAM), LEFT_OUT)) else { return };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../node/test");
    let tests = ["launch.test.js", "user.test.js"].map(|name| Path::new(folder).join(name));
    // Its name is what tells that it is the command.
    let folder = tempfile::tempdir().expect("a folder");
    let renderer = folder.path().join("main-proc");
    std::os::unix::fs::symlink(PROGRAM, &renderer).expect("a link");
    node.arg("--test").args(tests).env("DIPOLE_ADDON", addon).env("DIPOLE_RENDERER", renderer);
    let output = node.env_remove("NODE_OPTIONS").output().expect("Node starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn what_main_starts_inherits_an_empty_input() {
    let main = "const { app } = require('electron');
      const text = require('child_process').execFileSync('cat', { stdio: ['inherit', 'pipe', 'inherit'] });
      let more = '';
      process.stdin.on('data', (chunk) => { more += chunk; }).on('end', () => { console.log(text.length, more.length); app.exit(); });";
    let app = app(&[("index.js", main)]);
    let Some((output, out, err)) = run(app.path(), &["run", "--timeout", "60"]) else { return };
    assert_eq!((output.status.code(), out.as_str()), (Some(0), "0 0\n"), "{err}");
}

#[test]
fn what_is_typed_at_the_prompt_runs_in_node() {
    let app = app(&[("index.js", MAIN), ("index.html", PAGE)]);
    let Some(mut command) = command(app.path(), &["repl"]) else { return };
    let piped = || std::process::Stdio::piped();
    let mut child = command.stdin(piped()).stdout(piped()).stderr(piped()).spawn().expect("the command starts");
    let mut input = child.stdin.take().expect("its input");
    std::io::Write::write_all(
        &mut input,
        b"const n = 40\nawait Promise.resolve(n + 2)\nprocess.release.name\n1 +* 2\n",
    )
    .expect("typed");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(out.contains("42") && out.contains("'node'"), "{out}{err}");
    assert!(format!("{out}{err}").contains("SyntaxError"), "{out}{err}");
}

#[test]
fn a_package_that_is_not_installed_is_named_wherever_it_is_asked_for() {
    let later = "require('electron').app.whenReady().then(() => { require('@some/package/part') })
        setTimeout(() => require('electron').app.exit(1), 200)";
    for (file, text, name) in [("main.mjs", "import 'left-pad'", "left-pad"), ("main.js", later, "@some/package")] {
        let app = app(&[(file, text)]);
        let Some((output, _, err)) = run(&app.path().join(file), &["run", "--timeout", "60"]) else { return };
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert!(err.contains(&format!("The package '{name}' is not installed: run `npm install`")), "{err}");
        assert!(!err.contains("data:text"), "the hooks of imports are shown: {err}");
    }
}

#[test]
fn an_es_module_that_is_required_imports_electron_whatever_package_of_that_name_is_installed() {
    let installed = "module.exports = '/the/path/of/electron'; throw new Error('the installed package');";
    let store = "import electron from 'electron'; export default () => electron;";
    let main = "const { app } = require('electron');
        console.log(require('./store.mjs').default().app === app, require.resolve('electron'));
        try { console.log(require('./named.mjs').default === app); } catch (error) { console.log(error.message); throw error; }
        app.exit(0);";
    let named = "import { app } from 'electron'; export default app;";
    let app = app(&[("main.js", main), ("store.mjs", store), ("named.mjs", named)]);
    let folder = app.path().join("node_modules/electron");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("index.js"), installed).expect("a file");
    let Some((output, out, err)) = run(&app.path().join("main.js"), &["run", "--timeout", "60"]) else { return };
    let out: Vec<_> = out.lines().collect();
    assert_eq!(out.first(), Some(&"true electron"), "{err}");
    // Node 22 asks what an import is, and has all names.
    if out.get(1) == Some(&"true") {
        assert_eq!(output.status.code(), Some(0), "{err}");
    } else {
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert!(err.contains("only what `import electron from 'electron'` gives: Node 22 has all"), "{err}");
    }
}

#[test]
fn what_only_a_later_node_has_is_said_to_need_one() {
    let main = "const later = { withResolvers: undefined }; globalThis.Promise = later; Promise.withResolvers();";
    let app = app(&[("index.js", main)]);
    let Some((_, _, err)) = run(app.path(), &["run", "--timeout", "60"]) else { return };
    assert!(err.contains("Promise.withResolvers is not a function") && err.contains("name it in DIPOLE_NODE"), "{err}");
}
