//! Signals, and the time that a command has: an end that comes whatever the app does.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::{flag, low_level};

use super::exit::{TIMED_OUT, tell};
use crate::script::Interrupter;
use crate::streams;

/// How long an app may take to quit for a signal, or to end when its time is over; then this process ends, and with it
/// every renderer.
const GRACE: Duration = Duration::from_secs(3);
/// How long a script of main may run on after a signal; then it is stopped, and the app can quit.
const SCRIPT_GRACE: Duration = Duration::from_secs(1);

/// Signals that come so close together are one: `timeout` signals a process and then its whole group.
const SAME: Duration = Duration::from_millis(200);

/// What the thread that waits for signals looks after.
struct Watched {
    app: Option<Interrupter>,
    /// When the command's time is over.
    deadline: Option<Instant>,
    /// What Ctrl-C does instead of ending the app.
    ctrl_c: Option<Arc<dyn Fn() + Send + Sync>>,
}

static WATCHED: Mutex<Watched> = Mutex::new(Watched { app: None, deadline: None, ctrl_c: None });
/// Wakes the thread.
static WAKER: OnceLock<Option<UnixStream>> = OnceLock::new();

/// The exit code of the signal that has ended the app, if one has: 128 and its number, as shells have it.
pub(crate) fn code() -> Option<i32> {
    watched().app.as_ref().and_then(|app| app.quits_for())
}

fn watched() -> std::sync::MutexGuard<'static, Watched> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on signals reach that app, and no other; past its deadline the process ends also if the app does not.
/// Without the resources for that, signals keep their default: the process ends at once, and the kernel ends its
/// renderers.
pub(crate) fn watch(app: Interrupter, deadline: Option<Instant>) {
    *watched() = Watched { app: Some(app), deadline, ctrl_c: None };
    WAKER.get_or_init(|| match start() {
        Ok(waker) => Some(waker),
        Err(error) => {
            tracing::warn!("Ctrl-C will end the app without asking it: {error}");
            None
        }
    });
    wake();
}

/// Has the thread look again.
fn wake() {
    // A pipe that is full wakes as well.
    let _ = WAKER.get().and_then(Option::as_ref).map(|waker| { waker }.write(&[0]));
}

/// From now on Ctrl-C does that, on a thread of its own, and does not reach the app that is [watched](watch).
pub(crate) fn on_ctrl_c(action: impl Fn() + Send + Sync + 'static) {
    watched().ctrl_c = Some(Arc::new(action));
}

/// There is no app any more: from now on a signal ends the process at once.
pub(crate) fn watch_nothing() {
    *watched() = Watched { app: None, deadline: None, ctrl_c: None };
    wake();
}

/// Starts the thread; what wakes it.
fn start() -> io::Result<UnixStream> {
    let (told, teller) = UnixStream::pair()?;
    teller.set_nonblocking(true)?;
    let mut signals = Vec::new();
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        signals.push((signal, Arc::new(AtomicBool::new(false))));
    }
    let flags = signals.clone();
    let wait = move || Watch { told, signals, first: None }.run();
    std::thread::Builder::new().name("dipole-signals".into()).stack_size(128 << 10).spawn(wait)?;
    for (signal, flag) in flags {
        flag::register(signal, flag)?;
        low_level::pipe::register(signal, teller.try_clone()?)?;
    }
    Ok(teller)
}

struct Watch {
    told: UnixStream,
    signals: Vec<(i32, Arc<AtomicBool>)>,
    /// The signal that is to end the app, and when it came.
    first: Option<(i32, Instant)>,
}

impl Watch {
    fn run(mut self) {
        loop {
            self.wait();
            let (app, deadline, ctrl_c) = {
                let watched = watched();
                (watched.app.clone(), watched.deadline, watched.ctrl_c.clone())
            };
            let Some(app) = app else {
                let came =
                    |(signal, flag): &&(i32, Arc<AtomicBool>)| flag.load(Ordering::Acquire) && *signal != SIGQUIT;
                let new = self.signals.iter().find(came).map(|(signal, _)| *signal);
                // One that the app was told of just before its end counts as well.
                match new.or(self.first.map(|(signal, _)| signal)) {
                    Some(signal) => std::process::exit(128 + signal),
                    None => continue,
                }
            };
            let now = Instant::now();
            for (signal, flag) in &self.signals {
                if flag.swap(false, Ordering::AcqRel) {
                    if let (SIGINT, Some(action)) = (*signal, &ctrl_c) {
                        action();
                        continue;
                    }
                    if let Some((_, came)) = self.first
                        && *signal != SIGQUIT
                    {
                        if now < came + SAME {
                            continue;
                        }
                        std::process::exit(128 + signal);
                    }
                    app.signal(*signal);
                    if *signal != SIGQUIT {
                        streams::hurry(now + SCRIPT_GRACE);
                        self.first = Some((*signal, now));
                    }
                }
            }
            if let Some((signal, came)) = self.first {
                if now >= came + SCRIPT_GRACE && app.is_busy() {
                    app.stop_script();
                }
                if now >= came + GRACE {
                    self.insist(&app, signal);
                }
            }
            if deadline.is_some_and(|deadline| now >= deadline) {
                streams::hurry(now + SCRIPT_GRACE);
            }
            if deadline.is_some_and(|deadline| now >= deadline + GRACE) {
                tell("the time is over, and the app does not end: it is ended");
                std::process::exit(TIMED_OUT);
            }
        }
    }

    /// The app has not ended in time. One that has listeners of its own for the signal may go on.
    fn insist(&mut self, app: &Interrupter, signal: i32) {
        if app.quits_for().is_some() || app.is_busy() {
            tell(&format!("the app has not quit within {} s of signal {signal}: it is ended", GRACE.as_secs()));
            std::process::exit(128 + signal);
        }
        if signal == SIGHUP {
            self.first = None;
        }
    }

    /// Waits for a signal, or until there is something to look after.
    fn wait(&self) {
        let now = Instant::now();
        let due = self.first.iter().flat_map(|(_, came)| [*came + SCRIPT_GRACE, *came + GRACE]);
        let deadline = watched().deadline;
        let due = due
            .chain(deadline.iter().flat_map(|deadline| [*deadline, *deadline + GRACE]))
            .filter(|due| *due > now)
            .min();
        let time = due.map(|due| due - now + Duration::from_millis(1));
        let _ = self.told.set_read_timeout(time);
        let _ = { &self.told }.read(&mut [0; 16]);
    }
}
