//! The requests of one link, both ways: which of ours wait for an answer, and which of the peer's we still owe.

use std::collections::{HashMap, HashSet};

/// Requests this side asked. `W` is whatever the caller waits with.
#[derive(Debug)]
pub(crate) struct Asked<W> {
    next: u64,
    waiting: HashMap<u64, W>,
}

impl<W> Asked<W> {
    pub(crate) fn new() -> Self {
        Self { next: 1, waiting: HashMap::new() }
    }

    /// Takes the next id. Ids count up and are never reused, so a late answer cannot meet a new request.
    pub(crate) fn register(&mut self, waiter: W) -> u64 {
        let id = self.next;
        self.next = self.next.saturating_add(1);
        self.waiting.insert(id, waiter);
        id
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.next
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The waiter of a request that ends now; `None` if it ended before.
    pub(crate) fn finish(&mut self, id: u64) -> Option<W> {
        self.waiting.remove(&id)
    }

    /// Whether this side ever asked a request of that id.
    pub(crate) fn was_issued(&self, id: u64) -> bool {
        id != 0 && id < self.next
    }

    pub(crate) fn drain(&mut self) -> Vec<(u64, W)> {
        let mut all: Vec<_> = self.waiting.drain().collect();
        all.sort_by_key(|(id, _)| *id);
        all
    }

    pub(crate) fn start_at(&mut self, id: u64) {
        self.next = id;
    }
}

/// Requests the peer asked and that are not answered yet.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    last: u64,
    open: HashSet<u64>,
}

impl Owed {
    /// Notes a request of the peer; `false` when its id does not count up.
    pub(crate) fn open(&mut self, id: u64) -> bool {
        if id <= self.last {
            return false;
        }
        self.last = id;
        self.open.insert(id);
        true
    }

    /// Whether the request was still open; it no longer is.
    pub(crate) fn close(&mut self, id: u64) -> bool {
        self.open.remove(&id)
    }

    pub(crate) fn was_asked(&self, id: u64) -> bool {
        id != 0 && id <= self.last
    }

    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }
}
