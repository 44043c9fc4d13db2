//! How a link ends.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use ipc_proto::error::CloseReason;
use ipc_proto::frame::ReadBuffer;
use ipc_proto::session::Session;
use ipc_proto::wire::Status;

use super::inbox::{Kept, Reading};
use super::outbox::GoesOn;
use super::reading::{Fill, Received, Wait};
use super::{Connection, State};
use crate::answer::Slot;
use crate::leader::Leader;

impl Connection {
    /// Says goodbye, then closes the link: what was sent before still arrives.
    pub fn goodbye(&self, reason: CloseReason) {
        self.end_with(reason.clone(), |session, out| session.goodbye(out, reason));
    }

    /// As [`goodbye`](Self::goodbye), and goes on taking what the peer had sent one way before it heard that, until it
    /// closes its end: for threads that [`serve`](Self::serve).
    pub fn goodbye_and_hear(&self, reason: CloseReason) {
        self.end_with(reason.clone(), |session, out| session.leave(out, reason));
    }

    /// Behind a goodbye: ends the stream towards the peer when all that was sent is written. A launcher that carries bytes
    /// knows no goodbyes, and ends when its input does.
    pub fn end_output(&self) {
        let mut state = self.state();
        state.ends_output = true;
        self.write_out(&mut state);
        if state.out.unsent() == 0 {
            self.0.endpoint.end_output();
        }
    }

    /// Why the link is closed, if nothing more is to be taken from it.
    pub(super) fn closed_for_both(&self) -> Option<CloseReason> {
        let state = self.state();
        state.session.closed().filter(|_| !state.session.still_hears()).cloned()
    }

    /// Gives back what is queued for a peer that is gone, and what else only a living link needs: handles to it may be
    /// kept for long. The most bytes that were ever queued.
    pub fn free(&self) -> usize {
        {
            let mut reading = self.0.leadership.lead_alone(Leader::Thread);
            let told = reading.told;
            while let Some(kept) = reading.aside.pop() {
                if let Kept::Ending(slot, ending) = kept {
                    self.settle(&slot, ending);
                }
            }
            *reading = Reading::new(ReadBuffer::new(self.0.limits.frame));
            reading.told = told;
        }
        let mut state = self.state();
        if state.session.closed().is_none() {
            return 0;
        }
        state.out.free();
        state.ring.free();
        state.session.free();
        self.note_held(&mut state);
        state.most_queued
    }

    /// Closes the link because of what the peer has done: it is told why before the end.
    pub fn break_off(&self, reason: CloseReason) {
        self.end_with(reason.clone(), |session, out| session.violated(out, reason.clone()));
        self.close(reason);
    }

    fn end_with(
        &self,
        reason: CloseReason,
        say: impl FnOnce(&mut Session<Arc<Slot>>, &mut Vec<u8>) -> Vec<(u64, Arc<Slot>)>,
    ) {
        let waiting = {
            let mut state = self.state();
            if state.session.closed().is_some() {
                return;
            }
            let (session, out) = state.parts();
            let waiting = say(session, out);
            self.write_out(&mut state);
            waiting
        };
        self.settle_all(waiting, &reason);
        self.0.leadership.owe();
    }

    /// Waits until neither side owes the other an answer, or the link is closed; not beyond that moment,
    /// where there is one.
    pub fn wait_answered(&self, until: Option<Instant>) {
        let mut state = self.state();
        state.ending = true;
        while state.session.in_flight() != (0, 0) && state.session.closed().is_none() {
            let left = until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return;
            }
            (state, _) = self.0.answered.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    #[inline]
    pub(super) fn note_answered(&self, state: &State) {
        if state.ending && (state.session.in_flight() == (0, 0) || state.session.closed().is_some()) {
            self.0.answered.notify_all();
        }
    }

    /// Answers every request of the peer that waits for an answer with this status.
    pub fn turn_away(&self, status: Status) {
        let mut state = self.state();
        let (session, out) = state.parts();
        session.turn_away(out, status);
        self.after_control(state);
    }

    /// Waits until everything sent has been taken by the system, at most for `time`; whether it has. A process that is
    /// about to end calls this, since what the system has taken arrives even when its sender is gone.
    pub fn drain(&self, time: Duration) -> bool {
        let until = Instant::now().checked_add(time);
        loop {
            {
                let mut state = self.state();
                self.write_and(&mut state, GoesOn::Caller);
                if state.out.unsent() == 0 {
                    return true;
                }
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) || self.0.endpoint.wait(false, true, None, left).is_err() {
                return false;
            }
        }
    }

    /// Ends the stream in both directions: the reader takes what has arrived, and then the end. Whoever still has the
    /// other end can write nothing behind that. (Linux; other systems may drop what has arrived.)
    pub fn hang_up(&self) {
        self.0.endpoint.shut_down();
    }

    /// Takes what is left of a stream that has ended in both directions, and hands it to nobody. How many messages have
    /// come since the link was closed; 0 if it is not.
    pub fn drop_rest(&self) -> u64 {
        if !self.0.ended.load(Ordering::SeqCst) {
            return 0;
        }
        let mut reading = self.0.leadership.lead_alone(Leader::Thread);
        loop {
            let Reading { buffer, aside, .. } = &mut *reading;
            let buffered = match self.receive(buffer, aside, None) {
                Ok(Received::Nothing) => false,
                Ok(_) => true,
                Err(_) => break,
            };
            if !buffered && !matches!(self.fill(&mut reading, Wait::Not), Ok(Fill::Partial | Fill::Full)) {
                break;
            }
        }
        self.state().session.unheard()
    }

    /// Closes the link at once. The first reason stays; every waiting call settles with it.
    pub fn close(&self, reason: CloseReason) {
        let waiting = self.state().session.close(reason.clone());
        let reason = self.closed().unwrap_or(reason);
        self.finish(waiting, &reason);
    }

    pub(super) fn finish(&self, waiting: Vec<(u64, Arc<Slot>)>, reason: &CloseReason) {
        self.settle_all(waiting, reason);
        self.0.endpoint.shut_down();
        self.0.leadership.owe();
    }

    /// The last step of every end of a session.
    pub(super) fn settle_all(&self, waiting: Vec<(u64, Arc<Slot>)>, reason: &CloseReason) {
        self.0.ended.store(true, Ordering::SeqCst);
        for (_, slot) in waiting {
            self.settle(&slot, Err(reason.clone()));
        }
        let mut state = self.state();
        self.note_held(&mut state);
        self.note_answered(&state);
        drop(state);
        self.tell_waiting_senders();
    }
}
