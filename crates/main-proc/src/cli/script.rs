//! `main-proc script`: a command a line.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_proto::value::Value;
use main_proc::script::{DriveError, Outcome, Wanted};

use super::answer::{printed, unread};
use super::args::ScriptArgs;
use super::exit::{self, FAILED, Failure, LOST};
use super::input::{Input, Next};
use super::line::{Line, parse};
use super::session::Session;
use super::{acts, interrupt, open};

/// Messages kept for `wait`, of all channels together.
const KEPT: usize = 100_000;

/// What main has sent on the channels that are listened to.
#[derive(Default)]
struct Heard {
    messages: HashMap<String, VecDeque<Value>>,
    count: usize,
}

/// Runs the commands; the exit code is 1 when any has failed.
pub(crate) fn script(args: &ScriptArgs) -> Result<i32, Failure> {
    let source = Input::file(&args.file)?;
    let session = Session::open(&args.app, &args.setting)?;
    let waker = session.app.interrupter();
    let waker = waker.map_err(|error| Failure::new(LOST, format!("no descriptor to read commands: {error}")))?;
    let input = Input::start(source, move || waker.wake())?;
    let mut script = Script::new(session);
    let done = script.run(&input, args.stop_on_error);
    script.session.close(*done.as_ref().unwrap_or_else(|failure| &failure.code));
    match interrupt::code() {
        Some(code) => Ok(code),
        None => done,
    }
}

/// An app that is given commands.
pub(crate) struct Script {
    pub(crate) session: Session,
    heard: Rc<RefCell<Heard>>,
    /// The page to act on, once it is known and loaded.
    window: Option<u32>,
    /// Which one that is.
    wanted: Wanted,
}

impl Script {
    pub(crate) fn new(session: Session) -> Self {
        let script = Self { session, heard: Rc::default(), window: None, wanted: Wanted::First };
        script.on_heard(|_, _, _| ());
        script
    }

    /// Observes what main sends on the channels that are listened to: page, channel, arguments.
    pub(crate) fn on_heard(&self, observer: impl Fn(u32, &str, &Value) + 'static) {
        let heard = Rc::clone(&self.heard);
        self.session.app.on_heard(move |page, channel, args| {
            observer(page, channel, &args);
            heard.borrow_mut().keep(channel, args);
        });
    }

    /// Does what a line says in that window, and from it; without one, in the first window and from a page of our own.
    pub(crate) fn run_from(&mut self, window: Option<u32>, command: Line) -> Result<Value, Failure> {
        let Some(window) = window else {
            (self.window, self.wanted) = (None, Wanted::First);
            self.renew()?;
            return self.command(command);
        };
        let own = std::mem::replace(&mut self.session.page, window);
        (self.window, self.wanted) = (Some(window), Wanted::Number(window));
        let result = self.command(command);
        self.session.page = own;
        result
    }

    fn run(&mut self, input: &Input, stop_on_error: bool) -> Result<i32, Failure> {
        let (mut number, mut code) = (0, 0);
        while let Some(line) = self.next_line(input)? {
            number += 1;
            let line = std::str::from_utf8(&line)
                .map_err(|error| format!("the line is not UTF-8: its byte {} cannot be read", error.valid_up_to() + 1));
            let result = match line.and_then(parse) {
                Ok(None) => continue,
                Ok(Some(command)) => self.renew().and_then(|()| self.command(command)),
                Err(text) => Err(Failure::new(FAILED, text)),
            };
            match report(number, result)? {
                Ok(_) => {}
                // The next command gets a page of its own again.
                Err(failure) if !stop_on_error && [FAILED, LOST].contains(&failure.code) => {
                    code = code.max(failure.code);
                }
                // Its text is in the report.
                Err(failure) => return Ok(failure.code),
            }
        }
        Ok(code)
    }

    /// The next line, once it is there; the app runs on meanwhile.
    fn next_line(&mut self, input: &Input) -> Result<Option<Vec<u8>>, Failure> {
        let next = RefCell::new(Next::NotYet);
        let outcome = self.session.app.run_until(None, || {
            let mut next = next.borrow_mut();
            if matches!(*next, Next::NotYet) {
                *next = input.next();
            }
            !matches!(*next, Next::NotYet)
        });
        let next = match (next.into_inner(), outcome) {
            (Next::NotYet, Outcome::TimedOut) => Next::NotYet,
            (Next::NotYet, _) if interrupt::code().is_some() => Next::End,
            // The app has ended or does nothing any more, but its user may have another line.
            (Next::NotYet, _) => input.wait(self.session.app.deadline()),
            (next, _) => next,
        };
        match next {
            Next::NotYet => {
                self.session.app.set_awaited(Some("the next line of commands, or their end".to_owned()));
                Err(open::timed_out(&self.session.app))
            }
            Next::Line(Ok(line)) => Ok(Some(line)),
            Next::Line(Err(error)) => Err(Failure::new(FAILED, format!("the commands cannot be read: {error}"))),
            Next::End => Ok(None),
        }
    }

    /// Sees to it that there is a page of our own, which listens to what the last one listened to.
    fn renew(&mut self) -> Result<(), Failure> {
        if self.session.renew()? {
            let channels: Vec<String> = self.heard.borrow().messages.keys().cloned().collect();
            for channel in channels {
                self.session.app.listen(self.session.page, &channel).map_err(|error| self.failure(error))?;
            }
        }
        Ok(())
    }

    /// Does what a line says.
    fn command(&mut self, command: Line) -> Result<Value, Failure> {
        match command {
            Line::Call { verb, channel, args } => {
                // Each line has one result: a stream is a list of its items there.
                let mut items = Vec::new();
                let result = self.session.call(verb, &channel, &args, |item| {
                    items.push(item);
                    Ok(())
                })?;
                result.map_or_else(|| Value::from_serialize(&items).map_err(unread), Ok)
            }
            Line::On(channel) => self.listen(&channel).map(|()| Value::undefined()),
            Line::Wait { channel, time } => self.wait(&channel, time),
            Line::Eval(code) => {
                let page = self.page()?;
                let done = self.session.app.eval(page, &code);
                done.map_err(|error| self.failure_in(page, error))
            }
            Line::Act(act) => {
                let page = self.page()?;
                let done = acts::act(&mut self.session.app, page, &act);
                done.map_err(|error| self.failure_in(page, error)).map(|()| Value::undefined())
            }
            Line::Window(wanted) => {
                self.window = Some(acts::find(&mut self.session.app, &wanted)?);
                self.wanted = wanted;
                Ok(Value::undefined())
            }
            Line::Sleep(time) => match self.session.app.run_until(Some(Instant::now() + time), || false) {
                Outcome::Exited(_) => Err(ended()),
                _ => Ok(Value::undefined()),
            },
        }
    }

    /// What was to be done in a page has failed, perhaps because its process is gone.
    fn failure_in(&mut self, page: u32, error: DriveError) -> Failure {
        match error {
            DriveError::Failed(thrown) if !self.session.app.has_renderer(page) => {
                open::died(&mut self.session.app, page, &thrown.message)
            }
            error => self.failure(error),
        }
    }

    fn failure(&self, error: DriveError) -> Failure {
        open::failure(&self.session.app, error)
    }

    /// The page to act on: that of the chosen window, loaded. Before one is chosen, the first window's; our own empty
    /// one when there is no window.
    fn page(&mut self) -> Result<u32, Failure> {
        if let Some(known) = self.window.filter(|known| self.session.app.has_renderer(*known)) {
            return Ok(known);
        }
        if self.wanted == Wanted::First && self.session.app.windows().is_empty() {
            return Ok(self.session.page);
        }
        let page = acts::find(&mut self.session.app, &self.wanted)?;
        self.window = Some(page);
        Ok(page)
    }

    /// Keeps messages of a channel to our own page, and to the windows that there are.
    fn listen(&mut self, channel: &str) -> Result<(), Failure> {
        if self.heard.borrow_mut().begin(channel) {
            let pages = std::iter::once(self.session.page).chain(self.session.app.windows());
            for page in pages.collect::<Vec<_>>() {
                self.session.app.listen(page, channel).map_err(|error| self.failure(error))?;
            }
        }
        Ok(())
    }

    /// The next message of a channel: its arguments.
    fn wait(&mut self, channel: &str, time: Duration) -> Result<Value, Failure> {
        self.listen(channel)?;
        let heard = Rc::clone(&self.heard);
        let started = Instant::now();
        let until = started.checked_add(time);
        let outcome = self.session.app.run_until(until, || heard.borrow().has(channel));
        if let Some(args) = self.heard.borrow_mut().take(channel) {
            return Ok(args);
        }
        match outcome {
            Outcome::Exited(_) => Err(ended()),
            Outcome::TimedOut if started.elapsed() < time => Err(open::timed_out(&self.session.app)),
            _ => Err(Failure::new(FAILED, format!("no message on '{channel}' within {} ms", time.as_millis()))),
        }
    }
}

impl Heard {
    /// Whether the channel was not listened to before.
    fn begin(&mut self, channel: &str) -> bool {
        let new = !self.messages.contains_key(channel);
        if new {
            self.messages.insert(channel.to_owned(), VecDeque::new());
        }
        new
    }

    fn keep(&mut self, channel: &str, args: Value) {
        if self.count >= KEPT {
            tracing::warn!("more than {KEPT} messages wait for `wait`: one on '{channel}' is dropped");
            return;
        }
        self.messages.entry(channel.to_owned()).or_default().push_back(args);
        self.count += 1;
    }

    fn has(&self, channel: &str) -> bool {
        self.messages.get(channel).is_some_and(|messages| !messages.is_empty())
    }

    fn take(&mut self, channel: &str) -> Option<Value> {
        let taken = self.messages.get_mut(channel)?.pop_front()?;
        self.count -= 1;
        Some(taken)
    }
}

fn ended() -> Failure {
    Failure::new(FAILED, "the app has ended")
}

/// Prints what came of a line; what of it cannot be printed is a failure of that line.
fn report(line: usize, result: Result<Value, Failure>) -> Result<Result<(), Failure>, Failure> {
    let result = result.and_then(|value| match value.root().is_undefined() {
        true => Ok(None),
        false => printed(&value).map(Some),
    });
    exit::print(&match &result {
        Ok(None) => r#"{"ok":true}"#.to_owned(),
        Ok(Some(json)) => format!(r#"{{"ok":true,"result":{json}}}"#),
        Err(failure) => {
            let [name, message] = [&failure.name, &failure.text].map(|text| serde_json::Value::from(text.as_str()));
            format!(r#"{{"ok":false,"error":{{"name":{name},"message":{message},"line":{line}}}}}"#)
        }
    })?;
    Ok(result.map(drop))
}
