//! A renderer that is started before the app asks for one: while main's scripts begin, on another processor, it
//! starts and makes what an ordinary page needs. The first window takes it. An app whose windows follow each other is
//! taken to open more of them: each such window is followed by a spare renderer for the next.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ipc_link::Endpoint;
use rustix::event::{PollFd, PollFlags, poll};

use super::reading::timespec;
use crate::spawn::{self, ChildProcess, Program, SpawnError, Starting};

/// Windows that open within this time of each other are followed by a spare renderer, which ends when nobody has
/// wanted it for so long.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a new window has the processors to itself before a spare renderer for the next one is started.
const SETTLED_AFTER: Duration = Duration::from_millis(10);
/// How long the end of killed processes is waited for.
const END_WITHIN: Duration = Duration::from_secs(1);
/// How soon a killed process is looked after.
const ENDED_SOON: Duration = Duration::from_millis(10);

/// The spare renderer, if there is one, and when the next is due. Dropping it ends the one and waits for that.
#[derive(Default)]
pub struct Spares {
    ready: Option<Spare>,
    due: Option<Instant>,
    /// When the last window was opened.
    opened: Option<Instant>,
    /// One has died by itself or could not be started, and so would others.
    useless: bool,
    /// Killed, and not reaped yet.
    ending: Vec<ChildProcess>,
    /// When those are looked after.
    look: Option<Instant>,
}

impl Spares {
    /// With one for the first window, which runs when this returns.
    ///
    /// One that was still to be made while this thread went on was often queued behind this thread on its processor, and
    /// waited there for milliseconds while the other was free.
    pub fn with_first(program: &Program) -> Self {
        let mut spares = Self::default();
        spares.keep(std::env::current_dir().ok(), spawn::start(program).map(Process::Running));
        spares
    }

    /// A running process for the window that is opened `now`; `None` when there is none of use.
    pub fn take(&mut self, now: Instant) -> Option<(Endpoint, ChildProcess)> {
        let last = self.opened.replace(now);
        let spare = self.ready.take();
        if last.is_some_and(|last| now - last < PATIENCE) {
            self.due = Some(now + SETTLED_AFTER);
        }
        let Spare { process, folder, .. } = spare?;
        let Some((endpoint, child)) = process.running() else {
            self.useless = true;
            return None;
        };
        if folder != std::env::current_dir().ok() {
            self.end_one(child);
            return None;
        }
        Some((endpoint, child))
    }

    /// When there is something to do for [`turn`](Self::turn).
    pub fn wake(&self) -> Option<Instant> {
        let until = self.ready.as_ref().map(|spare| spare.until);
        [self.due, until, self.look].into_iter().flatten().min()
    }

    /// Gives up one that nobody wanted, starts the one that is due, and waits for neither.
    pub fn turn(&mut self, program: &Program, now: Instant) {
        self.tidy(now);
        if self.ready.as_ref().is_some_and(|spare| now >= spare.until) {
            self.end();
        }
        if self.due.is_some_and(|due| now >= due) {
            self.due = None;
            if !self.useless && self.ready.is_none() {
                // It is made later, in the folder of now.
                let folder = std::env::current_dir().ok();
                let cwd = program.cwd.clone().or_else(|| folder.clone());
                let program = Program { cwd, ..program.clone() };
                self.keep(folder, spawn::begin(&program).map(Process::Starting));
            }
        }
    }

    fn keep(&mut self, folder: Option<PathBuf>, process: Result<Process, SpawnError>) {
        match process {
            Ok(process) => {
                self.ready = Some(Spare { process, folder, until: Instant::now() + PATIENCE });
            }
            // The next window will tell why.
            Err(_) => self.useless = true,
        }
    }

    /// Ends the spare renderer, and does not wait for that. No other follows until a window is opened.
    pub fn end(&mut self) {
        self.due = None;
        let Some(spare) = self.ready.take() else { return };
        match spare.process.running() {
            Some((_, child)) => self.end_one(child),
            None => self.useless = true,
        }
    }

    fn end_one(&mut self, child: ChildProcess) {
        child.kill();
        self.ending.push(child);
        self.look = Some(Instant::now() + ENDED_SOON);
    }

    /// Forgets those that have ended.
    fn tidy(&mut self, now: Instant) {
        self.ending.retain(|child| child.try_wait().is_none());
        self.look = (!self.ending.is_empty()).then(|| now + ENDED_SOON);
    }

    /// Ends the spare renderer for what the app has really asked for; false if that has freed nothing.
    pub fn make_room(&mut self) -> bool {
        self.end();
        let ending = self.ending.len();
        wait_for(&self.ending, END_WITHIN);
        self.tidy(Instant::now());
        self.ending.len() < ending
    }
}

impl Drop for Spares {
    fn drop(&mut self) {
        self.make_room();
    }
}

/// Waits for the end of processes that have been killed, for a limited time, and reaps them.
pub(super) fn wait_for<'a>(children: impl IntoIterator<Item = &'a ChildProcess>, within: Duration) {
    let until = Instant::now() + within;
    for child in children {
        while child.try_wait().is_none() && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            let _ = poll(&mut [PollFd::new(child, PollFlags::IN)], timespec(Some(left)).as_ref());
        }
    }
}

/// A process that nobody has asked for yet.
struct Spare {
    process: Process,
    /// The working directory it has inherited.
    folder: Option<PathBuf>,
    until: Instant,
}

enum Process {
    Starting(Starting),
    Running((Endpoint, ChildProcess)),
}

impl Process {
    /// What there is of it, once it has been started; `None` when that has failed, or it has died by itself.
    fn running(self) -> Option<(Endpoint, ChildProcess)> {
        let process = match self {
            Self::Starting(starting) => starting.finish().ok(),
            Self::Running(process) => Some(process),
        };
        process.filter(|(_, child)| child.try_wait().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that waits for the end of its link.
    fn program() -> Program {
        Program::new("cat")
    }

    fn child(spares: &Spares) -> &ChildProcess {
        match spares.ready.as_ref().map(|spare| &spare.process) {
            Some(Process::Running((_, child))) => child,
            _ => panic!("`cat` could not be started"),
        }
    }

    fn is_there(pid: u32) -> bool {
        std::path::Path::new(&format!("/proc/{pid}")).exists()
    }

    #[test]
    fn a_window_that_follows_another_is_followed_by_a_spare_renderer() {
        let now = Instant::now();
        let mut spares = Spares::with_first(&program());
        assert!(spares.take(now).is_some(), "the first window has the one that was started with the app");
        assert_eq!(spares.wake(), None, "most apps have one window");
        spares.take(now + PATIENCE);
        assert_eq!(spares.wake(), None, "others open one now and then");
        for _ in 0..2 {
            spares.take(now + PATIENCE);
            let due = spares.wake().expect("a spare renderer is due");
            assert_eq!(due, now + PATIENCE + SETTLED_AFTER);
            spares.turn(&program(), due);
            // With its link it would end.
            let (_link, child) = spares.take(now + PATIENCE).expect("a process");
            assert!(child.try_wait().is_none(), "and it runs");
        }
    }

    #[test]
    fn a_spare_renderer_that_nobody_wants_is_ended() {
        let mut spares = Spares::with_first(&program());
        let pid = child(&spares).pid();
        let until = spares.wake().expect("it is given up at some time");
        spares.turn(&program(), until);
        assert!(spares.take(until).is_none());
        let look = spares.wake().expect("it is looked after");
        assert_eq!(spares.wake(), Some(look), "at a fixed time, however often the loop turns");
        wait_for(&spares.ending, Duration::from_secs(60));
        spares.turn(&program(), until);
        assert!(!is_there(pid), "it is no child any more");
        assert!(spares.ending.is_empty() && !spares.make_room(), "nothing is left of it");
        assert_eq!(spares.wake(), None, "and nothing to do");
    }

    #[test]
    fn a_spare_renderer_makes_room_for_what_was_asked_for() {
        let mut spares = Spares::with_first(&program());
        let pid = child(&spares).pid();
        assert!(spares.make_room());
        assert!(!is_there(pid));
        assert!(!spares.make_room(), "there was one");
    }

    #[test]
    fn what_dies_by_itself_or_cannot_be_started_has_no_successors() {
        let mut died = Spares::with_first(&program());
        child(&died).kill();
        poll(&mut [PollFd::new(child(&died), PollFlags::IN)], None).expect("it ends");
        let mut none = Spares::with_first(&Program::new("/nowhere/at/all"));
        let now = Instant::now();
        for spares in [&mut died, &mut none] {
            for _ in 0..2 {
                assert!(spares.take(now).is_none());
            }
            spares.turn(&program(), now + SETTLED_AFTER);
            assert!(spares.ready.is_none());
        }
    }
}
