//! Where what scripts print goes.

use std::fmt;
use std::io::Write as _;
use std::rc::Rc;

use script_host::{ConsoleMessage, Level, Stream};

type Sink = Rc<dyn Fn(&[u8])>;

/// The two streams of an app. By default those of this process.
#[derive(Clone)]
pub struct Output {
    stdout: Sink,
    stderr: Sink,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

impl Default for Output {
    fn default() -> Self {
        Self::new(
            |bytes| {
                let mut out = std::io::stdout().lock();
                // A closed stream is no reason to stop an app.
                let _ = out.write_all(bytes).and_then(|()| out.flush());
            },
            |bytes| {
                let _ = std::io::stderr().lock().write_all(bytes);
            },
        )
    }
}

impl Output {
    /// Streams that end in functions. Each call brings whole lines, except for what scripts write to
    /// `process.stdout` themselves.
    #[must_use]
    pub fn new(stdout: impl Fn(&[u8]) + 'static, stderr: impl Fn(&[u8]) + 'static) -> Self {
        Self { stdout: Rc::new(stdout), stderr: Rc::new(stderr) }
    }

    pub(crate) fn write(&self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Stdout => (self.stdout)(bytes),
            Stream::Stderr => (self.stderr)(bytes),
        }
    }

    /// A line for the person who runs the app.
    pub(crate) fn note(&self, text: &str) {
        self.write(Stream::Stderr, format!("{text}\n").as_bytes());
    }

    /// What main's console says.
    pub(crate) fn console(&self, message: &ConsoleMessage<'_>) {
        self.write(message.stream(), format!("{}\n", message.text).as_bytes());
    }

    /// What a renderer's console says, each line marked with the number of its contents. What has no number is a
    /// utility process, which prints as main does.
    pub(crate) fn renderer(&self, contents: u32, level: Level, text: &str) {
        let mut lines = String::with_capacity(text.len() + 32);
        for line in text.split('\n') {
            if contents != 0 {
                lines.push_str(&format!("[renderer {contents}] "));
            }
            lines.push_str(line);
            lines.push('\n');
        }
        let stream = match level {
            Level::Debug | Level::Info => Stream::Stdout,
            Level::Warning | Level::Error => Stream::Stderr,
        };
        self.write(stream, lines.as_bytes());
    }
}
