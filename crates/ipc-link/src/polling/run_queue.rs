//! Whether others want the processor that polling keeps busy.
//!
//! A poll that succeeds has still cost somebody else the processor, where there are more processes than processors. The
//! system says how long a thread that could have run had to wait for its turn, so each link looks at that now and then.

use std::thread::ThreadId;
use std::time::{Duration, Instant};

/// So many polls pass between two looks: several of the time slices that the system gives on a busy machine.
const WINDOW: u32 = 512;
/// Polling is given up for a while when this part of the time went by waiting for a processor: one eighth.
const PART: u32 = 8;
/// For so many waits, twice as many each time that others are still there: a moment's disturbance costs little, a crowd
/// soon stops nearly all polling.
const REST: u32 = 256;
const LONGEST_REST: u32 = 256 * REST;

/// What one link knows of others that want its processor.
#[derive(Debug, Default)]
pub(super) struct RunQueuePressure {
    polls: u32,
    rest: u32,
    last: Option<Look>,
}

/// How long a thread has waited for a processor, and when that was.
#[derive(Debug, Clone, Copy)]
struct Look {
    thread: ThreadId,
    at: Instant,
    waited: Duration,
}

impl Look {
    /// `None` where the system does not tell.
    fn now() -> Option<Self> {
        let waited = waited(&std::fs::read_to_string("/proc/thread-self/schedstat").ok()?)?;
        Some(Self { thread: std::thread::current().id(), at: Instant::now(), waited })
    }
}

/// The second number is nanoseconds on the run queue (proc(5), `/proc/pid/schedstat`).
fn waited(schedstat: &str) -> Option<Duration> {
    schedstat.split_ascii_whitespace().nth(1)?.parse().ok().map(Duration::from_nanos)
}

impl RunQueuePressure {
    /// Notes a poll; how many waits had better sleep at once, if others want the processor.
    pub(super) fn polled(&mut self) -> Option<u32> {
        self.polls = self.polls.wrapping_add(1);
        if self.polls.is_multiple_of(WINDOW) { self.look(Look::now()) } else { None }
    }

    fn look(&mut self, now: Option<Look>) -> Option<u32> {
        let last = std::mem::replace(&mut self.last, now)?;
        let now = now.filter(|now| now.thread == last.thread)?;
        if now.waited.saturating_sub(last.waited) * PART < now.at - last.at {
            self.rest /= 2;
            return None;
        }
        self.rest = (self.rest * 2).clamp(REST, LONGEST_REST);
        // What is waited for while nothing is polled tells nothing about polling.
        self.last = None;
        Some(self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each of these looks advises: milliseconds since the beginning, and how many of them were waited.
    fn advice(pressure: &mut RunQueuePressure, looks: &[(u64, u64)]) -> Vec<Option<u32>> {
        let (start, thread) = (Instant::now(), std::thread::current().id());
        let at = |&(at, waited): &(u64, u64)| {
            Some(Look { thread, at: start + Duration::from_millis(at), waited: Duration::from_millis(waited) })
        };
        looks.iter().map(|look| pressure.look(at(look))).collect()
    }

    #[test]
    fn a_thread_that_runs_when_it_wants_to_goes_on_polling() {
        assert_eq!(advice(&mut RunQueuePressure::default(), &[(0, 50), (10, 50), (20, 51)]), [None; 3]);
    }

    #[test]
    fn the_longer_others_want_the_processor_the_longer_polling_rests() {
        let mut pressure = RunQueuePressure::default();
        let looks = [(0, 0), (10, 4), (20, 7), (30, 11), (40, 11), (50, 11), (60, 15)];
        let advice = advice(&mut pressure, &looks);
        assert_eq!(advice, [None, Some(REST), None, Some(2 * REST), None, None, Some(2 * REST)]);
    }

    #[test]
    fn what_another_thread_has_waited_says_nothing() {
        let mut pressure = RunQueuePressure::default();
        let here = Look { thread: std::thread::current().id(), at: Instant::now(), waited: Duration::ZERO };
        let elsewhere = std::thread::spawn(|| std::thread::current().id()).join().expect("a thread");
        let there = Look { thread: elsewhere, waited: Duration::from_secs(1), ..here };
        assert_eq!(pressure.look(Some(here)), None);
        assert_eq!(pressure.look(Some(there)), None);
    }

    #[test]
    fn the_systems_line_is_understood_or_left_alone() {
        assert_eq!(waited("3046142 17046 13\n"), Some(Duration::from_nanos(17_046)));
        assert_eq!((waited(""), waited("1"), waited("1 x 2")), (None, None, None));
    }
}
