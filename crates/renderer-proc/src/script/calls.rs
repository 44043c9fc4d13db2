//! The `invoke` calls of scripts that wait for their answers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use ipc_link::call::{Call, Ending};
use script_host::js::{Ctx, Function, Persistent, Promise, Result, Value};

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

/// The promise of a call, as its two functions, and what its error would say.
pub(super) struct Promised {
    resolve: Persistent<Function<'static>>,
    reject: Persistent<Function<'static>>,
    pub(super) channel: String,
}

impl Promised {
    /// A promise for a script, and what settles it.
    pub(super) fn new<'js>(ctx: &Ctx<'js>, channel: String) -> Result<(Promise<'js>, Self)> {
        let (promise, resolve, reject) = Promise::new(ctx)?;
        let (resolve, reject) = (Persistent::save(ctx, resolve), Persistent::save(ctx, reject));
        Ok((promise, Self { resolve, reject, channel }))
    }

    pub(super) fn resolve<'js>(self, ctx: &Ctx<'js>, value: Value<'js>) -> Result<()> {
        self.resolve.restore(ctx)?.call((value,))
    }

    pub(super) fn reject<'js>(self, ctx: &Ctx<'js>, reason: Value<'js>) -> Result<()> {
        self.reject.restore(ctx)?.call((reason,))
    }
}

struct Waiting {
    call: Call,
    world: usize,
    promised: Promised,
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
    pub(super) promised: Promised,
    /// The world that asked.
    pub(super) world: usize,
    pub(super) ending: Ending,
}

impl Calls {
    /// Keeps a call of a script in that world until its answer is there.
    pub(super) fn add(&self, mut call: Call, world: usize, promised: Promised) {
        let id = call.id();
        let waker = Waker::from(Arc::new(Mark { ready: Arc::clone(&self.ready), id }));
        match Pin::new(&mut call).poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => drop(self.waiting.borrow_mut().insert(id, Waiting { call, world, promised })),
            // Another thread has just ended the link.
            Poll::Ready(ending) => self.early.borrow_mut().push(Answered { promised, world, ending }),
        }
    }

    /// Takes the answers that have come since the last time.
    pub(super) fn take(&self) -> Vec<Answered> {
        let numbers = std::mem::take(&mut *self.ready.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut waiting = self.waiting.borrow_mut();
        let mut answers = self.early.take();
        for id in numbers {
            let Some(mut found) = waiting.remove(&id) else { continue };
            match Pin::new(&mut found.call).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(ending) => answers.push(Answered { promised: found.promised, world: found.world, ending }),
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
