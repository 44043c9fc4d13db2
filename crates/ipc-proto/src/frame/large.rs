//! Large frames: each arrives in memory of its own, so that its bytes can be handed on without a copy.

use std::ops::Range;
use std::sync::Arc;

use crate::bytes;
use crate::memory::{Home, Memory};
use crate::wire;

/// Memory grows by at least this much at a time while a frame is arriving.
const STEP: usize = 256 << 10;
/// Memory is not used again for frames this many times smaller: whoever keeps bytes of them would keep all of it.
const MUCH: usize = 8;
/// How much of a frame's beginning is searched for the bytes that most of it are.
const HEAD: usize = 256;
/// Such bytes are put where any type of numbers may lie.
const ALIGNMENT: usize = 16;

/// The large frame that is arriving, or the last that came.
#[derive(Debug, Default)]
pub(super) struct Large {
    /// What is arriving: all of it initialised, `begin..arrived` with what has come.
    memory: Vec<u8>,
    begin: usize,
    arrived: usize,
    /// Where it will end.
    end: Option<usize>,
    /// The last one, until something else is looked for.
    last: Option<Arc<Memory>>,
    /// Where its memory goes then, or when nobody has any part of it any more.
    home: Option<Arc<Home>>,
    /// The largest so far. So much may be reserved on the peer's word, since it has kept its word before.
    most: usize,
}

impl Large {
    /// Begins with a frame of `length` bytes, of which these are here.
    pub(super) fn begin(&mut self, length: usize, here: &[u8]) {
        self.let_go();
        let memory = self.home.get_or_insert_default().take();
        if memory.len() / MUCH <= length {
            self.memory = memory;
        }
        self.begin = shift(here, length);
        self.end = Some(length.saturating_add(self.begin));
        self.arrived = here.len().saturating_add(self.begin);
        self.reserve(self.arrived);
        if let Some(place) = self.memory.get_mut(self.begin..self.arrived) {
            place.copy_from_slice(here);
        }
    }

    fn reserve(&mut self, wanted: usize) {
        let end = self.end.unwrap_or_default();
        if self.memory.len() >= wanted.max(1) && self.memory.len() > self.arrived {
            return;
        }
        let proven = end.min(self.most);
        let grown = wanted.max(proven).max(self.arrived.saturating_mul(2)).max(STEP).min(end);
        if self.arrived == self.begin || self.memory.is_empty() {
            // Fresh memory comes cleared from the system, which is quicker than clearing it here.
            self.memory = vec![0; grown];
        } else {
            self.memory.resize(grown, 0);
        }
    }

    /// Whether there is a frame that was not taken yet.
    #[inline]
    pub(super) fn is_arriving(&self) -> bool {
        self.end.is_some()
    }

    /// Whether a part of it is still to come.
    #[inline]
    pub(super) fn is_unfinished(&self) -> bool {
        self.end.is_some_and(|end| self.arrived < end)
    }

    /// How many bytes of a frame have arrived.
    pub(super) fn arrived(&self) -> usize {
        if self.is_arriving() { self.arrived.saturating_sub(self.begin) } else { 0 }
    }

    /// Room for what is still to come, as far as it is there.
    pub(super) fn room(&mut self) -> &mut [u8] {
        self.reserve(self.arrived);
        let end = self.end.unwrap_or_default().min(self.memory.len());
        self.memory.get_mut(self.arrived..end).unwrap_or_default()
    }

    pub(super) fn filled(&mut self, count: usize) {
        self.arrived = self.arrived.saturating_add(count).min(self.end.unwrap_or_default());
    }

    /// Takes the frame when it is whole.
    pub(super) fn take(&mut self) -> Option<&[u8]> {
        if self.is_unfinished() {
            return None;
        }
        let end = self.end.take()?;
        self.most = self.most.max(end);
        let home = self.home.as_ref().map(Arc::downgrade).unwrap_or_default();
        let last = self.last.insert(Arc::new(Memory::of_frame(std::mem::take(&mut self.memory), home)));
        bytes::lend(last);
        last.get(self.begin..end)
    }

    /// Hands over the memory of the last frame, of `length` bytes, and where in it the frame is.
    pub(super) fn last(&mut self, length: usize) -> Option<(Arc<Memory>, Range<usize>)> {
        Some((self.last.take()?, self.begin..self.begin.saturating_add(length)))
    }

    /// Nobody looks at the last frame here any more.
    #[inline]
    pub(super) fn let_go(&mut self) {
        if self.last.is_some() {
            self.last = None;
        }
    }

    /// How much memory is held for the next frame.
    pub(super) fn held(&self) -> usize {
        let last = self.last.as_ref().map_or(0, |last| last.len());
        self.home.as_ref().map_or(0, |home| home.held()).saturating_add(last)
    }

    /// Gives the memory back, and lets that which others still have go when they do.
    pub(super) fn give_back(&mut self) {
        self.last = None;
        self.home = None;
        self.most = 0;
    }
}

/// How far from the beginning of its memory a frame of `length` bytes, which begins with `here`, has to be put so that
/// the bytes that most of it are come to lie well. A guess, which does no harm when it is wrong.
fn shift(here: &[u8], length: usize) -> usize {
    let head = here.get(..HEAD).unwrap_or(here);
    // The innermost length is the one that matters.
    let mut lengths = head.windows(wire::LONG_LENGTH).enumerate().filter_map(|(at, bytes)| {
        let from = at.saturating_add(wire::LONG_LENGTH);
        let to = from.saturating_add(wire::long_length(bytes)?);
        (to <= length && to.saturating_sub(from) >= length / 2).then_some(from)
    });
    lengths.next_back().map_or(0, |from| from.wrapping_neg() % ALIGNMENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{ReadBuffer, TakenFrame, put_frame};
    use crate::payload::Payload;
    use crate::wire::{Message, Space};

    /// The frame that this is, out of the buffer.
    fn taken(buffer: &mut ReadBuffer, stream: &[u8]) -> TakenFrame {
        buffer.extend(stream);
        let length = buffer.next_frame().expect("valid").expect("whole").len();
        let mut frame = TakenFrame::default();
        buffer.take_frame(length, &mut frame);
        frame
    }

    fn large(size: usize) -> Vec<u8> {
        [&u32::try_from(size).expect("not that large").to_le_bytes()[..], &vec![7; size]].concat()
    }

    #[test]
    fn the_bytes_that_most_of_a_frame_are_lie_well_whatever_is_before_them() {
        for name in 0..40 {
            let args = Payload::from_serialize(&("x".repeat(name), crate::bytes::Bytes::from(vec![7; 70_000]), 1));
            let args = args.expect("encodable");
            let channel = "c".repeat(40 - name / 2);
            let mut stream = Vec::new();
            let message = Message::Send { space: Space::User, channel: &channel, args: args.as_bytes() };
            put_frame(&mut stream, &message, 1 << 20).expect("fits");
            let frame = taken(&mut ReadBuffer::new(1 << 20), &stream);
            let bytes = frame.bytes();
            assert_eq!(bytes, &stream[4..]);
            let at = bytes.windows(300).position(|window| window == [7; 300]).expect("it is there");
            assert_eq!((bytes.as_ptr().addr() + at) % ALIGNMENT, 0, "{name}");
        }
    }

    #[test]
    fn memory_that_is_taken_along_comes_home_when_it_is_let_go() {
        let mut buffer = ReadBuffer::new(1 << 20);
        let mut frame = taken(&mut buffer, &large(200_000));
        let at = frame.bytes().as_ptr();
        let mut own = frame.take_own(100..150_000).expect("nobody else has it");
        assert_eq!((frame.bytes().len(), own.len()), (0, 149_900));
        own.memory().fill(1);
        assert!(!buffer.holds_memory());
        let other = taken(&mut buffer, &large(200_000));
        assert!(other.bytes().as_ptr() != at && other.bytes().iter().all(|byte| *byte == 7));
        drop(own);
        assert!(buffer.holds_memory());
        let third = taken(&mut buffer, &large(200_000));
        assert!(third.bytes().as_ptr() == at && third.bytes().iter().all(|byte| *byte == 7));
    }

    #[test]
    fn memory_of_which_others_have_a_part_cannot_be_taken_along() {
        let mut buffer = ReadBuffer::new(1 << 20);
        let mut frame = taken(&mut buffer, &large(200_000));
        let part = crate::bytes::Bytes::found_or_copied(&frame.bytes()[..100_000]);
        assert!(frame.take_own(0..200_000).is_none());
        assert_eq!(frame.bytes().len(), 200_000);
        assert!(part.clone().into_own().is_err());
        drop(frame);
        assert_eq!(part.into_own().expect("the last one").len(), 100_000);
    }

    #[test]
    fn memory_that_is_let_go_when_nothing_large_comes_any_more_is_not_kept() {
        let mut buffer = ReadBuffer::new(1 << 20);
        let own = taken(&mut buffer, &large(200_000)).take_own(0..200_000).expect("nobody else has it");
        buffer.tidy();
        drop(own);
        assert!(!buffer.holds_memory());
    }
}
