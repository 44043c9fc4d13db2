//! Messages through ports, and the credit for them.

use std::sync::atomic::Ordering;
use std::time::Duration;

use ipc_proto::credit::Amount;
use ipc_proto::error::CallError;
use ipc_proto::session::Posted;

use super::{Connection, State};

/// What a message that waits takes beside its bytes.
pub(crate) const OVERHEAD: usize = 128;

/// With more than that unsent, a link takes no messages through ports from an owner whose loop goes on when there is
/// room: calls and their answers would wait behind them.
const ROOM: usize = 64 << 10;

impl Connection {
    /// Sends one message that moves `ports` ports across; returns their numbers on this link.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::Busy`] when too many ports are open.
    pub fn post(&self, channel: &str, ports: usize, message: &[u8]) -> Result<Vec<u64>, CallError> {
        self.post_then(channel, ports, message, |_| ())
    }

    /// As [`post`](Self::post); `moved` learns the numbers before the message can leave, and must not use the link.
    pub(crate) fn post_then(
        &self,
        channel: &str,
        ports: usize,
        message: &[u8],
        moved: impl FnOnce(&[u64]),
    ) -> Result<Vec<u64>, CallError> {
        let mut state = self.state_with_room(message.len())?;
        let (session, out) = state.parts();
        let ids = session.post(out, channel, ports, message)?;
        moved(&ids);
        self.after_one_way(&mut state);
        Ok(ids)
    }

    /// Sends through a port, moving `ports` ports along.
    ///
    /// Who has credit never waits here: what may be queued is bounded by that. To a peer without it this is like
    /// [`send`](Self::send).
    ///
    /// # Errors
    ///
    /// As [`post`](Self::post).
    pub fn port_message(&self, port: u64, ports: usize, message: &[u8]) -> Result<Posted, CallError> {
        self.port_message_then(port, ports, message, false, |_| ())
    }

    /// As [`port_message`](Self::port_message), with `moved` as in [`post_then`](Self::post_then); `passed_on` says
    /// whether it comes from another process.
    pub(crate) fn port_message_then(
        &self,
        port: u64,
        ports: usize,
        message: &[u8],
        passed_on: bool,
        moved: impl FnOnce(&[u64]),
    ) -> Result<Posted, CallError> {
        let mut state = self.state();
        if state.session.has_credit() {
            return self.put_port_message(&mut state, port, ports, message, moved);
        }
        drop(state);
        let mut state = self.state_with_room(message.len())?;
        if !passed_on {
            return self.put_port_message(&mut state, port, ports, message, moved);
        }
        let (_, written) = state.out.positions();
        state.passing.written(written);
        if let Some(limit) = state.passing.limit(port, message.len(), &self.0.limits) {
            return Err(CallError::QueueFull { limit });
        }
        let (start, _) = state.out.positions();
        let posted = self.put_port_message(&mut state, port, ports, message, moved)?;
        if let Posted::Moved(_) = posted {
            state.passing.note(port, message.len(), start.saturating_add(message.len() as u64));
        }
        Ok(posted)
    }

    /// As [`port_message`](Self::port_message), for an owner whose loop writes and reads: it never waits, and where the link
    /// [has no room](Self::has_room) it says [`Posted::NoRoom`].
    ///
    /// # Errors
    ///
    /// As [`post`](Self::post).
    pub fn try_port_message(&self, port: u64, ports: usize, message: &[u8]) -> Result<Posted, CallError> {
        let mut state = self.state();
        if state.session.closed().is_none() && !self.makes_room(&mut state, message.len()) {
            state.session.port_message_fits(ports, message.len())?;
            return Ok(Posted::NoRoom);
        }
        self.put_port_message(&mut state, port, ports, message, |_| ())
    }

    /// Whether messages through ports may be queued: so little is unsent, 64 KiB at most. A peer without credit must
    /// have read most of what it was sent, too.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.makes_room(&mut self.state(), 0)
    }

    /// Whether there is room for a message through a port.
    fn makes_room(&self, state: &mut State, length: usize) -> bool {
        if state.queued() > ROOM {
            return false;
        }
        if state.session.has_credit() {
            return true;
        }
        // Nothing but its socket tells how far such a peer is: it counts as writable while a quarter of it is in use at
        // most. Asking costs a system call, so a good deal is sent without.
        state.unasked = state.unasked.saturating_add(length);
        if state.unasked <= ROOM {
            return true;
        }
        let ready = self.0.endpoint.wait(false, true, None, Some(Duration::ZERO));
        let writable = ready.is_ok_and(|ready| ready.writable);
        if writable {
            state.unasked = 0;
        }
        writable
    }

    fn put_port_message(
        &self,
        state: &mut State,
        port: u64,
        ports: usize,
        message: &[u8],
        moved: impl FnOnce(&[u64]),
    ) -> Result<Posted, CallError> {
        let (session, out) = state.parts();
        let posted = session.port_message(out, port, ports, message)?;
        if let Posted::Moved(ids) = &posted {
            moved(ids);
            self.after_one_way(state);
        }
        Ok(posted)
    }

    /// Whether a message through a port could be sent if there was the credit.
    ///
    /// # Errors
    ///
    /// [`CallError::TooLarge`].
    pub fn port_message_fits(&self, ports: usize, length: usize) -> Result<(), CallError> {
        self.state().session.port_message_fits(ports, length)
    }

    /// Notes that the program has taken messages that came through a port: the peer gets credit for them in portions.
    pub fn port_taken(&self, port: u64, amount: Amount) {
        let mut state = self.state();
        let (session, out) = state.parts();
        let before = out.len();
        session.port_taken(out, port, amount);
        if out.len() > before {
            self.after_control(state);
        } else {
            self.note_held(&mut state);
        }
    }

    /// Notes that a message of that length has come through a port and waits in this process.
    pub(crate) fn hold(&self, port: u64, length: usize) -> Held {
        self.0.held.fetch_add(length.saturating_add(OVERHEAD), Ordering::Relaxed);
        Held { connection: self.clone(), port, length }
    }

    /// How many bytes of messages that came through ports wait in this process, each with its overhead.
    pub(crate) fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }

    /// Closes a port; nothing happens if it is closed. A direct link closes with its last port.
    pub fn port_close(&self, port: u64) {
        let _ = self.control(|session, out| {
            session.port_close(out, port);
            Ok(())
        });
        self.retire_if_unused();
    }
}

/// A message that came through a port and has not been taken yet. Whoever drops this has taken it, or thrown it away.
#[derive(Debug)]
pub(crate) struct Held {
    connection: Connection,
    port: u64,
    length: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.connection.0.held.fetch_sub(self.length.saturating_add(OVERHEAD), Ordering::Relaxed);
        self.connection.port_taken(self.port, Amount::message(self.length));
    }
}
