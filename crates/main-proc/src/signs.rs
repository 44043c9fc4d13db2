//! What there is to know of a renderer's signs of life, and of whether main would have seen them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;

use crate::event::SyncReply;
use crate::renderer::wait_for;
use crate::web_contents::WebContents;

/// Kept for each renderer by the thread that serves it.
#[derive(Default)]
pub(crate) struct Signs {
    /// The number of the last question that was answered.
    answered: watch::Sender<u64>,
    /// One of its messages is being handled; others may wait behind it.
    handling: AtomicBool,
    /// What listeners have kept of its `send_sync`: it waits for their answers and hears nothing else.
    owed: Mutex<Vec<Weak<SyncReply>>>,
}

impl Signs {
    pub(crate) fn answered(&self, nonce: u64) {
        self.answered.send_replace(nonce);
    }

    /// Notes whether one of its messages is being handled.
    #[inline]
    pub(crate) fn handling(&self, now: bool) {
        self.handling.store(now, Ordering::Relaxed);
    }

    /// A listener has kept the event of that `send_sync`.
    pub(crate) fn owes(&self, reply: &Arc<SyncReply>) {
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        owed.retain(is_owed);
        owed.push(Arc::downgrade(reply));
    }
}

fn is_owed(reply: &Weak<SyncReply>) -> bool {
    reply.upgrade().is_some_and(|reply| reply.is_open())
}

impl WebContents {
    /// Asks its program's loop for a sign of life.
    pub(crate) fn ping(&self, nonce: u64) {
        self.0.connection.ping(nonce);
    }

    /// The numbers of the questions that it answers.
    pub(crate) fn answers(&self) -> watch::Receiver<u64> {
        self.0.signs.answered.subscribe()
    }

    /// Whether an answer would have been seen: all that has come of it was handled, and it does not wait for main itself.
    pub(crate) fn is_listened_to(&self) -> bool {
        let signs = &self.0.signs;
        !signs.handling.load(Ordering::Relaxed)
            && wait_for(&[&self.0.connection], Some(Duration::ZERO)) == 0
            && !signs.owed.lock().unwrap_or_else(PoisonError::into_inner).iter().any(is_owed)
    }
}
