//! What utility processes print where main has asked for it: `stdio: 'pipe'`.

use std::cell::{Cell, RefCell};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

use rustix::io::Errno;

use super::ports::LinkId;
use super::reading::Steps;
use super::scripts::{Hook, Scripts};
use crate::spawn::ChildProcess;

/// What is read at a time: what a pipe holds.
const CHUNK: usize = 64 << 10;
/// What is still read when its process has ended. More can only come of a process that has outlived it.
const MOST_AT_THE_END: usize = 1 << 20;

/// The reading end of a pipe that a utility process writes to.
#[derive(Debug)]
pub struct Pipe {
    link: LinkId,
    /// 0 is its standard output, 1 its standard error.
    stream: u32,
    end: OwnedFd,
    /// Whether scripts take what comes. If not, the pipe fills, and its writer waits.
    wanted: Cell<bool>,
}

impl AsFd for Pipe {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.as_fd()
    }
}

/// The pipes that have not ended, also those of processes that have.
#[derive(Debug, Default)]
pub struct Pipes(RefCell<Vec<Rc<Pipe>>>);

impl Pipes {
    /// Takes the pipes of a process that has just been started.
    pub fn add(&self, link: LinkId, child: &ChildProcess) {
        for (stream, end) in (0..).zip(child.take_output()) {
            let Some(end) = end else { continue };
            match rustix::io::ioctl_fionbio(&end, true) {
                Ok(()) => self.0.borrow_mut().push(Rc::new(Pipe { link, stream, end, wanted: Cell::new(false) })),
                Err(error) => tracing::warn!(%error, "what a utility process prints cannot be read"),
            }
        }
    }

    /// Says whether scripts take what comes of a pipe from now on.
    pub fn want(&self, link: LinkId, stream: u32, wanted: bool) {
        if let Some(pipe) = self.0.borrow().iter().find(|pipe| (pipe.link, pipe.stream) == (link, stream)) {
            pipe.wanted.set(wanted);
        }
    }

    /// Closes a pipe: whoever still writes to it has an error.
    pub fn close(&self, link: LinkId, stream: u32) {
        self.0.borrow_mut().retain(|pipe| (pipe.link, pipe.stream) != (link, stream));
    }

    /// Those that are to be read.
    pub fn wanted(&self) -> Vec<Rc<Pipe>> {
        self.0.borrow().iter().filter(|pipe| pipe.wanted.get()).cloned().collect()
    }

    fn of(&self, link: LinkId) -> Vec<Rc<Pipe>> {
        self.0.borrow().iter().filter(|pipe| pipe.link == link).cloned().collect()
    }
}

impl<S: Scripts> Steps<'_, S> {
    /// Reads once from each of these pipes that scripts still want; whether any had something.
    pub fn read_pipes(&self, pipes: &[Rc<Pipe>]) -> bool {
        let mut any = false;
        for pipe in pipes.iter().filter(|pipe| pipe.wanted.get()) {
            any |= self.read_pipe(pipe) > 0;
        }
        any
    }

    /// Reads what a process that has ended has left in its pipes, wanted or not: scripts hear of it before they hear of
    /// the end.
    pub fn empty_pipes(&self, link: LinkId) {
        for pipe in self.host.pipes.of(link) {
            let mut left = MOST_AT_THE_END;
            while left > 0 {
                match self.read_pipe(&pipe) {
                    0 => break,
                    read => left = left.saturating_sub(read),
                }
            }
        }
    }

    /// Hands scripts what is there, or that it is the end; how much there was.
    fn read_pipe(&self, pipe: &Pipe) -> usize {
        let mut bytes = vec![0; CHUNK];
        let read = loop {
            match rustix::io::read(&pipe.end, &mut bytes) {
                Ok(read) => break read,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return 0,
                Err(error) => {
                    tracing::warn!(%error, "what a utility process prints could not be read");
                    break 0;
                }
            }
        };
        if read == 0 {
            self.host.pipes.close(pipe.link, pipe.stream);
        }
        let bytes = bytes.get(..read).filter(|bytes| !bytes.is_empty());
        self.scripts.call(Hook::Output { link: pipe.link, stream: pipe.stream, bytes });
        read
    }
}
