//! Requests of main to renderers, and the script functions that wait for their answers.

use std::collections::HashMap;
use std::future::Future as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use ipc_link::call::{Call, Ending};
use script_host::js::{Ctx, Function, Persistent};

type Callback = Persistent<Function<'static>>;

/// The keys of calls whose answer has come, in the order of their coming.
type Ready = Arc<Mutex<Vec<u64>>>;

struct Alarm {
    key: u64,
    ready: Ready,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).push(self.key);
    }
}

/// All requests that wait.
#[derive(Default)]
pub(crate) struct Calls {
    last: u64,
    waiting: HashMap<u64, (Call, Callback)>,
    ready: Ready,
}

impl Calls {
    /// Waits for `call`; its ending is told to `callback`.
    pub(crate) fn add<'js>(&mut self, ctx: &Ctx<'js>, call: Call, callback: Function<'js>) {
        self.last += 1;
        let callback = Persistent::save(ctx, callback);
        self.waiting.insert(self.last, (call, callback));
        // Polled once, so that it knows whom to wake; it may be over already.
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).push(self.last);
    }

    /// Whether some may have ended.
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Those that have ended.
    pub(crate) fn take_ended(&mut self) -> Vec<(Ending, Callback)> {
        let keys = std::mem::take(&mut *self.ready.lock().unwrap_or_else(PoisonError::into_inner));
        let mut ended = Vec::new();
        for key in keys {
            let Some((call, _)) = self.waiting.get_mut(&key) else { continue };
            let waker = Waker::from(Arc::new(Alarm { key, ready: Arc::clone(&self.ready) }));
            if let Poll::Ready(ending) = Pin::new(call).poll(&mut Context::from_waker(&waker))
                && let Some((_, callback)) = self.waiting.remove(&key)
            {
                ended.push((ending, callback));
            }
        }
        ended
    }

    /// Lets go of everything.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }
}
