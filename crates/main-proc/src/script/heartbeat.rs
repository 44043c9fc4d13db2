//! Noticing a renderer whose loop does not turn any more.
//!
//! After something was sent to a renderer it is asked for a sign of life, at most once a second; a renderer that is
//! left alone is not disturbed. Its answer passes through its loop, so an endless script gives none.

use std::cell::Cell;
use std::time::{Duration, Instant};

use ipc_link::Connection;

/// The shortest time between two questions.
const EVERY: Duration = Duration::from_secs(1);

/// What is known of one renderer's loop.
#[derive(Debug, Default)]
pub(crate) struct Heartbeat {
    /// When it was last asked.
    last: Cell<Option<Instant>>,
    /// Whether it has not answered yet.
    waiting: Cell<bool>,
    /// Whether it was found to be silent.
    silent: Cell<bool>,
    /// Messages that had been sent when it was asked.
    sent: Cell<u64>,
    nonce: Cell<u64>,
}

impl Heartbeat {
    /// Asks if it is time to; whether the renderer has just been found silent for `limit`.
    pub(crate) fn check(&self, connection: &Connection, now: Instant, limit: Duration) -> bool {
        if self.waiting.get() {
            // One that waits for our own answer has reason to be silent.
            let late = self.last.get().is_some_and(|last| now >= last + limit);
            return late && connection.in_flight().1 == 0 && !self.silent.replace(true);
        }
        let news = connection.counts().0 != self.sent.get();
        if news && self.last.get().is_none_or(|last| now >= last + EVERY) {
            self.last.set(Some(now));
            self.waiting.set(true);
            self.sent.set(connection.counts().0);
            self.nonce.set(self.nonce.get().wrapping_add(1));
            connection.ping(self.nonce.get());
        }
        false
    }

    /// When [`check`](Self::check) has something to do next.
    pub(crate) fn wake(&self, connection: &Connection, now: Instant, limit: Duration) -> Option<Instant> {
        let last = self.last.get()?;
        if self.waiting.get() {
            let due = last + limit;
            return (!self.silent.get()).then(|| if due > now { due } else { now + EVERY });
        }
        (connection.counts().0 != self.sent.get()).then_some(last + EVERY)
    }

    /// It has answered; whether it had been silent.
    pub(crate) fn answered(&self, nonce: u64) -> bool {
        if nonce != self.nonce.get() {
            return false;
        }
        self.waiting.set(false);
        self.silent.replace(false)
    }
}
