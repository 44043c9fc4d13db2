//! What can go wrong, and how JavaScript hears of it.

use std::borrow::Cow;

use ipc_proto::token::ValueError;
use rquickjs::object::Property;
use rquickjs::{Ctx, Error, Value};

use crate::error::{make_error, throw_error};

/// The text of every clone failure, word for word what Electron's programs expect.
const MESSAGE: &str = "An object could not be cloned.";

/// A part of a value that cannot travel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {path} ({what})", self.message())]
pub struct NotCloneable {
    /// The way to it, for instance `args[0].db.socket`.
    pub path: String,
    /// What it is: `function`, `Promise`, `getter that throws`, `more than 67108864 bytes`.
    pub what: String,
    /// Where the value could be cloned, but is more than a message may hold: how much it is up to that part.
    pub too_large: Option<usize>,
    /// The script is being stopped; the exception that stops it is pending.
    pub(super) stopped: bool,
}

impl NotCloneable {
    /// What the error says: the one text of all clone failures, or that the message is too large.
    #[must_use]
    pub fn message(&self) -> Cow<'static, str> {
        match self.too_large {
            None => MESSAGE.into(),
            Some(size) => {
                let (what, path) = (&self.what, &self.path);
                format!(
                    "The message is too large: {what} ({size} up to {path}). \
                     Send it in parts, or write a file and send its path."
                )
                .into()
            }
        }
    }

    /// The error as JavaScript sees it: with that [message](Self::message), and an own property `path` that does
    /// not show up in listings and names the culprit: `args[0].db.socket (function)`. Of a message that is too large it has
    /// another one, `code`, with `ERR_MESSAGE_TOO_LARGE`.
    ///
    /// # Errors
    ///
    /// A JavaScript exception: out of memory.
    pub fn to_value<'js>(&self, ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        let error = make_error(ctx, &self.message())?;
        let path = format!("{} ({})", self.path, self.what);
        error.prop("path", Property::from(path).writable().configurable())?;
        if self.too_large.is_some() {
            error.prop("code", Property::from("ERR_MESSAGE_TOO_LARGE").writable().configurable())?;
        }
        Ok(error.into_value())
    }

    /// Throws the error of [`to_value`](Self::to_value), or lets the exception through that stops the script.
    #[must_use]
    pub fn throw(&self, ctx: &Ctx<'_>) -> Error {
        if self.stopped {
            return Error::Exception;
        }
        match self.to_value(ctx) {
            Ok(error) => ctx.throw(error),
            Err(error) => error,
        }
    }
}

/// Why bytes did not become a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are no value or pass a limit.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The value names a port that did not come along.
    #[error("the message names port {0}, which was not transferred with it")]
    NoPort(u32),
    /// Arguments were expected, which are always an array.
    #[error("the arguments are not an array; their sender is broken")]
    NotArguments,
    /// The engine refused; for [`Error::Exception`] the exception is pending.
    #[error(transparent)]
    Js(#[from] Error),
}

/// Who is to blame for bytes that did not become a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No honest sender writes such bytes.
    Malformed,
    /// The value passes a limit of its receiver, as an honest sender's may by mistake.
    Limit,
    /// The value is of a shape that its receiver does not take: nested too deeply, or with too long a regular expression.
    Shape,
    /// The engine cannot hold such a value: a regular expression that it does not know, a number that is too large, or
    /// its memory is full.
    Engine,
}

impl DecodeError {
    /// Who is to blame.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Value(error) if error.is_limit() => Fault::Limit,
            Self::Value(error) if !error.is_malformed() => Fault::Shape,
            Self::Value(_) | Self::NoPort(_) | Self::NotArguments => Fault::Malformed,
            Self::Js(_) => Fault::Engine,
        }
    }

    /// Throws this as a JavaScript error, or lets the pending exception through.
    #[must_use]
    pub fn throw(&self, ctx: &Ctx<'_>) -> Error {
        match self {
            Self::Js(Error::Exception) => Error::Exception,
            other => throw_error(ctx, &other.to_string()),
        }
    }
}

/// Why a value could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum CloneError {
    /// A part of it cannot be cloned.
    #[error(transparent)]
    NotCloneable(#[from] NotCloneable),
    /// The copy could not be made.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl CloneError {
    /// Throws this as a JavaScript error.
    #[must_use]
    pub fn throw(&self, ctx: &Ctx<'_>) -> Error {
        match self {
            Self::NotCloneable(error) => error.throw(ctx),
            Self::Decode(error) => error.throw(ctx),
        }
    }
}
