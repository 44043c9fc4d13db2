//! What a peer may have asked that is not answered yet.

use super::*;

fn ask(pair: &mut Pair, id: u64, args: &[u8]) -> Result<Vec<Got>, CloseReason> {
    pair.to_main = frame(&Message::Invoke { id, space: Space::User, channel: "a", args });
    pair.at_main()
}

fn cancel(pair: &mut Pair, id: u64) -> Result<Vec<Got>, CloseReason> {
    pair.to_main = frame(&Message::Cancel { id });
    pair.at_main()
}

/// The status of the only answer that main has given.
fn answer(pair: &mut Pair) -> Option<(Status, String)> {
    let bytes = std::mem::take(&mut pair.to_renderer);
    let mut buffer = ReadBuffer::new(1 << 20);
    buffer.extend(&bytes);
    let answer = buffer.next_frame().expect("valid")?.to_vec();
    assert_eq!(buffer.next_frame(), Ok(None), "one answer");
    match wire::decode_message(&answer).expect("a message") {
        Message::Reply { status, value, .. } => {
            Some((status, crate::de::decode(value, &Limits::default()).unwrap_or_default()))
        }
        other => panic!("{} is no answer", other.verb()),
    }
}

#[test]
fn calls_are_busy_while_handlers_of_cancelled_ones_run_and_only_then() {
    let mut pair = Pair::open_with(Limits { cancelled: 2, ..Limits::default() });
    for id in 1..=2 {
        assert_eq!(ask(&mut pair, id, &[]).map(|got| got.len()), Ok(1));
        assert_eq!(cancel(&mut pair, id), Ok(vec![Got::Cancel(id)]));
    }
    assert_eq!((pair.main.in_flight().1, pair.main.cancelled()), (0, 2));
    for id in 3..10_000 {
        assert_eq!(ask(&mut pair, id, &[]), Ok(vec![]), "no handler runs, however often");
        let (status, why) = answer(&mut pair).expect("an answer");
        assert!(status == Status::Busy && why.contains("2 cancelled calls"), "{why}");
        assert_eq!(cancel(&mut pair, id), Ok(vec![]), "it has been answered");
    }
    pair.main.reply(&mut pair.to_renderer, 1, Status::Ok, &[]).expect("ignored");
    assert!(pair.to_renderer.is_empty(), "nobody waits for it");
    assert_eq!(ask(&mut pair, 10_000, &[]).map(|got| got.len()), Ok(1), "one of the handlers has ended");
}

#[test]
fn a_call_that_is_cancelled_before_its_refusal_is_written_gets_none() {
    let mut pair = Pair::open_with(Limits { cancelled: 0, ..Limits::default() });
    for id in 1..10_000 {
        pair.to_main.extend(frame(&Message::Invoke { id, space: Space::User, channel: "a", args: &[] }));
        if id % 5_000 != 0 {
            pair.to_main.extend(frame(&Message::Cancel { id }));
        }
    }
    assert_eq!(pair.at_main(), Ok(vec![]), "no handler runs");
    assert_eq!(answer(&mut pair).map(|(status, _)| status), Some(Status::Busy), "of the one that waits");
    assert!(pair.to_renderer.is_empty());
    // Nor are they kept without end.
    for id in 10_000..20_000 {
        let call = frame(&Message::Invoke { id, space: Space::User, channel: "a", args: &[] });
        let mut buffer = ReadBuffer::new(1 << 20);
        buffer.extend(&call);
        let call = buffer.next_frame().expect("valid").expect("whole");
        pair.main.receive(call, &mut pair.to_renderer).expect("valid");
    }
    assert!(pair.main.refused.len() < MOST_REFUSED && !pair.to_renderer.is_empty());
}

#[test]
fn calls_are_busy_while_too_many_bytes_of_others_are_not_answered() {
    let mut pair = Pair::open_with(Limits { held: 1_000, ..Limits::default() });
    let args = [0; 600];
    for id in 1..=2 {
        assert_eq!(ask(&mut pair, id, &args).map(|got| got.len()), Ok(1));
    }
    assert!(pair.main.owed_bytes() > 1_200);
    assert_eq!(ask(&mut pair, 3, &[]), Ok(vec![]));
    let (status, why) = answer(&mut pair).expect("an answer");
    assert!(status == Status::Busy && why.contains("limit 1000"), "{why}");
    assert_eq!(pair.main.refusals(), 1);
    assert_eq!(
        status_error(status, "a", why.clone(), &Limits::default()),
        CallError::Overloaded { reason: why },
        "the caller reads why"
    );
    pair.main.reply(&mut pair.to_renderer, 1, Status::Ok, &[]).expect("sent");
    assert_eq!(ask(&mut pair, 4, &[]).map(|got| got.len()), Ok(1));
}

#[test]
fn what_handlers_hold_of_their_requests_counts_until_they_are_answered() {
    let mut pair = Pair::open_with(Limits { held: 1_000, ..Limits::default() });
    assert_eq!(ask(&mut pair, 1, &[]).map(|got| got.len()), Ok(1));
    pair.main.charge_request(1, 5_000);
    assert_eq!(ask(&mut pair, 2, &[]), Ok(vec![]));
    assert_eq!(answer(&mut pair).map(|(status, _)| status), Some(Status::Busy));
    pair.main.reply(&mut pair.to_renderer, 1, Status::Ok, &[]).expect("sent");
    assert_eq!(pair.main.owed_bytes(), 0);
    assert_eq!(ask(&mut pair, 3, &[]).map(|got| got.len()), Ok(1));
}

#[test]
fn who_holds_much_is_told_to_wait_where_others_need_the_room() {
    let mut pair = Pair::open();
    pair.main.set_crowded(true);
    assert_eq!(ask(&mut pair, 1, &[]), Ok(vec![]));
    assert_eq!(answer(&mut pair).map(|(status, _)| status), Some(Status::Busy));
    pair.main.set_crowded(false);
    assert_eq!(ask(&mut pair, 2, &[]).map(|got| got.len()), Ok(1));
}
