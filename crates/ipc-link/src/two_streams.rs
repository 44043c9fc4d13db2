//! A link over two streams that need not be one socket, as launchers hand them on that carry no more than bytes.
//!
//! What comes is carried into a socket by a thread, so that a reader waits, sleeps and is woken as on any other link. What
//! goes is written by its sender: bytes that the system has taken arrive even when the process ends next.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{FileType, fstat};
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};

/// What is carried at a time: what a pipe holds.
const CHUNK: usize = 64 << 10;

/// A write that neither waits nor raises a signal.
const NOW: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);

/// How long a process whose input has ended may take to notice. Main is gone then, and on its machine the kernel would have
/// killed the process.
const GRACE: Duration = Duration::from_secs(2);

/// Where such a link writes.
#[derive(Debug)]
pub(crate) struct Output {
    stream: OwnedFd,
    is_socket: bool,
    /// Both directions have been ended here: nothing more is written.
    over: AtomicBool,
    /// A reader has seen the end.
    noticed: Arc<AtomicBool>,
}

impl Output {
    /// Writes to `stream`, and carries what comes from `input` into `socket`, until that ends.
    ///
    /// # Errors
    ///
    /// When the stream cannot be set up or no thread can be started.
    pub(crate) fn new(input: OwnedFd, stream: OwnedFd, socket: OwnedFd) -> io::Result<Self> {
        let kind = FileType::from_raw_mode(fstat(&stream)?.st_mode);
        let is_socket = kind == FileType::Socket;
        if !is_socket {
            // Whoever else has it shares that; but nobody else may write among the frames. Of a socket it would hold for both
            // directions, and another process of the launcher may read from it.
            rustix::io::ioctl_fionbio(&stream, true)?;
        }
        let noticed = Arc::new(AtomicBool::new(false));
        let (watched, output) = (Arc::downgrade(&noticed), stream.try_clone()?);
        std::thread::Builder::new().name("dipole-input".into()).stack_size(64 << 10).spawn(move || {
            carry(&input, &output, socket);
            end_if_unnoticed(&watched);
        })?;
        Ok(Self { stream, is_socket, over: AtomicBool::new(false), noticed })
    }

    /// A reader has come to the end of the input.
    pub(crate) fn noticed(&self) {
        self.noticed.store(true, Ordering::Relaxed);
    }

    /// Nothing more is written.
    pub(crate) fn close(&self) {
        self.over.store(true, Ordering::SeqCst);
    }

    /// Writes as much as there is room for. Rust programs ignore `SIGPIPE`; one that does not ends here when main is gone.
    pub(crate) fn try_write_pieces(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        loop {
            if self.over.load(Ordering::SeqCst) {
                return Err(Errno::PIPE.into());
            }
            let written = match self.is_socket {
                true => sendmsg(&self.stream, pieces, &mut SendAncillaryBuffer::default(), NOW),
                false => rustix::io::writev(&self.stream, pieces),
            };
            match written {
                Err(Errno::INTR) => {}
                result => return Ok(result?),
            }
        }
    }
}

impl AsFd for Output {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// Carries bytes until the input ends, nobody takes them any more, or nobody reads what goes out; dropping the socket tells
/// its reader.
fn carry(input: &OwnedFd, output: &OwnedFd, socket: OwnedFd) {
    let mut buffer = vec![0; CHUNK];
    loop {
        // Of the output nothing is asked, so only its end is told.
        let mut fds = [PollFd::new(input, PollFlags::IN), PollFd::new(output, PollFlags::empty())];
        match poll(&mut fds, None) {
            Err(Errno::INTR) => continue,
            Err(_) => return,
            Ok(_) => {}
        }
        let [arrived, gone] = fds.map(|fd| !fd.revents().is_empty());
        if gone && !arrived {
            return;
        }
        match rustix::io::read(input, &mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                let mut rest = buffer.get(..count).unwrap_or_default();
                while !rest.is_empty() {
                    match rustix::net::send(&socket, rest, SendFlags::NOSIGNAL) {
                        Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
                        Err(Errno::INTR) => {}
                        Err(_) => return,
                    }
                }
            }
            // It may be shared with somebody who does not want to wait.
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return,
        }
    }
}

/// Ends the process if nobody notices the end of its input: there is no kernel that kills it when main dies elsewhere. A
/// link that was dropped needs no notice.
fn end_if_unnoticed(noticed: &Weak<AtomicBool>) {
    std::thread::sleep(GRACE);
    if noticed.upgrade().is_some_and(|noticed| !noticed.load(Ordering::Relaxed)) {
        crate::say(format_args!("this renderer ends: main is gone, and nobody here has noticed"));
        std::process::exit(0);
    }
}
