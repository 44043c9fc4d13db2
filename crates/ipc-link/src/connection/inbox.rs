//! What has been read and not been handled.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use ipc_proto::frame::ReadBuffer;

use super::input::Input;
use crate::answer::{Ending, Slot};
use crate::frame_timer::FrameTimer;
use crate::leader;
use crate::polling::SpinPolicy;
use crate::reader_wake::ReaderWake;

/// So long after the last message there may be another large one, for which memory is kept.
pub(crate) const SOON: Duration = Duration::from_secs(1);

pub(crate) struct Reading {
    pub(super) buffer: Input,
    pub(super) aside: Aside,
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
            aside: Aside::default(),
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

/// What others than the ordinary reader have read and leave to it, in order.
#[derive(Default)]
pub(super) struct Aside {
    kept: VecDeque<Kept>,
    /// Those of the messages. Answers were asked for, and nobody is made to hold more of them than that.
    bytes: usize,
    /// The ordinary reader has taken a message and handles it, without the lead.
    in_hand: bool,
}

pub(super) enum Kept {
    /// A checked frame.
    Message(Vec<u8>),
    /// What ends an awaited call, which must not see it before the messages in front of it are handled.
    Ending(Arc<Slot>, Ending),
}

impl Aside {
    pub(super) fn put(&mut self, frame: &[u8]) {
        self.bytes += frame.len();
        self.kept.push_back(Kept::Message(frame.to_vec()));
    }

    /// Takes an ending that has to wait for its turn; gives back one that has not, because nothing is in front of it or its
    /// caller is blocked: what is in front could be waiting for that caller.
    pub(super) fn put_ending(&mut self, slot: &Arc<Slot>, ending: Ending) -> Option<Ending> {
        if !self.is_in_front() || slot.is_of_blocked() {
            return Some(ending);
        }
        self.kept.push_back(Kept::Ending(slot.clone(), ending));
        None
    }

    pub(super) fn pop(&mut self) -> Option<Kept> {
        let kept = self.kept.pop_front()?;
        if let Kept::Message(frame) = &kept {
            self.bytes -= frame.len();
        }
        Some(kept)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether messages that have been read are not handled yet.
    pub(super) fn is_in_front(&self) -> bool {
        self.in_hand || !self.is_empty()
    }

    /// The ordinary reader begins, or has ended, to handle a message without the lead.
    pub(super) fn set_in_hand(&mut self, in_hand: bool) {
        self.in_hand = in_hand;
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
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
