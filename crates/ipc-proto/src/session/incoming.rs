//! What a session makes of a received frame.

#[cfg(doc)]
use super::Session;
use crate::error::{CloseCode, CloseReason};
use crate::ports::PortIds;
use crate::wire::{self, Flow, Message, RendererRole, RingStep, Space, Status, Step};

/// What a renderer tells when it connects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// Its process id, as it sees it.
    pub pid: u32,
    /// The one-use secret of a named socket; empty on an inherited one.
    pub token: Vec<u8>,
    /// The confinement it has reached, in words for people.
    pub sandbox: String,
    /// What kind of renderer it is.
    pub role: RendererRole,
}

impl Introduction {
    /// That of this process, which has inherited its link.
    #[must_use]
    pub fn of_this_process(role: RendererRole) -> Self {
        Self { pid: std::process::id(), token: Vec::new(), sandbox: "none".to_owned(), role }
    }
}

/// What main tells a renderer it accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acceptance {
    /// The renderer's number in this main process.
    pub renderer: u64,
    /// Which incarnation of that renderer this is.
    pub epoch: u64,
    /// The largest frame main takes, in bytes.
    pub max_frame: u32,
}

/// One received message, after every check that the protocol can make. `W` is what a caller waits with.
#[derive(Debug, PartialEq)]
pub enum Incoming<'f, W> {
    /// Handled within the session.
    Nothing,
    /// (main) A renderer has introduced itself; answer with [`Session::welcome`] or [`Session::refuse`].
    Hello(Introduction),
    /// (renderer) Main has accepted us.
    Welcome(Acceptance),
    /// A one-way message.
    Send {
        /// Who it is for.
        space: Space,
        /// The channel.
        channel: &'f str,
        /// The encoded array of arguments.
        args: &'f [u8],
    },
    /// (main) A request whose sender blocks until it is answered.
    SendSync {
        /// To answer it with.
        id: u64,
        /// The channel.
        channel: &'f str,
        /// The encoded array of arguments.
        args: &'f [u8],
    },
    /// A request.
    Invoke {
        /// To answer it with.
        id: u64,
        /// Who it is for.
        space: Space,
        /// The channel.
        channel: &'f str,
        /// The encoded array of arguments.
        args: &'f [u8],
        /// The ports that moved to this side with it: streams among the arguments come through them.
        ports: PortIds<'f>,
    },
    /// The answer to one of our requests.
    Reply {
        /// The request.
        id: u64,
        /// What its caller waits with.
        waiter: W,
        /// How it ended.
        status: Status,
        /// The encoded result or error.
        value: &'f [u8],
        /// The ports that moved to this side with it: streams in the result come through them.
        ports: PortIds<'f>,
    },
    /// The peer no longer wants the answer to this request of its own.
    Cancel {
        /// The request.
        id: u64,
    },
    /// One message with ports.
    Post {
        /// The channel.
        channel: &'f str,
        /// The ports that moved to this side.
        ports: PortIds<'f>,
        /// The encoded message.
        message: &'f [u8],
    },
    /// A message through a port.
    PortMessage {
        /// The port it came through.
        port: u64,
        /// The ports that moved to this side with it.
        ports: PortIds<'f>,
        /// The encoded message.
        message: &'f [u8],
    },
    /// A port's other end has closed.
    PortClose {
        /// The port.
        port: u64,
    },
    /// A step on a port's way to a socket of its own.
    PortDirect {
        /// The port. It may be closed already.
        port: u64,
        /// The step; one that this role may be told.
        step: Step,
    },
    /// The peer has given credit for a port: what waits for it may be sent.
    Credit {
        /// The port.
        port: u64,
    },
    /// The peer asks for a sign of life of the program loop: answer with [`Session::pong`].
    Ping {
        /// To be repeated in the answer.
        nonce: u64,
    },
    /// The answer to our ping.
    Pong {
        /// As we sent it.
        nonce: u64,
    },
    /// The peer had nothing left to do after it had sent and received this many counted messages.
    Idle {
        /// Messages it had sent.
        sent: u64,
        /// Messages it had received.
        received: u64,
        /// The same for its direct links: see [`DirectCount::read_list`](crate::ports::DirectCount::read_list).
        direct: &'f [u8],
    },
    /// A step on the way to a ring under the link, or from one way to the other: for the owner of the link's bytes.
    Ring {
        /// The step; one that this role may be told now.
        step: RingStep,
    },
    /// The peer closes the link on purpose.
    Goodbye(CloseReason),
}

impl<'f, W> Incoming<'f, W> {
    /// The same for a dispatcher, which never sees an answer or a step of a ring; `None` for one.
    #[must_use]
    #[inline]
    pub fn without_answer<V>(self) -> Option<Incoming<'f, V>> {
        Some(match self {
            Self::Reply { .. } | Self::Ring { .. } => return None,
            Self::Nothing => Incoming::Nothing,
            Self::Hello(introduction) => Incoming::Hello(introduction),
            Self::Welcome(acceptance) => Incoming::Welcome(acceptance),
            Self::Send { space, channel, args } => Incoming::Send { space, channel, args },
            Self::SendSync { id, channel, args } => Incoming::SendSync { id, channel, args },
            Self::Invoke { id, space, channel, args, ports } => Incoming::Invoke { id, space, channel, args, ports },
            Self::Cancel { id } => Incoming::Cancel { id },
            Self::Post { channel, ports, message } => Incoming::Post { channel, ports, message },
            Self::PortMessage { port, ports, message } => Incoming::PortMessage { port, ports, message },
            Self::PortClose { port } => Incoming::PortClose { port },
            Self::PortDirect { port, step } => Incoming::PortDirect { port, step },
            Self::Credit { port } => Incoming::Credit { port },
            Self::Ping { nonce } => Incoming::Ping { nonce },
            Self::Pong { nonce } => Incoming::Pong { nonce },
            Self::Idle { sent, received, direct } => Incoming::Idle { sent, received, direct },
            Self::Goodbye(reason) => Incoming::Goodbye(reason),
        })
    }

    /// Reads again a frame that [`Session::receive`] has checked and that is to be delivered later.
    ///
    /// `None` for what is never delivered: answers and steps of a ring.
    #[must_use]
    pub fn of_checked_frame(frame: &'f [u8]) -> Option<Self> {
        Some(match wire::decode_message(frame).ok()? {
            Message::Hello { pid, token, sandbox, profile, .. } => {
                let role = profile.0.unwrap_or_default().role;
                Self::Hello(Introduction { pid, token: token.to_vec(), sandbox: sandbox.to_owned(), role })
            }
            Message::Welcome { renderer, epoch, max_frame, .. } => {
                Self::Welcome(Acceptance { renderer, epoch, max_frame })
            }
            Message::Refuse { min_version, max_version, reason } => {
                Self::Goodbye(refusal(min_version, max_version, reason))
            }
            Message::Send { space, channel, args } => Self::Send { space, channel, args },
            Message::SendSync { id, channel, args } => Self::SendSync { id, channel, args },
            Message::Invoke { id, space, channel, args } => {
                Self::Invoke { id, space, channel, args, ports: PortIds::NONE }
            }
            Message::InvokeWith { id, channel, ports, args } => {
                Self::Invoke { id, space: Space::User, channel, args, ports: PortIds(ports) }
            }
            Message::Cancel { id } => Self::Cancel { id },
            Message::Post { channel, ports, message } => Self::Post { channel, ports: PortIds(ports), message },
            Message::PortMessage { port, ports, message } => Self::PortMessage { port, ports: PortIds(ports), message },
            Message::PortClose { port } => Self::PortClose { port },
            Message::Ping { nonce } => Self::Ping { nonce },
            Message::Pong { nonce } => Self::Pong { nonce },
            Message::Idle { sent, received, direct } => Self::Idle { sent, received, direct },
            Message::PortDirect { port, step } => Self::PortDirect { port, step },
            Message::Credit { flow: Flow::Port, id: port, .. } => Self::Credit { port },
            Message::Unassigned(never) => match never {},
            Message::Goodbye { code, reason } => Self::Goodbye(theirs(code, reason)),
            Message::Reply { .. } | Message::ReplyWith { .. } | Message::Ring { .. } => return None,
        })
    }
}

pub(super) fn version_mismatch(min: u16, max: u16) -> CloseReason {
    let (ours, theirs) = (range(wire::OLDEST_VERSION, wire::VERSION), range(min, max));
    CloseReason::new(
        CloseCode::VersionMismatch,
        format!("this process speaks protocol version {ours}, the other {theirs}: build both from the same release"),
    )
}

fn range(min: u16, max: u16) -> String {
    if min == max { min.to_string() } else { format!("{min} to {max}") }
}

pub(super) fn refusal(min: u16, max: u16, reason: &str) -> CloseReason {
    let (code, text) = match min <= wire::VERSION && max >= wire::OLDEST_VERSION {
        true => (CloseCode::BadHandshake, format!("main refused this renderer: {}", shortened(reason))),
        false => (CloseCode::VersionMismatch, version_mismatch(min, max).text),
    };
    CloseReason { code, by_peer: true, text }
}

/// The longest reason of a peer that is kept, in bytes: it is for people.
const LONGEST_REASON: usize = 1_024;

pub(super) fn theirs(code: u16, reason: &str) -> CloseReason {
    let code = CloseCode::from_number(code).unwrap_or(CloseCode::PeerGone);
    let text = if reason.is_empty() { code.name() } else { shortened(reason) };
    CloseReason { code, by_peer: true, text: text.to_owned() }
}

fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST_REASON)).unwrap_or(text)
}
