//! Bytes between two processes.
#![expect(clippy::disallowed_types, reason = "the sockets of interprocess are wrapped here")]

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use interprocess::local_socket::Stream;
use interprocess::os::unix::uds_local_socket;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::{self, Timeout};
use rustix::net::{AddressFamily, RecvFlags, SendAncillaryBuffer, SendFlags, Shutdown, SocketFlags, SocketType};

use crate::descriptors::{self, Descriptors};
use crate::two_streams::Output;

/// How many bytes a socket should take before its writer has to wait; the system doubles it for its own needs.
///
/// With the usual 208 KiB the two sides of a large message take turns: the writer sleeps until the reader has emptied
/// the socket, and each turn wakes a process. Beyond this size nothing more is gained, since what has been written
/// should still be in the processors' caches when it is read.
const SEND_BUFFER: usize = 512 << 10;

/// One end of the socket between main and a renderer.
///
/// Readers and writers share it: every method takes `&self`, and a read does not keep a write waiting.
#[derive(Debug)]
pub struct Endpoint {
    stream: Stream,
    pub(crate) descriptors: Descriptors,
    /// Where it writes, if not to the socket that it reads.
    output: Option<Output>,
    /// Descriptors may come along with its bytes.
    carries_descriptors: bool,
    /// What a busy link carries may go by a ring of shared memory.
    may_have_ring: bool,
    /// Reads that wait end after [`LIGHT_SLEEP`].
    bounded: bool,
}

/// How deeply a reader sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sleep {
    /// In poll(2), until there is something to read.
    Deep,
    /// In recv(2), at first: there it is also woken when the peer has taken what was sent before. That costs a switch in
    /// vain, and where it takes long to wake a processor, this one is awake when the answer comes.
    Light,
}

/// How long a light sleep lasts: the sockets' `SO_RCVTIMEO` (socket(7)).
const LIGHT_SLEEP: Duration = Duration::from_secs(1);

/// What an endpoint was found ready for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readiness {
    /// There are bytes, or the end of them.
    pub readable: bool,
    /// There is room.
    pub writable: bool,
    /// The other descriptor that was waited for has something.
    pub other: bool,
}

impl Endpoint {
    /// A connected pair: an endpoint for this process and the descriptor that a child will inherit.
    ///
    /// Nothing on the file system or in a name space can be squatted, guessed or left behind: who holds the
    /// descriptor is the peer. Both ends are close-on-exec.
    ///
    /// # Errors
    ///
    /// Those of `socketpair(2)`, for instance too many open files.
    pub fn pair() -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) = Self::sockets()?;
        Ok((Self::adopt(ours), theirs))
    }

    /// A connected pair for two other processes. Both ends are close-on-exec.
    ///
    /// # Errors
    ///
    /// As [`pair`](Self::pair).
    pub fn sockets() -> io::Result<(OwnedFd, OwnedFd)> {
        let (ours, theirs) =
            rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
        for socket in [&ours, &theirs] {
            // A wish: the system gives as much of it as `net.core.wmem_max` allows (socket(7)), without an error. Where
            // it gives more by itself, that stays; it tells twice the size that it is asked for.
            if sockopt::socket_send_buffer_size(socket).is_ok_and(|size| size < 2 * SEND_BUFFER) {
                let _ = sockopt::set_socket_send_buffer_size(socket, SEND_BUFFER);
            }
        }
        Ok((ours, theirs))
    }

    /// The endpoint of a stream socket that this process holds already, for instance by inheritance.
    #[must_use]
    pub fn adopt(fd: OwnedFd) -> Self {
        // Only light sleeps wait in reading.
        let bounded = sockopt::set_socket_timeout(&fd, Timeout::Recv, Some(LIGHT_SLEEP)).is_ok();
        let stream = Stream::from(uds_local_socket::Stream::from(fd));
        Self {
            stream,
            descriptors: Descriptors::default(),
            output: None,
            carries_descriptors: true,
            may_have_ring: true,
            bounded,
        }
    }

    /// The endpoint of two streams that this process holds already, such as pipes: what a launcher hands on that carries
    /// bytes alone. A thread reads the one from now on. When that ends and the process has not noticed two seconds later,
    /// the process ends.
    ///
    /// # Errors
    ///
    /// When the system is short of descriptors or threads.
    pub fn over_streams(input: OwnedFd, output: OwnedFd) -> io::Result<Self> {
        let (ours, theirs) = Self::sockets()?;
        let output = Some(Output::new(input, output, theirs)?);
        Ok(Self { output, ..Self::adopt(ours) }.without_descriptors())
    }

    /// The same endpoint, to which no descriptors come: its bytes may pass through other hands.
    #[must_use]
    pub fn without_descriptors(self) -> Self {
        Self { carries_descriptors: false, ..self }
    }

    /// The same endpoint, for a link that goes by its socket alone, however busy it is.
    #[must_use]
    pub fn without_ring(self) -> Self {
        Self { may_have_ring: false, ..self }
    }

    /// Whether what a busy link carries may go by a ring of shared memory.
    #[must_use]
    pub fn may_have_ring(&self) -> bool {
        self.may_have_ring && self.carries_descriptors
    }

    /// Whether descriptors may come along with its bytes.
    #[must_use]
    pub fn carries_descriptors(&self) -> bool {
        self.carries_descriptors
    }

    /// What has room when this endpoint has: the socket that it reads, unless it writes elsewhere.
    #[must_use]
    pub fn writes_to(&self) -> BorrowedFd<'_> {
        self.output.as_ref().map_or_else(|| self.as_fd(), AsFd::as_fd)
    }

    /// As [`read`](Self::read), after such a sleep; a light one may end before the time is over.
    pub(crate) fn sleep_and_read(&self, into: &mut [u8], timeout: Option<Duration>, sleep: Sleep) -> io::Result<usize> {
        let long = timeout.is_none_or(|timeout| timeout >= LIGHT_SLEEP);
        if sleep == Sleep::Light && long && self.bounded {
            match self.receive(into, RecvFlags::empty()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && timeout.is_none() => {}
                result => return result,
            }
        }
        self.read(into, timeout)
    }

    /// Reads, waiting until there is something, at most for `timeout`; 0 is the end.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] when the time is over, else those of `poll(2)` and `recv(2)`.
    pub fn read(&self, into: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        let timeout = timeout.map(timespec);
        match poll(&mut [PollFd::new(self, PollFlags::IN)], timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => self.try_read(into),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads what is there; 0 is the end.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] when there is nothing, else those of `recv(2)`.
    pub fn try_read(&self, into: &mut [u8]) -> io::Result<usize> {
        self.receive(into, RecvFlags::DONTWAIT)
    }

    fn receive(&self, into: &mut [u8], flags: RecvFlags) -> io::Result<usize> {
        loop {
            // A descriptor may come to be expected while this thread sleeps.
            let result = match self.descriptors.expected() {
                0 if flags.contains(RecvFlags::DONTWAIT) => {
                    rustix::net::recv(self, &mut *into, flags).map(|(count, _)| count)
                }
                _ => self.descriptors.read(self, into, flags),
            };
            let count = match result {
                Ok(count) => count,
                Err(rustix::io::Errno::INTR) => continue,
                // The peer died with bytes of ours unread: for a reader that is the end, as EOF is.
                Err(rustix::io::Errno::CONNRESET) => 0,
                Err(error) => return Err(error.into()),
            };
            if count == 0
                && let Some(output) = &self.output
            {
                output.noticed();
            }
            return Ok(count);
        }
    }

    /// Writes as much as there is room for.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] when there is no room, else those of `send(2)`; never raises `SIGPIPE`.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(output) = &self.output {
            return output.try_write_pieces(&[IoSlice::new(bytes)]);
        }
        loop {
            match rustix::net::send(self, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Err(rustix::io::Errno::INTR) => {}
                result => return Ok(result?),
            }
        }
    }

    /// As [`try_write`](Self::try_write), from several places.
    pub(crate) fn try_write_pieces(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        if let Some(output) = &self.output {
            return output.try_write_pieces(pieces);
        }
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        loop {
            match rustix::net::sendmsg(self, pieces, &mut SendAncillaryBuffer::default(), flags) {
                Err(rustix::io::Errno::INTR) => {}
                result => return Ok(result?),
            }
        }
    }

    /// As [`try_write`](Self::try_write), with a descriptor attached to the first of the bytes.
    pub(crate) fn try_write_with(&self, bytes: &[u8], descriptor: BorrowedFd<'_>) -> io::Result<usize> {
        descriptors::write(self, bytes, descriptor)
    }

    /// Waits until the endpoint is ready for what is asked, `other` has input, or the time is over.
    ///
    /// # Errors
    ///
    /// Those of `poll(2)`.
    pub fn wait(
        &self,
        read: bool,
        write: bool,
        other: Option<BorrowedFd<'_>>,
        timeout: Option<Duration>,
    ) -> io::Result<Readiness> {
        let mut wanted = PollFlags::empty();
        wanted.set(PollFlags::IN, read);
        wanted.set(PollFlags::OUT, write && self.output.is_none());
        let mut fds = vec![PollFd::new(self, wanted)];
        fds.extend(other.as_ref().map(|fd| PollFd::new(fd, PollFlags::IN)));
        let elsewhere = self.output.as_ref().filter(|_| write);
        fds.extend(elsewhere.map(|output| PollFd::new(output, PollFlags::OUT)));
        let timeout = timeout.map(timespec);
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let state = |index: usize| fds.get(index).map_or(PollFlags::empty(), PollFd::revents);
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        let room = if elsewhere.is_some() { 1 + usize::from(other.is_some()) } else { 0 };
        Ok(Readiness {
            readable: state(0).intersects(PollFlags::IN | gone),
            writable: state(room).intersects(PollFlags::OUT | gone),
            other: other.is_some() && !state(1).is_empty(),
        })
    }

    /// Ends the direction from here: the reader on the other side comes to the end of input.
    pub(crate) fn end_output(&self) {
        match &self.output {
            Some(output) => output.close(),
            None => drop(rustix::net::shutdown(self, Shutdown::Write)),
        }
    }

    /// Ends both directions: a blocked reader on either side wakes up with the end of input.
    pub fn shut_down(&self) {
        if let Some(output) = &self.output {
            output.close();
        }
        let _ = rustix::net::shutdown(self, Shutdown::Both);
    }
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX), tv_nsec: time.subsec_nanos().into() }
}

impl AsFd for Endpoint {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.stream {
            Stream::UdSocket(socket) => socket.as_fd(),
        }
    }
}
