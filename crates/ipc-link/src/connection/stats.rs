//! What a link has done so far and holds now.

use std::time::Duration;

use super::Connection;
use super::clock::now;

/// What has passed through a link, and what is held of it now. Seen from this process: *out* is from here to the other
/// process, *in* from there. Bytes are those of whole frames, messages what the protocol counts: all but handshake, pings,
/// idle reports and goodbyes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LinkStats {
    /// Bytes of messages that are sent and that the socket has not taken yet: the other process does not keep up.
    pub queued_out: usize,
    /// Bytes of the other process's messages that are here: not read yet, at ports where nobody has taken them, and requests
    /// whose handlers have not ended.
    pub queued_in: usize,
    /// Requests to the other process that have no answer yet.
    pub in_flight_out: usize,
    /// Requests of the other process that have no answer yet.
    pub in_flight_in: usize,
    /// Messages to it.
    pub messages_out: u64,
    /// Messages from it.
    pub messages_in: u64,
    /// Bytes that the socket has taken.
    pub bytes_out: u64,
    /// Bytes that have come and been looked at.
    pub bytes_in: u64,
    /// Messages to it that were refused to their sender since its queue was full.
    pub refused_out: u64,
    /// Requests of it that were refused since too many wait for an answer, or too much is held for it.
    pub refused_in: u64,
    /// Messages that came from it behind the end of the link, and that nobody was handed.
    pub dropped_in: u64,
    /// How long ago something has come from it last, to some milliseconds; `None` before the first message.
    pub last_heard: Option<Duration>,
    /// Whether what it carries goes by a ring of shared memory, and why not.
    pub ring: RingUse,
}

/// Whether a link has a ring of shared memory for what it carries. The socket stays for what does not fit, and to wait for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RingUse {
    /// One side has not offered it: it is switched off, on another system, no program of this library, or its link passes
    /// through a launcher.
    #[default]
    NotOffered,
    /// The link has not been busy yet.
    NotYet,
    /// It could not be made.
    Failed(String),
    /// It is there; what this side writes goes by it now, or not.
    InPlace {
        /// What was written last went by it.
        used: bool,
        /// It is one for large messages, which is given back when none have passed for a second or two.
        large: bool,
    },
}

impl std::fmt::Display for RingUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotOffered => f.write_str("socket (no ring: not offered by both sides)"),
            Self::NotYet => f.write_str("socket (no ring: not busy yet)"),
            Self::Failed(why) => write!(f, "socket (no ring: {why})"),
            Self::InPlace { used: false, large: false } => f.write_str("socket (has a ring)"),
            Self::InPlace { used: false, large: true } => f.write_str("socket (has a large ring)"),
            Self::InPlace { used: true, large: false } => f.write_str("ring"),
            Self::InPlace { used: true, large: true } => f.write_str("large ring"),
        }
    }
}

impl Connection {
    /// What the link has done so far and holds now.
    #[must_use]
    pub fn stats(&self) -> LinkStats {
        let unread = rustix::io::ioctl_fionread(self).unwrap_or_default();
        let state = self.state();
        let (in_flight_out, in_flight_in) = state.session.in_flight();
        let (messages_out, messages_in) = state.session.counts();
        let queued_out = state.queued();
        LinkStats {
            queued_out,
            queued_in: self.sum(&state).saturating_sub(queued_out + state.ring.bytes()).saturating_add(unread as usize),
            in_flight_out,
            in_flight_in,
            messages_out,
            messages_in,
            bytes_out: state.out.positions().1,
            bytes_in: state.bytes_in,
            refused_out: state.refused_out,
            refused_in: state.session.refusals(),
            dropped_in: state.session.unheard(),
            last_heard: state.last_heard.map(|at| now().saturating_sub(at)),
            ring: state.ring_use(),
        }
    }
}
