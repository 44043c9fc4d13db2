//! Where what scripts print goes.

use std::fmt;
use std::rc::Rc;

use script_host::{ConsoleMessage, Level, Stream};
use serde::Serialize;

use super::problems::{Problem, Process};
use super::shown;
use crate::streams::{self, Wait};

type Sink = Rc<dyn Fn(&[u8])>;

/// The two streams of an app. By default those of this process.
#[derive(Clone, Default)]
pub struct Output {
    target: Target,
    json: bool,
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
        Self { target: Target::Functions { stdout: Rc::new(stdout), stderr: Rc::new(stderr) }, json: false }
    }

    /// Everything to the standard error of this process, as for commands whose results go to its standard output.
    #[must_use]
    pub fn stderr_only() -> Self {
        Self { target: Target::Stderr, json: false }
    }

    /// The same with a JSON object on each line of the standard output in place of everything else that is printed:
    /// see `docs/json-output.md`.
    #[must_use]
    pub fn json(mut self) -> Self {
        self.json = true;
        self
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    fn put(&self, stream: Stream, from: From, bytes: &[u8]) {
        let to = match (&self.target, stream) {
            (Target::Functions { stdout, .. }, Stream::Stdout) => return stdout(bytes),
            (Target::Functions { stderr, .. }, Stream::Stderr) => return stderr(bytes),
            (Target::Process, Stream::Stdout) => streams::Stream::Out,
            (Target::Process | Target::Stderr, _) => streams::Stream::Err,
        };
        match from {
            From::Main => streams::write_raw(to, bytes, Wait::Yes),
            From::Others if to == streams::Stream::Err => streams::write_notes(bytes, Wait::No),
            From::Others => streams::write_lines(to, bytes, Wait::No),
        }
    }

    /// Whether those who can be kept waiting should print no more for the moment.
    pub(crate) fn is_full(&self) -> bool {
        !matches!(self.target, Target::Functions { .. }) && streams::is_full()
    }

    /// Why nothing can be printed any more, as an exit code.
    pub(crate) fn failure(&self) -> Option<i32> {
        if matches!(self.target, Target::Functions { .. }) {
            return None;
        }
        let failed = streams::failure()?;
        Some(if failed.is_reader_gone() { super::EXIT_READER_GONE } else { super::EXIT_FAILED })
    }

    /// What main's scripts write to one of their streams.
    pub(crate) fn write(&self, stream: Stream, bytes: &[u8]) {
        if self.json {
            let name = if stream == Stream::Stdout { "stdout" } else { "stderr" };
            let text = &*String::from_utf8_lossy(bytes);
            return self.json_line(&Line { stream: Some(name), text: Some(text), ..Line::of("write", Process::Main) });
        }
        self.put(stream, From::Main, bytes);
    }

    /// A line for the person who runs the app, in Electron's or Node's words.
    pub(crate) fn note(&self, text: &str) {
        self.put(Stream::Stderr, From::Others, format!("{text}\n").as_bytes());
    }

    /// A line for the person who runs the app, in our own words.
    pub(crate) fn say(&self, text: &str) {
        self.note(&format!("main-proc: {text}"));
    }

    /// What main's console says.
    pub(crate) fn console(&self, message: &ConsoleMessage<'_>) {
        if self.json {
            return self.json_line(&Line {
                level: Some(level_name(message.level)),
                text: Some(message.text),
                ..Line::at("console", Process::Main, (message.source, message.line))
            });
        }
        self.put(message.stream(), From::Main, format!("{}\n", message.text).as_bytes());
    }

    /// What a renderer's console says, and where.
    pub(crate) fn renderer_console(&self, contents: u32, level: Level, text: &str, place: (&str, u32)) {
        if self.json {
            let process = Process::of_contents(contents);
            let line = Line { level: Some(level_name(level)), text: Some(text), ..Line::at("console", process, place) };
            return self.json_line(&line);
        }
        self.renderer(contents, level, text);
    }

    /// What a renderer says, each line marked with the number of its contents, and without what could act on a terminal.
    /// What has no number is a utility process, which prints as main does.
    pub(crate) fn renderer(&self, contents: u32, level: Level, text: &str) {
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
        let stream = match level {
            Level::Debug | Level::Info => Stream::Stdout,
            Level::Warning | Level::Error => Stream::Stderr,
        };
        self.put(stream, From::Others, lines.as_bytes());
    }

    pub(crate) fn json_problem(&self, problem: &Problem<'_>) {
        let line = match problem.place {
            Some(place) => Line::at(problem.kind.name(), problem.process, place),
            None => Line::of(problem.kind.name(), problem.process),
        };
        self.json_line(&Line { text: Some(problem.text), ..line });
    }

    /// The last line of `--json`: how the command ends.
    pub(crate) fn exit_line(code: i32, reason: &str, text: &str) -> String {
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
