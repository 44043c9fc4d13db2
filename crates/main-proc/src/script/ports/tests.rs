use super::*;
use std::cell::RefCell;

/// Renderers that only write down what they get.
#[derive(Default)]
struct Notes {
    lines: RefCell<Vec<String>>,
    next: RefCell<u64>,
}

impl Wire for Notes {
    fn port_message(&self, link: LinkId, number: u64, count: usize, bytes: &[u8]) -> Option<Vec<u64>> {
        let mut next = self.next.borrow_mut();
        let numbers: Vec<_> = (0..count as u64).map(|at| *next + 2 * (at + 1)).collect();
        *next += 2 * count as u64;
        self.lines.borrow_mut().push(format!("{link}/{number}: {bytes:?} {numbers:?}"));
        Some(numbers)
    }

    fn port_close(&self, link: LinkId, number: u64) {
        self.lines.borrow_mut().push(format!("{link}/{number}: close"));
    }
}

fn message(byte: u8) -> Item {
    Item::Message(vec![byte], vec![])
}

#[test]
fn messages_wait_until_the_port_is_started() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (a, b) = hub.channel();
    hub.send(a, vec![1], vec![], &wire);
    assert_eq!(hub.take(), None);
    hub.start(b);
    hub.send(a, vec![2], vec![], &wire);
    assert_eq!((hub.take(), hub.take(), hub.take()), (Some((b, message(1))), Some((b, message(2))), None));
}

#[test]
fn a_peer_hears_of_the_end_after_the_messages_before_it() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (a, b) = hub.channel();
    hub.start(b);
    hub.send(a, vec![1], vec![], &wire);
    hub.close(a, &wire);
    assert_eq!((hub.take(), hub.take()), (Some((b, message(1))), Some((b, Item::Closed))));
    assert_eq!(hub.len(), 0);
}

#[test]
fn queued_messages_travel_with_a_port_that_is_moved() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (a, b) = hub.channel();
    hub.send(a, vec![1], vec![], &wire);
    hub.detach(b);
    hub.moved(b, 7, 2, &wire);
    hub.send(a, vec![2], vec![], &wire);
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
    assert_eq!(*wire.lines.borrow(), ["2/2: [5] []", "1/1: [6] []"]);
    hub.link_gone(1, &wire);
    assert_eq!(wire.lines.borrow().last().map(String::as_str), Some("2/2: close"));
    assert_eq!(hub.len(), 0);
}

#[test]
fn ports_within_ports_arrive_with_what_waits_in_them() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (a, b) = hub.channel();
    let (c, d) = hub.channel();
    hub.send(c, vec![9], vec![], &wire);
    hub.detach(d);
    hub.send(a, vec![1], vec![d], &wire);
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
    hub.send(a, vec![1], vec![d], &wire);
    assert_eq!(hub.take(), Some((a, Item::Closed)));
    assert_eq!(hub.take(), Some((c, Item::Closed)));
    assert_eq!(hub.len(), 0);
}
