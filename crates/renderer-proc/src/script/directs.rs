//! The direct links of this process to other renderers, each made for one message port.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::time::Duration;

use ipc_link::Connection;
use ipc_proto::credit::Amount;
use ipc_proto::parcel::Account;
use ipc_proto::ports::DirectCount;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::workers::MOST_ID;

/// Names a link of this process.
pub(super) type LinkNumber = u32;
/// The link to main.
pub(super) const MAIN: LinkNumber = 0;

/// A direct link.
#[derive(Debug)]
pub(super) struct Direct {
    pub(super) connection: Connection,
    /// What main calls it.
    pub(super) id: u64,
    /// The number on the link to main of the port that it was made for.
    pub(super) replaces: u64,
    /// Whether it is read: the other side has switched, so nothing more comes by main, or it does not matter any more.
    pub(super) reading: Cell<bool>,
    /// Whether there may be something to read.
    pub(super) ready: Cell<bool>,
    /// What the other renderer has sent that waits here.
    pub(super) account: Account,
}

impl Direct {
    /// What to wait for.
    pub(super) fn interest(&self) -> PollFlags {
        let mut interest = PollFlags::empty();
        interest.set(PollFlags::IN, self.reading.get() && self.connection.closed().is_none());
        interest.set(PollFlags::OUT, self.connection.queued() > 0);
        interest
    }
}

/// Who has something for this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    Nobody,
    /// Other renderers alone.
    Others,
    /// Main, and perhaps others.
    Main,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Directs {
    links: RefCell<BTreeMap<LinkNumber, Rc<Direct>>>,
    last: Cell<LinkNumber>,
    /// The one that was heard last, or main.
    pub(super) latest: Cell<LinkNumber>,
}

impl Directs {
    /// Takes a link in.
    pub(super) fn add(&self, connection: Connection, id: u64, replaces: u64) -> LinkNumber {
        // The loop flushes before it sleeps, and must never wait.
        connection.flush_by_owner();
        // Greater numbers are those of workers.
        let number = (self.last.get().wrapping_add(1) & MOST_ID).max(MAIN + 1);
        self.last.set(number);
        let direct = Direct {
            connection,
            id,
            replaces,
            reading: Cell::new(false),
            ready: Cell::new(true),
            account: Account::default(),
        };
        self.links.borrow_mut().insert(number, Rc::new(direct));
        number
    }

    pub(super) fn get(&self, number: LinkNumber) -> Option<Rc<Direct>> {
        self.links.borrow().get(&number).cloned()
    }

    /// The link that was made for a port, by its number on the link to main.
    pub(super) fn replacing(&self, port: u64) -> Option<(LinkNumber, Rc<Direct>)> {
        let links = self.links.borrow();
        links.iter().find(|(_, direct)| direct.replaces == port).map(|(number, direct)| (*number, Rc::clone(direct)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.links.borrow().is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.links.borrow().len()
    }

    pub(super) fn all(&self) -> Vec<(LinkNumber, Rc<Direct>)> {
        self.links.borrow().iter().map(|(number, direct)| (*number, Rc::clone(direct))).collect()
    }

    /// Waits for any of them, and for `main`'s descriptor, at most for `timeout`; who has something.
    ///
    /// # Errors
    ///
    /// Those of `poll(2)`.
    pub(super) fn wait(
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

    /// Forgets links that have ended and have nothing left to send.
    pub(super) fn forget_ended(&self) {
        let ended = |direct: &Direct| direct.connection.closed().is_some() && direct.connection.queued() == 0;
        let mut links = self.links.borrow_mut();
        links.retain(|_, direct| !ended(direct));
        if !links.contains_key(&self.latest.get()) {
            self.latest.set(MAIN);
        }
    }

    /// Gives credit for what has been taken of each.
    pub(super) fn give_credit(&self) {
        for direct in self.links.borrow().values() {
            for taken in direct.account.take_taken() {
                direct.connection.port_taken(taken.port, Amount::of(taken.messages, taken.bytes));
            }
        }
    }

    pub(super) fn flush(&self) {
        self.links.borrow().values().for_each(|direct| direct.connection.flush());
    }

    /// Bytes that are still to be sent.
    pub(super) fn queued(&self) -> usize {
        self.links.borrow().values().map(|direct| direct.connection.queued()).sum()
    }

    /// Waits until the system has taken what is still to be sent, for a limited time each.
    pub(super) fn drain(&self, time: Duration) {
        for direct in self.links.borrow().values() {
            let _ = direct.connection.drain(time);
        }
    }

    /// How many messages have come over all of them.
    pub(super) fn received(&self) -> u64 {
        self.links.borrow().values().map(|direct| direct.connection.counts().1).sum()
    }

    /// What has passed over each, for an idle report.
    pub(super) fn counts(&self) -> Vec<DirectCount> {
        let links = self.links.borrow();
        let counts = links.values().map(|direct| {
            let (sent, received) = direct.connection.counts();
            DirectCount { id: direct.id, sent, received }
        });
        counts.collect()
    }
}
