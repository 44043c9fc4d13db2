//! What waits: for a script that takes it, or for a renderer that gives credit and whose link has room.

use std::collections::VecDeque;

use ipc_proto::credit::Amount;
use ipc_proto::parcel::Account;
use ipc_proto::session::Posted;
use ipc_proto::wire::Step;

use super::{EndId, Hub, Item, LinkId, Place, Wire, carried};

/// So much may change before a link is told of it: it costs a lock.
const STEP: usize = 64 << 10;

/// What waits on account of one renderer, and what its link knows of that.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) account: Account,
    noted: usize,
    fits: bool,
}

impl Default for Books {
    fn default() -> Self {
        Self { account: Account::default(), noted: 0, fits: true }
    }
}

impl Books {
    /// Tells the link how much there is; whether there is room for it.
    fn note(&mut self, link: LinkId, wire: &dyn Wire) -> bool {
        let now = self.account.waiting().saturating_add(self.account.due());
        if now.abs_diff(self.noted) >= STEP || !self.fits || (now == 0 && self.noted > 0) {
            self.noted = now;
            self.fits = wire.keeps(link, now);
        }
        self.fits
    }
}

impl Hub {
    /// To be called between messages: gives credit for what has been taken, and goes on where there is room again.
    pub fn turn(&mut self, wire: &dyn Wire) {
        for (link, books) in &mut self.accounts {
            for taken in books.account.take_taken() {
                wire.port_taken(*link, taken.port, Amount::of(taken.messages, taken.bytes));
            }
            books.note(*link, wire);
        }
        let mut links: Vec<_> = self.starved.keys().copied().collect();
        links.retain(|link| wire.has_room(*link));
        for link in links {
            for end in self.starved.remove(&link).unwrap_or_default() {
                self.go_on(end, wire);
            }
        }
    }

    /// Whether something waits to leave by a link.
    pub fn has_waiting(&self, by: LinkId) -> bool {
        let waits = |place| matches!(place, Place::Away { link, .. } if link == by);
        self.ends.values().any(|end| waits(end.place) && !end.queue.is_empty())
    }

    /// Whether something waits for room in a renderer's link.
    pub fn is_starved(&self, link: LinkId) -> bool {
        self.starved.contains_key(&link)
    }

    /// Tells a link what waits for it and of it; whether there is room for that.
    pub(super) fn note(&mut self, link: LinkId, wire: &dyn Wire) -> bool {
        self.accounts.get_mut(&link).is_none_or(|books| books.note(link, wire))
    }

    /// Brings an item to an end, and what that sets in motion to others: a loop, however deep ports sit within ports.
    pub(super) fn deliver(&mut self, to: EndId, item: Item, wire: &dyn Wire) {
        self.work_off(VecDeque::from([(to, item)]), wire);
    }

    /// Sends what waits at an end that is away, as far as that goes.
    pub(super) fn go_on(&mut self, to: EndId, wire: &dyn Wire) {
        let mut work = VecDeque::new();
        while let Some(end) = self.ends.get_mut(&to)
            && let Place::Away { link, number } = end.place
            && let Some(item) = end.queue.pop_front()
        {
            let cost = item.cost();
            end.queued = end.queued.saturating_sub(cost);
            if let Some(item) = self.leave(to, (link, number), item, &mut work, wire) {
                if let Some(end) = self.ends.get_mut(&to) {
                    end.queued = end.queued.saturating_add(cost);
                    end.queue.push_front(item);
                }
                break;
            }
        }
        self.work_off(work, wire);
        self.tell_of_room(to);
    }

    /// Tells a script that sends through the other end when nothing waits here any more, if it wants to know.
    fn tell_of_room(&mut self, to: EndId) {
        let Some(end) = self.ends.get(&to).filter(|end| end.queue.is_empty()) else { return };
        let peer = end.peer;
        if let Some(end) = self.ends.get_mut(&peer)
            && std::mem::take(&mut end.wants_room)
        {
            end.queue.push_back(Item::Room);
            self.list(peer);
        }
    }

    pub(super) fn work_off(&mut self, mut work: VecDeque<(EndId, Item)>, wire: &dyn Wire) {
        while let Some((to, item)) = work.pop_front() {
            let Some(end) = self.ends.get_mut(&to) else {
                if let Item::Message(_, carried) = item {
                    self.close_later(carried, &mut work, wire);
                }
                continue;
            };
            match end.place {
                Place::Away { link, number } if end.queue.is_empty() => {
                    if let Some(item) = self.leave(to, (link, number), item, &mut work, wire) {
                        self.wait(to, item, &mut work, wire);
                    }
                }
                Place::Away { .. } => self.wait(to, item, &mut work, wire),
                Place::Here { .. } | Place::Moving => {
                    end.queued = end.queued.saturating_add(item.cost());
                    end.queue.push_back(item);
                    self.list(to);
                }
            }
        }
    }

    /// Sends an item to the renderer that holds an end; gives it back if it has to wait.
    fn leave(
        &mut self,
        to: EndId,
        (link, number): (LinkId, u64),
        item: Item,
        work: &mut VecDeque<(EndId, Item)>,
        wire: &dyn Wire,
    ) -> Option<Item> {
        match item {
            Item::Closed => {
                let ways = self.ends.remove(&to).map(|end| end.ways().collect::<Vec<_>>());
                ways.into_iter().flatten().for_each(|way| self.hang_up(way, wire));
            }
            Item::Switched => wire.port_step(link, number, Step::Switched),
            // For a script that has given its end away meanwhile.
            Item::Room => {}
            Item::Message(bytes, carried) => match wire.port_message(link, number, carried.len(), &bytes) {
                Ok(Posted::Moved(numbers)) => {
                    for (end, number) in carried.into_iter().zip(numbers) {
                        let Some(entry) = self.ends.get_mut(&end) else {
                            wire.port_close(link, number);
                            continue;
                        };
                        entry.place = Place::Away { link, number };
                        entry.queued = 0;
                        work.extend(std::mem::take(&mut entry.queue).into_iter().map(|item| (end, item)));
                        self.numbers.insert((link, number), end);
                        self.offer(end, wire);
                    }
                }
                Ok(Posted::Closed) => self.close_later(carried, work, wire),
                Ok(Posted::NoCredit) => return Some(Item::Message(bytes, carried)),
                Ok(Posted::NoRoom) => {
                    self.starved.entry(link).or_default().push_back(to);
                    return Some(Item::Message(bytes, carried));
                }
                Err(error) => {
                    tracing::warn!("a port is closed, since a message through it was lost: {error}");
                    self.close_later(carried, work, wire);
                    self.close_later(vec![to], work, wire);
                }
            },
        }
        None
    }

    /// Lets an item wait for the renderer that holds an end. Where too much waits the port is closed.
    fn wait(&mut self, to: EndId, mut item: Item, work: &mut VecDeque<(EndId, Item)>, wire: &dyn Wire) {
        let Some(end) = self.ends.get_mut(&to) else { return };
        if let (Item::Message(parcel, _), Place::Away { link, .. }) = (&mut item, end.place) {
            parcel.wait_for(&self.accounts.entry(link).or_default().account);
        }
        end.queued = end.queued.saturating_add(item.cost());
        end.queue.push_back(item);
        let (queued, away) = (end.queued, end.place);
        let fits = queued <= self.queue_limit;
        let Place::Away { link, .. } = away else { return };
        if !(fits && self.note(link, wire)) {
            let queued = queued >> 20;
            tracing::warn!("a port is closed: {queued} MiB wait for its other end, which does not take them");
            self.close_later(vec![to], work, wire);
        }
    }

    /// As [`close_all`](Self::close_all), from within a delivery.
    pub(super) fn close_later(&mut self, mut ends: Vec<EndId>, work: &mut VecDeque<(EndId, Item)>, wire: &dyn Wire) {
        while let Some(id) = ends.pop() {
            let Some(end) = self.ends.remove(&id) else { continue };
            end.ways().for_each(|way| self.hang_up(way, wire));
            ends.extend(carried(end.queue));
            work.push_back((end.peer, Item::Closed));
        }
    }
}
