//! The message ports of a worker's scripts: pairs here, and ends whose other ends its page has. Messages stay encoded until
//! they are delivered, as their port may go on before that.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::mailbox::Mailbox;
use super::said::FromWorker;
use crate::script::ports::PortId;

/// What may wait at the ports here, in bytes: so much of the worker's own, and so much of the page's.
const MOST: usize = 64 << 20;

/// What a waiting message costs besides its bytes.
const OVERHEAD: usize = 128;

/// Something that waits at a port.
#[derive(Debug, PartialEq)]
pub(super) enum Arrival {
    /// A message and the ports that came with it.
    Message(Vec<u8>, Vec<PortId>),
    /// The other end has closed.
    Close,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Partner {
    Nobody,
    Here(PortId),
    /// By its number between the two.
    Page(u64),
}

#[derive(Debug)]
struct Port {
    partner: Partner,
    inbox: VecDeque<(Arrival, Source)>,
    started: bool,
    /// Whether no script has it at the moment.
    travels: bool,
}

/// Who has sent what waits.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Source {
    Here,
    Page,
}

impl Port {
    /// Whether messages that come are delivered soon.
    fn has_listener(&self) -> bool {
        self.started && !self.travels
    }

    fn is_due(&self) -> bool {
        match self.inbox.front() {
            Some((Arrival::Message(..), _)) => self.has_listener(),
            Some((Arrival::Close, _)) => !self.travels,
            None => false,
        }
    }
}

/// Where what the page sends by a number goes.
#[derive(Debug, Clone, Copy)]
enum Far {
    Here(PortId),
    /// Back to the page: both ends are there.
    Relay(u64),
}

#[derive(Debug, Default)]
struct State {
    ports: BTreeMap<PortId, Port>,
    far: BTreeMap<u64, Far>,
    last: PortId,
    last_number: u64,
    ready: VecDeque<PortId>,
    /// The bytes that wait, of the worker's own and of the page's.
    own: usize,
    of_page: usize,
}

impl State {
    fn add(&mut self, partner: Partner) -> PortId {
        self.last += 1;
        let port = Port { partner, inbox: VecDeque::new(), started: false, travels: false };
        self.ports.insert(self.last, port);
        self.last
    }

    /// Puts something into a port's inbox; gives back what cannot be put because the port is gone.
    fn put(&mut self, id: PortId, arrival: Arrival, source: Source) -> Option<Arrival> {
        let Some(port) = self.ports.get_mut(&id) else { return Some(arrival) };
        let size = size(&arrival);
        port.inbox.push_back((arrival, source));
        *self.waiting(source) += size;
        self.ready.push_back(id);
        None
    }

    /// How many bytes of theirs wait.
    fn waiting(&mut self, source: Source) -> &mut usize {
        match source {
            Source::Here => &mut self.own,
            Source::Page => &mut self.of_page,
        }
    }

    /// Whether a message of the page can neither be delivered nor wait.
    fn is_too_much(&self, id: PortId, message: &[u8]) -> bool {
        let waits = self.ports.get(&id).is_some_and(|port| !port.has_listener());
        waits && self.of_page > 0 && self.of_page + message.len() > MOST
    }

    /// Takes an end away, with what waits there.
    fn remove(&mut self, id: PortId) -> Option<Port> {
        let port = self.ports.remove(&id)?;
        port.inbox.iter().for_each(|(arrival, source)| *self.waiting(*source) -= size(arrival));
        Some(port)
    }

    /// Odd numbers for ports that go to the page.
    fn numbers(&mut self, count: usize) -> Vec<u64> {
        let first = self.last_number;
        self.last_number += count as u64;
        (first..self.last_number).map(|at| 2 * at + 1).collect()
    }

    /// Tells who has the other end that it has closed.
    fn tell_end(&mut self, id: PortId) {
        if let Some(port) = self.ports.get_mut(&id) {
            port.partner = Partner::Nobody;
        }
        self.put(id, Arrival::Close, Source::Here);
    }
}

fn size(arrival: &Arrival) -> usize {
    match arrival {
        Arrival::Message(bytes, _) => bytes.len() + OVERHEAD,
        Arrival::Close => 0,
    }
}

/// All ports of a worker.
#[derive(Debug)]
pub(super) struct Ports {
    state: RefCell<State>,
    mailbox: Arc<Mailbox>,
}

impl Ports {
    pub(super) fn new(mailbox: &Arc<Mailbox>) -> Self {
        Self { state: RefCell::default(), mailbox: Arc::clone(mailbox) }
    }

    /// Whether another channel may be made.
    pub(super) fn has_room(&self) -> bool {
        self.state.borrow().ports.len() < crate::script::ports::MOST_PORTS
    }

    /// A new channel.
    pub(super) fn pair(&self) -> [PortId; 2] {
        let mut state = self.state.borrow_mut();
        let first = state.add(Partner::Nobody);
        let second = state.add(Partner::Here(first));
        if let Some(port) = state.ports.get_mut(&first) {
            port.partner = Partner::Here(second);
        }
        [first, second]
    }

    /// Lets messages through.
    pub(super) fn start(&self, id: PortId) {
        self.change(id, |port| port.started = true);
    }

    /// Takes a port from its script: it is on its way elsewhere.
    pub(super) fn detach(&self, id: PortId) {
        self.change(id, |port| (port.started, port.travels) = (false, true));
    }

    /// Gives a port that was on its way to a script.
    pub(super) fn adopt(&self, id: PortId) {
        self.change(id, |port| port.travels = false);
    }

    fn change(&self, id: PortId, work: impl FnOnce(&mut Port)) {
        let mut state = self.state.borrow_mut();
        if let Some(port) = state.ports.get_mut(&id) {
            work(port);
            state.ready.push_back(id);
        }
    }

    /// Ports that the page has sent.
    pub(super) fn arrive(&self, numbers: &[u64]) -> Vec<PortId> {
        let mut state = self.state.borrow_mut();
        let mut made = Vec::with_capacity(numbers.len());
        for number in numbers {
            let id = state.add(Partner::Page(*number));
            state.far.insert(*number, Far::Here(id));
            made.push(id);
        }
        made
    }

    /// Sends through a port. False, if too much waits here that nobody takes.
    pub(super) fn post(&self, id: PortId, message: Vec<u8>, moved: Vec<PortId>) -> bool {
        let partner = self.state.borrow().ports.get(&id).map_or(Partner::Nobody, |port| port.partner);
        match partner {
            Partner::Page(number) => self.send(moved, |ports| FromWorker::Port(number, message, ports)),
            Partner::Here(other) => {
                let mut state = self.state.borrow_mut();
                if state.own > 0 && state.own + message.len() > MOST {
                    return false;
                }
                let left = state.put(other, Arrival::Message(message, moved), Source::Here);
                drop(state);
                if let Some(Arrival::Message(_, moved)) = left {
                    self.close_each(moved);
                }
            }
            Partner::Nobody => self.close_each(moved),
        }
        true
    }

    /// Says something to the page that ports go along with, and then what waits at those.
    pub(super) fn send(&self, moved: Vec<PortId>, make: impl FnOnce(Vec<u64>) -> FromWorker) {
        let numbers = self.state.borrow_mut().numbers(moved.len());
        self.mailbox.say(make(numbers.clone()));
        let mut moves: VecDeque<(PortId, u64)> = moved.into_iter().zip(numbers).collect();
        while let Some((id, number)) = moves.pop_front() {
            let Some(inbox) = self.leave(id, number) else {
                self.mailbox.say(FromWorker::PortClosed(number));
                continue;
            };
            for (arrival, _) in inbox {
                match arrival {
                    Arrival::Message(bytes, inner) => {
                        let numbers = self.state.borrow_mut().numbers(inner.len());
                        self.mailbox.say(FromWorker::Port(number, bytes, numbers.clone()));
                        moves.extend(inner.into_iter().zip(numbers));
                    }
                    Arrival::Close => self.mailbox.say(FromWorker::PortClosed(number)),
                }
            }
        }
    }

    /// Removes an end that goes to the page, binds its partner to that, and gives what waited.
    fn leave(&self, id: PortId, number: u64) -> Option<VecDeque<(Arrival, Source)>> {
        let mut state = self.state.borrow_mut();
        let port = state.remove(id)?;
        match port.partner {
            Partner::Here(other) => {
                state.far.insert(number, Far::Here(other));
                if let Some(other) = state.ports.get_mut(&other) {
                    other.partner = Partner::Page(number);
                }
            }
            Partner::Page(old) => {
                state.far.insert(old, Far::Relay(number));
                state.far.insert(number, Far::Relay(old));
            }
            Partner::Nobody => {}
        }
        Some(port.inbox)
    }

    /// The page has sent through a port. Where too much waits already, both ends are told that the port is closed.
    pub(super) fn received(&self, number: u64, message: Vec<u8>, numbers: &[u64]) {
        let far = self.state.borrow().far.get(&number).copied();
        match far {
            Some(Far::Here(id)) if self.state.borrow().is_too_much(id, &message) => {
                tracing::warn!(
                    "a port is closed: more than {} MiB of a page's messages wait at ports of its worker, which nobody takes",
                    MOST >> 20
                );
                numbers.iter().for_each(|number| self.mailbox.say(FromWorker::PortClosed(*number)));
                self.closed(number);
                self.mailbox.say(FromWorker::PortClosed(number));
            }
            Some(Far::Here(id)) => {
                let moved = self.arrive(numbers);
                self.state.borrow_mut().put(id, Arrival::Message(message, moved), Source::Page);
            }
            Some(Far::Relay(other)) => {
                let moved = self.arrive(numbers);
                self.send(moved, |ports| FromWorker::Port(other, message, ports));
            }
            None => numbers.iter().for_each(|number| self.mailbox.say(FromWorker::PortClosed(*number))),
        }
    }

    /// The page's end of a port has closed.
    pub(super) fn closed(&self, number: u64) {
        let mut state = self.state.borrow_mut();
        match state.far.remove(&number) {
            Some(Far::Here(id)) => state.tell_end(id),
            Some(Far::Relay(other)) => {
                state.far.remove(&other);
                drop(state);
                self.mailbox.say(FromWorker::PortClosed(other));
            }
            None => {}
        }
    }

    /// Closes an end: its partner hears of it after the messages that are on their way.
    pub(super) fn close(&self, id: PortId) {
        self.close_each(vec![id]);
    }

    fn close_each(&self, mut ids: Vec<PortId>) {
        while let Some(id) = ids.pop() {
            let mut state = self.state.borrow_mut();
            let Some(port) = state.remove(id) else { continue };
            match port.partner {
                Partner::Here(other) => state.tell_end(other),
                Partner::Page(number) => {
                    state.far.remove(&number);
                    drop(state);
                    self.mailbox.say(FromWorker::PortClosed(number));
                }
                Partner::Nobody => {}
            }
            // Ports in messages that nobody will read any more.
            ids.extend(port.inbox.into_iter().flat_map(|(arrival, _)| match arrival {
                Arrival::Message(_, inner) => inner,
                Arrival::Close => Vec::new(),
            }));
        }
    }

    /// The next thing that a started port has.
    pub(super) fn next(&self) -> Option<(PortId, Arrival)> {
        let mut state = self.state.borrow_mut();
        while let Some(id) = state.ready.pop_front() {
            let Some(port) = state.ports.get_mut(&id).filter(|port| port.is_due()) else { continue };
            let Some((arrival, source)) = port.inbox.pop_front() else { continue };
            if port.is_due() {
                state.ready.push_back(id);
            }
            *state.waiting(source) -= size(&arrival);
            if arrival == Arrival::Close {
                state.ports.remove(&id);
            }
            return Some((id, arrival));
        }
        None
    }

    /// Whether there may be something to deliver.
    pub(super) fn has_ready(&self) -> bool {
        !self.state.borrow().ready.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::mailbox::Bell;
    use super::*;

    fn ports() -> (Ports, Arc<Mailbox>) {
        let mailbox = Arc::new(Mailbox::new(Arc::new(Bell::new().expect("a bell"))));
        (Ports::new(&mailbox), mailbox)
    }

    #[test]
    fn a_port_that_goes_to_the_page_takes_along_what_waits_there() {
        let (ports, mailbox) = ports();
        let [first, second] = ports.pair();
        assert!(ports.post(first, b"early".to_vec(), Vec::new()));
        ports.send(vec![second], |numbers| FromWorker::Message(b"here".to_vec(), numbers));
        assert!(ports.post(first, b"late".to_vec(), Vec::new()));
        assert!(matches!(mailbox.take(), Some(FromWorker::Message(_, numbers)) if numbers == [1]));
        for expected in ["early", "late"] {
            let said = mailbox.take();
            assert!(matches!(&said, Some(FromWorker::Port(1, bytes, _)) if bytes == expected.as_bytes()), "{said:?}");
        }
        ports.start(first);
        ports.received(1, b"back".to_vec(), &[]);
        ports.closed(1);
        assert_eq!(ports.next(), Some((first, Arrival::Message(b"back".to_vec(), Vec::new()))));
        assert_eq!(ports.next(), Some((first, Arrival::Close)));
        assert_eq!(ports.next(), None);
    }

    #[test]
    fn what_comes_for_a_port_that_went_back_to_the_page_goes_there() {
        let (ports, mailbox) = ports();
        let id = ports.arrive(&[2])[0];
        ports.send(vec![id], |numbers| FromWorker::Message(Vec::new(), numbers));
        ports.received(2, b"on".to_vec(), &[]);
        ports.closed(2);
        assert!(mailbox.take().is_some());
        assert!(matches!(mailbox.take(), Some(FromWorker::Port(1, bytes, _)) if bytes == b"on"));
        assert!(matches!(mailbox.take(), Some(FromWorker::PortClosed(1))));
    }

    #[test]
    fn a_port_that_closes_takes_the_ports_that_wait_there_along() {
        let (ports, mailbox) = ports();
        let [first, second] = ports.pair();
        let given = ports.arrive(&[2]);
        assert!(ports.post(first, Vec::new(), given));
        ports.close(second);
        assert!(matches!(mailbox.take(), Some(FromWorker::PortClosed(2))));
        assert_eq!(ports.next(), Some((first, Arrival::Close)));
    }

    #[test]
    fn a_worker_cannot_fill_its_memory_with_messages_that_nobody_takes() {
        let (ports, _mailbox) = ports();
        let [first, second] = ports.pair();
        assert!(ports.post(first, vec![0; MOST], Vec::new()));
        assert!(!ports.post(first, vec![0; 1], Vec::new()));
        ports.start(second);
        assert!(ports.next().is_some());
        assert!(ports.post(first, vec![0; 1], Vec::new()));
    }

    #[test]
    fn a_port_where_too_much_of_the_page_waits_closes_and_no_other_does() {
        let (ports, mailbox) = ports();
        let [kept, heard] = ports.arrive(&[2, 4])[..] else { panic!("there are two") };
        ports.start(heard);
        ports.received(2, vec![0; MOST / 2], &[]);
        ports.received(2, vec![0; MOST / 2], &[6]);
        for number in [6, 2] {
            assert!(matches!(mailbox.take(), Some(FromWorker::PortClosed(closed)) if closed == number));
        }
        ports.received(4, vec![0; MOST], &[]);
        assert!(matches!(ports.next(), Some((id, Arrival::Message(bytes, _))) if id == heard && bytes.len() == MOST));
        let [first, _second] = ports.pair();
        assert!(
            ports.post(first, vec![0; MOST], Vec::new()),
            "what the page sends does not count with the worker's own"
        );
        ports.start(kept);
        assert!(matches!(ports.next(), Some((id, Arrival::Message(..))) if id == kept));
        assert_eq!(ports.next(), Some((kept, Arrival::Close)));
        assert!(mailbox.take().is_none());
    }
}
