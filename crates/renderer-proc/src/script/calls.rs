//! The `invoke` calls of scripts that wait for their answers.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use ipc_link::call::{Call, Ending};
use rustc_hash::FxHashMap;
use script_host::sys::kept::Kept;
use script_host::sys::promise::Promised;

/// The numbers of calls whose answers have come, in the order in which they came.
#[derive(Debug, Default)]
struct Ready(Mutex<VecDeque<u64>>);

/// Puts one call's number on the list when its answer is there.
struct Mark {
    ready: Arc<Ready>,
    id: u64,
}

impl Wake for Mark {
    fn wake(self: Arc<Self>) {
        self.ready.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(self.id);
    }
}

/// What becomes of an answer.
pub(super) struct Asked {
    /// The world that asked.
    pub(super) world: usize,
    /// For the text of an error.
    pub(super) channel: Kept,
    pub(super) promised: Promised,
}

struct Waiting {
    call: Call,
    asked: Asked,
}

/// Calls on their way, by their number on the link.
#[derive(Default)]
pub(super) struct Calls {
    waiting: RefCell<FxHashMap<u64, Waiting>>,
    ready: Arc<Ready>,
    early: RefCell<VecDeque<Answered>>,
    last: Cell<u64>,
}

/// An answer that came.
pub(super) type Answered = (Asked, Ending);

impl Calls {
    /// Keeps a call of a script until its answer is there.
    pub(super) fn add(&self, mut call: Call, asked: Asked) {
        let id = call.id();
        self.last.set(id);
        let waker = Waker::from(Arc::new(Mark { ready: Arc::clone(&self.ready), id }));
        match Pin::new(&mut call).poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => drop(self.waiting.borrow_mut().insert(id, Waiting { call, asked })),
            // Another thread has just ended the link.
            Poll::Ready(ending) => self.early.borrow_mut().push_back((asked, ending)),
        }
    }

    /// How many answers may have come.
    pub(super) fn ready(&self) -> usize {
        self.early.borrow().len() + self.ready.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes the answer that came first; there may be none even if one was ready.
    pub(super) fn take(&self) -> Option<Answered> {
        if let Some(early) = self.early.borrow_mut().pop_front() {
            return Some(early);
        }
        let id = self.ready.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()?;
        let Waiting { mut call, asked } = self.waiting.borrow_mut().remove(&id)?;
        match Pin::new(&mut call).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(ending) => Some((asked, ending)),
            Poll::Pending => {
                // Woken for nothing: it has to know anew whom to wake.
                self.add(call, asked);
                None
            }
        }
    }

    /// The number of the call that was made last.
    pub(super) fn last(&self) -> u64 {
        self.last.get()
    }

    /// Gives up a call, which main is told. Its promise is never settled.
    pub(super) fn cancel(&self, id: u64) {
        let waiting = self.waiting.borrow_mut().remove(&id);
        drop(waiting);
    }

    /// Gives up all calls: the page that made them is gone.
    pub(super) fn clear(&self) {
        let calls = std::mem::take(&mut *self.waiting.borrow_mut());
        drop((calls, self.early.take()));
    }
}
