//! How a command ends.

use std::io::Write as _;
use std::process::ExitCode;

/// The call or the script failed.
pub(crate) const FAILED: i32 = 1;
/// The command line is wrong.
pub(crate) const USAGE: i32 = 2;
/// A process could not be started, or died.
pub(crate) const LOST: i32 = 3;
/// The time was over.
pub(crate) const TIMED_OUT: i32 = 124;

/// A command that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) code: i32,
    /// What stderr is told; empty when it has been told already.
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn new(code: i32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
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
    ExitCode::from((code & 0xff) as u8)
}

/// Writes a line to stderr, if anybody still reads it.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes a line to stdout at once. A reader that has gone away (`| head -1`) is no error.
///
/// # Errors
///
/// When the line cannot be written for another reason, such as a full disk.
pub(crate) fn print(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(FAILED, format!("the result could not be written: {error}")))
        }
        _ => Ok(()),
    }
}
