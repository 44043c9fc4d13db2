//! The requests of one link, both ways: which of ours wait for an answer, and which of the peer's we still owe.
//!
//! Ids count up, so both tables are windows over consecutive or at least ascending ids, and the common case, an answer
//! to one of the oldest, costs neither a hash nor an allocation.

use std::collections::{HashMap, VecDeque};

/// How many of the latest requests are kept in a row; older ones that still wait move to a map.
const ROW: usize = 1024;

/// Requests this side asked. `W` is whatever the caller waits with.
#[derive(Debug)]
pub(crate) struct Asked<W> {
    next: u64,
    /// The waiters of the latest ids, up to the one before `next`.
    row: VecDeque<Option<W>>,
    /// Those that have waited while [`ROW`] others were asked.
    elders: HashMap<u64, W>,
    len: usize,
}

impl<W> Asked<W> {
    pub(crate) fn new() -> Self {
        Self { next: 1, row: VecDeque::new(), elders: HashMap::new(), len: 0 }
    }

    /// Takes the next id. Ids count up and are never reused, so a late answer cannot meet a new request.
    pub(crate) fn register(&mut self, waiter: W) -> u64 {
        let id = self.next;
        if self.row.len() >= ROW
            && let Some(elder) = self.row.pop_front().flatten()
        {
            self.elders.insert(id.saturating_sub(ROW as u64), elder);
        }
        self.next = self.next.saturating_add(1);
        self.row.push_back(Some(waiter));
        self.len = self.len.saturating_add(1);
        id
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.next
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The waiter of a request that ends now; `None` if it ended before.
    pub(crate) fn finish(&mut self, id: u64) -> Option<W> {
        let waiter = match self.place(id) {
            Some(place) => self.row.get_mut(place)?.take(),
            None => self.elders.remove(&id),
        }?;
        self.len = self.len.saturating_sub(1);
        while self.row.front().is_some_and(Option::is_none) {
            self.row.pop_front();
        }
        Some(waiter)
    }

    /// Where in the row that id is or was.
    fn place(&self, id: u64) -> Option<usize> {
        let behind = usize::try_from(self.next.checked_sub(id)?).ok()?;
        self.row.len().checked_sub(behind)
    }

    /// Whether this side ever asked a request of that id.
    pub(crate) fn was_issued(&self, id: u64) -> bool {
        id != 0 && id < self.next
    }

    pub(crate) fn drain(&mut self) -> Vec<(u64, W)> {
        let mut all: Vec<_> = self.elders.drain().collect();
        all.sort_by_key(|(id, _)| *id);
        let first = self.next.saturating_sub(self.row.len() as u64);
        let row = self.row.drain(..).zip(first..);
        all.extend(row.filter_map(|(waiter, id)| waiter.map(|waiter| (id, waiter))));
        self.len = 0;
        all
    }

    pub(crate) fn start_at(&mut self, id: u64) {
        self.next = id;
    }
}

/// Requests the peer asked and that are not answered yet, in the order of their ids, each with the bytes it came in.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    last: u64,
    open: VecDeque<(u64, usize)>,
    /// Those that the peer has cancelled and whose handlers have not ended.
    cancelled: HashMap<u64, usize>,
    bytes: usize,
}

impl Owed {
    /// Notes a request of the peer; `false` when its id does not count up.
    #[inline]
    pub(crate) fn open(&mut self, id: u64, bytes: usize) -> bool {
        if id <= self.last {
            return false;
        }
        self.last = id;
        self.open.push_back((id, bytes));
        self.bytes = self.bytes.saturating_add(bytes);
        true
    }

    /// Its handler has ended. Whether the request was still open; it no longer is.
    #[inline]
    pub(crate) fn close(&mut self, id: u64) -> bool {
        let (open, bytes) = match self.take(id) {
            Some(bytes) => (true, bytes),
            None if self.cancelled.is_empty() => return false,
            None => (false, self.cancelled.remove(&id).unwrap_or_default()),
        };
        self.bytes = self.bytes.saturating_sub(bytes);
        open
    }

    /// The peer no longer waits, but the handler may still run. Whether the request was still open; it no longer is.
    pub(crate) fn cancel(&mut self, id: u64) -> bool {
        let Some(bytes) = self.take(id) else { return false };
        self.cancelled.insert(id, bytes);
        true
    }

    /// Its handler holds so many bytes more, if it has not ended.
    pub(crate) fn charge(&mut self, id: u64, more: usize) {
        let place = self.open.binary_search_by_key(&id, |(id, _)| *id).ok();
        let open = place.and_then(|place| self.open.get_mut(place)).map(|(_, bytes)| bytes);
        if let Some(bytes) = open.or_else(|| self.cancelled.get_mut(&id)) {
            *bytes = bytes.saturating_add(more);
            self.bytes = self.bytes.saturating_add(more);
        }
    }

    #[inline]
    fn take(&mut self, id: u64) -> Option<usize> {
        if let Some((first, bytes)) = self.open.front().copied()
            && first == id
        {
            self.open.pop_front();
            return Some(bytes);
        }
        let place = self.open.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.open.remove(place).map(|(_, bytes)| bytes)
    }

    /// How many cancelled ones have handlers that still run.
    #[inline]
    pub(crate) fn cancelled(&self) -> usize {
        self.cancelled.len()
    }

    /// The bytes of all whose handlers have not ended.
    #[inline]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Those that nobody has answered or cancelled.
    pub(crate) fn open_ids(&self) -> Vec<u64> {
        self.open.iter().map(|(id, _)| *id).collect()
    }

    pub(crate) fn was_asked(&self, id: u64) -> bool {
        id != 0 && id <= self.last
    }

    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_finds_its_request_however_old_it_is() {
        let mut asked = Asked::new();
        let elder = asked.register(0);
        for number in 1..5000 {
            let id = asked.register(number);
            if number % 3 != 0 {
                assert_eq!(asked.finish(id), Some(number));
                assert_eq!(asked.finish(id), None);
            }
        }
        assert_eq!(asked.finish(elder), Some(0));
        assert_eq!(asked.finish(elder), None);
        assert_eq!(asked.finish(3000 + 1), Some(3000));
        assert_eq!(asked.finish(5001), None, "not asked yet");
        let left = asked.drain();
        assert_eq!(left.len(), 4999 / 3 - 1);
        assert!(left.iter().all(|(id, number)| *id == number + 1 && number % 3 == 0 && *number != 3000));
        assert!(left.is_sorted_by_key(|(id, _)| *id));
        assert_eq!(asked.len(), 0);
    }

    #[test]
    fn one_request_that_waits_for_long_does_not_make_the_row_grow() {
        let mut asked = Asked::new();
        let _elder = asked.register(0);
        for number in 1..100_000 {
            let id = asked.register(number);
            assert_eq!(asked.finish(id), Some(number));
        }
        assert!(asked.row.len() <= ROW && asked.elders.len() == 1 && asked.len() == 1);
    }

    #[test]
    fn what_is_owed_is_paid_once_and_in_any_order() {
        let mut owed = Owed::default();
        assert!([1, 2, 5, 9].into_iter().all(|id| owed.open(id, 10)));
        assert!(!owed.open(9, 10) && !owed.open(4, 10));
        assert_eq!(owed.bytes(), 40);
        assert!(owed.close(5) && !owed.close(5) && !owed.close(4));
        assert!(owed.close(1) && owed.close(9) && owed.close(2));
        assert_eq!((owed.len(), owed.bytes()), (0, 0));
        assert!(owed.was_asked(4) && !owed.was_asked(10));
    }

    #[test]
    fn a_cancelled_request_is_held_until_its_handler_has_ended() {
        let mut owed = Owed::default();
        assert!(owed.open(1, 4) && owed.open(2, 20) && owed.cancel(1));
        owed.charge(1, 6);
        owed.charge(3, 1_000);
        assert_eq!((owed.len(), owed.cancelled(), owed.bytes()), (1, 1, 30));
        assert!(!owed.cancel(1) && !owed.close(1), "nobody waits for its answer");
        assert_eq!((owed.len(), owed.cancelled(), owed.bytes()), (1, 0, 20));
        assert!(!owed.close(1) && owed.close(2) && !owed.cancel(2));
        assert_eq!((owed.len(), owed.cancelled(), owed.bytes()), (0, 0, 0));
    }
}
