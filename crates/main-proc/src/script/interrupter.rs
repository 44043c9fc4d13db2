//! Reaching the loop of an app, and the script that it runs, from other threads.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use rustix::event::{EventfdFlags, eventfd};

/// Wakes, stops or ends an app; for other threads than the app's own. Clones reach the same app.
#[derive(Debug, Clone)]
pub struct Interrupter(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    event: OwnedFd,
    /// The engine's flag that stops the running script.
    stop: Arc<AtomicBool>,
    /// The exit code that is asked for, counted from one; 0 for none.
    code: AtomicI32,
    /// The signals that the app has not been told of yet, by number.
    signals: AtomicU64,
    /// Whether its scripts are being told of signals at this moment.
    telling: AtomicBool,
    /// How often the loop has gone round.
    rounds: AtomicU64,
    /// Whether the loop does not run scripts: it waits, or has returned.
    rests: AtomicBool,
    /// The code of the signal that the app quits for, counted from one; 0 for none.
    quits_for: AtomicI32,
    /// Whether what is waited for is given up.
    given_up: AtomicBool,
}

/// See [`Interrupter::term_came`].
static TERM_CAME: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

impl Interrupter {
    /// To be set by the process's handler as soon as SIGTERM has come, before anybody has heard of it. Renderers that end by
    /// the same signal have been sent it together with main then.
    pub fn term_came() -> Arc<AtomicBool> {
        Arc::clone(&TERM_CAME)
    }

    pub(crate) fn new(stop: Arc<AtomicBool>) -> io::Result<Self> {
        let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let (code, signals, quits_for) = (AtomicI32::new(0), AtomicU64::new(0), AtomicI32::new(0));
        let given_up = AtomicBool::new(false);
        let (telling, rounds, rests) = (AtomicBool::new(false), AtomicU64::new(0), AtomicBool::new(false));
        Ok(Self(Arc::new(Shared { event, stop, code, signals, telling, rounds, rests, quits_for, given_up })))
    }

    /// Makes [`ScriptApp::run_until`](super::ScriptApp::run_until) ask its condition again.
    pub fn wake(&self) {
        // A counter that is full wakes as well.
        let _ = rustix::io::write(&self.0.event, &1u64.to_ne_bytes());
    }

    /// Ends whatever the app waits for with [`Outcome::Exited`](super::Outcome::Exited) and that code, which has to be
    /// 0 or more. A script of main that runs is stopped; none but `process.on('exit')` and the like runs afterwards.
    pub fn interrupt(&self, code: i32) {
        self.0.code.store(code.saturating_add(1), Ordering::Release);
        self.stop_script();
    }

    /// Stops the script of main that runs at this moment, with an error that it cannot catch; the app goes on. Nothing
    /// happens when none runs.
    pub fn stop_script(&self) {
        self.0.stop.store(true, Ordering::Release);
        self.wake();
    }

    /// Tells the app of a signal, as the system would: `process.on` gets it, or else the app quits as Electron does
    /// for `SIGINT`, `SIGTERM` and `SIGHUP`, and tells on stderr what it waits for at `SIGQUIT`. A script that runs
    /// is not stopped.
    pub fn signal(&self, signal: i32) {
        if let Ok(signal @ 1..64) = u32::try_from(signal) {
            self.0.signals.fetch_or(1 << signal, Ordering::AcqRel);
            self.wake();
        }
    }

    /// Whether the app has yet to be told of a signal, because a script of it runs, or what it does about one has not
    /// come to its end.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        // In this order: whoever takes the signals says before that it tells of them.
        self.0.signals.load(Ordering::Acquire) != 0 || self.0.telling.load(Ordering::Acquire)
    }

    /// Whether the app has yet to be told of that signal.
    #[must_use]
    pub fn has_to_hear(&self, signal: i32) -> bool {
        u32::try_from(signal)
            .is_ok_and(|signal| signal < 64 && self.0.signals.load(Ordering::Acquire) >> signal & 1 == 1)
    }

    /// A number for what the app's loop does at this moment; `None` while it waits, or does not run. The same number
    /// twice means that scripts have run on, or one of them, in between.
    #[must_use]
    pub fn work(&self) -> Option<u64> {
        if self.0.rests.load(Ordering::Relaxed) { None } else { Some(self.0.rounds.load(Ordering::Relaxed)) }
    }

    /// The loop goes round again.
    pub(crate) fn begin_round(&self) {
        // Only the loop writes it.
        self.0.rounds.store(self.0.rounds.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        self.0.rests.store(false, Ordering::Relaxed);
    }

    /// No script runs until the next round.
    pub(crate) fn rest(&self) {
        self.0.rests.store(true, Ordering::Relaxed);
    }

    /// The exit code of the signal that the app quits for, if it does: 128 and the signal's number, as shells have it.
    #[must_use]
    pub fn quits_for(&self) -> Option<i32> {
        self.0.quits_for.load(Ordering::Acquire).checked_sub(1).filter(|code| *code >= 0)
    }

    pub(crate) fn set_quits_for(&self, code: i32) {
        self.0.quits_for.store(code.saturating_add(1), Ordering::Release);
    }

    /// Has whatever the app is waited for given up: an operation ends with
    /// [`DriveError::GivenUp`](super::DriveError::GivenUp), [`ScriptApp::run_until`](super::ScriptApp::run_until)
    /// with [`Outcome::Done`](super::Outcome::Done). The app goes on.
    pub fn give_up(&self) {
        self.0.given_up.store(true, Ordering::Release);
        self.wake();
    }

    /// Whether that was asked for, and has not been noticed yet because a script of main runs.
    #[must_use]
    pub fn is_giving_up(&self) -> bool {
        self.0.given_up.load(Ordering::Acquire)
    }

    /// Whether that was asked for; it is no longer.
    pub(crate) fn take_given_up(&self) -> bool {
        self.0.given_up.load(Ordering::Relaxed) && self.0.given_up.swap(false, Ordering::AcqRel)
    }

    /// The code that was asked for.
    pub(crate) fn code(&self) -> Option<i32> {
        self.0.code.load(Ordering::Acquire).checked_sub(1).filter(|code| *code >= 0)
    }

    /// Whether the running script was to be stopped; it is not any more.
    pub(crate) fn take_stop(&self) -> bool {
        self.0.stop.load(Ordering::Relaxed) && self.0.stop.swap(false, Ordering::AcqRel)
    }

    /// The signals that the app is to be told of, which [`told`](Self::told) ends.
    pub(crate) fn take_signals(&self) -> impl Iterator<Item = i32> + use<> {
        let signals = match self.0.signals.load(Ordering::Relaxed) {
            0 => 0,
            _ => {
                self.0.telling.store(true, Ordering::Release);
                self.0.signals.swap(0, Ordering::AcqRel)
            }
        };
        (1..64).filter(move |signal| signals >> signal & 1 == 1)
    }

    /// The app has done what it does about the signals that were taken.
    pub(crate) fn told(&self) {
        if self.0.telling.load(Ordering::Relaxed) {
            self.0.telling.store(false, Ordering::Release);
        }
    }

    /// The wake-ups so far have been noticed.
    pub(crate) fn heard(&self) {
        let _ = rustix::io::read(&self.0.event, &mut [0; 8]);
    }
}

/// Readable once there is news.
impl AsFd for Interrupter {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.event.as_fd()
    }
}
