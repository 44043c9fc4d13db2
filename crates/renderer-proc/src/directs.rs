//! The direct links of a process whose own loop reads, each made for one message port. docs/protocol.md tells the steps.
//!
//! What is posted to the port goes by the socket as soon as it is here. It is read once the other process has switched: until
//! then the bytes wait in the socket.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::time::Duration;

use ipc_link::Connection;
use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::ports::DirectCount;
use ipc_proto::wire::Step;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Names a link of this process.
pub type LinkNumber = u32;
/// The link to main.
pub const MAIN: LinkNumber = 0;
/// Direct links have no greater number.
pub const MOST: LinkNumber = LinkNumber::MAX >> 1;

/// A direct link.
#[derive(Debug)]
pub struct Direct<T> {
    /// What the process keeps with it. It is let go of before the descriptor is.
    pub own: T,
    /// The link.
    pub connection: Connection,
    /// What main calls it.
    id: u64,
    /// The number on the link to main of the port that it was made for.
    pub replaces: u64,
    /// Whether it is read: the other side has switched, so nothing more comes by main, or it does not matter any more.
    pub reading: Cell<bool>,
    /// Whether there may be something to read.
    pub ready: Cell<bool>,
}

impl<T> Direct<T> {
    /// What to wait for.
    pub fn interest(&self) -> PollFlags {
        let mut interest = PollFlags::empty();
        interest.set(PollFlags::IN, self.reading.get() && self.connection.closed().is_none());
        interest.set(PollFlags::OUT, self.connection.queued() > 0);
        interest
    }
}

/// What a step on a port's way to a direct link has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stepped {
    /// The port goes on as it did.
    No,
    /// What is posted to the port from here on goes by this link, and what waits for main too.
    Switched(LinkNumber),
    /// This process has no room for its socket: the port has been closed towards main.
    Lost,
}

/// How main's word that a port has closed is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The port has closed.
    Now,
    /// Its number has; the direct link tells when the port does.
    LinkTells,
    /// The port has closed, and so has this direct link, which the other side has never used.
    WithLink(LinkNumber),
}

/// Who has something for this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Nobody has.
    Nobody,
    /// Others alone.
    Others,
    /// Main, and perhaps others.
    Main,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Directs<T> {
    links: RefCell<BTreeMap<LinkNumber, Rc<Direct<T>>>>,
    last: Cell<LinkNumber>,
    /// Numbers on the link to main for which a direct link was taken that has not come yet.
    taken: RefCell<HashSet<u64>>,
    /// The one that was heard last, or main.
    pub latest: Cell<LinkNumber>,
}

impl<T: Default> Directs<T> {
    /// A step on the way to a direct link has come by main for a port, which may have closed here.
    pub fn step(&self, main: &Connection, number: u64, step: Step, is_open: bool) -> Stepped {
        match step {
            Step::Offer => {
                let room = self.len().saturating_add(self.taken.borrow().len()) < main.limits().ports;
                if is_open && room && main.port_direct(number, Step::Take, None) {
                    self.taken.borrow_mut().insert(number);
                }
            }
            Step::Socket { .. } | Step::CapableSocket { .. } => {
                let taken = self.taken.borrow_mut().remove(&number);
                match (main.take_socket(number), step.socket()) {
                    (Some(socket), Some(terms)) if taken && is_open => {
                        let direct = Connection::direct(socket, terms, main.limits().clone());
                        return self.switch(main, number, direct, terms.id);
                    }
                    // Closed meanwhile: so is the socket.
                    (Some(_), _) => {}
                    (None, _) => {
                        tracing::warn!("a port is closed: this process has no room for its socket");
                        main.port_close(number);
                        return Stepped::Lost;
                    }
                }
            }
            Step::Switched => {
                if let Some((_, direct)) = self.replacing(number) {
                    direct.reading.set(true);
                }
            }
            // Only main is told that.
            Step::Take => {}
        }
        Stepped::No
    }

    fn switch(&self, main: &Connection, number: u64, direct: Connection, id: u64) -> Stepped {
        // A port that main has closed already still gets what was sent through the socket before that.
        if !main.port_direct(number, Step::Switched, None) && main.closed().is_some() {
            return Stepped::No;
        }
        // It must not be lost with this process when what goes by the socket is not.
        main.flush();
        Stepped::Switched(self.add(direct, id, number))
    }

    /// Takes a link in.
    fn add(&self, connection: Connection, id: u64, replaces: u64) -> LinkNumber {
        // The loop flushes before it sleeps, and must never wait.
        connection.flush_by_owner();
        let number = (self.last.get().wrapping_add(1) & MOST).max(MAIN + 1);
        self.last.set(number);
        let direct =
            Direct { own: T::default(), connection, id, replaces, reading: Cell::new(false), ready: Cell::new(true) };
        self.links.borrow_mut().insert(number, Rc::new(direct));
        number
    }
}

impl<T> Directs<T> {
    /// Main says that a port has closed.
    pub fn closed_by_main(&self, main: &Connection, number: u64) -> Closed {
        if self.taken.borrow_mut().remove(&number) {
            main.expect_no_socket();
        }
        let Some((link, direct)) = self.replacing(number) else { return Closed::Now };
        if direct.reading.get() {
            return Closed::LinkTells;
        }
        direct.connection.close(CloseReason::new(CloseCode::PeerGone, "the other renderer has closed the port"));
        Closed::WithLink(link)
    }

    /// A port has been closed here, and main is told.
    pub fn closed_here(&self, number: u64) {
        self.taken.borrow_mut().remove(&number);
        // What the other still posts to it by main is nothing to wait for.
        if let Some((_, direct)) = self.replacing(number) {
            direct.reading.set(true);
        }
    }

    /// The link of that number.
    #[must_use]
    pub fn get(&self, number: LinkNumber) -> Option<Rc<Direct<T>>> {
        self.links.borrow().get(&number).cloned()
    }

    /// The link that was made for a port, by its number on the link to main.
    pub fn replacing(&self, port: u64) -> Option<(LinkNumber, Rc<Direct<T>>)> {
        let links = self.links.borrow();
        links.iter().find(|(_, direct)| direct.replaces == port).map(|(number, direct)| (*number, Rc::clone(direct)))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.links.borrow().is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.links.borrow().len()
    }

    /// All, with their numbers.
    #[must_use]
    pub fn all(&self) -> Vec<(LinkNumber, Rc<Direct<T>>)> {
        self.links.borrow().iter().map(|(number, direct)| (*number, Rc::clone(direct))).collect()
    }

    /// Waits for any of them, and for `main`'s descriptor, at most for `timeout`; who has something.
    ///
    /// # Errors
    ///
    /// Those of `poll(2)`.
    pub fn wait(
        &self,
        main: [Option<(BorrowedFd<'_>, PollFlags)>; 3],
        timeout: Option<&Timespec>,
    ) -> io::Result<Heard> {
        let links = self.links.borrow();
        let others: Vec<_> = links.values().map(|direct| (direct, direct.interest())).collect();
        // A descriptor that nothing is wanted of would still report its end, again and again.
        let wanted = || others.iter().filter(|(_, interest)| !interest.is_empty());
        let mut fds: Vec<_> = wanted().map(|(direct, interest)| PollFd::new(&direct.connection, *interest)).collect();
        let of_main = fds.len();
        fds.extend(main.iter().flatten().map(|(main, interest)| PollFd::new(main, *interest)));
        match poll(&mut fds, timeout) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(Heard::Nobody),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        for ((direct, _), fd) in wanted().zip(&fds) {
            direct.ready.set(direct.ready.get() || !fd.revents().is_empty());
        }
        if fds.iter().skip(of_main).any(|fd| !fd.revents().is_empty()) {
            self.latest.set(MAIN);
            return Ok(Heard::Main);
        }
        Ok(Heard::Others)
    }

    /// Forgets links that have ended and have nothing left to send; which.
    pub fn forget_ended(&self) -> Vec<LinkNumber> {
        let ended = |direct: &Direct<T>| direct.connection.closed().is_some() && direct.connection.queued() == 0;
        let mut links = self.links.borrow_mut();
        let forgotten: Vec<_> = links.extract_if(.., |_, direct| ended(direct)).map(|(number, _)| number).collect();
        if !links.contains_key(&self.latest.get()) {
            self.latest.set(MAIN);
        }
        forgotten
    }

    /// Writes what waits, as far as the system takes it.
    pub fn flush(&self) {
        self.links.borrow().values().for_each(|direct| direct.connection.flush());
    }

    /// Bytes that are still to be sent.
    pub fn queued(&self) -> usize {
        self.links.borrow().values().map(|direct| direct.connection.queued()).sum()
    }

    /// Waits until the system has taken what is still to be sent, for a limited time each.
    pub fn drain(&self, time: Duration) {
        for direct in self.links.borrow().values() {
            let _ = direct.connection.drain(time);
        }
    }

    /// How many messages have come over all of them.
    pub fn received(&self) -> u64 {
        self.links.borrow().values().map(|direct| direct.connection.counts().1).sum()
    }

    /// What has passed over each, for an idle report.
    pub fn counts(&self) -> Vec<DirectCount> {
        let links = self.links.borrow();
        let counts = links.values().map(|direct| {
            let (sent, received) = direct.connection.counts();
            DirectCount { id: direct.id, sent, received }
        });
        counts.collect()
    }
}
