//! Tests of what needs no renderer process.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Options, Output, ScriptApp, Source};
use crate::spawn::Program;

mod contents;
mod ipc;
mod life;
mod ports;
mod utility;
mod window;

/// What an app printed, and its exit code.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// Its lines on stdout.
    fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }
}

fn app(text: &str, renderer: &str, change: impl FnOnce(&mut Options)) -> Ran {
    let (stdout, stderr) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::new())));
    let sink = |to: &Rc<RefCell<Vec<u8>>>| {
        let to = Rc::clone(to);
        move |bytes: &[u8]| to.borrow_mut().extend_from_slice(bytes)
    };
    let source = Source::Text { name: "main.js".into(), text: text.to_owned() };
    let mut options = Options::new(source, Program::new(renderer));
    options.output = Output::new(sink(&stdout), sink(&stderr));
    // A test that hangs is a failed test.
    options.timeout = Some(std::time::Duration::from_secs(20));
    options.until_idle = true;
    change(&mut options);
    let code = ScriptApp::new(options).expect("an app").run();
    let text = |bytes: &Rc<RefCell<Vec<u8>>>| String::from_utf8_lossy(&bytes.borrow()).into_owned();
    Ran { code, stdout: text(&stdout), stderr: text(&stderr) }
}

/// Runs a main script for which there is no renderer program.
fn run(text: &str) -> Ran {
    app(text, "/nowhere/renderer-proc", |_| ())
}

/// Runs the body of a function that is called when the app is ready, with `attempt(f)` for the text of what `f`
/// throws; then the app quits.
fn when_ready(body: &str) -> Ran {
    run(&format!(
        "const electron = require('electron');
        const {{ app, BrowserWindow, ipcMain, webContents, MessageChannelMain, Menu, dialog }} = electron;
        const attempt = (f) => {{ try {{ return f(); }} catch (error) {{ return String(error); }} }};
        app.whenReady().then(async () => {{ {body} }}).finally(() => app.quit());"
    ))
}
