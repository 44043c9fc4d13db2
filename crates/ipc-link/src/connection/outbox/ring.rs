//! What goes by the ring: whole frames that fit into it. Everything else goes by the socket, and so does what follows it
//! for a while.
//!
//! So nobody ever waits for room in the ring: who has more to write than fits waits for the socket, as without a ring.

use std::io;

use ipc_proto::wire::{BELL, FRAMES, RingSize, RingStep};

use super::Outbox;
use crate::endpoint::Endpoint;
use crate::ring::Writer;
use crate::sys::memory::Half;

/// As much at most is written at once by who goes over to a small ring. More is a stream of messages that nobody answers one
/// by one, or a large one: those go well by the socket. To a large ring goes over whatever fits.
const LITTLE: usize = 16 << 10;

/// So many writes in a row have been little before a link that had to go back to the socket goes over to the ring again: each
/// way costs system calls.
const CALM: u32 = 16;

#[derive(Debug)]
pub(super) struct ByRing {
    writer: Writer<Half>,
    /// What is written goes into the ring.
    on: bool,
    /// It does not any more, and the byte that says so behind the last bells is still to be written.
    frames_due: bool,
    calm: u32,
    /// So much at most is written at once by who goes over to it.
    most: usize,
    /// Another one is to take its place.
    waits: bool,
    switched: Vec<u8>,
    back: Vec<u8>,
}

impl Outbox {
    /// From now on what is written may go by that ring, behind all that is queued.
    pub(in crate::connection) fn take_up(&mut self, writer: Writer<Half>) {
        let [switched, back] = [RingStep::Switched, RingStep::Back].map(RingStep::frame);
        let most = if writer.size() > RingSize::Small.bytes() { writer.size() } else { LITTLE };
        let frames_due = self.ring.as_ref().is_some_and(|before| before.frames_due);
        self.ring =
            Some(Box::new(ByRing { writer, on: false, frames_due, calm: CALM, most, waits: false, switched, back }));
        self.midway = true;
    }

    /// The memory of the ring.
    #[cfg(test)]
    pub(in crate::connection) fn memory(&self) -> Option<Half> {
        self.ring.as_ref().map(|ring| ring.writer.memory().clone())
    }

    /// Writes any bytes into the ring.
    #[cfg(test)]
    pub(in crate::connection) fn write_raw(&mut self, endpoint: &Endpoint, bytes: &[u8]) {
        let ring = self.ring.as_mut().filter(|ring| ring.on).expect("it goes by a ring");
        ring.writer.write([bytes], || ring_bell(endpoint));
    }

    #[cfg(test)]
    pub(in crate::connection) fn way(&self) -> impl std::fmt::Debug + '_ {
        (&self.ring, self.midway, self.broken)
    }

    /// Whether what is written goes into the ring now.
    pub(in crate::connection) fn goes_by_ring(&self) -> bool {
        self.ring.as_ref().is_some_and(|ring| ring.on)
    }

    /// Writes all that is queued into the ring, and behind it what is lent; whether it has, else it goes by the socket.
    #[inline]
    pub(super) fn write_to_ring(&mut self, endpoint: &Endpoint, lent: &[&[u8]]) -> bool {
        if self.ring.is_none() || self.broken || (self.unsent() == 0 && lent.is_empty()) {
            return false;
        }
        match self.try_ring(endpoint, lent) {
            Ok(done) => done,
            Err(error) => {
                self.ring_failed(endpoint, &error);
                false
            }
        }
    }

    fn try_ring(&mut self, endpoint: &Endpoint, lent: &[&[u8]]) -> io::Result<bool> {
        let unsent = self.unsent();
        let total = lent.iter().fold(unsent, |sum, piece| sum.saturating_add(piece.len()));
        let attached = !self.last.attached.is_empty() || self.sealed.iter().any(|piece| !piece.attached.is_empty());
        let Some(ring) = &mut self.ring else { return Ok(false) };
        if !ring.on && (self.midway || attached || !ring.goes_over(endpoint, total)?) {
            return Ok(false);
        }
        if attached || !ring.writer.has_room(total.saturating_add(ring.back.len()))? {
            ring.go_back(endpoint);
            return Ok(false);
        }
        let queued = self.sealed.iter().chain([&self.last]).map(super::Piece::plain);
        ring.writer.write(queued.chain(lent.iter().copied()), || ring_bell(endpoint));
        self.advance(unsent);
        Ok(true)
    }

    /// What follows goes by the socket, until there is another ring or [none](Self::may_leave_socket).
    pub(in crate::connection) fn stay_with_socket(&mut self, endpoint: &Endpoint) {
        self.leave_ring(endpoint);
        if let Some(ring) = &mut self.ring {
            ring.waits = true;
        }
    }

    /// There will be no other ring than the one that is there.
    pub(in crate::connection) fn may_leave_socket(&mut self) {
        if let Some(ring) = &mut self.ring {
            ring.waits = false;
        }
    }

    /// What follows goes by the socket.
    pub(super) fn leave_ring(&mut self, endpoint: &Endpoint) {
        if let Some(ring) = self.ring.as_mut().filter(|ring| ring.on) {
            ring.go_back(endpoint);
        }
    }

    /// Says in the socket that frames follow, if they follow bells.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] when there is no room for that.
    #[inline]
    pub(super) fn begin_frames(ring: &mut Option<Box<ByRing>>, endpoint: &Endpoint) -> io::Result<()> {
        if let Some(ring) = ring.as_mut().filter(|ring| ring.frames_due) {
            endpoint.try_write(&[FRAMES])?;
            ring.frames_due = false;
        }
        Ok(())
    }

    fn ring_failed(&mut self, endpoint: &Endpoint, error: &io::Error) {
        if super::is_gone(error) {
            self.broken = true;
        } else {
            tracing::warn!("ending a link: {error}");
            self.broken = true;
            endpoint.shut_down();
        }
    }
}

impl ByRing {
    /// Says in the socket that what follows comes by the ring, if it had better; whether it does.
    fn goes_over(&mut self, endpoint: &Endpoint, total: usize) -> io::Result<bool> {
        if total > self.most {
            self.calm = 0;
            return Ok(false);
        }
        if self.calm < CALM {
            self.calm += 1;
            return Ok(false);
        }
        if self.waits || self.frames_due || !self.writer.is_empty()? {
            return Ok(false);
        }
        match endpoint.try_write(&self.switched) {
            // The system takes so few bytes as a whole or not at all.
            Ok(count) => {
                self.on = count == self.switched.len();
                if self.on { Ok(true) } else { Err(io::Error::other("a few bytes were written in part")) }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Says in the ring that what follows comes by the socket: there is always room for that.
    fn go_back(&mut self, endpoint: &Endpoint) {
        self.writer.write([&self.back[..]], || ring_bell(endpoint));
        self.on = false;
        self.frames_due = true;
        self.calm = 0;
    }
}

/// Wakes who waits for the socket. One that is full wakes it anyway, and who is gone needs no bell.
fn ring_bell(endpoint: &Endpoint) {
    let _ = endpoint.try_write(&[BELL]);
}
