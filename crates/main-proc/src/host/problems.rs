//! What goes wrong in an app and is nobody's: told to the user, and perhaps the end of the command.

use super::output::Level;
use super::state::Host;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An error was thrown and nobody caught it.
    Uncaught,
    /// A promise was rejected and nobody handled it.
    Rejection,
    /// A process has died.
    Crash,
    /// A page could not be loaded.
    Load,
    /// A preload script could not be loaded, or threw.
    Preload,
}

impl Kind {
    /// Its name in what `--json` prints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uncaught => "uncaught-error",
            Self::Rejection => "unhandled-rejection",
            Self::Crash => "crash",
            Self::Load => "load-failed",
            Self::Preload => "preload-failed",
        }
    }

    /// The kind of that name.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Uncaught, Self::Rejection, Self::Crash, Self::Load, Self::Preload]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// Where it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    Main,
    /// The number of its web contents.
    Renderer(u32),
    Utility,
}

impl Process {
    /// That of a page, or of a utility process for 0.
    pub fn of_contents(contents: u32) -> Self {
        if contents == 0 { Self::Utility } else { Self::Renderer(contents) }
    }
}

/// Something that went wrong.
#[derive(Debug)]
pub struct Problem<'a> {
    pub kind: Kind,
    pub process: Process,
    /// What a program reads of it.
    pub text: &'a str,
    /// What a person reads of it; empty when that has been told.
    pub told: &'a str,
    /// File and line, if they are known.
    pub place: Option<(&'a str, u32)>,
}

impl<K> Host<K> {
    /// Tells of a process that has crashed. What a person reads of that is in our words: no line of the renderer's.
    pub fn crashed(&self, contents: u32, text: &str, told: &str) {
        if !told.is_empty() && !self.output.is_json() {
            self.output.note(told);
        }
        let process = Process::of_contents(contents);
        self.problem(&Problem { kind: Kind::Crash, process, text, told: "", place: None });
    }

    /// Tells of a problem. With `fail_on_error` it ends the app.
    pub fn problem(&self, problem: &Problem<'_>) {
        if self.output.is_json() {
            self.output.json_problem(problem);
        } else if !problem.told.is_empty() {
            match problem.process {
                // That is main's own news of a page.
                _ if problem.kind == Kind::Load => self.output.note(problem.told),
                Process::Main => self.output.note(problem.told),
                Process::Renderer(contents) => self.output.renderer(contents, Level::Error, problem.told),
                Process::Utility => self.output.renderer(0, Level::Error, problem.told),
            }
        }
        if self.fail_on_error.get() && self.failed_for.borrow().is_none() {
            let first = problem.text.lines().next().unwrap_or_default();
            *self.failed_for.borrow_mut() = Some(format!("{}: {first}", problem.kind.name()));
        }
    }
}
