//! What is being measured, on stderr: on a terminal in one line that changes, elsewhere in a line for each group.

use std::io::{IsTerminal, Write};
use std::time::Instant;

pub(super) struct Progress {
    since: Instant,
    terminal: bool,
    launches: u32,
    done: u32,
}

impl Progress {
    pub(super) fn new(launches: u32) -> Self {
        Self { since: Instant::now(), terminal: std::io::stderr().is_terminal(), launches, done: 0 }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.since.elapsed().as_secs_f64()
    }

    /// Before a group's first launch.
    pub(super) fn group(&self, title: &str) {
        if !self.terminal {
            self.say(title);
        }
    }

    /// Before each launch.
    pub(super) fn launch(&mut self, title: &str, contender: &str) {
        if self.terminal {
            self.say(&format!("{title}: {contender}"));
        }
        self.done += 1;
    }

    /// After launches that were left out.
    pub(super) fn skip(&mut self, launches: u32) {
        self.done = (self.done + launches).min(self.launches);
    }

    fn say(&self, text: &str) {
        let line = format!("{:3}% {:4.0} s  {text}", self.done * 100 / self.launches.max(1), self.seconds());
        // A closed stderr is no reason to stop measuring.
        let _ = if self.terminal {
            write!(std::io::stderr(), "\r\x1b[K{line}")
        } else {
            writeln!(std::io::stderr(), "{line}")
        };
    }

    pub(super) fn clear(&self) {
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
