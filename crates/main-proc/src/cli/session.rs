//! An app that runs for the sake of single calls, and the empty page from which they are made.

use std::path::Path;
use std::time::{Duration, Instant};

use ipc_proto::value::Value;
use main_proc::script::{DriveError, Outcome, Output};

use super::answer::pair;
use super::app::App;
use super::exit::{FAILED, Failure, LOST};
use super::setting::Setting;
use super::verb::Verb;
use super::{interrupt, json, open, suggest};
use crate::demo;

/// How long an app may go on after the listeners of a message have run, when it does not come to rest before.
const SETTLE: Duration = Duration::from_secs(1);

/// What is said of a request that nobody answers.
const NEVER: &str = "reply was never sent";

pub(crate) struct Session {
    pub(crate) app: App,
    /// The number of the empty page.
    pub(crate) page: u32,
}

impl Session {
    /// Starts the app and a renderer of our own beside it. What they print goes to stderr: stdout is for results.
    pub(crate) fn open(app: &Path, setting: &Setting) -> Result<Self, Failure> {
        let mut options = open::options(app, setting, demo::Kind::Handlers)?;
        options.output = Output::stderr_only();
        options.until_idle = true;
        let mut app = open::open(options, setting)?;
        match app.start() {
            Ok(()) => {}
            Err(DriveError::Exited(code)) => {
                let failure = if code == 0 {
                    Failure::new(FAILED, "the app ended by itself while it was starting")
                } else {
                    // It has said why.
                    Failure::new(code, "")
                };
                app.stop(code);
                return Err(failure);
            }
            Err(error) => return Err(open::failure(&app, error)),
        }
        match app.open_bare_renderer() {
            Ok(page) => {
                let mut session = Self { app, page };
                session.let_start()?;
                Ok(session)
            }
            // Why has been told already.
            Err(DriveError::Failed(_)) if app.lost() => Err(open::no_renderer(&app, "the call could not be made")),
            Err(DriveError::Failed(thrown)) => Err(Failure::new(LOST, thrown.message)),
            Err(error) => Err(open::failure(&app, error)),
        }
    }

    /// Waits for the first window's page, if there is a window: many apps register their handlers after it has loaded.
    fn let_start(&mut self) -> Result<(), Failure> {
        if self.app.windows().is_empty() {
            return Ok(());
        }
        match self.app.first_page() {
            // Calls are made from our own page, whatever becomes of the app's.
            Ok(_) | Err(DriveError::Failed(_) | DriveError::Never) => Ok(()),
            Err(error) => Err(open::failure(&self.app, error)),
        }
    }

    /// Opens another empty page if the renderer of ours has ended; whether it had.
    pub(crate) fn renew(&mut self) -> Result<bool, Failure> {
        if self.app.has_renderer(self.page) {
            return Ok(false);
        }
        match self.app.open_bare_renderer() {
            Ok(page) => {
                self.page = page;
                Ok(true)
            }
            Err(error) => Err(open::failure(&self.app, error)),
        }
    }

    /// Makes a call; `args` is an array. The items of a result that comes one by one are handed to `item`, and `None` is left
    /// of it.
    pub(crate) fn call(
        &mut self,
        verb: Verb,
        channel: &str,
        args: &Value,
        mut item: impl FnMut(Value) -> Result<(), Failure>,
    ) -> Result<Option<Value>, Failure> {
        let result = self.ask(verb, channel, args)?;
        if verb != Verb::Invoke {
            return Ok(Some(result));
        }
        // Whether it is a stream, and else what it is.
        let (is_stream, result) = pair(&result)?;
        if !is_stream {
            return Ok(Some(result));
        }
        let none = json::arguments::<&str>(&[]).map_err(Failure::usage)?;
        loop {
            let next = self.app.call(self.page, "next", channel, &none);
            let (done, value) = pair(&next.map_err(|error| open::failure(&self.app, error))?)?;
            if done {
                return Ok(None);
            }
            item(value)?;
        }
    }

    fn ask(&mut self, verb: Verb, channel: &str, args: &Value) -> Result<Value, Failure> {
        let result = self.app.call(self.page, verb.method(), channel, args);
        let channels = self.app.channels();
        let known = if verb == Verb::Invoke { channels.handled } else { channels.listened };
        let unknown = !known.iter().any(|known| known == channel);
        match result {
            Ok(_) | Err(DriveError::Failed(_)) if verb != Verb::Invoke && unknown => {
                let failure = Failure::new(FAILED, format!("nobody listens on '{channel}'"));
                Err(failure.and(suggest::line(channel, "listeners", &known)))
            }
            Ok(result) => Ok(result),
            Err(DriveError::Failed(thrown)) if thrown.message.contains("is not permitted (") => {
                Err(Failure::thrown(thrown.name, thrown.message).and(
                    "Calls of the command line have the permissions of the name 'command-line': docs/permissions.md.",
                ))
            }
            Err(DriveError::Failed(thrown))
                if unknown && verb == Verb::Invoke && thrown.message.contains("No handler") =>
            {
                Err(Failure::thrown(thrown.name, thrown.message).and(suggest::line(channel, "handlers", &known)))
            }
            // The page from which the call was made is gone.
            Err(DriveError::Failed(thrown)) if !self.app.has_renderer(self.page) => {
                Err(open::died(&mut self.app, self.page, &thrown.message))
            }
            Err(DriveError::Failed(thrown)) if verb == Verb::SendSync && thrown.message == NEVER => {
                Err(Failure::new(FAILED, NEVER).and(format_args!(
                    "The listener of '{channel}' has neither set event.returnValue nor kept the event to set it later."
                )))
            }
            Err(error) => Err(open::failure(&self.app, error)),
        }
    }

    /// Lets the app work off what a message has started, for a limited time; its exit code if it ended.
    pub(crate) fn settle(&mut self) -> Option<i32> {
        match self.app.run_until_idle(Some(Instant::now() + SETTLE)) {
            Outcome::Exited(code) => Some(code),
            Outcome::Done | Outcome::Idle | Outcome::TimedOut => None,
        }
    }

    /// Ends the app, whatever it is doing; `code` unless the user has interrupted, and for 0 what the app has set as its
    /// exit code.
    pub(crate) fn close(mut self, code: i32) -> i32 {
        let code = self.app.stop(code);
        interrupt::code().unwrap_or(code)
    }
}
