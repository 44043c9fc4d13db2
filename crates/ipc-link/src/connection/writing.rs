//! When what has been appended is written, and by whom.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ipc_proto::session::Session;

use super::outbox::{Appending, Body, GoesOn};
use super::{Connection, State};
use crate::answer::Slot;
use crate::{flusher, handling};

/// A gathered buffer of this size is written without waiting for more.
pub(super) const FULL_WRITE: usize = 64 << 10;

/// So many requests or answers are written without waiting for more. With more of them on their way, the peer works on
/// these while this process goes on with the rest; else each would wait until the other has done all of its part.
const FULL_SHARE: usize = 16;

impl State {
    /// Notes a request or an answer; whether more of them may be queued before they are written.
    pub(super) fn may_gather(&mut self) -> bool {
        self.gathered += 1;
        self.gathered < FULL_SHARE && self.queued() < FULL_WRITE
    }
}

impl Connection {
    /// Appends the frame that `put` makes of a body.
    #[inline]
    pub(super) fn put<R>(
        &self,
        state: &mut State,
        body: Body<'_>,
        put: impl FnOnce(&mut Session<Arc<Slot>>, &mut Appending<'_>, &[u8]) -> R,
    ) -> R {
        state.ring.note(body.len());
        // Nothing else is written here.
        let before = match body {
            Body::Lent(body, lent) => {
                self.0.note_sent(body.len() + lent.iter().map(|(_, bytes)| bytes.len()).sum::<usize>());
                Some(state.queued())
            }
            _ => None,
        };
        let State { session, out, .. } = state;
        let result = out.put(&self.0.endpoint, body, |out, body| put(session, out, body));
        if let Some(before) = before {
            self.tell_of_room(state, before);
        }
        result
    }

    /// Wakes those that wait for room in the queue, which had so many bytes `before`.
    #[inline]
    fn tell_of_room(&self, state: &State, before: usize) {
        let limit = self.0.limits.queued;
        if before > limit && state.queued() <= limit {
            self.0.leadership.tell_followers();
        }
    }

    pub(super) fn handled_here(&self) -> bool {
        handling::handles(Arc::as_ptr(&self.0))
    }

    pub(super) fn after_request(&self, state: &mut State) {
        // The reading loop writes when it has handled what it has read, an owner that flushes before it sleeps.
        let later =
            state.may_gather() && (self.handled_here() || (state.owner_flushes && state.out.recently_written()));
        if !later {
            self.write_out(state);
        }
    }

    pub(super) fn after_one_way(&self, state: &mut State) {
        // A socket that was full is asked again for every so many bytes, and by the flusher when it has room.
        if state.queued() >= state.refused.saturating_add(FULL_WRITE) {
            return self.write_out(state);
        }
        if state.blocked {
            return;
        }
        if state.owner_flushes {
            if !state.out.recently_written() {
                self.write_out(state);
            }
        } else if state.heard {
            self.write_out(state); // in a dialogue the peer waits for it
        } else if !self.0.flush.is_asked() {
            if state.out.recently_written() {
                flusher::request(&self.0);
            } else {
                self.write_out(state);
            }
        }
    }

    pub(super) fn write_out(&self, state: &mut State) {
        self.write_and(state, GoesOn::Flusher);
    }

    pub(super) fn write_and(&self, state: &mut State, goes_on: GoesOn) {
        let before = state.queued();
        state.most_queued = state.most_queued.max(before);
        state.gathered = 0;
        state.heard = false;
        // What the socket had refused may have gone out with bytes that were lent.
        if state.out.unsent() == 0 && state.refused == 0 {
            return self.note_held(state);
        }
        state.out.write_to(&self.0.endpoint);
        state.refused = state.out.unsent();
        self.0.note_sent(before.saturating_sub(state.queued()));
        let full = state.refused > 0;
        if full != self.0.full.load(Ordering::Relaxed) {
            self.0.full.store(full, Ordering::SeqCst);
        }
        if !full {
            state.blocked = false;
            if state.retired {
                self.0.endpoint.shut_down();
            } else if state.ends_output {
                self.0.endpoint.end_output();
            }
        } else if goes_on == GoesOn::Flusher && !state.blocked {
            state.blocked = true;
            flusher::request(&self.0);
        }
        self.tell_of_room(state, before);
        self.note_held(state);
    }

    /// Writes on behalf of the flusher; whether it has to wait for room and come again.
    pub(crate) fn flush_again(&self) -> bool {
        let mut state = self.state();
        self.write_out(&mut state);
        state.out.unsent() > 0
    }
}
