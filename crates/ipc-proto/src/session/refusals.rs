//! Requests of the peer that there is no room for.

use super::Session;
use crate::wire::{self, Message, Status};

/// How many refusals wait to be written at most.
pub(super) const MOST_REFUSED: usize = 1024;

impl<W> Session<W> {
    /// Answers a request of the peer with [`Status::Busy`] and the reason in words, for want of room here.
    pub fn refuse_as_busy(&mut self, out: &mut Vec<u8>, id: u64, why: &str) {
        if self.owed.close(id) {
            self.refusals = self.refusals.saturating_add(1);
            self.put_refusal(out, id, why);
        }
    }

    /// The same, once more is known of the peer: one that has cancelled the request by then gets no answer. A peer that
    /// asks and cancels without end, and reads nothing meanwhile, would otherwise fill what is queued for it.
    pub(super) fn refuse_later(&mut self, out: &mut Vec<u8>, id: u64, why: String) {
        self.owed.close(id);
        self.refusals = self.refusals.saturating_add(1);
        self.refused.push((id, why));
        if self.refused.len() >= MOST_REFUSED {
            self.write_refusals(out);
        }
    }

    /// Writes the refusals that wait: to be called when everything that has come has been received.
    #[inline]
    pub fn write_refusals(&mut self, out: &mut Vec<u8>) {
        for (id, why) in std::mem::take(&mut self.refused) {
            self.put_refusal(out, id, &why);
        }
    }

    /// The peer wants no answer to that request any more.
    pub(super) fn forget_refusal(&mut self, id: u64) {
        if let Some(place) = self.refused.iter().rposition(|(refused, _)| *refused == id) {
            self.refused.swap_remove(place);
        }
    }

    fn put_refusal(&mut self, out: &mut Vec<u8>, id: u64, why: &str) {
        let mut value = Vec::new();
        wire::put_token(&mut value, wire::Token::Str(why.as_bytes()));
        let _ = self.put(out, &Message::Reply { id, status: Status::Busy, value: &value });
    }
}
