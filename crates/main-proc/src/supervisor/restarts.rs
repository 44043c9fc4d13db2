//! Whether and when a renderer is started again.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::heartbeat::EVERY;

/// When a renderer that has ended is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Restart {
    /// Not at all.
    Never,
    /// When it has ended otherwise than with code 0: Erlang's `transient`.
    #[default]
    OnCrash,
    /// However it has ended: Erlang's `permanent`.
    Always,
}

/// How a renderer is kept running.
///
/// The fields are for reading and changing: begin with `Policy::default()`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// When it is started again. Default: [`Restart::OnCrash`].
    pub restart: Restart,
    /// How often it is started again within the time of [`within`](Self::within); the next end is the last one. Default: 5.
    pub budget: u32,
    /// The time in which the starts of the budget are counted. Default: 60 s.
    pub within: Duration,
    /// How long to wait before it is started again for the first time. Each further wait is twice as long as the one
    /// before, and then a random part of up to a half shorter, so that many that ended together do not start together.
    /// Default: 100 ms.
    pub delay: Duration,
    /// The longest wait. Default: 10 s.
    pub longest_delay: Duration,
    /// One that has lived so long is started again as if it were the first time. Default: 60 s.
    pub quiet: Duration,
    /// Whether it is asked for signs of life. Default: every 2 s, with 15 s of patience, and nothing is killed.
    pub heartbeat: Option<Heartbeat>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            restart: Restart::default(),
            budget: 5,
            within: Duration::from_secs(60),
            delay: Duration::from_millis(100),
            longest_delay: Duration::from_secs(10),
            quiet: Duration::from_secs(60),
            heartbeat: Some(Heartbeat::default()),
        }
    }
}

/// How a renderer is asked for signs of life. Its answer passes through the loop that runs its listeners and starts its
/// handlers, so one that hangs there gives none, whatever its socket and its other threads do. A renderer that is blocked
/// in `send_sync` until main answers is not silent, nor is one whose messages main has not come to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Heartbeat {
    /// The time between two questions. Default: 2 s.
    pub every: Duration,
    /// How long an answer may take. Default: 15 s.
    pub patience: Duration,
    /// Whether one that does not answer is killed, to be started again. Default: no.
    pub kill: bool,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { every: EVERY, patience: Duration::from_secs(15), kill: false }
    }
}

/// What has happened so far.
#[derive(Debug, Default)]
pub(super) struct Restarts {
    /// When the last ones were.
    recent: VecDeque<Instant>,
    /// How many there were without a quiet time between them.
    in_a_row: u32,
}

/// What is done behind an end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: it has done what it was for.
    Rest,
    /// Nothing more: it has ended too often.
    GiveUp,
    /// It is started again after that time.
    After(Duration),
}

impl Restarts {
    /// What follows the end, now, of one that has lived so long. `random` is from 0 to 1.
    pub(super) fn after(&mut self, policy: &Policy, now: Instant, lived: Duration, crashed: bool, random: f64) -> Next {
        match policy.restart {
            Restart::Never => return Next::Rest,
            Restart::OnCrash if !crashed => return Next::Rest,
            Restart::OnCrash | Restart::Always => {}
        }
        if lived >= policy.quiet {
            self.in_a_row = 0;
        }
        while self.recent.front().is_some_and(|first| now.saturating_duration_since(*first) >= policy.within) {
            self.recent.pop_front();
        }
        if self.recent.len() >= usize::try_from(policy.budget).unwrap_or(usize::MAX) {
            return Next::GiveUp;
        }
        self.recent.push_back(now);
        let longer = 2_u32.saturating_pow(self.in_a_row);
        self.in_a_row = self.in_a_row.saturating_add(1);
        let delay = policy.delay.saturating_mul(longer).min(policy.longest_delay);
        Next::After(delay.mul_f64(1.0 - random.clamp(0.0, 1.0) / 2.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn next(restarts: &mut Restarts, policy: &Policy, now: Instant) -> Next {
        restarts.after(policy, now, SECOND, true, 0.0)
    }

    #[test]
    fn a_clean_end_is_followed_by_another_start_only_where_that_was_asked_for() {
        let now = Instant::now();
        for (restart, clean, crashed) in
            [(Restart::Never, false, false), (Restart::OnCrash, false, true), (Restart::Always, true, true)]
        {
            let policy = Policy { restart, ..Policy::default() };
            for (did_crash, again) in [(false, clean), (true, crashed)] {
                let next = Restarts::default().after(&policy, now, SECOND, did_crash, 0.0);
                assert_eq!(next != Next::Rest, again, "{restart:?} {did_crash}");
            }
        }
    }

    #[test]
    fn each_wait_is_twice_as_long_up_to_the_longest_until_a_quiet_time() {
        let policy = Policy { delay: SECOND, longest_delay: 5 * SECOND, budget: 100, ..Policy::default() };
        let (mut restarts, now) = (Restarts::default(), Instant::now());
        let waits: Vec<_> = (0..5).map(|_| next(&mut restarts, &policy, now)).collect();
        assert_eq!(waits, [1, 2, 4, 5, 5].map(|seconds| Next::After(seconds * SECOND)));
        assert_eq!(restarts.after(&policy, now, policy.quiet, true, 0.0), Next::After(SECOND), "it was quiet");
        assert_eq!(restarts.after(&policy, now, SECOND, true, 1.0), Next::After(SECOND), "half of two");
        let many = (0..200).map(|_| next(&mut restarts, &Policy { budget: u32::MAX, ..policy.clone() }, now)).last();
        assert_eq!(many, Some(Next::After(5 * SECOND)), "however often");
    }

    #[test]
    fn more_ends_than_the_budget_within_its_time_are_too_many() {
        let policy = Policy { budget: 2, within: 10 * SECOND, ..Policy::default() };
        let (mut restarts, start) = (Restarts::default(), Instant::now());
        let mut at = |seconds| matches!(next(&mut restarts, &policy, start + seconds * SECOND), Next::After(_));
        assert_eq!([0, 4, 9, 10, 11, 14].map(&mut at), [true, true, false, true, false, true]);
        let never = Policy { budget: 0, ..Policy::default() };
        assert_eq!(next(&mut Restarts::default(), &never, start), Next::GiveUp);
    }
}
