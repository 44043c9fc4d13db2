//! Bytes on their way out: gathered, written as far as the socket takes them, and kept for the rest.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use crate::endpoint::Endpoint;

/// One-way messages within this time after a write are gathered instead of being written one by one.
const BURST: Duration = Duration::from_micros(50);
/// A buffer larger than this is given back when nothing as large has been sent for [`PATIENCE`] writes: fresh memory
/// costs a page fault for every 4 KiB, several times what copying into memory in use costs.
const KEEP: usize = 4 << 20;
const PATIENCE: u32 = 64;

/// The outgoing bytes of a link.
#[derive(Default)]
pub(super) struct Outbox {
    bytes: Vec<u8>,
    /// How many of `bytes` are written already.
    written: usize,
    /// Descriptors and the frames within `bytes` that they go with, in order.
    attached: VecDeque<(Range<usize>, OwnedFd)>,
    /// How many times in a row it has drained with little in it although it is larger than [`KEEP`].
    small_drains: u32,
    last_write: Option<Instant>,
    /// The peer's end is gone: nothing more is written, what it left is still read.
    broken: bool,
}

impl Outbox {
    /// The buffer to append frames to.
    pub(super) fn append(&mut self) -> &mut Vec<u8> {
        if self.written > 0 && self.written >= self.bytes.len() / 2 {
            self.bytes.drain(..self.written);
            for (frame, _) in &mut self.attached {
                *frame = frame.start - self.written..frame.end - self.written;
            }
            self.written = 0;
        }
        &mut self.bytes
    }

    /// Sends a descriptor along with what was appended from `start` on.
    pub(super) fn attach(&mut self, start: usize, descriptor: OwnedFd) {
        if start < self.bytes.len() {
            self.attached.push_back((start..self.bytes.len(), descriptor));
        }
    }

    /// How many bytes the socket has not taken yet.
    pub(super) fn unsent(&self) -> usize {
        self.bytes.len() - self.written
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    pub(super) fn recently_written(&self) -> bool {
        self.last_write.is_some_and(|time| time.elapsed() < BURST)
    }

    /// Writes what the socket takes without waiting.
    pub(super) fn write_to(&mut self, endpoint: &Endpoint) {
        while self.unsent() > 0 {
            if self.broken {
                self.written = self.bytes.len();
                self.attached.clear();
                break;
            }
            match self.write_some(endpoint) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // The peer is gone. What it wrote before is still to be read, so the reader ends the link.
                Err(_) => self.broken = true,
            }
        }
        self.last_write = Some(Instant::now());
        if self.unsent() == 0 {
            self.small_drains = if self.written > KEEP { 0 } else { self.small_drains.saturating_add(1) };
            self.written = 0;
            if self.bytes.capacity() > KEEP && self.small_drains > PATIENCE {
                self.bytes = Vec::new();
            } else {
                self.bytes.clear();
            }
        }
    }

    fn write_some(&mut self, endpoint: &Endpoint) -> io::Result<usize> {
        let bytes = |range: Range<usize>| self.bytes.get(range).unwrap_or_default();
        match self.attached.front() {
            None => endpoint.try_write(bytes(self.written..self.bytes.len())),
            // A frame with a descriptor is written alone: a read ends with the bytes that one came with.
            Some((frame, descriptor)) if frame.start == self.written => {
                let count = endpoint.try_write_with(bytes(frame.clone()), descriptor.as_fd())?;
                self.attached.pop_front();
                Ok(count)
            }
            Some((frame, _)) => endpoint.try_write(bytes(self.written..frame.start)),
        }
    }
}
