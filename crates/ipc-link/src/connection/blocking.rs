//! Calls whose caller blocks and reads the socket itself.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use ipc_proto::error::{CallError, CloseCode, CloseReason};
use ipc_proto::wire::{Space, Status};

use super::reading::{Reading, Received, Wait};
use super::{Body, Connection, GoesOn};
use crate::call::{Answer, Ending, Slot};
use crate::driver::Turn;

/// What a blocking caller asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockingCall {
    /// Electron's `sendSync`; renderer to main only.
    SendSync,
    /// An ordinary request.
    Invoke,
}

/// Blocked callers that wait for another one to stop reading.
#[derive(Default)]
pub(crate) struct Leads {
    waiting: AtomicUsize,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Leads {
    /// Waits for the right to read; `None` when the caller's answer has come, or its time is over, before that.
    fn take<'c>(
        &self,
        connection: &'c Connection,
        slot: &Slot,
        deadline: &mut Deadline,
    ) -> Option<MutexGuard<'c, Reading>> {
        if let Ok(reading) = connection.0.reading.try_lock() {
            return Some(reading);
        }
        // Whoever reads does not know that there is more to write.
        if connection.0.full.load(Ordering::SeqCst) {
            connection.write_and(&mut connection.state(), GoesOn::Flusher);
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = loop {
            match connection.0.reading.try_lock() {
                Ok(reading) => break Some(reading),
                Err(TryLockError::Poisoned(poisoned)) => break Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
            let left = deadline.left();
            if slot.is_settled() || left.is_some_and(|left| left.is_zero()) {
                break None;
            }
            // The driver does not announce when it stops reading, but it never reads for long.
            let wait = left.map_or(HANDOVER, |left| left.min(HANDOVER));
            guard = self.changed.wait_timeout(guard, wait).unwrap_or_else(PoisonError::into_inner).0;
        };
        drop(guard);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        taken
    }

    /// Wakes those that wait: the reading thread has stopped, or has settled one of their calls.
    pub(super) fn pass_on(&self) {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.changed.notify_all();
        }
    }
}

/// How long a caller waits for the right to read before it looks again.
const HANDOVER: Duration = Duration::from_millis(10);

fn settled<R>(ending: Ending, read: impl FnOnce(Status, &[u8]) -> R) -> Result<R, CallError> {
    match ending {
        Ok(Answer { status, value }) => {
            value.lend();
            Ok(read(status, &value))
        }
        Err(reason) => Err(reason.into()),
    }
}

impl Connection {
    /// Asks and blocks until the answer is there; `read` sees it in place.
    ///
    /// The calling thread reads the socket itself. Messages that are not its answer are put aside, in order, and
    /// dispatched afterwards by the ordinary reader: nothing of the program runs in between.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke); [`CallError::Timeout`] after `deadline`; [`CallError::PeerGone`].
    pub fn call_blocking<'a, R>(
        &self,
        kind: BlockingCall,
        channel: &str,
        args: impl Into<Body<'a>>,
        deadline: Option<Duration>,
        read: impl FnOnce(Status, &[u8]) -> R,
    ) -> Result<R, CallError> {
        let mut limit = Deadline { after: deadline, until: None };
        let slot = Slot::fresh();
        let mut turn = self.0.bell.take_turn(&self.0);
        let id = {
            let args = args.into();
            let mut state = self.state_with_room(args.len())?;
            let id = self.put(&mut state, args, |session, out, args| match kind {
                BlockingCall::SendSync => session.send_sync(out, channel, args, slot.clone()),
                BlockingCall::Invoke => session.invoke(out, Space::User, channel, args, slot.clone()),
            })?;
            self.write_and(&mut state, GoesOn::Caller);
            id
        };
        let verb = match kind {
            BlockingCall::SendSync => "send_sync",
            BlockingCall::Invoke => "invoke",
        };
        let span = self.asking(verb, channel, id);
        let result = self.lead(id, &slot, &mut limit, &mut turn, read);
        self.name_renderer(&span);
        drop(span);
        self.0.leads.pass_on();
        drop(turn);
        Slot::recycle(&slot);
        result.unwrap_or_else(|| {
            self.cancel(id);
            Err(CallError::Timeout { channel: channel.to_owned(), after: deadline.unwrap_or_default() })
        })
    }

    /// Reads until the answer to `id` is there; `None` when the time is over first.
    fn lead<R>(
        &self,
        id: u64,
        slot: &Slot,
        deadline: &mut Deadline,
        turn: &mut Turn<'_>,
        read: impl FnOnce(Status, &[u8]) -> R,
    ) -> Option<Result<R, CallError>> {
        let Some(mut reading) = self.0.leads.take(self, slot, deadline) else {
            return slot.take().map(|ending| settled(ending, read));
        };
        loop {
            // Settled by another reader in the meantime, or by the end of the link.
            if let Some(ending) = slot.take() {
                turn.leaves(reading.has_unhandled());
                return Some(settled(ending, read));
            }
            let Reading { buffer, aside, aside_bytes, .. } = &mut *reading;
            match self.receive(buffer, Some(id)) {
                Ok(Received::Mine((status, value))) => {
                    let result = read(status, value);
                    turn.leaves(reading.has_unhandled());
                    return Some(Ok(result));
                }
                Ok(Received::Event { frame: bytes, .. }) => {
                    *aside_bytes += bytes.len();
                    if *aside_bytes > self.0.limits.queued.saturating_add(self.0.limits.frame as usize) {
                        let text = "messages arrived faster than a blocked caller may put aside";
                        self.close(CloseReason::new(CloseCode::QueueFull, text));
                        continue;
                    }
                    aside.push_back(bytes.to_vec());
                }
                Ok(Received::Settled) => {}
                Ok(Received::Nothing) => match self.fill_until(&mut reading, deadline) {
                    Ok(true) => {}
                    Ok(false) => {
                        turn.leaves(reading.has_unhandled());
                        return None;
                    }
                    Err(reason) => self.close(reason),
                },
                Err(reason) => self.violation(reason),
            }
        }
    }

    /// Waits for input; `Ok(false)` when the time is over.
    fn fill_until(&self, reading: &mut Reading, deadline: &mut Deadline) -> Result<bool, CloseReason> {
        if reading.poll(&self.0)? {
            return Ok(true);
        }
        loop {
            let left = deadline.left();
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(false);
            }
            if !self.0.full.load(Ordering::SeqCst) {
                let filled = self.fill(reading, left.map_or(Wait::ForEver, Wait::For));
                reading.patience.woke();
                return filled.map(|_| true);
            }
            if self.write_or_read(left)? {
                return self.fill(reading, Wait::Not).map(|_| true);
            }
        }
    }
}

/// How long a call may take. Its clock is first looked at when the call has to sleep.
struct Deadline {
    after: Option<Duration>,
    until: Option<Instant>,
}

impl Deadline {
    /// The time that is left, zero when it is over; `None` when there is no end to it.
    fn left(&mut self) -> Option<Duration> {
        let after = self.after?;
        let now = Instant::now();
        if let Some(until) = self.until {
            return Some(until.saturating_duration_since(now));
        }
        self.until = now.checked_add(after);
        Some(after)
    }
}
