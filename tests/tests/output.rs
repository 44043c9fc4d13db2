//! What real renderers print, handed over by line.

use std::io::Write as _;
use std::time::Duration;

use main_proc::output::{Line, LineLimits, OutputLines, OutputStream};
use main_proc::spawn::Output;
use main_proc::{App, Program, WebContents};
use serde_bytes::ByteBuf;

/// It prints a line on standard output when it begins.
const FIXTURE: &str = env!("CARGO_BIN_EXE_printing_fixture");
const FIRST: &str = "what would be no frame";
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async { tokio::time::timeout(PATIENCE, future).await }).expect("it comes in time")
}

fn program() -> Program {
    Program::new(FIXTURE).stdout(Output::Lines).stderr(Output::Lines)
}

fn renderer(app: &App, program: &Program) -> (WebContents, OutputLines) {
    let contents = app.spawn_renderer(program).expect("the fixture starts");
    let lines = contents.output().expect("its lines");
    (contents, lines)
}

#[track_caller]
fn tell(contents: &WebContents, channel: &str, text: &[u8]) {
    wait(contents.invoke::<()>(channel, (ByteBuf::from(text),))).expect("an answer");
}

#[track_caller]
fn next(lines: &mut OutputLines) -> (OutputStream, String) {
    let Line { stream, text, .. } = wait(lines.next()).expect("a line");
    (stream, text)
}

#[test]
fn lines_of_both_streams_come_whole_and_the_last_one_without_its_end() {
    let app = App::new();
    let (contents, mut lines) = renderer(&app, &program());
    assert_eq!(next(&mut lines), (OutputStream::Stdout, FIRST.into()));
    tell(&contents, "print", b"a\nhalf of ");
    tell(&contents, "print", b"b\n");
    assert_eq!(next(&mut lines), (OutputStream::Stdout, "a".into()));
    assert_eq!(next(&mut lines), (OutputStream::Stdout, "half of b".into()));
    tell(&contents, "complain", b"not \xff UTF-8\r\n");
    assert_eq!(next(&mut lines), (OutputStream::Stderr, "not \u{fffd} UTF-8".into()));
    tell(&contents, "print", b"the last words");
    assert!(wait(contents.invoke::<()>("exit", (0,))).is_err());
    wait(contents.gone());
    // The process has gone, and what it has printed is still there.
    assert_eq!(next(&mut lines), (OutputStream::Stdout, "the last words".into()));
    assert_eq!((wait(lines.next()), lines.dropped()), (None, 0));
}

#[test]
fn lines_of_who_has_outlived_the_renderer_come_until_the_last_has_closed_them() {
    let app = App::new();
    let folder = tempfile::tempdir().expect("a folder");
    let gate = folder.path().join("gate");
    rustix::fs::mkfifoat(rustix::fs::CWD, &gate, rustix::fs::Mode::RWXU).expect("a pipe");
    let (contents, mut lines) = renderer(&app, &program());
    let script = format!("read go < '{}'; echo late", gate.display());
    wait(contents.invoke::<u32>("leave", (script,))).expect("a shell starts");
    assert!(wait(contents.invoke::<()>("exit", (0,))).is_err());
    wait(contents.gone());
    assert_eq!(next(&mut lines), (OutputStream::Stdout, FIRST.into()));
    // Opening waits until the shell has come so far.
    std::fs::OpenOptions::new().write(true).open(&gate).and_then(|mut gate| gate.write_all(b"go\n")).expect("it reads");
    assert_eq!(next(&mut lines), (OutputStream::Stdout, "late".into()));
    assert_eq!(wait(lines.next()), None);
}

#[test]
fn a_flood_that_nobody_takes_is_dropped_and_counted_and_holds_nobody_up() {
    const FLOOD: usize = 200_000;
    let app = App::new();
    let mut limits = LineLimits::default();
    limits.queued = 100;
    let (floods, mut lines) = renderer(&app, &program().line_limits(limits));
    let (other, mut of_other) = renderer(&app, &program());
    assert_eq!(next(&mut of_other), (OutputStream::Stdout, FIRST.into()));
    // It is answered when all has been printed, though nobody takes a line.
    wait(floods.invoke::<()>("flood", (FLOOD,))).expect("an answer");
    tell(&other, "print", b"undisturbed\n");
    assert_eq!(next(&mut of_other), (OutputStream::Stdout, "undisturbed".into()));
    assert!(wait(floods.invoke::<()>("exit", (0,))).is_err());
    wait(floods.gone());
    let mut taken = 0;
    while wait(lines.next()).is_some() {
        taken += 1;
    }
    assert_eq!(taken, 100, "as many as there was room for");
    assert_eq!(lines.dropped(), (FLOOD + 1 - taken) as u64);
}

#[test]
fn a_line_that_is_too_long_is_cut_and_who_prints_without_a_reader_goes_on() {
    let app = App::new();
    let mut limits = LineLimits::default();
    limits.length = 22;
    let (contents, mut lines) = renderer(&app, &program().line_limits(limits));
    let line = wait(lines.next()).expect("a line");
    assert_eq!((line.text.as_str(), line.cut), (FIRST, false));
    tell(&contents, "print", &[&b"x".repeat(1 << 20)[..], b"\n"].concat());
    let line = wait(lines.next()).expect("a line");
    assert_eq!((line.text, line.cut), ("x".repeat(22), true));
    drop(lines);
    tell(&contents, "print", &b"nobody wants it\n".repeat(100_000));
    wait(contents.invoke::<()>("flood", (100_000,))).expect("it goes on");
    assert!(contents.output().is_none(), "its lines were taken");
}

#[test]
fn only_what_was_asked_for_is_handed_over() {
    let app = App::new();
    let quiet = Program::new(FIXTURE).stdout(Output::Null).stderr(Output::Null);
    let contents = app.spawn_renderer(&quiet).expect("the fixture starts");
    assert!(contents.output().is_none());
    tell(&contents, "print", b"to nobody\n");
    let (contents, mut lines) = renderer(&app, &Program::new(FIXTURE).stdout(Output::Null).stderr(Output::Lines));
    tell(&contents, "print", b"to nobody\n");
    tell(&contents, "complain", b"to main\n");
    assert_eq!(next(&mut lines), (OutputStream::Stderr, "to main".into()));
}

#[test]
fn what_a_renderer_elsewhere_prints_is_among_its_launchers_complaints() {
    let app = App::new();
    let script = "echo connecting >&2; exec env DIPOLE_LINK=stdio \"$0\"";
    let far = Program::new("sh").args(["-c", script, FIXTURE]).over_stdio().stderr(Output::Lines);
    let (contents, mut lines) = renderer(&app, &far);
    assert_eq!(next(&mut lines), (OutputStream::Stderr, "connecting".into()));
    assert_eq!(next(&mut lines), (OutputStream::Stderr, FIRST.into()));
    tell(&contents, "print", b"printed there\n");
    assert_eq!(next(&mut lines), (OutputStream::Stderr, "printed there".into()));
    contents.close();
    let gone = wait(contents.gone());
    assert_eq!(gone.last_lines, ["connecting", FIRST, "printed there"]);
}
