//! Message ports: pairs within this process, and ends whose partner is in another one.
//!
//! A port is a number here; the scripts' objects hold it. Messages stay encoded until they are delivered, because the
//! port may move on before that. When an end moves to another process, its partner talks to the link from then on; when
//! both ends of a channel have passed through this process, it relays between them. What the other side of a link gives
//! no credit for, or the link has no room for, waits here.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use ipc_proto::error::CallError;
use ipc_proto::parcel::{Account, Parcel};
use ipc_proto::session::Posted;

use super::link::Link;
use super::workers::Workers;
use crate::directs::{LinkNumber, MAIN};

mod closing;
mod direct;
#[cfg(test)]
mod tests;
mod waiting;
mod workers;

use waiting::Waiting;

/// One end of a channel that this process holds.
pub(super) type PortId = u32;

/// How many bytes of the page's own messages may wait at its own ports.
const MOST: usize = if cfg!(test) { 1 << 20 } else { 512 << 20 };

/// Something that waits at a port.
#[derive(Debug, PartialEq)]
pub(super) enum Arrival {
    /// A message and the ports that came with it.
    Message(Parcel, Vec<PortId>),
    /// The other end has closed.
    Close,
}

/// A port across a link, by its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Way {
    link: LinkNumber,
    number: u64,
}

impl Way {
    fn by_main(number: u64) -> Self {
        Self { link: MAIN, number }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Partner {
    Nobody,
    Local(PortId),
    Link(Way),
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

/// Where what comes through a link for a port goes.
#[derive(Debug, Clone, Copy)]
enum Far {
    Here(PortId),
    Relay(Way),
}

/// The most ports that a page, or a worker, may have: more than pages need, and far less than memory has room for.
pub(super) const MOST_PORTS: usize = 1 << 18;

#[derive(Default)]
struct State {
    ports: HashMap<PortId, Port>,
    far: HashMap<Way, Far>,
    /// What waits to leave.
    waiting: HashMap<Way, Waiting>,
    /// Ways whose link had no room for it.
    starved: VecDeque<Way>,
    last: PortId,
    ready: VecDeque<PortId>,
    /// What the page has sent to itself, which nobody has taken yet.
    own: Account,
    /// What main has sent that waits here.
    account: Account,
    /// What each worker has sent that waits here.
    of_workers: HashMap<LinkNumber, Account>,
    workers: Rc<Workers>,
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

    fn pop(&mut self, id: PortId) -> Option<(usize, Arrival)> {
        let port = self.ports.get_mut(&id)?;
        let (world, arrival) = (port.world, port.inbox.pop_front()?);
        if arrival == Arrival::Close {
            self.ports.remove(&id);
        } else {
            self.list(id);
        }
        Some((world, arrival))
    }

    fn arrive(&mut self, link: LinkNumber, numbers: &[u64], world: usize) -> Vec<PortId> {
        let mut made = Vec::with_capacity(numbers.len());
        for number in numbers {
            let way = Way { link, number: *number };
            let id = self.add(Partner::Link(way), world);
            self.far.insert(way, Far::Here(id));
            made.push(id);
        }
        made
    }
}

impl Ports {
    /// Those of a page with these workers.
    pub(super) fn new(workers: &Rc<Workers>) -> Self {
        Self(RefCell::new(State { workers: Rc::clone(workers), ..State::default() }))
    }

    /// Whether another channel may be made.
    pub(super) fn has_room(&self) -> bool {
        self.0.borrow().ports.len() < MOST_PORTS
    }

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
        self.0.borrow_mut().arrive(MAIN, numbers, world)
    }

    /// Lets messages through to `world`.
    pub(super) fn start(&self, id: PortId, world: usize) {
        let mut state = self.0.borrow_mut();
        if let Some(port) = state.ports.get_mut(&id) {
            (port.started, port.world) = (true, world);
        }
        state.list(id);
    }

    /// Lets messages wait again.
    pub(super) fn pause(&self, id: PortId) {
        if let Some(port) = self.0.borrow_mut().ports.get_mut(&id) {
            port.started = false;
        }
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
    ///
    /// # Errors
    ///
    /// [`CallError::TooLarge`], [`CallError::Busy`]; the ports that were to go along are closed.
    pub(super) fn post(&self, link: &Link, id: PortId, message: &[u8], moved: Vec<PortId>) -> Result<(), CallError> {
        let partner = self.0.borrow().ports.get(&id).map_or(Partner::Nobody, |port| port.partner);
        let undelivered = match partner {
            Partner::Local(other) => {
                let mut state = self.0.borrow_mut();
                let due = state.own.due();
                if due > 0 && due.saturating_add(message.len()) > MOST {
                    drop(state);
                    self.close_each(link, moved);
                    return Err(CallError::QueueFull { limit: MOST });
                }
                let mut parcel = Parcel::from(message.to_vec());
                parcel.wait_for(&state.own);
                state.put(other, Arrival::Message(parcel, moved))
            }
            Partner::Link(way) => return self.send(link, way, message, moved),
            Partner::Nobody => Some(Arrival::Message(Vec::new().into(), moved)),
        };
        if let Some(Arrival::Message(_, moved)) = undelivered {
            self.close_each(link, moved);
        }
        Ok(())
    }

    /// Sends by a way, or lets the message wait for it.
    fn send(&self, link: &Link, way: Way, message: &[u8], moved: Vec<PortId>) -> Result<(), CallError> {
        match self.put(link, way, moved.len(), message) {
            Ok(Posted::Moved(numbers)) => self.moved_over(link, way.link, moved, &numbers),
            Ok(Posted::Closed) => self.close_each(link, moved),
            Ok(Posted::NoCredit | Posted::NoRoom) => {
                self.wait(link, way, Arrival::Message(message.to_vec().into(), moved));
            }
            Err(error) => {
                self.close_each(link, moved);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Ports have moved to main and are called `numbers` on the link: what waits at them follows.
    pub(super) fn moved(&self, link: &Link, ids: Vec<PortId>, numbers: &[u64]) {
        self.moved_over(link, MAIN, ids, numbers);
    }

    fn moved_over(&self, link: &Link, over: LinkNumber, ids: Vec<PortId>, numbers: &[u64]) {
        let ways = numbers.iter().map(|number| Way { link: over, number: *number });
        // A waiting message may carry further ports, and so on: a list instead of a recursion.
        let mut moves: VecDeque<(PortId, Way)> = ids.into_iter().zip(ways).collect();
        while let Some((id, way)) = moves.pop_front() {
            let Some(inbox) = self.leave(link, id, way) else {
                self.hang_up(link, way);
                continue;
            };
            for arrival in inbox {
                match arrival {
                    Arrival::Message(bytes, inner) => match self.put(link, way, inner.len(), &bytes) {
                        Ok(Posted::Moved(numbers)) => {
                            let ways = numbers.into_iter().map(|number| Way { link: over, number });
                            moves.extend(inner.into_iter().zip(ways));
                        }
                        Ok(Posted::NoCredit | Posted::NoRoom) => {
                            self.wait(link, way, Arrival::Message(bytes, inner));
                        }
                        Ok(Posted::Closed) => self.close_each(link, inner),
                        Err(error) => {
                            self.close_each(link, inner);
                            self.break_off(link, way, &error);
                        }
                    },
                    Arrival::Close => self.hang_up(link, way),
                }
            }
        }
    }

    /// Removes an end that goes away by `way`, binds its partner to that, and gives what waited.
    fn leave(&self, link: &Link, id: PortId, way: Way) -> Option<VecDeque<Arrival>> {
        let mut state = self.0.borrow_mut();
        let port = state.ports.remove(&id)?;
        match port.partner {
            Partner::Local(other) => {
                state.far.insert(way, Far::Here(other));
                if let Some(other) = state.ports.get_mut(&other) {
                    other.partner = Partner::Link(way);
                }
            }
            Partner::Link(old) => {
                // What still comes by main for a port with a direct link goes on too.
                if let Some(by_main) = direct::replaced(link, old).and_then(|before| state.far.get_mut(&before)) {
                    *by_main = Far::Relay(way);
                }
                state.far.insert(old, Far::Relay(way));
                state.far.insert(way, Far::Relay(old));
            }
            // Its partner has closed, which the inbox tells after the messages.
            Partner::Nobody => {}
        }
        Some(port.inbox)
    }

    /// A message came through the link to main.
    pub(super) fn received(&self, link: &Link, number: u64, message: &[u8], moved: &[u64]) {
        let account = self.0.borrow().account.clone();
        self.received_by(link, Way::by_main(number), message, moved, &account);
    }

    fn received_by(&self, link: &Link, way: Way, message: &[u8], moved: &[u64], account: &Account) {
        let carried = || moved.iter().map(|number| Way { link: way.link, number: *number });
        let far = self.0.borrow().far.get(&way).copied();
        match far {
            Some(far) if account.waiting() > link.limits().queued && self.would_wait(way, far) => {
                tracing::warn!(
                    "a port is closed: more than {} MiB of another process's messages wait, which nobody takes",
                    link.limits().queued >> 20
                );
                carried().for_each(|way| self.hang_up(link, way));
                // What waits is still delivered, and then the end.
                self.end(link, way);
                self.cut(link, way);
                if let Some(way) = direct::replacement(link, way) {
                    self.cut(link, way);
                }
            }
            Some(Far::Here(id)) => {
                let mut state = self.0.borrow_mut();
                let world = state.ports.get(&id).map_or(0, |port| port.world);
                let moved = state.arrive(way.link, moved, world);
                let parcel = Parcel::on_account(message.to_vec(), account, way.number);
                state.put(id, Arrival::Message(parcel, moved));
            }
            Some(Far::Relay(other)) => {
                let moved = self.0.borrow_mut().arrive(way.link, moved, 0);
                moved.iter().for_each(|id| self.detach(*id));
                match self.put(link, other, moved.len(), message) {
                    Ok(Posted::Moved(numbers)) => {
                        account.took(way.number, message.len());
                        self.moved_over(link, other.link, moved, &numbers);
                    }
                    Ok(Posted::Closed) => self.close_each(link, moved),
                    Ok(Posted::NoCredit | Posted::NoRoom) => {
                        let parcel = Parcel::on_account(message.to_vec(), account, way.number);
                        self.wait(link, other, Arrival::Message(parcel, moved));
                    }
                    Err(error) => {
                        self.close_each(link, moved);
                        self.break_off(link, other, &error);
                    }
                }
            }
            None => carried().for_each(|way| self.hang_up(link, way)),
        }
    }

    /// How many bytes of main's messages wait.
    #[cfg(test)]
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
            if let Some((world, arrival)) = state.pop(id) {
                return Some((world, id, arrival));
            }
        }
    }

    /// The port here for what main sends through that number.
    pub(super) fn here(&self, number: u64) -> Option<PortId> {
        self.here_by(Way::by_main(number))
    }

    fn here_by(&self, way: Way) -> Option<PortId> {
        match self.0.borrow().far.get(&way) {
            Some(Far::Here(id)) => Some(*id),
            _ => None,
        }
    }

    /// The next thing that a port has, if it is to have it now, and the world that listens there.
    pub(super) fn next_at(&self, id: PortId) -> Option<(usize, Arrival)> {
        let mut state = self.0.borrow_mut();
        if state.ports.get(&id)?.is_due() { state.pop(id) } else { None }
    }
}
