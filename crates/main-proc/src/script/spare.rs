//! A renderer that is started before the app asks for one: while main's scripts begin, on another processor, it
//! starts and makes what an ordinary page needs. The first window takes it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ipc_link::Endpoint;
use rustix::event::{PollFd, PollFlags, poll};

use super::run::timespec;
use crate::spawn::{self, ChildProcess, Program};

/// An app that opens no window within this time may never open one, and its spare renderer ends.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the end of a killed process is waited for.
const END_WITHIN: Duration = Duration::from_secs(1);

/// A process that nobody has asked for yet. Dropping it ends it.
pub(crate) struct Spare {
    process: Option<(Endpoint, ChildProcess)>,
    /// The working directory it has inherited.
    folder: Option<PathBuf>,
    until: Instant,
}

impl Spare {
    /// Starts one; `None` when that fails, which the first window will tell.
    ///
    /// It returns when the process runs. One that was still to be made while this thread went on was often queued behind
    /// this thread on its processor, and waited there for milliseconds while the other was free.
    pub(crate) fn start(program: &Program) -> Option<Self> {
        let process = spawn::start(program).ok()?;
        let folder = std::env::current_dir().ok();
        Some(Self { process: Some(process), folder, until: Instant::now() + PATIENCE })
    }

    /// When it is given up.
    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// What came of it; `None` when it is not what a process started now would be.
    pub(crate) fn take(mut self) -> Option<(Endpoint, ChildProcess)> {
        if std::env::current_dir().ok() != self.folder {
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
