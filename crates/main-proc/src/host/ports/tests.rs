mod credit;
mod direct;

use super::*;
use std::cell::{Cell, RefCell};

/// Renderers that only write down what they get.
struct Notes {
    lines: RefCell<Vec<String>>,
    next: RefCell<u64>,
    /// How many messages they still take.
    credit: Cell<usize>,
    /// Whether their links have no room.
    full: Cell<bool>,
    taken: RefCell<Vec<(LinkId, u64, Amount)>>,
    /// What waits for and of each, as it was told last.
    kept: RefCell<HashMap<LinkId, usize>>,
    /// How much may.
    room: Cell<usize>,
}

impl Default for Notes {
    fn default() -> Self {
        let (lines, next, taken, kept) = <_>::default();
        let (credit, room) = (Cell::new(usize::MAX), Cell::new(usize::MAX));
        Self { lines, next, taken, kept, credit, room, full: Cell::new(false) }
    }
}

impl Notes {
    fn lines(&self) -> Vec<String> {
        self.lines.take()
    }
}

impl Wire for Notes {
    fn port_message(&self, link: LinkId, number: u64, count: usize, bytes: &[u8]) -> Result<Posted, CallError> {
        if self.full.get() {
            return Ok(Posted::NoRoom);
        }
        let Some(left) = self.credit.get().checked_sub(1) else { return Ok(Posted::NoCredit) };
        self.credit.set(left);
        let mut next = self.next.borrow_mut();
        let numbers: Vec<_> = (0..count as u64).map(|at| *next + 2 * (at + 1)).collect();
        *next += 2 * count as u64;
        self.lines.borrow_mut().push(format!("{link}/{number}: {bytes:?} {numbers:?}"));
        Ok(Posted::Moved(numbers))
    }

    fn port_message_fits(&self, _: LinkId, _: usize, length: usize) -> Result<(), CallError> {
        let (size, limit) = (length as u64, 10_000);
        if size > u64::from(limit) {
            Err(ipc_proto::error::CallError::TooLarge(ipc_proto::frame::TooLarge { size, limit }))
        } else {
            Ok(())
        }
    }

    fn port_taken(&self, link: LinkId, number: u64, amount: Amount) {
        self.taken.borrow_mut().push((link, number, amount));
    }

    fn keeps(&self, link: LinkId, bytes: usize) -> bool {
        self.kept.borrow_mut().insert(link, bytes);
        bytes <= self.room.get()
    }

    fn has_room(&self, _: LinkId) -> bool {
        !self.full.get()
    }

    fn port_close(&self, link: LinkId, number: u64) {
        self.lines.borrow_mut().push(format!("{link}/{number}: close"));
    }

    fn port_step(&self, link: LinkId, number: u64, step: Step) {
        self.lines.borrow_mut().push(format!("{link}/{number}: {step:?}"));
    }

    fn join(&self, ends: [(LinkId, u64); 2]) {
        self.lines.borrow_mut().push(format!("{ends:?}: sockets"));
    }
}

fn hub_with(queued: usize, port_queue: usize) -> Hub {
    let mut limits = Limits::default();
    (limits.queued, limits.port_queue) = (queued, port_queue);
    Hub::new(&limits)
}

fn message(byte: u8) -> Item {
    Item::Message(vec![byte].into(), vec![])
}

#[test]
fn messages_wait_until_the_port_is_started() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (a, b) = hub.channel();
    hub.send(a, vec![1], vec![], &wire).expect("small");
    assert_eq!(hub.take(), None);
    hub.start(b);
    hub.send(a, vec![2], vec![], &wire).expect("small");
    assert_eq!((hub.take(), hub.take(), hub.take()), (Some((b, message(1))), Some((b, message(2))), None));
}

#[test]
fn a_peer_hears_of_the_end_after_the_messages_before_it() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (a, b) = hub.channel();
    hub.start(b);
    hub.send(a, vec![1], vec![], &wire).expect("small");
    hub.close(a, &wire);
    assert_eq!((hub.take(), hub.take()), (Some((b, message(1))), Some((b, Item::Closed))));
    assert_eq!(hub.len(), 0);
}

#[test]
fn queued_messages_travel_with_a_port_that_is_moved() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (a, b) = hub.channel();
    hub.send(a, vec![1], vec![], &wire).expect("small");
    hub.detach(b);
    hub.moved(b, 7, 2, &wire);
    hub.send(a, vec![2], vec![], &wire).expect("small");
    hub.close(a, &wire);
    assert_eq!(*wire.lines.borrow(), ["7/2: [1] []", "7/2: [2] []", "7/2: close"]);
    assert_eq!(hub.len(), 0);
}

#[test]
fn a_port_from_one_renderer_to_another_passes_bytes_through() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let port = hub.arrived(1, 1);
    hub.moved(port, 2, 2, &wire);
    hub.incoming(1, 1, &[5], &[], &wire);
    hub.incoming(2, 2, &[6], &[], &wire);
    assert_eq!(*wire.lines.borrow(), ["2/2: Offer", "1/1: Offer", "2/2: [5] []", "1/1: [6] []"]);
    hub.link_gone(1, &wire);
    assert_eq!(wire.lines.borrow().last().map(String::as_str), Some("2/2: close"));
    assert_eq!(hub.len(), 0);
}

#[test]
fn ports_within_ports_arrive_with_what_waits_in_them() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (a, b) = hub.channel();
    let (c, d) = hub.channel();
    hub.send(c, vec![9], vec![], &wire).expect("small");
    hub.detach(d);
    hub.send(a, vec![1], vec![d], &wire).expect("small");
    hub.detach(b);
    hub.moved(b, 3, 100, &wire);
    assert_eq!(*wire.lines.borrow(), ["3/100: [1] [2]", "3/2: [9] []"]);
}

#[test]
fn what_is_sent_to_a_closed_port_closes_what_it_carries() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (a, b) = hub.channel();
    let (c, d) = hub.channel();
    hub.close(b, &wire);
    hub.detach(d);
    hub.send(a, vec![1], vec![d], &wire).expect("small");
    assert_eq!(hub.take(), Some((a, Item::Closed)));
    assert_eq!(hub.take(), Some((c, Item::Closed)));
    assert_eq!(hub.len(), 0);
}

#[test]
fn a_renderer_whose_messages_nobody_takes_loses_its_port() {
    let (mut hub, wire) = (hub_with(1000, 1 << 20), Notes::default());
    let end = hub.arrived(3, 9);
    hub.adopt(end);
    for _ in 0..6 {
        hub.incoming(3, 9, &[0; 300], &[], &wire);
    }
    assert_eq!(*wire.lines.borrow(), ["3/9: close"]);
    assert!(hub.waiting(3) > 1000);
    hub.start(end);
    let taken: Vec<_> = std::iter::from_fn(|| hub.take()).collect();
    assert_eq!(taken.len(), 4);
    assert_eq!(taken.last(), Some(&(end, Item::Closed)));
    drop(taken);
    assert_eq!((hub.waiting(3), hub.len()), (0, 0));
}

#[test]
fn what_is_passed_on_or_thrown_away_does_not_wait() {
    let (mut hub, wire) = (hub_with(1000, 1 << 20), Notes::default());
    let end = hub.arrived(3, 9);
    hub.incoming(3, 9, &[0; 500], &[], &wire);
    assert!(hub.waiting(3) > 500);
    hub.moved(end, 4, 1, &wire);
    assert_eq!(hub.waiting(3), 0);
    let end = hub.arrived(3, 11);
    hub.incoming(3, 11, &[0; 500], &[], &wire);
    hub.close(end, &wire);
    assert_eq!(hub.waiting(3), 0);
}

#[test]
fn two_renderers_get_sockets_when_both_have_taken_and_are_told_when_the_other_has_switched() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let port = hub.arrived(1, 1);
    hub.moved(port, 2, 2, &wire);
    wire.lines.borrow_mut().clear();
    hub.incoming_step(1, 1, Step::Take, &wire);
    hub.incoming_step(1, 1, Step::Take, &wire);
    assert!(wire.lines.borrow().is_empty());
    hub.incoming_step(2, 2, Step::Take, &wire);
    hub.incoming_step(2, 2, Step::Take, &wire);
    assert_eq!(*wire.lines.borrow(), ["[(2, 2), (1, 1)]: sockets"]);
    wire.lines.borrow_mut().clear();
    // What still came by main stays before the step.
    hub.incoming(1, 1, &[5], &[], &wire);
    hub.incoming_step(1, 1, Step::Switched, &wire);
    assert_eq!(*wire.lines.borrow(), ["2/2: [5] []", "2/2: Switched"]);
    wire.lines.borrow_mut().clear();
    hub.incoming_close(1, 1, &wire);
    hub.incoming_step(2, 2, Step::Switched, &wire);
    assert_eq!(*wire.lines.borrow(), ["2/2: close"]);
}

#[test]
fn no_direct_link_is_offered_where_an_end_is_in_main_or_both_are_in_one_renderer() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (a, b) = hub.channel();
    hub.moved(a, 1, 2, &wire);
    hub.incoming_step(1, 2, Step::Take, &wire);
    assert!(wire.lines.borrow().is_empty());
    hub.moved(b, 1, 4, &wire);
    hub.incoming_step(1, 4, Step::Take, &wire);
    assert!(wire.lines.borrow().is_empty());
}

#[test]
fn ports_within_ports_are_offered_direct_links_too() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (outer, carrier) = hub.channel();
    let (inner, carried) = hub.channel();
    hub.moved(inner, 1, 2, &wire);
    hub.moved(outer, 2, 2, &wire);
    hub.send(carrier, vec![1], vec![carried], &wire).expect("small");
    assert_eq!(*wire.lines.borrow(), ["2/2: [1] [2]", "2/2: Offer", "1/2: Offer"]);
}

#[test]
fn whoever_sends_without_a_pause_waits_to_be_told_that_the_other_end_is_gone() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (here, there) = hub.channel();
    hub.adopt(here);
    hub.detach(there);
    hub.moved(there, 3, 2, &wire);
    assert!(!hub.waits(here), "there is room");
    hub.incoming_close(3, 2, &wire);
    assert!(hub.waits(here), "its close has not been told yet");
    assert_eq!(hub.take_at(here), Some(Item::Closed));
    assert!(!hub.waits(here));
}
