//! The workers of a page: threads of this process, each with an engine of its own. What they and the page say to each other
//! stands in mailboxes as clones; the page's thread alone reads and writes the link.

mod bindings;
mod mailbox;
mod ports;
mod said;
mod thread;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use ipc_proto::limits::Limits;
use ipc_proto::session::Posted;

use mailbox::{Bell, Count, Mailbox, Threads};
use said::ToWorker;
pub(super) use said::{FromWorker, Line};

/// How many a page may have; one that is still ending counts.
const MOST: usize = 12;

/// How long the page waits for threads that have been told to end, as those of the page before, when it needs their place.
const PATIENCE: Duration = Duration::from_secs(1);

/// The most bytes that a worker's scripts may hold. The page's own may hold so much less meanwhile.
pub(super) const HEAP: usize = 128 << 20;
const _: () = assert!(MOST * HEAP < super::window::HEAP, "a page with all its workers may hold something itself");

/// Names a worker of a page.
pub(super) type WorkerId = u32;
/// They are no greater than that.
pub(super) const MOST_ID: WorkerId = crate::directs::MOST;

/// What a worker begins with.
#[derive(Debug)]
pub(super) struct Begin {
    pub(super) url: String,
    pub(super) name: String,
    pub(super) is_module: bool,
    /// Whether its scripts hear of ports, and have none of their own.
    pub(super) is_shared: bool,
    /// Its script, where only the page knows it.
    pub(super) source: Option<String>,
    pub(super) limits: Limits,
    /// Whether what is printed goes to this process's own streams.
    pub(super) own_output: [bool; 2],
    /// What `navigator.userAgent` is; empty for the usual one.
    pub(super) user_agent: String,
}

/// What wakes the page's thread, and how many threads there are, whichever page has begun them.
#[derive(Debug, Default)]
pub(super) struct Shared {
    bell: OnceCell<Arc<Bell>>,
    threads: Arc<Count>,
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
    /// The number of the port that went to it last.
    last_port: Cell<u64>,
}

impl Worker {
    /// Gives it what so many ports go along with; nothing if too much waits for it already.
    fn give(&self, count: usize, make: impl FnOnce(Vec<u64>) -> ToWorker) -> Option<Vec<u64>> {
        let first = self.last_port.get();
        let numbers: Vec<u64> = (1..).take(count).map(|at: u64| first + 2 * at).collect();
        if !self.mailbox.give(make(numbers.clone())) {
            return None;
        }
        self.last_port.set(numbers.last().copied().unwrap_or(first));
        Some(numbers)
    }
}

/// All of a page.
#[derive(Debug, Default)]
pub(super) struct Workers {
    list: RefCell<BTreeMap<WorkerId, Rc<Worker>>>,
    last: Cell<WorkerId>,
    /// Who was heard last.
    heard: Cell<WorkerId>,
}

impl Workers {
    /// Begins one.
    ///
    /// # Errors
    /// Why it cannot be begun.
    pub(super) fn begin(&self, shared: &Shared, place: usize, begin: Begin) -> Result<WorkerId, String> {
        // One whose thread has ended has its place, and its part of the heap, until the page hears of it.
        if self.len() >= MOST {
            return Err(format!("a page has at most {MOST} workers at a time: end one with 'terminate' first"));
        }
        let Some(counted) = Threads::count(&shared.threads, MOST, PATIENCE) else {
            return Err(format!(
                "a page has at most {MOST} workers at a time, and some that were ended are still within one call that the engine \
                 cannot stop (a 'sort', say): give them less work at a time"
            ));
        };
        let bell = shared.bell().map_err(|error| format!("a worker could not be begun: {error}"))?;
        let mailbox = Arc::new(Mailbox::new(bell));
        thread::start(begin, Arc::clone(&mailbox), counted)
            .map_err(|error| format!("a worker's thread could not be begun: {error}"))?;
        let id = (self.last.get().wrapping_add(1) & MOST_ID).max(1);
        self.last.set(id);
        self.list.borrow_mut().insert(id, Rc::new(Worker { place, mailbox, last_port: Cell::new(0) }));
        Ok(id)
    }

    fn get(&self, id: WorkerId) -> Option<Rc<Worker>> {
        self.list.borrow().get(&id).cloned()
    }

    /// Gives a worker something; false if too much waits for it already. One that is gone takes whatever comes.
    fn give(&self, id: WorkerId, what: ToWorker) -> bool {
        self.get(id).is_none_or(|worker| worker.mailbox.give(what))
    }

    /// Sends a worker a message that so many ports go along with: their numbers, or nothing if it has no room for it.
    pub(super) fn post(&self, id: WorkerId, message: Vec<u8>, count: usize) -> Option<Vec<u64>> {
        match self.get(id) {
            Some(worker) => worker.give(count, |ports| ToWorker::Message(message, ports)),
            None => Some(Vec::new()),
        }
    }

    /// Sends through a port whose other end a worker has.
    pub(super) fn post_to_port(&self, id: WorkerId, port: u64, message: &[u8], count: usize) -> Posted {
        let Some(worker) = self.get(id) else { return Posted::Closed };
        let given = worker.give(count, |ports| ToWorker::Port(port, message.to_vec(), ports));
        given.map_or(Posted::NoRoom, Posted::Moved)
    }

    /// Tells a worker that the other end of its port has closed.
    pub(super) fn close_port(&self, id: WorkerId, port: u64) {
        self.give(id, ToWorker::PortClosed(port));
    }

    /// Whether a worker would take a message. If not, the page is woken when it has taken one.
    pub(super) fn has_room(&self, id: WorkerId) -> bool {
        self.get(id).is_none_or(|worker| worker.mailbox.has_room())
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

    /// What one of them has said, with the place of the world that is to hear it. They are heard in turn.
    pub(super) fn take(&self, shared: &Shared) -> Option<(usize, WorkerId, FromWorker)> {
        // Also where nobody is left: one may have rung before it was ended.
        if let Some(bell) = shared.bell.get() {
            bell.quiet();
        }
        let list = self.list.borrow();
        let last = self.heard.get();
        let mut turn = list.range((Bound::Excluded(last), Bound::Unbounded)).chain(list.range(..=last));
        let said = turn.find_map(|(id, worker)| worker.mailbox.take().map(|said| (worker.place, *id, said)))?;
        self.heard.set(said.1);
        Some(said)
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

#[cfg(test)]
mod tests {

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    fn begin(workers: &Workers, shared: &Shared, source: &str) -> Result<WorkerId, String> {
        let begin = Begin {
            url: "data:text/javascript,".to_owned(),
            name: String::new(),
            is_module: false,
            is_shared: false,
            source: Some(source.to_owned()),
            limits: Limits::default(),
            own_output: [false; 2],
            user_agent: String::new(),
        };
        workers.begin(shared, 0, begin)
    }

    fn wait_until(is_so: impl Fn() -> bool) {
        while !is_so() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_worker_that_has_rung_before_it_was_ended_keeps_nobody_awake() {
        let (workers, shared) = (Workers::default(), Shared::default());
        let id = begin(&workers, &shared, "postMessage(1)").expect("a worker");
        wait_until(|| shared.is_rung());
        workers.end(id);
        wait_until(|| shared.threads.now() == 0);
        assert!(workers.take(&shared).is_none());
        assert!(!shared.is_rung());
        let bell = shared.descriptor().expect("a bell");
        let moment = Timespec { tv_sec: 0, tv_nsec: 0 };
        let ready = poll(&mut [PollFd::new(&bell, PollFlags::IN)], Some(&moment)).expect("it is looked at");
        assert_eq!(ready, 0);
    }

    #[test]
    fn a_page_that_does_not_listen_begins_no_more_workers_than_it_may_have() {
        let (workers, shared) = (Workers::default(), Shared::default());
        for _ in 0..MOST {
            begin(&workers, &shared, "close()").expect("a worker");
            wait_until(|| shared.threads.now() == 0);
        }
        let refused = begin(&workers, &shared, "close()").expect_err("there are enough");
        assert!(refused.contains("at most 12 workers"), "{refused}");
        assert_eq!(shared.threads.now(), 0, "who is refused counts no more");
        workers.end(1);
        begin(&workers, &shared, "close()").expect("there is room again");
    }

    #[test]
    fn a_worker_s_port_hears_of_a_message_that_cannot_be_read() {
        let (workers, shared) = (Workers::default(), Shared::default());
        let source = "onmessage = ({ ports }) => {
            ports[0].onmessageerror = ({ type }) => postMessage(type);
            ports[0].onmessage = ({ data }) => postMessage(data);
        }";
        let id = begin(&workers, &shared, source).expect("a worker");
        let mut null = Vec::new();
        ipc_proto::ser::encode_into(&mut null, &()).expect("a value");
        let numbers = workers.post(id, null.clone(), 1).expect("there is room");
        for message in [b"\xff no clone", &null[..]] {
            assert!(matches!(workers.post_to_port(id, numbers[0], message, 0), Posted::Moved(_)));
        }
        let said = || loop {
            if let Some((_, _, said)) = workers.take(&shared) {
                break said;
            }
            std::thread::yield_now();
        };
        let heard = said();
        assert!(matches!(&heard, FromWorker::Message(bytes, _) if bytes.ends_with(b"messageerror")), "{heard:?}");
        let next = said();
        assert!(matches!(&next, FromWorker::Message(bytes, _) if *bytes == null), "{next:?}");
    }

    #[test]
    fn a_worker_whose_memory_is_full_says_so() {
        let (workers, shared) = (Workers::default(), Shared::default());
        for source in ["const all = []; for (;;) all.push([1])", "(() => { const all = []; for (;;) all.push({}) })()"]
        {
            begin(&workers, &shared, source).expect("a worker");
            let said = loop {
                if let Some((_, _, said)) = workers.take(&shared) {
                    break said;
                }
                std::thread::yield_now();
            };
            let FromWorker::Error(error) = said else { panic!("{said:?}") };
            let text = error.head();
            assert!(text.contains("out of memory") || text.contains("the 128 MiB that its scripts may hold"), "{text}");
            workers.end_all();
        }
    }

    #[test]
    fn workers_are_heard_in_turn() {
        let (workers, shared) = (Workers::default(), Shared::default());
        for _ in 0..3 {
            begin(&workers, &shared, "postMessage(1); postMessage(2); close()").expect("a worker");
        }
        wait_until(|| shared.threads.now() == 0);
        let heard: Vec<_> = (0..6).filter_map(|_| workers.take(&shared)).map(|(_, id, _)| id).collect();
        assert_eq!(heard, [1, 2, 3, 1, 2, 3]);
    }
}
