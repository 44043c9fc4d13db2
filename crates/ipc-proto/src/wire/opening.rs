//! What the two sides of a link tell each other in its first messages, from version 2 on.

use super::{BorrowDecode, Encode};

/// The end of a message that is not there in every version of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rest<T>(pub Option<T>);

/// What a renderer says of itself at the end of its `Hello`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, BorrowDecode)]
pub struct Profile {
    /// What kind of renderer it is.
    pub role: RendererRole,
    /// What it can do beyond its version.
    pub capabilities: Capabilities,
}

/// What kind of renderer a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, BorrowDecode)]
pub enum RendererRole {
    /// It loads the pages that main asks for.
    Page,
    /// A program of this library without pages.
    Worker,
    /// A program of another make: it need not know any message of the runtime.
    #[default]
    Foreign,
}

/// A set of additions to the protocol, a bit each. What a side does not know of it means nothing to it.
///
/// Each says which verbs, from 17 on, come with it; without it these are malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, BorrowDecode)]
pub struct Capabilities(pub u64);

impl Capabilities {
    /// No additions.
    pub const NONE: Self = Self(0);
    /// Ports have credit, which [`Message::Credit`](super::Message::Credit) gives back: see [`crate::credit`].
    pub const CREDIT: Self = Self(1);
    /// Requests and answers move ports along, through which streams come, where ports have credit: [`Message::InvokeWith`](super::Message::InvokeWith)
    /// and [`Message::ReplyWith`](super::Message::ReplyWith).
    pub const STREAMS: Self = Self(2);
    /// Frames may come by a ring of shared memory: [`Message::Ring`](super::Message::Ring).
    pub const RING: Self = Self(4);
    /// Such a ring may be a large one: [`RingStep::AskLarge`](super::RingStep::AskLarge).
    pub const LARGE_RING: Self = Self(8);
    /// Those that every link of this library offers.
    pub const OURS: Self = Self(Self::CREDIT.0 | Self::STREAMS.0);

    /// Whether all of `other` are among these.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What both sets have.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}
