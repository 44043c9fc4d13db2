//! What a page and a worker have to say to each other, and how each wakes the other.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, eventfd};

use super::said::{FromWorker, ToWorker};

/// What may wait in one direction. A page is told that its worker takes no more; a worker waits.
const MOST_BYTES: usize = 64 << 20;
const MOST_MESSAGES: usize = 16 << 10;

/// Wakes the page's thread out of its wait.
#[derive(Debug)]
pub(super) struct Bell {
    event: OwnedFd,
    rung: AtomicBool,
}

impl Bell {
    pub(super) fn new() -> io::Result<Self> {
        let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self { event, rung: AtomicBool::new(false) })
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.event.as_fd()
    }

    pub(super) fn is_rung(&self) -> bool {
        self.rung.load(Ordering::Acquire)
    }

    fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            // Full only after 2^64 of them.
            let _ = rustix::io::write(&self.event, &1_u64.to_ne_bytes());
        }
    }

    /// From now on it can be rung again. What was said before is looked at after this.
    pub(super) fn quiet(&self) {
        // Who rings sets the flag first and writes then. While nothing can be read the write is still to come, and wakes:
        // the flag stays, or the descriptor would be readable for ever with nobody who reads it.
        if self.is_rung() && rustix::io::read(&self.event, &mut [0_u8; 8]).is_ok() {
            // Not a store: what was said by who found the flag set is to be seen.
            self.rung.swap(false, Ordering::AcqRel);
        }
    }
}

/// One of the threads that are counted.
#[derive(Debug)]
pub(super) struct Threads(Arc<Count>);

/// How many threads there are.
#[derive(Debug, Default)]
pub(super) struct Count {
    threads: Mutex<usize>,
    fewer: Condvar,
}

#[cfg(test)]
impl Count {
    pub(super) fn now(&self) -> usize {
        *self.threads.lock().expect("unpoisoned")
    }
}

impl Threads {
    /// One more, if there may be one. Those that have been told to end are waited for, so long at most.
    pub(super) fn count(count: &Arc<Count>, most: usize, patience: Duration) -> Option<Self> {
        let threads = count.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = count.fewer.wait_timeout_while(threads, patience, |threads| *threads >= most);
        let (mut threads, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if *threads >= most {
            return None;
        }
        *threads += 1;
        drop(threads);
        Some(Self(Arc::clone(count)))
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        *self.0.threads.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.fewer.notify_all();
    }
}

/// What waits in one direction.
#[derive(Debug)]
struct Waiting<T> {
    list: VecDeque<T>,
    bytes: usize,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self { list: VecDeque::new(), bytes: 0 }
    }
}

impl<T> Waiting<T> {
    /// One that is alone may be of any size.
    fn has_room(&self, size: usize) -> bool {
        self.list.is_empty() || (self.list.len() < MOST_MESSAGES && self.bytes.saturating_add(size) <= MOST_BYTES)
    }

    fn push(&mut self, what: T, size: usize) {
        self.bytes += size;
        self.list.push_back(what);
    }

    fn pop(&mut self, size: impl Fn(&T) -> usize) -> Option<T> {
        let what = self.list.pop_front()?;
        self.bytes -= size(&what);
        Some(what)
    }
}

#[derive(Debug, Default)]
struct State {
    to: Waiting<ToWorker>,
    from: Waiting<FromWorker>,
    /// What is at the URL that the worker waits for.
    read: Option<Result<Vec<u8>, String>>,
    ended: bool,
    /// Whether it waits for the page alone.
    idle: bool,
    /// Whether it has taken a message since its timers ran.
    took: bool,
    /// Whether the page waits for room.
    wanted: bool,
    /// Stops its scripts.
    stop: Option<Arc<AtomicBool>>,
}

/// What stands between a page and one worker.
#[derive(Debug)]
pub(super) struct Mailbox {
    state: Mutex<State>,
    /// The worker waits here.
    changed: Condvar,
    bell: Arc<Bell>,
}

/// What a worker is to do next.
pub(super) enum Next {
    Take(ToWorker),
    /// Its timer is due.
    Due,
    End,
}

impl Mailbox {
    pub(super) fn new(bell: Arc<Bell>) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), bell }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that could panic runs under it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    // --- the page's side ---

    /// Whether there was room for it.
    pub(super) fn give(&self, what: ToWorker) -> bool {
        let mut state = self.lock();
        let size = what.size();
        if state.ended {
            return true;
        }
        // That a port has closed is always taken: it is small, and comes once for each.
        if !matches!(what, ToWorker::PortClosed(_)) && !state.to.has_room(size) {
            state.wanted = true;
            return false;
        }
        state.idle = false;
        state.to.push(what, size);
        self.changed.notify_all();
        true
    }

    /// Whether the worker would take a message now. If not, the bell rings when it has taken one.
    pub(super) fn has_room(&self) -> bool {
        let mut state = self.lock();
        state.wanted = !state.ended && !state.to.has_room(0);
        !state.wanted
    }

    pub(super) fn answer_read(&self, found: Result<Vec<u8>, String>) {
        self.lock().read = Some(found);
        self.changed.notify_all();
    }

    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        if let Some(stop) = &state.stop {
            stop.store(true, Ordering::Release);
        }
        self.changed.notify_all();
    }

    pub(super) fn take(&self) -> Option<FromWorker> {
        let said = self.lock().from.pop(FromWorker::size);
        if said.is_some() {
            self.changed.notify_all();
        }
        said
    }

    pub(super) fn has_said(&self) -> bool {
        !self.lock().from.list.is_empty()
    }

    pub(super) fn is_busy(&self) -> bool {
        let state = self.lock();
        !state.idle || !state.from.list.is_empty() || !state.to.list.is_empty()
    }

    // --- the worker's side ---

    /// From now on its end stops that engine.
    pub(super) fn stops(&self, flag: Arc<AtomicBool>) {
        let mut state = self.lock();
        flag.store(state.ended, Ordering::Release);
        state.stop = Some(flag);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// Says something. Where too much waits already, the worker waits until the page has taken some.
    pub(super) fn say(&self, what: FromWorker) {
        let size = what.size();
        let mut state = self.lock();
        while !state.ended && !state.from.has_room(size) {
            state = self.wait(state);
        }
        if state.ended {
            return;
        }
        state.from.push(what, size);
        drop(state);
        self.bell.ring();
    }

    /// What is at a URL; the worker waits until the page has looked.
    pub(super) fn read(&self, url: &str) -> Result<Vec<u8>, String> {
        self.say(FromWorker::Read(url.to_owned()));
        let mut state = self.lock();
        loop {
            if state.ended {
                return Err("the worker has ended".to_owned());
            }
            if let Some(found) = state.read.take() {
                return found;
            }
            state = self.wait(state);
        }
    }

    /// Waits for what comes next: something that the page says, or its timer, in turn where both are there. `busy` tells
    /// whether it does something without the page.
    pub(super) fn next(&self, due: Option<Instant>, busy: bool) -> Next {
        let mut state = self.lock();
        loop {
            if state.ended {
                return Next::End;
            }
            let left = due.map(|due| due.saturating_duration_since(Instant::now()));
            let is_due = left.is_some_and(|left| left.is_zero());
            if !(is_due && state.took)
                && let Some(what) = state.to.pop(ToWorker::size)
            {
                state.took = true;
                if std::mem::take(&mut state.wanted) {
                    self.bell.ring();
                }
                return Next::Take(what);
            }
            if is_due {
                state.took = false;
                return Next::Due;
            }
            if !busy && !state.idle {
                state.idle = true;
                self.bell.ring();
            }
            state = match left {
                Some(left) => self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.wait(state),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    fn mailbox() -> Arc<Mailbox> {
        Arc::new(Mailbox::new(Arc::new(Bell::new().expect("a bell"))))
    }

    #[test]
    fn a_page_is_told_when_its_worker_takes_no_more() {
        let mailbox = mailbox();
        let large = || ToWorker::Message(vec![0; MOST_BYTES / 2 + 1], Vec::new());
        assert!(mailbox.give(large()));
        assert!(!mailbox.give(large()));
        assert!(matches!(mailbox.next(None, false), Next::Take(_)));
        assert!(mailbox.give(large()));
    }

    #[test]
    fn a_worker_that_says_too_much_waits_until_the_page_takes_some_and_no_longer_than_it_is_wanted() {
        let mailbox = mailbox();
        let said = |size| FromWorker::Message(vec![0; size], Vec::new());
        mailbox.say(said(MOST_BYTES));
        let own = Arc::clone(&mailbox);
        let waits = std::thread::spawn(move || {
            own.say(said(1));
            own.say(said(MOST_BYTES));
            own.has_ended()
        });
        assert!(mailbox.take().is_some());
        while !mailbox.has_said() {
            std::thread::yield_now();
        }
        mailbox.end();
        assert!(waits.join().expect("it comes to an end"));
    }

    #[test]
    fn a_worker_that_waits_for_a_file_ends_when_it_is_ended() {
        let mailbox = mailbox();
        let own = Arc::clone(&mailbox);
        let waits = std::thread::spawn(move || own.read("file:///x"));
        while !mailbox.has_said() {
            std::thread::yield_now();
        }
        mailbox.end();
        assert!(waits.join().expect("it comes to an end").is_err());
    }

    #[test]
    fn a_worker_to_which_much_is_said_has_its_timers_in_between() {
        let mailbox = mailbox();
        for _ in 0..3 {
            assert!(mailbox.give(ToWorker::Message(Vec::new(), Vec::new())));
        }
        let past = Some(Instant::now());
        let mut turns = (0..6).map(|_| matches!(mailbox.next(past, true), Next::Due));
        assert_eq!(turns.by_ref().take(5).collect::<Vec<_>>(), [false, true, false, true, false]);
        assert_eq!(turns.next(), Some(true));
    }

    #[test]
    fn a_bell_that_two_threads_use_at_once_is_heard_and_falls_silent() {
        let bell = Arc::new(Bell::new().expect("a bell"));
        let (asked, rung) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (own, turn, done) = (Arc::clone(&bell), Arc::clone(&asked), Arc::clone(&rung));
        let rounds = 20_000;
        let rings = std::thread::spawn(move || {
            for round in 1..=rounds {
                while turn.load(Ordering::Acquire) < round {
                    std::thread::yield_now();
                }
                own.ring();
                done.store(round, Ordering::Release);
            }
        });
        for round in 1..=rounds {
            asked.store(round, Ordering::Release);
            while rung.load(Ordering::Acquire) < round {
                bell.quiet();
            }
            bell.quiet();
            let moment = Timespec { tv_sec: 0, tv_nsec: 0 };
            let ready = poll(&mut [PollFd::new(&bell.event, PollFlags::IN)], Some(&moment)).expect("it is looked at");
            assert_eq!((bell.is_rung(), ready), (false, 0), "in round {round}");
        }
        rings.join().expect("it comes to an end");
    }

    #[test]
    fn threads_are_counted_until_they_end() {
        let count = Arc::new(Count::default());
        let first = Threads::count(&count, 1, Duration::ZERO);
        assert!(first.is_some() && Threads::count(&count, 1, Duration::ZERO).is_none());
        let ends = std::thread::spawn(move || drop(first));
        assert!(Threads::count(&count, 1, Duration::from_secs(60)).is_some(), "its end is waited for");
        ends.join().expect("it ends");
    }
}
