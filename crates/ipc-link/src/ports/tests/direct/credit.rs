//! What a port does whose other end takes nothing.

use ipc_proto::credit::INITIAL;
use ipc_proto::frame::{ReadBuffer, put_frame};
use ipc_proto::session::Posted;
use ipc_proto::wire::{self, Capabilities, Message, Profile, Rest, Space};

use super::*;

const CREDIT: u64 = INITIAL.messages.unsigned_abs();

/// A port of main and the one of a renderer that it is joined to.
fn to_renderer(link: &Link) -> (Port, Port) {
    let (ours, theirs) = channel();
    link.main.post(vec![theirs]);
    (ours, link.renderer.port())
}

fn post_numbers(port: &Port, numbers: std::ops::Range<u64>) {
    numbers.for_each(|number| port.post(&format!("{number}")).expect("kept"));
}

#[track_caller]
fn brings_numbers(got: &Receiver<String>, numbers: std::ops::Range<u64>) {
    numbers.for_each(|number| assert_eq!(next(got), format!("{number}")));
}

#[test]
fn what_nobody_takes_stays_at_the_sender_and_arrives_when_somebody_does() {
    let link = link(true);
    let (ours, theirs) = to_renderer(&link);
    let before = link.main.connection.counts().0;
    post_numbers(&ours, 0..5_000);
    link.main.connection.send(Space::User, "passes", &[0]).expect("open");
    wait_until(|| link.renderer.connection.counts().1 == link.main.connection.counts().0);
    assert_eq!(link.main.connection.counts().0, before + CREDIT + 1);
    let got = inbox(&theirs);
    brings_numbers(&got, 0..5_000);
    wait_until(|| link.renderer.connection.held() == 0);
}

#[test]
fn a_port_that_is_closed_sends_what_waits_before() {
    let link = link(true);
    let (ours, theirs) = to_renderer(&link);
    post_numbers(&ours, 0..3_000);
    ours.close();
    let got = inbox(&theirs);
    brings_numbers(&got, 0..3_000);
    assert_eq!(next(&got), "closed");
    wait_until(|| link.main.connection.open_ports() + link.renderer.connection.open_ports() == 0);
}

#[test]
fn messages_that_wait_take_their_ports_along_when_they_leave() {
    let link = link(true);
    let (ours, theirs) = to_renderer(&link);
    post_numbers(&ours, 0..CREDIT);
    let (inner, travelling) = channel();
    inner.post("waits").expect("kept");
    ours.post_with("carrier", vec![travelling]).expect("kept");
    inner.post("follows").expect("kept");
    let (sender, carried) = queue();
    theirs.on_message(move |mut message| {
        if let Some(port) = message.ports.pop() {
            let _ = sender.send(port);
        }
    });
    let carried = carried.recv_timeout(PATIENCE).expect("the port");
    let got = inbox(&carried);
    assert_eq!([next(&got), next(&got)], ["waits", "follows"]);
}

#[test]
fn a_message_for_which_there_is_no_room_is_refused_and_those_before_arrive() {
    let mut limits = Limits::default();
    limits.port_queue = 4 << 20;
    let link = link_with(true, &limits);
    let (ours, theirs) = to_renderer(&link);
    let half = "x".repeat(512 << 10);
    let refused = (0..100).find_map(|at| ours.post(&half).err().map(|error| (at, error)));
    let (kept, error) = refused.expect("a refusal");
    assert_eq!(error, CallError::QueueFull { limit: 4 << 20 });
    assert!((8..=10).contains(&kept), "{kept}");
    let got = inbox(&theirs);
    (0..kept).for_each(|_| assert_eq!(next(&got).len(), half.len()));
    ours.post("again").expect("room");
    assert_eq!(next(&got), "again");
}

#[test]
fn main_holds_no_more_than_the_credit_of_what_it_passes_on() {
    let (a, b, ours, theirs) = joined([false, false]);
    post_numbers(&ours, 0..5_000);
    let hold = |link: &Link| u64::try_from(link.main.connection.held() / OVERHEAD).expect("a number");
    wait_until(|| hold(&a) >= CREDIT / 2);
    b.main.connection.send(Space::User, "passes", &[0]).expect("open");
    // Each has a few bytes beside its overhead.
    assert!(hold(&a) <= CREDIT * 2, "{}", hold(&a));
    let got = inbox(&theirs);
    assert_eq!(next(&got), "early");
    brings_numbers(&got, 0..5_000);
    wait_until(|| hold(&a) == 0);
}

#[test]
fn what_waits_by_main_keeps_its_place_when_two_renderers_get_a_socket() {
    for _ in 0..5 {
        let (a, b, ours, theirs) = joined([true, true]);
        post_numbers(&ours, 0..5_000);
        a.renderer.sees(Step::Switched);
        post_numbers(&ours, 5_000..6_000);
        let got = inbox(&theirs);
        assert_eq!(next(&got), "early");
        brings_numbers(&got, 0..6_000);
        b.renderer.sees(Step::Switched);
    }
}

#[test]
fn a_direct_link_stops_at_its_credit_and_goes_on() {
    let (_a, _b, ours, theirs) = direct();
    post_numbers(&ours, 0..10_000);
    let state = ours.0.as_ref().expect("open").lock();
    let socket = state.direct.as_ref().expect("direct").link.clone();
    drop(state);
    assert!(socket.counts().0 <= CREDIT, "{}", socket.counts().0);
    let got = inbox(&theirs);
    assert_eq!(next(&got), "early");
    brings_numbers(&got, 0..10_000);
}

#[test]
fn a_port_that_waits_for_its_messages_to_leave_is_done_when_they_have() {
    let link = link(true);
    let (ours, theirs) = to_renderer(&link);
    post_numbers(&ours, 0..3_000);
    assert!(!link.main.table.drain(Duration::from_millis(1)));
    let got = inbox(&theirs);
    assert!(link.main.table.drain(PATIENCE));
    brings_numbers(&got, 0..3_000);
}

/// A renderer of another make that has no capabilities, and main's side of its link.
fn plain_renderer(limits: Limits) -> (End, Endpoint) {
    let (ours, theirs) = Endpoint::pair().expect("sockets");
    let theirs = Endpoint::adopt(theirs);
    let hello = Message::Hello {
        magic: wire::MAGIC,
        min_version: 1,
        max_version: 2,
        pid: 1,
        max_frame: 64 << 20,
        token: &[],
        sandbox: "none",
        profile: Rest(Some(Profile { capabilities: Capabilities::NONE, ..Profile::default() })),
    };
    write(&theirs, &hello);
    (End::new(ours, Role::Main, true, limits), theirs)
}

fn write(endpoint: &Endpoint, message: &Message<'_>) {
    let mut bytes = Vec::new();
    put_frame(&mut bytes, message, 64 << 20).expect("it fits");
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        match endpoint.try_write(rest) {
            Ok(count) => rest = &rest[count..],
            Err(_) => drop(endpoint.wait(false, true, None, Some(PATIENCE)).expect("room")),
        }
    }
}

#[test]
fn a_peer_without_credit_loses_its_ports_when_too_much_of_what_it_sent_waits_in_all_of_them() {
    let mut limits = Limits::default();
    limits.queued = 4 << 20;
    let (main, theirs) = plain_renderer(limits);
    let list: Vec<u8> = [1u64, 3, 5].iter().flat_map(|id| id.to_le_bytes()).collect();
    write(&theirs, &Message::Post { channel: "port", ports: &list, message: &[0] });
    let ports = main.ports.recv_timeout(PATIENCE).expect("the ports");
    let half = ipc_proto::payload::Payload::from_serialize(&"x".repeat(512 << 10)).expect("text");
    for _ in 0..6 {
        for port in [1, 3, 5] {
            write(&theirs, &Message::PortMessage { port, ports: &[], message: half.as_bytes() });
        }
    }
    wait_until(|| main.connection.open_ports() == 0);
    assert!(main.connection.held() <= 4 << 20, "{}", main.connection.held());
    // What came before is still there, and then the end.
    let got: Vec<_> = ports.iter().map(inbox).collect();
    let all: Vec<Vec<String>> = got.iter().map(|got| got.try_iter().collect()).collect();
    assert!(all.iter().all(|texts| texts.last().is_some_and(|text| text == "closed")));
    assert_eq!(all.iter().map(|texts| texts.len() - 1).sum::<usize>(), 7);
    assert_eq!(main.connection.held(), 0);
    assert!(main.connection.closed().is_none());
}

#[test]
fn what_main_passes_on_to_a_peer_without_credit_leaves_the_queue_to_its_answers() {
    let (from, theirs) = plain_renderer(Limits::default());
    let (to, reader) = plain_renderer(Limits::default());
    // Both know by now that there is no credit.
    for peer in [&theirs, &reader] {
        wait_until(|| peer.wait(true, false, None, Some(PATIENCE)).is_ok_and(|ready| ready.readable));
    }
    write(&theirs, &Message::Post { channel: "port", ports: &1u64.to_le_bytes(), message: &[0] });
    let port = from.port();
    to.post(vec![port]);
    let message = ipc_proto::payload::Payload::from_serialize(&"x".repeat(100_000)).expect("text");
    for _ in 0..100 {
        write(&theirs, &Message::PortMessage { port: 1, ports: &[], message: message.as_bytes() });
    }
    wait_until(|| from.connection.open_ports() + to.connection.open_ports() == 0);
    assert!(to.connection.queued() <= (1 << 20) + 2 * 100_000, "{}", to.connection.queued());
    assert_eq!((from.connection.closed(), to.connection.closed()), (None, None));
    // What was passed on before arrives, and then the end.
    let mut buffer = ReadBuffer::new(64 << 20);
    let mut came = 0;
    loop {
        while let Some(frame) = buffer.next_frame().expect("valid") {
            match wire::decode_message(frame) {
                Ok(Message::PortMessage { .. }) => came += 1,
                Ok(Message::PortClose { .. }) => return assert!((10..50).contains(&came), "{came}"),
                _ => {}
            }
        }
        let count = reader.read(buffer.space(), Some(PATIENCE)).expect("the rest");
        buffer.filled(count);
    }
}

#[test]
fn an_owners_loop_sends_no_more_to_a_peer_without_credit_than_that_seems_to_read() {
    let (main, theirs) = plain_renderer(Limits::default());
    // It has been welcomed.
    wait_until(|| theirs.wait(true, false, None, Some(PATIENCE)).is_ok_and(|ready| ready.readable));
    main.connection.flush_by_owner();
    let port = main.connection.post("port", 1, &[0]).expect("open")[0];
    let message = [0; 1_000];
    let send = || main.connection.try_port_message(port, 0, &message).expect("open");
    let sent = std::iter::from_fn(|| (send() != Posted::NoRoom).then_some(())).take(10_000).count();
    assert!((64..3_000).contains(&sent), "{sent}");
    assert!(!main.connection.has_room() && main.connection.queued() <= 128 << 10);
    wait_until(|| {
        let _ = theirs.try_read(&mut vec![0; 1 << 20]);
        main.connection.flush();
        main.connection.has_room()
    });
    assert_ne!(send(), Posted::NoRoom);
}
