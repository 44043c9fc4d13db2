//! Frames that outlive their place in the buffer.

use std::ops::Range;
use std::sync::Arc;

use crate::memory::{Memory, OwnBytes};

/// A frame out of its [`ReadBuffer`](super::ReadBuffer), in memory that is used again for the next.
#[derive(Debug, Default)]
pub struct TakenFrame {
    bytes: Vec<u8>,
    /// A frame's own memory instead; that of a large one it has in common with the buffer that read it.
    shared: Option<Arc<Memory>>,
    range: Range<usize>,
}

impl TakenFrame {
    /// The frame's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        let memory = self.shared.as_ref().map_or(&self.bytes[..], |memory| &memory[..]);
        memory.get(self.range.clone()).unwrap_or_default()
    }

    /// Holds a copy of `frame`.
    pub(super) fn copy(&mut self, frame: &[u8]) {
        self.shared = None;
        if self.bytes.len() < frame.len() {
            self.bytes.resize(frame.len(), 0);
        }
        self.range = 0..frame.len();
        if let Some(place) = self.bytes.get_mut(..frame.len()) {
            place.copy_from_slice(frame);
        }
    }

    /// Holds a frame that was kept, until [`release`](Self::release).
    pub fn hold(&mut self, frame: Vec<u8>) {
        self.range = 0..frame.len();
        self.shared = Some(Arc::new(frame.into()));
    }

    pub(super) fn share(&mut self, memory: Arc<Memory>, range: Range<usize>) {
        self.shared = Some(memory);
        self.range = range;
    }

    /// Whether the frame is in memory of its own.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// That part of the frame, with the frame's memory if nobody else has any part of it; there is no frame here then.
    #[must_use]
    pub fn take_own(&mut self, part: Range<usize>) -> Option<OwnBytes> {
        self.bytes().get(part.clone())?;
        let (from, to) = (self.range.start.checked_add(part.start)?, self.range.start.checked_add(part.end)?);
        match Arc::try_unwrap(self.shared.take()?) {
            Ok(memory) => {
                self.range = 0..0;
                Some(OwnBytes::new(memory, from..to))
            }
            Err(memory) => {
                self.shared = Some(memory);
                None
            }
        }
    }

    /// Lets go of a large frame that has been handled, so that its memory can be used for the next.
    pub fn release(&mut self) {
        if self.shared.take().is_some() {
            self.range = 0..0;
        }
    }
}
