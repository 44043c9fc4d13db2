//! Frames that outlive their place in the buffer.

use std::sync::Arc;

/// A frame out of its [`ReadBuffer`](super::ReadBuffer), in memory that is used again for the next.
#[derive(Debug, Default)]
pub struct TakenFrame {
    bytes: Vec<u8>,
    /// A frame's own memory instead; that of a large one it has in common with the buffer that read it.
    shared: Option<Arc<Vec<u8>>>,
    length: usize,
}

impl TakenFrame {
    /// The frame's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.shared.as_deref().unwrap_or(&self.bytes).get(..self.length).unwrap_or_default()
    }

    /// Holds a copy of `frame`.
    pub(super) fn copy(&mut self, frame: &[u8]) {
        self.shared = None;
        if self.bytes.len() < frame.len() {
            self.bytes.resize(frame.len(), 0);
        }
        self.length = frame.len();
        if let Some(place) = self.bytes.get_mut(..frame.len()) {
            place.copy_from_slice(frame);
        }
    }

    /// Holds a frame that was kept, until [`release`](Self::release).
    pub fn hold(&mut self, frame: Vec<u8>) {
        self.length = frame.len();
        self.shared = Some(Arc::new(frame));
    }

    pub(super) fn share(&mut self, memory: Arc<Vec<u8>>, length: usize) {
        self.shared = Some(memory);
        self.length = length;
    }

    /// Lets go of a large frame that has been handled, so that its memory can be used for the next.
    pub fn release(&mut self) {
        if self.shared.take().is_some() {
            self.length = 0;
        }
    }
}
