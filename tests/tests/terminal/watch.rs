use std::fs;
use std::path::Path;

use crate::pty::Terminal;

/// An app with a window, a module of its own, a page and the page's script.
fn app(folder: &Path) -> Terminal {
    let main = "
        const { app, BrowserWindow } = require('electron');
        const { word } = require('./word');
        app.whenReady().then(async () => {
          await new BrowserWindow().loadFile('page.html');
          console.log('main says ' + word);
        });";
    write(folder, "main.js", main);
    write(folder, "package.json", r#"{ "main": "main.js" }"#);
    write(folder, "word.js", "exports.word = 'one'");
    write(folder, "page.html", "<script src=page.js></script>");
    write(folder, "page.js", "console.log('page says one')");
    let mut terminal = Terminal::start(&["run".as_ref(), "--watch".as_ref(), folder.as_os_str()], folder);
    terminal.wait_for("page says one\n");
    terminal.wait_for("main says one\n");
    terminal
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a file");
}

/// As editors save: the new text takes the place of the old file.
fn save(folder: &Path, name: &str, text: &str) {
    write(folder, "saved.tmp", text);
    fs::rename(folder.join("saved.tmp"), folder.join(name)).expect("a rename");
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn the_app_starts_again_when_a_file_of_main_changes() {
    let folder = folder();
    let mut terminal = app(folder.path());
    save(folder.path(), "word.js", "exports.word = 'two'");
    terminal.wait_for("[watch] word.js changed: restarting\n");
    terminal.wait_for("main says two\n");
    fs::remove_file(folder.path().join("word.js")).expect("a file");
    write(folder.path(), "word.js", "exports.word = 'three'");
    terminal.wait_for("[watch] word.js changed: restarting\n");
    terminal.wait_for("main says three\n");
    write(folder.path(), "package.json", r#"{ "main": "main.js", "name": "app" }"#);
    terminal.wait_for("[watch] package.json changed: restarting\n");
    terminal.wait_for("main says three\n");
    terminal.press("\x03");
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn pages_load_again_when_only_their_files_change() {
    let folder = folder();
    let mut terminal = app(folder.path());
    save(folder.path(), "page.js", "console.log('page says two')");
    terminal.wait_for("[watch] page.js changed: reloading pages\n");
    terminal.wait_for("page says two\n");
    write(folder.path(), "page.html", "<script>console.log('page says three')</script>");
    terminal.wait_for("[watch] page.html changed: reloading pages\n");
    terminal.wait_for("page says three\n");
    write(folder.path(), "notes.txt", "of nobody's interest");
    save(folder.path(), "word.js", "exports.word = 'two'");
    terminal.wait_for("changed: restarting\n");
    terminal.wait_for("main says two\n");
    terminal.press("\x03");
    let (code, shown) = terminal.end();
    assert_eq!((code, shown.matches("main says").count()), (Some(130), 2), "{shown}");
}

#[test]
fn an_app_that_is_broken_is_waited_for() {
    let folder = folder();
    let mut terminal = app(folder.path());
    write(folder.path(), "word.js", "exports.word = ");
    terminal.wait_for("[watch] word.js changed: restarting\n");
    terminal.wait_for("SyntaxError");
    terminal.wait_for("waiting for a change\n");
    write(folder.path(), "word.js", "exports.word = 'mended'");
    terminal.wait_for("main says mended\n");
    write(folder.path(), "package.json", "{");
    terminal.wait_for("package.json");
    terminal.wait_for("[watch] waiting for a change\n");
    write(folder.path(), "package.json", r#"{ "main": "main.js" }"#);
    terminal.wait_for("main says mended\n");
    write(folder.path(), "word.js", "console.log('it ' + 'runs'); for (;;) {}");
    terminal.wait_for("it runs\n");
    write(folder.path(), "word.js", "exports.word = 'free'");
    terminal.wait_for("main says free\n");
    write(folder.path(), "word.js", "process.exit(3)");
    terminal.wait_for("[watch] the app has ended: waiting for a change\n");
    terminal.press("\x03");
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn modules_of_main_count_as_its_files() {
    let folder = folder();
    write(folder.path(), "main.mjs", "import { word } from './word.mjs'; console.log('main says ' + word)");
    write(folder.path(), "word.mjs", "export const word = 'one'");
    let main = folder.path().join("main.mjs");
    let words = ["run".as_ref(), "--watch".as_ref(), main.as_os_str()];
    let mut terminal = Terminal::start(&words, folder.path());
    terminal.wait_for("main says one\n");
    save(folder.path(), "word.mjs", "export const word = 'two'");
    terminal.wait_for("[watch] word.mjs changed: restarting\n");
    terminal.wait_for("main says two\n");
    terminal.press("\x03");
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn what_main_has_loaded_from_elsewhere_is_watched_from_then_on() {
    let folder = folder();
    let [app, package] = ["app", "app/node_modules/dep"].map(|name| folder.path().join(name));
    fs::create_dir_all(&package).expect("folders");
    write(&package, "index.js", "module.exports = 'dep one'");
    fs::create_dir(folder.path().join("shared")).expect("a folder");
    write(&folder.path().join("shared"), "s.js", "module.exports = 'shared one'");
    write(&app, "main.js", "console.log(require('dep')); setTimeout(() => console.log(require('../shared/s.js')), 50)");
    let main = app.join("main.js");
    let mut terminal = Terminal::start(&["run".as_ref(), "--watch".as_ref(), main.as_os_str()], folder.path());
    terminal.wait_for("shared one\n");
    write(&package, "index.js", "module.exports = 'dep two'");
    terminal.wait_for("changed: restarting\n");
    terminal.wait_for("dep two\n");
    terminal.wait_for("shared one\n");
    write(&folder.path().join("shared"), "s.js", "module.exports = 'shared two'");
    terminal.wait_for("changed: restarting\n");
    terminal.wait_for("shared two\n");
    terminal.press("\x03");
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn a_page_from_elsewhere_is_watched_once_it_is_loaded() {
    let folder = folder();
    for name in ["app", "pages"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    let main = "const { app, BrowserWindow } = require('electron');
        app.whenReady().then(() => new BrowserWindow().loadFile('../pages/page.html'));";
    write(&folder.path().join("app"), "main.js", main);
    write(&folder.path().join("pages"), "page.html", "<script>console.log('page one')</script>");
    let main = folder.path().join("app/main.js");
    let mut terminal = Terminal::start(&["run".as_ref(), "--watch".as_ref(), main.as_os_str()], folder.path());
    terminal.wait_for("page one\n");
    write(&folder.path().join("pages"), "page.html", "<script>console.log('page two')</script>");
    terminal.wait_for("changed: reloading pages\n");
    terminal.wait_for("page two\n");
    terminal.press("\x03");
    assert_eq!(terminal.end().0, Some(130));
}
