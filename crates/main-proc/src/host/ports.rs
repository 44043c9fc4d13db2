//! Message ports within main: which end sits where, and what waits for it.
//!
//! A channel is two ends that know each other. An end is *here* (a script of main holds it), *away* (a renderer holds
//! it, under a number on its link) or *moving* (it travels in a message that nobody has taken yet). What is sent at
//! one end goes to wherever the other is. Between two renderers the bytes pass through unread, until the two have a
//! direct link, which they are offered. What a renderer gives no credit for, or its link has no room for, waits here in
//! the queue of the end that is away, so that its sender gets no credit either.

use std::collections::{BTreeMap, HashMap, VecDeque};

use ipc_proto::credit::Amount;
use ipc_proto::error::CallError;
use ipc_proto::limits::Limits;
use ipc_proto::parcel::Parcel;
use ipc_proto::session::Posted;
use ipc_proto::wire::Step;

mod direct;
#[cfg(test)]
mod tests;
mod waiting;

use waiting::Books;

/// Names an end within this process.
pub type EndId = u32;
/// Names a link within this process.
pub type LinkId = u32;

/// What an end receives.
#[derive(Debug, PartialEq, Eq)]
pub enum Item {
    /// An encoded message, and the ends that came with it.
    Message(Parcel, Vec<EndId>),
    /// The other end is closed; nothing follows.
    Closed,
    /// (away) The renderer at the other end has switched to the direct link.
    Switched,
    /// (here) Nothing waits any more for the other end: what was asked for with [`Hub::waits`].
    Room,
}

impl Item {
    /// How much of a queue it takes.
    fn cost(&self) -> usize {
        match self {
            Self::Message(bytes, _) => bytes.cost(),
            Self::Closed | Self::Switched | Self::Room => 0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Here { started: bool },
    Away { link: LinkId, number: u64 },
    Moving,
}

#[derive(Debug)]
struct End {
    peer: EndId,
    place: Place,
    /// (away, by a direct link) The way by main that this has taken the place of.
    before: Option<(LinkId, u64)>,
    /// What waits for a script that takes it, or for the link to the renderer that does.
    queue: VecDeque<Item>,
    queued: usize,
    /// Whether it stands in `ready` already.
    listed: bool,
    /// Whether the renderer that holds it has taken the offer of a direct link.
    taken: bool,
    /// Whether a script here wants to know when nothing waits for the other end any more.
    wants_room: bool,
}

impl End {
    /// Whether a script takes what is first in the queue.
    fn is_due(&self) -> bool {
        match (self.place, self.queue.front()) {
            (Place::Here { started: true }, Some(_)) => true,
            // There is nothing to keep back from one who has not started.
            (Place::Here { .. }, Some(Item::Closed)) => true,
            _ => false,
        }
    }
}

/// The way to the ports of renderers.
pub trait Wire {
    /// Sends through a port of a link, moving `count` ports along.
    fn port_message(&self, link: LinkId, number: u64, count: usize, bytes: &[u8]) -> Result<Posted, CallError>;
    /// Whether a message of that length could be sent if there was the credit.
    fn port_message_fits(&self, link: LinkId, count: usize, length: usize) -> Result<(), CallError>;
    /// Tells that messages which came through a port have been taken.
    fn port_taken(&self, link: LinkId, number: u64, amount: Amount);
    /// Notes how many bytes of a link's ports wait here; whether there is room for so many.
    fn keeps(&self, link: LinkId, bytes: usize) -> bool;
    /// Whether a link takes messages again for which it had no room.
    fn has_room(&self, link: LinkId) -> bool;
    /// Closes a port of a link.
    fn port_close(&self, link: LinkId, number: u64);
    /// Tells of a step on a port's way to a direct link.
    fn port_step(&self, link: LinkId, number: u64, step: Step);
    /// Gives the renderers at both ends of a channel a socket to each other.
    fn join(&self, ends: [(LinkId, u64); 2]);
}

/// All ends of this process.
#[derive(Debug)]
pub struct Hub {
    ends: HashMap<EndId, End>,
    numbers: HashMap<(LinkId, u64), EndId>,
    /// Ends here that have something to take.
    ready: VecDeque<EndId>,
    last: EndId,
    /// What renderers have sent that waits here, and what waits here for them.
    accounts: HashMap<LinkId, Books>,
    /// Ends away whose link had no room for what waits there.
    starved: BTreeMap<LinkId, VecDeque<EndId>>,
    /// How much may wait of one renderer.
    limit: usize,
    /// How much may wait at an end that is away.
    queue_limit: usize,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(&Limits::default())
    }
}

impl Hub {
    /// No ports. As much of each renderer may wait for scripts to take it as may be queued for one.
    pub fn new(limits: &Limits) -> Self {
        Self {
            ends: HashMap::new(),
            numbers: HashMap::new(),
            ready: VecDeque::new(),
            last: 0,
            accounts: HashMap::new(),
            starved: BTreeMap::new(),
            limit: limits.queued,
            queue_limit: limits.port_queue,
        }
    }

    /// How many bytes of a renderer's messages wait.
    pub fn waiting(&self, link: LinkId) -> usize {
        self.accounts.get(&link).map_or(0, |books| books.account.waiting())
    }

    /// A new channel with both ends here.
    pub fn channel(&mut self) -> (EndId, EndId) {
        let here = Place::Here { started: false };
        self.pair(here, here)
    }

    fn pair(&mut self, first: Place, second: Place) -> (EndId, EndId) {
        let (a, b) = (self.last.wrapping_add(1), self.last.wrapping_add(2));
        self.last = b;
        for (id, peer, place) in [(a, b, first), (b, a, second)] {
            let queue = VecDeque::new();
            let (before, listed, taken, wants_room) = (None, false, false, false);
            let end = End { peer, place, before, queue, queued: 0, listed, taken, wants_room };
            self.ends.insert(id, end);
        }
        (a, b)
    }

    /// Whether there is something for a script to take.
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// How many ends there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A script took an end out of a message: it is here now.
    pub fn adopt(&mut self, end: EndId) {
        self.place(end, Place::Here { started: false });
        self.list(end);
    }

    /// A script gives an end away; its messages travel with it.
    pub fn detach(&mut self, end: EndId) {
        self.place(end, Place::Moving);
    }

    fn place(&mut self, end: EndId, place: Place) {
        if let Some(end) = self.ends.get_mut(&end) {
            end.place = place;
        }
    }

    /// Lets messages come.
    pub fn start(&mut self, end: EndId) {
        self.place(end, Place::Here { started: true });
        self.list(end);
    }

    /// Lets messages wait again.
    pub fn pause(&mut self, end: EndId) {
        self.place(end, Place::Here { started: false });
    }

    fn list(&mut self, id: EndId) {
        let Some(end) = self.ends.get_mut(&id) else { return };
        if end.is_due() && !end.listed {
            end.listed = true;
            self.ready.push_back(id);
        }
    }

    /// The next item for a script; after `Closed` the end is no more.
    pub fn take(&mut self) -> Option<(EndId, Item)> {
        while let Some(id) = self.ready.pop_front() {
            let Some(end) = self.ends.get_mut(&id) else { continue };
            end.listed = false;
            if !end.is_due() {
                continue;
            }
            let Some(item) = self.pop(id) else { continue };
            return Some((id, item));
        }
        None
    }

    /// Whether something waits for the renderer at the other end to take more, and then [`Item::Room`] comes when that has
    /// left; or for this end to be told that the other one is gone. Whoever produces without a pause lets the loop tell it.
    pub fn waits(&mut self, id: EndId) -> bool {
        let Some(peer) = self.ends.get(&id).map(|end| end.peer) else { return false };
        let Some(waits) = self.ends.get(&peer).map(|peer| !peer.queue.is_empty()) else { return true };
        if let Some(end) = self.ends.get_mut(&id) {
            end.wants_room = waits;
        }
        waits
    }

    /// The end that a renderer's port is joined to.
    pub fn peer_of(&self, link: LinkId, number: u64) -> Option<EndId> {
        let end = self.ends.get(self.numbers.get(&(link, number))?)?;
        Some(end.peer)
    }

    /// The next item for an end, if a script takes it now.
    pub fn take_at(&mut self, id: EndId) -> Option<Item> {
        if self.ends.get(&id)?.is_due() { self.pop(id) } else { None }
    }

    fn pop(&mut self, id: EndId) -> Option<Item> {
        let end = self.ends.get_mut(&id)?;
        let item = end.queue.pop_front()?;
        end.queued = end.queued.saturating_sub(item.cost());
        if item == Item::Closed {
            self.ends.remove(&id);
        } else {
            self.list(id);
        }
        Some(item)
    }

    /// Sends from an end. Silent when either end is closed; what it carries is closed then.
    ///
    /// # Errors
    ///
    /// [`CallError::TooLarge`]; what it carries is closed, and the port goes on.
    pub fn send(&mut self, from: EndId, bytes: Vec<u8>, carried: Vec<EndId>, wire: &dyn Wire) -> Result<(), CallError> {
        let Some(peer) = self.ends.get(&from).map(|end| end.peer) else {
            self.close_all(carried, wire);
            return Ok(());
        };
        if let Some(Place::Away { link, .. }) = self.ends.get(&peer).map(|end| end.place)
            && let Err(error) = wire.port_message_fits(link, carried.len(), bytes.len())
        {
            self.close_all(carried, wire);
            return Err(error);
        }
        self.deliver(peer, Item::Message(bytes.into(), carried), wire);
        Ok(())
    }

    /// Closes an end; its peer hears of it after the messages sent before.
    pub fn close(&mut self, end: EndId, wire: &dyn Wire) {
        self.close_all(vec![end], wire);
    }

    /// Closes ends, and what their queues carry.
    pub fn close_all(&mut self, ends: Vec<EndId>, wire: &dyn Wire) {
        let mut work = VecDeque::new();
        self.close_later(ends, &mut work, wire);
        self.work_off(work, wire);
    }

    /// Moved across a link: the end sits at the other side of it, under that number.
    pub fn moved(&mut self, end: EndId, link: LinkId, number: u64, wire: &dyn Wire) {
        let Some(entry) = self.ends.get_mut(&end) else { return wire.port_close(link, number) };
        entry.place = Place::Away { link, number };
        self.numbers.insert((link, number), end);
        self.go_on(end, wire);
        self.offer(end, wire);
    }

    /// A port came from a renderer under that number: the end that arrived, still moving.
    pub fn arrived(&mut self, link: LinkId, number: u64) -> EndId {
        let (away, moving) = self.pair(Place::Away { link, number }, Place::Moving);
        self.numbers.insert((link, number), away);
        moving
    }

    /// A renderer sent a message through a port.
    pub fn incoming(&mut self, link: LinkId, number: u64, bytes: &[u8], ports: &[u64], wire: &dyn Wire) {
        if self.numbers.contains_key(&(link, number)) && (self.waiting(link) > self.limit || !self.note(link, wire)) {
            let waiting = self.waiting(link) >> 20;
            tracing::warn!(
                "a port of renderer process {link} is closed: {waiting} MiB of its messages wait, which nobody takes"
            );
            ports.iter().for_each(|port| wire.port_close(link, *port));
            // What waits is still delivered, and then the end.
            self.incoming_close(link, number, wire);
            wire.port_close(link, number);
            return;
        }
        let carried: Vec<_> = ports.iter().map(|port| self.arrived(link, *port)).collect();
        let peer = self.numbers.get(&(link, number)).and_then(|end| self.ends.get(end)).map(|end| end.peer);
        match peer {
            Some(peer) => {
                let account = &self.accounts.entry(link).or_default().account;
                let parcel = Parcel::on_account(bytes.to_vec(), account, number);
                self.deliver(peer, Item::Message(parcel, carried), wire);
            }
            None => self.close_all(carried, wire),
        }
    }

    /// A renderer closed a port.
    pub fn incoming_close(&mut self, link: LinkId, number: u64, wire: &dyn Wire) {
        let Some(end) = self.numbers.remove(&(link, number)).and_then(|id| self.ends.remove(&id)) else { return };
        for way in end.ways().filter(|way| *way != (link, number)) {
            self.hang_up(way, wire);
        }
        let mut work = VecDeque::new();
        self.close_later(carried(end.queue), &mut work, wire);
        work.push_back((end.peer, Item::Closed));
        self.work_off(work, wire);
    }

    /// A renderer has given credit for a port.
    pub fn credited(&mut self, link: LinkId, number: u64, wire: &dyn Wire) {
        if let Some(end) = self.numbers.get(&(link, number)).copied() {
            self.go_on(end, wire);
        }
    }

    /// It is known now whether a renderer gives credit: what was sent to it before goes on.
    pub fn opened(&mut self, link: LinkId, wire: &dyn Wire) {
        let ends: Vec<_> = self.numbers.iter().filter(|(way, _)| way.0 == link).map(|(_, end)| *end).collect();
        for end in ends {
            self.go_on(end, wire);
        }
    }

    /// A link has ended, and with it all its ports.
    pub fn link_gone(&mut self, link: LinkId, wire: &dyn Wire) {
        let mut numbers: Vec<_> = self.numbers.keys().filter(|key| key.0 == link).map(|key| key.1).collect();
        numbers.sort_unstable();
        for number in numbers {
            self.incoming_close(link, number, wire);
        }
        self.accounts.remove(&link);
        self.starved.remove(&link);
    }
}

impl End {
    /// The numbers that it has on links.
    fn ways(&self) -> impl Iterator<Item = (LinkId, u64)> + use<> {
        let now = if let Place::Away { link, number } = self.place { Some((link, number)) } else { None };
        now.into_iter().chain(self.before)
    }
}

/// The ends in messages that nobody will read.
fn carried(queue: VecDeque<Item>) -> Vec<EndId> {
    let carried = |item| if let Item::Message(_, carried) = item { carried } else { Vec::new() };
    queue.into_iter().flat_map(carried).collect()
}
