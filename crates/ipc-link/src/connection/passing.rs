//! What main passes on from one renderer's port to another renderer that gives no credit.
//!
//! Nothing but the queue holds it back there, in which main's answers to that renderer wait too: so a port has no more
//! of it than it would have credit for, and all ports together half of it.

use std::collections::{HashMap, VecDeque};

use ipc_proto::limits::Limits;

/// Messages in the queue, in their order.
#[derive(Default)]
pub(super) struct Passing {
    queued: VecDeque<Queued>,
    bytes: usize,
    by_port: HashMap<u64, Amount>,
}

struct Queued {
    port: u64,
    length: usize,
    /// Where it ends among all bytes that are written.
    end: u64,
}

#[derive(Default)]
struct Amount {
    messages: usize,
    bytes: usize,
}

impl Passing {
    /// All bytes up to there are written.
    pub(super) fn written(&mut self, position: u64) {
        while let Some(first) = self.queued.pop_front_if(|first| first.end <= position) {
            self.bytes = self.bytes.saturating_sub(first.length);
            if let Some(amount) = self.by_port.get_mut(&first.port) {
                amount.messages = amount.messages.saturating_sub(1);
                amount.bytes = amount.bytes.saturating_sub(first.length);
                if amount.messages == 0 {
                    self.by_port.remove(&first.port);
                }
            }
        }
    }

    /// The limit that another message of that port is over, if it is: one is always taken.
    pub(super) fn limit(&self, port: u64, length: usize, limits: &Limits) -> Option<usize> {
        let amount = self.by_port.get(&port)?;
        let bytes = amount.bytes.saturating_add(length);
        if amount.messages >= limits.port_messages || bytes > limits.port_bytes {
            return Some(limits.port_bytes);
        }
        let half = limits.queued / 2;
        (self.bytes.saturating_add(length) > half).then_some(half)
    }

    /// Notes a message that was queued.
    pub(super) fn note(&mut self, port: u64, length: usize, end: u64) {
        self.queued.push_back(Queued { port, length, end });
        self.bytes = self.bytes.saturating_add(length);
        let amount = self.by_port.entry(port).or_default();
        amount.messages = amount.messages.saturating_add(1);
        amount.bytes = amount.bytes.saturating_add(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_has_no_more_than_its_credit_would_be_and_all_of_them_half_of_the_queue() {
        let mut limits = Limits::default();
        (limits.port_messages, limits.port_bytes, limits.queued) = (3, 1_000, 3_000);
        let mut passing = Passing::default();
        assert_eq!(passing.limit(1, 5_000, &limits), None, "one, however large");
        passing.note(1, 600, 600);
        assert_eq!((passing.limit(1, 400, &limits), passing.limit(1, 401, &limits)), (None, Some(1_000)));
        passing.note(2, 600, 1_200);
        passing.note(3, 200, 1_400);
        assert_eq!((passing.limit(3, 100, &limits), passing.limit(3, 101, &limits)), (None, Some(1_500)));
        passing.written(1_199);
        assert_eq!((passing.limit(1, 1_000, &limits), passing.limit(3, 700, &limits)), (None, None));
        passing.note(3, 1, 1_401);
        passing.note(3, 1, 1_402);
        assert_eq!(passing.limit(3, 1, &limits), Some(1_000), "three messages");
        passing.written(1_402);
        assert!(passing.queued.is_empty() && passing.by_port.is_empty() && passing.bytes == 0);
    }
}
