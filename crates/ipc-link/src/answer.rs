//! What a request ends with, and where that is put.

use std::cell::Cell;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Waker};

use ipc_proto::bytes::{Bytes, LARGE};
use ipc_proto::error::CloseReason;
use ipc_proto::memory::OwnBytes;
use ipc_proto::wire::Status;

use crate::connection::Connection;
use crate::ports::Port;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, MutexGuard};

/// The answer to a request: its status and the encoded value.
#[derive(Debug)]
pub struct Answer {
    /// How the request ended.
    pub status: Status,
    /// The encoded result or error; may be empty unless the status is `Ok` or `Failed`.
    pub value: AnswerBytes,
    /// The ports that came with it.
    pub ports: Option<Box<AnswerPorts>>,
}

/// Ports that came with an answer: streams in its result come through them. Those that nobody takes are closed when this is
/// dropped.
#[derive(Debug)]
pub enum AnswerPorts {
    /// Where the link's owner keeps its ports in a [`PortTable`](crate::ports::PortTable).
    Ends(Vec<Port>),
    /// Their numbers on the link, where the owner has a table of its own.
    Numbers(Numbered),
}

impl AnswerPorts {
    pub(crate) fn numbered(connection: &Connection, numbers: Vec<u64>) -> Self {
        Self::Numbers(Numbered { connection: connection.clone(), numbers })
    }

    /// The ports.
    #[must_use]
    pub fn into_ends(self) -> Vec<Port> {
        match self {
            Self::Ends(ends) => ends,
            Self::Numbers(_) => Vec::new(),
        }
    }

    /// Their numbers, of which none is closed any more.
    #[must_use]
    pub fn into_numbers(self) -> Vec<u64> {
        match self {
            Self::Ends(_) => Vec::new(),
            Self::Numbers(mut numbered) => std::mem::take(&mut numbered.numbers),
        }
    }
}

/// Ports by their numbers on a link.
#[derive(Debug)]
pub struct Numbered {
    connection: Connection,
    numbers: Vec<u64>,
}

impl Drop for Numbered {
    fn drop(&mut self) {
        self.numbers.drain(..).for_each(|number| self.connection.port_close(number));
    }
}

/// The bytes of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerBytes {
    /// A copy of them.
    Copied(Vec<u8>),
    /// They are many and still where they were received.
    Shared(Bytes),
}

impl AnswerBytes {
    pub(crate) fn of(received: &[u8]) -> Self {
        match received.len() {
            0..LARGE => Self::Copied(received.to_vec()),
            _ => Self::Shared(Bytes::found_or_copied(received)),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Self::Copied(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }

    /// The bytes with their memory, when it is the answer's alone.
    ///
    /// # Errors
    ///
    /// The bytes themselves when it is not, or when they are few.
    pub fn into_own(self) -> Result<OwnBytes, Self> {
        match self {
            Self::Copied(_) => Err(self),
            Self::Shared(bytes) => bytes.into_own().map_err(Self::Shared),
        }
    }

    /// Lets large bytes in the answer share its memory when it is decoded on this thread next.
    pub fn lend(&self) {
        if let Self::Shared(bytes) = self {
            bytes.lend();
        }
    }
}

impl std::ops::Deref for AnswerBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

/// What a request ends with: an answer, or the end of the link.
pub type Ending = Result<Answer, CloseReason>;

/// Where one request's ending is put. Shared by the caller and the session.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// An ending has been put.
    settled: AtomicBool,
    /// A blocked thread waits for it.
    of_blocked: bool,
    state: Mutex<State>,
}

thread_local! {
    /// The slot of this thread's last call, for the next one.
    static SPARE: Cell<Option<Arc<Slot>>> = const { Cell::new(None) };
}

#[derive(Debug, Default)]
struct State {
    ending: Option<Ending>,
    waker: Option<Waker>,
}

impl Slot {
    pub(crate) fn new(of_blocked: bool) -> Self {
        Self { of_blocked, ..Self::default() }
    }

    /// An empty slot for a call that is awaited.
    pub(crate) fn fresh() -> Arc<Self> {
        Self::empty(false)
    }

    /// An empty slot for a call that blocks its thread: see [`is_of_blocked`](Self::is_of_blocked).
    pub(crate) fn fresh_of_blocked() -> Arc<Self> {
        Self::empty(true)
    }

    /// An empty slot, in the memory of this thread's last one if nobody uses that any more.
    fn empty(of_blocked: bool) -> Arc<Self> {
        let mut slot = SPARE.try_with(Cell::take).ok().flatten().unwrap_or_default();
        match Arc::get_mut(&mut slot) {
            Some(unused) => {
                *unused = Self::new(of_blocked);
                slot
            }
            None => Arc::new(Self::new(of_blocked)),
        }
    }

    /// Keeps the slot of a call that has ended for [`fresh`](Self::fresh).
    pub(crate) fn recycle(slot: &Arc<Self>) {
        if Arc::strong_count(slot) == 1 {
            // Of one that was given up: its task may hold on to a whole runtime.
            if !slot.is_settled() {
                let waker = slot.lock().waker.take();
                drop(waker);
            }
            // A call may be dropped when its thread ends, after the spare one.
            let _ = SPARE.try_with(|spare| spare.set(Some(slot.clone())));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the ending and wakes whoever polls for it.
    pub(crate) fn settle(&self, ending: Ending) {
        let waker = {
            let mut state = self.lock();
            state.ending = Some(ending);
            self.settled.store(true, Ordering::Release);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The ending, or the waker to be called when it comes.
    pub(crate) fn take_or_wait(&self, cx: &Context<'_>) -> Option<Ending> {
        let mut state = self.lock();
        let ending = state.ending.take();
        if ending.is_none() && !state.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            state.waker = Some(cx.waker().clone());
        }
        ending
    }

    /// Whether its caller may be following whoever reads: then [`settle`](Self::settle) alone does not wake it.
    pub(crate) fn is_of_blocked(&self) -> bool {
        self.of_blocked
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Acquire)
    }

    pub(crate) fn take(&self) -> Option<Ending> {
        if self.is_settled() { self.lock().ending.take() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Task;

    impl std::task::Wake for Task {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn a_call_that_is_given_up_keeps_nothing_of_its_task() {
        let task = Arc::new(Task);
        let waker = Waker::from(task.clone());
        let slot = Slot::fresh();
        assert!(slot.take_or_wait(&Context::from_waker(&waker)).is_none());
        drop(waker);
        assert_eq!(Arc::strong_count(&task), 2);
        Slot::recycle(&slot);
        assert_eq!(Arc::strong_count(&task), 1);
    }
}
