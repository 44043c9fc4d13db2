//! Requests of main to renderers, and what waits for their answers.

use std::collections::HashMap;
use std::fmt;
use std::future::Future as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use ipc_link::call::{Call, Ending};

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

/// All requests that wait, each with whom its ending is told to.
pub struct Calls<C> {
    last: u64,
    waiting: HashMap<u64, (Call, C)>,
    ready: Ready,
}

impl<C> Default for Calls<C> {
    fn default() -> Self {
        Self { last: 0, waiting: HashMap::new(), ready: Ready::default() }
    }
}

impl<C> fmt::Debug for Calls<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

impl<C> Calls<C> {
    /// Waits for `call`; its ending is told to `callback`.
    pub fn add(&mut self, call: Call, callback: C) {
        self.last += 1;
        self.waiting.insert(self.last, (call, callback));
        // Polled once, so that it knows whom to wake; it may be over already.
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).push(self.last);
    }

    /// Whether some may have ended.
    #[must_use]
    pub fn has_ready(&self) -> bool {
        !self.ready.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Those that have ended.
    #[must_use]
    pub fn take_ended(&mut self) -> Vec<(Ending, C)> {
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
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}
