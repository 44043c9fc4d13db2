//! What a link and the flusher tell each other.

use crate::sync::atomic::{AtomicBool, Ordering};

/// Whether the flusher has been asked to write for a link, and has not begun to.
#[derive(Default)]
pub(crate) struct Asked(AtomicBool);

impl Asked {
    pub(crate) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Asks; whether nobody had asked before.
    pub(crate) fn ask(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// The flusher is about to write: what is appended from now on asks again.
    pub(crate) fn begin(&self) {
        self.0.store(false, Ordering::Release);
    }

    /// The flusher comes again by itself.
    pub(crate) fn go_on(&self) {
        self.0.store(true, Ordering::Release);
    }
}
