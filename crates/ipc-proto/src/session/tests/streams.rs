//! What a session does about the ports that requests and answers move along.

use super::*;
use crate::credit::{Amount, STREAM};

/// The number of an open request of the renderer.
fn asked(pair: &mut Pair) -> u64 {
    let id = pair.renderer.invoke(&mut pair.to_main, Space::User, "rows", &[1], "r").expect("open");
    pair.at_main().expect("valid");
    id
}

#[test]
fn an_answer_moves_a_port_through_which_the_answering_side_sends() {
    let mut pair = Pair::open();
    let id = asked(&mut pair);
    let ids = pair.main.reply_with(&mut pair.to_renderer, id, 1, &[22, 0]).expect("open");
    let sent = pair.main.port_message(&mut pair.to_renderer, ids[0], 0, &[1]).expect("open");
    assert_eq!(sent, Posted::Moved(vec![]));
    assert_eq!(pair.at_renderer(), Ok(vec![Got::ReplyWith(id, "r", ids.clone()), Got::PortMessage(ids[0], vec![1])]));
}

#[test]
fn a_request_moves_ports_in_both_directions() {
    let mut pair = Pair::open();
    let (id, ids) = pair.main.invoke_with(&mut pair.to_renderer, "sum", 2, &[], "m").expect("open");
    assert_eq!(pair.at_renderer(), Ok(vec![Got::InvokeWith(id, ids.clone())]));
    let (other, theirs) = pair.renderer.invoke_with(&mut pair.to_main, "sum", 1, &[], "r").expect("open");
    assert_eq!(pair.at_main(), Ok(vec![Got::InvokeWith(other, theirs.clone())]));
    assert!(ids.iter().all(|id| id % 2 == 0) && theirs.iter().all(|id| id % 2 == 1));
}

#[test]
fn the_ports_of_an_answer_to_a_cancelled_request_are_closed() {
    let mut pair = Pair::open();
    let id = asked(&mut pair);
    let ids = pair.main.reply_with(&mut pair.to_renderer, id, 1, &[22, 0]).expect("open");
    pair.renderer.cancel(&mut pair.to_main, id);
    assert_eq!(pair.at_renderer(), Ok(vec![]));
    assert_eq!(pair.at_main(), Ok(vec![Got::PortClose(ids[0])]));
    assert_eq!((pair.main.open_ports(), pair.renderer.open_ports()), (0, 0));
}

#[test]
fn nothing_moves_with_an_answer_that_nobody_waits_for() {
    let mut pair = Pair::open();
    let id = asked(&mut pair);
    pair.renderer.cancel(&mut pair.to_main, id);
    pair.at_main().expect("valid");
    assert_eq!(pair.main.reply_with(&mut pair.to_renderer, id, 1, &[22, 0]), Ok(vec![]));
    assert_eq!((pair.main.open_ports(), pair.to_renderer.len()), (0, 0));
}

#[test]
fn the_ports_of_a_request_that_there_is_no_room_for_are_closed() {
    let mut pair = Pair::open_with(Limits { in_flight: 1, ..Limits::default() });
    asked(&mut pair);
    pair.renderer.limits.in_flight = 2;
    let (id, _) = pair.renderer.invoke_with(&mut pair.to_main, "sum", 1, &[], "s").expect("open");
    assert_eq!(pair.at_main(), Ok(vec![]));
    let answer = pair.at_renderer().expect("valid");
    assert!(
        matches!(&answer[..], [Got::Reply(of, "s", Status::Busy, _), Got::PortClose(_)] if *of == id),
        "{answer:?}"
    );
    assert_eq!((pair.main.open_ports(), pair.renderer.open_ports()), (0, 0));
}

#[test]
fn a_peer_without_the_capability_is_sent_no_streams() {
    let mut pair = Pair::open();
    let id = asked(&mut pair);
    pair.main.terms.capabilities = Some(Capabilities::CREDIT);
    let sent = pair.main.reply_with(&mut pair.to_renderer, id, 1, &[22, 0]);
    assert_eq!(sent, Err(CallError::NoStreams));
    let asked = pair.main.invoke_with(&mut pair.to_renderer, "sum", 1, &[], "m");
    assert_eq!(asked, Err(CallError::NoStreams));
    assert_eq!((pair.main.open_ports(), pair.to_renderer.len()), (0, 0));
    pair.main.reply(&mut pair.to_renderer, id, Status::Ok, &[1]).expect("still open");
    assert_eq!(pair.at_renderer(), Ok(vec![Got::Reply(id, "r", Status::Ok, vec![1])]));
}

#[test]
fn streams_that_break_the_rules_close_the_link() {
    let port = 2u64.to_le_bytes();
    let new = 1u64.to_le_bytes();
    let cases = [
        (Message::ReplyWith { id: 9, ports: &new, value: &[] }, CloseCode::UnknownRequest),
        (Message::InvokeWith { id: 0, channel: "a", ports: &new, args: &[] }, CloseCode::RequestIdReused),
        (Message::InvokeWith { id: 1, channel: "a", ports: &port, args: &[] }, CloseCode::BadPort),
        (Message::InvokeWith { id: 1, channel: "a", ports: &new[..7], args: &[] }, CloseCode::BadPort),
        (Message::ReplyWith { id: 1, ports: &port, value: &[] }, CloseCode::BadPort),
    ];
    for (message, code) in cases {
        let mut pair = Pair::open();
        pair.main.invoke(&mut pair.to_renderer, Space::User, "rows", &[], "m").expect("open");
        pair.to_main.extend(frame(&message));
        assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(code), "{message:?}");
    }
}

#[test]
fn a_peer_without_the_capability_may_send_no_streams() {
    for message in [
        Message::ReplyWith { id: 1, ports: &[], value: &[] },
        Message::InvokeWith { id: 1, channel: "a", ports: &[], args: &[] },
    ] {
        let mut pair = Pair::open();
        pair.main.terms.capabilities = Some(Capabilities::CREDIT);
        pair.to_main.extend(frame(&message));
        assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::BadMessage), "{message:?}");
    }
}

#[test]
fn the_port_of_a_stream_begins_with_less_credit_and_is_never_given_more() {
    let mut pair = Pair::open();
    let id = asked(&mut pair);
    let port = pair.main.reply_with(&mut pair.to_renderer, id, 1, &[22, 0]).expect("open")[0];
    let mut sent = 0;
    for _ in 0..10 {
        while pair.main.port_message(&mut pair.to_renderer, port, 0, &[7]).expect("open") == Posted::Moved(vec![]) {
            sent += 1;
        }
        assert!(sent <= STREAM.messages, "{sent} under way");
        pair.at_renderer().expect("within the credit");
        for _ in 0..sent {
            pair.renderer.port_taken(&mut pair.to_main, port, Amount::message(1));
        }
        assert!(sent >= STREAM.messages / 2, "{sent} under way");
        sent = 0;
        pair.at_main().expect("credit");
    }
    let (large, at_once) = ([0; 16 << 10], Posted::Moved(vec![]));
    let at_once =
        (0..9).filter(|_| pair.main.port_message(&mut pair.to_renderer, port, 0, &large) == Ok(at_once.clone()));
    assert_eq!(at_once.count(), 4);
}
