//! Ports whose other ends workers of the page have. The page's thread speaks for them, so a worker is one more link.

use super::{Link, LinkNumber, PortId, Ports, Way};
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

    /// A worker has sent through one of its ports.
    pub(in crate::script) fn received_of_worker(
        &self,
        link: &Link,
        worker: WorkerId,
        number: u64,
        message: &[u8],
        moved: &[u64],
    ) {
        let account = self.0.borrow().of_workers.clone();
        self.received_by(link, Way { link: link_of(worker), number }, message, moved, &account);
    }

    /// A worker has closed one of its ports.
    pub(in crate::script) fn closed_by_worker(&self, link: &Link, worker: WorkerId, number: u64) {
        self.end(link, Way { link: link_of(worker), number });
    }

    /// A worker is gone, and so are its ports.
    pub(in crate::script) fn worker_ended(&self, link: &Link, worker: WorkerId) {
        self.end_all(link, link_of(worker));
    }
}
