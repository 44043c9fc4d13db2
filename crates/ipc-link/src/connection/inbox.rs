//! What has been read and not been handled.

use std::collections::VecDeque;
use std::time::Duration;

use ipc_proto::frame::ReadBuffer;

use super::input::Input;
use crate::frame_timer::FrameTimer;
use crate::leader;
use crate::polling::SpinPolicy;
use crate::reader_wake::ReaderWake;

/// So long after the last message there may be another large one, for which memory is kept.
pub(crate) const SOON: Duration = Duration::from_secs(1);

pub(crate) struct Reading {
    pub(super) buffer: Input,
    /// Checked frames that a blocked caller read and did not want, in order.
    pub(super) aside: VecDeque<Vec<u8>>,
    pub(super) aside_bytes: usize,
    /// The dispatcher knows that the link has ended.
    pub(super) told: bool,
    /// (main) The time of the frame of which a part is here.
    pub(super) timer: FrameTimer,
    pub(super) spin: SpinPolicy,
}

impl Reading {
    pub(super) fn new(buffer: ReadBuffer) -> Self {
        Self {
            buffer: Input::new(buffer),
            aside: VecDeque::new(),
            aside_bytes: 0,
            told: false,
            timer: FrameTimer::default(),
            spin: SpinPolicy::default(),
        }
    }

    /// Whether memory is kept for large messages.
    pub(crate) fn holds_memory(&self) -> bool {
        self.buffer.holds_memory()
    }
}

impl leader::Shared for Reading {
    /// Whether there are messages that no dispatcher has seen yet.
    fn has_unhandled(&self) -> bool {
        !self.aside.is_empty() || self.buffer.has_frame()
    }

    fn leave(&mut self) -> bool {
        self.buffer.leave()
    }
}

/// The right to read.
pub(super) type Lead<'c> = leader::Lead<'c, Reading, ReaderWake>;
