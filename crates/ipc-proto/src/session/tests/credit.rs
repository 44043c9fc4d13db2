//! What a session does about the credit of ports.

use super::*;
use crate::credit::{Amount, INITIAL};
use crate::wire::Flow;

/// An open link with one port, which main has moved.
fn with_port() -> (Pair, u64) {
    let mut pair = Pair::open();
    let ids = pair.main.post(&mut pair.to_renderer, "port", 1, &[0]).expect("open");
    pair.at_renderer().expect("valid");
    (pair, ids[0])
}

/// Sends until there is no more credit; how many went.
fn spend(session: &mut Session<&'static str>, out: &mut Vec<u8>, port: u64, message: &[u8]) -> i64 {
    let mut sent = 0;
    while session.port_message(out, port, 0, message).expect("open") == Posted::Moved(vec![]) {
        sent += 1;
    }
    assert_eq!(session.port_message(out, port, 0, message), Ok(Posted::NoCredit));
    sent
}

#[test]
fn a_port_whose_messages_are_not_taken_stops_and_goes_on_with_the_credit_for_those_that_are() {
    let (mut pair, port) = with_port();
    assert_eq!(spend(&mut pair.renderer, &mut pair.to_main, port, &[7]), INITIAL.messages);
    // Others pass what waits.
    pair.renderer.send(&mut pair.to_main, Space::User, "later", &[]).expect("open");
    let came = pair.at_main().expect("valid");
    assert_eq!(came.len(), 1_025);
    assert_eq!(came.last(), Some(&Got::Send("later".into(), vec![])));

    for _ in 0..511 {
        pair.main.port_taken(&mut pair.to_renderer, port, Amount::message(1));
    }
    assert!(pair.to_renderer.is_empty(), "credit is given in portions");
    pair.main.port_taken(&mut pair.to_renderer, port, Amount::message(1));
    assert_eq!(pair.at_renderer(), Ok(vec![Got::Credit(port)]));
    assert_eq!(spend(&mut pair.renderer, &mut pair.to_main, port, &[7]), 512);
}

#[test]
fn each_port_and_each_direction_has_credit_of_its_own() {
    let (mut pair, port) = with_port();
    let other = pair.main.post(&mut pair.to_renderer, "port", 1, &[0]).expect("open")[0];
    pair.at_renderer().expect("valid");
    spend(&mut pair.renderer, &mut pair.to_main, port, &[]);
    assert_eq!(spend(&mut pair.renderer, &mut pair.to_main, other, &[0; 1 << 19]), 2);
    assert_eq!(spend(&mut pair.main, &mut pair.to_renderer, port, &[0; 1 << 18]), 4);
}

#[test]
fn who_sends_through_a_port_without_credit_is_closed_for_it() {
    let (mut pair, port) = with_port();
    spend(&mut pair.renderer, &mut pair.to_main, port, &[]);
    pair.to_main.extend(frame(&Message::PortMessage { port, ports: &[], message: &[] }));
    let closed = pair.at_main().map_err(|reason| reason.code);
    assert_eq!(closed, Err(CloseCode::QueueFull));
}

#[test]
fn a_peer_without_the_capability_sends_and_is_sent_to_without_credit() {
    let (mut pair, port) = with_port();
    pair.main.terms.capabilities = Some(Capabilities::NONE);
    pair.renderer.terms.capabilities = Some(Capabilities::NONE);
    for _ in 0..2_000 {
        assert_eq!(pair.renderer.port_message(&mut pair.to_main, port, 0, &[1]), Ok(Posted::Moved(vec![])));
        assert_eq!(pair.main.port_message(&mut pair.to_renderer, port, 0, &[1]), Ok(Posted::Moved(vec![])));
    }
    assert_eq!(pair.at_main().map(|came| came.len()), Ok(2_000));
    for _ in 0..2_000 {
        pair.main.port_taken(&mut pair.to_renderer, port, Amount::message(1));
    }
    assert_eq!(pair.at_renderer().map(|came| came.len()), Ok(2_000), "and no credit is given");
    pair.to_main = frame(&Message::Credit { flow: Flow::Port, id: port, messages: 1, bytes: 1 });
    assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::BadMessage));
}

#[test]
fn credit_for_a_port_that_just_closed_is_ignored_but_not_for_an_invented_one() {
    let (mut pair, port) = with_port();
    pair.renderer.port_close(&mut pair.to_main, port);
    pair.to_renderer = frame(&Message::Credit { flow: Flow::Port, id: port, messages: 1, bytes: 1 });
    assert_eq!(pair.at_renderer(), Ok(vec![]));
    pair.to_renderer = frame(&Message::Credit { flow: Flow::Port, id: 99, messages: 1, bytes: 1 });
    assert_eq!(pair.at_renderer().map_err(|reason| reason.code), Err(CloseCode::BadPort));
}

#[test]
fn a_message_that_is_too_large_is_told_at_once_even_if_it_had_to_wait() {
    let (mut pair, port) = with_port();
    spend(&mut pair.renderer, &mut pair.to_main, port, &[0; 1 << 19]);
    let huge = vec![0; 65 << 20];
    let sent = pair.renderer.port_message(&mut pair.to_main, port, 0, &huge);
    assert!(matches!(sent, Err(CallError::TooLargeForPeer(_))), "{sent:?}");
}

#[test]
fn a_message_that_could_not_be_sent_costs_no_credit() {
    let (mut pair, port) = with_port();
    let huge = vec![0; 65 << 20];
    for _ in 0..3 {
        assert!(pair.renderer.port_message(&mut pair.to_main, port, 0, &huge).is_err());
    }
    assert_eq!(spend(&mut pair.renderer, &mut pair.to_main, port, &[]), INITIAL.messages);
}

#[test]
fn credit_counts_as_a_message_so_that_no_link_is_quiet_with_some_on_its_way() {
    let (mut pair, port) = with_port();
    pair.renderer.port_message(&mut pair.to_main, port, 0, &[0; 1 << 19]).expect("open");
    pair.at_main().expect("valid");
    let before = pair.main.counts();
    pair.main.port_taken(&mut pair.to_renderer, port, Amount::message(1 << 19));
    assert_eq!(pair.main.counts(), (before.0 + 1, before.1));
    assert_eq!(pair.at_renderer(), Ok(vec![Got::Credit(port)]));
    assert_eq!(pair.renderer.counts().1, pair.main.counts().0);
}

#[test]
fn a_direct_link_has_credit_where_both_renderers_know_it() {
    let direct = |role, capabilities| Session::<&'static str>::direct(role, Limits::default(), 1 << 20, capabilities);
    let mut out = Vec::new();
    let mut capable = direct(Role::Renderer, Capabilities::OURS);
    assert_eq!(spend(&mut capable, &mut out, FIRST, &[]), INITIAL.messages);
    let credit = frame(&Message::Credit { flow: Flow::Port, id: FIRST, messages: 1, bytes: 1 });
    assert_eq!(deliver(&mut capable, &credit, &mut out), Ok(vec![Got::Credit(FIRST)]));
    let mut plain = direct(Role::Renderer, Capabilities::NONE);
    assert_eq!(deliver(&mut plain, &credit, &mut out).map_err(|reason| reason.code), Err(CloseCode::BadMessage));
}
