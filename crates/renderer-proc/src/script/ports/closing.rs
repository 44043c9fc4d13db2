//! How ports close, from either side.

use std::collections::VecDeque;
use std::rc::Rc;

use super::{Arrival, Far, MAIN, Partner, PortId, Ports, Waiting, Way};
use crate::directs::Closed;
use crate::script::link::Link;

impl Ports {
    /// Main says that the other end of a port has closed.
    pub(in super::super) fn closed(&self, link: &Link, number: u64) {
        match link.directs.closed_by_main(link.connection(), number) {
            Closed::Now => self.end(link, Way::by_main(number)),
            Closed::LinkTells => drop(self.0.borrow_mut().far.remove(&Way::by_main(number))),
            Closed::WithLink(over) => self.end_all(link, over),
        }
    }

    /// The other end of a port has closed.
    pub(super) fn end(&self, link: &Link, way: Way) {
        let (far, waiting) = {
            let mut state = self.0.borrow_mut();
            (state.far.remove(&way), state.waiting.remove(&way))
        };
        self.close_each(link, waiting.map_or(Vec::new(), Waiting::into_ports));
        self.leave_main(link, way);
        if let Some(far) = far {
            self.tell_end(link, far);
        }
    }

    /// Tells whoever took what came by a way that nothing more comes.
    pub(super) fn tell_end(&self, link: &Link, far: Far) {
        match far {
            Far::Here(id) => {
                let mut state = self.0.borrow_mut();
                if let Some(port) = state.ports.get_mut(&id) {
                    port.partner = Partner::Nobody;
                }
                state.put(id, Arrival::Close);
            }
            Far::Relay(other) => self.hang_up(link, other),
        }
    }

    /// Closes a port across a link, at this side: behind what waits for it.
    pub(super) fn hang_up(&self, link: &Link, way: Way) {
        if self.0.borrow_mut().closes_later(way) {
            return;
        }
        self.cut(link, way);
    }

    /// Closes a port across a link at once. What waits for it is thrown away.
    pub(super) fn cut(&self, link: &Link, way: Way) {
        let waiting = self.0.borrow_mut().waiting.remove(&way);
        self.close_each(link, waiting.map_or(Vec::new(), Waiting::into_ports));
        self.0.borrow_mut().far.remove(&way);
        if way.link == MAIN {
            link.directs.closed_here(way.number);
            link.connection().port_close(way.number);
        } else if let Some(worker) = way.worker() {
            let workers = Rc::clone(&self.0.borrow().workers);
            workers.close_port(worker, way.number);
        } else if let Some(direct) = link.directs.get(way.link) {
            direct.connection.port_close(way.number);
        }
        self.leave_main(link, way);
    }

    /// Closes an end: its partner hears of it after the messages that are on their way.
    pub(in super::super) fn close(&self, link: &Link, id: PortId) {
        self.close_each(link, vec![id]);
    }

    pub(super) fn close_each(&self, link: &Link, ids: Vec<PortId>) {
        let mut ids = VecDeque::from(ids);
        while let Some(id) = ids.pop_front() {
            let port = self.0.borrow_mut().ports.remove(&id);
            let Some(port) = port else { continue };
            match port.partner {
                Partner::Local(other) => {
                    let mut state = self.0.borrow_mut();
                    if let Some(other) = state.ports.get_mut(&other) {
                        other.partner = Partner::Nobody;
                    }
                    state.put(other, Arrival::Close);
                }
                Partner::Link(way) => self.hang_up(link, way),
                Partner::Nobody => {}
            }
            // Ports in messages that nobody will read any more.
            for arrival in port.inbox {
                if let Arrival::Message(_, inner) = arrival {
                    ids.extend(inner);
                }
            }
        }
    }

    /// Closes everything: the page is gone.
    pub(in super::super) fn close_all(&self, link: &Link) {
        let ids = self.0.borrow().ports.keys().copied().collect();
        self.close_each(link, ids);
        let ways: Vec<_> = {
            let state = self.0.borrow();
            state.far.keys().chain(state.waiting.keys()).copied().collect()
        };
        for way in ways {
            self.cut(link, way);
        }
        std::mem::take(&mut *self.0.borrow_mut());
    }
}
