//! What may happen now and then, and not again and again.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How often something has happened lately.
#[derive(Debug)]
pub(crate) struct Excesses {
    times: VecDeque<Instant>,
    /// So many within that time are too many.
    most: usize,
    within: Duration,
}

impl Excesses {
    pub(crate) fn of(most: usize, within: Duration) -> Self {
        Self { times: VecDeque::new(), most, within }
    }

    /// It has happened once more; whether that is once too often.
    pub(crate) fn add(&mut self, now: Instant) -> bool {
        while self.times.front().is_some_and(|first| now.saturating_duration_since(*first) > self.within) {
            self.times.pop_front();
        }
        // Whoever goes on after that is still too many, and need not be remembered more often.
        if self.times.len() >= self.most {
            self.times.pop_front();
        }
        self.times.push_back(now);
        self.times.len() >= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_within_the_time_is_one_too_many() {
        let (mut excesses, now) = (Excesses::of(10, Duration::from_secs(10)), Instant::now());
        let within = |seconds| now + Duration::from_secs(seconds);
        assert!((0..9).all(|_| !excesses.add(now)));
        assert!(!excesses.add(within(11)), "those of before are forgotten");
        assert!((0..8).all(|_| !excesses.add(within(12))));
        assert!(excesses.add(within(20)));
    }
}
