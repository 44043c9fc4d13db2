//! Who reads a renderer's connection while nobody is blocked on it.
//!
//! When that is, `Leadership` says.

use std::future::{Future, poll_fn};
use std::io;
use std::os::fd::AsFd;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use rustix::event::{EventfdFlags, eventfd};
use tokio::runtime::RuntimeFlavor;

use crate::connection::{Connection, Dispatch, Pumped, SOON};
use crate::deadline::Deadline;
use crate::endpoint::Readiness;
use crate::leader::{Drive, Rest, Resting};
use crate::sys;

/// How long no blocking call must have been made before the driver thread reads again.
const QUIET: Duration = Duration::from_micros(500);
/// The same when calls go on and follow each other quickly. Waking more often would disturb the very calls it steps aside
/// for: each wake-up may make the system move a process to another processor.
const LONG: Duration = Duration::from_millis(4);
/// The same when calls are slow, as among hundreds of processes, whose drivers all wake.
const LONGEST: Duration = Duration::from_millis(32);
/// So many calls within one such time are quick ones.
const WORTH_WAKING: u32 = 64;
/// Messages a driver task dispatches before other tasks get their turn.
const BUDGET: usize = 256;

/// When a driver thread takes the socket back from blocked callers: when none has called for a moment, which is the
/// longer the longer they go on.
#[derive(Debug)]
struct Quiet {
    /// How many calls there had been when the socket was the thread's last: while there are no more, it still is.
    settled: u32,
    /// How many there were when it last looked, in this rest.
    seen: Option<u32>,
    time: Duration,
}

impl Default for Quiet {
    fn default() -> Self {
        Self { settled: 0, seen: None, time: QUIET }
    }
}

impl Resting for Quiet {
    fn rest(&self, callers: u32, calls: u32) -> Rest {
        let quiet = self.seen.is_none_or(|seen| seen == calls);
        let waited = self.time > QUIET;
        match callers {
            0 if quiet && (waited || calls == self.settled) => Rest::WhileThereAreAny,
            // Perhaps they are over: nobody reads meanwhile.
            0 => Rest::For(self.time.min(LONG)),
            // One long call.
            _ if quiet && waited => Rest::WhileThereAreAny,
            _ => Rest::For(self.time),
        }
    }

    fn slept(&mut self, before: u32, after: u32) {
        let longest = if after.wrapping_sub(before) < WORTH_WAKING { LONGEST } else { LONG };
        self.seen = Some(before);
        self.time = (self.time * 2).min(longest);
    }

    fn is_over(&mut self, watches_after: Option<u32>) {
        (self.seen, self.time) = (None, QUIET);
        self.settled = watches_after.unwrap_or(self.settled);
    }
}

/// Reads `connection` on a thread of its own until the link ends.
///
/// # Errors
///
/// When the thread or its wake-up descriptor cannot be made.
pub fn spawn_thread(connection: Connection, mut dispatch: Box<dyn Dispatch + Send>) -> io::Result<()> {
    let kick = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
    let _ = connection.0.leadership.wake().thread.set(kick);
    std::thread::Builder::new().name("dipole-reader".into()).spawn(move || {
        let leadership = &connection.0.leadership;
        let mut quiet = Quiet::default();
        loop {
            if leadership.drive(&mut quiet) == Drive::Watch {
                watch(&connection);
                if !leadership.woke() {
                    continue;
                }
            }
            loop {
                match connection.pump(&mut *dispatch, usize::MAX) {
                    Pumped::Drained => break,
                    Pumped::More => {}
                    Pumped::Closed => return,
                }
            }
        }
    })?;
    Ok(())
}

/// Sleeps until the socket has something, or somebody wakes the thread.
fn watch(connection: &Connection) {
    let kick = connection.0.leadership.wake().thread.get();
    let keeps = connection.keeps_memory();
    let ready = connection.0.endpoint.wait(true, false, kick.map(AsFd::as_fd), keeps.then_some(SOON));
    let ready = ready.unwrap_or_default();
    if keeps && ready == Readiness::default() {
        connection.tidy();
    }
    if ready.other
        && let Some(kick) = kick
    {
        let _ = rustix::io::read(kick, &mut [0u8; 8]);
    }
}

/// Reads `connection` in a task of the current tokio runtime until the link ends.
///
/// # Errors
///
/// When the socket cannot be registered with the runtime.
///
/// # Panics
///
/// Outside of a tokio runtime, or in one without I/O.
pub fn spawn_task(connection: Connection, mut dispatch: Box<dyn Dispatch + Send>) -> io::Result<()> {
    let socket = sys::watch(&connection)?;
    let _ = connection.0.watched.set(socket);
    let flavor = tokio::runtime::Handle::current().runtime_flavor();
    connection.0.gathers.store(flavor == RuntimeFlavor::CurrentThread, Ordering::Relaxed);
    tokio::spawn(async move {
        let Some(socket) = connection.0.watched.get() else { return };
        let leadership = &connection.0.leadership;
        // One future for all rounds: a new one for each costs as much as a message.
        let mut woken = pin!(leadership.wake().task.notified());
        let mut quiet = None;
        loop {
            if quiet.is_none() && connection.has_large_ring() {
                quiet = Some(Deadline::after(SOON));
            }
            let mut readable = pin!(socket.readable());
            let ready = poll_fn(|cx| {
                if woken.as_mut().poll(cx).is_ready() {
                    woken.set(leadership.wake().task.notified());
                    return Poll::Ready(None);
                }
                while quiet.as_mut().is_some_and(|quiet| Pin::new(quiet).poll(cx).is_ready()) {
                    connection.tidy();
                    quiet = connection.has_large_ring().then(|| Deadline::after(SOON));
                }
                readable.as_mut().poll(cx).map(Result::ok)
            })
            .await;
            connection.flush();
            if ready.is_none() {
                // Tasks that are ready have had their turn.
                connection.poll_for_answers();
            }
            if ready.as_ref().is_some_and(|ready| ready.ready().is_empty()) {
                // A call that is awaited has read all there was, for itself and for others.
                continue;
            }
            loop {
                match connection.pump(&mut *dispatch, BUDGET) {
                    // Also where another leads: then this is woken when the lead is free.
                    Pumped::Drained => break,
                    Pumped::More => tokio::task::yield_now().await,
                    Pumped::Closed => return,
                }
            }
            if let Some(mut ready) = ready {
                ready.clear_ready();
            }
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the thread does at each look, of how many callers there are and have been.
    fn rests(looks: &[(u32, u32)]) -> Vec<Rest> {
        let mut quiet = Quiet::default();
        let mut before = 0;
        let look = |&(callers, calls): &(u32, u32)| {
            if before > 0 {
                quiet.slept(before, calls);
            }
            before = calls;
            quiet.rest(callers, calls)
        };
        looks.iter().map(look).collect()
    }

    #[test]
    fn the_socket_is_the_threads_while_nobody_calls() {
        assert_eq!(rests(&[(0, 0)]), [Rest::WhileThereAreAny]);
    }

    #[test]
    fn calls_that_follow_each_other_are_looked_at_less_and_less_often() {
        let times = rests(&[(1, 1), (0, 100), (1, 200), (0, 300), (1, 400), (1, 500)]);
        let millis = |micros| Rest::For(Duration::from_micros(micros));
        assert_eq!(times, [500, 1_000, 2_000, 4_000, 4_000, 4_000].map(millis));
        let slow = rests(&[(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8)]);
        assert_eq!(slow[7], Rest::For(LONGEST), "and among hundreds of processes still less often");
    }

    #[test]
    fn the_socket_is_taken_back_once_it_has_been_quiet_and_one_long_call_is_left_alone() {
        assert_eq!(rests(&[(0, 1), (0, 1)]), [Rest::For(QUIET), Rest::WhileThereAreAny]);
        assert_eq!(rests(&[(1, 1), (1, 1)]), [Rest::For(QUIET), Rest::WhileThereAreAny]);
    }
}
