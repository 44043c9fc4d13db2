//! Large frames: each arrives in memory of its own, so that its bytes can be handed on without a copy.

use std::sync::Arc;

use crate::bytes;

/// Memory grows by at least this much at a time while a frame is arriving.
const STEP: usize = 256 << 10;
/// Memory is not used again for frames this many times smaller: whoever keeps bytes of them would keep all of it.
const MUCH: usize = 8;

/// The large frame that is arriving, or the last that came.
#[derive(Debug, Default)]
pub(super) struct Large {
    /// What is arriving: all of it initialised, the first `arrived` bytes with what has come.
    memory: Vec<u8>,
    arrived: usize,
    /// How long it will be.
    length: Option<usize>,
    /// The last one, for as long as nothing else arrives: its memory is used again when nobody else has it any more.
    last: Arc<Vec<u8>>,
    /// The largest so far. So much may be reserved on the peer's word, since it has kept its word before.
    most: usize,
}

impl Large {
    /// Begins with a frame of `length` bytes, of which these are here.
    pub(super) fn begin(&mut self, length: usize, here: &[u8]) {
        let last = std::mem::take(&mut self.last);
        if let Ok(memory) = Arc::try_unwrap(last)
            && memory.len() / MUCH <= length
        {
            self.memory = memory;
        }
        self.length = Some(length);
        self.arrived = here.len();
        self.reserve(here.len());
        if let Some(place) = self.memory.get_mut(..here.len()) {
            place.copy_from_slice(here);
        }
    }

    fn reserve(&mut self, wanted: usize) {
        let length = self.length.unwrap_or_default();
        if self.memory.len() >= wanted.max(1) && self.memory.len() > self.arrived {
            return;
        }
        let proven = length.min(self.most);
        let grown = wanted.max(proven).max(self.arrived.saturating_mul(2)).max(STEP).min(length);
        if self.arrived == 0 || self.memory.is_empty() {
            // Fresh memory comes cleared from the system, which is quicker than clearing it here.
            self.memory = vec![0; grown];
        } else {
            self.memory.resize(grown, 0);
        }
    }

    /// Whether there is a frame that was not taken yet.
    #[inline]
    pub(super) fn is_arriving(&self) -> bool {
        self.length.is_some()
    }

    /// Whether a part of it is still to come.
    #[inline]
    pub(super) fn is_unfinished(&self) -> bool {
        self.length.is_some_and(|length| self.arrived < length)
    }

    /// How many bytes of a frame have arrived.
    pub(super) fn arrived(&self) -> usize {
        if self.is_arriving() { self.arrived } else { 0 }
    }

    /// Room for what is still to come, as far as it is there.
    pub(super) fn room(&mut self) -> &mut [u8] {
        self.reserve(self.arrived);
        let end = self.length.unwrap_or_default().min(self.memory.len());
        self.memory.get_mut(self.arrived..end).unwrap_or_default()
    }

    pub(super) fn filled(&mut self, count: usize) {
        self.arrived = self.arrived.saturating_add(count).min(self.length.unwrap_or_default());
    }

    /// Takes the frame when it is whole.
    pub(super) fn take(&mut self) -> Option<&[u8]> {
        if self.is_unfinished() {
            return None;
        }
        let length = self.length.take()?;
        self.most = self.most.max(length);
        self.last = Arc::new(std::mem::take(&mut self.memory));
        bytes::lend(&self.last);
        self.last.get(..length)
    }

    /// The memory of the last frame.
    pub(super) fn last(&self) -> Arc<Vec<u8>> {
        self.last.clone()
    }

    /// How much memory is held for the next frame.
    pub(super) fn held(&self) -> usize {
        self.last.len()
    }

    pub(super) fn give_back(&mut self) {
        self.last = Arc::default();
        self.most = 0;
    }
}
