//! Deadlines that need no runtime: one thread wakes the tasks whose time is over.
//!
//! A call may be awaited on any executor, and on a tokio runtime without timers. Deadlines are long and hardly any is
//! reached, so the thread sleeps through most of them.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// The time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elapsed;

/// Waits for `future`, for at most `time`.
///
/// # Errors
///
/// [`Elapsed`] when it was not ready by then; it is dropped.
pub async fn within<F: Future>(time: Duration, future: F) -> Result<F::Output, Elapsed> {
    let mut future = std::pin::pin!(future);
    let mut deadline = Deadline::after(time);
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Ok(done)),
        Poll::Pending => Pin::new(&mut deadline).poll(cx).map(|()| Err(Elapsed)),
    })
    .await
}

/// Ready when its time has come; never without one.
pub(crate) struct Deadline {
    until: Option<Instant>,
    entry: Option<Key>,
}

impl Deadline {
    pub(crate) fn after(time: Duration) -> Self {
        Self { until: Instant::now().checked_add(time), entry: None }
    }
}

type Key = (Instant, u64);

impl Future for Deadline {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(until) = self.until else { return Poll::Pending };
        let mut timers = timers();
        if let Some(key) = self.entry {
            // Taken out by the thread when its time came.
            return match timers.waiting.get_mut(&key) {
                Some(waker) => {
                    waker.clone_from(cx.waker());
                    Poll::Pending
                }
                None => Poll::Ready(()),
            };
        }
        if !timers.runs {
            let thread = std::thread::Builder::new().name("dipole-deadlines".into()).stack_size(128 << 10);
            // Without a thread the call has no deadline but the end of its link; the next one asks again.
            timers.runs = thread.spawn(run).is_ok();
            if !timers.runs {
                return Poll::Pending;
            }
        }
        timers.next += 1;
        let key = (until, timers.next);
        let earlier = timers.waiting.first_key_value().is_none_or(|(first, _)| key < *first);
        timers.waiting.insert(key, cx.waker().clone());
        drop(timers);
        self.entry = Some(key);
        if earlier {
            CHANGED.notify_one();
        }
        Poll::Pending
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        if let Some(key) = self.entry {
            timers().waiting.remove(&key);
        }
    }
}

struct Timers {
    waiting: BTreeMap<Key, Waker>,
    next: u64,
    runs: bool,
}

static TIMERS: Mutex<Timers> = Mutex::new(Timers { waiting: BTreeMap::new(), next: 0, runs: false });
static CHANGED: Condvar = Condvar::new();

fn timers() -> MutexGuard<'static, Timers> {
    TIMERS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run() {
    let mut timers = timers();
    loop {
        let now = Instant::now();
        let mut over = Vec::new();
        while let Some(first) = timers.waiting.first_entry().filter(|first| first.key().0 <= now) {
            over.push(first.remove());
        }
        if !over.is_empty() {
            drop(timers);
            over.into_iter().for_each(Waker::wake);
            timers = self::timers();
            continue;
        }
        timers = match timers.waiting.first_key_value() {
            Some((first, _)) => {
                let left = first.0.saturating_duration_since(now);
                CHANGED.wait_timeout(timers, left).unwrap_or_else(PoisonError::into_inner).0
            }
            None => CHANGED.wait(timers).unwrap_or_else(PoisonError::into_inner),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<F: Future>(future: F) -> F::Output {
        // A runtime without timers.
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    #[test]
    fn what_is_ready_in_time_is_had_and_what_is_not_is_given_up() {
        assert_eq!(block_on(within(Duration::from_secs(60), async { 7 })), Ok(7));
        let start = Instant::now();
        let never = std::future::pending::<()>();
        assert_eq!(block_on(within(Duration::from_millis(20), never)), Err(Elapsed));
        assert!(start.elapsed() >= Duration::from_millis(20));
    }

    #[test]
    fn a_short_deadline_is_kept_behind_a_long_one() {
        block_on(async {
            let never = std::future::pending::<()>;
            let mut long = std::pin::pin!(within(Duration::from_secs(3_600), never()));
            let mut context = Context::from_waker(Waker::noop());
            assert!(long.as_mut().poll(&mut context).is_pending());
            assert_eq!(within(Duration::from_millis(5), never()).await, Err(Elapsed));
        });
    }

    #[test]
    fn a_time_that_no_clock_can_tell_is_no_deadline() {
        assert_eq!(block_on(within(Duration::MAX, async { 1 })), Ok(1));
    }
}
