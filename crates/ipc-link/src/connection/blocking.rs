//! Calls whose caller blocks and reads the socket itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ipc_proto::error::{CallError, CloseCode, CloseReason};
use ipc_proto::wire::{Space, Status};

use super::reading::{Reading, Received};
use super::{Connection, GoesOn};
use crate::call::{Answer, Slot};

/// The longest a blocking read of a renderer takes before it looks at its deadline.
const READ_TIMEOUT: Duration = Duration::from_millis(500);

/// What a blocking caller asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockingCall {
    /// Electron's `sendSync`; renderer to main only.
    SendSync,
    /// An ordinary request.
    Invoke,
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
    pub fn call_blocking<R>(
        &self,
        kind: BlockingCall,
        channel: &str,
        args: &[u8],
        deadline: Option<Duration>,
        read: impl FnOnce(Status, &[u8]) -> R,
    ) -> Result<R, CallError> {
        let until = deadline.map(|time| Instant::now() + time);
        let slot = Arc::new(Slot::default());
        let turn = self.0.bell.take_turn(&self.0);
        let id = {
            let mut state = self.state_with_room()?;
            let (session, out) = state.parts();
            let id = match kind {
                BlockingCall::SendSync => session.send_sync(out, channel, args, slot.clone())?,
                BlockingCall::Invoke => session.invoke(out, Space::User, channel, args, slot.clone())?,
            };
            self.write_and(&mut state, GoesOn::Caller);
            id
        };
        let result = self.lead(id, &slot, until, read);
        drop(turn);
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
        until: Option<Instant>,
        read: impl FnOnce(Status, &[u8]) -> R,
    ) -> Option<Result<R, CallError>> {
        let mut reading = self.reading();
        loop {
            // Settled by another reader in the meantime, or by the end of the link.
            if let Some(ending) = slot.take() {
                return Some(match ending {
                    Ok(Answer { status, value }) => Ok(read(status, &value)),
                    Err(reason) => Err(reason.into()),
                });
            }
            let Reading { buffer, aside, aside_bytes, .. } = &mut *reading;
            match self.receive(buffer, Some(id)) {
                Ok(Received::Mine((status, value))) => return Some(Ok(read(status, value))),
                Ok(Received::Event(bytes)) => {
                    *aside_bytes += bytes.len();
                    if *aside_bytes > self.0.limits.queued {
                        let text = "messages arrived faster than a blocked caller may put aside";
                        self.close(CloseReason::new(CloseCode::QueueFull, text));
                        continue;
                    }
                    aside.push_back(bytes.to_vec());
                }
                Ok(Received::Settled) => {}
                Ok(Received::Nothing) => match self.fill_until(&mut reading, until) {
                    Ok(true) => {}
                    Ok(false) => return None,
                    Err(reason) => self.close(reason),
                },
                Err(reason) => self.violation(reason),
            }
        }
    }

    /// Waits for input; `Ok(false)` when the time is over.
    fn fill_until(&self, reading: &mut Reading, until: Option<Instant>) -> Result<bool, CloseReason> {
        let Some(until) = until else {
            self.write_until_readable(None)?;
            return self.fill(reading, true).map(|_| true);
        };
        // The socket's own timeout ends a long wait now and then (see `driver`), so that the time can be checked
        // without a second system call per answer. Only the last stretch of a deadline is waited for exactly.
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        self.write_until_readable(Some(left))?;
        if left < READ_TIMEOUT {
            let ready = self.0.endpoint.wait(true, false, None, Some(left));
            if !ready.is_ok_and(|ready| ready.readable) {
                return Ok(true);
            }
        }
        self.fill(reading, true).map(|_| true)
    }

    /// Makes blocking reads return now and then, as [`call_blocking`](Self::call_blocking) with a deadline needs.
    pub(crate) fn limit_reads(&self) {
        let _ = self.0.endpoint.set_read_timeout(Some(READ_TIMEOUT));
    }
}
