//! Bytes that are lent for one call: written from where they are, as far as the socket takes them.

use std::io::{self, IoSlice};

use ipc_proto::bytes::LARGE;
use ipc_proto::encoded::Lent;

use super::{Outbox, PIECES, Piece};
use crate::endpoint::Endpoint;

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
        while !pieces.is_empty() && !self.broken {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let queued = self.last.plain();
            let all = std::iter::once(queued).chain(pieces.iter().copied());
            let used = slices.iter_mut().zip(all).map(|(slice, bytes)| *slice = IoSlice::new(bytes)).count();
            match endpoint.try_write_pieces(slices.get(..used).unwrap_or_default()) {
                Ok(count) => {
                    let here = queued.len().min(count);
                    self.last.written += here;
                    drop_first(pieces, count - here);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => self.failed(endpoint, &error),
            }
        }
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
