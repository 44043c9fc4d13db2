//! How long a peer may take to go on with a message that it has begun.

use std::time::{Duration, Instant};

/// While a message is waited for, its time is looked at so often at least.
const STEP: Duration = Duration::from_secs(1);
/// Who looks this late has not been running itself, which is no fault of the peer.
const LATE: Duration = Duration::from_secs(5);

/// The time of the message of which a part is here. Begins anew with each message, and each MiB of one.
#[derive(Debug, Clone, Copy, Default)]
pub struct FrameTimer(Option<Running>);

#[derive(Debug, Clone, Copy)]
struct Running {
    mark: u64,
    since: Instant,
    looked: Instant,
}

impl FrameTimer {
    /// Looks at the time; `mark` is what [`Connection::begun`](crate::Connection::begun) tells. When to look again at the
    /// latest; nothing when no message has begun.
    ///
    /// # Errors
    ///
    /// [`TimeIsOver`] when it has not gone on for `limit`.
    #[inline]
    pub fn look(
        &mut self,
        mark: Option<u64>,
        limit: Duration,
        now: impl FnOnce() -> Instant,
    ) -> Result<Option<Instant>, TimeIsOver> {
        let Some(mark) = mark else {
            self.0 = None;
            return Ok(None);
        };
        let now = now();
        let same = |running: &Running| running.mark == mark && now.saturating_duration_since(running.looked) < LATE;
        let since = self.0.filter(same).map_or(now, |running| running.since);
        self.0 = Some(Running { mark, since, looked: now });
        match limit.saturating_sub(now.saturating_duration_since(since)) {
            Duration::ZERO => Err(TimeIsOver),
            left => Ok(Some(now + left.min(STEP))),
        }
    }

    /// Nothing was read: the time begins anew when it is.
    pub fn reset(&mut self) {
        self.0 = None;
    }
}

/// A message was begun and not finished in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeIsOver;

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(3);

    #[test]
    fn a_message_that_does_not_go_on_is_given_up() {
        let (mut timer, start) = (FrameTimer::default(), Instant::now());
        for second in 0..3 {
            let now = start + Duration::from_secs(second);
            assert_eq!(timer.look(Some(7), LIMIT, || now), Ok(Some(now + STEP)));
        }
        assert_eq!(timer.look(Some(7), LIMIT, || start + LIMIT), Err(TimeIsOver));
    }

    #[test]
    fn the_time_begins_anew_with_every_step_of_it() {
        let (mut timer, start) = (FrameTimer::default(), Instant::now());
        for second in 0..20 {
            assert!(timer.look(Some(second / 2), LIMIT, || start + Duration::from_secs(second)).is_ok());
        }
        assert_eq!(timer.look(None, LIMIT, || panic!("nobody asks for the time")), Ok(None));
    }

    #[test]
    fn who_has_not_looked_for_long_does_not_blame_the_peer() {
        let (mut timer, start) = (FrameTimer::default(), Instant::now());
        assert!(timer.look(Some(1), LIMIT, || start).is_ok());
        let later = start + Duration::from_secs(60);
        assert_eq!(timer.look(Some(1), LIMIT, || later), Ok(Some(later + STEP)));
        assert_eq!(timer.look(Some(1), LIMIT, || later + LIMIT), Err(TimeIsOver));
    }
}
