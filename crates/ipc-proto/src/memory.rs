//! The memory of received frames: who has it, and where it goes when nobody does any more.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

use std::ops::{Deref, Range};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, Weak};

/// Memory that several may have parts of. That of a frame goes home when the last of them lets go of it.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    bytes: Vec<u8>,
    home: Weak<Home>,
}

impl Memory {
    /// Memory of a frame.
    pub(crate) fn of_frame(bytes: Vec<u8>, home: Weak<Home>) -> Self {
        Self { bytes, home }
    }

    pub(crate) fn into_vec(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

impl From<Vec<u8>> for Memory {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, home: Weak::new() }
    }
}

impl Deref for Memory {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Some(home) = self.home.upgrade() {
            home.keep(std::mem::take(&mut self.bytes));
        }
    }
}

/// Where the memory for the next large frame of a link is kept.
#[derive(Debug, Default)]
pub(crate) struct Home {
    /// How much that is, for those who only want to know that.
    held: AtomicUsize,
    memory: Mutex<Vec<u8>>,
}

impl Home {
    /// Keeps the larger one of these bytes and those that are here.
    fn keep(&self, bytes: Vec<u8>) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.len() > memory.len() {
            self.held.store(bytes.len(), Ordering::Relaxed);
            let smaller = std::mem::replace(&mut *memory, bytes);
            drop(memory); // before `smaller` is given back to the system
            drop(smaller);
        }
    }

    pub(crate) fn take(&self) -> Vec<u8> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        self.held.store(0, Ordering::Relaxed);
        std::mem::take(&mut *memory)
    }

    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

/// Received bytes in memory of which nobody else has any part. The memory serves the next frame once this is dropped.
#[derive(Debug)]
pub struct OwnBytes {
    memory: Memory,
    range: Range<usize>,
}

impl OwnBytes {
    pub(crate) fn new(memory: Memory, range: Range<usize>) -> Self {
        Self { memory, range }
    }

    /// All of the memory. It stays where it is when this is moved.
    #[must_use]
    pub fn memory(&mut self) -> &mut [u8] {
        &mut self.memory.bytes
    }

    /// Where in the memory the bytes are.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }
}

impl Deref for OwnBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.memory.get(self.range.clone()).unwrap_or_default()
    }
}

/// What a value is decoded from.
#[derive(Debug)]
pub enum Source<'a> {
    /// Bytes of somebody else: all that the value holds is copied out of them.
    Borrowed(&'a [u8]),
    /// Bytes that nobody else has: the buffer that most of them are may stay where it is.
    Own(Box<OwnBytes>),
}

impl Source<'_> {
    /// The bytes.
    #[must_use]
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Own(bytes) => bytes,
        }
    }

    /// What this was; there are no bytes here any more.
    #[must_use]
    #[inline]
    pub fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Borrowed(&[]))
    }
}

impl<'a> From<&'a [u8]> for Source<'a> {
    #[inline]
    fn from(bytes: &'a [u8]) -> Self {
        Self::Borrowed(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Source<'a> {
    #[inline]
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Borrowed(bytes)
    }
}

impl From<OwnBytes> for Source<'_> {
    #[inline]
    fn from(bytes: OwnBytes) -> Self {
        Self::Own(Box::new(bytes))
    }
}
