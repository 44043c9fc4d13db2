//! A process that was started here: its end, and signals to it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, WaitOptions, kill_process, pidfd_open, pidfd_send_signal, waitid,
    waitpid,
};

/// A running or finished child process.
///
/// It is signalled through a descriptor of the process, or while it is known not to be reaped, so a recycled process id
/// is never hit. Dropping it kills it, if it has not ended, and has it reaped.
#[derive(Debug)]
pub struct ChildProcess {
    pid: Pid,
    /// How it ended; held while it is reaped.
    status: Mutex<Option<ExitStatus>>,
    end: End,
    /// The reading ends of its standard output and error, where these are pipes.
    output: Mutex<[Option<OwnedFd>; 2]>,
}

/// What becomes readable once a process has ended.
#[derive(Debug)]
enum End {
    /// The process's own descriptor.
    Pidfd(OwnedFd),
    /// A pipe that a waiting thread closes, where there are no such descriptors: before Linux 5.3, and under Valgrind.
    Pipe(OwnedFd),
}

impl ChildProcess {
    /// Takes a process that has just been started and not been reaped, and the ends of its pipes.
    ///
    /// # Errors
    ///
    /// When its end could not be seen; it is for the caller to end it.
    pub(super) fn new(pid: Pid, output: [Option<OwnedFd>; 2]) -> io::Result<Self> {
        Ok(Self { pid, status: Mutex::default(), end: end_of(pid)?, output: Mutex::new(output) })
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_pid().unsigned_abs()
    }

    /// Its exit status once it has ended; reaps it.
    pub fn try_wait(&self) -> Option<ExitStatus> {
        self.reap(&mut self.status())
    }

    fn status(&self) -> MutexGuard<'_, Option<ExitStatus>> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reap(&self, status: &mut Option<ExitStatus>) -> Option<ExitStatus> {
        if status.is_none() {
            *status = match waitpid(Some(self.pid), WaitOptions::NOHANG) {
                Ok(Some((_, ended))) => Some(ExitStatus::from_raw(ended.as_raw())),
                Ok(None) | Err(Errno::INTR) => None,
                // Somebody else has reaped it, or the program ignores SIGCHLD; how it ended is lost, so it is no clean end.
                Err(_) => Some(ExitStatus::from_raw(255 << 8)),
            };
        }
        *status
    }

    /// The reading ends of its standard output and error, where these are [pipes](super::Standard::Pipe); once.
    pub(crate) fn take_output(&self) -> [Option<OwnedFd>; 2] {
        std::mem::take(&mut *self.output.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends it at once (`SIGKILL`). Nothing happens if it has ended.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Asks it to end (`SIGTERM`). Nothing happens if it has ended.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Asks it to stop the script that runs in it (`SIGURG`), if it is a renderer for which something was typed at a
    /// prompt. Nothing happens otherwise.
    pub fn stop_script(&self) {
        self.signal(Signal::URG);
    }

    fn signal(&self, signal: Signal) {
        // One that has ended needs no signal.
        match &self.end {
            End::Pidfd(pidfd) => drop(pidfd_send_signal(pidfd, signal)),
            End::Pipe(_) => {
                let mut status = self.status();
                // Nobody else reaps it meanwhile, so the id is still its own.
                if self.reap(&mut status).is_none() {
                    let _ = kill_process(self.pid, signal);
                }
            }
        }
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        if self.try_wait().is_none() {
            self.kill();
            super::reap(self.pid);
        }
    }
}

/// Readable once the process has ended.
impl AsFd for ChildProcess {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.end {
            End::Pidfd(descriptor) | End::Pipe(descriptor) => descriptor.as_fd(),
        }
    }
}

fn end_of(pid: Pid) -> io::Result<End> {
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(pidfd) => Ok(End::Pidfd(pidfd)),
        Err(Errno::NOSYS) => watched(pid).map(End::Pipe),
        Err(error) => Err(error.into()),
    }
}

/// A pipe whose other end a thread holds until the process has ended. The process is left for its owner to reap.
fn watched(pid: Pid) -> io::Result<OwnedFd> {
    let (end, held) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    std::thread::Builder::new().name("dipole-watcher".into()).stack_size(64 << 10).spawn(move || {
        while matches!(waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT), Err(Errno::INTR)) {}
        drop(held);
    })?;
    Ok(end)
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, poll};

    use super::super::{Program, start};
    use super::*;

    #[test]
    fn an_end_is_seen_and_a_signal_sent_with_and_without_a_descriptor_of_the_process() {
        for pipe in [false, true] {
            let (_link, mut child) = start(&Program::new("sleep").arg("60")).expect("a process");
            if pipe {
                child.end = End::Pipe(watched(child.pid).expect("a pipe"));
            }
            assert_eq!(child.try_wait(), None);
            child.terminate();
            poll(&mut [PollFd::new(&child, PollFlags::IN)], None).expect("it ends");
            assert_eq!(child.try_wait().and_then(|status| status.signal()), Some(15));
            child.kill(); // it has ended: nothing happens
        }
    }
}
