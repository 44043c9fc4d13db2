//! Polling a socket for a moment before sleeping on it.
//!
//! Waking a sleeping process costs several times what a small message costs otherwise. A process that expects an answer
//! within microseconds is therefore quicker when it asks the socket again and again than when it sleeps. That pays only
//! where the peer runs at the same time, on another processor: on one processor, or where other programs want all of
//! them, every poll is time taken from the very peer it waits for. So each link learns. A poll that brought nothing
//! makes the next ones rarer, one that succeeded makes them more frequent again; a link without traffic does not poll
//! at all, since its one long wait is one failed poll. Where others wait for the processor, none polls for a while.

mod crowd;
mod sleeps;

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use crowd::Crowd;
use sleeps::Sleeps;

use crate::endpoint::Sleep;

/// The environment variable that chooses, `adaptive` or `off`; renderers inherit it.
pub const VARIABLE: &str = "DIPOLE_POLLING";

/// Whether this process polls before it sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Polling {
    /// While it pays: before each sleep at most 30 us of processor time, up to [`LONGEST_POLL`] where it takes long to
    /// wake a process, and none once polls have failed.
    #[default]
    Adaptive,
    /// Never: least processor time, and every message wakes its receiver.
    Off,
}

/// How long one wait polls at most. Most poll for less: see [`Polling::Adaptive`].
pub const LONGEST_POLL: Duration = Duration::from_micros(100);
/// After polls that failed again and again, this many waits sleep at once before the next try.
const LONGEST_GAP: u32 = 1024;
/// Where nothing polls, some of so many waits are timed.
const SELDOM: u32 = 127;

impl Polling {
    /// As the environment variable says it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Adaptive => "adaptive",
            Self::Off => "off",
        }
    }
}

const UNSET: u8 = 0;
const ADAPTIVE: u8 = 1;
const OFF: u8 = 2;

static CHOSEN: AtomicU8 = AtomicU8::new(UNSET);

/// Chooses for this process, whatever the environment says. Renderers that it starts afterwards inherit the choice.
pub fn set_polling(polling: Polling) {
    CHOSEN.store(if polling == Polling::Off { OFF } else { ADAPTIVE }, Ordering::Relaxed);
}

/// What was chosen: by [`set_polling`], else by the environment variable [`VARIABLE`], else adaptive.
#[must_use]
pub fn polling() -> Polling {
    match CHOSEN.load(Ordering::Relaxed) {
        OFF => Polling::Off,
        ADAPTIVE => Polling::Adaptive,
        _ => {
            let polling = from_environment();
            set_polling(polling);
            polling
        }
    }
}

fn from_environment() -> Polling {
    match std::env::var(VARIABLE).as_deref() {
        Ok("off") => Polling::Off,
        Ok("adaptive") | Err(_) => Polling::Adaptive,
        Ok(other) => {
            tracing::warn!("{VARIABLE} is '{}': it can be 'adaptive' or 'off'", other.escape_debug());
            Polling::Adaptive
        }
    }
}

/// What one link, or one loop over links, has learnt about polling.
#[derive(Debug, Default)]
pub struct Patience {
    /// How many waits sleep at once after the next failure.
    gap: u32,
    /// How many are left of them.
    skip: u32,
    crowd: Crowd,
    sleeps: Sleeps,
}

impl Patience {
    /// Asks `attempt` until it brings something or the budget is over; `None` when it is better to sleep now.
    pub fn poll<R>(&mut self, attempt: impl FnMut() -> Option<R>) -> Option<R> {
        if polling() == Polling::Off {
            self.skip = self.skip.checked_sub(1).unwrap_or(SELDOM);
            self.sleeps.begins(self.skip);
            return None;
        }
        if !self.worth_it() {
            self.sleeps.begins(self.skip);
            return None;
        }
        let found = poll_for(self.sleeps.budget(), attempt);
        self.learn(found.is_some());
        if let Some(rest) = self.crowd.polled() {
            self.skip = self.skip.max(rest);
        }
        match found {
            Some(_) => self.sleeps.none(),
            None => self.sleeps.begins(self.skip),
        }
        found
    }

    /// Notes that the sleep is over which followed a [`poll`](Self::poll) that found nothing.
    pub fn woke(&mut self) {
        self.sleeps.ended();
    }

    /// How the next sleep had better be.
    pub(crate) fn sleep(&self) -> Sleep {
        self.sleeps.kind()
    }

    fn worth_it(&mut self) -> bool {
        let now = self.skip == 0;
        self.skip = self.skip.saturating_sub(1);
        now
    }

    /// A failure costs about twice what a success saves, so that it takes two of these to make up for it.
    fn learn(&mut self, found: bool) {
        if found {
            self.gap /= 2;
        } else {
            self.gap = self.gap.saturating_mul(4).clamp(1, LONGEST_GAP);
            self.skip = self.skip.max(self.gap); // a longer rest goes on
        }
    }
}

/// What one link has learnt about its awaited calls: whether they come one at a time.
///
/// A call that polls within its future keeps its task, and calls that were to be made beside it are made after it. So
/// only a call that follows several others that were alone may poll, and now and then one of them lets others go first,
/// to see whether calls would be made beside it.
#[derive(Debug, Default)]
pub(crate) struct Alone {
    in_a_row: u32,
}

/// Whether an awaited call may poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum MayPoll {
    #[default]
    No,
    /// Once tasks that are ready have had their turn, if it is alone then.
    AfterOthers,
    AtOnce,
}

impl Alone {
    /// Notes a call and whether no other waits for its answer; whether its future may poll.
    pub(crate) fn may_poll(&mut self, alone: bool) -> MayPoll {
        self.in_a_row = if alone { self.in_a_row.wrapping_add(1) } else { 0 };
        match self.in_a_row {
            0..=SURE => MayPoll::No,
            calls if calls.is_multiple_of(PROBE) => MayPoll::AfterOthers,
            _ => MayPoll::AtOnce,
        }
    }
}

/// So many calls in a row have to be alone before one polls.
const SURE: u32 = 4;
/// Of so many calls one lets others go first.
const PROBE: u32 = 16;

fn poll_for<R>(budget: Duration, mut attempt: impl FnMut() -> Option<R>) -> Option<R> {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return Some(found);
        }
        if start.elapsed() >= budget {
            return None;
        }
        std::hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `waits` polled, when each poll ends as `outcome` says.
    fn polls(patience: &mut Patience, waits: u32, mut outcome: impl FnMut(u32) -> bool) -> u32 {
        let mut polled = 0;
        for wait in 0..waits {
            if patience.worth_it() {
                polled += 1;
                patience.learn(outcome(wait));
            }
        }
        polled
    }

    #[test]
    fn polls_that_fail_become_rare_and_those_that_succeed_return() {
        let mut patience = Patience::default();
        assert!(polls(&mut patience, 100_000, |_| false) < 110, "a hundred-thousand waits, all in vain");
        let waits = LONGEST_GAP + 100;
        assert!(polls(&mut patience, waits, |_| true) >= 99, "the first success brings polling back");
        assert_eq!(polls(&mut patience, 1000, |_| true), 1000);
    }

    #[test]
    fn one_failure_among_many_successes_changes_little() {
        let mut patience = Patience::default();
        assert!(polls(&mut patience, 10_000, |wait| wait % 10 != 0) > 8_900);
    }

    #[test]
    fn polls_that_mostly_fail_are_given_up() {
        let mut patience = Patience::default();
        let polled = polls(&mut patience, 100_000, |wait| wait % 2 == 0);
        assert!(polled < 2_000, "{polled} of 100,000 waits polled");
    }

    #[test]
    fn calls_beside_each_other_do_not_poll() {
        let mut alone = Alone::default();
        assert!((0..100).all(|call| alone.may_poll(call % 64 == 0) == MayPoll::No));
        let alone_now: Vec<_> = (0..100).map(|_| alone.may_poll(true)).collect();
        let count = |kind| alone_now.iter().filter(|may| **may == kind).count();
        let counts = [MayPoll::No, MayPoll::AfterOthers, MayPoll::AtOnce].map(count);
        assert_eq!(counts, [4, 6, 90], "one in sixteen lets others go first");
        assert_eq!([alone.may_poll(false), alone.may_poll(true)], [MayPoll::No; 2]);
    }

    #[test]
    fn nothing_polls_when_it_is_switched_off() {
        let before = polling();
        set_polling(Polling::Off);
        let mut attempts = 0;
        let found: Option<()> = Patience::default().poll(|| {
            attempts += 1;
            None
        });
        set_polling(before);
        assert_eq!((found, attempts), (None, 0));
    }

    #[test]
    fn a_poll_ends_with_its_budget() {
        let mut attempts = 0u64;
        let found: Option<()> = poll_for(Duration::from_micros(200), || {
            attempts += 1;
            None
        });
        assert!(found.is_none() && attempts > 1);
        assert_eq!(poll_for(Duration::ZERO, || Some(7)), Some(7));
    }
}
