//! What is printed while somebody may be typing.

use std::cell::{Cell, RefCell};
use std::io::{self, IsTerminal as _};
use std::rc::Rc;

use main_proc::script::Output;
use main_proc::script::streams::{self, Stream, Wait};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use super::terminal::Printer;
use crate::cli::exit::{self, Failure};

/// The terminal, or the two streams in its place.
pub(super) struct Screen {
    terminal: bool,
    printer: RefCell<Option<Printer>>,
    /// Whether the cursor is at the beginning of a line.
    fresh: Cell<bool>,
    /// Why an answer could not be written.
    failure: RefCell<Option<Failure>>,
    /// How the terminal was when we came.
    before: Option<Termios>,
}

impl Screen {
    pub(super) fn new() -> Rc<Self> {
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        let before = tcgetattr(io::stdin()).ok().filter(|_| terminal);
        Rc::new(Self {
            terminal,
            printer: RefCell::default(),
            fresh: Cell::new(true),
            failure: RefCell::default(),
            before,
        })
    }

    /// Whether a person types.
    pub(super) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether values may be coloured.
    pub(super) fn colors(&self) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        self.terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
    }

    pub(super) fn print_with(&self, printer: Option<Printer>) {
        *self.printer.borrow_mut() = printer;
    }

    /// The streams of the app: above the line that is being typed, if there is one.
    pub(super) fn output(self: &Rc<Self>) -> Output {
        if !self.terminal {
            return Output::default();
        }
        let (out, err) = (Rc::clone(self), Rc::clone(self));
        Output::new(move |bytes| out.above(bytes), move |bytes| err.above(bytes))
    }

    fn above(&self, bytes: &[u8]) {
        if let Some(last) = bytes.last() {
            self.fresh.set(*last == b'\n');
        }
        if let Some(printer) = self.printer.borrow_mut().as_mut()
            && printer.print(String::from_utf8_lossy(bytes).into_owned()).is_ok()
        {
            return;
        }
        streams::write_raw(Stream::Out, bytes, Wait::Yes);
    }

    /// The answer to a line.
    pub(super) fn answer(&self, text: &str) {
        self.start_line();
        if self.terminal {
            self.above(format!("{text}\n").as_bytes());
        } else if let Err(failure) = exit::print(text) {
            *self.failure.borrow_mut() = Some(failure);
        }
    }

    /// What has gone wrong with a line.
    pub(super) fn complain(&self, text: &str) {
        if self.terminal {
            self.start_line();
            self.above(format!("{text}\n").as_bytes());
        } else {
            exit::tell(text);
        }
    }

    /// Why nobody gets any more answers.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.failure.borrow().clone()
    }

    /// A new line, if something stands on this one.
    pub(super) fn start_line(&self) {
        if self.terminal && !self.fresh.get() {
            self.above(b"\n");
        }
    }

    /// Leaves the terminal as it was, also while a line is being typed.
    pub(super) fn leave(&self) {
        if let Some(before) = &self.before {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, before);
            if std::env::var_os("TERM").is_none_or(|term| term != "dumb") {
                // Pasted text is not marked any more.
                streams::write_raw(Stream::Out, b"\x1b[?2004l", Wait::Yes);
            }
        }
    }
}

/// The text without what a terminal would obey: control characters are written as `\xNN`. Of those that begin escape
/// sequences only colours stay, if `colors`.
pub(super) fn printable(text: &str, colors: bool) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\n' && c != '\t') {
        let (before, after) = rest.split_at(at);
        safe.push_str(before);
        let color = color_length(after).filter(|_| colors);
        let length = color.unwrap_or_else(|| after.chars().next().map_or(0, char::len_utf8));
        let (control, after) = after.split_at(length);
        match color {
            Some(_) => safe.push_str(control),
            None => control.chars().for_each(|c| safe.push_str(&format!("\\x{:02x}", u32::from(c)))),
        }
        rest = after;
    }
    safe.push_str(rest);
    safe
}

/// The length of the escape sequence at the beginning, if it sets a colour.
fn color_length(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\x1b[")?;
    let end = numbers.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    (numbers.as_bytes().get(end) == Some(&b'm')).then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_commands_but_colours() {
        assert_eq!(printable("a\tb\nc é", false), "a\tb\nc é");
        assert_eq!(printable("\x1b]0;title\x07\r\u{9b}1m\x7f", true), "\\x1b]0;title\\x07\\x0d\\x9b1m\\x7f");
        assert_eq!(printable("\x1b[32m'a'\x1b[39m\x1b[2J", true), "\x1b[32m'a'\x1b[39m\\x1b[2J");
        assert_eq!(printable("\x1b[32m", false), "\\x1b[32m");
        assert_eq!(printable("\x1b[", true), "\\x1b[");
    }
}
