//! What is on the wire: the messages of a link and the tokens of a value, both encoded with bincode.
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

mod kinds;
mod opening;
mod quick;
#[cfg(test)]
mod tests;

pub use kinds::{ErrorKind, ViewKind};
pub use opening::{Capabilities, Profile, RendererRole, Rest};
pub(crate) use quick::{LONG_LENGTH, long_length, quick_message, quick_number, quick_slice, quick_token, signed, tag};

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

/// One step of a value's flat, pre-order description.
///
/// Containers are opened by their own token and closed by [`End`](Token::End); there are no counts, so nothing
/// can be reserved on a peer's word. Every token marked *object* takes the next object number, counted from zero
/// in order of appearance, and [`Ref`](Token::Ref) names an earlier one: that is how shared and cyclic references
/// travel. Property names are counted in the same way and repeated by [`KeyRef`](Token::KeyRef).
#[derive(Debug, Clone, Copy, PartialEq, Encode, BorrowDecode)]
pub enum Token<'a> {
    /// JavaScript's `undefined`; Rust's `()`.
    Undefined,
    /// `null`; Rust's `None`.
    Null,
    /// `false`.
    False,
    /// `true`.
    True,
    /// An integer that fits `i64`.
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// Any other number, `-0`, `NaN` and the infinities included.
    Float(f64),
    /// An integer of any size: sign, then magnitude as little-endian bytes without trailing zeros.
    BigInt {
        /// Whether the number is below zero.
        negative: bool,
        /// Its magnitude, least significant byte first.
        magnitude: &'a [u8],
    },
    /// Text as WTF-8: UTF-8 in which an unpaired surrogate may appear as its three-byte form.
    Str(&'a [u8]),
    /// A hole, or a run of holes, in an [`Array`](Token::Array).
    Holes(u32),
    /// An earlier object of this message, by number.
    Ref(u32),
    /// *Object.* An array: its elements and holes, then `Key value` pairs for named properties, then `End`.
    Array,
    /// *Object.* A plain object: `Key value` pairs in order, then `End`.
    Object,
    /// *Object.* A `Map`: key and value in turn, then `End`.
    Map,
    /// *Object.* A `Set`: its values, then `End`.
    Set,
    /// *Object.* An error of the given class: `Key value` pairs (`message`, `stack`, `cause`, ...), then `End`.
    Error(ErrorKind),
    /// *Object.* A `Date`, in milliseconds since the epoch; `NaN` is an invalid date.
    Date(f64),
    /// *Object.* A regular expression.
    RegExp {
        /// The pattern as WTF-8.
        source: &'a [u8],
        /// The flags, for instance `gi`.
        flags: &'a str,
    },
    /// *Object.* A boxed primitive: the one token that follows is its value.
    Boxed,
    /// *Object.* An `ArrayBuffer`'s bytes; `max` is its `maxByteLength` when it is resizable.
    Buffer {
        /// The limit up to which it may be resized, if it may be.
        max: Option<u64>,
        /// The contents.
        bytes: &'a [u8],
    },
    /// *Object.* A typed array or `DataView` over the buffer that follows (`Buffer`, or a `Ref` to one).
    View {
        /// The element type.
        kind: ViewKind,
        /// Where the view begins in that buffer, in bytes.
        offset: u64,
        /// How many bytes it spans.
        length: u64,
    },
    /// *Object.* A `Uint8Array` with a buffer of its own: the short form for plain bytes.
    Bytes(&'a [u8]),
    /// A message port, by its place in the message's list of transferred ports.
    Port(u32),
    /// A property name as WTF-8; takes the next key number.
    Key(&'a [u8]),
    /// An earlier property name of this message, by number.
    KeyRef(u32),
    /// Closes the innermost open container.
    End,
}

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
            Self::Unassigned(never) => match *never {},
        }
    }
}

/// Bytes that are not what the protocol says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes do not decode.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The message is followed by bytes that belong to nothing.
    #[error("{0} bytes follow the message")]
    Trailing(usize),
}

/// Appends one token.
#[inline(always)]
pub fn put_token(out: &mut Vec<u8>, token: Token<'_>) {
    if !quick::put_quick_token(out, &token) {
        put(out, &token);
    }
}

/// Appends a token that ends with bytes, up to where these begin: `token` has none of the `length` bytes that follow.
pub fn put_token_head(out: &mut Vec<u8>, token: Token<'_>, length: usize) {
    put_token(out, token);
    quick::lengthen(out, 0, length);
}

/// Appends [`Token::Bytes`] up to where its bytes begin.
pub(crate) fn put_bytes_head(out: &mut Vec<u8>, length: usize) {
    quick::put_bytes_head(out, length);
}

/// Appends a message but for the end of its body, `apart` bytes long, which is no part of `message`; as
/// [`put_message_head`] it returns the rest of the body. `None` for messages that cannot be split in this way: nothing
/// was appended then.
pub(crate) fn put_message_head_of_more<'m>(out: &mut Vec<u8>, message: &Message<'m>, apart: usize) -> Option<&'m [u8]> {
    let body = quick::put_quick_head(out, message)?;
    quick::lengthen(out, body.len(), body.len().saturating_add(apart));
    Some(body)
}

/// Takes one token off the front: the token and how many bytes it took.
///
/// # Errors
///
/// [`WireError::Malformed`] when the bytes end early or hold no known token.
#[inline]
pub fn take_token(bytes: &[u8]) -> Result<(Token<'_>, usize), WireError> {
    match quick_token(bytes) {
        Some(taken) => Ok(taken),
        None => take_any_token(bytes),
    }
}

/// Whether the value that begins with this byte is an array, without a look at the rest of it.
#[must_use]
#[inline]
pub fn begins_array(first: u8) -> bool {
    first == tag::ARRAY
}

fn take_any_token(bytes: &[u8]) -> Result<(Token<'_>, usize), WireError> {
    bincode::borrow_decode_from_slice(bytes, CONFIG).map_err(|error| malformed(&error))
}

/// Appends a message, without the frame's length.
pub fn put_message(out: &mut Vec<u8>, message: &Message<'_>) {
    let body = put_message_head(out, message);
    out.extend_from_slice(body);
}

/// Appends a message but for its end, which is returned: the arguments or the result of the most frequent messages,
/// nothing for the others.
#[inline(always)]
pub(crate) fn put_message_head<'m>(out: &mut Vec<u8>, message: &Message<'m>) -> &'m [u8] {
    quick::put_quick_head(out, message).unwrap_or_else(|| {
        put(out, message);
        &[]
    })
}

/// Decodes the whole of `frame` as one message that borrows from it.
///
/// # Errors
///
/// [`WireError`] when it is not exactly one message.
pub fn decode_message(frame: &[u8]) -> Result<Message<'_>, WireError> {
    match quick::quick_message(frame) {
        Some(message) => Ok(message),
        None => decode_any_message(frame),
    }
}

fn decode_any_message(frame: &[u8]) -> Result<Message<'_>, WireError> {
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

/// Makes room for many bytes and a little more: the few that follow them would otherwise move all of them once again.
#[inline]
fn reserve_for(out: &mut Vec<u8>, bytes: &[u8]) {
    const MANY: usize = 4 << 10;
    if bytes.len() > MANY {
        out.reserve(bytes.len().saturating_add(MANY));
    }
}

impl Writer for Appender<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        reserve_for(self.0, bytes);
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}
