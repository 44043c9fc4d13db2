//! What a page and a worker say to each other. Ports that go along with a message are known by numbers, which are even
//! where the page has chosen them and odd where the worker has.

use script_host::Level;

/// What a page says.
#[derive(Debug)]
pub(super) enum ToWorker {
    /// A message, as a clone, and the ports that go along.
    Message(Vec<u8>, Vec<u64>),
    /// A message through a port, and the ports that go along.
    Port(u64, Vec<u8>, Vec<u64>),
    /// The other end of a port has closed.
    PortClosed(u64),
    /// The answer to a question, as a clone: a value, or what was thrown.
    Answer {
        /// Which question.
        number: u32,
        /// Whether it is a value.
        is_value: bool,
        /// The clone.
        bytes: Vec<u8>,
    },
}

impl ToWorker {
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Message(bytes, _) | Self::Port(_, bytes, _) | Self::Answer { bytes, .. } => bytes.len(),
            Self::PortClosed(_) => 0,
        }
    }
}

/// A line of the console.
#[derive(Debug)]
pub(in crate::script) struct Line {
    pub(in crate::script) level: Level,
    pub(in crate::script) text: String,
    pub(in crate::script) plain: Option<String>,
    pub(in crate::script) line: u32,
    pub(in crate::script) source: String,
}

/// What a worker says.
#[derive(Debug)]
pub(in crate::script) enum FromWorker {
    /// A message, as a clone, and the ports that go along.
    Message(Vec<u8>, Vec<u64>),
    /// A message through a port, and the ports that go along.
    Port(u64, Vec<u8>, Vec<u64>),
    /// The other end of a port has closed.
    PortClosed(u64),
    /// It has printed something.
    Console(Line),
    /// An error that nobody has caught there.
    Error(Box<script_host::ScriptError>),
    /// Its script could not be had.
    NotFound(String),
    /// A question for the page, as a clone of its arguments.
    Ask(u32, Vec<u8>),
    /// It waits for what is at that URL.
    Read(String),
    /// It has ended.
    Ended,
}

impl FromWorker {
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Message(bytes, _) | Self::Port(_, bytes, _) | Self::Ask(_, bytes) => bytes.len(),
            Self::Console(line) => line.text.len() + line.source.len() + line.plain.as_ref().map_or(0, String::len),
            Self::Error(error) => error.message.len() + error.stack.as_ref().map_or(0, String::len),
            Self::NotFound(text) | Self::Read(text) => text.len(),
            Self::PortClosed(_) | Self::Ended => 0,
        }
    }
}
