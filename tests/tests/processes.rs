//! Processes: what they inherit, how their ends are seen, and whether they are alive.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use main_proc::Program;
use main_proc::script::{Options, Output, ScriptApp, Source};

mod common;

const MAIN: &str = env!("CARGO_BIN_EXE_main_fixture");
const RENDERER: &str = env!("CARGO_BIN_EXE_renderer_fixture");
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

fn files(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

/// A program that runs this script of a shell.
fn launcher(folder: &Path, script: &str) -> String {
    let path = folder.join("launcher");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("an executable file");
    path.to_str().expect("text").to_owned()
}

#[test]
fn a_page_has_the_ordinary_variables_and_those_of_mains_script_and_a_utility_process_has_all() {
    let main = "const { app, BrowserWindow, ipcMain, utilityProcess } = require('electron')
        const names = ['A_SECRET', 'NODE_ENV', 'FROM_MAIN', 'FROM_COMMAND', 'PATH']
        const known = (env) => names.filter((name) => name in env).join(' ')
        process.env.FROM_MAIN = '1'
        console.log('main', known(process.env))
        app.whenReady().then(async () => {
          const heard = new Promise((done) => ipcMain.once('env', (event, env) => done(env)))
          new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } }).loadFile('page.html')
          console.log('page', known(await heard))
          utilityProcess.fork(__dirname + '/child.js').on('message', (env) => { console.log('utility', known(env)); app.exit() })
        })";
    let page = "<script>require('electron').ipcRenderer.send('env', { ...process.env })</script>";
    let child = "process.parentPort.postMessage({ ...process.env })";
    let folder = files(&[("index.js", main), ("page.html", page), ("child.js", child)]);
    let app = common::App::at(folder.path()).variable("A_SECRET", "1").variable("NODE_ENV", "test");
    let path = folder.path().as_os_str().to_owned();
    let words = ["run".into(), path, "--timeout".into(), "60".into(), "--env".into(), "FROM_COMMAND=1".into()];
    app.command(&words).prints(&[
        "main A_SECRET NODE_ENV FROM_MAIN FROM_COMMAND PATH",
        "page NODE_ENV FROM_MAIN FROM_COMMAND PATH",
        "utility A_SECRET NODE_ENV FROM_MAIN FROM_COMMAND PATH",
    ]);
}

#[test]
fn the_end_of_a_process_is_told_while_another_one_goes_on_writing_to_its_socket() {
    let main = "const { app, BrowserWindow, ipcMain } = require('electron')
        app.on('window-all-closed', () => {})
        app.on('render-process-gone', (event, contents, { reason }) => { console.log(reason); app.exit() })
        app.whenReady().then(() => { new BrowserWindow().loadURL('data:text/html,') })";
    let folder = files(&[("index.js", main)]);
    let program = launcher(folder.path(), &format!("exec '{RENDERER}' leave-a-writer"));
    let ran = common::App::at(folder.path()).variable("DIPOLE_RENDERER", program).run();
    ran.prints_besides_errors(&["clean-exit"]);
}

/// Runs a main script whose renderers may be silent for so long; what it prints.
fn printed(main: &str, silence: Duration) -> String {
    use std::cell::RefCell;
    use std::rc::Rc;
    let printed = Rc::new(RefCell::new(Vec::new()));
    let sink = {
        let printed = Rc::clone(&printed);
        move |bytes: &[u8]| printed.borrow_mut().extend_from_slice(bytes)
    };
    let source = Source::Text { name: "main.js".into(), text: main.into() };
    let mut options = Options::new(source, Program::new(MAIN).arg("--type=renderer"));
    options.output = Output::new(sink.clone(), sink);
    options.timeout = Some(PATIENCE);
    options.unresponsive_after = silence;
    assert_eq!(ScriptApp::new(options).expect("an app").run(), 0);
    String::from_utf8_lossy(&printed.borrow()).into_owned()
}

const PAGE: &str = "const { app, BrowserWindow, ipcMain } = require('electron')
    app.on('window-all-closed', () => {})
    const show = (script) => {
      const { webContents } = new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } })
      webContents.on('unresponsive', () => console.log('unresponsive'))
      webContents.on('unresponsive', () => silent?.())
      return webContents.loadURL(`data:text/html,<script>const { ipcRenderer } = require('electron'); ${script}</script>`)
    }
    let silent";

#[test]
fn a_page_in_an_endless_loop_is_noticed_while_main_owes_it_an_answer_and_says_nothing() {
    let main = format!(
        "{PAGE}
        silent = () => app.exit()
        ipcMain.handle('dialog', () => new Promise((done) => setTimeout(done, 1e8)))
        app.whenReady().then(() => show('ipcRenderer.invoke(\"dialog\"); setTimeout(() => {{ for (;;); }}, 100)'))"
    );
    assert_eq!(printed(&main, Duration::from_millis(300)), "unresponsive\n");
}

#[test]
fn a_page_that_waits_for_main_while_that_is_busy_is_not_unresponsive() {
    let main = format!(
        "{PAGE}
        const busy = (ms) => {{ for (const end = Date.now() + ms; Date.now() < end;); }}
        ipcMain.on('slow', (event) => {{ busy(2500); setTimeout(() => {{ event.returnValue = 1 }}, 2500) }})
        ipcMain.on('done', () => setTimeout(() => {{ console.log('done'); app.exit() }}, 100))
        app.whenReady().then(async () => {{
          await show('setTimeout(() => {{ ipcRenderer.sendSync(\"slow\"); ipcRenderer.send(\"done\") }}, 300)')
        }})"
    );
    assert_eq!(printed(&main, Duration::from_secs(2)), "done\n");
}
