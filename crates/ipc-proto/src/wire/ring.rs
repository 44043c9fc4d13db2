//! What the two sides say to each other of a ring of shared memory under their link.

use super::{BorrowDecode, Encode};

/// A step of the way to a ring, or from one way to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, BorrowDecode)]
pub enum RingStep {
    /// (renderer) This link is busy. From now on a descriptor may come with the bytes.
    Ask,
    /// (main) The memory, attached to this message's first byte.
    Offer,
    /// (renderer) It is mapped, and its descriptor closed.
    Accept,
    /// (both) There will be no ring.
    Decline,
    /// (main) The memory is sealed and all of it is there: from now on each side may switch.
    Ready,
    /// (both, in the socket) What the sender writes from here on comes by the ring.
    Switched,
    /// (both, in the ring) What the sender writes from here on comes by the socket.
    Back,
    /// (renderer, with [`Capabilities::LARGE_RING`](super::Capabilities::LARGE_RING)) As [`Ask`](Self::Ask), for a large one.
    AskLarge,
}

impl RingStep {
    /// The ring that this step asks for.
    #[must_use]
    pub fn asked(self) -> Option<RingSize> {
        match self {
            Self::Ask => Some(RingSize::Small),
            Self::AskLarge => Some(RingSize::Large),
            _ => None,
        }
    }
}

/// How many bytes a ring has each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingSize {
    /// For small messages: 64 KiB.
    Small,
    /// For large ones: 2 MiB.
    Large,
}

impl RingSize {
    /// That number: a power of two.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Small => 64 << 10,
            Self::Large => 2 << 20,
        }
    }

    /// The step that asks for such a ring.
    #[must_use]
    pub fn ask(self) -> RingStep {
        match self {
            Self::Small => RingStep::Ask,
            Self::Large => RingStep::AskLarge,
        }
    }
}

/// The number of [`Message::Ring`](super::Message::Ring).
pub(crate) const RING_VERB: u8 = 20;

/// In the socket of a link whose sender writes into the ring: there is something in it.
pub const BELL: u8 = 0;

/// In the socket behind all bells, once the sender has said [`RingStep::Back`]: frames follow.
pub const FRAMES: u8 = 1;
