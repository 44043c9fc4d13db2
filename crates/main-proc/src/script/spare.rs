//! A renderer that is started before the app asks for one: while main's scripts begin, on another processor, it
//! starts and makes what an ordinary page needs. The first window takes it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ipc_link::Endpoint;
use rustix::event::{PollFd, PollFlags, poll};

use super::run::timespec;
use crate::spawn::{self, ChildProcess, Program, SpawnError, Starting};

/// An app that opens no window within this time may never open one, and its spare renderer ends.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the end of a killed process is waited for.
const END_WITHIN: Duration = Duration::from_secs(1);

type Started = Result<(Endpoint, ChildProcess), SpawnError>;

/// A process that nobody has asked for yet. Dropping it ends it.
pub(crate) struct Spare {
    starting: Option<Starting>,
    /// The working directory it has inherited.
    folder: Option<PathBuf>,
    until: Instant,
}

impl Spare {
    /// Starts one; `None` when that fails, which the first window will tell.
    pub(crate) fn start(program: &Program) -> Option<Self> {
        let starting = spawn::begin(program).ok()?;
        let folder = std::env::current_dir().ok();
        Some(Self { starting: Some(starting), folder, until: Instant::now() + PATIENCE })
    }

    /// When it is given up.
    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// What came of it; `None` when it is not what a process started now would be.
    pub(crate) fn take(mut self) -> Option<Started> {
        if std::env::current_dir().ok() != self.folder {
            return None;
        }
        self.starting.take().map(Starting::finish)
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        let Some(Ok((_, child))) = self.starting.take().map(Starting::finish) else { return };
        child.kill();
        let until = Instant::now() + END_WITHIN;
        while child.try_wait().is_none() && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            let _ = poll(&mut [PollFd::new(&child, PollFlags::IN)], timespec(Some(left)).as_ref());
        }
    }
}
