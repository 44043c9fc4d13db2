//! Every example of `--help` does what it says.

use std::path::Path;

use super::{run, shell};

const MAIN: &str = r##"
    const { app, BrowserWindow, ipcMain } = require('electron');
    ipcMain.handle('save', () => undefined);
    ipcMain.on('log', () => {});
    ipcMain.on('quit', () => app.quit());
    app.whenReady().then(() => {
      for (const title of ['First', 'Second']) {
        new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } }).loadFile('index.html', { hash: title });
      }
    });
"##;

const PAGE: &str = r##"
    <!DOCTYPE html><title></title>
    <form id="form"><input id="name"><select id="color"><option>Red<option>Green</select></form>
    <p id="greeting"></p><button id="btn1"></button><button id="btn2"></button>
    <button id="quit" onclick="require('electron').ipcRenderer.send('quit')"></button>
    <script>
      document.title = location.hash.slice(1);
      form.onsubmit = (event) => {
        event.preventDefault();
        greeting.textContent = `Hello, ${document.querySelector('#name').value}`;
      };
      function saveAll() {}
    </script>
"##;

/// An app that ends by itself, and one that does not, with the files that examples name.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    std::fs::create_dir(folder.path().join("my-app")).expect("a folder");
    let quits = "const { app, BrowserWindow, ipcMain } = require('electron');
        ipcMain.handle('save', () => undefined);
        ipcMain.on('log', () => {});
        app.whenReady().then(() => new BrowserWindow().loadFile('index.html'))";
    // It ends by itself, but not before it was acted on.
    let page = "<button id=save></button><script>setTimeout(() => window.close(), 4000)</script>";
    write("my-app/package.json", "{\"main\": \"main.js\"}");
    write("my-app/main.js", quits);
    write("my-app/index.html", page);
    write("main.js", MAIN);
    write("index.html", PAGE);
    write("settings.json", "{\"name\": \"a.txt\"}");
    write("commands.txt", "invoke save 1\nsend log 2\n");
    let program = ipc_tests::program(env!("CARGO_BIN_EXE_main_fixture"));
    std::fs::create_dir(folder.path().join("bin")).expect("a folder");
    std::os::unix::fs::symlink(program, folder.path().join("bin/main-proc")).expect("a link");
    folder
}

/// The examples in a help text: what to type, and what is said of it.
fn examples(help: &str) -> Vec<(String, String)> {
    let lines = help.lines().skip_while(|line| !line.ends_with("Examples:")).skip(1);
    let lines = lines.take_while(|line| line.starts_with("  "));
    let split = |line: &str| {
        let line = line.trim();
        let (command, said) = line.split_once("   ").unwrap_or((line, ""));
        (command.trim().to_owned(), said.trim().to_owned())
    };
    lines.map(split).collect()
}

#[track_caller]
fn check(folder: &Path, command: &str, said: &str) {
    let ended = shell(folder, &folder.join("bin"), command);
    assert_eq!(ended.code, Some(0), "{command}: {}{}", ended.stdout, ended.stderr);
    if let Some((_, printed)) = said.split_once("prints ") {
        assert_eq!(ended.stdout.trim_end(), printed, "{command}: {}", ended.stderr);
    }
}

#[test]
fn every_example_of_the_help_works() {
    let mut all = examples(&run(&["--help"]).stdout);
    for command in ["run", "invoke", "send", "send-sync", "script", "completions"] {
        let more = examples(&run(&[command, "--help"]).stdout);
        assert!(more.len() > 1, "{command}");
        all.extend(more);
    }
    // One that is to be used at once runs until its app quits, or as long as this test has patience.
    let all: Vec<_> = all.into_iter().filter(|(command, _)| !command.contains(" repl ")).collect();
    let queue = std::sync::Mutex::new(all.into_iter());
    std::thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                loop {
                    let Some((command, said)) = queue.lock().expect("the queue").next() else { break };
                    check(folder().path(), &command, &said);
                }
            });
        }
    });
}
