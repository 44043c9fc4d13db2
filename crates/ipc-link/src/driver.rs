//! Who reads a renderer's connection while nobody is blocked on it.
//!
//! A blocked caller reads the socket itself, and a second, idle reader on the same socket would be woken for every
//! answer too, which costs half a round trip. So the driver steps aside: the first blocking call makes it leave the
//! socket, and it comes back when no call has been made for a moment, or when a caller has put messages aside.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, eventfd};
use tokio::sync::Notify;

use crate::connection::{Connection, Dispatch, Pumped, Shared};
use crate::sys;

/// How long no blocking call must have been made before the driver thread reads again.
const QUIET: Duration = Duration::from_micros(500);
/// How long the driver thread sleeps at most before it looks again whether calls go on. Waking more often would disturb
/// the very calls it steps aside for: each wake-up may make the system move a process to another processor.
const LONGEST_LOOK: Duration = Duration::from_millis(4);
/// Messages a driver task dispatches before other tasks get their turn.
const BUDGET: usize = 256;

/// What drivers and blocked callers tell each other.
#[derive(Default)]
pub(crate) struct Bell {
    callers: AtomicUsize,
    state: Mutex<BellState>,
    changed: Condvar,
    /// Wakes a driver thread out of its wait for the socket.
    kick: OnceLock<OwnedFd>,
    /// Wakes a driver task.
    released: Notify,
}

#[derive(Default)]
struct BellState {
    last_turn: Option<Instant>,
    /// The driver thread waits for the socket and has to be kicked.
    polling: bool,
    /// The driver thread waits for `changed` without a time limit.
    parked: bool,
    /// There is something for the driver to do at once.
    urgent: bool,
}

/// A blocked caller's right to read the socket.
pub(crate) struct Turn<'c>(&'c Shared);

impl Bell {
    fn lock(&self) -> MutexGuard<'_, BellState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the driver leave the socket to the calling thread until the turn is dropped.
    pub(crate) fn take_turn<'c>(&self, shared: &'c Shared) -> Turn<'c> {
        self.callers.fetch_add(1, Ordering::SeqCst);
        let mut state = self.lock();
        if std::mem::take(&mut state.polling) {
            self.kick();
        }
        Turn(shared)
    }

    fn kick(&self) {
        if let Some(kick) = self.kick.get() {
            let _ = rustix::io::write(kick, &1u64.to_ne_bytes());
        }
    }

    /// Makes the driver look at the connection at once.
    pub(crate) fn ring(&self) {
        let mut state = self.lock();
        state.urgent = true;
        if std::mem::take(&mut state.polling) {
            self.kick();
        }
        drop(state);
        self.changed.notify_all();
        self.released.notify_one();
    }

    /// Tells a driver task that there is something for it.
    pub(crate) fn released(&self) {
        self.released.notify_one();
    }

    pub(crate) fn has_callers(&self) -> bool {
        self.callers.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let bell = &self.0.bell;
        let last = bell.callers.fetch_sub(1, Ordering::SeqCst) == 1;
        // Whoever reads now will look at what is left when it stops.
        let aside = self.0.reading.try_lock().is_ok_and(|reading| reading.has_unhandled());
        let mut state = bell.lock();
        state.last_turn = Some(Instant::now());
        state.urgent |= aside;
        let wake = aside || (last && std::mem::take(&mut state.parked));
        drop(state);
        if wake {
            bell.changed.notify_all();
        }
        if last {
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
        loop {
            let wait = step_aside(&connection.0.bell);
            if wait {
                let kick = connection.0.bell.kick.get().map(AsFd::as_fd);
                let _ = connection.0.endpoint.wait(true, false, kick, None);
                connection.0.bell.lock().polling = false;
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
fn step_aside(bell: &Bell) -> bool {
    let mut state = bell.lock();
    let mut look = QUIET;
    loop {
        if std::mem::take(&mut state.urgent) {
            return false;
        }
        let since = state.last_turn.map(|last| last.elapsed());
        if bell.has_callers() {
            let turn = state.last_turn;
            let (next, timeout) = bell.changed.wait_timeout(state, look).unwrap_or_else(PoisonError::into_inner);
            state = next;
            if timeout.timed_out() && bell.has_callers() && state.last_turn == turn && !state.urgent {
                // One long call: sleep until it is over.
                state.parked = true;
                state = bell.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.parked = false;
            }
        } else if since.is_none_or(|since| since >= QUIET) {
            state.polling = true;
            return true;
        } else {
            state = bell.changed.wait_timeout(state, look).unwrap_or_else(PoisonError::into_inner).0;
        }
        look = (look * 2).min(LONGEST_LOOK);
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
    tokio::spawn(async move {
        let Some(socket) = connection.0.watched.get() else { return };
        loop {
            let mut ready = tokio::select! {
                ready = socket.readable() => ready.ok(),
                () = connection.0.bell.released.notified() => None,
            };
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
