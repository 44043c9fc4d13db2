//! The workers of a page: threads of this process, each with an engine of its own. What they and the page say to each other
//! stands in mailboxes as clones; the page's thread alone reads and writes the link.

mod mailbox;
mod thread;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use ipc_proto::limits::Limits;

use mailbox::{Bell, Mailbox, Threads, ToWorker};
pub(super) use mailbox::{FromWorker, Line};

/// How many a page may have; one that is still ending counts.
const MOST: usize = 12;

/// The most bytes that a worker's scripts may hold. The page's own may hold so much less meanwhile.
pub(super) const HEAP: usize = 128 << 20;

/// Names a worker of a page.
pub(super) type WorkerId = u32;

/// What a worker begins with.
#[derive(Debug)]
pub(super) struct Begin {
    pub(super) url: String,
    pub(super) name: String,
    pub(super) is_module: bool,
    /// Its script, where only the page knows it.
    pub(super) source: Option<String>,
    pub(super) limits: Limits,
    /// Whether what is printed goes to this process's own streams.
    pub(super) own_output: [bool; 2],
}

/// What wakes the page's thread, and how many threads there are, whichever page has begun them.
#[derive(Debug, Default)]
pub(super) struct Shared {
    bell: OnceCell<Arc<Bell>>,
    threads: Arc<AtomicUsize>,
}

impl Shared {
    /// What to wait for, once there was a worker.
    pub(super) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.bell.get().map(|bell| bell.descriptor())
    }

    /// Whether a worker has said something that nobody has looked at.
    pub(super) fn is_rung(&self) -> bool {
        self.bell.get().is_some_and(|bell| bell.is_rung())
    }

    fn bell(&self) -> io::Result<Arc<Bell>> {
        if self.bell.get().is_none() {
            let _ = self.bell.set(Arc::new(Bell::new()?));
        }
        self.bell.get().cloned().ok_or_else(|| io::Error::other("there is no bell"))
    }
}

/// A worker of the page.
#[derive(Debug)]
struct Worker {
    /// The place of the world that has begun it.
    place: usize,
    mailbox: Arc<Mailbox>,
}

/// All of a page.
#[derive(Debug, Default)]
pub(super) struct Workers {
    list: RefCell<BTreeMap<WorkerId, Rc<Worker>>>,
    last: Cell<WorkerId>,
}

impl Workers {
    /// Begins one.
    ///
    /// # Errors
    /// Why it cannot be begun.
    pub(super) fn begin(&self, shared: &Shared, place: usize, begin: Begin) -> Result<WorkerId, String> {
        let Some(counted) = Threads::count(&shared.threads, MOST) else {
            return Err(format!("a page has at most {MOST} workers at a time: end one with 'terminate' first"));
        };
        let bell = shared.bell().map_err(|error| format!("a worker could not be begun: {error}"))?;
        let mailbox = Arc::new(Mailbox::new(bell));
        thread::start(begin, Arc::clone(&mailbox), counted)
            .map_err(|error| format!("a worker's thread could not be begun: {error}"))?;
        let id = self.last.get().wrapping_add(1).max(1);
        self.last.set(id);
        self.list.borrow_mut().insert(id, Rc::new(Worker { place, mailbox }));
        Ok(id)
    }

    fn get(&self, id: WorkerId) -> Option<Rc<Worker>> {
        self.list.borrow().get(&id).cloned()
    }

    /// Gives a worker something; false if too much waits for it already. One that is gone takes whatever comes.
    fn give(&self, id: WorkerId, what: ToWorker) -> bool {
        self.get(id).is_none_or(|worker| worker.mailbox.give(what))
    }

    pub(super) fn post(&self, id: WorkerId, message: Vec<u8>) -> bool {
        self.give(id, ToWorker::Message(message))
    }

    pub(super) fn answer(&self, id: WorkerId, number: u32, is_value: bool, bytes: Vec<u8>) -> bool {
        self.give(id, ToWorker::Answer { number, is_value, bytes })
    }

    /// Gives a worker that waits for it what is at the URL that it has asked for.
    pub(super) fn read(&self, id: WorkerId, found: Result<Vec<u8>, String>) {
        if let Some(worker) = self.get(id) {
            worker.mailbox.answer_read(found);
        }
    }

    /// Ends one: its script stops wherever it is.
    pub(super) fn end(&self, id: WorkerId) {
        if let Some(worker) = self.list.borrow_mut().remove(&id) {
            worker.mailbox.end();
        }
    }

    /// Ends all of them.
    pub(super) fn end_all(&self) {
        let all = std::mem::take(&mut *self.list.borrow_mut());
        all.values().for_each(|worker| worker.mailbox.end());
    }

    pub(super) fn len(&self) -> usize {
        self.list.borrow().len()
    }

    /// What one of them has said, with the place of the world that is to hear it.
    pub(super) fn take(&self, shared: &Shared) -> Option<(usize, WorkerId, FromWorker)> {
        if self.len() == 0 {
            return None;
        }
        if let Some(bell) = shared.bell.get() {
            bell.quiet();
        }
        let all: Vec<_> = self.list.borrow().iter().map(|(id, worker)| (*id, Rc::clone(worker))).collect();
        all.into_iter().find_map(|(id, worker)| worker.mailbox.take().map(|said| (worker.place, id, said)))
    }

    /// Whether any has something to say.
    pub(super) fn has_said(&self) -> bool {
        self.list.borrow().values().any(|worker| worker.mailbox.has_said())
    }

    /// Whether any does something, or has something to say.
    pub(super) fn is_busy(&self) -> bool {
        self.list.borrow().values().any(|worker| worker.mailbox.is_busy())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.end_all();
    }
}
