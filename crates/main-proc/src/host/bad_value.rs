//! What a value of a renderer means that did not become one of main's scripts.

use std::time::Duration;

use ipc_proto::token::ValueError;

use crate::excesses::Excesses;

/// Why there is no value, in words, and whose fault that is.
#[derive(Debug, PartialEq, Eq)]
pub enum BadValue {
    /// The bytes break the protocol, which no honest library does: the link is closed.
    Malformed(String),
    /// They are a value that passes a limit here: honest code can send that by mistake, but not again and again. A
    /// request is answered so, a port is closed, anything else is dropped.
    TooMuch(String),
    /// They are a value that this engine cannot hold, or of a shape that is not taken here. The same becomes of it, but
    /// nobody is to blame.
    Unfit(String),
}

impl From<&ValueError> for BadValue {
    fn from(error: &ValueError) -> Self {
        match error {
            error if error.is_limit() => Self::TooMuch(error.to_string()),
            error if error.is_malformed() => Self::Malformed(error.to_string()),
            _ => Self::Unfit(error.to_string()),
        }
    }
}

impl BadValue {
    /// The reason in words.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Malformed(text) | Self::TooMuch(text) | Self::Unfit(text) => text,
        }
    }
}

/// How often a link may pass a limit: so many within that time are no mistake.
const MOST: usize = 10;
const WITHIN: Duration = Duration::from_secs(10);

pub(crate) fn excesses() -> Excesses {
    Excesses::of(MOST, WITHIN)
}
