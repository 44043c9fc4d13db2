//! Polling a socket for a moment before sleeping on it.
//!
//! Waking a sleeping process costs several times what a small message costs otherwise. A process that expects an answer
//! within microseconds is therefore quicker when it asks the socket again and again than when it sleeps. That pays only
//! where the peer runs at the same time, on another processor: on one processor, or where other programs want all of
//! them, every poll is time taken from the very peer it waits for. So each link learns. A poll that brought nothing
//! makes the next ones rarer, one that succeeded makes them more frequent again; a link without traffic does not poll
//! at all, since its one long wait is one failed poll. Where others wait for the processor, none polls for a while, and
//! where the peer runs on the same one, it is given its turn without anybody being put to sleep.

mod backoff;
mod run_queue;
mod wake_latency;
mod yielding;

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use backoff::Backoff;
use run_queue::RunQueuePressure;
pub(crate) use wake_latency::SHORTEST_POLL;
use wake_latency::WakeLatency;
use yielding::YieldPolicy;

use crate::endpoint::Sleep;

/// The environment variable that chooses, `adaptive` or `off`; renderers inherit it.
pub const VARIABLE: &str = "DIPOLE_POLLING";

/// Whether this process polls before it sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Polling {
    /// While it pays: before each sleep at most 30 us of processor time, up to 100 us where it takes long to wake a
    /// process, more behind a large message, and none once polls have failed.
    #[default]
    Adaptive,
    /// Never: least processor time, and nearly every message wakes its receiver. Where the two processes share a
    /// processor, one that waits may still let the other have its turn before it sleeps.
    Off,
}

/// Behind a large message a poll lasts longer by the time that the peer needs to take it in, at about four bytes a
/// nanosecond; but not longer than for so many bytes.
const MOST_SENT: usize = 1 << 20;
const BYTES_A_MICROSECOND: usize = 4 << 10;
/// How long one wait polls at most.
pub const LONGEST_POLL: Duration = Duration::from_micros(100 + (MOST_SENT / BYTES_A_MICROSECOND) as u64);
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

/// What one link, or one loop over links, has learnt about waiting.
#[derive(Debug, Default)]
pub struct SpinPolicy {
    polls: Backoff,
    pressure: RunQueuePressure,
    yields: YieldPolicy,
    latency: WakeLatency,
    /// Counts sleeps down where nothing polls: the last few of each count are timed.
    untimed: u32,
}

impl SpinPolicy {
    /// Asks `attempt` until it brings something or the budget is over, or once others had their turn; `None` when
    /// it is better to sleep now. So many bytes of large messages were `sent` before, which the peer has to take in
    /// first.
    pub fn poll<R>(&mut self, sent: usize, mut attempt: impl FnMut() -> Option<R>) -> Option<R> {
        let polling = polling() == Polling::Adaptive;
        let found = if polling && self.polls.worth_it() {
            let found = poll_for(self.latency.budget() + taking_in(sent.min(MOST_SENT)), attempt);
            self.polls.learn(found.is_some());
            if let Some(rest) = self.pressure.polled() {
                self.polls.rest(rest);
            }
            found
        } else {
            let found = self.yields.give_away(&mut attempt);
            if found.is_some() {
                self.polls.rest(1); // the next wait will end in the same way
            }
            found
        };
        match found {
            Some(_) => self.latency.none(),
            None => {
                let ahead = if polling { self.polls.ahead() } else { self.untimed() };
                self.latency.begins(ahead);
            }
        }
        found
    }

    /// Counts sleeps down to the next that is timed.
    fn untimed(&mut self) -> u32 {
        self.untimed = self.untimed.checked_sub(1).unwrap_or(SELDOM);
        self.untimed
    }

    /// Notes that the sleep is over which followed a [`poll`](Self::poll) that found nothing.
    pub fn woke(&mut self) {
        self.latency.ended();
    }

    /// How the next sleep had better be.
    pub(crate) fn sleep(&self) -> Sleep {
        self.latency.kind()
    }
}

/// What one link has learnt about its awaited calls: whether they come one at a time.
///
/// A call that polls within its future keeps its task, and calls that were to be made beside it are made after it. So
/// only a call that follows several others that were alone may poll, and now and then one of them lets others go first,
/// to see whether calls would be made beside it.
#[derive(Debug, Default)]
pub(crate) struct SoloCalls {
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

impl SoloCalls {
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

/// About how long it takes to copy so many bytes, here or in the peer.
pub(crate) fn taking_in(bytes: usize) -> Duration {
    Duration::from_micros((bytes / BYTES_A_MICROSECOND) as u64)
}

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
    use super::wake_latency::LONG_POLL;
    use super::*;

    #[test]
    fn calls_beside_each_other_do_not_poll() {
        let mut alone = SoloCalls::default();
        assert!((0..100).all(|call| alone.may_poll(call % 64 == 0) == MayPoll::No));
        let alone_now: Vec<_> = (0..100).map(|_| alone.may_poll(true)).collect();
        let count = |kind| alone_now.iter().filter(|may| **may == kind).count();
        let counts = [MayPoll::No, MayPoll::AfterOthers, MayPoll::AtOnce].map(count);
        assert_eq!(counts, [4, 6, 90], "one in sixteen lets others go first");
        assert_eq!([alone.may_poll(false), alone.may_poll(true)], [MayPoll::No; 2]);
    }

    #[test]
    fn hardly_anything_is_asked_for_when_polling_is_switched_off() {
        let before = polling();
        set_polling(Polling::Off);
        let mut policy = SpinPolicy::default();
        let attempts = [(); 1000].map(|()| {
            let mut attempts = 0;
            let found: Option<()> = policy.poll(0, || {
                attempts += 1;
                None
            });
            assert!(found.is_none() && attempts <= 2);
            attempts
        });
        set_polling(before);
        assert!(attempts.iter().sum::<u32>() < 20, "after others had their turn, and then hardly ever");
    }

    #[test]
    fn behind_a_large_message_a_poll_lasts_longer_but_not_without_end() {
        let most = [0, 4 << 10, MOST_SENT, usize::MAX].map(|sent| LONG_POLL + taking_in(sent.min(MOST_SENT)));
        assert!(most.is_sorted() && most[0] < most[1]);
        assert_eq!(most[2..], [LONGEST_POLL; 2]);
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
