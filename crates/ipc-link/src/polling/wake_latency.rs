//! How long a poll has to last to find what a sleeper would be woken for.
//!
//! On some machines a sleeping process runs again within some microseconds, on others, where an idle processor is given
//! back to a hypervisor, it takes ten times as long. A process that polls while its peer still has to be woken finds
//! the answer once that has happened; two that sleep wait for both of them to be woken. So a poll pays when it lasts
//! somewhat less than short sleeps take, and once both sides poll, each finds its messages at once.

use std::time::{Duration, Instant};

use crate::endpoint::Sleep;

/// How long one wait polls at most, unless much was sent before. Most poll for less: see [`Polling::Adaptive`](super::Polling::Adaptive).
pub(super) const LONG_POLL: Duration = Duration::from_micros(100);
/// Every poll may last so long.
pub(crate) const SHORTEST_POLL: Duration = Duration::from_micros(30);
/// A sleep of this time says nothing about how long waking takes.
const LONG: Duration = Duration::from_millis(1);
/// Where sleeps take at least so long, it is worth a switch of processes to be awake early.
const SLOW: Duration = Duration::from_micros(40);
/// So many waits before the next poll are timed: the clock costs more than counting does.
const TIMED: u32 = 8;
/// What one longer sleep adds to the estimate is this part of the difference.
const PART: u32 = 8;

/// How long the sleeps of one link take.
#[derive(Debug, Default)]
pub(super) struct WakeLatency {
    began: Option<Instant>,
    /// About the shortest of the last ones; zero before the first.
    short: Duration,
}

impl WakeLatency {
    /// A sleep begins, `ahead` waits before the next poll.
    pub(super) fn begins(&mut self, ahead: u32) {
        self.began = (ahead < TIMED).then(Instant::now);
    }

    /// No sleep: one that began, and whose end nobody saw, is forgotten.
    pub(super) fn none(&mut self) {
        self.began = None;
    }

    /// The sleep is over.
    pub(super) fn ended(&mut self) {
        if let Some(began) = self.began.take() {
            self.took(began.elapsed());
        }
    }

    fn took(&mut self, time: Duration) {
        if time < LONG {
            let shorter = self.short.is_zero() || time < self.short;
            self.short = if shorter { time } else { self.short + (time - self.short) / PART };
        }
    }

    /// How the next sleep had better be.
    pub(super) fn kind(&self) -> Sleep {
        if self.short < SLOW { Sleep::Deep } else { Sleep::Light }
    }

    /// How long the next poll may last.
    pub(super) fn budget(&self) -> Duration {
        (self.short * 3 / 4).clamp(SHORTEST_POLL, LONG_POLL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget_after(sleeps: impl IntoIterator<Item = u64>) -> u128 {
        let mut known = WakeLatency::default();
        sleeps.into_iter().for_each(|us| known.took(Duration::from_micros(us)));
        known.budget().as_micros()
    }

    #[test]
    fn polls_are_short_where_sleepers_are_woken_quickly() {
        assert_eq!(budget_after([]), 30);
        assert_eq!(budget_after([14, 300, 16, 14]), 30);
    }

    #[test]
    fn polls_last_somewhat_less_than_short_sleeps_do() {
        assert_eq!(budget_after([80, 80]), 60);
        assert_eq!(budget_after([400, 80]), 60, "the shorter one tells how long waking takes");
        assert_eq!(budget_after(std::iter::once(20).chain([80; 100])), 59, "what was short once is forgotten");
    }

    #[test]
    fn sleeps_of_those_who_wait_for_something_else_do_not_count() {
        assert_eq!(budget_after([80, 1_000, 60_000_000]), 60);
        assert_eq!(budget_after([900]), 100, "and no poll lasts longer than this");
    }

    #[test]
    fn sleep_is_light_where_waking_takes_long() {
        let mut sleeps = WakeLatency::default();
        assert_eq!(sleeps.kind(), Sleep::Deep);
        sleeps.took(Duration::from_micros(80));
        assert_eq!(sleeps.kind(), Sleep::Light);
        sleeps.took(Duration::from_micros(12));
        assert_eq!(sleeps.kind(), Sleep::Deep);
    }

    #[test]
    fn only_the_sleeps_just_before_a_poll_are_timed() {
        let mut sleeps = WakeLatency::default();
        sleeps.begins(TIMED);
        assert!(sleeps.began.is_none());
        sleeps.begins(TIMED - 1);
        assert!(sleeps.began.is_some());
        sleeps.ended();
        assert!(sleeps.began.is_none() && !sleeps.short.is_zero());
    }
}
