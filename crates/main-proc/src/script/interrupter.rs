//! Reaching the loop of an app from other threads.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rustix::event::{EventfdFlags, eventfd};

/// Wakes or ends an app; for other threads than the app's own. Clones reach the same app.
#[derive(Debug, Clone)]
pub struct Interrupter(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    event: OwnedFd,
    /// The exit code that is asked for, counted from one; 0 for none.
    code: AtomicI32,
}

impl Interrupter {
    pub(crate) fn new() -> io::Result<Self> {
        let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self(Arc::new(Shared { event, code: AtomicI32::new(0) })))
    }

    /// Makes [`ScriptApp::run_until`](super::ScriptApp::run_until) ask its condition again.
    pub fn wake(&self) {
        // A counter that is full wakes as well.
        let _ = rustix::io::write(&self.0.event, &1u64.to_ne_bytes());
    }

    /// Ends whatever the app waits for with [`Outcome::Exited`](super::Outcome::Exited) and that code, which has to be
    /// 0 or more. A script that runs is not stopped; the end comes when it is done.
    pub fn interrupt(&self, code: i32) {
        self.0.code.store(code.saturating_add(1), Ordering::Release);
        self.wake();
    }

    /// The code that was asked for.
    pub(crate) fn code(&self) -> Option<i32> {
        self.0.code.load(Ordering::Acquire).checked_sub(1).filter(|code| *code >= 0)
    }

    /// The wake-ups so far have been noticed.
    pub(crate) fn heard(&self) {
        let _ = rustix::io::read(&self.0.event, &mut [0; 8]);
    }
}

/// Readable once there is news.
impl AsFd for Interrupter {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.event.as_fd()
    }
}
