//! The one unsafe call of this crate.
#![allow(unsafe_code, reason = "registering a descriptor with tokio asks for a promise about its lifetime")]

use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::connection::Connection;

/// A connection's socket, as tokio's reactor watches it.
pub(crate) struct Socket(Connection);

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }
}

/// Registers the connection's socket with the current runtime, for reading.
///
/// Not for writing: a peer that reads makes room, and every request would wake this process once more for that.
pub(crate) fn watch(connection: Connection) -> io::Result<AsyncFd<Socket>> {
    // SAFETY: `Socket` holds the connection, which owns the descriptor and never replaces or closes it before it is
    // dropped; `AsyncFd` drops the `Socket` only after it has deregistered the descriptor.
    Ok(unsafe { AsyncFd::register_with_interest(Socket(connection), Interest::READABLE) }?)
}
