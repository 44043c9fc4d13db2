//! What one peer may make this process hold, and what happens when that is too much.
//!
//! A sender is told, or waits; a renderer that asks and does not take its answers is not read until it does. Who waits
//! for room goes on reading, so that two peers that both write more than the other takes do not wait for each other.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::MutexGuard;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant};

use ipc_proto::error::{CallError, CloseCode, CloseReason};
use ipc_proto::ports::Role;

use super::inbox::{Reading, SOON};
use super::outbox::{Body, GoesOn};
use super::reading::{Fill, Received, Wait};
use super::writing::FULL_WRITE;
use super::{Connection, State};
use crate::frame_timer::TimeIsOver;
use crate::holding::Pool;
use crate::leader::{Follow, Leader};

/// As much may always be queued: nobody else's needs are looked at for less.
pub(super) const LITTLE: usize = 256 << 10;
/// With so much queued, a renderer takes in what main has to say each time it adds to it: main may be just as busy.
const MUCH: usize = 1 << 20;

impl State {
    /// All that this process holds for the peer, in bytes.
    fn held(&self, beside: usize) -> usize {
        match self.session.closed() {
            None => self.queued() + self.session.owed_bytes() + self.elsewhere + self.ring.bytes() + beside,
            Some(_) => self.queued(), // what it has asked comes to nothing
        }
    }
}

impl Connection {
    fn is_of_main(&self) -> bool {
        self.0.role == Role::Main && !self.0.direct
    }

    pub(super) fn sum(&self, state: &State) -> usize {
        state.held(self.0.begun_bytes.load(Ordering::Relaxed) + self.0.held.load(Ordering::Relaxed))
    }

    /// Tells the account what is held now.
    #[inline]
    pub(super) fn note_held(&self, state: &mut State) {
        let held = self.sum(state);
        if state.holding.note(held) {
            self.0.room.notify_waiters();
        }
        let owed = state.session.owed_bytes();
        let crowded = owed >= LITTLE && !state.holding.has_room(held, 0);
        state.session.set_crowded(crowded);
    }

    /// Whether one more message of that size may be queued.
    fn takes(&self, state: &State, size: usize) -> bool {
        let queued = state.queued();
        if !self.is_of_main() {
            return queued <= self.0.limits.queued;
        }
        let after = queued + size;
        if after <= LITTLE {
            return true;
        }
        let held = if queued <= LITTLE { 0 } else { self.sum(state) };
        (after <= self.0.limits.queued || held == 0) && state.holding.has_room(held, size)
    }

    /// The state once there is room for a message of `size` bytes. When there is none, main fails and a renderer waits,
    /// unless its peer could be waiting for it in the same way.
    pub(super) fn state_with_room(&self, size: usize) -> Result<MutexGuard<'_, State>, CallError> {
        self.state_for(size, true)
    }

    /// The same for who does not wait.
    pub(super) fn state_if_room(&self, size: usize) -> Result<MutexGuard<'_, State>, CallError> {
        self.state_for(size, false)
    }

    /// Wakes whoever waits for room: there may be some, or never again.
    pub(super) fn tell_waiting_senders(&self) {
        self.0.leadership.tell_followers();
        self.0.room.notify_waiters();
    }

    /// Ready when there may be more room than now: something was written, or another link holds less.
    pub(super) fn await_room(&self) -> impl Future<Output = ()> + Send {
        let here = self.0.room.notified();
        let elsewhere = self.0.pool.as_ref().map(Pool::less);
        async move {
            let (mut here, mut elsewhere) = (pin!(here), pin!(elsewhere));
            poll_fn(|cx| {
                let less = elsewhere.as_mut().as_pin_mut().is_some_and(|less| less.poll(cx).is_ready());
                if less { Poll::Ready(()) } else { here.as_mut().poll(cx) }
            })
            .await;
        }
    }

    fn state_for(&self, size: usize, waits: bool) -> Result<MutexGuard<'_, State>, CallError> {
        let mut state = self.state();
        let queued = state.queued();
        if queued > MUCH && queued.abs_diff(state.took_in) >= FULL_WRITE && self.reads_while_it_writes() {
            drop(state);
            self.take_in();
            state = self.state();
            state.took_in = state.queued();
        }
        while !self.takes(&state, size) && !state.out.is_broken() && state.session.closed().is_none() {
            if !waits || !self.may_wait(&state) {
                state.refused_out += 1;
                // Who awaits room is told when less is held than now.
                self.note_held(&mut state);
                return Err(CallError::QueueFull { limit: self.0.limits.queued });
            }
            self.wait_for_room(state);
            state = self.state();
        }
        Ok(state)
    }

    fn reads_while_it_writes(&self) -> bool {
        self.0.role == Role::Renderer && !self.0.direct
    }

    /// Takes in what has come without waiting, for the ordinary reader.
    fn take_in(&self) {
        if let Some(mut reading) = self.0.leadership.lead_if_free(Leader::Caller) {
            self.put_aside(&mut reading);
        }
    }

    /// Waits until the peer takes something, and takes in what it has to say meanwhile: it may be waiting for that. Where
    /// somebody else leads, that one takes in, and the flusher writes.
    fn wait_for_room(&self, state: MutexGuard<'_, State>) {
        // Whoever makes room tells, but not before it has the state.
        let told = self.0.leadership.told();
        drop(state);
        let _blocked = self.0.leadership.enter();
        let still = |now| if now == told { Follow::On } else { Follow::NoLonger };
        let Some(mut reading) = self.0.leadership.lead_or_follow(Leader::Caller, still) else { return };
        let reads = reading.aside.bytes() <= self.0.limits.queued;
        if reads {
            match reading.buffer.await_socket() {
                Ok(false) => {}
                Ok(true) => return self.put_aside(&mut reading),
                Err(reason) => return self.close(reason),
            }
        }
        match self.0.endpoint.wait(reads, true, None, None) {
            Ok(ready) => {
                if ready.writable {
                    self.write_and(&mut self.state(), GoesOn::Flusher);
                }
                if ready.readable && reads {
                    self.put_aside(&mut reading);
                }
            }
            Err(error) => self.close(super::reading::io_failed(&error)),
        }
    }

    /// Reads what is there and puts it aside, in order, as far as there may be so much.
    fn put_aside(&self, reading: &mut Reading) {
        while reading.aside.bytes() <= self.0.limits.queued {
            let Reading { buffer, aside, .. } = &mut *reading;
            match self.receive(buffer, aside, None) {
                Ok(Received::Event { frame, .. }) => aside.put(frame),
                Ok(Received::Mine(_) | Received::Settled) => {}
                Ok(Received::Nothing) => match self.fill(reading, Wait::Not) {
                    Ok(Fill::Nothing) => return,
                    Ok(Fill::Partial | Fill::Full) => {}
                    Err(reason) => return self.close(reason),
                },
                Err(reason) => return self.violation(reason),
            }
        }
    }

    /// Whether something has been left for the ordinary reader, by a blocked caller or by the end of the link, since this
    /// was asked last: it is there for [`pump`](Self::pump) although the socket may be empty.
    #[must_use]
    pub fn take_owed(&self) -> bool {
        self.0.leadership.take_owed()
    }

    /// Whether main reads nothing of this renderer now, because it does not take what main has to say to it. To be asked
    /// again when its socket is writable.
    #[must_use]
    #[inline]
    pub fn is_stalled(&self) -> bool {
        // So much is only queued where the socket took no more.
        self.0.full.load(Ordering::Relaxed) && self.is_of_main() && self.has_too_much_queued()
    }

    fn has_too_much_queued(&self) -> bool {
        let state = self.state();
        let queued = state.queued();
        let too_much =
            queued > self.0.limits.queued || (queued > LITTLE && !state.holding.has_room(self.sum(&state), 0));
        too_much && state.session.closed().is_none()
    }

    /// Waits until a stalled renderer takes something, and writes on.
    pub(super) fn wait_until_it_takes(&self, reading: &mut Reading) -> Result<(), CloseReason> {
        // While it is not read it cannot finish what it has begun.
        reading.timer.reset();
        let ready = self.0.endpoint.wait(false, true, None, None).map_err(|error| super::reading::io_failed(&error))?;
        if ready.writable {
            self.write_and(&mut self.state(), GoesOn::Caller);
        }
        Ok(())
    }

    /// Why an answer cannot be queued, if it cannot: it is that of a handler that has waited, and its caller has not
    /// taken others.
    pub(super) fn refuse_answer(&self, state: &mut State, id: u64, body: &Body<'_>) -> Option<CallError> {
        if !self.is_of_main() || state.queued() + body.len() <= LITTLE {
            return None;
        }
        let held = if state.queued() <= LITTLE { 0 } else { self.sum(state) };
        if state.holding.has_room(held, body.len()) {
            return None;
        }
        let queued = state.queued();
        let why = format!("{queued} bytes of answers wait for who asked: take some of them before asking more");
        let (session, out) = state.parts();
        session.refuse_as_busy(out, id, &why);
        Some(CallError::QueueFull { limit: self.0.limits.held })
    }

    /// Counts what a handler that waits holds of its request besides the bytes that this came in, until it is answered.
    pub fn charge_request(&self, id: u64, bytes: usize) {
        let mut state = self.state();
        state.session.charge_request(id, bytes);
        self.note_held(&mut state);
    }

    /// Whether so much waits for the peer that what comes next will hardly find room: for senders that have been refused
    /// before and would have to encode in vain.
    #[must_use]
    pub fn is_nearly_full(&self) -> bool {
        let state = self.state();
        let most = self.0.limits.queued / 8 * 7;
        state.queued() > most || state.elsewhere > most || !self.takes(&state, LITTLE)
    }

    /// Counts bytes that the owner holds for this peer elsewhere, until [`let_go`](Self::let_go).
    ///
    /// # Errors
    ///
    /// [`CallError::QueueFull`] when so many more are too much; nothing is counted then.
    pub fn keep(&self, bytes: usize) -> Result<(), CallError> {
        let mut state = self.state();
        let held = self.sum(&state);
        let limit = self.0.limits.queued;
        let first = state.elsewhere == 0;
        if (state.elsewhere + bytes > limit && !first) || !state.holding.has_room(held, bytes) {
            return Err(CallError::QueueFull { limit });
        }
        state.elsewhere += bytes;
        self.note_held(&mut state);
        Ok(())
    }

    /// Those bytes are no longer held.
    pub fn let_go(&self, bytes: usize) {
        let mut state = self.state();
        state.elsewhere = state.elsewhere.saturating_sub(bytes);
        self.note_held(&mut state);
    }

    /// Notes how many bytes wait at ports of this link in the hands of an owner that has no
    /// [`PortTable`](crate::ports::PortTable); whether there is room for so many.
    pub fn note_at_ports(&self, bytes: usize) -> bool {
        let mut state = self.state();
        self.0.held.store(bytes, Ordering::Relaxed);
        self.note_held(&mut state);
        bytes <= LITTLE || state.holding.has_room(self.sum(&state), 0)
    }

    /// Notes how far a frame has come of which a part is here, after reading.
    #[inline]
    pub(super) fn note_begun(&self, reading: &Reading) {
        if !self.is_of_main() {
            return;
        }
        let mark = reading.buffer.begun().map_or(0, |mark| mark.wrapping_add(1));
        if mark != self.0.begun.load(Ordering::Relaxed) {
            self.0.begun.store(mark, Ordering::Relaxed);
            let bytes = if reading.buffer.is_within_large() { reading.buffer.buffered() } else { 0 };
            if self.0.begun_bytes.swap(bytes, Ordering::Relaxed) != bytes {
                self.note_held(&mut self.state());
            }
        }
    }

    /// A number for how far the frame has come of which a part is here: it changes with every frame, and with each MiB of
    /// one. `None` where there is none, or it is whole.
    #[must_use]
    #[inline]
    pub fn begun(&self) -> Option<u64> {
        Some(self.0.begun.load(Ordering::Relaxed)).filter(|mark| *mark != 0)
    }

    /// When to look at the time again of the frame that the peer has begun; `None` where it has not.
    fn time_to_finish(&self, reading: &mut Reading) -> Result<Option<Duration>, TimeIsOver> {
        self.note_begun(reading);
        let again = reading.timer.look(self.begun(), self.0.limits.frame_time, Instant::now)?;
        Ok(again.map(|again| again.saturating_duration_since(Instant::now())))
    }

    /// Closes the link, since the frame that has begun was not finished in time.
    pub fn give_up_frame(&self) {
        let text = format!("a message was begun and did not go on for {:?}", self.0.limits.frame_time);
        self.violation(CloseReason::new(CloseCode::FrameUnfinished, text));
    }

    /// Waits for input, and writes on what is unsent; gives memory of large messages back while there is none. Returns
    /// early when the renderer has stalled.
    pub(super) fn wait_for_input(&self, reading: &mut Reading) -> Result<(), CloseReason> {
        loop {
            let Ok(left) = self.time_to_finish(reading) else {
                self.give_up_frame();
                return Ok(());
            };
            if self.0.full.load(Ordering::SeqCst) {
                if self.is_stalled() {
                    return Ok(());
                }
                if !self.write_or_read(reading, left)? {
                    continue;
                }
                // What there was may have been no more than a bell, and there is still something to write.
                if self.fill(reading, Wait::Not)? != Fill::Nothing || self.0.ended.load(Ordering::SeqCst) {
                    return Ok(());
                }
                continue;
            }
            let tidies = {
                let state = self.state();
                reading.holds_memory() || state.out.holds_memory() || Self::keeps_large_ring(&state)
            };
            let wait = match (tidies, left) {
                (true, left) => Wait::For(left.unwrap_or(SOON).min(SOON)),
                (false, Some(left)) => Wait::For(left),
                (false, None) => Wait::ForEver,
            };
            if self.fill(reading, wait)? != Fill::Nothing || self.0.ended.load(Ordering::SeqCst) {
                return Ok(());
            }
            if tidies {
                reading.buffer.tidy();
                self.state().out.tidy();
                self.give_ring_back();
            }
        }
    }
}
