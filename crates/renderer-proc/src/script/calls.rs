//! The `invoke` calls of scripts that wait for their answers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use ipc_link::call::{Call, Ending};

/// The numbers of calls whose answers have come, in the order in which they came.
#[derive(Debug, Default)]
struct Ready(Mutex<Vec<u64>>);

/// Puts one call's number on the list when its answer is there.
struct Mark {
    ready: Arc<Ready>,
    id: u64,
}

impl Wake for Mark {
    fn wake(self: Arc<Self>) {
        self.ready.0.lock().unwrap_or_else(PoisonError::into_inner).push(self.id);
    }
}

struct Waiting {
    call: Call,
    world: usize,
}

/// Calls on their way, by their number on the link.
#[derive(Default)]
pub(super) struct Calls {
    waiting: RefCell<HashMap<u64, Waiting>>,
    ready: Arc<Ready>,
    early: RefCell<Vec<Answered>>,
}

/// An answer that came.
pub(super) struct Answered {
    /// The call's number.
    pub(super) id: u64,
    /// The world that asked.
    pub(super) world: usize,
    pub(super) ending: Ending,
}

impl Calls {
    /// Keeps a call until its answer is there; returns its number.
    pub(super) fn add(&self, mut call: Call, world: usize) -> u64 {
        let id = call.id();
        let waker = Waker::from(Arc::new(Mark { ready: Arc::clone(&self.ready), id }));
        match Pin::new(&mut call).poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => drop(self.waiting.borrow_mut().insert(id, Waiting { call, world })),
            // Another thread has just ended the link.
            Poll::Ready(ending) => self.early.borrow_mut().push(Answered { id, world, ending }),
        }
        id
    }

    /// Takes the answers that have come since the last time.
    pub(super) fn take(&self) -> Vec<Answered> {
        let numbers = std::mem::take(&mut *self.ready.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut waiting = self.waiting.borrow_mut();
        let mut answers = self.early.take();
        for id in numbers {
            let Some(mut found) = waiting.remove(&id) else { continue };
            match Pin::new(&mut found.call).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(ending) => answers.push(Answered { id, world: found.world, ending }),
                Poll::Pending => drop(waiting.insert(id, found)),
            }
        }
        answers
    }

    /// Gives up all calls: the page that made them is gone.
    pub(super) fn clear(&self) {
        let calls = std::mem::take(&mut *self.waiting.borrow_mut());
        drop((calls, self.early.take()));
    }
}
