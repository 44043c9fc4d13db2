//! Where what scripts print goes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use serde::Serialize;

use super::problems::{Problem, Process};
use super::shown;
use super::streams::{self, Wait};

type Sink = Rc<dyn Fn(&[u8])>;

/// How important a console message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "what they say")]
pub enum Level {
    Debug,
    Info,
    Warning,
    Error,
}

impl Level {
    /// The stream Node writes such a message to.
    fn stream(self) -> Stream {
        match self {
            Self::Debug | Self::Info => Stream::Stdout,
            Self::Warning | Self::Error => Stream::Stderr,
        }
    }
}

/// A stream of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "what they say")]
pub enum Stream {
    Stdout,
    Stderr,
}

/// What main's console says, formatted.
#[derive(Debug, Clone, Copy)]
pub struct Console<'a> {
    /// How important it is.
    pub level: Level,
    /// The text, without the newline at its end.
    pub text: &'a str,
    /// The file that said it, or nothing.
    pub source: &'a str,
    /// The line there, from 1; 0 if it is not known.
    pub line: u32,
}

/// The two streams of an app. By default those of this process.
#[derive(Clone, Default)]
pub struct Output {
    target: Target,
    json: bool,
    rests: Rests,
}

/// What was written and waits for more: the beginning of a character, or of a page's line.
type Rests = Rc<RefCell<BTreeMap<Writer, Vec<u8>>>>;

/// Who writes, and where.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Writer {
    /// The link of the process; 0 for main.
    link: u32,
    /// The number of its contents; 0 for a utility process.
    contents: u32,
    is_error: bool,
}

impl Writer {
    fn of(link: u32, contents: u32, stream: Stream) -> Self {
        Self { link, contents, is_error: stream == Stream::Stderr }
    }
}

#[derive(Clone, Default)]
enum Target {
    /// The streams of this process.
    #[default]
    Process,
    /// Its standard error, for both.
    Stderr,
    Functions {
        stdout: Sink,
        stderr: Sink,
    },
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

/// Whose lines they are, which decides how they are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// Main's scripts, which wait for a slow reader and may write parts of lines.
    Main,
    /// Anybody else.
    Others,
}

impl Output {
    /// Streams that end in functions. Each call brings whole lines, except for what scripts write to
    /// `process.stdout` themselves.
    #[must_use]
    pub fn new(stdout: impl Fn(&[u8]) + 'static, stderr: impl Fn(&[u8]) + 'static) -> Self {
        Self { target: Target::Functions { stdout: Rc::new(stdout), stderr: Rc::new(stderr) }, ..Self::default() }
    }

    /// Everything to the standard error of this process, as for commands whose results go to its standard output.
    #[must_use]
    pub fn stderr_only() -> Self {
        Self { target: Target::Stderr, ..Self::default() }
    }

    /// The same with a JSON object on each line of the standard output in place of everything else that is printed:
    /// see `docs/json-output.md`.
    #[must_use]
    pub fn json(mut self) -> Self {
        self.json = true;
        self
    }

    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether nothing of it goes to the standard output.
    #[cfg(feature = "js")]
    pub(crate) fn is_stderr_only(&self) -> bool {
        matches!(self.target, Target::Stderr)
    }

    fn put(&self, stream: Stream, from: From, bytes: &[u8]) {
        match (from, self.place(stream, bytes)) {
            (_, None) => {}
            (From::Main, Some(to)) => streams::write_raw(to, bytes, Wait::Yes),
            (From::Others, Some(streams::Stream::Err)) => streams::write_notes(bytes, Wait::No),
            (From::Others, Some(to)) => streams::write_lines(to, bytes, Wait::No),
        }
    }

    /// The stream of this process, unless a function has taken the bytes.
    fn place(&self, stream: Stream, bytes: &[u8]) -> Option<streams::Stream> {
        match (&self.target, stream) {
            (Target::Functions { stdout, .. }, Stream::Stdout) => stdout(bytes),
            (Target::Functions { stderr, .. }, Stream::Stderr) => stderr(bytes),
            (Target::Process, Stream::Stdout) => return Some(streams::Stream::Out),
            (Target::Process | Target::Stderr, _) => return Some(streams::Stream::Err),
        }
        None
    }

    /// Whether those who can be kept waiting should print no more for the moment.
    pub fn is_full(&self) -> bool {
        !matches!(self.target, Target::Functions { .. }) && streams::is_full()
    }

    /// Why nothing can be printed any more, as an exit code.
    pub fn failure(&self) -> Option<i32> {
        if matches!(self.target, Target::Functions { .. }) {
            return None;
        }
        let failed = streams::failure()?;
        Some(if failed.is_reader_gone() { super::EXIT_READER_GONE } else { super::EXIT_FAILED })
    }

    /// What main's scripts write to one of their streams.
    pub fn write(&self, stream: Stream, bytes: &[u8]) {
        if self.json {
            let text = self.characters(Writer::of(0, 0, stream), bytes);
            return self.json_write(Process::Main, stream, &text);
        }
        self.put(stream, From::Main, bytes);
    }

    /// What the scripts of another process write to one of their streams: a utility process as main does, a page in
    /// whole lines that are marked as its console's.
    pub fn renderer_write(&self, link: u32, contents: u32, stream: Stream, bytes: &[u8]) {
        let writer = Writer::of(link, contents, stream);
        if self.json {
            let text = self.characters(writer, bytes);
            return self.json_write(Process::of_contents(contents), stream, &text);
        }
        if contents == 0 {
            if let Some(to) = self.place(stream, bytes) {
                streams::write_raw(to, bytes, Wait::No);
            }
            return;
        }
        let lines = self.lines(writer, bytes);
        if let Some(text) = lines.strip_suffix('\n') {
            self.renderer(contents, level_of(stream), text);
        }
    }

    /// A process writes no more: what it has begun is all.
    pub fn ended(&self, link: u32) {
        let ended = self.rests.borrow_mut().extract_if(.., |writer, _| writer.link == link).collect::<Vec<_>>();
        for (Writer { link, contents, is_error }, rest) in ended {
            let stream = if is_error { Stream::Stderr } else { Stream::Stdout };
            match String::from_utf8_lossy(&rest) {
                text if text.is_empty() => {}
                text if !self.json => self.renderer(contents, level_of(stream), &text),
                text if link == 0 => self.json_write(Process::Main, stream, &text),
                text => self.json_write(Process::of_contents(contents), stream, &text),
            }
        }
    }

    /// Nobody writes any more.
    pub fn all_ended(&self) {
        let links: BTreeSet<u32> = self.rests.borrow().keys().map(|writer| writer.link).collect();
        links.into_iter().for_each(|link| self.ended(link));
    }

    /// The whole characters of what is written, with what was left of the last.
    fn characters(&self, writer: Writer, bytes: &[u8]) -> String {
        self.whole(writer, bytes, |bytes| bytes.len() - begun(bytes))
    }

    /// The whole lines, likewise. A line that is too long to wait for ends anywhere.
    fn lines(&self, writer: Writer, bytes: &[u8]) -> String {
        const LONGEST: usize = 64 << 10;
        let mut text = self.whole(writer, bytes, |bytes| {
            let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            if bytes.len() - end > LONGEST { bytes.len() - begun(bytes) } else { end }
        });
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    fn whole(&self, writer: Writer, bytes: &[u8], end: impl FnOnce(&[u8]) -> usize) -> String {
        let mut rests = self.rests.borrow_mut();
        let kept = rests.entry(writer).or_default();
        kept.extend_from_slice(bytes);
        let rest = kept.split_off(end(kept));
        String::from_utf8_lossy(&std::mem::replace(kept, rest)).into_owned()
    }

    fn json_write(&self, process: Process, stream: Stream, text: &str) {
        if !text.is_empty() {
            let name = if stream == Stream::Stdout { "stdout" } else { "stderr" };
            self.json_line(&Line { stream: Some(name), text: Some(text), ..Line::of("write", process) });
        }
    }

    /// A line for the person who runs the app, in Electron's or Node's words.
    pub fn note(&self, text: &str) {
        self.put(Stream::Stderr, From::Others, format!("{text}\n").as_bytes());
    }

    /// A line for the person who runs the app, in our own words.
    pub fn say(&self, text: &str) {
        self.note(&format!("main-proc: {text}"));
    }

    /// What main's console says.
    pub fn console(&self, message: &Console<'_>) {
        if self.json {
            return self.json_line(&Line {
                level: Some(level_name(message.level)),
                text: Some(message.text),
                ..Line::at("console", Process::Main, (message.source, message.line))
            });
        }
        self.put(message.level.stream(), From::Main, format!("{}\n", message.text).as_bytes());
    }

    /// What a renderer's console says, and where.
    pub fn renderer_console(&self, contents: u32, level: Level, text: &str, place: (&str, u32)) {
        if self.json {
            let process = Process::of_contents(contents);
            let line = Line { level: Some(level_name(level)), text: Some(text), ..Line::at("console", process, place) };
            return self.json_line(&line);
        }
        self.renderer(contents, level, text);
    }

    /// What a renderer says, each line marked with the number of its contents, and without what could act on a terminal.
    /// What has no number is a utility process, which prints as main does.
    pub fn renderer(&self, contents: u32, level: Level, text: &str) {
        let mut lines = String::with_capacity(text.len() + 32);
        for line in text.split('\n') {
            if contents == 0 {
                lines.push_str(line);
            } else {
                lines.push_str(&format!("[renderer {contents}] "));
                shown::push(&mut lines, line);
            }
            lines.push('\n');
        }
        self.put(level.stream(), From::Others, lines.as_bytes());
    }

    pub fn json_problem(&self, problem: &Problem<'_>) {
        let line = match problem.place {
            Some(place) => Line::at(problem.kind.name(), problem.process, place),
            None => Line::of(problem.kind.name(), problem.process),
        };
        self.json_line(&Line { text: Some(problem.text), ..line });
    }

    /// The last line of `--json`: how the command ends.
    #[must_use]
    pub fn exit_line(code: i32, reason: &str, text: &str) -> String {
        let text = Some(text).filter(|text| !text.is_empty());
        let line = Line { code: Some(code), reason: Some(reason), text, ..Line::default() };
        serde_json::to_string(&line).map(|line| line + "\n").unwrap_or_default()
    }

    fn json_line(&self, line: &Line<'_>) {
        if let Ok(mut text) = serde_json::to_string(line) {
            text.push('\n');
            let from = if line.process == "main" { From::Main } else { From::Others };
            self.put(Stream::Stdout, from, text.as_bytes());
        }
    }
}

/// That of console messages on that stream.
fn level_of(stream: Stream) -> Level {
    match stream {
        Stream::Stdout => Level::Info,
        Stream::Stderr => Level::Error,
    }
}

/// How many bytes at the end begin a character that has yet to be completed.
fn begun(bytes: &[u8]) -> usize {
    for (count, byte) in (1..).zip(bytes.iter().rev().take(3)) {
        let length = match byte {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 0,
        };
        return if length > count { count } else { 0 };
    }
    0
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

/// A line of `--json`. What is not known is left out.
#[derive(Serialize)]
struct Line<'a> {
    r#type: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    process: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    renderer: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

impl Default for Line<'_> {
    fn default() -> Self {
        Self {
            r#type: "exit",
            process: "",
            renderer: None,
            level: None,
            stream: None,
            text: None,
            file: None,
            line: None,
            code: None,
            reason: None,
        }
    }
}

impl<'a> Line<'a> {
    fn of(r#type: &'a str, process: Process) -> Self {
        let (process, renderer) = match process {
            Process::Main => ("main", None),
            Process::Renderer(contents) => ("renderer", Some(contents)),
            Process::Utility => ("utility", None),
        };
        Self { r#type, process, renderer, ..Self::default() }
    }

    fn at(r#type: &'a str, process: Process, (file, line): (&'a str, u32)) -> Self {
        let file = Some(file).filter(|file| !file.is_empty());
        Self { file, line: Some(line).filter(|line| *line > 0), ..Self::of(r#type, process) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of calls that write, as lines of both streams.
    fn told(json: bool, write: impl Fn(&Output)) -> String {
        let text = Rc::<RefCell<Vec<u8>>>::default();
        let [out, err] = [Rc::clone(&text), Rc::clone(&text)];
        let output = Output::new(
            move |bytes| out.borrow_mut().extend_from_slice(bytes),
            move |bytes| err.borrow_mut().extend_from_slice(bytes),
        );
        write(&if json { output.json() } else { output });
        let bytes = text.take();
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn a_character_that_is_written_in_parts_is_one_character_of_json() {
        let text = told(true, |output| {
            for byte in "aé€😀z".bytes() {
                output.write(Stream::Stdout, &[byte]);
            }
            output.write(Stream::Stdout, &[0xf0, 0x9f]);
            output.renderer_write(3, 0, Stream::Stdout, "ü".as_bytes());
            output.all_ended();
        });
        let texts: Vec<String> = text
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).expect("JSON")["text"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(texts, ["a", "é", "€", "😀", "z", "ü", "\u{fffd}"]);
    }

    #[test]
    fn bytes_that_begin_no_character_are_not_waited_for() {
        for (bytes, count) in
            [(&b"a"[..], 0), (b"\x80\x80\x80\x80", 0), (b"\xff", 0), (b"a\xe2\x82", 2), (b"\xf0", 1), (b"", 0)]
        {
            assert_eq!(begun(bytes), count, "{bytes:?}");
        }
    }

    #[test]
    fn what_a_page_writes_is_marked_line_by_line() {
        let text = told(false, |output| {
            output.renderer_write(3, 7, Stream::Stdout, b"a\nb");
            output.renderer_write(4, 8, Stream::Stdout, b"other\n");
            output.renderer_write(3, 7, Stream::Stdout, b"c\n\x1bd");
            output.ended(3);
        });
        let expected = "[renderer 7] a\n[renderer 8] other\n[renderer 7] bc\n[renderer 7] \\x1Bd\n";
        assert_eq!(text, expected);
    }
}
