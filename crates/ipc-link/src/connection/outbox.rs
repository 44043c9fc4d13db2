//! Bytes on their way out: gathered, written as far as the socket takes them, and kept for the rest.

mod lent;
mod ring;

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use ipc_proto::bytes::{Bytes, LARGE};
use ipc_proto::encoded::{self, Apart, Encoded, Lending, Lent};
use ipc_proto::frame::Sink;

use crate::endpoint::Endpoint;

/// One-way messages within this time after a write are gathered instead of being written one by one.
const BURST: Duration = Duration::from_micros(50);
/// A buffer larger than this is given back when nothing as large has been sent for [`PATIENCE`] writes: fresh memory
/// costs a page fault for every 4 KiB, several times what copying into memory in use costs.
const KEEP: usize = 4 << 20;
const PATIENCE: u32 = 64;

/// How many pieces one write takes.
const PIECES: usize = 8;

/// The encoded arguments or result of a message.
#[derive(Debug)]
pub enum Body<'a> {
    /// Copied into the queue.
    Borrowed(&'a [u8]),
    /// Moved into the queue if it is large; the buffer then holds other memory, to be used again.
    Owned(&'a mut Vec<u8>),
    /// As the two others, with large bytes that are queued where they are.
    Encoded(&'a mut Encoded),
    /// As a borrowed one, with large bytes of somebody else between its own: they are written from where they are, and
    /// copied into the queue as far as the socket does not take them for as long as that would take.
    Lent(&'a [u8], &'a [Lent<'a>]),
}

impl Body<'_> {
    /// How many bytes it has.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Borrowed(bytes) => bytes.len(),
            Self::Owned(bytes) => bytes.len(),
            Self::Encoded(encoded) => encoded.len(),
            Self::Lent(bytes, lent) => bytes.len() + lent.iter().map(|(_, bytes)| bytes.len()).sum::<usize>(),
        }
    }
}

impl<'a> From<&'a [u8]> for Body<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Borrowed(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Body<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Borrowed(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Body<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Borrowed(bytes)
    }
}

impl<'a> From<&'a mut Vec<u8>> for Body<'a> {
    fn from(bytes: &'a mut Vec<u8>) -> Self {
        Self::Owned(bytes)
    }
}

impl<'a> From<&'a mut Encoded> for Body<'a> {
    fn from(encoded: &'a mut Encoded) -> Self {
        if encoded.is_whole() { Self::Owned(encoded.bytes()) } else { Self::Encoded(encoded) }
    }
}

impl<'a> From<Lending<'a>> for Body<'a> {
    fn from(lending: Lending<'a>) -> Self {
        if lending.lent.is_empty() { Self::Owned(lending.bytes) } else { Self::Lent(lending.bytes, lending.lent) }
    }
}

/// Takes a frame, and perhaps leaves its body to be queued by itself.
pub(super) struct Appending<'o> {
    bytes: &'o mut Vec<u8>,
    apart: bool,
    left: bool,
    /// What belongs between the bytes of the body.
    between: Between<'o>,
    between_bytes: usize,
}

/// Large bytes that belong between those of a body.
enum Between<'o> {
    Nothing,
    Shared(Apart),
    Lent(&'o [Lent<'o>]),
}

impl Sink for Appending<'_> {
    fn bytes(&mut self) -> &mut Vec<u8> {
        self.bytes
    }

    fn body(&mut self, body: &[u8]) {
        if self.apart {
            self.left = true;
        } else {
            self.bytes.extend_from_slice(body);
        }
    }

    #[inline]
    fn apart(&self) -> usize {
        self.between_bytes
    }

    fn copy_body(&self, out: &mut Vec<u8>, body: &[u8]) {
        match &self.between {
            Between::Nothing => out.extend_from_slice(body),
            Between::Shared(apart) => encoded::append(out, body, apart.iter()),
            Between::Lent(lent) => encoded::append(out, body, lent.iter()),
        }
    }
}

/// The outgoing bytes of a link.
#[derive(Default)]
pub(super) struct Outbox {
    /// Pieces that are complete, and how many bytes of them are not written yet.
    sealed: VecDeque<Piece>,
    sealed_unsent: usize,
    /// How many bytes have been written of what stood here.
    written: u64,
    /// What is collected behind them.
    last: Piece,
    /// The memory of a large piece that has been written.
    spare: Vec<u8>,
    /// How many times in a row it has drained with little in it although it holds on to more than [`KEEP`].
    small_drains: u32,
    /// When bytes were written last that the owner or the flusher gathers; the clock is not asked for others.
    last_write: Option<Instant>,
    gathered: bool,
    /// The peer's end is gone: nothing more is written, what it left is still read.
    broken: bool,
    /// Part of what was queued has gone by the socket, and so has to go the rest.
    midway: bool,
    ring: Option<Box<ring::ByRing>>,
}

/// Bytes that follow each other in memory.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    /// The bytes instead of those, when others have them too.
    shared: Option<Bytes>,
    /// How many of `bytes` are written already.
    written: usize,
    /// Descriptors and the frames within `bytes` that they go with, in order.
    attached: VecDeque<(Range<usize>, OwnedFd)>,
}

impl Piece {
    fn unsent(&self) -> usize {
        self.shared.as_ref().map_or(self.bytes.len(), |shared| shared.len()) - self.written
    }

    /// What can be written at once without regard to descriptors.
    fn plain(&self) -> &[u8] {
        if let Some(shared) = &self.shared {
            return shared.get(self.written..).unwrap_or_default();
        }
        let end = self.attached.front().map_or(self.bytes.len(), |(frame, _)| frame.start);
        self.bytes.get(self.written..end).unwrap_or_default()
    }
}

impl Outbox {
    /// The buffer to append frames to.
    pub(super) fn append(&mut self) -> &mut Vec<u8> {
        let piece = &mut self.last;
        if piece.written > 0 && piece.written >= piece.bytes.len() / 2 {
            piece.bytes.drain(..piece.written);
            for (frame, _) in &mut piece.attached {
                *frame = frame.start - piece.written..frame.end - piece.written;
            }
            piece.written = 0;
        }
        &mut piece.bytes
    }

    /// Appends the frame that `put` makes of a body. Only one with bytes that are lent is written here as well.
    pub(super) fn put<R>(
        &mut self,
        endpoint: &Endpoint,
        body: Body<'_>,
        put: impl FnOnce(&mut Appending<'_>, &[u8]) -> R,
    ) -> R {
        let mut sink =
            Appending { bytes: self.append(), apart: false, left: false, between: Between::Nothing, between_bytes: 0 };
        match body {
            Body::Encoded(body) => {
                let (body, apart) = body.take_apart();
                sink.between_bytes = apart.iter().map(|(_, bytes)| bytes.len()).sum();
                sink.between = Between::Shared(apart);
                sink.apart = true;
                let result = put(&mut sink, body);
                if let Appending { left: true, between: Between::Shared(apart), .. } = sink {
                    self.push_with(body, apart);
                }
                result
            }
            Body::Lent(body, lent) => {
                sink.between_bytes = lent.iter().map(|(_, bytes)| bytes.len()).sum();
                sink.between = Between::Lent(lent);
                sink.apart = true;
                let result = put(&mut sink, body);
                if sink.left {
                    self.push_lent(endpoint, body, lent);
                }
                result
            }
            Body::Owned(body) if body.len() >= LARGE => {
                sink.apart = true;
                let result = put(&mut sink, body);
                if sink.left {
                    self.push(body);
                }
                result
            }
            Body::Owned(body) => put(&mut sink, body),
            Body::Borrowed(body) => put(&mut sink, body),
        }
    }

    /// Queues bytes behind all others, in exchange for memory of earlier ones.
    fn push(&mut self, body: &mut Vec<u8>) {
        let bytes = std::mem::replace(body, std::mem::take(&mut self.spare));
        let head = std::mem::take(&mut self.last);
        self.seal(head);
        self.seal(Piece { bytes, ..Piece::default() });
    }

    /// Queues bytes behind all others, copied, and others between them as they are.
    fn push_with(&mut self, body: &[u8], between: Apart) {
        let mut from = 0;
        for (at, bytes) in between {
            self.last.bytes.extend_from_slice(body.get(from..at).unwrap_or_default());
            from = at;
            let head = std::mem::take(&mut self.last);
            self.seal(head);
            self.seal(Piece { shared: Some(bytes), ..Piece::default() });
        }
        self.last.bytes.extend_from_slice(body.get(from..).unwrap_or_default());
    }

    fn seal(&mut self, piece: Piece) {
        self.sealed_unsent += piece.unsent();
        self.sealed.push_back(piece);
    }

    /// Sends a descriptor along with what was appended from `start` on.
    pub(super) fn attach(&mut self, start: usize, descriptor: OwnedFd) {
        let end = self.last.bytes.len();
        if start < end {
            self.last.attached.push_back((start..end, descriptor));
        }
    }

    /// How many bytes the socket has not taken yet.
    pub(super) fn unsent(&self) -> usize {
        self.sealed_unsent + self.last.unsent()
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Whether what was gathered before was written just now, so that what is appended may wait for more.
    pub(super) fn recently_written(&mut self) -> bool {
        self.gathered = true;
        self.last_write.is_some_and(|time| time.elapsed() < BURST)
    }

    /// Whether much memory is kept for the next large message.
    #[inline]
    pub(super) fn holds_memory(&self) -> bool {
        self.spare.capacity() > KEEP || (self.last.bytes.capacity() > KEEP && self.unsent() == 0)
    }

    /// Gives back the memory that is kept for large messages.
    pub(super) fn tidy(&mut self) {
        self.spare = Vec::new();
        if self.unsent() == 0 {
            give_back(&mut self.last.bytes);
        }
    }

    /// Writes what the socket takes without waiting.
    pub(super) fn write_to(&mut self, endpoint: &Endpoint) {
        let total = self.unsent();
        self.write_to_ring(endpoint, &[]);
        while self.unsent() > 0 {
            if self.broken {
                self.sealed.clear();
                self.sealed_unsent = 0;
                self.last.written = self.last.bytes.len();
                self.last.attached.clear();
                break;
            }
            match self.write_some(endpoint) {
                Ok(count) => self.advance(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => self.failed(endpoint, &error),
            }
        }
        self.midway = self.unsent() > 0;
        if std::mem::take(&mut self.gathered) {
            self.last_write = Some(Instant::now());
        }
        if self.unsent() == 0 {
            self.last.written = 0;
            self.last.bytes.clear();
            self.small_drains = if total > KEEP { 0 } else { self.small_drains.saturating_add(1) };
            if self.small_drains > PATIENCE {
                give_back(&mut self.last.bytes);
                give_back(&mut self.spare);
            }
        }
    }

    /// A write has failed for another reason than want of room.
    fn failed(&mut self, endpoint: &Endpoint, error: &io::Error) {
        if is_gone(error) {
            // What the peer wrote before is still to be read, so the reader ends the link.
            self.broken = true;
        } else if !self.detach() {
            // The system is short of something. A frame could go without its descriptor, which the receiver takes for
            // one that could not be made; without its bytes the link is at its end.
            tracing::error!("writing to the other process failed: {error}");
            self.broken = true;
            endpoint.shut_down();
        }
    }

    fn write_some(&mut self, endpoint: &Endpoint) -> io::Result<usize> {
        Self::begin_frames(&mut self.ring, endpoint)?;
        let first = self.sealed.front_mut().unwrap_or(&mut self.last);
        if let Some((frame, descriptor)) = first.attached.front()
            && frame.start == first.written
        {
            // A frame with a descriptor is written alone: a read ends with the bytes that one came with.
            let bytes = first.bytes.get(frame.clone()).unwrap_or_default();
            let count = endpoint.try_write_with(bytes, descriptor.as_fd())?;
            first.attached.pop_front();
            return Ok(count);
        }
        if self.sealed.is_empty() {
            return endpoint.try_write(self.last.plain());
        }
        let mut pieces = [IoSlice::new(&[]); PIECES];
        let mut used = 0;
        for (slice, piece) in pieces.iter_mut().zip(self.sealed.iter().chain([&self.last])) {
            *slice = IoSlice::new(piece.plain());
            used += 1;
            if !piece.attached.is_empty() {
                break;
            }
        }
        endpoint.try_write_pieces(pieces.get(..used).unwrap_or_default())
    }

    /// Drops the descriptor of the frame that comes next; whether it had one.
    fn detach(&mut self) -> bool {
        let first = self.sealed.front_mut().unwrap_or(&mut self.last);
        let has = first.attached.front().is_some_and(|(frame, _)| frame.start == first.written);
        has && first.attached.pop_front().is_some()
    }

    /// Gives up what is not written, and all memory.
    pub(super) fn free(&mut self) {
        *self = Self { written: self.written, ..Self::default() };
    }

    /// Where what is appended next will stand among all bytes that have stood here, and how far these are written.
    pub(super) fn positions(&self) -> (u64, u64) {
        (self.written.saturating_add(self.unsent() as u64), self.written)
    }

    fn advance(&mut self, mut count: usize) {
        self.written = self.written.saturating_add(count as u64);
        while let Some(first) = self.sealed.front_mut() {
            let here = first.unsent().min(count);
            first.written += here;
            self.sealed_unsent -= here;
            count -= here;
            if first.unsent() > 0 {
                return;
            }
            if let Some(Piece { bytes, .. }) = self.sealed.pop_front() {
                self.keep(bytes);
            }
        }
        self.last.written += count;
    }

    /// Keeps the memory of a piece that has been written, for what comes next.
    fn keep(&mut self, mut bytes: Vec<u8>) {
        if bytes.len() >= LARGE {
            // Its length stays, to tell how much of the memory was of use.
            self.spare = bytes;
        } else if self.last.bytes.capacity() == 0 {
            bytes.clear();
            self.last.bytes = bytes;
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::NotConnected)
}

fn give_back(bytes: &mut Vec<u8>) {
    if bytes.capacity() > KEEP {
        *bytes = Vec::new();
    }
}

/// Who writes on when the socket is full.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum GoesOn {
    /// The flusher thread.
    Flusher,
    /// The calling thread, which waits for the socket next and writes whenever there is room.
    Caller,
}
