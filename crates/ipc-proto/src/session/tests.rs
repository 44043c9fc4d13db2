mod account;
mod credit;
mod ring;
mod streams;

use super::refusals::MOST_REFUSED;
use super::*;
use crate::error::CloseCode;
use crate::frame::ReadBuffer;
use crate::ports::FIRST;
use crate::wire::{LONGEST_HELLO, Profile, RendererRole, Rest, Step};

/// What an exchange brought, with everything owned.
#[derive(Debug, PartialEq)]
enum Got {
    Send(String, Vec<u8>),
    SendSync(u64, String),
    Invoke(u64, String, Vec<u8>),
    InvokeWith(u64, Vec<u64>),
    Reply(u64, &'static str, Status, Vec<u8>),
    ReplyWith(u64, &'static str, Vec<u64>),
    Cancel(u64),
    Post(Vec<u64>),
    PortMessage(u64, Vec<u8>),
    PortClose(u64),
    Credit(u64),
    Goodbye(CloseReason),
}

/// Two sessions and the bytes between them.
struct Pair {
    main: Session<&'static str>,
    renderer: Session<&'static str>,
    to_main: Vec<u8>,
    to_renderer: Vec<u8>,
}

impl Pair {
    fn fresh(limits: Limits) -> Self {
        Self {
            main: Session::new(Role::Main, limits.clone()),
            renderer: Session::new(Role::Renderer, limits),
            to_main: Vec::new(),
            to_renderer: Vec::new(),
        }
    }

    fn open_with(limits: Limits) -> Self {
        let mut pair = Self::fresh(limits);
        pair.shake_hands();
        pair
    }

    fn shake_hands(&mut self) {
        let pair = self;
        let introduction = Introduction { pid: 7, token: vec![], sandbox: "none".into(), role: RendererRole::Worker };
        pair.renderer.hello(&mut pair.to_main, &introduction).expect("open");
        let mut buffer = ReadBuffer::new(1 << 20);
        buffer.extend(&std::mem::take(&mut pair.to_main));
        let frame = buffer.next_frame().expect("valid").expect("whole");
        let hello = pair.main.receive(frame, &mut pair.to_renderer);
        assert_eq!(hello, Ok(Incoming::Hello(introduction)));
        let acceptance = Acceptance { renderer: 1, epoch: 1, max_frame: 1 << 20 };
        pair.main.welcome(&mut pair.to_renderer, acceptance).expect("open");
        assert_eq!(pair.at_renderer(), Ok(vec![]));
        assert!(pair.main.is_open() && pair.renderer.is_open());
    }

    fn open() -> Self {
        Self::open_with(Limits::default())
    }

    fn at_main(&mut self) -> Result<Vec<Got>, CloseReason> {
        let bytes = std::mem::take(&mut self.to_main);
        deliver(&mut self.main, &bytes, &mut self.to_renderer)
    }

    fn at_renderer(&mut self) -> Result<Vec<Got>, CloseReason> {
        let bytes = std::mem::take(&mut self.to_renderer);
        deliver(&mut self.renderer, &bytes, &mut self.to_main)
    }
}

fn deliver(to: &mut Session<&'static str>, bytes: &[u8], out: &mut Vec<u8>) -> Result<Vec<Got>, CloseReason> {
    let mut buffer = ReadBuffer::new(1 << 20);
    buffer.extend(bytes);
    let mut got = Vec::new();
    while let Some(frame) = buffer.next_frame().expect("valid frames") {
        got.extend(match to.receive(frame, out)? {
            Incoming::Send { channel, args, .. } => Some(Got::Send(channel.into(), args.into())),
            Incoming::SendSync { id, channel, .. } => Some(Got::SendSync(id, channel.into())),
            Incoming::Invoke { id, channel, args, ports, .. } if ports.is_empty() => {
                Some(Got::Invoke(id, channel.into(), args.into()))
            }
            Incoming::Invoke { id, ports, .. } => Some(Got::InvokeWith(id, ports.iter().collect())),
            Incoming::Reply { id, waiter, status, value, ports } if ports.is_empty() => {
                Some(Got::Reply(id, waiter, status, value.into()))
            }
            Incoming::Reply { id, waiter, ports, .. } => Some(Got::ReplyWith(id, waiter, ports.iter().collect())),
            Incoming::Cancel { id } => Some(Got::Cancel(id)),
            Incoming::Post { ports, .. } => Some(Got::Post(ports.iter().collect())),
            Incoming::PortMessage { port, message, .. } => Some(Got::PortMessage(port, message.into())),
            Incoming::PortClose { port } => Some(Got::PortClose(port)),
            Incoming::Credit { port } => Some(Got::Credit(port)),
            Incoming::Goodbye(reason) => Some(Got::Goodbye(reason)),
            _ => None,
        });
    }
    to.write_refusals(out);
    Ok(got)
}

fn frame(message: &Message<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_frame(&mut bytes, message, 1 << 20).expect("fits");
    bytes
}

#[test]
fn a_request_is_answered_by_its_id_in_both_directions() {
    let mut pair = Pair::open();
    let id = pair.renderer.invoke(&mut pair.to_main, Space::User, "add", &[1], "r").expect("sent");
    assert_eq!(pair.at_main(), Ok(vec![Got::Invoke(id, "add".into(), vec![1])]));
    pair.main.reply(&mut pair.to_renderer, id, Status::Ok, &[2]).expect("sent");
    let id2 = pair.main.invoke(&mut pair.to_renderer, Space::User, "title", &[], "m").expect("sent");

    let at_renderer = pair.at_renderer().expect("valid");
    assert_eq!(at_renderer, [Got::Reply(id, "r", Status::Ok, vec![2]), Got::Invoke(id2, "title".into(), vec![])]);
    pair.renderer.reply(&mut pair.to_main, id2, Status::NoHandler, &[]).expect("sent");
    assert_eq!(pair.at_main(), Ok(vec![Got::Reply(id2, "m", Status::NoHandler, vec![])]));
    assert_eq!((pair.main.in_flight(), pair.renderer.in_flight()), ((0, 0), (0, 0)));
}

#[test]
fn send_send_sync_and_invoke_keep_their_order() {
    let mut pair = Pair::open();
    let out = &mut pair.to_main;
    pair.renderer.send(out, Space::User, "a", &[]).expect("sent");
    let sync = pair.renderer.send_sync(out, "b", &[], "s").expect("sent");
    let invoke = pair.renderer.invoke(out, Space::User, "c", &[], "i").expect("sent");
    assert_eq!(
        pair.at_main(),
        Ok(vec![
            Got::Send("a".into(), vec![]),
            Got::SendSync(sync, "b".into()),
            Got::Invoke(invoke, "c".into(), vec![])
        ])
    );
}

#[test]
fn a_second_answer_is_not_sent_and_a_forged_one_closes_the_link() {
    let mut pair = Pair::open();
    let id = pair.renderer.invoke(&mut pair.to_main, Space::User, "a", &[], "r").expect("sent");
    pair.at_main().expect("valid");
    pair.main.reply(&mut pair.to_renderer, id, Status::Ok, &[]).expect("sent");
    let once = pair.to_renderer.len();
    pair.main.reply(&mut pair.to_renderer, id, Status::Ok, &[]).expect("ignored");
    assert_eq!(pair.to_renderer.len(), once);

    pair.to_main = frame(&Message::Reply { id: 99, status: Status::Ok, value: &[] });
    assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::UnknownRequest));
}

#[test]
fn the_answer_to_a_cancelled_request_is_ignored() {
    let mut pair = Pair::open();
    let id = pair.renderer.invoke(&mut pair.to_main, Space::User, "a", &[], "r").expect("sent");
    pair.at_main().expect("valid");
    pair.main.reply(&mut pair.to_renderer, id, Status::Ok, &[]).expect("sent");
    assert_eq!(pair.renderer.cancel(&mut pair.to_main, id), Some("r"));
    assert_eq!(pair.at_renderer(), Ok(vec![]));
    assert_eq!(pair.at_main(), Ok(vec![]), "the request was answered before it was cancelled");
}

#[test]
fn an_id_that_does_not_count_up_closes_the_link() {
    let mut pair = Pair::open();
    for id in [5, 5] {
        pair.to_main.extend(frame(&Message::Invoke { id, space: Space::User, channel: "a", args: &[] }));
    }
    assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::RequestIdReused));
}

#[test]
fn only_a_renderer_may_ask_synchronously() {
    let mut pair = Pair::open();
    pair.to_renderer = frame(&Message::SendSync { id: 1, channel: "a", args: &[] });
    assert_eq!(pair.at_renderer().map_err(|reason| reason.code), Err(CloseCode::UnexpectedVerb));
}

#[test]
fn nothing_is_accepted_before_the_handshake() {
    for message in [
        Message::Send { space: Space::User, channel: "a", args: &[] },
        Message::Reply { id: 1, status: Status::Ok, value: &[] },
        Message::Welcome { version: 1, renderer: 1, epoch: 1, max_frame: 9, capabilities: Rest(None) },
    ] {
        let mut pair = Pair::fresh(Limits::default());
        pair.to_main = frame(&message);
        assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::UnexpectedVerb), "{message:?}");
    }
}

#[test]
fn a_version_mismatch_names_both_versions() {
    let mut pair = Pair::fresh(Limits::default());
    let hello = Message::Hello {
        magic: wire::MAGIC,
        min_version: 8,
        max_version: 9,
        pid: 1,
        max_frame: 9,
        token: &[],
        sandbox: "none",
        profile: Rest(None),
    };
    pair.to_main = frame(&hello);
    let reason = pair.at_main().expect_err("refused");
    assert_eq!(reason.code, CloseCode::VersionMismatch);
    assert!(reason.text.contains("version 1 to 2, the other 8 to 9"), "{}", reason.text);

    pair.main.violated(&mut pair.to_renderer, reason.clone());
    let expected = CloseReason {
        code: CloseCode::BadHandshake,
        by_peer: true,
        text: "main refused this renderer: ".to_owned() + &reason.text,
    };
    assert_eq!(pair.at_renderer(), Ok(vec![Got::Goodbye(expected)]), "the renderer gets to read why");
}

#[test]
fn requests_past_the_limit_are_busy_and_far_past_it_hostile() {
    let limits = Limits { in_flight: 2, ..Limits::default() };
    let mut pair = Pair::open_with(limits);
    for _ in 0..2 {
        pair.renderer.invoke(&mut pair.to_main, Space::User, "a", &[], "r").expect("sent");
    }
    let third = pair.renderer.invoke(&mut pair.to_main, Space::User, "a", &[], "r");
    assert_eq!(third, Err(CallError::Busy { limit: 2 }));

    for id in 3..=4 {
        pair.to_main.extend(frame(&Message::Invoke { id, space: Space::User, channel: "a", args: &[] }));
    }
    assert_eq!(pair.at_main().map(|got| got.len()), Ok(2), "two run, two are told to wait");
    pair.to_main = frame(&Message::Invoke { id: 5, space: Space::User, channel: "a", args: &[] });
    assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::TooManyRequests));
}

#[test]
fn a_port_carries_messages_until_either_end_closes() {
    let mut pair = Pair::open();
    let ids = pair.renderer.post(&mut pair.to_main, "port", 2, &[0]).expect("sent");
    assert_eq!(pair.at_main(), Ok(vec![Got::Post(ids.clone())]));
    let sent = pair.main.port_message(&mut pair.to_renderer, ids[0], 0, &[1]);
    assert_eq!(sent, Ok(Posted::Moved(vec![])));
    pair.main.port_close(&mut pair.to_renderer, ids[1]);
    assert_eq!(pair.at_renderer(), Ok(vec![Got::PortMessage(ids[0], vec![1]), Got::PortClose(ids[1])]));
    assert_eq!(pair.renderer.port_message(&mut pair.to_main, ids[1], 0, &[2]), Ok(Posted::Closed));
    assert_eq!(pair.renderer.open_ports(), 1);
}

#[test]
fn a_message_to_a_port_that_just_closed_is_ignored_but_one_to_an_invented_port_is_not() {
    let mut pair = Pair::open();
    let ids = pair.renderer.post(&mut pair.to_main, "port", 1, &[0]).expect("sent");
    pair.at_main().expect("valid");
    pair.renderer.port_message(&mut pair.to_main, ids[0], 0, &[1]).expect("sent");
    pair.main.port_close(&mut pair.to_renderer, ids[0]);
    assert_eq!(pair.at_main(), Ok(vec![]));

    for port in [0, 2, 3, 4_000_001] {
        pair.to_main = frame(&Message::PortMessage { port, ports: &[], message: &[] });
        assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::BadPort), "{port}");
    }
}

#[test]
fn moved_ports_must_be_new_and_the_senders_own() {
    for list in [vec![0u8; 8], 2u64.to_le_bytes().to_vec(), vec![1, 2, 3]] {
        let mut pair = Pair::open();
        pair.to_main = frame(&Message::Post { channel: "p", ports: &list, message: &[] });
        assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::BadPort), "{list:?}");
    }
}

#[test]
fn closing_settles_every_waiting_request_once() {
    let mut pair = Pair::open();
    let a = pair.renderer.invoke(&mut pair.to_main, Space::User, "a", &[], "a").expect("sent");
    let b = pair.renderer.send_sync(&mut pair.to_main, "b", &[], "b").expect("sent");
    let waiters = pair.renderer.close(CloseReason::new(CloseCode::PeerGone, "gone"));
    assert_eq!(waiters, [(a, "a"), (b, "b")]);
    assert_eq!(pair.renderer.close(CloseReason::new(CloseCode::Normal, "again")), []);
    assert_eq!(pair.renderer.closed().map(|reason| reason.code), Some(CloseCode::PeerGone));
    let late = pair.renderer.send(&mut pair.to_main, Space::User, "c", &[]);
    assert_eq!(late, Err(CallError::gone("gone")));
}

#[test]
fn a_goodbye_brings_its_reason() {
    let mut pair = Pair::open();
    pair.main.goodbye(&mut pair.to_renderer, CloseReason::new(CloseCode::Normal, "window closed"));
    let expected = CloseReason { code: CloseCode::Normal, by_peer: true, text: "window closed".into() };
    assert_eq!(pair.at_renderer(), Ok(vec![Got::Goodbye(expected)]));
}

#[test]
fn an_answer_over_the_frame_limit_becomes_too_large() {
    let mut pair = Pair::open();
    let id = pair.renderer.invoke(&mut pair.to_main, Space::User, "a", &[], "r").expect("sent");
    pair.at_main().expect("valid");
    let huge = vec![0; 65 << 20];
    assert!(matches!(pair.main.reply(&mut pair.to_renderer, id, Status::Ok, &huge), Err(CallError::TooLarge(_))));
    assert_eq!(pair.at_renderer(), Ok(vec![Got::Reply(id, "r", Status::TooLarge, vec![])]));
}

#[test]
fn both_sides_count_the_same_messages() {
    let mut pair = Pair::open();
    pair.renderer.send(&mut pair.to_main, Space::System, "log", &[]).expect("sent");
    let id = pair.renderer.invoke(&mut pair.to_main, Space::User, "a", &[], "r").expect("sent");
    pair.renderer.ping(&mut pair.to_main, 1);
    pair.at_main().expect("valid");
    pair.main.reply(&mut pair.to_renderer, id, Status::Ok, &[]).expect("sent");
    pair.at_renderer().expect("valid");
    assert_eq!(pair.renderer.counts(), (2, 1));
    assert_eq!(pair.main.counts(), (1, 2));
}

#[test]
fn ids_near_the_end_of_their_range_still_work() {
    let mut pair = Pair::open();
    pair.renderer.start_requests_at(u64::MAX - 10);
    for _ in 0..5 {
        let id = pair.renderer.invoke(&mut pair.to_main, Space::User, "a", &[], "r").expect("sent");
        assert_eq!(pair.at_main(), Ok(vec![Got::Invoke(id, "a".into(), vec![])]));
    }
}

#[test]
fn each_side_keeps_to_the_others_frame_limit() {
    let small = Limits { frame: 100, ..Limits::default() };
    let mut pair = Pair::fresh(Limits::default());
    pair.renderer = Session::new(Role::Renderer, small);
    let introduction = Introduction { pid: 7, token: vec![], sandbox: "none".into(), role: RendererRole::Worker };
    pair.renderer.hello(&mut pair.to_main, &introduction).expect("open");
    pair.at_main().expect("valid");
    let too_large = pair.main.send(&mut pair.to_renderer, Space::User, "big", &[0; 200]);
    assert!(matches!(too_large, Err(CallError::TooLargeForPeer(_))), "{too_large:?}");
}

#[test]
fn what_main_sends_before_the_handshake_follows_the_welcome() {
    let mut pair = Pair::fresh(Limits::default());
    pair.main.send(&mut pair.to_renderer, Space::User, "early", &[1]).expect("held");
    assert!(pair.to_renderer.is_empty());
    let introduction = Introduction { pid: 7, token: vec![], sandbox: "none".into(), role: RendererRole::Worker };
    pair.renderer.hello(&mut pair.to_main, &introduction).expect("open");
    pair.at_main().expect("valid");
    let acceptance = Acceptance { renderer: 1, epoch: 1, max_frame: 1 << 20 };
    pair.main.welcome(&mut pair.to_renderer, acceptance).expect("open");
    assert_eq!(pair.at_renderer(), Ok(vec![Got::Send("early".into(), vec![1])]));
}

#[test]
fn a_direct_link_carries_ports_and_nothing_else() {
    let direct = |role| Session::<&str>::direct(role, Limits::default(), 1 << 20, Capabilities::NONE);
    let mut pair = Pair {
        main: direct(Role::Main),
        renderer: direct(Role::Renderer),
        to_main: Vec::new(),
        to_renderer: Vec::new(),
    };
    // Both number the ports they move themselves, and none takes the first one's number.
    let moved = pair.main.port_message(&mut pair.to_renderer, FIRST, 1, &[0]).expect("open");
    assert_eq!(moved, Posted::Moved(vec![2]));
    assert_eq!(pair.at_renderer(), Ok(vec![Got::PortMessage(FIRST, vec![0])]));
    let moved = pair.renderer.port_message(&mut pair.to_main, 2, 1, &[1]).expect("open");
    assert_eq!(moved, Posted::Moved(vec![3]));
    assert_eq!(pair.at_main(), Ok(vec![Got::PortMessage(2, vec![1])]));
    assert_eq!((pair.main.counts(), pair.renderer.counts()), ((1, 1), (1, 1)));

    pair.main.ping(&mut pair.to_renderer, 1);
    assert_eq!(pair.at_renderer().map_err(|reason| reason.code), Err(CloseCode::UnexpectedVerb));
}

#[test]
fn each_role_is_told_only_its_own_steps_to_a_direct_link() {
    let step = |to: Role, step| {
        let mut pair = Pair::open();
        pair.main.post(&mut pair.to_renderer, "port", 1, &[0]).expect("open");
        assert_eq!(pair.at_renderer(), Ok(vec![Got::Post(vec![2])]));
        let mut frame = Vec::new();
        wire::put_message(&mut frame, &Message::PortDirect { port: 2, step });
        let session = if to == Role::Main { &mut pair.main } else { &mut pair.renderer };
        session.receive(&frame, &mut Vec::new()).map(|got| got == Incoming::PortDirect { port: 2, step })
    };
    let socket = Step::Socket { id: 1, odd: true, max_frame: 1 };
    let capable = Step::CapableSocket { id: 1, odd: true, max_frame: 1, capabilities: Capabilities::OURS };
    for (to, mine, theirs) in [
        (Role::Renderer, vec![Step::Offer, socket, capable], vec![Step::Take]),
        (Role::Main, vec![Step::Take], vec![Step::Offer, socket, capable]),
    ] {
        for mine in mine.into_iter().chain([Step::Switched]) {
            assert_eq!(step(to, mine), Ok(true), "{mine:?}");
        }
        for theirs in theirs {
            assert_eq!(step(to, theirs).map_err(|reason| reason.code), Err(CloseCode::UnexpectedVerb), "{theirs:?}");
        }
    }
}

#[test]
fn a_direct_step_for_a_port_that_was_never_moved_closes_the_link() {
    let mut pair = Pair::open();
    let mut frame = Vec::new();
    wire::put_message(&mut frame, &Message::PortDirect { port: 2, step: Step::Offer });
    let refused = pair.renderer.receive(&frame, &mut Vec::new()).map(|_| ()).map_err(|reason| reason.code);
    assert_eq!(refused, Err(CloseCode::BadPort));
    assert!(!pair.main.port_direct(&mut pair.to_renderer, 2, Step::Offer));
}

#[test]
fn idle_reports_bring_the_counts_of_direct_links() {
    let counts = [DirectCount { id: 1, sent: 300, received: 0 }, DirectCount { id: 7, sent: 0, received: 1 }];
    let list = DirectCount::list(&counts);
    assert_eq!(DirectCount::read_list(&list), Some(counts.to_vec()));
    assert_eq!(DirectCount::read_list(&list[..47]), None);
    assert_eq!(DirectCount::read_list(&list[..40]), None);
}

/// The version and capabilities that main agrees to, or the number of its refusal.
fn agreed(min_version: u16, max_version: u16, profile: Option<Profile>) -> Result<(u16, Option<Capabilities>), u16> {
    let mut pair = Pair::fresh(Limits::default());
    pair.to_main = frame(&Message::Hello {
        magic: wire::MAGIC,
        min_version,
        max_version,
        pid: 1,
        max_frame: 256,
        token: &[],
        sandbox: "none",
        profile: Rest(profile),
    });
    pair.at_main().map_err(|reason| reason.code as u16)?;
    pair.main.welcome(&mut pair.to_renderer, Acceptance { renderer: 1, epoch: 1, max_frame: 256 }).expect("it fits");
    match wire::decode_message(&pair.to_renderer[4..]) {
        Ok(Message::Welcome { version, capabilities, .. }) => Ok((version, capabilities.0)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_renderer_that_tells_nothing_of_itself_is_one_of_version_1_whatever_it_offers() {
    for offered in [1, 2, 3, u16::MAX] {
        assert_eq!(agreed(1, offered, None), Ok((1, None)), "1 to {offered}");
        assert_eq!(agreed(0, offered, None), Ok((1, None)), "0 to {offered}");
    }
    assert_eq!(agreed(2, 2, None), Ok((2, None)));
    let mismatch = Err(CloseCode::VersionMismatch as u16);
    for (min, max) in [(0, 0), (3, u16::MAX), (5, 1)] {
        assert_eq!(agreed(min, max, None), mismatch, "{min} to {max}");
    }
}

#[test]
fn a_profile_brings_the_newest_common_version_and_the_capabilities_that_both_have() {
    let profile = Some(Profile { role: RendererRole::Foreign, capabilities: Capabilities(u64::MAX) });
    for (min, max) in [(1, 2), (2, 2), (1, 3), (2, u16::MAX)] {
        assert_eq!(agreed(min, max, profile), Ok((2, Some(Capabilities::OURS))), "{min} to {max}");
    }
    assert_eq!(agreed(1, 1, profile), Err(CloseCode::BadMessage as u16), "version 1 has no room for it");
    assert_eq!(agreed(3, 9, profile), Err(CloseCode::VersionMismatch as u16));
}

#[test]
fn what_later_versions_add_to_a_hello_does_no_harm() {
    let mut with_more = Vec::new();
    for (max_version, expected) in [(3, Ok(vec![])), (2, Err(CloseCode::BadMessage))] {
        let mut pair = Pair::fresh(Limits::default());
        wire::put_message(
            &mut with_more,
            &Message::Hello {
                magic: wire::MAGIC,
                min_version: 1,
                max_version,
                pid: 1,
                max_frame: 256,
                token: &[],
                sandbox: "none",
                profile: Rest(Some(Profile::default())),
            },
        );
        with_more.extend([1, 2, 3]);
        pair.to_main = [&u32::try_from(with_more.len()).expect("small").to_le_bytes()[..], &with_more].concat();
        assert_eq!(pair.at_main().map_err(|reason| reason.code), expected, "{max_version}");
        with_more.clear();
    }
}

#[test]
fn frames_too_small_for_a_welcome_are_no_handshake() {
    for (max_frame, expected) in
        [(0, Err(CloseCode::BadHandshake)), (15, Err(CloseCode::BadHandshake)), (16, Ok(vec![]))]
    {
        let mut pair = Pair::fresh(Limits::default());
        pair.renderer = Session::new(Role::Renderer, Limits { frame: max_frame, ..Limits::default() });
        let mut hello = Vec::new();
        wire::put_message(
            &mut hello,
            &Message::Hello {
                magic: wire::MAGIC,
                min_version: 1,
                max_version: 1,
                pid: 1,
                max_frame,
                token: &[],
                sandbox: "",
                profile: Rest(None),
            },
        );
        pair.to_main = [&u32::try_from(hello.len()).expect("small").to_le_bytes()[..], &hello].concat();
        assert_eq!(pair.at_main().map_err(|reason| reason.code), expected, "{max_frame}");
    }
}

#[test]
fn a_second_hello_is_one_too_many_before_and_after_the_welcome() {
    let mut pair = Pair::fresh(Limits::default());
    let introduction = Introduction::of_this_process(RendererRole::Worker);
    pair.renderer.hello(&mut pair.to_main, &introduction).expect("open");
    pair.renderer.hello(&mut pair.to_main, &introduction).expect("open");
    assert_eq!(pair.at_main().map_err(|reason| reason.code), Err(CloseCode::UnexpectedVerb));
}

#[test]
fn verbs_that_may_be_ignored_are_from_version_2_on() {
    let ignorable = |pair: &mut Pair, verb: u8| {
        pair.to_main = vec![3, 0, 0, 0, verb, 0xff, 0xff];
        pair.to_renderer = pair.to_main.clone();
        let counts = pair.main.counts();
        let outcome = (pair.at_main().map_err(|reason| reason.code), pair.at_renderer().map_err(|reason| reason.code));
        assert_eq!(pair.main.counts(), counts, "they do not count");
        outcome
    };
    for verb in [64, 127] {
        assert_eq!(ignorable(&mut Pair::open(), verb), (Ok(vec![]), Ok(vec![])), "{verb}");
    }
    let malformed = || Err(CloseCode::BadMessage);
    for verb in [16, 17, 63, 128, 250] {
        assert_eq!(ignorable(&mut Pair::open(), verb), (malformed(), malformed()), "{verb}");
    }
    let mut first = Pair::open();
    first.main.terms = Terms::default();
    first.renderer.terms = Terms::default();
    assert_eq!(ignorable(&mut first, 64), (malformed(), malformed()), "in version 1");
}

#[test]
fn a_goodbye_brings_its_number_whatever_there_is_room_for() {
    let limits = Limits { frame: 16, ..Limits::default() };
    let mut pair = Pair::open();
    pair.main.peer_frame = limits.frame;
    pair.main.violated(&mut pair.to_renderer, CloseReason::new(CloseCode::BadPort, "a reason of many words"));
    let expected = CloseReason { code: CloseCode::BadPort, by_peer: true, text: "bad port".into() };
    assert_eq!(pair.at_renderer(), Ok(vec![Got::Goodbye(expected)]));
}

#[test]
fn a_hello_of_any_size_is_not_waited_for() {
    let mut buffer = ReadBuffer::with_first(LONGEST_HELLO, 1 << 20);
    buffer.extend(&(LONGEST_HELLO + 1).to_le_bytes());
    assert!(buffer.next_frame().is_err());

    let mut buffer = ReadBuffer::with_first(LONGEST_HELLO, 1 << 20);
    for size in [LONGEST_HELLO as usize, 100_000] {
        buffer.extend(&u32::try_from(size).expect("small").to_le_bytes());
        buffer.extend(&vec![1; size]);
        assert_eq!(buffer.next_frame().map(|frame| frame.map(<[u8]>::len)), Ok(Some(size)), "only the first is small");
    }
}
