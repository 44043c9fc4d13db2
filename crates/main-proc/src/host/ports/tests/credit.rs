//! What waits for a renderer that does not take it.

use super::*;

/// A port of renderer 1 whose other end is in renderer 2.
fn between() -> (Hub, Notes) {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let port = hub.arrived(1, 1);
    hub.moved(port, 2, 2, &wire);
    wire.lines();
    (hub, wire)
}

#[test]
fn what_has_no_credit_waits_in_order_and_its_sender_gets_credit_when_it_has_left() {
    let (mut hub, wire) = between();
    wire.credit.set(1);
    for byte in 1..=3 {
        hub.incoming(1, 1, &[byte], &[], &wire);
    }
    hub.turn(&wire);
    assert_eq!(wire.lines(), ["2/2: [1] []"]);
    assert_eq!(wire.taken.take(), [(1, 1, Amount::of(1, 1))]);
    wire.credit.set(1);
    hub.credited(2, 2, &wire);
    assert_eq!(wire.lines(), ["2/2: [2] []"]);
    wire.credit.set(5);
    hub.incoming(1, 1, &[4], &[], &wire);
    assert_eq!(wire.lines(), [""; 0], "it does not pass what waits");
    hub.credited(2, 2, &wire);
    assert_eq!(wire.lines(), ["2/2: [3] []", "2/2: [4] []"]);
    hub.turn(&wire);
    assert_eq!(wire.taken.take(), [(1, 1, Amount::of(3, 3))]);
    assert_eq!(hub.waiting(1), 0);
}

#[test]
fn what_has_no_room_goes_on_when_there_is_some() {
    let (mut hub, wire) = between();
    wire.full.set(true);
    hub.incoming(1, 1, &[1], &[], &wire);
    hub.incoming(1, 1, &[2], &[], &wire);
    assert!(hub.is_starved(2));
    hub.turn(&wire);
    assert_eq!(wire.lines(), [""; 0]);
    wire.full.set(false);
    hub.turn(&wire);
    assert_eq!(wire.lines(), ["2/2: [1] []", "2/2: [2] []"]);
    assert!(!hub.is_starved(2));
}

#[test]
fn an_end_and_a_switch_stay_behind_what_waits() {
    let (mut hub, wire) = between();
    for (link, number) in [(1, 1), (2, 2)] {
        hub.incoming_step(link, number, Step::Take, &wire);
    }
    wire.credit.set(0);
    hub.incoming(1, 1, &[1], &[], &wire);
    hub.incoming_step(1, 1, Step::Switched, &wire);
    hub.incoming_close(1, 1, &wire);
    assert_eq!(wire.lines(), ["[(2, 2), (1, 1)]: sockets"]);
    wire.credit.set(1);
    hub.credited(2, 2, &wire);
    assert_eq!(wire.lines(), ["2/2: [1] []", "2/2: Switched", "2/2: close"]);
    assert_eq!(hub.len(), 0);
}

#[test]
fn ports_wait_with_the_message_that_carries_them() {
    let (mut hub, wire) = between();
    wire.credit.set(0);
    hub.incoming(1, 1, &[1], &[3], &wire);
    hub.incoming(1, 3, &[9], &[], &wire);
    wire.credit.set(5);
    hub.credited(2, 2, &wire);
    assert_eq!(wire.lines(), ["2/2: [1] [2]", "2/2: Offer", "1/3: Offer", "2/2: [9] []"]);
}

#[test]
fn what_waits_is_thrown_away_with_what_it_carries_when_nobody_can_get_it_any_more() {
    let (mut hub, wire) = between();
    wire.credit.set(0);
    hub.incoming(1, 1, &[1], &[3], &wire);
    hub.incoming_close(2, 2, &wire);
    let mut lines = wire.lines();
    lines.sort();
    assert_eq!(lines, ["1/1: close", "1/3: close"]);
    assert_eq!((hub.len(), hub.waiting(1)), (0, 0));
}

#[test]
fn a_port_for_which_too_much_waits_is_closed_and_both_ends_are_told() {
    let (mut hub, wire) = (hub_with(1 << 20, 1000), Notes::default());
    let (ours, theirs) = hub.channel();
    hub.moved(theirs, 2, 2, &wire);
    wire.credit.set(0);
    for _ in 0..3 {
        hub.send(ours, vec![0; 300], vec![], &wire).expect("small");
    }
    assert_eq!(wire.lines(), ["2/2: close"]);
    assert_eq!(hub.take(), Some((ours, Item::Closed)));
    assert_eq!(hub.len(), 0);
}

#[test]
fn a_message_that_is_too_large_is_refused_and_the_port_goes_on() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (ours, theirs) = hub.channel();
    hub.moved(theirs, 2, 2, &wire);
    assert!(hub.send(ours, vec![0; 10_001], vec![], &wire).is_err());
    hub.send(ours, vec![1], vec![], &wire).expect("small");
    assert_eq!(wire.lines(), ["2/2: [1] []"]);
}

#[test]
fn what_a_script_takes_gives_credit_in_the_next_turn() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let end = hub.arrived(3, 9);
    hub.adopt(end);
    hub.incoming(3, 9, &[1, 2], &[], &wire);
    hub.turn(&wire);
    assert_eq!(wire.taken.take(), []);
    hub.start(end);
    assert_eq!(hub.peer_of(3, 9), Some(end));
    let taken = hub.take_at(end);
    assert!(matches!(taken, Some(Item::Message(..))));
    hub.turn(&wire);
    assert_eq!(wire.taken.take(), [], "it is still being handled");
    drop(taken);
    hub.turn(&wire);
    assert_eq!(wire.taken.take(), [(3, 9, Amount::of(1, 2))]);
}

#[test]
fn a_port_that_is_not_started_takes_nothing_in_its_turn() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let end = hub.arrived(3, 9);
    hub.adopt(end);
    hub.incoming(3, 9, &[1], &[], &wire);
    assert_eq!(hub.take_at(end), None);
    hub.start(end);
    hub.incoming(3, 9, &[2], &[], &wire);
    assert_eq!([hub.take_at(end), hub.take_at(end)], [Some(message(1)), Some(message(2))]);
    assert_eq!((hub.take_at(end), hub.take()), (None, None));
    hub.incoming_close(3, 9, &wire);
    assert_eq!((hub.take_at(end), hub.len()), (Some(Item::Closed), 0));
}

#[test]
fn what_waits_for_a_renderer_and_of_it_counts_in_the_account_of_its_link() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let (ours, theirs) = hub.channel();
    hub.moved(theirs, 2, 2, &wire);
    let kept = hub.arrived(2, 1);
    hub.adopt(kept);
    wire.credit.set(0);
    hub.send(ours, vec![0; 100], vec![], &wire).expect("small");
    assert_eq!(wire.kept.borrow().get(&2), None, "so little is not told");
    for _ in 0..10 {
        hub.send(ours, vec![0; 10_000], vec![], &wire).expect("small");
        hub.incoming(2, 1, &[0; 10_000], &[], &wire);
    }
    hub.turn(&wire);
    let told = wire.kept.borrow()[&2];
    assert!((130_000..=210_000).contains(&told), "{told}");
    wire.credit.set(100);
    hub.credited(2, 2, &wire);
    hub.start(kept);
    while hub.take().is_some() {}
    hub.turn(&wire);
    assert_eq!(wire.kept.borrow()[&2], 0);
}

#[test]
fn a_port_for_whose_messages_the_account_has_no_room_is_closed() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    wire.room.set(70_000);
    let (ours, theirs) = hub.channel();
    hub.moved(theirs, 2, 2, &wire);
    wire.credit.set(0);
    for _ in 0..15 {
        hub.send(ours, vec![0; 9_000], vec![], &wire).expect("small");
    }
    assert_eq!(wire.lines(), ["2/2: close"]);
    assert_eq!(hub.take(), Some((ours, Item::Closed)));
    let end = hub.arrived(1, 1);
    hub.adopt(end);
    for _ in 0..20 {
        hub.incoming(1, 1, &[0; 9_000], &[], &wire);
    }
    assert_eq!(wire.lines(), ["1/1: close"]);
    hub.start(end);
    let mut count = 0;
    while let Some((_, Item::Message(..))) = hub.take() {
        count += 1;
    }
    assert!((7..=9).contains(&count), "{count} had come before");
}
