//! Noticing a renderer whose loop does not turn any more.
//!
//! Every two seconds, or as often as is said, a renderer is asked for a sign of life. Its answer passes through its loop, so an endless script
//! gives none. Only time in which main has listened to it counts: where main itself was busy, stopped or starved, or owes
//! it the answer that it is blocked for, that is no renderer's silence.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// The time between two questions, unless told otherwise.
pub(crate) const EVERY: Duration = Duration::from_secs(2);
/// How often it is looked whether an answer has come, within the time that it may take. Each look counts for the time
/// since the one before, but for no more than two of them should take.
const LOOKS: u32 = 30;

/// What is known of one renderer's loop.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    every: Duration,
    /// When there is something to do next.
    due: Cell<Option<Instant>>,
    /// When it was last asked or looked at.
    looked: Cell<Option<Instant>>,
    /// When it is asked again, once it has answered.
    again: Cell<Option<Instant>>,
    /// Whether it has not answered yet.
    waiting: Cell<bool>,
    /// Whether it was found to be silent.
    silent: Cell<bool>,
    /// For how long it has not answered while it was listened to.
    silence: Cell<Duration>,
    nonce: Cell<u64>,
}

/// What is to be done about a renderer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Nothing.
    Rest,
    /// It is to be asked with that number.
    Ask(u64),
    /// It has just been found silent.
    Silent,
}

#[cfg(feature = "host")]
impl Default for Heartbeat {
    fn default() -> Self {
        Self::every(EVERY)
    }
}

impl Heartbeat {
    /// One that asks that often.
    pub(crate) fn every(every: Duration) -> Self {
        Self {
            every,
            due: Cell::default(),
            looked: Cell::default(),
            again: Cell::default(),
            waiting: Cell::default(),
            silent: Cell::default(),
            silence: Cell::default(),
            nonce: Cell::default(),
        }
    }

    /// What is to be done, when all has been read that had come. `listened` says whether all that has come of this
    /// renderer has been handled, and it does not wait for main; `limit` how long it may be silent.
    pub(crate) fn check(&self, now: Instant, limit: Duration, listened: impl FnOnce() -> bool) -> Beat {
        let Some(due) = self.due.get() else {
            // It has only just begun.
            self.due.set(Some(now + self.every.min(limit)));
            return Beat::Rest;
        };
        if now < due || self.silent.get() {
            return Beat::Rest;
        }
        let step = limit / LOOKS;
        self.due.set(Some(now + step));
        let looked = self.looked.replace(Some(now)).unwrap_or(now);
        if !self.waiting.replace(true) {
            self.again.set(Some(now + self.every.min(limit)));
            self.silence.set(Duration::ZERO);
            self.nonce.set(self.nonce.get().wrapping_add(1));
            return Beat::Ask(self.nonce.get());
        }
        if listened() {
            self.silence.set(self.silence.get() + (now - looked).min(step * 2));
        }
        if self.silence.get() < limit {
            return Beat::Rest;
        }
        self.silent.set(true);
        Beat::Silent
    }

    /// When [`check`](Self::check) has something to do next.
    pub(crate) fn wake(&self) -> Option<Instant> {
        self.due.get().filter(|_| !self.silent.get())
    }

    /// It has answered; whether it had been silent.
    pub(crate) fn answered(&self, nonce: u64) -> bool {
        if nonce != self.nonce.get() {
            return false;
        }
        self.waiting.set(false);
        self.due.set(self.again.get());
        self.silent.replace(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(15);
    const SECOND: Duration = Duration::from_secs(1);

    /// A renderer that was asked at the time that is returned.
    fn asked() -> (Heartbeat, Instant) {
        let (heartbeat, start) = (Heartbeat::every(EVERY), Instant::now());
        assert_eq!(heartbeat.check(start, LIMIT, || true), Beat::Rest);
        let due = heartbeat.wake().expect("it will be asked");
        assert_eq!(due, start + EVERY);
        assert_eq!(heartbeat.check(due - SECOND, LIMIT, || true), Beat::Rest);
        assert_eq!(heartbeat.check(due, LIMIT, || true), Beat::Ask(1));
        (heartbeat, due)
    }

    /// How many looks, each when it is due and a little late, it takes until silence is found; at most 100.
    fn looks(heartbeat: &Heartbeat, listened: impl Fn(u32) -> bool) -> u32 {
        let mut count = 0;
        while count < 100 {
            count += 1;
            let due = heartbeat.wake().expect("it is looked at") + Duration::from_millis(3);
            if heartbeat.check(due, LIMIT, || listened(count)) == Beat::Silent {
                break;
            }
        }
        count
    }

    #[test]
    fn one_that_does_not_answer_is_found_silent_once_and_left_alone_until_it_does() {
        let (heartbeat, _) = asked();
        assert_eq!(looks(&heartbeat, |_| true), 30);
        assert_eq!(heartbeat.wake(), None);
        assert_eq!(heartbeat.check(Instant::now() + LIMIT * 9, LIMIT, || true), Beat::Rest);
        assert!(!heartbeat.answered(7), "that was not the question");
        assert!(heartbeat.answered(1));
        assert!(heartbeat.wake().is_some(), "it is asked again");
    }

    #[test]
    fn one_that_answers_is_asked_every_two_seconds() {
        let (heartbeat, at) = asked();
        assert!(!heartbeat.answered(1), "it had not been silent");
        assert_eq!(heartbeat.wake(), Some(at + EVERY));
        assert_eq!(heartbeat.check(at + EVERY, LIMIT, || true), Beat::Ask(2));
    }

    #[test]
    fn time_in_which_it_was_not_listened_to_is_not_its_silence() {
        let (heartbeat, _) = asked();
        assert_eq!(looks(&heartbeat, |look| look > 20), 50);
    }

    #[test]
    fn a_pause_of_main_is_not_its_silence() {
        let (heartbeat, at) = asked();
        let mut now = at;
        for pause in [17, 3600, 17] {
            now += SECOND * pause;
            assert_eq!(heartbeat.check(now, LIMIT, || true), Beat::Rest, "{pause} s");
        }
        assert_eq!(looks(&heartbeat, |_| true), 24, "what is left of the time");
    }
}
