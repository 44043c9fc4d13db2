//! What a command asks of a running app: calls, scripts and clicks in its pages.

use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_proto::limits::Limits;
use ipc_proto::payload::Payload;
use ipc_proto::value::Value;
use script_host::clone;
use script_host::js::function::Args;
use serde::Deserialize;

use super::app::ScriptApp;
use super::bad_value::bad_value;
use super::host::Done;
use super::run::{Outcome, Until};

/// What a script has thrown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Thrown {
    /// The class of the error, such as `TypeError`; `Error` for what is no error.
    pub name: String,
    /// Its message.
    pub message: String,
}

impl From<&str> for Thrown {
    fn from(message: &str) -> Self {
        Self { name: "Error".to_owned(), message: message.to_owned() }
    }
}

/// Why something asked of an app did not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriveError {
    /// It failed; this is what a script would have caught.
    #[error(transparent)]
    Failed(Thrown),
    /// The app ended before, with that exit code.
    #[error("the app ended with exit code {0} before that was done")]
    Exited(i32),
    /// The time was over.
    #[error("that took longer than allowed")]
    TimedOut,
    /// Nothing can bring it about any more.
    #[error("the app has nothing left to do, so that will never happen")]
    Never,
    /// Somebody has [given it up](super::Interrupter::give_up).
    #[error("interrupted")]
    GivenUp,
}

/// Which page to act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The first window's.
    First,
    /// The one with that number, which stands before all that it prints: `[renderer N]`.
    Number(u32),
    /// The first with that text in its title.
    Title(String),
    /// The first with that text in its URL.
    Url(String),
}

impl Wanted {
    /// How main's modules are asked for it, as arguments of the operation `page`.
    pub(super) fn arguments<A: From<u32> + for<'t> From<&'t str>>(&self) -> Vec<A> {
        match self {
            Self::First => vec!["first".into(), "".into()],
            Self::Number(number) => vec!["number".into(), (*number).into()],
            Self::Title(text) => vec!["title".into(), text.as_str().into()],
            Self::Url(text) => vec!["url".into(), text.as_str().into()],
        }
    }
}

/// A page that can be acted on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PageInfo {
    /// The number of its contents.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Its URL; empty before it has one.
    pub url: String,
}

impl PageInfo {
    /// Whether it is what is wanted.
    #[must_use]
    pub fn is(&self, wanted: &Wanted) -> bool {
        match wanted {
            Wanted::First => true,
            Wanted::Number(number) => self.number == *number,
            Wanted::Title(text) => self.title.contains(text),
            Wanted::Url(text) => self.url.contains(text),
        }
    }
}

impl ScriptApp {
    /// Waits until the first window's page has loaded; the number of its contents.
    ///
    /// # Errors
    ///
    /// [`DriveError::Failed`] when it cannot be loaded, and the other ways not to come about.
    pub fn first_page(&mut self) -> Result<u32, DriveError> {
        self.operation("page", Wanted::First.arguments()).map(number)
    }

    /// Makes a hidden, empty page with `ipcRenderer`, which is no window of the app; the number of its contents.
    ///
    /// # Errors
    ///
    /// As [`first_page`](Self::first_page).
    pub fn open_bare_renderer(&mut self) -> Result<u32, DriveError> {
        self.operation("openBare", Vec::new()).map(number)
    }

    /// Calls `ipcRenderer[verb](channel, ...args)` in a page and waits for its result. `verb` is `invoke`, `send`,
    /// `sendSync` or `postMessage`; `args` is an array.
    ///
    /// # Errors
    ///
    /// As [`first_page`](Self::first_page); [`DriveError::Failed`] has the text that a script would have caught.
    pub fn call(&mut self, contents: u32, verb: &str, channel: &str, args: &Value) -> Result<Value, DriveError> {
        let args = Argument::Value(args.clone());
        self.operation("call", vec![contents.into(), verb.into(), channel.into(), args])
    }

    /// Runs a script in a page and waits for its result.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn eval(&mut self, contents: u32, code: &str) -> Result<Value, DriveError> {
        self.operation("evaluate", vec![contents.into(), code.into()])
    }

    /// Runs a script in a page and waits for its end. Its value, which nobody wants, may be one that cannot be cloned.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn run_script(&mut self, contents: u32, code: &str) -> Result<(), DriveError> {
        self.operation("run", vec![contents.into(), code.into()]).map(drop)
    }

    /// Waits until there is a window's page of that kind and it has loaded; the number of its contents, and `None` when
    /// there was none within that time.
    ///
    /// # Errors
    ///
    /// As [`first_page`](Self::first_page).
    pub fn page(&mut self, wanted: &Wanted, within: Duration) -> Result<Option<u32>, DriveError> {
        if *wanted == Wanted::First {
            return self.first_page().map(Some);
        }
        // There may be such a page that has not loaded, which takes as long as it takes.
        let there = |app: &Self| app.pages().iter().any(|page| page.is(wanted));
        let token = self.begin("page", wanted.arguments());
        match self.wait_for(token, Some(Instant::now() + within)) {
            Some(result) => result.map(|value| Some(number(value))),
            None if there(self) => match self.wait_for(token, None) {
                Some(result) => result.map(|value| Some(number(value))),
                None => Err(DriveError::TimedOut),
            },
            None => Ok(None),
        }
    }

    /// The pages that can be acted on: those of windows first.
    #[must_use]
    pub fn pages(&self) -> Vec<PageInfo> {
        self.ask("pageList")
    }

    /// Does in a page what its user would: `click SELECTOR`, `type SELECTOR TEXT`, `select SELECTOR VALUE`, `press KEY`,
    /// or waits there: `wait-for SELECTOR`, `wait-for-text TEXT`. All but the keys wait for what they need.
    ///
    /// The result is undefined when that is done, and otherwise says why not, as the page's process tells it; `None`
    /// when that did not answer within a second more.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn perform(
        &mut self,
        contents: u32,
        verb: &str,
        args: &Value,
        within: Duration,
    ) -> Result<Option<Value>, DriveError> {
        let ms = u32::try_from(within.as_millis()).unwrap_or(u32::MAX);
        let arguments = vec![contents.into(), verb.into(), Argument::Value(args.clone()), ms.into()];
        let token = self.begin("act", arguments);
        self.wait_for(token, Some(Instant::now() + within + Duration::from_secs(1))).transpose()
    }

    /// Clicks an element of a page, if there is one that the selector matches.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn click(&mut self, contents: u32, selector: &str) -> Result<(), DriveError> {
        let args = Value::from_serialize(&[selector]).unwrap_or_default();
        let missing = || Thrown { name: "Error".to_owned(), message: format!("no element matches '{selector}'") };
        match self.perform(contents, "click", &args, Duration::ZERO)? {
            Some(value) if value.root().is_undefined() => Ok(()),
            _ => Err(DriveError::Failed(missing())),
        }
    }

    /// From now on messages of that channel to that page are told to [`on_heard`](Self::on_heard)'s observer.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn listen(&mut self, contents: u32, channel: &str) -> Result<(), DriveError> {
        self.operation("listen", vec![contents.into(), channel.into()]).map(drop)
    }

    /// Starts an operation of `js/control.js` and runs the loop until it is done.
    pub(super) fn operation(&mut self, name: &str, arguments: Vec<Argument>) -> Result<Value, DriveError> {
        let token = self.begin(name, arguments);
        self.wait_for(token, None).unwrap_or(Err(DriveError::TimedOut))
    }

    /// Runs the loop until an operation is done; `None` at that time, if it comes before the end of all time.
    pub(super) fn wait_for(&mut self, token: u32, time: Option<Instant>) -> Option<Result<Value, DriveError>> {
        let end = [time, self.deadline].into_iter().flatten().min();
        let until = Until { time: end, idle: self.host.watch_idle.get(), stuck: true };
        let outcome = self.engine_loop().run(until, |host| host.scripts.done.borrow().contains_key(&token));
        let done = self.host.scripts.done.borrow_mut().remove(&token);
        Some(match (done.map(|done| done.result), outcome) {
            (Some(Ok(bytes)), _) => value(bytes, &self.host.limits),
            (Some(Err(thrown)), _) => Err(DriveError::Failed(thrown)),
            (None, Outcome::Exited(code)) => Err(DriveError::Exited(code)),
            (None, Outcome::TimedOut) if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) => {
                Err(DriveError::TimedOut)
            }
            (None, Outcome::TimedOut) => return None,
            (None, Outcome::Done) => Err(DriveError::GivenUp),
            (None, Outcome::Idle) => Err(DriveError::Never),
        })
    }

    /// Starts an operation; its number.
    pub(super) fn begin(&mut self, name: &str, arguments: Vec<Argument>) -> u32 {
        self.host.acts.set(false);
        self.last_token += 1;
        let token = self.last_token;
        let (host, limits) = (Rc::clone(&self.host), Rc::clone(&self.host.limits));
        self.call_control(name, |function| {
            let ctx = function.ctx().clone();
            let mut all = Args::new(ctx.clone(), arguments.len() + 1);
            all.push_arg(token)?;
            for argument in arguments {
                match argument {
                    Argument::Number(number) => all.push_arg(number)?,
                    Argument::Text(text) => all.push_arg(text)?,
                    Argument::Value(value) => {
                        let payload = value.to_payload();
                        match clone::decode(&ctx, payload.as_bytes(), &limits, &[]) {
                            Ok(value) => all.push_arg(value)?,
                            // It is the operation that fails: no script of the app has done anything.
                            Err(error) => {
                                let thrown = Thrown::from(bad_value(&ctx, &error).text());
                                host.scripts.done.borrow_mut().insert(token, Done { result: Err(thrown) });
                                return Ok(());
                            }
                        }
                    }
                }
            }
            function.call_arg(all)
        });
        token
    }
}

/// A value that a script gave.
pub(crate) fn value(bytes: Vec<u8>, limits: &Limits) -> Result<Value, DriveError> {
    Value::from_payload(&Payload::from_vec(bytes), limits)
        .map_err(|error| DriveError::Failed(Thrown { name: "Error".to_owned(), message: error.to_string() }))
}

/// The number of web contents that an operation gave.
fn number(value: Value) -> u32 {
    value.root().as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}

/// An argument of an operation.
pub(super) enum Argument {
    Number(u32),
    Text(String),
    Value(Value),
}

impl From<u32> for Argument {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
