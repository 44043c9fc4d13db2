//! What ends an app from outside: its time, a signal, another thread.

use std::os::unix::process::ExitStatusExt as _;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;

use script_host::js::{Function, Object};

use super::interrupter::Interrupter;
use super::run::{Loop, Outcome};
use crate::host::{Link, streams};

/// How long the scripts of an app that is ended may still run: `quit`, `process.on('exit')`.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl Loop<'_> {
    /// Looks whether the app is to end, and tells it of signals.
    pub(crate) fn ending(&self) -> Option<Outcome> {
        if let Some(code) = self.engine.exit_code() {
            return Some(Outcome::Exited(code));
        }
        if let Some(interrupter) = self.host.scripts.interrupter.get() {
            self.go_on(interrupter);
            for signal in interrupter.take_signals() {
                self.signal(interrupter, signal);
            }
            interrupter.told();
            if let Some(code) = self.engine.exit_code() {
                return Some(Outcome::Exited(code));
            }
            if let Some(code) = interrupter.code() {
                self.part();
                return Some(Outcome::Exited(code));
            }
        }
        if self.host.failed_for.borrow().is_some() {
            return Some(Outcome::Exited(super::EXIT_FAILED));
        }
        if streams::has_failed()
            && let Some(code) = self.host.output.failure()
        {
            self.part();
            return Some(Outcome::Exited(code));
        }
        None
    }

    /// A script that was to be stopped has been; whoever wanted more than that has said so before.
    fn go_on(&self, interrupter: &Interrupter) {
        if interrupter.take_stop() && interrupter.code().is_none() {
            self.engine.forget_stopped();
            self.host.scripts.stopped_at.take();
        }
    }

    /// From now on scripts run only for a moment, but that whatever was to stop them.
    pub(crate) fn part(&self) {
        self.engine.last_words(Instant::now() + LAST_WORDS);
    }

    /// The time for which the loop was to run is over; whether the app's is.
    pub(crate) fn time_is_over(&self, now: Instant) {
        if self.host.scripts.deadline.get().is_some_and(|deadline| now >= deadline) {
            self.part();
        }
    }

    /// Tells scripts of a signal; what nobody listens to and does not end the app asks what it waits for.
    fn signal(&self, interrupter: &Interrupter, signal: i32) {
        if signal != Signal::QUIT.as_raw() {
            self.host.signalled.set(Some(Instant::now()));
        }
        if !self.tell_of_signal(signal, true) {
            self.tell_pending();
        }
        let ends = self.engine.exit_code().is_some() || interrupter.quits_for().is_some();
        let stopped = self.engine.was_stopped();
        self.go_on(interrupter);
        // Listeners that did not come to their end have not taken it.
        if stopped && !ends {
            self.tell_of_signal(signal, false);
        }
    }

    /// Tells the app's own listeners of a signal, if they are to hear of it and there are any, or does what is done
    /// without them; whether that is anything.
    fn tell_of_signal(&self, signal: i32, listeners: bool) -> bool {
        let known = self.realm.with(|ctx| {
            let told = self.realm.require_builtin(&ctx, "dipole/control").and_then(|control| {
                control.get::<Object<'_>>()?.get::<_, Function<'_>>("signal")?.call::<_, bool>((signal, listeners))
            });
            told.unwrap_or_else(|_| {
                let error = ctx.catch();
                self.engine.report_uncaught(&ctx, error);
                true
            })
        });
        self.engine.run_jobs();
        known
    }

    /// Whether a renderer was ended by a signal that main has got as well, as `timeout` and others signal a whole group.
    pub(crate) fn was_signalled_with_main(&self, link: &Link) -> bool {
        let moment = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        let signal = link.exited.get().and_then(|status| status.signal());
        let Some(interrupter) = self.host.scripts.interrupter.get().filter(|_| signal == Some(Signal::TERM.as_raw()))
        else {
            return false;
        };
        if Interrupter::term_came().load(Ordering::Acquire) {
            return true;
        }
        // Main may be sent it a little later.
        let _ = poll(&mut [PollFd::new(interrupter, PollFlags::IN)], Some(&moment));
        interrupter.is_busy() || interrupter.quits_for().is_some()
    }

    /// Lets every renderer end by itself for a moment, showing what it still prints, then ends it.
    pub(crate) fn stop_all(&self, within: Duration) {
        self.steps().stop_all(within, |links, left| {
            self.wait(links, &[], None, Some(left));
        });
    }
}
