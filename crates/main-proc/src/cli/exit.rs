//! How a command ends.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use main_proc::script::streams::{self, Stream, Wait};

/// The call or the script failed.
pub(crate) const FAILED: i32 = 1;
/// The command line is wrong.
pub(crate) const USAGE: i32 = 2;
/// A process could not be started, or died.
pub(crate) const LOST: i32 = 3;
/// Whoever read the output is gone: 128 and the number of `SIGPIPE`.
pub(crate) const READER_GONE: i32 = 141;
/// The time was over.
pub(crate) const TIMED_OUT: i32 = 124;

/// Every exit code and what it says: what `--help` shows, and docs/exit-codes.md.
pub(crate) const CODES: [(&str, &str); 11] = [
    ("0", "done: the app has quit, also for SIGTERM, or has come to rest (--until-idle)"),
    ("1", "it failed: main's script threw while it was loaded, a call, a step, or output that could not be written"),
    ("1", "with --fail-on-error: an error or rejection that nobody handled, a crash, a page or preload not loaded"),
    ("2", "wrong usage, or an app, a file or an argument that cannot be read"),
    ("3", "a process could not be started, or died: the last renderer, or that of a call"),
    ("7", "a listener of uncaughtException has thrown: nothing more runs, as in Node"),
    ("124", "the time was over (--timeout)"),
    ("129, 130", "the app has quit for SIGHUP, or for SIGINT (Ctrl-C)"),
    ("141", "whoever read the output is gone, as with `| head -1`"),
    ("143", "SIGTERM ended a call, or an app that had not quit within 3 seconds"),
    ("other", "the app's own: app.exit(N), process.exit(N), process.exitCode"),
];

/// The codes as `--help` shows them.
pub(crate) fn table() -> String {
    CODES.iter().map(|(code, meaning)| format!("  {code:<9} {meaning}")).collect::<Vec<_>>().join("\n")
}

/// A command that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) code: i32,
    /// What stderr is told; empty when it has been told already.
    pub(crate) text: String,
    /// The class of the error that a script threw; `Error` for failures of other kinds.
    pub(crate) name: String,
}

impl Failure {
    pub(crate) fn new(code: i32, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), name: "Error".to_owned() }
    }

    /// What a script has thrown.
    pub(crate) fn thrown(name: String, text: String) -> Self {
        Self { code: FAILED, text, name }
    }

    /// The command line is wrong.
    pub(crate) fn usage(text: impl std::fmt::Display) -> Self {
        Self::new(USAGE, format!("error: {text}"))
    }

    /// The same failure with another line.
    pub(crate) fn and(mut self, line: impl std::fmt::Display) -> Self {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&line.to_string());
        self
    }
}

/// Ends a command: tells stderr why it failed, if it did.
pub(crate) fn finish(result: Result<i32, Failure>) -> ExitCode {
    let code = result.unwrap_or_else(|failure| {
        if !failure.text.is_empty() {
            tell(&failure.text);
        }
        failure.code
    });
    // As the system does with the code of a process.
    ExitCode::from((written(code) & 0xff) as u8)
}

/// Waits until everything is written; the code, unless that has failed.
fn written(code: i32) -> i32 {
    streams::finish();
    match streams::failure() {
        Some(failed) if failed.is_reader_gone() => {
            if code == 0 {
                READER_GONE
            } else {
                code
            }
        }
        Some(failed) => {
            let name = if failed.stream == Stream::Out { "output" } else { "error" };
            tell(&format!("the standard {name} could not be written: {}", failed.error));
            streams::finish();
            if code == 0 { FAILED } else { code }
        }
        None => code,
    }
}

/// Writes a line to stderr, if anybody still reads it.
pub(crate) fn tell(text: &str) {
    streams::write_words(Stream::Err, format!("{text}\n").as_bytes());
}

/// Whether stdout is to end with a line for programs: see docs/json-output.md.
static JSON: AtomicBool = AtomicBool::new(false);

/// From now on the last line of stdout, however the command ends, tells programs how it did.
pub(crate) fn end_with_json() {
    JSON.store(true, Ordering::Release);
}

/// Writes that line, unless it has been written or none is wanted.
pub(crate) fn tell_programs(code: i32, reason: &str, text: &str) {
    if JSON.swap(false, Ordering::AcqRel) {
        let line = main_proc::script::Output::exit_line(code & 0xff, reason, text);
        streams::write_words(Stream::Out, line.as_bytes());
    }
}

/// Ends the process, whatever its other threads do, and says why to people and programs.
pub(crate) fn leave(code: i32, reason: &str, text: &str) -> ! {
    if !text.is_empty() {
        tell(text);
    }
    tell_programs(code, reason, text);
    streams::hurry(Instant::now());
    streams::finish();
    std::process::exit(code)
}

/// Writes a line to stdout at once.
///
/// # Errors
///
/// When the line cannot be written: its reader is gone (`| head -1`), or a disk is full.
pub(crate) fn print(line: &str) -> Result<(), Failure> {
    streams::write_lines(Stream::Out, format!("{line}\n").as_bytes(), Wait::Yes);
    match streams::failure() {
        Some(failed) if failed.stream == Stream::Out && failed.is_reader_gone() => Err(Failure::new(READER_GONE, "")),
        // How it failed is told with the end.
        Some(failed) if failed.stream == Stream::Out => Err(Failure::new(FAILED, "")),
        _ => Ok(()),
    }
}
