//! Ends the process when main is gone, also out of an endless script.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

/// How long the loop gets to read what main had still sent, and to end the process itself.
const GRACE: Duration = Duration::from_millis(250);
const STACK: usize = 64 << 10;

/// Watches a socket from a thread of its own, without reading from it.
pub(super) fn start(socket: OwnedFd) -> std::io::Result<()> {
    std::thread::Builder::new().name("dipole-watchdog".into()).stack_size(STACK).spawn(move || {
        wait_for_end(&socket);
        std::thread::sleep(GRACE);
        std::process::exit(0);
    })?;
    Ok(())
}

fn wait_for_end(socket: &OwnedFd) {
    loop {
        // Without any event asked for, only the end of the connection is told.
        let mut fds = [PollFd::new(socket, PollFlags::empty())];
        match poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => {}
            _ => return,
        }
    }
}

/// A second descriptor of the same socket, for [`start`].
pub(super) fn share(socket: &impl AsFd) -> std::io::Result<OwnedFd> {
    Ok(rustix::io::fcntl_dupfd_cloexec(socket, 3)?)
}
