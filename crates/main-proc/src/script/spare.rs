//! A renderer that is started before the app asks for one: while main's scripts begin, on another processor, it
//! starts and makes what an ordinary page needs. The first window takes it. An app that opens a second window is taken
//! to be one that opens many: each window from then on is followed by a spare renderer for the next.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ipc_link::Endpoint;
use rustix::event::{PollFd, PollFlags, poll};

use super::run::timespec;
use crate::spawn::{self, ChildProcess, Program};

/// An app that opens no window within this time may never open one, and its spare renderer ends.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a new window has the processors to itself before a spare renderer for the next one is started.
const SETTLED_AFTER: Duration = Duration::from_millis(10);
/// How long the end of a killed process is waited for.
const END_WITHIN: Duration = Duration::from_secs(1);

/// The spare renderer, if there is one, and when the next is due.
#[derive(Default)]
pub(crate) struct Spares {
    ready: Option<Spare>,
    windows: usize,
    due: Option<Instant>,
}

impl Spares {
    /// With one for the first window, which starts now.
    pub(crate) fn start(&mut self, program: &Program) {
        self.ready = Spare::start(program);
    }

    /// A running process for the window that is being opened; `None` when there is none of use.
    pub(crate) fn take(&mut self) -> Option<(Endpoint, ChildProcess)> {
        self.windows = self.windows.saturating_add(1);
        if self.windows > 1 {
            self.due.get_or_insert_with(|| Instant::now() + SETTLED_AFTER);
        }
        self.ready.take().and_then(Spare::take)
    }

    /// When there is something to do for [`turn`](Self::turn).
    pub(crate) fn wake(&self) -> Option<Instant> {
        self.due.into_iter().chain(self.ready.as_ref().map(|spare| spare.until)).min()
    }

    /// Gives up one that nobody wanted, and starts the one that is due.
    pub(crate) fn turn(&mut self, program: &Program, now: Instant) {
        if self.ready.as_ref().is_some_and(|spare| now >= spare.until) {
            self.ready = None;
        }
        if self.due.is_some_and(|due| now >= due) {
            self.due = None;
            self.start(program);
        }
    }
}

/// A process that nobody has asked for yet. Dropping it ends it.
struct Spare {
    process: Option<(Endpoint, ChildProcess)>,
    /// The working directory it has inherited.
    folder: Option<PathBuf>,
    until: Instant,
}

impl Spare {
    /// Starts one; `None` when that fails, which the next window will tell.
    ///
    /// It returns when the process runs. One that was still to be made while this thread went on was often queued behind
    /// this thread on its processor, and waited there for milliseconds while the other was free.
    fn start(program: &Program) -> Option<Self> {
        let process = spawn::start(program).ok()?;
        let folder = std::env::current_dir().ok();
        Some(Self { process: Some(process), folder, until: Instant::now() + PATIENCE })
    }

    /// The process; `None` when it is not what one started now would be.
    fn take(mut self) -> Option<(Endpoint, ChildProcess)> {
        let alive = |process: &(Endpoint, ChildProcess)| process.1.try_wait().is_none();
        if std::env::current_dir().ok() != self.folder || !self.process.as_ref().is_some_and(alive) {
            return None;
        }
        self.process.take()
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        let Some((_, child)) = self.process.take() else { return };
        child.kill();
        let until = Instant::now() + END_WITHIN;
        while child.try_wait().is_none() && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            let _ = poll(&mut [PollFd::new(&child, PollFlags::IN)], timespec(Some(left)).as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that waits for the end of its link.
    fn program() -> Program {
        Program::new("cat")
    }

    #[test]
    fn each_window_but_the_first_is_followed_by_a_spare_renderer() {
        let mut spares = Spares::default();
        spares.start(&program());
        assert!(spares.take().is_some(), "the first window has the one that was started with the app");
        assert_eq!(spares.wake(), None, "most apps have one window");
        for _ in 0..2 {
            spares.take();
            let due = spares.wake().expect("a spare renderer is due");
            spares.turn(&program(), due);
            assert!(spares.take().is_some_and(|(_, child)| child.try_wait().is_none()), "a running process");
        }
    }

    #[test]
    fn a_spare_renderer_that_nobody_wants_is_ended_and_one_that_has_died_is_not_taken() {
        let mut spares = Spares::default();
        spares.start(&program());
        let pid = spares.ready.as_ref().and_then(|spare| spare.process.as_ref()).map(|(_, child)| child.pid());
        let until = spares.wake().expect("it is given up at some time");
        spares.turn(&program(), until);
        assert!(spares.take().is_none());
        let folder = format!("/proc/{}", pid.expect("a process"));
        assert!(!std::path::Path::new(&folder).exists(), "it is no child any more");

        spares.start(&program());
        let Some((_, child)) = spares.ready.as_ref().and_then(|spare| spare.process.as_ref()) else {
            panic!("`cat` could not be started")
        };
        child.kill();
        poll(&mut [PollFd::new(child, PollFlags::IN)], None).expect("it ends");
        assert!(spares.take().is_none());
    }
}
