//! Direct links to the renderers that hold the other ends of ports. docs/protocol.md tells the steps.
//!
//! What is posted goes by the socket as soon as it is here. It is read once the other renderer has switched: until then
//! the bytes wait in the socket.

use ipc_link::{Connection, Dispatch, Event, Pumped};
use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::ports::FIRST;
use ipc_proto::wire::Step;

use super::{Far, Link, Partner, Ports, Way};
use crate::script::directs::{Direct, LinkNumber, MAIN};

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
        let connection = link.connection();
        match step {
            Step::Offer => {
                let mut state = self.0.borrow_mut();
                let room = link.directs.len() + state.taken.len() < link.limits().ports;
                let known = state.far.contains_key(&Way::by_main(number));
                if known && room && connection.port_direct(number, Step::Take, None) {
                    state.taken.insert(number);
                }
            }
            Step::Socket { .. } | Step::CapableSocket { .. } => {
                let taken = self.0.borrow_mut().taken.remove(&number);
                match (connection.take_socket(number), step.socket()) {
                    (Some(socket), Some(terms)) if taken => {
                        let direct = Connection::direct(socket, terms, link.limits().clone());
                        self.switch(link, number, direct, terms.id);
                    }
                    // Closed meanwhile: so is the socket.
                    (Some(_), _) => {}
                    (None, _) => {
                        tracing::warn!("a port is closed: this process has no room for its socket");
                        connection.port_close(number);
                        self.end(link, Way::by_main(number));
                    }
                }
            }
            Step::Switched => {
                if let Some((_, direct)) = link.directs.replacing(number) {
                    direct.reading.set(true);
                }
            }
            // Only main is told that.
            Step::Take => {}
        }
    }

    /// What is posted to a port from here on goes by the direct link.
    fn switch(&self, link: &Link, number: u64, direct: Connection, id: u64) {
        let before = Way::by_main(number);
        let mut state = self.0.borrow_mut();
        let Some(far) = state.far.get(&before).copied() else { return };
        // A port that main has closed already still gets what was sent through the socket before that.
        if !link.connection().port_direct(number, Step::Switched, None) && link.connection().closed().is_some() {
            return;
        }
        // It must not be lost with this process when what goes by the socket is not.
        link.connection().flush();
        let way = Way { link: link.directs.add(direct, id, number), number: FIRST };
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

    /// Main says that a port has closed: whether its direct link is what tells that here.
    pub(super) fn closes_with_direct_link(&self, link: &Link, number: u64) -> bool {
        let Some((over, direct)) = link.directs.replacing(number) else { return false };
        if direct.reading.get() {
            self.0.borrow_mut().far.remove(&Way::by_main(number));
            return true;
        }
        // The other side has never used it.
        direct.connection.close(CloseReason::new(CloseCode::PeerGone, "the other renderer has closed the port"));
        self.end_all(link, over);
        true
    }

    /// A port that a direct link was made for has closed: so has its number on the link to main.
    pub(super) fn leave_main(&self, link: &Link, way: Way) {
        let Some(before) = replaced(link, way) else { return };
        self.0.borrow_mut().far.remove(&before);
        link.connection().port_close(before.number);
        // What the other still posts to it by main is nothing to wait for.
        if let Some(direct) = link.directs.get(way.link) {
            direct.reading.set(true);
        }
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
    pub(in crate::script) fn read(&self, link: &Link, over: LinkNumber, direct: &Direct, budget: usize) {
        let pumped = direct.connection.pump(&mut Reader { ports: self, link, over, direct }, budget);
        direct.ready.set(pumped == Pumped::More);
    }
}

struct Reader<'a> {
    ports: &'a Ports,
    link: &'a Link,
    over: LinkNumber,
    direct: &'a Direct,
}

impl Dispatch for Reader<'_> {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        let way = |number| Way { link: self.over, number };
        self.link.directs.latest.set(self.over);
        match event {
            Event::PortMessage { port, ports, message } => {
                let moved: Vec<u64> = ports.iter().collect();
                self.ports.received_by(self.link, way(port), message, &moved, &self.direct.account);
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
