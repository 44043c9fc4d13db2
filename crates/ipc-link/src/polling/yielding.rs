//! Giving the processor away once before sleeping.
//!
//! Where two processes share a processor, the peer runs as soon as this one stops. It need not sleep for that: one that
//! only lets others go first (sched_yield(2)) is still among those that are ready when the peer stops in turn, so that
//! nobody has to be put to sleep or woken. On other processors the peer is not helped by it, so each link learns. And
//! where a third process wants the processor it may keep it for milliseconds, so a turn that took long is not given
//! away again for many waits.

use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::wake_latency::LONG_POLL;

/// A peer that answers at once takes less, also when it polls in vain in between; others take milliseconds.
const LONG: Duration = LONG_POLL.saturating_mul(2);
/// For so many waits nothing is given away after it took long, twice as many each time that it does again.
const REST: u32 = 256;
const LONGEST_REST: u32 = 256 * REST;

/// A peer that was about to let others go first does so before it looks for what was sent to it, and gives the turn
/// back at once: then it gets another.
const TIMES: u32 = 2;

/// What one link knows of giving its processor away.
#[derive(Debug, Default)]
pub(super) struct YieldPolicy {
    backoff: Backoff,
    rest: u32,
    /// How many turns have been worth it since the rest was last changed.
    good: u32,
}

impl YieldPolicy {
    /// Lets others go first if that has helped before, and makes an attempt behind that.
    #[inline]
    pub(super) fn give_away<R>(&mut self, mut attempt: impl FnMut() -> Option<R>) -> Option<R> {
        if !self.backoff.worth_it() {
            return None;
        }
        let start = Instant::now();
        let found = (0..TIMES).find_map(|_| {
            std::thread::yield_now();
            attempt()
        });
        self.learn(found.is_some(), start.elapsed());
        found
    }

    #[inline]
    fn learn(&mut self, found: bool, away: Duration) {
        self.backoff.learn(found && away < LONG);
        if away >= LONG {
            self.rest = (self.rest * 2).clamp(REST, LONGEST_REST);
            self.backoff.rest(self.rest);
            self.good = 0;
        } else if found && self.rest > 0 {
            self.good += 1;
            // Others that come and go must not be forgotten as soon as they are gone.
            if self.good >= self.rest {
                self.rest /= 2;
                self.good = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_micros(5);

    /// How many of `waits` gave the processor away, when each time ends as `outcome` says.
    fn given_away(turns: &mut YieldPolicy, waits: u32, mut outcome: impl FnMut() -> (bool, Duration)) -> u32 {
        let mut given = 0;
        for _ in 0..waits {
            if turns.backoff.worth_it() {
                given += 1;
                let (found, away) = outcome();
                turns.learn(found, away);
            }
        }
        given
    }

    #[test]
    fn a_peer_on_the_same_processor_gets_every_turn() {
        assert_eq!(given_away(&mut YieldPolicy::default(), 1000, || (true, SHORT)), 1000);
    }

    #[test]
    fn a_peer_on_another_processor_gets_hardly_any() {
        assert!(given_away(&mut YieldPolicy::default(), 100_000, || (false, SHORT)) < 110);
    }

    #[test]
    fn others_that_keep_the_processor_for_long_get_very_few() {
        let mut turns = YieldPolicy::default();
        let mut given = given_away(&mut turns, 200_000, || (true, LONG));
        assert!(given < 12, "{given} turns were given away although it took long, whatever had come meanwhile");
        given = given_away(&mut turns, LONGEST_REST + 1000, || (true, SHORT));
        assert!(given >= 1000, "once they have gone, turns are given away again");
    }

    #[test]
    fn one_disturbance_costs_a_short_rest() {
        let mut turns = YieldPolicy::default();
        let mut first = true;
        let given = given_away(&mut turns, 1000, || (true, if std::mem::take(&mut first) { LONG } else { SHORT }));
        assert_eq!(given, 1000 - REST);
    }

    #[test]
    fn others_that_come_and_go_are_remembered() {
        let mut turns = YieldPolicy::default();
        let (mut number, mut long) = (0, 0);
        given_away(&mut turns, 1_000_000, || {
            number += 1;
            let disturbed = number % 50 == 0;
            long += u32::from(disturbed);
            (true, if disturbed { LONG } else { SHORT })
        });
        assert!(long < 30, "of a million waits {long} were long");
    }

    #[test]
    fn what_comes_while_others_run_is_found() {
        assert_eq!(YieldPolicy::default().give_away(|| Some(7)), Some(7));
        let mut attempts = 0;
        let second = YieldPolicy::default().give_away(|| {
            attempts += 1;
            (attempts == 2).then_some(7)
        });
        assert_eq!(second, Some(7), "a peer that gives its first turn back gets another");
    }
}
