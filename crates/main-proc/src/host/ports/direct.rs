//! Direct links: main offers them for ports whose ends are both away, and a utility process in Node goes over to them.
//! docs/protocol.md tells the steps.

use ipc_proto::wire::Step;

use super::{EndId, Hub, Item, LinkId, Place, Wire};

impl Hub {
    /// The ports at both ends of a channel, if they are away at two renderers.
    fn both_away(&self, end: EndId) -> Option<[(LinkId, u64); 2]> {
        let one = self.ends.get(&end)?;
        let other = self.ends.get(&one.peer)?;
        match (one.place, other.place) {
            (Place::Away { link, number }, Place::Away { link: to, number: at }) if link != to => {
                Some([(link, number), (to, at)])
            }
            _ => None,
        }
    }

    /// Offers a direct link if an end that has just moved away is one of two at two renderers.
    pub(super) fn offer(&self, end: EndId, wire: &dyn Wire) {
        for (link, number) in self.both_away(end).into_iter().flatten() {
            wire.port_step(link, number, Step::Offer);
        }
    }

    /// A renderer told of a step on a port's way to a direct link.
    pub fn incoming_step(&mut self, link: LinkId, number: u64, step: Step, wire: &dyn Wire) {
        let Some(id) = self.numbers.get(&(link, number)).copied() else { return };
        let Some(ends) = self.both_away(id) else { return };
        match step {
            Step::Take => {
                let Some(end) = self.ends.get_mut(&id) else { return };
                let (again, peer) = (std::mem::replace(&mut end.taken, true), end.peer);
                if !again && self.ends.get(&peer).is_some_and(|peer| peer.taken) {
                    wire.join(ends);
                }
            }
            // Behind what was sent by main before.
            Step::Switched => {
                if let Some(peer) = self.ends.get(&id).map(|end| end.peer) {
                    self.deliver(peer, Item::Switched, wire);
                }
            }
            // Only renderers are told these.
            Step::Offer | Step::Socket { .. } | Step::CapableSocket { .. } => {}
        }
    }

    /// (not in main) What is sent to the end that has a number on a link goes by a direct link from now on, what waits for it
    /// first. What still comes by the old way comes through as before.
    pub fn redirect(&mut self, from: (LinkId, u64), (link, number): (LinkId, u64), wire: &dyn Wire) {
        let Some(id) = self.numbers.get(&from).copied() else { return wire.port_close(link, number) };
        let Some(end) = self.ends.get_mut(&id) else { return };
        (end.place, end.before) = (Place::Away { link, number }, Some(from));
        self.numbers.insert((link, number), id);
        self.go_on(id, wire);
    }

    /// (not in main) Main has closed the old way of an end: nothing comes by that any more, and the direct link goes on.
    pub fn forget(&mut self, link: LinkId, number: u64) {
        let Some(id) = self.numbers.remove(&(link, number)) else { return };
        if let Some(end) = self.ends.get_mut(&id) {
            end.before = None;
        }
    }

    /// Tells a link that a port of it has closed.
    pub(super) fn hang_up(&mut self, (link, number): (LinkId, u64), wire: &dyn Wire) {
        self.numbers.remove(&(link, number));
        wire.port_close(link, number);
    }
}
