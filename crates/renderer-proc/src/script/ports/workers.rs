//! Ports whose other ends workers of the page have. The page's thread speaks for them, so a worker is one more link.

use super::{Far, Link, LinkNumber, PortId, Ports, Way};
use crate::script::workers::{MOST_ID, WorkerId};

/// The numbers of links from there on are those of workers.
const WORKERS: LinkNumber = MOST_ID + 1;

const fn link_of(worker: WorkerId) -> LinkNumber {
    WORKERS | worker
}

impl Way {
    /// The worker that has the other end.
    pub(super) fn worker(self) -> Option<WorkerId> {
        if self.link >= WORKERS { Some(self.link & MOST_ID) } else { None }
    }
}

impl Ports {
    /// Ends that a worker has sent here with a message.
    pub(in crate::script) fn arrive_of_worker(&self, worker: WorkerId, numbers: &[u64], world: usize) -> Vec<PortId> {
        self.0.borrow_mut().arrive(link_of(worker), numbers, world)
    }

    /// Ports have gone to a worker, by these numbers: what waits at them follows.
    pub(in crate::script) fn moved_to_worker(&self, link: &Link, worker: WorkerId, ids: Vec<PortId>, numbers: &[u64]) {
        if numbers.len() < ids.len() {
            // There is no such worker.
            return self.close_each(link, ids);
        }
        self.moved_over(link, link_of(worker), ids, numbers);
    }

    /// A worker has sent through one of its ports. Nothing more is to be taken of it before [what the port has
    /// now](Self::here_of_worker) is delivered, so that it waits for a page that is slow.
    pub(in crate::script) fn received_of_worker(
        &self,
        link: &Link,
        worker: WorkerId,
        number: u64,
        message: &[u8],
        moved: &[u64],
    ) {
        let account = self.0.borrow_mut().of_workers.entry(link_of(worker)).or_default().clone();
        self.received_by(link, Way { link: link_of(worker), number }, message, moved, &account);
    }

    /// The port here for what a worker sends through that number.
    pub(in crate::script) fn here_of_worker(&self, worker: WorkerId, number: u64) -> Option<PortId> {
        self.here_by(Way { link: link_of(worker), number })
    }

    /// Whether a message that has come by a way may wait here. What a worker sends to a port with a listener is delivered
    /// at once, however much waits at others.
    pub(super) fn would_wait(&self, way: Way, far: Far) -> bool {
        let state = self.0.borrow();
        way.worker().is_none()
            || match far {
                Far::Here(id) => state.ports.get(&id).is_some_and(|port| !port.started || port.travels),
                Far::Relay(other) => state.waiting.contains_key(&other),
            }
    }

    /// A worker has closed one of its ports.
    pub(in crate::script) fn closed_by_worker(&self, link: &Link, worker: WorkerId, number: u64) {
        self.end(link, Way { link: link_of(worker), number });
    }

    /// A worker is gone, and so are its ports.
    pub(in crate::script) fn worker_ended(&self, link: &Link, worker: WorkerId) {
        self.end_all(link, link_of(worker));
        self.0.borrow_mut().of_workers.remove(&link_of(worker));
    }
}
