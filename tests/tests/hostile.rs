//! What hostile, slow and dying renderers cost: themselves. Each behaviour is tried at both kinds of main. The faults of the
//! catalogue are in `faults.rs`.
//!
//! Where a test of one kind of main has no twin for the other, this is why:
//!
//! - Worlds of a page, clicks, the DOM, what a renderer says of its page, `window.open`, unresponsive pages, signals and what
//!   an app prints: a Rust main has no pages, handles no signals, watches nobody's silence and prints nothing. Its half of
//!   log injection is its diagnostics (row 59 of `faults.rs`).
//! - Keys that collide, the length of an array, regular expressions, a heap that is full: a Rust main makes Rust values, which
//!   hash with a secret of their own and compile nothing; what they may cost is tested in ipc-proto (`de`, `value`).
//! - Handlers of a dead renderer that are dropped (`rust_api.rs`): a script's promise cannot be stopped from outside; what it
//!   answers goes nowhere, and what it holds is the script's.
//! - A thread that is not there for a link, descriptors that run out (row 39 of `faults.rs`): a script main has no thread for each
//!   renderer, and starts processes by the same code.
//! - Calls of main's own with deadlines, wrong types and cancellation (`rust_api.rs`): scripts have none of these.
//!
//! Elsewhere are the twins for bad values, answers and handshakes (`bad_values.rs`), last words and order
//! (`rust_api.rs`, `regressions.rs`, `electron/order`), ports between renderers and direct links (`ports.rs`).

mod common;

#[path = "hostile/counts.rs"]
mod counts;
#[path = "hostile/lengths.rs"]
mod lengths;
#[path = "hostile/neighbours.rs"]
mod neighbours;
#[path = "hostile/pages.rs"]
mod pages;
#[path = "hostile/requests.rs"]
mod requests;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ipc_tests::raw::{self, FRAMES, VERDICT};
use main_proc::script::{Options, Output, ScriptApp, Source};
use main_proc::{App, Limits, Program};

const FIXTURE: &str = env!("CARGO_BIN_EXE_renderer_fixture");
const MAIN: &str = env!("CARGO_BIN_EXE_main_fixture");
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A place for a verdict that nobody else has.
fn place() -> PathBuf {
    static PLACES: AtomicU32 = AtomicU32::new(0);
    let number = PLACES.fetch_add(1, Ordering::Relaxed);
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{}-{number}", std::process::id()))
}

/// A renderer that writes these frames, and where its verdict will be.
fn by_hand(frames: &str) -> (Program, PathBuf) {
    let place = place();
    (Program::new(FIXTURE).env(FRAMES, format!("HELLO {frames}")).env(VERDICT, &place), place)
}

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

/// How a Rust main takes these frames. It answers `echo`; `listen` has it do more.
fn at_rust_main(frames: &str, limits: Limits, listen: impl FnOnce(&App)) -> String {
    let app = App::with_limits(limits);
    app.ipc_main().handle("echo", |_, (number,): (i64,)| async move { Ok(number) }).expect("the first handler");
    listen(&app);
    let (program, place) = by_hand(frames);
    let contents = app.spawn_renderer(&program).expect("the fixture starts");
    let verdict = raw::verdict(&place);
    contents.kill();
    verdict
}

/// How a script main takes them, and what it printed. It answers `echo`, and ends with its renderer; `script` is what it
/// does beside.
fn at_script_main(frames: &str, limits: Limits, script: &str) -> (String, String) {
    let (program, place) = by_hand(frames);
    let main = format!(
        "const {{ app, BrowserWindow, ipcMain }} = require('electron')
        ipcMain.handle('echo', (event, value) => value)
        app.on('window-all-closed', () => {{}})
        app.on('render-process-gone', () => app.exit())
        {script}
        app.whenReady().then(() => {{ new BrowserWindow().loadURL('data:text/html,').catch(() => {{}}) }})"
    );
    let printed = printed(&main, program, limits);
    (raw::verdict(&place), printed)
}

/// What a main script prints.
fn printed(main: &str, renderer: Program, limits: Limits) -> String {
    let printed = Rc::new(RefCell::new(Vec::new()));
    let sink = {
        let printed = Rc::clone(&printed);
        move |bytes: &[u8]| printed.borrow_mut().extend_from_slice(bytes)
    };
    let source = Source::Text { name: "main.js".into(), text: main.into() };
    let mut options = Options::new(source, renderer);
    options.output = Output::new(sink.clone(), sink);
    options.timeout = Some(PATIENCE);
    options.limits = limits;
    assert_eq!(ScriptApp::new(options).expect("an app").run(), 0, "{}", String::from_utf8_lossy(&printed.borrow()));
    String::from_utf8_lossy(&printed.borrow()).into_owned()
}
