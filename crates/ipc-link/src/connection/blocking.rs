//! Calls whose caller blocks and reads the socket itself.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ipc_proto::error::{CallError, CloseCode, CloseReason};
use ipc_proto::wire::{Space, Status};

use super::Connection;
use super::inbox::{Lead, Reading};
use super::outbox::{Body, GoesOn};
use super::reading::{Received, Wait};
use crate::answer::{Answer, AnswerPorts, Ending, Slot};
use crate::leader::{Follow, Leader};

/// What a blocking caller asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockingCall {
    /// Electron's `sendSync`; renderer to main only.
    SendSync,
    /// An ordinary request.
    Invoke,
    /// A request of the runtime itself, which programs do not see.
    Runtime,
}

fn settled<R>(ending: Ending, read: impl FnOnce(Status, &[u8], Option<Box<AnswerPorts>>) -> R) -> Result<R, CallError> {
    match ending {
        Ok(Answer { status, value, ports }) => {
            value.lend();
            Ok(read(status, &value, ports))
        }
        Err(reason) => Err(reason.into()),
    }
}

impl Connection {
    /// Asks and blocks until the answer is there; `read` sees it in place.
    ///
    /// The calling thread reads the socket itself. Messages that are not its answer are put aside, in order, and
    /// dispatched afterwards by the ordinary reader: nothing of the program runs in between. The answer to an awaited call
    /// that comes behind one of them keeps its place; only those to other blocked callers pass.
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
        read: impl FnOnce(Status, &[u8], Option<Box<AnswerPorts>>) -> R,
    ) -> Result<R, CallError> {
        let mut limit = Deadline { after: deadline, until: None };
        let slot = Slot::fresh_of_blocked();
        let blocked = self.0.leadership.enter();
        let id = {
            let args = args.into();
            let mut state = self.state_with_room(args.len())?;
            let id = self.put(&mut state, args, |session, out, args| match kind {
                BlockingCall::SendSync => session.send_sync(out, channel, args, slot.clone()),
                BlockingCall::Invoke => session.invoke(out, Space::User, channel, args, slot.clone()),
                BlockingCall::Runtime => session.invoke(out, Space::System, channel, args, slot.clone()),
            })?;
            self.write_and(&mut state, GoesOn::Caller);
            id
        };
        let verb = match kind {
            BlockingCall::SendSync => "send_sync",
            BlockingCall::Invoke | BlockingCall::Runtime => "invoke",
        };
        let span = self.asking(verb, channel, id);
        let result = self.read_until(id, &slot, &mut limit, read);
        self.name_renderer(&span);
        drop(span);
        drop(blocked);
        Slot::recycle(&slot);
        result.unwrap_or_else(|| {
            self.cancel(id);
            Err(CallError::Timeout { channel: channel.to_owned(), after: deadline.unwrap_or_default() })
        })
    }

    /// The lead; `None` when the caller's answer has come, or its time is over, before that.
    fn lead_or_follow(&self, slot: &Slot, deadline: &mut Deadline) -> Option<Lead<'_>> {
        if let Some(lead) = self.0.leadership.lead_if_free(Leader::Caller) {
            return Some(lead);
        }
        // Whoever reads does not know that there is more to write.
        if self.0.full.load(Ordering::SeqCst) {
            self.write_and(&mut self.state(), GoesOn::Flusher);
        }
        self.0.leadership.lead_or_follow(Leader::Caller, |_| {
            if slot.is_settled() {
                return Follow::NoLonger;
            }
            match deadline.left() {
                None => Follow::On,
                Some(Duration::ZERO) => Follow::NoLonger,
                Some(left) => Follow::For(left),
            }
        })
    }

    /// Reads until the answer to `id` is there; `None` when the time is over first.
    fn read_until<R>(
        &self,
        id: u64,
        slot: &Slot,
        deadline: &mut Deadline,
        read: impl FnOnce(Status, &[u8], Option<Box<AnswerPorts>>) -> R,
    ) -> Option<Result<R, CallError>> {
        let Some(mut reading) = self.lead_or_follow(slot, deadline) else {
            return slot.take().map(|ending| settled(ending, read));
        };
        loop {
            // Settled by another reader in the meantime, or by the end of the link.
            if let Some(ending) = slot.take() {
                return Some(settled(ending, read));
            }
            let Reading { buffer, aside, .. } = &mut *reading;
            match self.receive(buffer, aside, Some(id)) {
                Ok(Received::Mine((status, value, ports))) => {
                    return Some(Ok(read(status, value, ports)));
                }
                Ok(Received::Event { frame: bytes, .. }) => {
                    aside.put(bytes);
                    if aside.bytes() > self.0.limits.queued.saturating_add(self.0.limits.frame as usize) {
                        let text = "messages arrived faster than a blocked caller may put aside";
                        self.close(CloseReason::new(CloseCode::QueueFull, text));
                    }
                }
                Ok(Received::Settled) => {}
                Ok(Received::Nothing) => match self.fill_until(&mut reading, deadline) {
                    Ok(true) => {}
                    Ok(false) => return None,
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
                reading.spin.woke();
                return filled.map(|_| true);
            }
            if self.write_or_read(reading, left)? {
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
