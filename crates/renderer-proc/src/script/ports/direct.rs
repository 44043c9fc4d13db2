//! Ports whose other ends are reached by direct links.

use ipc_link::{Connection, Dispatch, Event, Pumped};
use ipc_proto::error::CloseReason;
use ipc_proto::parcel::Account;
use ipc_proto::ports::FIRST;
use ipc_proto::wire::Step;

use super::{Far, Link, Partner, Ports, Way};
use crate::directs::{Direct, LinkNumber, MAIN, Stepped};

/// The way by main that a way over a direct link stands for, if it is the port that the link was made for.
pub(super) fn replaced(link: &Link, way: Way) -> Option<Way> {
    let direct = if way.link != MAIN && way.number == FIRST { link.directs.get(way.link) } else { None };
    direct.map(|direct| Way::by_main(direct.replaces))
}

/// The way over a direct link that stands for a way by main.
pub(super) fn replacement(link: &Link, way: Way) -> Option<Way> {
    let direct = if way.link == MAIN { link.directs.replacing(way.number) } else { None };
    direct.map(|(link, _)| Way { link, number: FIRST })
}

impl Ports {
    /// A step on the way to a direct link has come for a port.
    pub(in crate::script) fn direct(&self, link: &Link, number: u64, step: Step) {
        let by_main = Way::by_main(number);
        let is_open = self.0.borrow().far.contains_key(&by_main);
        match link.directs.step(link.connection(), number, step, is_open) {
            Stepped::Switched(over) => self.switch(link, by_main, Way { link: over, number: FIRST }),
            Stepped::Lost => self.end(link, by_main),
            Stepped::No => {}
        }
    }

    /// What is posted to a port from here on goes by the direct link.
    fn switch(&self, link: &Link, before: Way, way: Way) {
        let mut state = self.0.borrow_mut();
        let Some(far) = state.far.get(&before).copied() else { return };
        state.far.insert(way, far);
        match far {
            Far::Here(id) => {
                if let Some(port) = state.ports.get_mut(&id) {
                    port.partner = Partner::Link(way);
                }
            }
            Far::Relay(other) => drop(state.far.insert(other, Far::Relay(way))),
        }
        drop(state);
        self.redirect(link, before, way);
    }

    /// A port that a direct link was made for has closed: so has its number on the link to main.
    pub(super) fn leave_main(&self, link: &Link, way: Way) {
        let Some(before) = replaced(link, way) else { return };
        self.0.borrow_mut().far.remove(&before);
        link.connection().port_close(before.number);
        link.directs.closed_here(before.number);
    }

    pub(super) fn end_all(&self, link: &Link, over: LinkNumber) {
        let ways: Vec<_> = {
            let state = self.0.borrow();
            state.far.keys().chain(state.waiting.keys()).filter(|way| way.link == over).copied().collect()
        };
        for way in ways {
            self.end(link, way);
        }
    }

    /// Reads a direct link, at most `budget` messages.
    pub(in crate::script) fn read(&self, link: &Link, over: LinkNumber, direct: &Direct<Account>, budget: usize) {
        let pumped = direct.connection.pump(&mut Reader { ports: self, link, over, direct }, budget);
        direct.ready.set(pumped == Pumped::More);
    }
}

struct Reader<'a> {
    ports: &'a Ports,
    link: &'a Link,
    over: LinkNumber,
    direct: &'a Direct<Account>,
}

impl Dispatch for Reader<'_> {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        let way = |number| Way { link: self.over, number };
        self.link.directs.latest.set(self.over);
        match event {
            Event::PortMessage { port, ports, message } => {
                let moved: Vec<u64> = ports.iter().collect();
                self.ports.received_by(self.link, way(port), message, &moved, &self.direct.own);
            }
            Event::Credit { port } => self.ports.go_on(self.link, way(port)),
            Event::PortClose { port } => {
                self.ports.end(self.link, way(port));
                connection.retire_if_unused();
            }
            // The session lets nothing else through but the end, which is told next.
            _ => {}
        }
    }

    fn closed(&mut self, _: &Connection, _: &CloseReason) {
        self.ports.end_all(self.link, self.over);
    }
}
