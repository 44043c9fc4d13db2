//! What this crate does that the compiler cannot check.

#![allow(unsafe_code, reason = "each place says why it is sound")]

pub(crate) mod memory;

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Registers a connection's socket with the current runtime, for reading: to be told of room for writing too would
/// wake the runtime after every answer.
pub(crate) fn watch(connection: &impl AsFd) -> io::Result<AsyncFd<OwnedFd>> {
    let socket = connection.as_fd().try_clone_to_owned()?;
    // SAFETY: the descriptor is owned by what is registered, and nothing replaces or closes it before `AsyncFd` has
    // deregistered it and drops it.
    Ok(unsafe { AsyncFd::register_with_interest(socket, Interest::READABLE) }?)
}
