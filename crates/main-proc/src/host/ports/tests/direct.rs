//! Ports that go over to direct links, as in a utility process. Link 0 is that to main.

use super::*;

/// A port of main's with an end here, started, which has gone over to link 5.
fn gone_over(hub: &mut Hub, wire: &Notes) -> EndId {
    let end = hub.arrived(0, 2);
    hub.adopt(end);
    hub.start(end);
    hub.redirect((0, 2), (5, 1), wire);
    end
}

#[test]
fn what_waits_goes_by_the_direct_link_before_what_is_sent_behind_it() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let end = hub.arrived(0, 2);
    wire.credit.set(1);
    for byte in 1..4 {
        hub.send(end, vec![byte], vec![], &wire).expect("small");
    }
    assert!(hub.has_waiting(0));
    wire.credit.set(usize::MAX);
    hub.redirect((0, 2), (5, 1), &wire);
    hub.send(end, vec![4], vec![], &wire).expect("small");
    assert_eq!(wire.lines(), ["0/2: [1] []", "5/1: [2] []", "5/1: [3] []", "5/1: [4] []"]);
    assert!(!hub.has_waiting(0) && !hub.has_waiting(5));
}

#[test]
fn what_still_comes_by_main_comes_through_before_what_comes_by_the_direct_link() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let end = gone_over(&mut hub, &wire);
    hub.incoming(0, 2, &[1], &[], &wire);
    hub.incoming(5, 1, &[2], &[], &wire);
    let taken: Vec<_> = std::iter::from_fn(|| hub.take()).collect();
    assert_eq!(taken, [(end, message(1)), (end, message(2))]);
    drop(taken);
    hub.turn(&wire);
    let mut credit: Vec<_> = wire.taken.take().iter().map(|taken| (taken.0, taken.1)).collect();
    credit.sort_unstable();
    assert_eq!(credit, [(0, 2), (5, 1)], "each link gets its own back");
}

#[test]
fn a_port_that_closes_here_closes_on_both_ways() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let end = gone_over(&mut hub, &wire);
    hub.close(end, &wire);
    assert_eq!(wire.lines(), ["5/1: close", "0/2: close"]);
    assert_eq!(hub.len(), 0);
    // What comes for it now is for nobody.
    hub.incoming(0, 2, &[1], &[9], &wire);
    hub.incoming_close(5, 1, &wire);
    assert_eq!((wire.lines(), hub.len()), (vec!["0/9: close".to_owned()], 0));
}

#[test]
fn a_direct_link_that_ends_ends_its_ports_behind_what_has_come() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let end = gone_over(&mut hub, &wire);
    hub.incoming(5, 1, &[1], &[3], &wire);
    hub.link_gone(5, &wire);
    assert_eq!(wire.lines(), ["0/2: close"], "main is told that its number is over");
    let Some((at, Item::Message(_, carried))) = hub.take() else { panic!("the message has come") };
    assert_eq!((at, hub.take()), (end, Some((end, Item::Closed))));
    hub.adopt(carried[0]);
    assert_eq!((hub.take(), hub.len()), (Some((carried[0], Item::Closed)), 0));
}

#[test]
fn a_number_that_main_has_closed_is_forgotten_and_the_direct_link_goes_on() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let end = gone_over(&mut hub, &wire);
    hub.forget(0, 2);
    hub.incoming(5, 1, &[1], &[], &wire);
    assert_eq!(hub.take(), Some((end, message(1))));
    hub.send(end, vec![2], vec![], &wire).expect("small");
    hub.incoming_close(5, 1, &wire);
    assert_eq!(hub.take(), Some((end, Item::Closed)));
    assert_eq!((wire.lines(), hub.len()), (vec!["5/1: [2] []".to_owned()], 0));
}

#[test]
fn a_port_that_has_moved_on_passes_both_ways_on_in_order() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    let end = gone_over(&mut hub, &wire);
    hub.detach(end);
    hub.incoming(0, 2, &[1], &[], &wire);
    hub.moved(end, 6, 3, &wire);
    hub.incoming(0, 2, &[2], &[], &wire);
    hub.incoming(5, 1, &[3], &[], &wire);
    hub.incoming(6, 3, &[4], &[], &wire);
    let passed = wire.lines().into_iter().filter(|line| !line.ends_with("Offer")).collect::<Vec<_>>();
    assert_eq!(passed, ["6/3: [1] []", "6/3: [2] []", "6/3: [3] []", "5/1: [4] []"]);
}

#[test]
fn one_that_sends_too_much_by_main_loses_both_ways() {
    let (mut hub, wire) = (hub_with(1_000, 1 << 20), Notes::default());
    let end = gone_over(&mut hub, &wire);
    hub.pause(end);
    for _ in 0..6 {
        hub.incoming(0, 2, &[0; 300], &[], &wire);
    }
    assert_eq!(wire.lines(), ["5/1: close", "0/2: close"]);
}

#[test]
fn a_port_that_has_closed_before_its_direct_link_is_there_takes_none() {
    let (mut hub, wire) = (Hub::default(), Notes::default());
    hub.redirect((0, 2), (5, 1), &wire);
    assert_eq!((wire.lines(), hub.len()), (vec!["5/1: close".to_owned()], 0));
}
