//! What scripts print, and where it goes.

use std::io::Write as _;

use crate::realm::RealmId;

/// How important a console message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `console.debug`.
    Debug,
    /// `console.log`, `console.info` and the rest.
    Info,
    /// `console.warn`.
    Warning,
    /// `console.error`, `console.trace`, failed `console.assert`.
    Error,
}

/// A stream of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// `process.stdout`.
    Stdout,
    /// `process.stderr`.
    Stderr,
}

impl Stream {
    /// Writes to that stream of this process. One that is closed is no reason to stop a script.
    pub fn write(self, bytes: &[u8]) {
        write(self, bytes);
    }
}

/// One message of the console, formatted.
#[derive(Debug, Clone, Copy)]
pub struct ConsoleMessage<'a> {
    /// The realm that wrote it.
    pub realm: RealmId,
    /// How important it is.
    pub level: Level,
    /// The text, without the newline at its end.
    pub text: &'a str,
    /// What Chromium would have for a text: the values as texts, where that is something else. Only with
    /// [`EngineOptions::console_location`].
    ///
    /// [`EngineOptions::console_location`]: crate::EngineOptions::console_location
    pub plain: Option<&'a str>,
    /// File that wrote it; empty unless [`EngineOptions::console_location`] is set.
    ///
    /// [`EngineOptions::console_location`]: crate::EngineOptions::console_location
    pub source: &'a str,
    /// Line in `source`, from 1; 0 if not known.
    pub line: u32,
}

impl ConsoleMessage<'_> {
    /// The stream Node writes such a message to.
    #[must_use]
    pub fn stream(&self) -> Stream {
        match self.level {
            Level::Debug | Level::Info => Stream::Stdout,
            Level::Warning | Level::Error => Stream::Stderr,
        }
    }

    /// Prints it as Node does: the text and a newline, on this process's standard output or error.
    pub fn print(&self) {
        print(self);
    }
}

/// Prints as Node does: the text and a newline, on stdout or stderr.
pub(crate) fn print(message: &ConsoleMessage<'_>) {
    let mut line = String::with_capacity(message.text.len() + 1);
    line.push_str(message.text);
    line.push('\n');
    write(message.stream(), line.as_bytes());
}

/// Writes to the process's own stream. A closed stream is no reason to stop a script.
pub(crate) fn write(stream: Stream, bytes: &[u8]) {
    let outcome = match stream {
        Stream::Stdout => {
            let mut out = std::io::stdout().lock();
            out.write_all(bytes).and_then(|()| out.flush())
        }
        Stream::Stderr => std::io::stderr().lock().write_all(bytes),
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "could not write what a script printed");
    }
}

pub(crate) fn level(number: i32) -> Level {
    match number {
        0 => Level::Debug,
        2 => Level::Warning,
        3 => Level::Error,
        _ => Level::Info,
    }
}
