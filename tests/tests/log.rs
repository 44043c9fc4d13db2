//! What a Rust main writes to its log about renderers that name things with escape sequences. Alone in its program, since
//! the log is the whole process's. A script main's twin is in `bad_values.rs`.

use std::path::Path;

use ipc_proto::wire::{Message, Space};
use ipc_tests::log::Log;
use ipc_tests::raw::{self, FRAMES, VERDICT, frame};
use main_proc::{App, IpcMainEvent, Program, Value};

const FIXTURE: &str = env!("CARGO_BIN_EXE_renderer_fixture");
const ESCAPES: &str = "\u{1b}[31mred\u{7}\r\nforged line\u{9b}2J";

#[test]
fn what_a_renderer_names_neither_acts_on_a_terminal_nor_begins_a_line_of_a_rust_mains_log() {
    let log = Log::default();
    let written = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || written.clone())
        .init();
    let app = App::new();
    app.ipc_main().handle("echo", |_, (value,): (Value,)| async move { Ok(value) }).expect("the first handler");
    let panics = format!("panics{ESCAPES}");
    app.ipc_main().on(&panics, |_: &IpcMainEvent, _: Vec<Value>| panic!("in a listener")).forget();
    app.ipc_main().on(&format!("numbers{ESCAPES}"), |_: &IpcMainEvent, _: (i64,)| {}).forget();
    let args = [11, 25];
    let sync = format!("sync{ESCAPES}");
    let invoke = format!("invoke{ESCAPES}");
    let numbers = format!("numbers{ESCAPES}");
    let frames = [
        "HELLO".to_owned(),
        frame(&Message::SendSync { id: 1, channel: &sync, args: &args }),
        frame(&Message::Invoke { id: 2, space: Space::User, channel: &invoke, args: &args }),
        frame(&Message::Send { space: Space::User, channel: &panics, args: &args }),
        frame(&Message::Send { space: Space::User, channel: &numbers, args: &args }),
    ];
    let closing = frame(&Message::Goodbye { code: 12, reason: ESCAPES });
    for (number, last) in ["", &closing].into_iter().enumerate() {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("log-{}-{number}", std::process::id()));
        let program = Program::new(FIXTURE).env(FRAMES, format!("{} {last}", frames.join(" "))).env(VERDICT, &place);
        let contents = app.spawn_renderer(&program).expect("the fixture starts");
        if last.is_empty() {
            assert_eq!(raw::verdict(&place), "NeverReplied");
        }
        // What it says last is in main's own line about its end.
        contents.wait_gone().expect("no task");
    }
    let text = log.text();
    for part in ["'sync\\u{1b}", "panics\\u{1b}", "numbers\\u{1b}"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains(['\u{1b}', '\u{7}', '\r', '\u{9b}']), "{text:?}");
    assert!(!text.lines().any(|line| line.starts_with("forged")), "{text}");
}
