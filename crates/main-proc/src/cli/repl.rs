//! `main-proc repl`: JavaScript in a running app, and the commands of `main-proc script`, typed line by line.

mod command;
mod history;
mod screen;
mod terminal;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};

use main_proc::script::{DriveError, Interrupter, Outcome, PageInfo, Typed, Wanted};

use self::command::Line;
use self::screen::{Screen, printable};
use self::terminal::{Event, Lines};
use super::answer::printed;
use super::args::ReplArgs;
use super::exit::{FAILED, Failure, LOST};
use super::script::Script;
use super::session::Session;
use super::{acts, interrupt, line, open};
use crate::demo;

/// Runs the app, and what is typed, until one of them ends.
pub(crate) fn repl(args: ReplArgs) -> Result<i32, Failure> {
    let screen = Screen::new();
    let done = run(args, &screen);
    screen.leave();
    done
}

fn run(args: ReplArgs, screen: &Rc<Screen>) -> Result<i32, Failure> {
    args.history.as_deref().map_or(Ok(()), history::check)?;
    let mut options = open::options(&args.app, &args.setting, demo::Kind::Handlers)?;
    options.args = args.args;
    options.output = screen.output();
    options.until_idle = !screen.is_terminal();
    let mut app = open::open(options, &args.setting)?;
    let no_descriptor = |error| Failure::new(LOST, format!("no descriptor to read lines: {error}"));
    let interrupter = app.interrupter().map_err(no_descriptor)?;
    let interrupted = Arc::new(AtomicBool::new(false));
    if screen.is_terminal() {
        let (app, interrupted) = (interrupter.clone(), Arc::clone(&interrupted));
        interrupt::on_ctrl_c(move || {
            interrupted.store(true, Ordering::Release);
            give_up(&app);
        });
    }
    match app.start() {
        Ok(()) => {}
        Err(DriveError::Exited(code)) => return Ok(app.stop(code)),
        Err(error) => return Err(open::failure(&app, error)),
    }
    app.open_prompt().map_err(|error| open::failure(&app, error))?;
    let lines = if screen.is_terminal() {
        let file = if args.no_history { None } else { args.history.or_else(history::usual) };
        let (lines, printer) = Lines::terminal(file, interrupter)?;
        screen.print_with(printer);
        screen.answer("JavaScript runs in main, or after `.window 1` in a page. `.help` lists the commands.");
        lines
    } else {
        Lines::piped(interrupter)?
    };
    let script = Script::new(Session { app, page: 0 });
    let shown = Rc::clone(screen);
    script.on_heard(move |page, channel, args| {
        let args = printed(args).unwrap_or_else(|failure| failure.text);
        shown.answer(&printable(&format!("[renderer {page}] {channel} {args}"), false));
    });
    let screen = Rc::clone(screen);
    let mut repl = Repl { script, screen, lines, interrupted, window: None, code: String::new(), has_failed: false };
    let ended = repl.run();
    let code = *ended.as_ref().unwrap_or_else(|failure| &failure.code);
    let code = repl.script.session.close(code);
    ended.map(|_| code)
}

/// Stops what is waited for, at Ctrl-C: the script of main that runs, or the wait for something.
fn give_up(app: &Interrupter) {
    const MOMENT: std::time::Duration = std::time::Duration::from_millis(200);
    app.give_up();
    std::thread::sleep(MOMENT);
    if app.is_giving_up() {
        app.stop_script();
    }
}

struct Repl {
    script: Script,
    screen: Rc<Screen>,
    lines: Lines,
    /// Whether Ctrl-C was pressed while the last line was worked on.
    interrupted: Arc<AtomicBool>,
    /// The page that lines run in; main's when there is none.
    window: Option<u32>,
    /// The lines so far of a statement that is not complete.
    code: String,
    /// Whether a line has failed.
    has_failed: bool,
}

/// What follows a line.
enum Then {
    Next,
    End,
}

impl Repl {
    fn run(&mut self) -> Result<i32, Failure> {
        let mut hinted = false;
        loop {
            // The last line may have ended the app.
            if let Outcome::Exited(code) = self.script.session.app.run_held(|| true) {
                return Ok(code);
            }
            if let Some(failure) = self.screen.failure() {
                return Err(failure);
            }
            self.screen.start_line();
            let prompt = self.prompt();
            // While a line is typed Ctrl-C is a key; later it is meant for what the line does.
            self.interrupted.store(false, Ordering::Release);
            self.lines.ask(prompt);
            let event = match self.next()? {
                Ok(event) => event,
                Err(code) => return Ok(code),
            };
            let mut hint = false;
            match event {
                Event::Line(line) => match self.line(&line)? {
                    Then::Next => {}
                    Then::End => return Ok(0),
                },
                // As in Node: what was typed is dropped; at an empty line, twice ends.
                Event::Interrupted { .. } if !self.code.is_empty() => self.code.clear(),
                Event::Interrupted { empty: false } => {}
                Event::Interrupted { empty: true } if hinted => return Ok(0),
                Event::Interrupted { empty: true } => {
                    hint = true;
                    self.screen.answer("(To exit, press Ctrl+C again or Ctrl+D or type .exit)");
                }
                Event::End => return Ok(self.end()),
                Event::Failed(text) => {
                    return Err(Failure::new(FAILED, format!("the lines cannot be read: {text}")));
                }
                Event::Complete { .. } => {}
            }
            hinted = hint;
        }
    }

    /// Whether the chosen window is no longer there; then lines run in main again.
    fn has_lost_window(&mut self) -> bool {
        let lost = self.window.is_some_and(|window| !self.has_page(window));
        if lost {
            self.failed("The window is closed: what is typed runs in main again.");
            self.window = None;
        }
        lost
    }

    fn has_page(&self, number: u32) -> bool {
        self.script.session.app.pages().iter().any(|page| page.number == number)
    }

    fn prompt(&mut self) -> String {
        self.has_lost_window();
        match self.window {
            _ if !self.code.is_empty() => "... ".to_owned(),
            None => "main> ".to_owned(),
            Some(number) => format!("[renderer {number}]> "),
        }
    }

    /// What the user does next; the app runs on meanwhile. Or the exit code of the app, which has ended.
    fn next(&mut self) -> Result<Result<Event, i32>, Failure> {
        loop {
            let event = RefCell::new(None);
            let outcome = self.script.session.app.run_held(|| take(&self.lines.events, &event));
            match (event.into_inner(), outcome) {
                (Some(Event::Complete { text, answer }), _) => {
                    // Whoever waits may have given up.
                    let _ = answer.send(self.complete(&text));
                }
                (Some(event), _) => return Ok(Ok(event)),
                (None, Outcome::Exited(code)) => return Ok(Err(code)),
                (None, Outcome::TimedOut) => return Err(open::timed_out(&self.script.session.app)),
                // Ctrl-C between two lines.
                (None, Outcome::Done | Outcome::Idle) => {}
            }
        }
    }

    /// There are no more lines. What they have started may still come to its end.
    fn end(&mut self) -> i32 {
        if !self.code.is_empty() {
            self.failed("Uncaught SyntaxError: Unexpected end of input");
        }
        if self.screen.is_terminal() {
            return 0;
        }
        let settled = self.script.session.settle();
        settled.unwrap_or(if self.has_failed { FAILED } else { 0 })
    }

    fn failed(&mut self, text: &str) {
        self.has_failed = true;
        self.screen.complain(text);
    }

    fn line(&mut self, text: &str) -> Result<Then, Failure> {
        if self.interrupted.load(Ordering::Acquire) {
            self.code.clear();
            self.failed("Interrupted.");
            return Ok(Then::Next);
        }
        // What was typed for a page is not done in main.
        if self.has_lost_window() {
            self.code.clear();
            return Ok(Then::Next);
        }
        match command::understand(text, !self.code.is_empty()) {
            Line::Code => self.run_code(text)?,
            Line::Command("exit", _) => return Ok(Then::End),
            Line::Command(name, rest) => self.command(name, rest)?,
        }
        Ok(Then::Next)
    }

    fn run_code(&mut self, text: &str) -> Result<(), Failure> {
        if self.code.is_empty() && text.trim().is_empty() {
            return Ok(());
        }
        if !self.code.is_empty() {
            self.code.push('\n');
        }
        self.code.push_str(text);
        let code = std::mem::take(&mut self.code);
        let colors = self.window.is_none() && self.screen.colors();
        match self.script.session.app.type_line(self.window, &code, colors) {
            Ok(Typed::Value { text }) => self.screen.answer(&printable(&text, colors)),
            Ok(Typed::Error { text }) => self.failed(&printable(&text, colors)),
            Ok(Typed::Incomplete) => self.code = code,
            Err(DriveError::GivenUp) => {
                if self.window.is_some_and(|page| !self.script.session.app.stop_typed(page)) {
                    self.failed("Interrupted; the page is still busy.");
                } else {
                    self.failed("Interrupted.");
                }
            }
            Err(DriveError::Failed(thrown)) => self.failed(&printable(&thrown.message, false)),
            Err(DriveError::Never) => {
                self.failed("Nothing that is left in the app can bring that about: it was not waited for.");
            }
            Err(DriveError::Exited(_)) => {}
            Err(DriveError::TimedOut) => return Err(open::timed_out(&self.script.session.app)),
        }
        Ok(())
    }

    fn command(&mut self, name: &str, rest: &str) -> Result<(), Failure> {
        match name {
            "main" => self.window = None,
            "window" => self.choose(rest),
            "windows" => {
                let pages = self.script.session.app.pages();
                if pages.is_empty() {
                    self.screen.answer("The app has no windows.");
                }
                pages.iter().for_each(|page| self.screen.answer(&self.describe(page)));
            }
            "channels" => {
                let channels = self.script.session.app.channels();
                self.screen.answer(&format!("handle: {}", printable(&channels.handled.join(", "), false)));
                self.screen.answer(&format!("on:     {}", printable(&channels.listened.join(", "), false)));
            }
            "load" => self.load(rest)?,
            "break" => self.code.clear(),
            "help" => self.screen.answer(&command::help()),
            known if command::is_known(known) => self.run_script_command(name, rest)?,
            unknown => {
                self.failed(&format!("There is no command '.{}': `.help` lists them.", printable(unknown, false)))
            }
        }
        Ok(())
    }

    fn describe(&self, page: &PageInfo) -> String {
        let mark = if self.window == Some(page.number) { '*' } else { ' ' };
        printable(&format!("{mark} {}  {:?}  {}", page.number, page.title, page.url), false).replace('\n', "\\n")
    }

    /// Chooses a window, at once: it may be one whose page does not load.
    fn choose(&mut self, wanted: &str) {
        let parsed = if wanted.is_empty() { Ok(Wanted::First) } else { acts::window(wanted) };
        match parsed.map(|wanted| self.script.session.app.pages().into_iter().find(|page| page.is(&wanted))) {
            Ok(Some(page)) => self.window = Some(page.number),
            Ok(None) => {
                let windows = acts::windows(&self.script.session.app);
                self.failed(&printable(&format!("There is no window '{wanted}'.\n{windows}"), false));
            }
            Err(text) => self.failed(&text),
        }
    }

    fn load(&mut self, file: &str) -> Result<(), Failure> {
        match std::fs::read_to_string(file) {
            Ok(text) => {
                self.run_code(text.trim_end())?;
                if !self.code.is_empty() {
                    self.code.clear();
                    self.failed("Uncaught SyntaxError: Unexpected end of input");
                }
            }
            Err(error) => self.failed(&format!("cannot read '{}': {error}", printable(file, false))),
        }
        Ok(())
    }

    /// A command of `main-proc script`, from the chosen window.
    fn run_script_command(&mut self, name: &str, rest: &str) -> Result<(), Failure> {
        let parsed = match line::parse(&format!("{name} {rest}")) {
            Ok(Some(parsed)) => parsed,
            Ok(None) => return Ok(()),
            Err(text) => {
                self.failed(&printable(&text, false));
                return Ok(());
            }
        };
        match self.script.run_from(self.window, parsed) {
            _ if self.interrupted.load(Ordering::Acquire) => self.failed("Interrupted."),
            Ok(value) if value.root().is_undefined() => {}
            Ok(value) => match printed(&value) {
                Ok(json) => self.screen.answer(&printable(&json, false)),
                Err(failure) => self.failed(&printable(&failure.text, false)),
            },
            Err(failure) => self.failed(&printable(&failure.text, false)),
        }
        Ok(())
    }

    /// The names that may stand at the end of the text, and where they begin.
    fn complete(&mut self, text: &str) -> (usize, Vec<String>) {
        let app = &mut self.script.session.app;
        if self.code.is_empty() {
            let channels = app.channels();
            let channels = command::Channels { handled: channels.handled, listened: channels.listened };
            let windows: Vec<String> = app.pages().iter().map(|page| page.number.to_string()).collect();
            if let Some(found) = command::complete(text, &channels, &windows) {
                return found;
            }
        }
        let found = app.complete_line(self.window, text).unwrap_or_default();
        let plain = |name: &String| name.starts_with(&found.prefix) && !name.contains(|c: char| c.is_control());
        let names = found.names.iter().filter(|name| plain(name)).cloned().collect();
        (text.len().saturating_sub(found.prefix.len()), names)
    }
}

/// Takes an event, if there is one; whether there is.
fn take(events: &Receiver<Event>, into: &RefCell<Option<Event>>) -> bool {
    let mut event = into.borrow_mut();
    if event.is_none() {
        *event = match events.try_recv() {
            Ok(event) => Some(event),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Event::End),
        };
    }
    event.is_some()
}
