//! What ends an app from outside: its time, a signal, another thread.

use std::time::{Duration, Instant};

use script_host::js::{Function, Object};

use super::interrupter::Interrupter;
use super::run::{Loop, Outcome};
use crate::streams;

/// How long the scripts of an app that is ended may still run: `quit`, `process.on('exit')`.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl Loop<'_> {
    /// Looks whether the app is to end, and tells it of signals.
    pub(crate) fn ending(&self) -> Option<Outcome> {
        if let Some(code) = self.engine.exit_code() {
            return Some(Outcome::Exited(code));
        }
        let interrupter = self.host.interrupter.get();
        if let Some(code) = interrupter.and_then(Interrupter::code) {
            self.part();
            return Some(Outcome::Exited(code));
        }
        if let Some(interrupter) = interrupter {
            // Whoever wanted more than that has said so before.
            interrupter.take_stop();
            for signal in interrupter.take_signals() {
                self.signal(signal);
            }
        }
        if let Some(code) = self.engine.exit_code() {
            return Some(Outcome::Exited(code));
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

    /// From now on scripts run only for a moment, but that whatever was to stop them.
    pub(crate) fn part(&self) {
        self.engine.last_words(Instant::now() + LAST_WORDS);
    }

    /// The time for which the loop was to run is over; whether the app's is.
    pub(crate) fn time_is_over(&self, now: Instant) {
        if self.host.deadline.get().is_some_and(|deadline| now >= deadline) {
            self.part();
        }
    }

    /// Tells scripts of a signal; what nobody listens to and does not end the app asks what it waits for.
    fn signal(&self, signal: i32) {
        let known = self.realm.with(|ctx| {
            let told = self.realm.require_builtin(&ctx, "dipole/control").and_then(|control| {
                control.get::<Object<'_>>()?.get::<_, Function<'_>>("signal")?.call::<_, bool>((signal,))
            });
            told.unwrap_or_else(|_| {
                let error = ctx.catch();
                self.engine.report_uncaught(&ctx, error);
                true
            })
        });
        if !known {
            self.tell_pending();
        }
        self.engine.run_jobs();
    }
}
