//! How the ordinary reader of a renderer's link is woken.

use std::os::fd::OwnedFd;
use std::sync::OnceLock;

use tokio::sync::Notify;

use crate::leader::Wake;

/// A thread sleeps on the socket and on a descriptor of its own, a task waits for the socket and to be told.
#[derive(Default)]
pub(crate) struct ReaderWake {
    /// Wakes a driver thread out of its sleep on the socket.
    pub(crate) thread: OnceLock<OwnedFd>,
    /// Wakes a driver task.
    pub(crate) task: Notify,
}

impl Wake for ReaderWake {
    fn wake_watcher(&self) {
        if let Some(kick) = self.thread.get() {
            let _ = rustix::io::write(kick, &1u64.to_ne_bytes());
        }
    }

    fn wake_task(&self) {
        self.task.notify_one();
    }
}
