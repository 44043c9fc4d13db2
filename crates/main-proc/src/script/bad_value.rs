//! What a value of a renderer means that did not become one of main's scripts.

use ipc_proto::token::ValueError;
use script_host::ScriptError;
use script_host::clone::DecodeError;
use script_host::js::{Ctx, Error};

/// Why there is no value, in words, and whose fault that is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadValue {
    /// The bytes break the protocol, which no honest library does: the link is closed.
    Malformed(String),
    /// They are a value that this engine cannot hold, or larger than the limits here: honest code can send that by
    /// mistake. A request is answered so, anything else is dropped.
    Unfit(String),
}

impl BadValue {
    /// What an error of decoding means. An exception that is pending is taken.
    pub(crate) fn of(ctx: &Ctx<'_>, error: &DecodeError) -> Self {
        match error {
            DecodeError::Js(Error::Exception) => {
                let thrown = ctx.catch();
                let no_memory = thrown.is_null() || thrown.is_undefined();
                let text =
                    if no_memory { "out of memory".to_owned() } else { ScriptError::from_value(ctx, &thrown).head() };
                Self::Unfit(format!("main cannot hold the value: {text}"))
            }
            DecodeError::Value(error) => Self::of_value(error),
            DecodeError::NoPort(_) | DecodeError::NotArguments => Self::Malformed(error.to_string()),
            _ => Self::Unfit(error.to_string()),
        }
    }

    fn of_value(error: &ValueError) -> Self {
        if error.is_malformed() { Self::Malformed(error.to_string()) } else { Self::Unfit(error.to_string()) }
    }

    /// The reason in words.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Malformed(text) | Self::Unfit(text) => text,
        }
    }
}
