//! A prompt over a running app: lines that are evaluated in main or in a page, and names that are completed.

use std::time::{Duration, Instant};

use ipc_proto::value::Value;
use serde::Deserialize;

use super::app::ScriptApp;
use super::drive::{DriveError, Thrown};
use super::run::Outcome;

/// How long a page may take to show that it is not busy.
const MOMENT: Duration = Duration::from_millis(250);

/// What came of a line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Typed {
    /// Its value, as Node's `util.inspect` shows it. A page decides what this is: it may hold any character.
    Value {
        /// The text.
        text: String,
    },
    /// It has thrown, or cannot be compiled. As Node's prompt tells it.
    Error {
        /// The text.
        text: String,
    },
    /// It stops where something has to follow: another line belongs to it.
    Incomplete,
}

/// Names for the end of a line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Completions {
    /// The beginning of the name that is there already.
    pub prefix: String,
    /// The names that begin like that.
    pub names: Vec<String>,
}

impl ScriptApp {
    /// Gives main's scripts, from now on, what a prompt has besides: `require`, Electron's and Node's modules by their
    /// names, unless the program has something of that name.
    ///
    /// # Errors
    ///
    /// As [`first_page`](Self::first_page).
    pub fn open_prompt(&mut self) -> Result<(), DriveError> {
        self.operation("promptOpen", Vec::new()).map(drop)
    }

    /// Runs code as a script of main, or of a page by the number of its contents, with `await` at its top level; its
    /// names stay. `colors` marks the parts of the value by escape sequences.
    ///
    /// # Errors
    ///
    /// As [`first_page`](Self::first_page); [`DriveError::Failed`] when the page cannot be asked.
    pub fn type_line(&mut self, contents: Option<u32>, code: &str, colors: bool) -> Result<Typed, DriveError> {
        let place = contents.unwrap_or_default();
        let colors = if colors { "colors" } else { "" };
        let answer = self.operation("promptRun", vec![place.into(), code.into(), colors.into()])?;
        read(answer)
    }

    /// What could stand at the end of that text, in main or in a page. None of the program's code runs for it.
    ///
    /// # Errors
    ///
    /// As [`type_line`](Self::type_line).
    pub fn complete_line(&mut self, contents: Option<u32>, text: &str) -> Result<Completions, DriveError> {
        let place = contents.unwrap_or_default();
        let answer = self.operation("promptComplete", vec![place.into(), text.into()])?;
        read(answer)
    }

    /// Runs the app's loop until `done` says so or the app ends, also while it has nothing to do: whoever waits has
    /// something for it, later. `done` is asked after each step.
    pub fn run_held(&mut self, done: impl Fn() -> bool) -> Outcome {
        self.host.scripts.held.set(true);
        let outcome = self.run_until(None, done);
        self.host.scripts.held.set(false);
        outcome
    }

    /// Stops what was [typed](Self::type_line) for a page and does not come to an end; whether the page has noticed. One
    /// that only waits for something goes on waiting for it.
    pub fn stop_typed(&mut self, contents: u32) -> bool {
        let waits = self.answers(contents);
        if waits {
            return true;
        }
        for link in self.host.all_links().iter().filter(|link| link.contents.get() == contents) {
            link.child.stop_script();
        }
        self.answers(contents)
    }

    /// Whether a page answers within a moment.
    fn answers(&mut self, contents: u32) -> bool {
        let deadline = self.deadline;
        self.deadline = [deadline, Some(Instant::now() + MOMENT)].into_iter().flatten().min();
        let answer = self.complete_line(Some(contents), "");
        self.deadline = deadline;
        answer.is_ok()
    }
}

/// Reads an answer, which a page may have made.
pub(super) fn read<T: for<'de> Deserialize<'de>>(answer: Value) -> Result<T, DriveError> {
    let text = answer.root().as_str().unwrap_or_default().to_owned();
    serde_json::from_str(&text).map_err(|_| {
        let message = "the page has sent something else than asked".to_owned();
        DriveError::Failed(Thrown { name: "Error".to_owned(), message })
    })
}
