//! What waits at a port for credit, or for room in its link.

use std::collections::VecDeque;
use std::rc::Rc;

use ipc_proto::credit::Amount;
use ipc_proto::error::CallError;
use ipc_proto::session::Posted;

use super::{Arrival, Link, PortId, Ports, State, Way};
use crate::directs::MAIN;
use crate::script::workers::WorkerId;

/// What is to leave by a way, in order.
#[derive(Default)]
pub(super) struct Waiting {
    queue: VecDeque<Arrival>,
    bytes: usize,
}

impl Arrival {
    fn cost(&self) -> usize {
        match self {
            Self::Message(bytes, _) => bytes.cost(),
            Self::Close => 0,
        }
    }
}

impl Waiting {
    fn push(&mut self, arrival: Arrival) {
        self.bytes = self.bytes.saturating_add(arrival.cost());
        self.queue.push_back(arrival);
    }

    /// The ports that were to go along.
    pub(super) fn into_ports(self) -> Vec<PortId> {
        let ports = |arrival| if let Arrival::Message(_, ports) = arrival { ports } else { Vec::new() };
        self.queue.into_iter().flat_map(ports).collect()
    }
}

impl State {
    /// Closes a way behind what waits for it, if anything does; whether it does.
    pub(super) fn closes_later(&mut self, way: Way) -> bool {
        let Some(waiting) = self.waiting.get_mut(&way) else { return false };
        if waiting.queue.back() != Some(&Arrival::Close) {
            waiting.push(Arrival::Close);
        }
        self.far.remove(&way);
        true
    }
}

impl Ports {
    /// Sends through a port across a link, if nothing waits there.
    pub(super) fn put(&self, link: &Link, way: Way, count: usize, message: &[u8]) -> Result<Posted, CallError> {
        if let Some(worker) = way.worker() {
            return Ok(self.put_to_worker(worker, way, count, message));
        }
        let direct = if way.link == MAIN { None } else { link.directs.get(way.link) };
        let connection = match &direct {
            Some(direct) => &direct.connection,
            None if way.link == MAIN => link.connection(),
            None => return Ok(Posted::Closed),
        };
        let state = self.0.borrow();
        if !state.waiting.is_empty() && state.waiting.contains_key(&way) {
            connection.port_message_fits(count, message.len())?;
            return Ok(Posted::NoCredit);
        }
        drop(state);
        let posted = connection.try_port_message(way.number, count, message);
        if let Ok(Posted::NoRoom) = posted {
            self.0.borrow_mut().starved.push_back(way);
        }
        posted
    }

    fn put_to_worker(&self, worker: WorkerId, way: Way, count: usize, message: &[u8]) -> Posted {
        let mut state = self.0.borrow_mut();
        if state.waiting.contains_key(&way) {
            return Posted::NoCredit;
        }
        let posted = state.workers.post_to_port(worker, way.number, message, count);
        if let Posted::NoRoom = posted {
            state.starved.push_back(way);
        }
        posted
    }

    /// Lets a message wait for its way. Where too much waits both ends of the port are told that it is closed.
    pub(super) fn wait(&self, link: &Link, way: Way, arrival: Arrival) {
        let mut state = self.0.borrow_mut();
        let waiting = state.waiting.entry(way).or_default();
        waiting.push(arrival);
        let limit = link.limits().port_queue;
        if waiting.bytes > limit {
            drop(state);
            self.break_off(link, way, &CallError::QueueFull { limit });
        }
    }

    /// Ends a port whose messages can neither leave nor wait: both ends are told.
    pub(super) fn break_off(&self, link: &Link, way: Way, error: &CallError) {
        tracing::warn!("a port is closed, since messages through it were lost: {error}");
        let far = self.0.borrow().far.get(&way).copied();
        self.cut(link, way);
        if let Some(far) = far {
            self.tell_end(link, far);
        }
    }

    /// The other side has given credit for a port.
    pub(in crate::script) fn credited(&self, link: &Link, number: u64) {
        self.go_on(link, Way::by_main(number));
    }

    /// Sends what waits for a way, as far as that goes.
    pub(super) fn go_on(&self, link: &Link, way: Way) {
        loop {
            let Some(mut waiting) = self.0.borrow_mut().waiting.remove(&way) else { return };
            let Some(first) = waiting.queue.pop_front() else { return };
            let Arrival::Message(bytes, moved) = first else { return self.cut(link, way) };
            // Nothing waits for this way while its first message is sent.
            let posted = self.put(link, way, moved.len(), &bytes);
            if let Ok(Posted::NoCredit | Posted::NoRoom) = posted {
                waiting.queue.push_front(Arrival::Message(bytes, moved));
                self.0.borrow_mut().waiting.insert(way, waiting);
                return;
            }
            waiting.bytes = waiting.bytes.saturating_sub(bytes.cost());
            drop(bytes);
            if !waiting.queue.is_empty() {
                self.0.borrow_mut().waiting.insert(way, waiting);
            }
            match posted {
                Ok(Posted::Moved(numbers)) => self.moved_over(link, way.link, moved, &numbers),
                Ok(_) => self.close_each(link, moved),
                Err(error) => {
                    self.close_each(link, moved);
                    return self.break_off(link, way, &error);
                }
            }
        }
    }

    /// What waits for one way waits for another from now on, before anything is sent by that.
    pub(super) fn redirect(&self, link: &Link, from: Way, to: Way) {
        let waiting = self.0.borrow_mut().waiting.remove(&from);
        if let Some(waiting) = waiting {
            self.0.borrow_mut().waiting.insert(to, waiting);
            self.go_on(link, to);
        }
    }

    /// To be called between messages: gives credit for what has been taken, and goes on where there is room again.
    pub(in crate::script) fn turn(&self, link: &Link) {
        let taken = self.0.borrow().account.take_taken();
        for taken in taken {
            link.connection().port_taken(taken.port, Amount::of(taken.messages, taken.bytes));
        }
        // A worker waits for room in its mailbox, and needs no credit.
        self.0.borrow().of_workers.values().for_each(|account| drop(account.take_taken()));
        for (_, direct) in link.directs.all() {
            for taken in direct.own.take_taken() {
                direct.connection.port_taken(taken.port, Amount::of(taken.messages, taken.bytes));
            }
        }
        if self.is_starved() {
            link.flush();
            let starved = std::mem::take(&mut self.0.borrow_mut().starved);
            let workers = Rc::clone(&self.0.borrow().workers);
            let has_room = |way: &Way| match (way.worker(), way.link) {
                (Some(worker), _) => workers.has_room(worker),
                (None, MAIN) => link.connection().has_room(),
                (None, other) => link.directs.get(other).is_none_or(|direct| direct.connection.has_room()),
            };
            let (ways, left) = starved.into_iter().partition::<VecDeque<_>, _>(has_room);
            self.0.borrow_mut().starved = left;
            ways.into_iter().for_each(|way| self.go_on(link, way));
        }
    }

    /// Whether something waits for room in a link.
    pub(in crate::script) fn is_starved(&self) -> bool {
        !self.0.borrow().starved.is_empty()
    }

    /// Whether something waits to leave.
    pub(in crate::script) fn has_waiting(&self) -> bool {
        !self.0.borrow().waiting.is_empty()
    }
}
