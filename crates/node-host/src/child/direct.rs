//! The direct links of a utility process, and what its ports write through.

use std::cell::{Cell, OnceCell};
use std::os::fd::AsFd as _;
use std::rc::Rc;

use ipc_link::{Connection, Dispatch, Event, Pumped};
use ipc_proto::credit::Amount;
use ipc_proto::error::{CallError, CloseReason};
use ipc_proto::ports::FIRST;
use ipc_proto::session::Posted;
use ipc_proto::wire::Step;
use main_proc::host::{LinkId, Wire};
use renderer_proc::directs::{Closed, Direct, LinkNumber, MAIN, Stepped};
use rustix::event::PollFlags;

use super::Child;
use crate::sys::uv::{Handle, Loop};

/// What libuv watches of a direct link. It never holds Node's loop, as no port does.
#[derive(Debug, Default)]
pub(super) struct Watched {
    handle: OnceCell<Option<Handle>>,
    wants: Cell<(bool, bool)>,
}

impl Child {
    /// A step on the way to a direct link has come for a port.
    pub(super) fn step(&self, number: u64, step: Step) {
        let is_open = self.ports.borrow().peer_of(MAIN, number).is_some();
        match self.directs.step(&self.connection, number, step, is_open) {
            Stepped::Switched(link) => self.ports.borrow_mut().redirect((MAIN, number), (link, FIRST), self),
            Stepped::Lost => self.ports.borrow_mut().incoming_close(MAIN, number, self),
            Stepped::No => {}
        }
    }

    /// Main says that a port has closed.
    pub(super) fn closed_by_main(&self, number: u64) {
        let mut ports = self.ports.borrow_mut();
        match self.directs.closed_by_main(&self.connection, number) {
            Closed::Now => ports.incoming_close(MAIN, number, self),
            Closed::LinkTells => ports.forget(MAIN, number),
            Closed::WithLink(link) => ports.link_gone(link, self),
        }
    }

    /// Takes what has come by direct links, at most `budget` messages each; whether there may be more.
    pub(super) fn read_directs(self: &Rc<Self>, budget: usize) -> bool {
        if self.directs.is_empty() {
            return false;
        }
        let mut more = false;
        for (number, direct) in self.directs.all() {
            if direct.ready.get() {
                self.read_direct(number, &direct, budget);
                more |= direct.reading.get() && direct.ready.get();
            }
        }
        more
    }

    pub(super) fn read_direct(self: &Rc<Self>, number: LinkNumber, direct: &Direct<Watched>, budget: usize) {
        if direct.reading.get() {
            let pumped = direct.connection.pump(&mut Reader { child: self, link: number }, budget);
            direct.ready.set(pumped == Pumped::More);
        }
    }

    /// Says what the loop is to watch of direct links; those that have ended are let go of.
    pub(super) fn watch_directs(self: &Rc<Self>) {
        if self.directs.is_empty() {
            return;
        }
        for number in self.directs.forget_ended() {
            self.ports.borrow_mut().link_gone(number, &**self);
        }
        for (number, direct) in self.directs.all() {
            let Some(handle) = direct.own.handle.get_or_init(|| self.watch(number, &direct.connection)) else {
                continue;
            };
            let interest = direct.interest();
            let writes = interest.contains(PollFlags::OUT) || self.ports.borrow().is_starved(number);
            let wants = (interest.contains(PollFlags::IN), writes);
            // Asked again for the same, libuv takes it for news.
            if direct.own.wants.replace(wants) != wants {
                handle.want(wants.0, wants.1);
            }
        }
    }

    fn watch(self: &Rc<Self>, number: LinkNumber, connection: &Connection) -> Option<Handle> {
        let child = Rc::downgrade(self);
        let handle = Handle::poll(Loop::of(self.env), connection.as_fd(), move || {
            if let Some(child) = child.upgrade() {
                if let Some(direct) = child.directs.get(number) {
                    direct.ready.set(true);
                }
                child.woken.set(true);
            }
        })?;
        handle.hold(false);
        Some(handle)
    }

    /// Writes what waits.
    pub(super) fn flush(&self) {
        // Others first: main may end this process for what it is told.
        self.directs.flush();
        self.connection.flush();
    }

    /// How many messages have been sent since this was asked last.
    pub(super) fn take_sent(&self) -> usize {
        self.directs.all().iter().map(|(_, direct)| direct.connection.take_sent()).sum::<usize>()
            + self.connection.take_sent()
    }

    fn link(&self, link: LinkId) -> Option<Connection> {
        match link {
            MAIN => Some(self.connection.clone()),
            other => self.directs.get(other).map(|direct| direct.connection.clone()),
        }
    }
}

impl Wire for Child {
    fn port_message(&self, link: LinkId, number: u64, count: usize, bytes: &[u8]) -> Result<Posted, CallError> {
        self.link(link).map_or(Ok(Posted::Closed), |link| link.try_port_message(number, count, bytes))
    }

    fn port_message_fits(&self, link: LinkId, count: usize, length: usize) -> Result<(), CallError> {
        self.link(link).map_or(Ok(()), |link| link.port_message_fits(count, length))
    }

    fn port_taken(&self, link: LinkId, number: u64, amount: Amount) {
        if let Some(link) = self.link(link) {
            link.port_taken(number, amount);
        }
    }

    fn keeps(&self, link: LinkId, bytes: usize) -> bool {
        self.link(link).is_none_or(|link| link.note_at_ports(bytes))
    }

    fn has_room(&self, link: LinkId) -> bool {
        self.link(link).is_none_or(|link| {
            link.flush();
            link.has_room()
        })
    }

    fn port_close(&self, link: LinkId, number: u64) {
        if let Some(connection) = self.link(link) {
            connection.port_close(number);
        }
        if link == MAIN {
            self.directs.closed_here(number);
        }
    }

    /// Main alone offers direct links, and tells of them.
    fn port_step(&self, _link: LinkId, _number: u64, _step: Step) {}

    fn join(&self, _ends: [(LinkId, u64); 2]) {}
}

/// The reader of a direct link. What it takes in is delivered when it is done, so that a script which ends the process
/// ends nothing that is being read.
struct Reader<'a> {
    child: &'a Rc<Child>,
    link: LinkNumber,
}

impl Dispatch for Reader<'_> {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        let (child, link) = (self.child, self.link);
        child.directs.latest.set(link);
        match event {
            Event::PortMessage { port, ports, message } => {
                let ports: Vec<_> = ports.iter().collect();
                child.ports.borrow_mut().incoming(link, port, message, &ports, &**child);
            }
            Event::Credit { port } => child.ports.borrow_mut().credited(link, port, &**child),
            Event::PortClose { port } => {
                child.ports.borrow_mut().incoming_close(link, port, &**child);
                connection.retire_if_unused();
            }
            // The session lets nothing else through but the end, which is told next.
            _ => {}
        }
    }

    fn closed(&mut self, _: &Connection, _: &CloseReason) {
        self.child.ports.borrow_mut().link_gone(self.link, &**self.child);
    }
}
