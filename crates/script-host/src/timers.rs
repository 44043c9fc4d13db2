//! The timer queue: which timer is due, in Node's order.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use crate::realm::RealmId;

/// Names a timer, immediate or completion within the engine.
pub(crate) type TaskId = u32;

struct Timer {
    realm: RealmId,
    key: (u64, u64),
    referenced: bool,
}

/// Timers by due time in whole milliseconds, then by age. Node's clock for timers has that
/// resolution too, so two timers set in the same millisecond for the same delay keep their order.
pub(crate) struct TimerQueue {
    start: Instant,
    order: BTreeMap<(u64, u64), TaskId>,
    timers: HashMap<TaskId, Timer>,
    sequence: u64,
    referenced: usize,
}

impl Default for TimerQueue {
    fn default() -> Self {
        Self { start: Instant::now(), order: BTreeMap::new(), timers: HashMap::new(), sequence: 0, referenced: 0 }
    }
}

impl TimerQueue {
    /// Adds a timer that is due `delay` milliseconds after `now`.
    pub(crate) fn add(&mut self, id: TaskId, realm: RealmId, delay: u32, referenced: bool, now: Instant) {
        self.remove(id);
        self.sequence += 1;
        let key = (self.millis(now) + u64::from(delay.max(1)), self.sequence);
        self.order.insert(key, id);
        self.timers.insert(id, Timer { realm, key, referenced });
        self.referenced += usize::from(referenced);
    }

    pub(crate) fn remove(&mut self, id: TaskId) {
        if let Some(timer) = self.timers.remove(&id) {
            self.order.remove(&timer.key);
            self.referenced -= usize::from(timer.referenced);
        }
    }

    pub(crate) fn set_referenced(&mut self, id: TaskId, referenced: bool) {
        if let Some(timer) = self.timers.get_mut(&id) {
            self.referenced -= usize::from(timer.referenced);
            self.referenced += usize::from(referenced);
            timer.referenced = referenced;
        }
    }

    /// The mark below which timers are old enough for this turn: those added while it runs wait.
    pub(crate) fn mark(&self) -> u64 {
        self.sequence
    }

    /// Takes the next timer that is due at `now` and not younger than `mark`.
    pub(crate) fn pop_due(&mut self, now: Instant, mark: u64) -> Option<(TaskId, RealmId)> {
        let now = self.millis(now);
        let (_, id) = self.order.range(..=(now, u64::MAX)).find(|((_, sequence), _)| *sequence <= mark)?;
        let id = *id;
        let realm = self.timers.get(&id)?.realm;
        self.remove(id);
        Some((id, realm))
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        let ((millis, _), _) = self.order.first_key_value()?;
        self.start.checked_add(Duration::from_millis(*millis))
    }

    pub(crate) fn has_referenced(&self) -> bool {
        self.referenced > 0
    }

    /// How many have a reference.
    pub(crate) fn referenced(&self) -> usize {
        self.referenced
    }

    pub(crate) fn clear(&mut self) {
        self.order.clear();
        self.timers.clear();
        self.referenced = 0;
    }

    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.start).as_millis()).unwrap_or(u64::MAX / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REALM: RealmId = RealmId(0);

    fn due(queue: &mut TimerQueue, at: Instant) -> Vec<TaskId> {
        let mark = queue.mark();
        std::iter::from_fn(|| queue.pop_due(at, mark).map(|(id, _)| id)).collect()
    }

    #[test]
    fn timers_come_by_due_time_and_then_by_age() {
        let mut queue = TimerQueue::default();
        let now = queue.start;
        queue.add(1, REALM, 20, true, now);
        queue.add(2, REALM, 10, true, now);
        queue.add(3, REALM, 10, true, now);
        queue.add(4, REALM, 0, true, now);
        assert_eq!(queue.next_due(), Some(now + Duration::from_millis(1)));
        assert_eq!(due(&mut queue, now), Vec::<TaskId>::new());
        assert_eq!(due(&mut queue, now + Duration::from_millis(10)), [4, 2, 3]);
        assert_eq!(due(&mut queue, now + Duration::from_millis(20)), [1]);
        assert!(!queue.has_referenced());
    }

    #[test]
    fn a_timer_added_during_a_turn_waits_for_the_next() {
        let mut queue = TimerQueue::default();
        let now = queue.start;
        queue.add(1, REALM, 1, true, now);
        let mark = queue.mark();
        queue.add(2, REALM, 1, true, now);
        let later = now + Duration::from_millis(5);
        assert_eq!(queue.pop_due(later, mark).map(|(id, _)| id), Some(1));
        assert_eq!(queue.pop_due(later, mark), None);
    }

    #[test]
    fn an_unreferenced_timer_keeps_nothing_alive() {
        let mut queue = TimerQueue::default();
        let now = queue.start;
        queue.add(1, REALM, 1, true, now);
        queue.set_referenced(1, false);
        assert!(!queue.has_referenced());
        assert!(queue.next_due().is_some());
        queue.set_referenced(1, true);
        assert!(queue.has_referenced());
        queue.remove(1);
        assert!(!queue.has_referenced());
    }
}
