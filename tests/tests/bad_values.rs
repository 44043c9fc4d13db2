//! What a renderer may get wrong and what it may not, at both kinds of main: the rule of `docs/protocol.md`, *Bad values*.
//!
//! Each row is what a renderer writes by hand; its verdict is how main has taken it: the status of request 1, `open` if the
//! link goes on, or the number that it was closed with. Where the two kinds differ the row says so, and why.

mod common;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use ipc_proto::wire::{Message, Space};
use ipc_tests::raw::{self, FRAMES, VERDICT, frame};
use main_proc::{App as RustApp, CallError, IpcMainEvent, Program, Value};
use serde::Serialize;

use common::{App, Ended};

const FIXTURE: &str = env!("CARGO_BIN_EXE_renderer_fixture");

fn encode(args: impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ipc_proto::ser::encode_into(&mut bytes, &args).expect("a test's own value");
    bytes
}

fn invoke(args: &[u8]) -> String {
    frame(&Message::Invoke { id: 1, space: Space::User, channel: "echo", args })
}

fn send(channel: &str, args: &[u8]) -> String {
    frame(&Message::Send { space: Space::User, channel, args })
}

fn nobody(args: &[u8]) -> String {
    frame(&Message::Invoke { id: 1, space: Space::User, channel: "nobody", args })
}

fn sync(args: &[u8]) -> String {
    frame(&Message::SendSync { id: 1, channel: "sync", args })
}

fn post(message: &[u8]) -> String {
    frame(&Message::Post { channel: "sink", ports: &[], message })
}

fn told(name: &str, args: &[u8]) -> String {
    frame(&Message::Send { space: Space::System, channel: name, args })
}

/// The array of one argument, by its tokens.
fn one(tokens: &[u8]) -> Vec<u8> {
    [&[11], tokens, &[25]].concat()
}

/// An array in an array, and so on.
fn nested(depth: usize) -> Vec<u8> {
    [vec![11; depth], vec![25; depth]].concat()
}

/// A place for a verdict that nobody else has.
fn place() -> PathBuf {
    static PLACES: AtomicU32 = AtomicU32::new(0);
    let number = PLACES.fetch_add(1, Ordering::Relaxed);
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("verdict-{}-{number}", std::process::id()))
}

/// The verdict of a Rust main, which listens as the script main does.
fn at_rust_main(frames: &str) -> String {
    let (app, place) = (RustApp::new(), place());
    listen(&app);
    let program = Program::new(FIXTURE).env(FRAMES, frames).env(VERDICT, &place);
    let contents = app.spawn_renderer(&program).expect("the fixture starts");
    let verdict = raw::verdict(&place);
    contents.kill();
    verdict
}

fn listen(app: &RustApp) {
    let main = app.ipc_main();
    main.handle("echo", |_, (value,): (Value,)| async move { Ok(value) }).expect("the first handler");
    main.on("sink", |_: &IpcMainEvent, _: Vec<Value>| {}).forget();
    main.on("sync", |event: &IpcMainEvent, _: Vec<Value>| drop(event.set_return_value(1))).forget();
}

/// The verdict of a script main, and what it printed.
fn at_script_main(frames: &str) -> (String, Ended) {
    let place = place();
    let app = App::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bad_values/main.js"));
    let app = app.variable("DIPOLE_RENDERER", FIXTURE).variable(FRAMES, frames).variable(VERDICT, &place);
    let ended = app.run();
    (raw::verdict(&place), ended)
}

/// A row: what is written behind the handshake, and how each kind of main takes it.
struct Row(&'static str, String, &'static str, &'static str);

fn rows() -> Vec<Row> {
    let both = |name, frames: String, verdict| Row(name, frames, verdict, verdict);
    let long = "a".repeat(20_000);
    let regexp = [&[17, 251][..], &20_000_u16.to_le_bytes(), long.as_bytes(), &[0]].concat();
    vec![
        both("an ordinary call", invoke(&one(&[4, 2])), "Ok"),
        both("a malformed argument of a call", invoke(&one(&[26])), "closed 10"),
        both("a call whose arguments are no array", invoke(&[4, 2]), "closed 10"),
        both("a call without arguments", invoke(&[]), "closed 10"),
        // In Rust a port is a number within its message; who takes it finds that it has not come.
        Row("a call with a port that has not come", invoke(&one(&[22, 0])), "closed 10", "Ok"),
        both("an argument that is nested too deeply", invoke(&one(&nested(2_001))), "BadArguments"),
        // A Rust main does not compile it.
        Row("an argument with too long a regular expression", invoke(&one(&regexp)), "BadArguments", "Ok"),
        both("an argument of too many parts", "LARGE".to_owned(), "TooLarge"),
        both("a malformed argument of a message", send("sink", &one(&[26])), "closed 10"),
        both("an argument of a message that is nested too deeply", send("sink", &one(&nested(2_001))), "open"),
        both("a malformed argument of a sendSync", sync(&one(&[26])), "closed 10"),
        both("an argument of a sendSync that is nested too deeply", sync(&one(&nested(2_001))), "BadArguments"),
        both("a malformed message with ports", post(&[26]), "closed 10"),
        both("a message with ports that is nested too deeply", post(&nested(2_001)), "open"),
        both("what is malformed, on a channel that nobody listens to", send("nobody", &[26]), "open"),
        both("what is malformed, on a channel that nobody handles", nobody(&[26]), "NoHandler"),
        both("a verb that is not there", "020000001001".to_owned(), "closed 2"),
        both("a frame that is too long", "ffffffff".to_owned(), "closed 1"),
        both("an answer that nobody has asked for", "0400000006070000".to_owned(), "closed 4"),
        both("a second hello", "1200000000fc4449504c010107fb000100046e6f6e65".to_owned(), "closed 3"),
        // A Rust main has no pages: the runtime of its renderers has nothing to tell it, and it looks at nothing.
        Row(
            "a title that is no text",
            told("load-event", &encode(("page-title-updated", Title { title: 1 }))),
            "closed 10",
            "open",
        ),
        Row("a line of the console without its text", told("console", &encode(("info",))), "closed 10", "open"),
        both("a system message that is not known", told("later", &encode((1,))), "open"),
        both(
            "a step of loading that is not known",
            told("load-event", &encode(("render-process-gone", Title { title: 1 }))),
            "open",
        ),
        both(
            "a request of the runtime that main does not know",
            frame(&Message::Invoke { id: 1, space: Space::System, channel: "later", args: &one(&[4, 2]) }),
            "NoHandler",
        ),
    ]
}

#[derive(Serialize)]
struct Title<T> {
    title: T,
}

#[test]
fn what_honest_code_can_send_is_answered_and_what_breaks_the_protocol_closes_the_link_of_a_rust_main() {
    for Row(name, frames, _, verdict) in rows() {
        assert_eq!(at_rust_main(&format!("HELLO {frames}")), verdict, "{name}");
    }
}

#[test]
fn what_honest_code_can_send_is_answered_and_what_breaks_the_protocol_closes_the_link_of_a_script_main() {
    for Row(name, frames, verdict, _) in rows() {
        let (seen, ended) = at_script_main(&format!("HELLO {frames}"));
        assert_eq!(seen, verdict, "{name}: {ended:#?}");
        assert!(!ended.stdout.contains("uncaught") && !ended.stdout.contains("unhandled"), "{name}: {ended:#?}");
    }
}

/// In place of a handshake.
const OPENINGS: [(&str, &str, &str); 5] = [
    ("versions 3 to 9", "1200000000fc4449504c030907fb000100046e6f6e65", "refused"),
    ("another magic", "1200000000fc4449504d010107fb000100046e6f6e65", "closed 9"),
    ("Ping", "020000000b01", "closed 3"),
    ("a hello that is too long", "01100000", "closed 1"),
    ("a hello whose frames take no welcome", "1000000000fc4449504c0101070f00046e6f6e65", "closed 9"),
];

#[test]
fn who_is_turned_away_reads_why_at_a_rust_main() {
    for (name, frames, verdict) in OPENINGS {
        assert_eq!(at_rust_main(frames), verdict, "{name}");
    }
}

#[test]
fn who_is_turned_away_reads_why_at_a_script_main() {
    for (name, frames, verdict) in OPENINGS {
        let (seen, ended) = at_script_main(frames);
        assert_eq!(seen, verdict, "{name}: {ended:#?}");
    }
}

#[test]
fn a_malformed_answer_ends_its_call_alone_at_a_rust_main() {
    let (app, place) = (RustApp::new(), place());
    listen(&app);
    let program = Program::new(FIXTURE).env(FRAMES, "HELLO ASKED").env(VERDICT, &place);
    let contents = app.spawn_renderer(&program).expect("the fixture starts");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = runtime.block_on(contents.invoke::<Value>("what", (1,)));
    assert!(matches!(answer, Err(CallError::BadReply { .. })), "{answer:?}");
    assert_eq!(raw::verdict(&place), "open");
    contents.kill();
}

#[test]
fn a_malformed_answer_ends_its_call_alone_at_a_script_main() {
    let loaded = told("load-event", &encode(("did-finish-load",)));
    let (seen, ended) = at_script_main(&format!("HELLO {loaded} {} ASKED", send("ask", &one(&[]))));
    assert_eq!(seen, "open", "{ended:#?}");
    assert!(ended.stdout.contains("rejected the renderer process answered with what is no value"), "{ended:#?}");
    assert!(!ended.stdout.contains("uncaught"), "{ended:#?}");
}

const ESCAPES: &str = "\u{1b}[31mred\u{7}\r\n[renderer 1] forged\u{9b}2J";

fn with_escapes() -> String {
    let name = |word: &str| format!("{word}{ESCAPES}");
    let frames = [
        send(&name("send"), &one(&[])),
        frame(&Message::SendSync { id: 1, channel: &name("sync"), args: &one(&[]) }),
        frame(&Message::Invoke { id: 2, space: Space::User, channel: &name("invoke"), args: &one(&[]) }),
        told("console", &encode(("info", name("console"), 0, ""))),
    ];
    format!("HELLO {}", frames.join(" "))
}

/// A Rust main prints nothing by itself.
#[test]
fn what_a_renderer_names_neither_acts_on_a_terminal_nor_begins_a_line_of_a_script_main() {
    let (_, ended) = at_script_main(&with_escapes());
    let printed = format!("{}{}", ended.stdout, ended.stderr);
    for part in ["sendSync() with 'sync\\x1B", "No handler registered for 'invoke\\x1B", "] console\\x1B"] {
        assert!(printed.contains(part), "{part}: {ended:#?}");
    }
    assert!(!printed.contains(['\u{1b}', '\u{7}', '\r', '\u{9b}']), "{ended:#?}");
    // What it prints has its number before every line; nothing else begins like that.
    assert!(!printed.lines().any(|line| line.starts_with("[renderer 1] forged")), "{ended:#?}");
}

/// A Rust main has neither pages nor their events.
#[test]
fn what_a_renderer_says_of_its_page_names_no_event_no_address_and_no_state() {
    #[derive(Serialize)]
    struct Detail {
        url: &'static str,
        title: &'static str,
    }
    let detail = || Detail { url: "https://admin.example/", title: "a title" };
    let mut frames = vec!["HELLO".to_owned(), send("who", &one(&[]))];
    for name in ["render-process-gone", "destroyed", "will-navigate", "unresponsive", "close", "error", "newListener"] {
        frames.push(told("load-event", &encode((name, detail()))));
    }
    for step in ["did-navigate", "did-finish-load", "did-navigate", "did-finish-load", "page-title-updated"] {
        frames.push(told("load-event", &encode((step, detail()))));
    }
    frames.push(told("heard", &encode(("who", [1]))));
    frames.push(told("window", &encode(("in-page", "https://admin.example/", false, 0))));
    frames.push(send("who", &one(&[])));
    let (seen, ended) = at_script_main(&frames.join(" "));
    assert_eq!(seen, "open", "{ended:#?}");
    let said = ended.stdout.lines().take_while(|line| !line.starts_with("gone"));
    let expected = [
        "who about:blank about:blank about:blank",
        "event did-navigate",
        "event did-finish-load",
        "event page-title-updated",
        "who about:blank about:blank a title",
    ];
    assert_eq!(said.collect::<Vec<_>>(), expected, "{ended:#?}");
}
