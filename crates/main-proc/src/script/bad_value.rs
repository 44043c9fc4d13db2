//! What a value of a renderer means that did not become one of main's scripts.

use std::time::Duration;

use script_host::ScriptError;
use script_host::clone::{DecodeError, Fault};
use script_host::js::Ctx;

use crate::excesses::Excesses;

/// Why there is no value, in words, and whose fault that is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadValue {
    /// The bytes break the protocol, which no honest library does: the link is closed.
    Malformed(String),
    /// They are a value that passes a limit here: honest code can send that by mistake, but not again and again. A
    /// request is answered so, a port is closed, anything else is dropped.
    TooMuch(String),
    /// They are a value that this engine cannot hold, or of a shape that is not taken here. The same becomes of it, but
    /// nobody is to blame.
    Unfit(String),
}

impl BadValue {
    /// What an error of decoding means. An exception that is pending is taken.
    pub(crate) fn of(ctx: &Ctx<'_>, error: &DecodeError) -> Self {
        match error.fault() {
            Fault::Malformed => Self::Malformed(error.to_string()),
            Fault::Limit => Self::TooMuch(error.to_string()),
            Fault::Shape => Self::Unfit(error.to_string()),
            Fault::Engine => {
                let thrown = ctx.catch();
                let no_memory = thrown.is_null() || thrown.is_undefined();
                let text =
                    if no_memory { "out of memory".to_owned() } else { ScriptError::from_value(ctx, &thrown).head() };
                Self::Unfit(format!("main cannot hold the value: {text}"))
            }
        }
    }

    /// The reason in words.
    pub(crate) fn text(&self) -> &str {
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
