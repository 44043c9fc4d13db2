//! Frames: a `u32` little-endian length, then that many bytes of one message.
//!
//! The announced length is checked before anything is reserved for it, and the buffer grows with the bytes that
//! arrive, never with the bytes that are promised.

mod large;
mod length;
mod put;
mod taken;

use crate::bytes::LARGE;
use large::Large;
pub use length::{LENGTH, TooLarge};
pub(crate) use put::Held;
pub use put::{Sink, put_frame};
pub use taken::TakenFrame;

/// What one read asks for at least where much arrives at a time; small frames come by the hundred in it.
const CHUNK: usize = 64 << 10;
/// What it asks for until a read has filled that: most processes never get more at a time, and have the memory each.
const FEW: usize = 4 << 10;
/// How much is read at first where a large frame is expected: little of it has to be moved then.
const FIRST: usize = 4 << 10;
/// More memory than this, held for large frames, is given back after [`PATIENCE`] small refills.
const KEEP: usize = 1 << 20;
const PATIENCE: u32 = 256;
/// The largest frame has fewer MiB than two to the power of this.
const PARTS: u32 = 13;

/// Takes frames out of a stream of bytes, in place.
///
/// ```
/// use ipc_proto::frame::ReadBuffer;
///
/// let mut buffer = ReadBuffer::new(1024);
/// buffer.extend(&[2, 0, 0, 0, b'h']);
/// assert_eq!(buffer.next_frame(), Ok(None));
/// buffer.extend(b"i");
/// assert_eq!(buffer.next_frame(), Ok(Some(&b"hi"[..])));
/// ```
#[derive(Debug)]
pub struct ReadBuffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    limit: u32,
    /// The limit of all frames behind the next.
    later: u32,
    /// What the next read asks for at least: [`FEW`], later [`CHUNK`].
    chunk: usize,
    large: Large,
    /// The frame taken last was a large one, and so may the next be.
    was_large: bool,
    small_refills: u32,
    /// How many frames have been taken.
    taken: u64,
}

impl ReadBuffer {
    /// An empty buffer for frames of up to `limit` bytes. Nothing is allocated before the first read.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            end: 0,
            limit,
            later: limit,
            chunk: FEW,
            large: Large::default(),
            was_large: false,
            small_refills: 0,
            taken: 0,
        }
    }

    /// As [`new`](Self::new), where the first frame has a limit of its own, from whoever has yet to show what it is.
    #[must_use]
    pub fn with_first(first: u32, limit: u32) -> Self {
        Self { limit: first.min(limit), later: limit, ..Self::new(limit) }
    }

    /// Room to read into; report what was used with [`filled`](Self::filled).
    ///
    /// While a large frame is arriving the room doubles with what has arrived of it.
    pub fn space(&mut self) -> &mut [u8] {
        if self.large.is_unfinished() {
            return self.large.room();
        }
        let mut most = usize::MAX;
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
            if self.was_large {
                most = FIRST;
            }
        } else if let Some(length) = self.announced() {
            let from = self.start.saturating_add(LENGTH);
            self.large.begin(length, self.bytes.get(from..self.end).unwrap_or_default());
            self.start = 0;
            self.end = 0;
            return self.large.room();
        }
        let held = self.end.saturating_sub(self.start);
        let wanted = held.saturating_mul(2).max(self.chunk);
        if self.bytes.len() < wanted || self.bytes.len().saturating_sub(self.end) < self.chunk / 2 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.start = 0;
            self.end = held;
            if self.bytes.len() < wanted {
                self.bytes.resize(wanted, 0);
            }
        }
        let end = self.bytes.len().min(self.end.saturating_add(most));
        self.bytes.get_mut(self.end..end).unwrap_or_default()
    }

    /// The length of the large frame of which the first part is here.
    fn announced(&self) -> Option<usize> {
        if self.large.is_arriving() {
            return None; // the one before has to be taken first
        }
        let held = self.bytes.get(self.start..self.end)?;
        let length = u32::from_le_bytes(*held.first_chunk::<LENGTH>()?);
        let here = held.len().saturating_sub(LENGTH);
        (length <= self.limit && length as usize > LARGE.max(here)).then_some(length as usize)
    }

    /// Puts the frame that [`next_frame`](Self::next_frame) returned last, `length` bytes long, into `taken`, so that
    /// the buffer is free while it is handled. A small frame is copied, the memory of a large one is shared.
    pub fn take_frame(&mut self, length: usize, taken: &mut TakenFrame) {
        if let Some((memory, range)) = self.large.last(length) {
            taken.share(memory, range);
        } else {
            let from = self.start.saturating_sub(length);
            taken.copy(self.bytes.get(from..self.start).unwrap_or_default());
        }
    }

    /// Whether the first part of a large frame is here, and not yet the last.
    #[must_use]
    #[inline]
    pub fn is_within_large(&self) -> bool {
        self.large.is_unfinished()
    }

    /// Whether memory is kept for large frames that nobody has any part of.
    #[must_use]
    pub fn holds_memory(&self) -> bool {
        self.large.held() > 0
    }

    /// Gives that memory back, for when nothing large has come for a while.
    pub fn tidy(&mut self) {
        self.large.give_back();
    }

    fn give_back(&mut self) {
        if self.large.held() <= KEEP {
            return;
        }
        self.small_refills = self.small_refills.saturating_add(1);
        if self.small_refills > PATIENCE {
            self.small_refills = 0;
            self.large.give_back();
        }
    }

    /// Says that `count` bytes of [`space`](Self::space) now hold input.
    #[inline]
    pub fn filled(&mut self, count: usize) {
        if self.large.is_unfinished() {
            self.large.filled(count);
        } else {
            // What is asked for again and again in vain is no refill.
            if self.start == self.end {
                self.give_back();
            }
            self.end = self.end.saturating_add(count).min(self.bytes.len());
            if self.end == self.bytes.len() {
                self.chunk = CHUNK;
            }
        }
    }

    /// Appends bytes, for input that does not come from a read into [`space`](Self::space).
    pub fn extend(&mut self, mut input: &[u8]) {
        while !input.is_empty() {
            let space = self.space();
            let count = space.len().min(input.len());
            let (now, later) = input.split_at(count);
            space.iter_mut().zip(now).for_each(|(place, byte)| *place = *byte);
            self.filled(count);
            input = later;
        }
    }

    /// What the next frame begins with, as far as it is here; nothing where that is a large one.
    #[must_use]
    #[inline]
    pub fn upcoming(&self) -> &[u8] {
        if self.large.is_arriving() { &[] } else { self.bytes.get(self.start..self.end).unwrap_or_default() }
    }

    /// Takes out all that is behind the frame that was taken last: it is no frames.
    pub fn take_rest(&mut self) -> Vec<u8> {
        let rest = self.upcoming().to_vec();
        self.start = self.end;
        rest
    }

    /// Bytes received that no frame was taken from yet.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.end.saturating_sub(self.start).saturating_add(self.large.arrived())
    }

    /// What tells apart how far the frame has come of which a part is here: another number for another frame, and for
    /// each MiB more of this one. `None` where there is no part of one alone.
    #[must_use]
    #[inline]
    pub fn begun(&self) -> Option<u64> {
        let buffered = self.buffered();
        if buffered == 0 || self.has_frame() {
            return None;
        }
        Some((self.taken << PARTS).wrapping_add((buffered >> 20) as u64))
    }

    /// Whether a whole frame is waiting, so that [`next_frame`](Self::next_frame) would return it, or the error that it
    /// would return.
    #[must_use]
    #[inline]
    pub fn has_frame(&self) -> bool {
        if self.large.is_arriving() { !self.large.is_unfinished() } else { !matches!(self.peek(), Ok(None)) }
    }

    #[inline]
    fn peek(&self) -> Result<Option<usize>, TooLarge> {
        let held = self.bytes.get(self.start..self.end).unwrap_or_default();
        let Some(prefix) = held.first_chunk::<LENGTH>() else { return Ok(None) };
        let length = u32::from_le_bytes(*prefix);
        if length > self.limit {
            return Err(TooLarge { size: u64::from(length), limit: self.limit });
        }
        let length = length as usize;
        Ok((held.len().saturating_sub(LENGTH) >= length).then_some(length))
    }

    /// The next whole frame, borrowed from the buffer; `None` until more bytes have come.
    ///
    /// Which frames come out depends on the bytes alone, never on how they were cut into reads.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] when the peer announces more than the limit. Where the next frame would begin is then unknown:
    /// every later call returns the same error, and the link has to be closed.
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, TooLarge> {
        Ok(self.take_next()?.map(|(frame, _)| frame))
    }

    /// As [`next_frame`](Self::next_frame), and whether another whole frame, or an error, waits behind it.
    ///
    /// # Errors
    ///
    /// As [`next_frame`](Self::next_frame).
    #[inline]
    pub fn take_next(&mut self) -> Result<Option<(&[u8], bool)>, TooLarge> {
        self.large.let_go();
        if self.large.is_arriving() {
            return Ok(self.take_large());
        }
        let Some(length) = self.peek()? else { return Ok(None) };
        self.was_large = false;
        self.taken = self.taken.wrapping_add(1);
        let from = self.start.saturating_add(LENGTH);
        self.start = from.saturating_add(length);
        self.limit = self.later;
        let more = self.has_frame();
        Ok(self.bytes.get(from..self.start).map(|frame| (frame, more)))
    }

    fn take_large(&mut self) -> Option<(&[u8], bool)> {
        let more = !matches!(self.peek(), Ok(None));
        let frame = self.large.take()?;
        self.was_large = true;
        self.taken = self.taken.wrapping_add(1);
        self.small_refills = 0;
        Some((frame, more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{self, Message};

    const LIMIT: u32 = 16;

    #[track_caller]
    fn check(chunks: &[&[u8]], expected: &[&[u8]]) {
        let mut buffer = ReadBuffer::new(LIMIT);
        let mut actual: Vec<Vec<u8>> = Vec::new();
        for chunk in chunks {
            buffer.extend(chunk);
            while let Some(frame) = buffer.next_frame().expect("the bytes are valid") {
                actual.push(frame.to_vec());
            }
        }
        assert_eq!(actual, expected, "chunks: {chunks:?}");
    }

    fn frames(bodies: &[&[u8]]) -> Vec<u8> {
        bodies.iter().flat_map(|body| [&[body.len() as u8, 0, 0, 0], *body].concat()).collect()
    }

    #[test]
    fn no_cut_changes_the_frames() {
        let bodies: [&[u8]; 3] = [b"", b"a", b"hello"];
        let bytes = frames(&bodies);
        for cut in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            check(&[head, tail], &bodies);
        }
        check(&bytes.chunks(1).collect::<Vec<_>>(), &bodies);
    }

    #[test]
    fn an_announced_length_over_the_limit_is_final() {
        let mut buffer = ReadBuffer::new(LIMIT);
        buffer.extend(&u32::MAX.to_le_bytes());
        let first = buffer.next_frame().map(|_| ()).unwrap_err();
        buffer.extend(b"ordinary bytes");
        let second = buffer.next_frame().map(|_| ()).unwrap_err();

        assert_eq!(first, TooLarge { size: u64::from(u32::MAX), limit: LIMIT });
        assert_eq!(second, first);
    }

    #[test]
    fn a_promise_of_bytes_reserves_nothing() {
        let mut buffer = ReadBuffer::new(64 << 20);
        buffer.extend(&(60u32 << 20).to_le_bytes());
        let _ = buffer.space();
        assert!(buffer.bytes.len() <= 2 * CHUNK);
    }

    #[test]
    fn a_frame_that_has_begun_is_told_from_the_next_and_from_itself_a_mib_later() {
        let mut buffer = ReadBuffer::new(64 << 20);
        assert_eq!(buffer.begun(), None);
        buffer.extend(&[3]);
        let first = buffer.begun();
        buffer.extend(&[0, 0, 0, b'a']);
        assert!(first.is_some() && buffer.begun() == first, "a few bytes more are the same");
        buffer.extend(b"bc");
        assert_eq!(buffer.begun(), None, "it is whole");
        assert!(buffer.next_frame().expect("valid").is_some());
        assert_eq!(buffer.begun(), None);
        buffer.extend(&(3u32 << 20).to_le_bytes());
        let second = buffer.begun();
        assert!(second.is_some() && second != first);
        buffer.extend(&vec![0; (1 << 20) + 10]);
        assert!(buffer.begun().is_some() && buffer.begun() != second);
    }

    #[test]
    fn the_buffer_grows_when_a_read_has_filled_it() {
        let mut buffer = ReadBuffer::new(1 << 20);
        for _ in 0..100 {
            buffer.extend(&frames(&[&b"few bytes"[..]; 3]));
            while buffer.next_frame().expect("valid").is_some() {}
        }
        assert_eq!(buffer.space().len(), FEW);
        buffer.filled(FEW);
        assert!(buffer.space().len() >= CHUNK / 2);
    }

    #[test]
    fn a_large_frame_arrives_whole_and_its_memory_is_given_back() {
        let mut buffer = ReadBuffer::new(64 << 20);
        let body = vec![7u8; 3 << 20];
        buffer.extend(&(body.len() as u32).to_le_bytes());
        for part in body.chunks(100_000) {
            buffer.extend(part);
        }
        assert_eq!(buffer.next_frame(), Ok(Some(&body[..])));
        for _ in 0..=PATIENCE {
            buffer.extend(&[0, 0, 0, 0]);
            assert_eq!(buffer.next_frame(), Ok(Some(&[][..])));
        }
        let _ = buffer.space();
        assert!(buffer.bytes.len() <= CHUNK);
    }

    #[test]
    fn who_polls_for_long_keeps_the_memory_of_the_last_large_frame() {
        let mut buffer = ReadBuffer::new(64 << 20);
        buffer.extend(&(3u32 << 20).to_le_bytes());
        buffer.extend(&vec![7u8; 3 << 20]);
        assert!(buffer.next_frame().expect("valid").is_some());
        for _ in 0..4 * PATIENCE {
            assert!(!buffer.space().is_empty());
        }
        assert!(buffer.holds_memory());
    }

    #[test]
    fn the_memory_of_a_large_frame_serves_the_next_unless_somebody_has_a_part_of_it() {
        let mut buffer = ReadBuffer::new(1 << 20);
        let mut at = |fill: u8| {
            buffer.extend(&300_000u32.to_le_bytes());
            buffer.extend(&vec![fill; 300_000]);
            let frame = buffer.next_frame().expect("valid").expect("whole");
            assert!(frame.iter().all(|byte| *byte == fill));
            (frame.as_ptr().addr(), crate::bytes::Bytes::found_or_copied(frame))
        };
        let (first, kept) = at(1);
        let (second, dropped) = at(2);
        drop(dropped);
        let (third, _) = at(3);
        assert_ne!(first, second);
        assert_eq!(second, third);
        assert!(kept.iter().all(|byte| *byte == 1));
        assert_eq!(kept.as_ptr().addr(), first);
        buffer.tidy();
        assert!(!buffer.holds_memory());
    }

    #[test]
    fn a_taken_frame_leaves_the_rest_of_the_stream_in_the_buffer() {
        for size in [0, 1, CHUNK, CHUNK + 1, 300_000] {
            let body: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            let mut buffer = ReadBuffer::new(1 << 20);
            let mut taken = TakenFrame::default();
            for _ in 0..3 {
                for body in [&b"before"[..], &body, b"behind"] {
                    buffer.extend(&(body.len() as u32).to_le_bytes());
                    buffer.extend(body);
                }
                for body in [&b"before"[..], &body, b"behind"] {
                    let length = buffer.next_frame().expect("valid").expect("whole").len();
                    buffer.take_frame(length, &mut taken);
                    assert_eq!(taken.bytes(), body, "{size}");
                }
                assert_eq!(buffer.buffered(), 0);
            }
        }
    }

    #[test]
    fn a_frame_over_the_limit_is_not_written() {
        let mut out = vec![1];
        let message = Message::Send { space: wire::Space::User, channel: "c", args: &[0; 100] };
        assert!(put_frame(&mut out, &message, 50).is_err());
        assert_eq!(out, [1]);
    }
}
