//! Whose messages the loop reads next: main's one thread is shared by time.
//!
//! What is done for a renderer is its debt, which it pays by waiting. One that is in debt is not read while another
//! with less of it speaks, even if main has nothing else to do meanwhile: beside messages that take milliseconds, a
//! caller who has to wait for each of them would never be ready in time to get its turn. So a renderer that floods main
//! leaves the others half of main's time, if they want it.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// For how long the loop works for one renderer before others get their turn, and how much debt is nobody's business.
pub(crate) const SLICE: Duration = Duration::from_micros(500);
/// Who has spoken within this time may be about to speak again.
const RECENTLY: Duration = Duration::from_millis(1);

/// What main has done for one renderer.
#[derive(Debug, Default)]
pub(crate) struct Share {
    debt: Cell<Duration>,
    /// When it last spoke, and main had done what it asked: it pays from then on.
    spoke: Cell<Option<Instant>>,
}

impl Share {
    fn debt_at(&self, now: Instant) -> Duration {
        let paid = self.spoke.get().map_or(Duration::ZERO, |spoke| now.saturating_duration_since(spoke));
        self.debt.get().saturating_sub(paid)
    }

    /// It has spoken, and main has worked for it in that time.
    pub(crate) fn charge(&self, from: Instant, to: Instant) {
        self.debt.set(self.debt_at(from).saturating_add(to.saturating_duration_since(from)));
        self.spoke.set(Some(to));
    }

    /// Until when it is not read, if others go first.
    pub(crate) fn waits_until<'s>(&self, others: impl Iterator<Item = &'s Self>, now: Instant) -> Option<Instant> {
        let debt = self.debt_at(now);
        let left = debt.checked_sub(SLICE).filter(|left| !left.is_zero())?;
        let first = others.filter(|other| other.debt_at(now) < debt).filter_map(|other| other.spoke.get()).max()?;
        let until = (first + RECENTLY).min(now + left);
        (until > now).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn who_asks_for_little_never_waits() {
        let (one, other, mut now) = (Share::default(), Share::default(), Instant::now());
        for _ in 0..1_000 {
            for share in [&one, &other] {
                assert_eq!(share.waits_until([&one, &other].into_iter(), now), None);
                share.charge(now, now + SLICE / 10);
                now += SLICE / 10;
            }
        }
    }

    #[test]
    fn who_is_alone_or_beside_silent_ones_never_waits() {
        let (busy, silent, now) = (Share::default(), Share::default(), Instant::now());
        silent.charge(now, now + MS / 100);
        busy.charge(now, now + 100 * MS);
        assert_eq!(busy.waits_until([&silent].into_iter(), now + 100 * MS), None, "it spoke 100 ms ago");
        assert_eq!(busy.waits_until(std::iter::empty(), now + 100 * MS), None);
    }

    #[test]
    fn who_has_had_much_waits_as_long_as_others_speak() {
        let (busy, caller, start) = (Share::default(), Share::default(), Instant::now());
        busy.charge(start, start + 10 * MS);
        let mut now = start + 10 * MS;
        caller.charge(now, now + MS / 100);
        assert_eq!(caller.waits_until([&busy].into_iter(), now), None);
        let mut waited = Duration::ZERO;
        while let Some(until) = busy.waits_until([&caller].into_iter(), now) {
            assert!(until <= now + RECENTLY + MS / 100);
            waited += MS / 2;
            now += MS / 2;
            caller.charge(now, now + MS / 100);
        }
        assert!((9 * MS..=10 * MS).contains(&waited), "{waited:?}");
        busy.charge(now, now + 10 * MS);
        assert!(busy.waits_until([&caller].into_iter(), now + 12 * MS).is_none(), "the other has fallen silent");
    }

    #[test]
    fn of_two_that_ask_for_all_one_is_always_read() {
        let (one, other, mut now) = (Share::default(), Share::default(), Instant::now());
        let mut time = [Duration::ZERO; 2];
        for _ in 0..1_000 {
            let waits = [one.waits_until([&other].into_iter(), now), other.waits_until([&one].into_iter(), now)];
            let next = if waits[0].is_none() { 0 } else { 1 };
            assert_eq!(waits[next], None, "main never idles while both want something");
            let took = if next == 0 { SLICE } else { 4 * SLICE };
            [&one, &other][next].charge(now, now + took);
            time[next] += took;
            now += took;
        }
        assert!(time[0] * 4 > now.saturating_duration_since(now - time[0] - time[1]), "{time:?}");
    }
}
