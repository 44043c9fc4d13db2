//! How far the two sides are with a ring of shared memory under the link.
//!
//! What is in it are the frames of the link: the session sees them in their order, wherever they come from.

use super::Session;
use crate::ports::Role;
use crate::wire::{Capabilities, Message, RingStep};

/// Where a link stands on its way to a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum RingState {
    #[default]
    Unasked,
    Asked,
    Offered,
    Accepted,
    /// Each side may write into it. `theirs` says whether what the other side writes comes by it now.
    Ready {
        theirs: bool,
    },
    /// One side could not, or did not want it.
    Declined,
}

impl RingState {
    /// What a step leads to that `from` says; `None` if that side may not say it now.
    fn after(self, step: RingStep, from: Role) -> Option<Self> {
        match (from, self, step) {
            (Role::Renderer, Self::Unasked, RingStep::Ask) => Some(Self::Asked),
            (Role::Main, Self::Asked, RingStep::Offer) => Some(Self::Offered),
            (Role::Renderer, Self::Offered, RingStep::Accept) => Some(Self::Accepted),
            (Role::Main, Self::Accepted, RingStep::Ready) => Some(Self::Ready { theirs: false }),
            (Role::Main, Self::Asked | Self::Accepted, RingStep::Decline)
            | (Role::Renderer, Self::Offered, RingStep::Decline) => Some(Self::Declined),
            _ => None,
        }
    }
}

impl<W> Session<W> {
    /// Offers the other side a ring in the handshake that is to come.
    pub fn offer_ring(&mut self) {
        self.offers = Capabilities(self.offers.0 | Capabilities::RING.0);
    }

    /// Tells of a step on the way to a ring; whether it may be told now. [`RingStep::Switched`] and [`RingStep::Back`] are
    /// told by whoever writes the frames: see [`RingStep::frame`].
    pub fn ring(&mut self, out: &mut Vec<u8>, step: RingStep) -> bool {
        let Some(next) = self.ring.after(step, self.role).filter(|_| self.has_ring()) else { return false };
        let told = self.put(out, &Message::Ring { step }).is_ok();
        if told {
            self.ring = next;
        }
        told
    }

    /// Whether this side could ask for a ring now.
    #[must_use]
    #[inline]
    pub fn may_ask_for_ring(&self) -> bool {
        self.role == Role::Renderer && self.ring == RingState::Unasked && self.is_open() && self.has_ring()
    }

    fn has_ring(&self) -> bool {
        !self.direct && self.capabilities().has(Capabilities::RING)
    }

    /// Takes a step of the other side; whether it may say that now.
    pub(super) fn their_ring(&mut self, step: RingStep) -> bool {
        let from = match self.role {
            Role::Main => Role::Renderer,
            Role::Renderer => Role::Main,
        };
        let next = match (self.ring, step) {
            (RingState::Ready { theirs: false }, RingStep::Switched) => Some(RingState::Ready { theirs: true }),
            (RingState::Ready { theirs: true }, RingStep::Back) => Some(RingState::Ready { theirs: false }),
            (state, step) => state.after(step, from),
        };
        if let Some(next) = next {
            self.ring = next;
        }
        next.is_some()
    }
}
