//! What there is to know of a running app from outside, and how other threads reach it.

use std::io;
use std::rc::Rc;
use std::time::Instant;

use serde::Deserialize;

use super::app::ScriptApp;
use super::interrupter::Interrupter;
use super::run::{Outcome, Until};
use crate::host::{Link, STOP_WITHIN};

/// The channels on which `ipcMain` answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Channels {
    /// Those with a handler, for `invoke`.
    pub handled: Vec<String>,
    /// Those with a listener, for `send` and `sendSync`.
    pub listened: Vec<String>,
}

impl ScriptApp {
    /// Runs the app's loop until no process of the app has anything to do, the time is over or the app ends.
    ///
    /// Only with [`Options::until_idle`](super::Options::until_idle) do renderers tell that they are idle; without it
    /// an app with renderers never seems to be.
    pub fn run_until_idle(&mut self, time: Option<Instant>) -> Outcome {
        let time = [time, self.deadline].into_iter().flatten().min();
        self.engine_loop().run(Until { time, idle: true, stuck: false }, |_| false)
    }

    /// When the app's time is over: [`Options::timeout`](super::Options::timeout) after its beginning.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// A handle by which other threads wake or end the app.
    ///
    /// # Errors
    ///
    /// When the system is short of descriptors.
    pub fn interrupter(&self) -> io::Result<Interrupter> {
        if let Some(interrupter) = self.host.scripts.interrupter.get() {
            return Ok(interrupter.clone());
        }
        let new = Interrupter::new(self.engine.interrupt_flag())?;
        Ok(self.host.scripts.interrupter.get_or_init(|| new).clone())
    }

    /// The error, in short, that has ended the app because of [`Options::fail_on_error`](super::Options::fail_on_error).
    #[must_use]
    pub fn failed_for(&self) -> Option<String> {
        self.host.failed_for.borrow().clone()
    }

    /// The error, in short, that the main script has thrown while it was loaded, which ended the app.
    #[must_use]
    pub fn main_error(&self) -> Option<String> {
        self.host.scripts.main_error.borrow().clone()
    }

    /// Whether a renderer could not be started or died, and no other is left.
    #[must_use]
    pub fn lost(&self) -> bool {
        self.host.has_lost_all()
    }

    /// How the last renderer ended that ended badly while it worked, to be read after its name: `was killed by signal 9
    /// (killed)`.
    #[must_use]
    pub fn last_loss(&self) -> Option<String> {
        self.host.last_loss.borrow().clone()
    }

    /// How the renderer of web contents has ended, to be read as [`last_loss`](Self::last_loss); waits a moment for its
    /// end. With it comes whether it was asked to end. `None` when it has not ended.
    pub fn ending(&mut self, contents: u32) -> Option<(String, bool)> {
        let host = Rc::clone(&self.host);
        let known = || host.endings.borrow().contains_key(&contents);
        self.run_until(Some(Instant::now() + STOP_WITHIN), known);
        host.endings.borrow().get(&contents).cloned()
    }

    /// Whether web contents have a renderer process at this moment.
    #[must_use]
    pub fn has_renderer(&self, contents: u32) -> bool {
        let links = self.host.links.borrow();
        links.values().any(|link| link.contents.get() == contents && link.closed.borrow().is_none())
    }

    /// Whether web contents have a renderer process that is not about to end.
    #[must_use]
    pub fn is_open(&self, contents: u32) -> bool {
        let open = |link: &Rc<Link>| link.contents.get() == contents && link.closed.borrow().is_none();
        self.engine.exit_code().is_none()
            && self.host.links.borrow().values().any(|link| open(link) && !link.stopping.get())
    }

    /// Whether the page that [`perform`](Self::perform) was last called for has begun to do what it was asked for:
    /// then that is what has ended it, or the app, if one of them has ended. One that only waits does nothing.
    #[must_use]
    pub fn has_acted(&self) -> bool {
        self.host.acts.get()
    }

    /// The numbers of the web contents of all windows.
    #[must_use]
    pub fn windows(&self) -> Vec<u32> {
        self.ask("windows")
    }

    /// The channels that the app answers on.
    #[must_use]
    pub fn channels(&self) -> Channels {
        self.ask("channels")
    }

    /// What the app is waiting for, a line each. Empty when it is idle, or waits only for its user.
    #[must_use]
    pub fn pending(&self) -> Vec<String> {
        self.engine_loop().pending()
    }

    /// The windows that are open, a line each: number, title and address.
    #[must_use]
    pub fn open_windows(&self) -> Vec<String> {
        self.engine_loop().open_windows()
    }

    /// Says what the app waits for is this, until it is told `None`: a step of a command, to be read on its own.
    pub fn set_awaited(&self, what: Option<String>) {
        *self.host.scripts.awaited.borrow_mut() = what;
    }

    /// Calls a function of `js/control.js` that answers at once with JSON; the default when the app has ended.
    pub(super) fn ask<T: Default + for<'de> Deserialize<'de>>(&self, name: &str) -> T {
        self.engine_loop().ask(name)
    }
}
