//! Descriptors that come along with the bytes of a link.
//!
//! They are taken only while one is expected: a read with room for a descriptor costs some 100 ns more, and nothing but
//! the renderer's own word makes main send one.

use std::collections::{HashMap, VecDeque};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::cmsg_space;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};

/// What has come and what is still to come.
#[derive(Debug, Default)]
pub(crate) struct Descriptors {
    expected: AtomicUsize,
    arrived: Mutex<Arrived>,
}

#[derive(Debug, Default)]
struct Arrived {
    /// In the order of the messages they came with; `None` for one that this process had no room for.
    unclaimed: VecDeque<Option<OwnedFd>>,
    claimed: HashMap<u64, OwnedFd>,
}

impl Descriptors {
    fn lock(&self) -> MutexGuard<'_, Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more may come.
    pub(crate) fn expect(&self) {
        self.expected.fetch_add(1, Ordering::SeqCst);
    }

    /// One will not come after all, or has.
    pub(crate) fn expect_one_less(&self) {
        let _ = self.expected.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1));
    }

    /// How many may still come.
    pub(crate) fn expected(&self) -> usize {
        self.expected.load(Ordering::Relaxed)
    }

    /// The message that brings a port's descriptor has come, and so the descriptor before it.
    pub(crate) fn claim(&self, port: u64) {
        self.expect_one_less();
        let mut arrived = self.lock();
        if let Some(Some(descriptor)) = arrived.unclaimed.pop_front() {
            arrived.claimed.insert(port, descriptor);
        }
    }

    /// The same for a message that brings a descriptor for nothing but itself.
    pub(crate) fn claim_next(&self) -> Option<OwnedFd> {
        self.expect_one_less();
        self.lock().unclaimed.pop_front().flatten()
    }

    /// What came for a port.
    pub(crate) fn take(&self, port: u64) -> Option<OwnedFd> {
        self.lock().claimed.remove(&port)
    }

    /// Reads bytes, and a descriptor that comes with them if one is expected by then.
    pub(crate) fn read(&self, socket: impl AsFd, into: &mut [u8], flags: RecvFlags) -> rustix::io::Result<usize> {
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let result = recvmsg(socket, &mut [IoSliceMut::new(into)], &mut control, flags | RecvFlags::CMSG_CLOEXEC)?;
        let mut came: Vec<_> = control
            .drain()
            .filter_map(|message| match message {
                RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
                _ => None,
            })
            .flatten()
            .map(Some)
            .collect();
        if came.is_empty() && result.flags.contains(ReturnFlags::CTRUNC) {
            came.push(None);
        }
        if !came.is_empty() {
            let mut arrived = self.lock();
            // More than what was asked for is nothing of ours.
            let room = self.expected().saturating_sub(arrived.unclaimed.len());
            arrived.unclaimed.extend(came.into_iter().take(room));
        }
        Ok(result.bytes)
    }
}

/// Writes bytes with a descriptor attached to the first of them.
///
/// # Errors
///
/// Those of `sendmsg(2)`; the descriptor has not been sent then.
pub(crate) fn write(socket: impl AsFd, bytes: &[u8], descriptor: BorrowedFd<'_>) -> io::Result<usize> {
    let descriptors = [descriptor];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&descriptors));
    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
    loop {
        match sendmsg(socket.as_fd(), &[IoSlice::new(bytes)], &mut control, flags) {
            Err(rustix::io::Errno::INTR) => {}
            result => return Ok(result?),
        }
    }
}
