//! What every part of the renderer needs of the link to main.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_link::Connection;
use ipc_proto::limits::Limits;
use ipc_proto::parcel::Account;
use script_host::sys::memory::Leftover;

use super::calls::Calls;
use super::workers;
use crate::directs::Directs;

/// A message that was gathered while a script goes on running is written after this time at the latest, when the
/// script sends the next one.
const GATHER: Duration = Duration::from_micros(100);
/// A buffer larger than this is not kept for the next message.
const KEEP: usize = 4 << 20;

/// The link to main, shared by the loop and the functions that scripts call. Holds no script value.
pub(super) struct Link {
    connection: Connection,
    /// Each with what the other process has sent that waits here.
    pub(super) directs: Directs<Account>,
    pub(super) calls: Calls,
    /// What the page's workers wake this process with.
    pub(super) workers: workers::Shared,
    /// Set when the process is to end, with its exit code.
    pub(super) exit: Cell<Option<i32>>,
    /// The request of main that has been typed at a prompt, for its answer when it is stopped.
    pub(super) typed: Cell<Option<u64>>,
    buffer: RefCell<Vec<u8>>,
    flushed: Cell<Instant>,
    pub(super) leftover: Leftover,
}

impl Link {
    pub(super) fn new(connection: Connection) -> Rc<Self> {
        Rc::new(Self {
            connection,
            directs: Directs::default(),
            calls: Calls::default(),
            workers: workers::Shared::default(),
            exit: Cell::new(None),
            typed: Cell::new(None),
            buffer: RefCell::default(),
            flushed: Cell::new(Instant::now()),
            leftover: Leftover::default(),
        })
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// How many messages have come, over direct links too.
    pub(super) fn received(&self) -> u64 {
        self.connection.counts().1 + self.directs.received()
    }

    pub(super) fn limits(&self) -> &Limits {
        self.connection.limits()
    }

    /// Lends a buffer that keeps its memory from message to message. Calls may be nested: getters of a value that is
    /// being encoded may send.
    pub(super) fn with_buffer<R>(&self, work: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let mut buffer = self.buffer.take();
        buffer.clear();
        let result = work(&mut buffer);
        self.leftover.note(buffer.len());
        if buffer.capacity() <= KEEP {
            *self.buffer.borrow_mut() = buffer;
        }
        result
    }

    /// To be called after each one-way message: a script that runs for long must not keep its messages back.
    pub(super) fn wrote(&self) {
        if self.flushed.get().elapsed() > GATHER {
            self.flush();
        }
    }

    pub(super) fn flush(&self) {
        // Other renderers first: main may end this process for what it is told.
        self.directs.flush();
        self.connection.flush();
        self.flushed.set(Instant::now());
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("connection", &self.connection).finish_non_exhaustive()
    }
}
