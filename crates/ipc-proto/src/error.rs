//! How calls and links end.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::frame::TooLarge;
use crate::payload::Payload;

/// Why a call did not bring a result. Every call ends in a result or in exactly one of these.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// Nobody handles the channel. Register it with `handle`, or check its spelling.
    #[error("No handler registered for '{channel}'")]
    NoHandler {
        /// The channel asked for.
        channel: String,
    },
    /// The handler failed.
    #[error("{0}")]
    Handler(Box<HandlerError>),
    /// The renderer that has asked, or would have been sent this, has no permission for it.
    #[error("{reason}")]
    Denied {
        /// The channel.
        channel: String,
        /// What is not permitted.
        reason: String,
    },
    /// The handler ended without answering.
    #[error("reply was never sent")]
    NeverReplied,
    /// The handler's result, or an argument, cannot be sent.
    #[error("An object could not be cloned: {path}")]
    NotCloneable {
        /// Where the culprit sits, for instance `args[0].socket (function)`.
        path: String,
    },
    /// The handler did not understand the arguments.
    #[error("bad arguments: {reason}")]
    BadArguments {
        /// What it expected and found.
        reason: String,
    },
    /// The result came, but is not of the type that was asked for.
    #[error("the reply has another type than expected: {reason}")]
    BadReply {
        /// What was expected and found.
        reason: String,
    },
    /// No answer within the deadline.
    #[error("'{channel}' did not answer within {after:?}")]
    Timeout {
        /// The channel asked.
        channel: String,
        /// The deadline that passed.
        after: Duration,
    },
    /// The caller or the answering side cancelled the call.
    #[error("the call was cancelled")]
    Cancelled,
    /// The other process is gone, or the link to it is closed.
    #[error("the other process is gone: {reason}")]
    PeerGone {
        /// What ended the link.
        reason: String,
        /// How the other process ended, where that is known: in main, of a renderer.
        ended: Option<Ended>,
    },
    /// The other process is shutting down and takes no more calls.
    #[error("the other process is shutting down")]
    ShuttingDown,
    /// Too many calls wait for an answer.
    #[error("too many calls are waiting for an answer (limit {limit}): await some before sending more")]
    Busy {
        /// How many may wait at a time.
        limit: usize,
    },
    /// The message is over this process's own frame limit.
    #[error(
        "{0} of this process: send it in parts, or raise `Limits::frame` here (`App::with_limits`, `Renderer::connect_with`)"
    )]
    TooLarge(TooLarge),
    /// The message is over the frame limit of the process that would receive it.
    #[error("{0} of the other process: send it in parts, or raise `Limits::frame` there")]
    TooLargeForPeer(TooLarge),
    /// The answer is over the other side's frame limit.
    #[error("the reply is larger than a frame may be: return it in parts, or raise `Limits::frame` in both processes")]
    ReplyTooLarge,
    /// The other side takes no more of this side now: what it holds for it already is at a limit.
    #[error("the other process takes no more now: {reason}")]
    Overloaded {
        /// Which limit, and what to do.
        reason: String,
    },
    /// The other side refused the arguments: they pass a limit of its own.
    #[error("the other process refused the arguments: {reason}")]
    ArgumentsTooLarge {
        /// Which limit, and what to do.
        reason: String,
    },
    /// The peer does not read and the queue for it is full.
    #[error("the queue to the other process is full ({limit} bytes): it does not read its messages")]
    QueueFull {
        /// The bound of the queue in bytes.
        limit: usize,
    },
    /// The other process takes no streams: it is of another make, or of an earlier release, or has not said hello yet.
    #[error("the other process takes no streams: it does not know the capability for them (bit 2)")]
    NoStreams,
    /// The channel name cannot be used.
    #[error("the channel name is {len} bytes long; at most {limit} are allowed")]
    BadChannel {
        /// Its length in bytes.
        len: usize,
        /// The bound.
        limit: usize,
    },
    /// A blocking call was made where it would stop an asynchronous runtime.
    #[error(
        "a blocking call (send_sync, invoke_blocking, send_blocking) in a task of an async runtime or in a handler: await \
         `invoke` or `send` there, or make it in `spawn_blocking`, `block_in_place` or a thread of your own"
    )]
    WouldBlockRuntime,
}

impl CallError {
    /// That the other process is gone, for that reason, where no more is known of its end.
    #[must_use]
    pub fn gone(reason: impl Into<String>) -> Self {
        Self::PeerGone { reason: reason.into(), ended: None }
    }

    /// How the other process ended, if that is why the call has failed and it is known.
    #[must_use]
    pub fn ended(&self) -> Option<Ended> {
        match self {
            Self::PeerGone { ended, .. } => *ended,
            _ => None,
        }
    }
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Ended {
    /// Why, in Electron's words.
    pub reason: GoneReason,
    /// The exit code, or, as in Electron, the number of the signal that ended it.
    pub exit_code: i32,
    /// The signal that ended it, if one did: so exit code 9 and signal 9 are told apart.
    pub signal: Option<i32>,
}

impl Ended {
    /// The end with that code, or by that signal.
    #[must_use]
    pub fn new(reason: GoneReason, exit_code: i32, signal: Option<i32>) -> Self {
        Self { reason, exit_code, signal }
    }
}

/// Why a renderer is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GoneReason {
    /// It exited with code 0.
    CleanExit,
    /// It exited with another code.
    AbnormalExit,
    /// It was ended by `SIGTERM`, `SIGKILL` or another signal from outside.
    Killed,
    /// It crashed: an abort, a segmentation fault and their like.
    Crashed,
    /// It ran out of memory.
    Oom,
    /// It never started, or never said hello.
    LaunchFailed,
}

impl GoneReason {
    /// The text Electron's `render-process-gone` gives.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CleanExit => "clean-exit",
            Self::AbnormalExit => "abnormal-exit",
            Self::Killed => "killed",
            Self::Crashed => "crashed",
            Self::Oom => "oom",
            Self::LaunchFailed => "launch-failed",
        }
    }
}

impl fmt::Display for GoneReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something would have waited on a thread that must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{call} would wait on a thread that must not: this is an async task, a listener or a handler. {instead}")]
#[non_exhaustive]
pub struct WouldBlock {
    /// What was called.
    pub call: &'static str,
    /// What to call in its place.
    pub instead: &'static str,
}

impl WouldBlock {
    /// The error of `call`; `instead` is a sentence.
    #[must_use]
    pub fn new(call: &'static str, instead: &'static str) -> Self {
        Self { call, instead }
    }
}

/// An error as a handler raised it: nothing of it is lost on the way.
///
/// Errors, `Box<dyn Error>`, `anyhow::Error` and texts convert into it, so handlers use `?`. (For that it is not an error
/// itself.) For `Box<dyn Error + Send + Sync>` there is [`boxed`](Self::boxed). An `io::Error` has its kind as code, such as `NotFound`; what the handler of another call failed with is handed
/// on as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandlerError {
    /// What `String(error)` gives, for instance `TypeError: x is not a function`.
    pub text: String,
    /// The class of the error, for instance `TypeError`.
    #[serde(default)]
    pub name: String,
    /// Its message alone.
    #[serde(default)]
    pub message: String,
    /// Its `code`, for instance `ENOENT`.
    #[serde(default)]
    pub code: Option<String>,
    /// The stack trace of the process it happened in.
    #[serde(default)]
    pub stack: Option<String>,
    /// The text of its cause.
    #[serde(default)]
    pub cause: Option<String>,
    /// The error of a typed service's method, as the type that it has there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Payload>,
}

impl HandlerError {
    /// An error of class `Error` with this message.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self::named("Error", message)
    }

    /// An error of the given class.
    #[must_use]
    pub fn named(name: impl Into<String>, message: impl Into<String>) -> Self {
        let (name, message) = (name.into(), message.into());
        let text = match message.as_str() {
            "" => name.clone(),
            message => format!("{name}: {message}"),
        };
        Self { text, name, message, code: None, stack: None, cause: None, data: None }
    }

    /// The error of a box that may be sent, where `?` cannot convert it, since the standard library may do so some day:
    /// `may_fail().map_err(HandlerError::boxed)?`. `Box<dyn Error>` without `Send` needs none of this.
    #[must_use]
    pub fn boxed(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        let error: Box<dyn std::error::Error> = error;
        error.into()
    }

    /// The same error with a code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<E: Into<Box<dyn std::error::Error>>> From<E> for HandlerError {
    fn from(error: E) -> Self {
        let error = match error.into().downcast::<CallError>().map(|error| *error) {
            Ok(CallError::Handler(raised)) => return *raised,
            Ok(other) => Box::new(other),
            Err(error) => error,
        };
        let mut converted = Self::new(error.to_string());
        converted.code = error.downcast_ref::<std::io::Error>().map(|error| format!("{:?}", error.kind()));
        converted.cause = error.source().map(ToString::to_string);
        converted
    }
}

/// The [`code`](HandlerError::code) of an answer that says that its request was not permitted: nobody has handled that.
pub const DENIED: &str = "ERR_NOT_PERMITTED";

/// Why a link was closed, as a number that never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
#[non_exhaustive]
pub enum CloseCode {
    /// On purpose, with nothing wrong.
    Normal = 0,
    /// A frame announced more bytes than allowed.
    FrameTooLarge = 1,
    /// A frame that is not exactly one message.
    BadMessage = 2,
    /// A message that this side may not send, or not now.
    UnexpectedVerb = 3,
    /// An answer to a request that was never asked.
    UnknownRequest = 4,
    /// A request id that does not count up.
    RequestIdReused = 5,
    /// A port that was never moved, or one too many.
    BadPort = 6,
    /// A channel name over the limit.
    BadChannel = 7,
    /// No common protocol version.
    VersionMismatch = 8,
    /// The handshake took too long or was not one.
    BadHandshake = 9,
    /// A value that breaks the rules of `docs/protocol.md`.
    BadValue = 10,
    /// More requests at once than allowed, again after being told so.
    TooManyRequests = 11,
    /// The peer vanished: end of file or a broken socket.
    PeerGone = 12,
    /// The peer did not read and its queue was full for too long.
    QueueFull = 13,
    /// The operating system refused a read or write.
    Io = 14,
    /// A frame was begun and not finished in time.
    FrameUnfinished = 15,
    /// Too many messages for which the peer has no permission.
    NotPermitted = 16,
}

impl CloseCode {
    /// Every reason with its name in `docs/protocol.md`, in the order of their numbers.
    pub const ALL: [(Self, &'static str); 17] = [
        (Self::Normal, "on purpose"),
        (Self::FrameTooLarge, "frame too large"),
        (Self::BadMessage, "bad message"),
        (Self::UnexpectedVerb, "unexpected verb"),
        (Self::UnknownRequest, "unknown request"),
        (Self::RequestIdReused, "request id reused"),
        (Self::BadPort, "bad port"),
        (Self::BadChannel, "bad channel"),
        (Self::VersionMismatch, "version mismatch"),
        (Self::BadHandshake, "bad handshake"),
        (Self::BadValue, "bad value"),
        (Self::TooManyRequests, "too many requests"),
        (Self::PeerGone, "peer gone"),
        (Self::QueueFull, "queue full"),
        (Self::Io, "input or output failed"),
        (Self::FrameUnfinished, "frame not finished"),
        (Self::NotPermitted, "not permitted"),
    ];

    /// The reason of that number; `None` for one that later versions may have.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.get(usize::from(number)).map(|(code, _)| *code)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.get(self as usize).map_or("", |(_, name)| name)
    }
}

/// The end of a link: which side decided it, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct CloseReason {
    /// The numbered reason.
    pub code: CloseCode,
    /// Whether the peer said so itself (`Goodbye`, `Refuse`).
    pub by_peer: bool,
    /// The reason in words.
    pub text: String,
}

impl CloseReason {
    /// A reason found on this side.
    #[must_use]
    pub fn new(code: CloseCode, text: impl Into<String>) -> Self {
        Self { code, by_peer: false, text: text.into() }
    }

    /// Whether the link ended without anything being wrong on either side.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        matches!(self.code, CloseCode::Normal | CloseCode::PeerGone)
    }
}

impl CloseReason {
    /// Whether this side has found the peer to break the protocol. What a peer says of itself is no proof of that.
    #[must_use]
    pub fn is_the_peers_fault(&self) -> bool {
        !self.by_peer && !self.is_clean()
    }
}

impl From<CloseReason> for CallError {
    fn from(reason: CloseReason) -> Self {
        Self::gone(reason.text)
    }
}
