//! How far the two sides are with a ring of shared memory under the link.
//!
//! What is in it are the frames of the link: the session sees them in their order, wherever they come from.

use super::Session;
use crate::ports::Role;
use crate::wire::{Capabilities, Message, RingSize, RingStep};

/// What a link has of a ring, and where it stands on its way to one, or to one of another size in place of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RingState {
    way: Way,
    /// Each side may write into that one.
    ready: Option<RingSize>,
    /// What the other side writes comes by it now.
    theirs: bool,
    /// Of these sizes one side could not have one, or did not want it: they are not asked for again.
    refused: Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Refused {
    small: bool,
    large: bool,
}

impl Refused {
    fn has(self, size: RingSize) -> bool {
        match size {
            RingSize::Small => self.small,
            RingSize::Large => self.large,
        }
    }

    fn with(self, size: RingSize) -> Self {
        match size {
            // Who cannot have that much cannot have more.
            RingSize::Small => Self { small: true, large: true },
            RingSize::Large => Self { large: true, ..self },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Way {
    #[default]
    Unasked,
    Asked(RingSize),
    Offered(RingSize),
    Accepted(RingSize),
}

impl RingState {
    /// What a step leads to that `from` says; `None` if that side may not say it now. Whoever asks, or says that the ring is
    /// ready, writes by the socket then; where that is this side, it makes sure itself.
    fn after(self, step: RingStep, from: Role, ours: Role) -> Option<Self> {
        let by_socket = from == ours || !self.theirs;
        let on = |way| Some(Self { way, ..self });
        match (from, self.way, step) {
            (Role::Renderer, Way::Unasked, RingStep::Ask | RingStep::AskLarge) if by_socket => {
                step.asked().filter(|size| self.may_ask(*size)).and_then(|size| on(Way::Asked(size)))
            }
            (Role::Main, Way::Asked(size), RingStep::Offer) => on(Way::Offered(size)),
            (Role::Renderer, Way::Offered(size), RingStep::Accept) => on(Way::Accepted(size)),
            (Role::Main, Way::Accepted(size), RingStep::Ready) if by_socket => {
                Some(Self { way: Way::Unasked, ready: Some(size), theirs: false, ..self })
            }
            (Role::Main, Way::Asked(size) | Way::Accepted(size), RingStep::Decline)
            | (Role::Renderer, Way::Offered(size), RingStep::Decline) => {
                Some(Self { way: Way::Unasked, refused: self.refused.with(size), ..self })
            }
            _ => None,
        }
    }

    fn may_ask(self, size: RingSize) -> bool {
        self.way == Way::Unasked && self.ready != Some(size) && !self.refused.has(size)
    }

    /// The same for a step of the other side, with those from one way to the other.
    fn after_theirs(self, step: RingStep, from: Role, ours: Role) -> Option<Self> {
        // A renderer that has asked stays with the socket until it knows which ring is the next.
        let may_switch = from == Role::Main || self.way == Way::Unasked;
        match step {
            RingStep::Switched if self.ready.is_some() && !self.theirs && may_switch => {
                Some(Self { theirs: true, ..self })
            }
            RingStep::Back if self.theirs => Some(Self { theirs: false, ..self }),
            step => self.after(step, from, ours),
        }
    }
}

impl<W> Session<W> {
    /// Offers the other side a ring in the handshake that is to come.
    pub fn offer_ring(&mut self) {
        self.offers = Capabilities(self.offers.0 | Capabilities::RING.0 | Capabilities::LARGE_RING.0);
    }

    /// Tells of a step on the way to a ring; whether it may be told now. [`RingStep::Switched`] and [`RingStep::Back`] are
    /// told by whoever writes the frames: see [`RingStep::frame`].
    pub fn ring(&mut self, out: &mut Vec<u8>, step: RingStep) -> bool {
        let Some(next) = self.ring.after(step, self.role, self.role).filter(|_| self.has_ring_of(step)) else {
            return false;
        };
        let told = self.put(out, &Message::Ring { step }).is_ok();
        if told {
            self.ring = next;
        }
        told
    }

    /// Whether this side could ask for a ring of that size now, in place of another one if there is one.
    #[must_use]
    #[inline]
    pub fn may_ask_for_ring(&self, size: RingSize) -> bool {
        self.role == Role::Renderer && self.ring.may_ask(size) && self.is_open() && self.has_ring_of(size.ask())
    }

    /// The size of the ring that is asked for, until it is ready or declined.
    #[must_use]
    pub fn asked_ring(&self) -> Option<RingSize> {
        match self.ring.way {
            Way::Asked(size) | Way::Offered(size) | Way::Accepted(size) => Some(size),
            Way::Unasked => None,
        }
    }

    /// Whether both sides know that step.
    fn has_ring_of(&self, step: RingStep) -> bool {
        let large = step != RingStep::AskLarge || self.capabilities().has(Capabilities::LARGE_RING);
        !self.direct && large && self.capabilities().has(Capabilities::RING)
    }

    /// Takes a step of the other side; whether it may say that now.
    pub(super) fn their_ring(&mut self, step: RingStep) -> bool {
        let from = match self.role {
            Role::Main => Role::Renderer,
            Role::Renderer => Role::Main,
        };
        let next = self.ring.after_theirs(step, from, self.role).filter(|_| self.has_ring_of(step));
        if let Some(next) = next {
            self.ring = next;
        }
        next.is_some()
    }
}
