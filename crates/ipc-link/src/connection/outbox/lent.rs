//! Bytes that are lent for one call: written from where they are, as far as the socket takes them soon.

use std::io::{self, IoSlice};
use std::time::Instant;

use ipc_proto::bytes::LARGE;
use ipc_proto::encoded::Lent;

use super::{Outbox, PIECES, Piece};
use crate::endpoint::Endpoint;
use crate::polling::{self, Polling, SHORTEST_POLL};

impl Outbox {
    /// Writes a body and what is lent between its bytes, behind all that is queued. What the socket does not take is
    /// copied into the queue, since its owner may change it as soon as this returns.
    pub(super) fn push_lent(&mut self, endpoint: &Endpoint, body: &[u8], lent: &[Lent<'_>]) {
        let mut pieces = in_order(body, lent);
        self.write_through(endpoint, &mut pieces);
        if self.broken {
            return; // nothing is written any more
        }
        for piece in pieces {
            self.copy(piece);
        }
    }

    /// Writes what is queued and then the pieces, and leaves of them what the socket has not taken.
    fn write_through(&mut self, endpoint: &Endpoint, pieces: &mut Vec<&[u8]>) {
        if !self.sealed.is_empty() || !self.last.attached.is_empty() {
            self.write_to(endpoint);
            if self.unsent() > 0 {
                return;
            }
        }
        if self.write_to_ring(endpoint, pieces) {
            pieces.clear();
            return;
        }
        self.leave_ring(endpoint);
        let mut stay = Stay::default();
        while !pieces.is_empty() && !self.broken {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let queued = self.last.plain();
            let all = std::iter::once(queued).chain(pieces.iter().copied());
            let used = slices.iter_mut().zip(all).map(|(slice, bytes)| *slice = IoSlice::new(bytes)).count();
            let begun = Self::begin_frames(&mut self.ring, endpoint);
            match begun.and_then(|()| endpoint.try_write_pieces(slices.get(..used).unwrap_or_default())) {
                Ok(count) => {
                    let here = queued.len().min(count);
                    self.last.written += here;
                    drop_first(pieces, count - here);
                    stay.gets_on();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !stay.until_room(endpoint, pieces) {
                        break;
                    }
                }
                Err(error) => self.failed(endpoint, &error),
            }
        }
        self.midway = !pieces.is_empty() || self.unsent() > 0;
    }

    /// Queues a copy, a large one in the memory of an earlier one.
    fn copy(&mut self, bytes: &[u8]) {
        if bytes.len() < LARGE {
            self.append().extend_from_slice(bytes);
            return;
        }
        let mut copy = std::mem::take(&mut self.spare);
        copy.clear();
        copy.extend_from_slice(bytes);
        let head = std::mem::take(&mut self.last);
        self.seal(head);
        self.seal(Piece { bytes: copy, ..Piece::default() });
    }
}

/// Staying with a peer that takes in what is written: it makes room while the rest would be copied, and the flusher
/// would have to be woken for it. No stay is longer than copying takes, whatever the peer does.
#[derive(Default)]
struct Stay {
    until: Option<Instant>,
    /// When the socket was last found full, for as long as it is asked again and again.
    full: Option<Instant>,
    /// It does not pay to ask again and again.
    sleeps: bool,
}

impl Stay {
    fn gets_on(&mut self) {
        self.full = None;
    }

    /// Whether the socket is to be asked again for room for what is left.
    fn until_room(&mut self, endpoint: &Endpoint, left: &[&[u8]]) -> bool {
        let now = Instant::now();
        let until =
            *self.until.get_or_insert_with(|| now + polling::taking_in(left.iter().map(|piece| piece.len()).sum()));
        if now >= until {
            return false;
        }
        let full = *self.full.get_or_insert(now);
        if !self.sleeps && now - full < SHORTEST_POLL && polling::polling() == Polling::Adaptive {
            std::hint::spin_loop();
            return true;
        }
        self.sleeps = true;
        endpoint.wait(false, true, None, Some(until - now)).is_ok_and(|ready| ready.writable)
    }
}

/// The bytes of a body and those between them, without what is empty.
fn in_order<'a>(body: &'a [u8], lent: &[Lent<'a>]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::with_capacity(lent.len() * 2 + 1);
    let mut from = 0;
    for (at, bytes) in lent {
        pieces.extend([body.get(from..*at).unwrap_or_default(), *bytes]);
        from = *at;
    }
    pieces.push(body.get(from..).unwrap_or_default());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Takes so many bytes off the beginning.
fn drop_first(pieces: &mut Vec<&[u8]>, mut count: usize) {
    let mut whole = 0;
    for piece in pieces.iter_mut() {
        let Some(rest) = piece.get(count..) else {
            count -= piece.len();
            whole += 1;
            continue;
        };
        *piece = rest;
        break;
    }
    pieces.drain(..whole);
    if pieces.first().is_some_and(|piece| piece.is_empty()) {
        pieces.remove(0);
    }
}
