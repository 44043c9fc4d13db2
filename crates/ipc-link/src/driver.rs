//! Who reads a renderer's connection while nobody is blocked on it.
//!
//! A blocked caller reads the socket itself, and a second, idle reader on the same socket would be woken for every
//! answer too, which costs half a round trip. So the driver steps aside: the first blocking call makes it leave the
//! socket, and it comes back when no call has been made for a moment, or when a caller has put messages aside.

use std::future::{Future, poll_fn};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Poll;
use std::time::Duration;

use rustix::event::{EventfdFlags, eventfd};
use tokio::runtime::RuntimeFlavor;
use tokio::sync::Notify;

use crate::connection::{Connection, Dispatch, Pumped, SOON, Shared};
use crate::endpoint::Readiness;
use crate::sys;

/// How long no blocking call must have been made before the driver thread reads again.
const QUIET: Duration = Duration::from_micros(500);
/// How long the driver thread sleeps before it looks again whether calls go on, when these follow each other quickly.
/// Waking more often would disturb the very calls it steps aside for: each wake-up may make the system move a process to
/// another processor.
const LONG_LOOK: Duration = Duration::from_millis(4);
/// How long it sleeps at most when calls are slow, as among hundreds of processes, whose drivers all look.
const LONGEST_LOOK: Duration = Duration::from_millis(32);
/// So many calls between two looks are worth one.
const WORTH_A_LOOK: u32 = 64;
/// Messages a driver task dispatches before other tasks get their turn.
const BUDGET: usize = 256;

/// One more blocked caller, and one more that there has been.
const CALLER: u64 = 1;
const TURN: u64 = 1 << 32;

fn callers(turns: u64) -> u64 {
    turns % TURN
}

/// What drivers and blocked callers tell each other.
#[derive(Default)]
pub(crate) struct Bell {
    /// Blocked callers right now, and in the upper half how many there have been.
    turns: AtomicU64,
    /// The driver thread waits for the socket and has to be kicked out of that.
    polling: AtomicBool,
    /// The driver thread waits for `changed` without a time limit.
    parked: AtomicBool,
    /// There is something for the driver to do at once.
    urgent: AtomicBool,
    /// Held by a driver thread from its last look at the above until it waits for `changed`.
    looking: Mutex<()>,
    changed: Condvar,
    /// Wakes a driver thread out of its wait for the socket.
    kick: OnceLock<OwnedFd>,
    /// Wakes a driver task.
    released: Notify,
}

/// A blocked caller's right to read the socket.
pub(crate) struct Turn<'c> {
    shared: &'c Shared,
    /// It leaves messages behind that are the driver's.
    aside: bool,
}

impl Turn<'_> {
    /// Says whether there are messages for the driver when the caller stops reading.
    pub(crate) fn leaves(&mut self, messages: bool) {
        self.aside = messages;
    }
}

impl Bell {
    fn look(&self) -> MutexGuard<'_, ()> {
        self.looking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the driver leave the socket to the calling thread until the turn is dropped.
    pub(crate) fn take_turn<'c>(&self, shared: &'c Shared) -> Turn<'c> {
        self.turns.fetch_add(TURN | CALLER, Ordering::SeqCst);
        self.kick();
        Turn { shared, aside: false }
    }

    fn kick(&self) {
        if self.polling.load(Ordering::SeqCst)
            && self.polling.swap(false, Ordering::SeqCst)
            && let Some(kick) = self.kick.get()
        {
            let _ = rustix::io::write(kick, &1u64.to_ne_bytes());
        }
    }

    fn wake(&self) {
        drop(self.look());
        self.changed.notify_all();
    }

    /// Makes the driver look at the connection at once.
    pub(crate) fn ring(&self) {
        self.urgent.store(true, Ordering::SeqCst);
        self.kick();
        self.wake();
        self.released.notify_one();
    }

    /// Tells a driver task that there is something for it.
    pub(crate) fn released(&self) {
        self.released.notify_one();
    }

    /// How many blocking calls have been made; from 2^32 on it counts anew.
    fn made(&self) -> u32 {
        u32::try_from(self.turns.load(Ordering::SeqCst) / TURN).unwrap_or_default()
    }

    pub(crate) fn has_callers(&self) -> bool {
        callers(self.turns.load(Ordering::SeqCst)) > 0
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let bell = &self.shared.bell;
        let last = callers(bell.turns.fetch_sub(CALLER, Ordering::SeqCst)) == 1;
        if self.aside {
            bell.urgent.store(true, Ordering::SeqCst);
        }
        if self.aside || (last && bell.parked.load(Ordering::SeqCst)) {
            bell.wake();
        }
        if last && self.shared.watched.get().is_some() {
            bell.released.notify_one();
        }
    }
}

/// Reads `connection` on a thread of its own until the link ends.
///
/// # Errors
///
/// When the thread or its wake-up descriptor cannot be made.
pub fn spawn_thread(connection: Connection, mut dispatch: Box<dyn Dispatch + Send>) -> io::Result<()> {
    let kick = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
    let _ = connection.0.bell.kick.set(kick);
    std::thread::Builder::new().name("dipole-reader".into()).spawn(move || {
        let mut settled = 0;
        loop {
            let wait = step_aside(&connection.0.bell, &mut settled);
            if wait {
                let kick = connection.0.bell.kick.get().map(AsFd::as_fd);
                let keeps = connection.keeps_memory();
                let ready = connection.0.endpoint.wait(true, false, kick, keeps.then_some(SOON));
                if keeps && ready.is_ok_and(|ready| ready == Readiness::default()) {
                    connection.tidy();
                }
                connection.0.bell.polling.store(false, Ordering::SeqCst);
                if let Some(kick) = kick {
                    let _ = rustix::io::read(kick, &mut [0u8; 8]);
                }
                if connection.0.bell.has_callers() {
                    continue;
                }
            }
            if connection.pump(&mut *dispatch, usize::MAX) == Pumped::Closed {
                return;
            }
        }
    })?;
    Ok(())
}

/// Waits until the socket is the driver's; `false` when there is something to do without waiting for the socket.
/// `settled` is how many turns there had been when the socket was the driver's last: while there are no more of them, it
/// still is.
fn step_aside(bell: &Bell, settled: &mut u32) -> bool {
    let mut guard = bell.look();
    let mut seen = None;
    let mut look = QUIET;
    loop {
        if bell.urgent.swap(false, Ordering::SeqCst) {
            return false;
        }
        let turns = bell.made();
        let quiet = *seen.get_or_insert(turns) == turns;
        if bell.has_callers() {
            // Calls follow each other: look again later. One long call: sleep until it is over.
            bell.parked.store(quiet && look > QUIET, Ordering::SeqCst);
            guard = if bell.parked.load(Ordering::SeqCst) && bell.has_callers() {
                bell.changed.wait(guard).unwrap_or_else(PoisonError::into_inner)
            } else {
                bell.changed.wait_timeout(guard, look).unwrap_or_else(PoisonError::into_inner).0
            };
            bell.parked.store(false, Ordering::SeqCst);
        } else if quiet && (turns == *settled || look > QUIET) {
            // A caller that does not see this flag has been counted before the second look.
            bell.polling.store(true, Ordering::SeqCst);
            if !bell.has_callers() && !bell.urgent.load(Ordering::SeqCst) {
                *settled = turns;
                return true;
            }
            bell.polling.store(false, Ordering::SeqCst);
        } else {
            // Perhaps they are over: nobody reads meanwhile.
            let look = look.min(LONG_LOOK);
            guard = bell.changed.wait_timeout(guard, look).unwrap_or_else(PoisonError::into_inner).0;
        }
        let made = bell.made().wrapping_sub(turns);
        let longest = if made < WORTH_A_LOOK { LONGEST_LOOK } else { LONG_LOOK };
        seen = Some(turns);
        look = (look * 2).min(longest);
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
        // One future for all turns: a new one for each costs as much as a message.
        let mut released = pin!(connection.0.bell.released.notified());
        loop {
            let mut readable = pin!(socket.readable());
            let mut ready = poll_fn(|cx| {
                if released.as_mut().poll(cx).is_ready() {
                    released.set(connection.0.bell.released.notified());
                    return Poll::Ready(None);
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
            if connection.0.bell.has_callers() {
                // The caller reads. It tells us when it is done, and what it left is looked at then.
                if let Some(ready) = &mut ready {
                    ready.clear_ready();
                }
                continue;
            }
            loop {
                match connection.pump(&mut *dispatch, BUDGET) {
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
