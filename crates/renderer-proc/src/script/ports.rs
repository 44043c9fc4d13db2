//! Message ports: pairs within this process, and ends whose partner is in another one.
//!
//! A port is a number here; the scripts' objects hold it. Messages stay encoded until they are delivered, because the
//! port may move on before that. When an end moves to main, its partner talks to the link from then on; when both
//! ends of a channel have passed through this process, it relays between them.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};

use ipc_link::Connection;
use ipc_proto::error::CallError;
use script_host::{Account, Parcel};

#[cfg(test)]
mod tests;

/// One end of a channel that this process holds.
pub(super) type PortId = u32;

/// Something that waits at a port.
#[derive(Debug, PartialEq)]
pub(super) enum Arrival {
    /// A message and the ports that came with it.
    Message(Parcel, Vec<PortId>),
    /// The other end has closed.
    Close,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Partner {
    Nobody,
    Local(PortId),
    Link(u64),
}

struct Port {
    partner: Partner,
    inbox: VecDeque<Arrival>,
    started: bool,
    /// Whether no script has it at the moment: it is on its way.
    travels: bool,
    /// Whether it is on the list of ports to be served.
    listed: bool,
    world: usize,
}

impl Port {
    /// Whether something can be delivered: the other end's close is told also to a port that was not started.
    fn is_due(&self) -> bool {
        match self.inbox.front() {
            Some(Arrival::Message(..)) => self.started && !self.travels,
            Some(Arrival::Close) => !self.travels,
            None => false,
        }
    }
}

/// Where what comes through the link for a port goes.
#[derive(Debug, Clone, Copy)]
enum Far {
    Here(PortId),
    Relay(u64),
}

#[derive(Default)]
struct State {
    ports: HashMap<PortId, Port>,
    far: HashMap<u64, Far>,
    last: PortId,
    ready: VecDeque<PortId>,
    /// What main has sent that waits here.
    account: Account,
}

/// All ports of a page.
#[derive(Default)]
pub(super) struct Ports(RefCell<State>);

impl State {
    fn add(&mut self, partner: Partner, world: usize) -> PortId {
        loop {
            self.last = self.last.wrapping_add(1);
            if !self.ports.contains_key(&self.last) {
                break;
            }
        }
        let port = Port { partner, inbox: VecDeque::new(), started: false, travels: false, listed: false, world };
        self.ports.insert(self.last, port);
        self.last
    }

    /// Puts something into a port's inbox; gives back what cannot be put because the port is gone.
    fn put(&mut self, id: PortId, arrival: Arrival) -> Option<Arrival> {
        let Some(port) = self.ports.get_mut(&id) else { return Some(arrival) };
        port.inbox.push_back(arrival);
        self.list(id);
        None
    }

    fn list(&mut self, id: PortId) {
        if let Some(port) = self.ports.get_mut(&id)
            && port.is_due()
            && !port.listed
        {
            port.listed = true;
            self.ready.push_back(id);
        }
    }

    fn arrive(&mut self, numbers: &[u64], world: usize) -> Vec<PortId> {
        let mut made = Vec::with_capacity(numbers.len());
        for number in numbers {
            let id = self.add(Partner::Link(*number), world);
            self.far.insert(*number, Far::Here(id));
            made.push(id);
        }
        made
    }
}

impl Ports {
    /// A new channel; both ends are here.
    pub(super) fn pair(&self, world: usize) -> (PortId, PortId) {
        let mut state = self.0.borrow_mut();
        let first = state.add(Partner::Nobody, world);
        let second = state.add(Partner::Local(first), world);
        if let Some(port) = state.ports.get_mut(&first) {
            port.partner = Partner::Local(second);
        }
        (first, second)
    }

    /// Ends that main moved here with a message.
    pub(super) fn arrive(&self, numbers: &[u64], world: usize) -> Vec<PortId> {
        self.0.borrow_mut().arrive(numbers, world)
    }

    /// Lets messages through to `world`.
    pub(super) fn start(&self, id: PortId, world: usize) {
        let mut state = self.0.borrow_mut();
        if let Some(port) = state.ports.get_mut(&id) {
            (port.started, port.world) = (true, world);
        }
        state.list(id);
    }

    /// Takes a port from its script: it is on its way elsewhere.
    pub(super) fn detach(&self, id: PortId) {
        if let Some(port) = self.0.borrow_mut().ports.get_mut(&id) {
            (port.started, port.travels) = (false, true);
        }
    }

    /// Gives a port that was on its way to `world`.
    pub(super) fn adopt(&self, id: PortId, world: usize) {
        let mut state = self.0.borrow_mut();
        if let Some(port) = state.ports.get_mut(&id) {
            (port.travels, port.world) = (false, world);
        }
        state.list(id);
    }

    /// Sends through a port. Ports that cannot go along, because nobody is there, close.
    pub(super) fn post(
        &self,
        connection: &Connection,
        id: PortId,
        message: &[u8],
        moved: Vec<PortId>,
    ) -> Result<(), CallError> {
        let partner = self.0.borrow().ports.get(&id).map_or(Partner::Nobody, |port| port.partner);
        let undelivered = match partner {
            Partner::Local(other) => self.0.borrow_mut().put(other, Arrival::Message(message.to_vec().into(), moved)),
            Partner::Link(number) => return self.send(connection, number, message, moved),
            Partner::Nobody => Some(Arrival::Message(Vec::new().into(), moved)),
        };
        if let Some(Arrival::Message(_, moved)) = undelivered {
            self.close_each(connection, moved);
        }
        Ok(())
    }

    fn send(&self, connection: &Connection, number: u64, message: &[u8], moved: Vec<PortId>) -> Result<(), CallError> {
        match connection.port_message(number, moved.len(), message) {
            Ok(Some(numbers)) => {
                self.moved(connection, moved, &numbers);
                Ok(())
            }
            Ok(None) => {
                self.close_each(connection, moved);
                Ok(())
            }
            Err(error) => {
                self.close_each(connection, moved);
                Err(error)
            }
        }
    }

    /// Ports have moved to main and are called `numbers` on the link: what waits at them follows.
    pub(super) fn moved(&self, connection: &Connection, ids: Vec<PortId>, numbers: &[u64]) {
        // A waiting message may carry further ports, and so on: a list instead of a recursion.
        let mut moves: VecDeque<(PortId, u64)> = ids.into_iter().zip(numbers.iter().copied()).collect();
        while let Some((id, number)) = moves.pop_front() {
            let inbox = self.leave(id, number);
            let Some(inbox) = inbox else {
                connection.port_close(number);
                continue;
            };
            for arrival in inbox {
                match arrival {
                    Arrival::Message(bytes, inner) => match connection.port_message(number, inner.len(), &bytes) {
                        Ok(Some(numbers)) => moves.extend(inner.into_iter().zip(numbers)),
                        _ => self.close_each(connection, inner),
                    },
                    Arrival::Close => {
                        connection.port_close(number);
                        self.0.borrow_mut().far.remove(&number);
                    }
                }
            }
        }
    }

    /// Removes an end that goes to main as `number`, binds its partner to that, and gives what waited.
    fn leave(&self, id: PortId, number: u64) -> Option<VecDeque<Arrival>> {
        let mut state = self.0.borrow_mut();
        let port = state.ports.remove(&id)?;
        match port.partner {
            Partner::Local(other) => {
                state.far.insert(number, Far::Here(other));
                if let Some(other) = state.ports.get_mut(&other) {
                    other.partner = Partner::Link(number);
                }
            }
            Partner::Link(old) => {
                state.far.insert(old, Far::Relay(number));
                state.far.insert(number, Far::Relay(old));
            }
            // Its partner has closed, which the inbox tells after the messages.
            Partner::Nobody => {}
        }
        Some(port.inbox)
    }

    /// A message came through the link.
    pub(super) fn received(&self, connection: &Connection, number: u64, message: &[u8], moved: &[u64]) {
        let far = self.0.borrow().far.get(&number).copied();
        match far {
            Some(Far::Here(_)) if self.waiting() > connection.limits().queued => {
                tracing::warn!(
                    "a port is closed: more than {} MiB of main's messages wait, which nobody takes",
                    connection.limits().queued >> 20
                );
                moved.iter().for_each(|number| connection.port_close(*number));
                // What waits is still delivered, and then the end.
                self.closed(connection, number);
                connection.port_close(number);
            }
            Some(Far::Here(id)) => {
                let mut state = self.0.borrow_mut();
                let world = state.ports.get(&id).map_or(0, |port| port.world);
                let moved = state.arrive(moved, world);
                let parcel = Parcel::on_account(message.to_vec(), &state.account);
                state.put(id, Arrival::Message(parcel, moved));
            }
            Some(Far::Relay(other)) => match connection.port_message(other, moved.len(), message) {
                Ok(Some(numbers)) => {
                    let mut state = self.0.borrow_mut();
                    for (from, to) in moved.iter().zip(numbers) {
                        state.far.insert(*from, Far::Relay(to));
                        state.far.insert(to, Far::Relay(*from));
                    }
                }
                _ => moved.iter().for_each(|number| connection.port_close(*number)),
            },
            None => moved.iter().for_each(|number| connection.port_close(*number)),
        }
    }

    /// The other end of a port across the link has closed.
    pub(super) fn closed(&self, connection: &Connection, number: u64) {
        let far = self.0.borrow_mut().far.remove(&number);
        match far {
            Some(Far::Here(id)) => {
                let mut state = self.0.borrow_mut();
                if let Some(port) = state.ports.get_mut(&id) {
                    port.partner = Partner::Nobody;
                }
                state.put(id, Arrival::Close);
            }
            Some(Far::Relay(other)) => {
                self.0.borrow_mut().far.remove(&other);
                connection.port_close(other);
            }
            None => {}
        }
    }

    /// Closes an end: its partner hears of it after the messages that are on their way.
    pub(super) fn close(&self, connection: &Connection, id: PortId) {
        self.close_each(connection, vec![id]);
    }

    fn close_each(&self, connection: &Connection, ids: Vec<PortId>) {
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
                Partner::Link(number) => {
                    self.0.borrow_mut().far.remove(&number);
                    connection.port_close(number);
                }
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
    pub(super) fn close_all(&self, connection: &Connection) {
        let ids = self.0.borrow().ports.keys().copied().collect();
        self.close_each(connection, ids);
        let state = std::mem::take(&mut *self.0.borrow_mut());
        for number in state.far.keys() {
            connection.port_close(*number);
        }
    }

    /// How many bytes of main's messages wait.
    pub(super) fn waiting(&self) -> usize {
        self.0.borrow().account.waiting()
    }

    /// Whether a started port has something.
    pub(super) fn has_ready(&self) -> bool {
        !self.0.borrow().ready.is_empty()
    }

    /// The next thing that a started port has, and the world that listens there.
    pub(super) fn next(&self) -> Option<(usize, PortId, Arrival)> {
        let mut state = self.0.borrow_mut();
        loop {
            let id = state.ready.pop_front()?;
            let Some(port) = state.ports.get_mut(&id) else { continue };
            port.listed = false;
            if !port.is_due() {
                continue;
            }
            let Some(arrival) = port.inbox.pop_front() else { continue };
            let world = port.world;
            if arrival == Arrival::Close {
                state.ports.remove(&id);
            } else {
                state.list(id);
            }
            return Some((world, id, arrival));
        }
    }
}
