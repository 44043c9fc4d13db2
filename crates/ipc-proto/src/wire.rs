//! What is on the wire: the messages of a link, encoded with bincode, and the tokens of a value in the same layout.
//!
//! This is the only file that names bincode. Everything here is flat and borrows from the bytes it was decoded
//! from: decoding one message or one token never recurses and never allocates, whatever the peer wrote.
//! `docs/protocol.md` describes the same layout for other languages; golden bytes in `wire/tests.rs` hold both.

use bincode::config::{self, Configuration};
use bincode::de::BorrowDecoder;
use bincode::de::read::Reader as _;
use bincode::enc::Encoder;
use bincode::enc::write::Writer;
use bincode::error::{DecodeError, EncodeError};
use bincode::{BorrowDecode, Encode};

mod error;
mod kinds;
mod opening;
mod ring;
#[cfg(test)]
mod tests;
mod token;

pub use error::WireError;
pub use kinds::{ErrorKind, ViewKind};
pub use opening::{Capabilities, Profile, RendererRole, Rest};
pub(crate) use ring::RING_VERB;
pub use ring::{BELL, FRAMES, RingSize, RingStep};
pub(crate) use token::{LONG_LENGTH, long_length, number_of, read_token, signed, slice_of, tag};
pub use token::{Token, begins_array, put_token, put_token_head, take_token};
use token::{lengthen, reserve_for};

#[expect(clippy::disallowed_methods, reason = "this is the place for it")]
const CONFIG: Configuration = config::standard();

/// The newest protocol version that this library speaks; the handshake negotiates a common one.
pub const VERSION: u16 = 2;

/// The oldest one.
pub const OLDEST_VERSION: u16 = 1;

/// From this version on a `Hello` has room for a [`Profile`], and a peer passes over verbs that it may ignore.
pub const PROFILE_VERSION: u16 = 2;

/// The largest `Hello` in bytes: who has not introduced itself is given no more memory than that.
pub const LONGEST_HELLO: u32 = 4 << 10;

/// Verbs that a peer ignores when it does not know them, from version 2 on.
const IGNORABLE: std::ops::RangeInclusive<u64> = 64..=127;

/// The first field of every `Hello`: the bytes `DIPL` as a little-endian number.
pub const MAGIC: u32 = u32::from_le_bytes(*b"DIPL");

/// Who a message is for at the receiving process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, BorrowDecode)]
pub enum Space {
    /// The program's own channels.
    User,
    /// The runtime's: loading a page, console lines, scripted evaluation. Never visible to listeners.
    System,
}

/// How a request ended, told by the side that answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, BorrowDecode)]
pub enum Status {
    /// The value is the handler's result.
    Ok,
    /// The handler failed; the value describes the error (see `docs/protocol.md`).
    Failed,
    /// Nobody handles that channel.
    NoHandler,
    /// The handler gave up its right to answer without using it.
    NeverReplied,
    /// The handler's result cannot be cloned; the value is the path to the culprit.
    NotCloneable,
    /// The handler could not make sense of the arguments; the value says why.
    BadArguments,
    /// Too many requests are in flight.
    Busy,
    /// The answer is larger than a frame may be.
    TooLarge,
    /// The request was cancelled before it was answered.
    Cancelled,
    /// The answering process is shutting down.
    ShuttingDown,
}

impl Status {
    /// Its name in traces, and among scripts and their host.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::NoHandler => "no-handler",
            Self::NeverReplied => "never-replied",
            Self::NotCloneable => "not-cloneable",
            Self::BadArguments => "bad-arguments",
            Self::Busy => "busy",
            Self::TooLarge => "too-large",
            Self::Cancelled => "cancelled",
            Self::ShuttingDown => "shutting-down",
        }
    }

    /// The one of that name by which a script may answer a request.
    #[must_use]
    pub fn of_answer(name: &str) -> Option<Self> {
        let answers = [Self::Ok, Self::Failed, Self::NoHandler, Self::NotCloneable, Self::TooLarge, Self::NeverReplied];
        answers.into_iter().find(|status| status.name() == name)
    }
}

/// A step of the way to a socket of their own for the two renderers that hold the ends of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, BorrowDecode)]
pub enum Step {
    /// (main) The other end is in a renderer too: will you take a socket to it?
    Offer,
    /// (renderer) Yes: from now on descriptors may come with the bytes.
    Take,
    /// (main) The socket, attached to this message's first byte.
    Socket {
        /// The channel's number in idle reports.
        id: u64,
        /// Whether this side numbers the ports it moves over the socket as a renderer does, odd; else even.
        odd: bool,
        /// The largest frame that the other end takes.
        max_frame: u32,
    },
    /// What the sender posts from here on comes by the socket.
    Switched,
    /// (main) As [`Socket`](Self::Socket), for two renderers that have capabilities in common.
    CapableSocket {
        /// As in [`Socket`](Self::Socket).
        id: u64,
        /// As in [`Socket`](Self::Socket).
        odd: bool,
        /// As in [`Socket`](Self::Socket).
        max_frame: u32,
        /// What both renderers can do beyond their version: from the beginning, the socket has no handshake.
        capabilities: Capabilities,
    },
}

/// What main tells of a socket between two renderers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketTerms {
    /// The channel's number in idle reports.
    pub id: u64,
    /// Whether this side numbers the ports it moves over the socket as a renderer does, odd; else even.
    pub odd: bool,
    /// The largest frame that the other end takes.
    pub max_frame: u32,
    /// What both renderers can do beyond their version.
    pub capabilities: Capabilities,
}

impl SocketTerms {
    /// The step that tells them: who knows no capabilities need not know the step for them.
    #[must_use]
    pub fn step(self) -> Step {
        let Self { id, odd, max_frame, capabilities } = self;
        match capabilities {
            Capabilities::NONE => Step::Socket { id, odd, max_frame },
            capabilities => Step::CapableSocket { id, odd, max_frame, capabilities },
        }
    }
}

impl Step {
    /// What is told of a socket, if one comes with this step.
    #[must_use]
    pub fn socket(self) -> Option<SocketTerms> {
        match self {
            Self::Socket { id, odd, max_frame } => {
                Some(SocketTerms { id, odd, max_frame, capabilities: Capabilities::NONE })
            }
            Self::CapableSocket { id, odd, max_frame, capabilities } => {
                Some(SocketTerms { id, odd, max_frame, capabilities })
            }
            Self::Offer | Self::Take | Self::Switched => None,
        }
    }
}

/// What gives its receiver credit, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, BorrowDecode)]
pub enum Flow {
    /// A port of this link.
    Port,
}

/// The content of a verb that stands for nothing: there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {}

/// A message of the link. A frame holds exactly one.
///
/// `id` is chosen by the side that asks, counts up from 1 and is never reused on a link; both sides number their
/// own requests. `ports` is a list of port numbers, eight little-endian bytes each.
#[derive(Debug, Clone, Copy, PartialEq, Encode, BorrowDecode)]
#[allow(missing_docs, reason = "the fields are described at the message and in docs/protocol.md")]
pub enum Message<'a> {
    /// The renderer's first message: the versions it speaks, its process id, the largest frame it takes, the sandbox it
    /// reached, and from version 2 on what it is.
    Hello {
        magic: u32,
        min_version: u16,
        max_version: u16,
        pid: u32,
        max_frame: u32,
        token: &'a [u8],
        sandbox: &'a str,
        profile: Rest<Profile>,
    },
    /// Main's answer: the version chosen, the renderer's number, the incarnation it is, and, if the renderer has told its
    /// profile, the capabilities that both have.
    Welcome { version: u16, renderer: u64, epoch: u64, max_frame: u32, capabilities: Rest<Capabilities> },
    /// Main's other answer: no common version (or no right to connect), and what main speaks.
    Refuse { min_version: u16, max_version: u16, reason: &'a str },
    /// One way.
    Send { space: Space, channel: &'a str, args: &'a [u8] },
    /// The renderer blocks until this is answered; only a renderer may ask it.
    SendSync { id: u64, channel: &'a str, args: &'a [u8] },
    /// Answered by a `Reply` of the same id.
    Invoke { id: u64, space: Space, channel: &'a str, args: &'a [u8] },
    /// The answer to a `SendSync` or `Invoke`.
    Reply { id: u64, status: Status, value: &'a [u8] },
    /// The asker no longer wants the answer.
    Cancel { id: u64 },
    /// One message with ports moved along.
    Post { channel: &'a str, ports: &'a [u8], message: &'a [u8] },
    /// A message through a port that was moved across this link.
    PortMessage { port: u64, ports: &'a [u8], message: &'a [u8] },
    /// The port's other end is gone; nothing more comes through it.
    PortClose { port: u64 },
    /// Asks the peer's program loop for a sign of life.
    Ping { nonce: u64 },
    /// The answer to `Ping`.
    Pong { nonce: u64 },
    /// The sender has nothing left to do: how many counted messages it had sent and received at that moment, and
    /// the same for each of its sockets to other renderers.
    Idle { sent: u64, received: u64, direct: &'a [u8] },
    /// The sender closes the link on purpose, and why; nothing follows.
    Goodbye { code: u16, reason: &'a str },
    /// A port gets a socket of its own.
    PortDirect { port: u64, step: Step },
    /// No message has this number: those of capabilities begin behind it.
    Unassigned(Never),
    /// The sender has taken so much of what came through a flow: the receiver may send so much more.
    Credit { flow: Flow, id: u64, messages: u64, bytes: u64 },
    /// As `Invoke` on a channel of the program, with ports that streams among the arguments come through.
    InvokeWith { id: u64, channel: &'a str, ports: &'a [u8], args: &'a [u8] },
    /// As `Reply` with the status `Ok`, with ports that streams in the result come through.
    ReplyWith { id: u64, ports: &'a [u8], value: &'a [u8] },
    /// A step of the way to a ring of shared memory under the link.
    Ring { step: RingStep },
}

impl Message<'_> {
    /// The verb, as logs and errors name it.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "Hello",
            Self::Welcome { .. } => "Welcome",
            Self::Refuse { .. } => "Refuse",
            Self::Send { .. } => "Send",
            Self::SendSync { .. } => "SendSync",
            Self::Invoke { .. } => "Invoke",
            Self::Reply { .. } => "Reply",
            Self::Cancel { .. } => "Cancel",
            Self::Post { .. } => "Post",
            Self::PortMessage { .. } => "PortMessage",
            Self::PortClose { .. } => "PortClose",
            Self::Ping { .. } => "Ping",
            Self::Pong { .. } => "Pong",
            Self::Idle { .. } => "Idle",
            Self::Goodbye { .. } => "Goodbye",
            Self::PortDirect { .. } => "PortDirect",
            Self::Credit { .. } => "Credit",
            Self::InvokeWith { .. } => "InvokeWith",
            Self::ReplyWith { .. } => "ReplyWith",
            Self::Ring { .. } => "Ring",
            Self::Unassigned(never) => match *never {},
        }
    }
}

impl<'a> Message<'a> {
    /// The arguments, the result or the message of the program that this one ends with.
    fn body(&self) -> Option<&'a [u8]> {
        match *self {
            Self::Send { args, .. }
            | Self::SendSync { args, .. }
            | Self::Invoke { args, .. }
            | Self::InvokeWith { args, .. } => Some(args),
            Self::Reply { value, .. } | Self::ReplyWith { value, .. } => Some(value),
            Self::Post { message, .. } | Self::PortMessage { message, .. } => Some(message),
            _ => None,
        }
    }

    fn set_body(&mut self, bytes: &'a [u8]) {
        match self {
            Self::Send { args: body, .. }
            | Self::SendSync { args: body, .. }
            | Self::Invoke { args: body, .. }
            | Self::InvokeWith { args: body, .. }
            | Self::Reply { value: body, .. }
            | Self::ReplyWith { value: body, .. }
            | Self::Post { message: body, .. }
            | Self::PortMessage { message: body, .. } => *body = bytes,
            _ => {}
        }
    }
}

/// Appends a message, without the frame's length.
pub fn put_message(out: &mut Vec<u8>, message: &Message<'_>) {
    let body = put_message_head(out, message, 0);
    out.extend_from_slice(body);
}

/// Appends a message up to the body that it ends with, and returns that: large ones need not be copied. `apart` more
/// bytes of the body, which are no part of `message`, are going to follow. What has no body is appended as a whole.
#[inline]
pub(crate) fn put_message_head<'m>(out: &mut Vec<u8>, message: &Message<'m>, apart: usize) -> &'m [u8] {
    let (mut head, body) = (*message, message.body());
    let Some(body) = body else {
        debug_assert_eq!(apart, 0, "{} has no body", message.verb());
        put(out, message);
        return &[];
    };
    head.set_body(&[]);
    put(out, &head);
    lengthen(out, 0, body.len().saturating_add(apart));
    body
}

/// Decodes the whole of `frame` as one message that borrows from it.
///
/// # Errors
///
/// [`WireError`] when it is not exactly one message.
#[inline]
pub fn decode_message(frame: &[u8]) -> Result<Message<'_>, WireError> {
    let (message, used) = bincode::borrow_decode_from_slice(frame, CONFIG).map_err(|error| malformed(&error))?;
    let rest = frame.len().saturating_sub(used);
    match message {
        // What later versions add there is for those who speak them.
        Message::Hello { max_version, .. } if max_version > VERSION => Ok(message),
        Message::Hello { max_version: version, profile: Rest(Some(_)), .. }
        | Message::Welcome { version, capabilities: Rest(Some(_)), .. }
            if version < PROFILE_VERSION =>
        {
            Err(WireError::Malformed("version 1 has nothing behind its last field".to_owned()))
        }
        _ if rest > 0 => Err(WireError::Trailing(rest)),
        _ => Ok(message),
    }
}

/// Whether `frame` is a message that a peer of version 2 passes over without knowing it.
pub(crate) fn may_be_ignored(frame: &[u8]) -> bool {
    let verb: Result<(u64, usize), _> = bincode::decode_from_slice(frame, CONFIG);
    verb.is_ok_and(|(verb, _)| IGNORABLE.contains(&verb))
}

impl<T: Encode> Encode for Rest<T> {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.0.as_ref().map_or(Ok(()), |present| present.encode(encoder))
    }
}

impl<'de, C, T: BorrowDecode<'de, C>> BorrowDecode<'de, C> for Rest<T> {
    fn borrow_decode<D: BorrowDecoder<'de, Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        match decoder.reader().peek_read(1) {
            None => Ok(Self(None)),
            Some(_) => T::borrow_decode(decoder).map(|present| Self(Some(present))),
        }
    }
}

impl Encode for Never {
    fn encode<E: Encoder>(&self, _: &mut E) -> Result<(), EncodeError> {
        match *self {}
    }
}

impl<'de, C> BorrowDecode<'de, C> for Never {
    fn borrow_decode<D: BorrowDecoder<'de, Context = C>>(_: &mut D) -> Result<Self, DecodeError> {
        Err(DecodeError::Other("a verb that stands for nothing"))
    }
}

fn malformed(error: &DecodeError) -> WireError {
    let text = match error {
        DecodeError::UnexpectedEnd { .. } => "it ends too early",
        DecodeError::UnexpectedVariant { .. } => "it holds a number that stands for nothing",
        DecodeError::Utf8 { .. } => "its text is not UTF-8",
        DecodeError::LimitExceeded => "it is too large",
        _ => "its layout is wrong",
    };
    WireError::Malformed(text.to_owned())
}

#[inline(never)]
fn put(out: &mut Vec<u8>, value: &impl Encode) {
    bincode::encode_into_writer(value, Appender(out), CONFIG).expect("appending to a Vec cannot fail");
}

struct Appender<'a>(&'a mut Vec<u8>);

impl Writer for Appender<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        // Most of a message are numbers of one byte, each written by itself.
        if let [byte] = bytes {
            self.0.push(*byte);
        } else {
            reserve_for(self.0, bytes);
            self.0.extend_from_slice(bytes);
        }
        Ok(())
    }
}
