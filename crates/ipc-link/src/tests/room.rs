//! What a peer may make this process hold, and what becomes of the rest.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use ipc_proto::frame::{ReadBuffer, put_frame};
use ipc_proto::wire::{Message, decode_message};

use super::*;
use crate::{Pool, Pumped};

const MIB: usize = 1 << 20;

fn limits() -> Limits {
    let mut limits = Limits::default();
    (limits.queued, limits.held) = (MIB, 4 * MIB);
    limits
}

/// Main of a link, open, and the socket of a peer that speaks the protocol by hand.
fn open(limits: Limits, pool: &Pool) -> (Connection, UnixStream) {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let main = Connection::in_pool(ours, limits, pool);
    let mut bytes = Vec::new();
    let mut session = Session::<()>::new(Role::Renderer, Limits::default());
    session.hello(&mut bytes, &Introduction::of_this_process(RendererRole::Foreign)).expect("open");
    let mut peer = UnixStream::from(theirs);
    peer.write_all(&bytes).expect("room");
    main.pump(&mut Answers(Vec::new(), 0), 1);
    peer.set_nonblocking(true).expect("a socket");
    let mut welcome = [0; 64];
    assert!(peer.read(&mut welcome).expect("a welcome") > 4);
    (main, peer)
}

/// Answers with so many bytes, and keeps the numbers of requests on channel "later" unanswered.
struct Answers(Vec<u64>, usize);

impl Dispatch for Answers {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        match event {
            Event::Hello(_) => {
                connection.welcome(Acceptance { renderer: 1, epoch: 1, max_frame: 64 << 20 }).expect("open");
            }
            Event::Invoke { id, channel: "later", .. } => self.0.push(id),
            Event::Invoke { id, .. } => {
                self.0.push(id);
                connection.reply(id, Status::Ok, &vec![0; self.1]).expect("room");
            }
            _ => {}
        }
    }

    fn closed(&mut self, _: &Connection, _: &CloseReason) {}
}

fn invokes(channel: &str, ids: std::ops::RangeInclusive<u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for id in ids {
        put_frame(&mut bytes, &Message::Invoke { id, space: Space::User, channel, args: &[] }, 1000).expect("fits");
    }
    bytes
}

/// Reads all that has come; the status of each answer.
fn statuses(peer: &mut UnixStream, buffer: &mut ReadBuffer) -> Vec<Status> {
    let mut all = Vec::new();
    while let Ok(count @ 1..) = peer.read(buffer.space()) {
        buffer.filled(count);
        while let Some(frame) = buffer.next_frame().expect("valid") {
            if let Message::Reply { status, .. } = decode_message(frame).expect("a message") {
                all.push(status);
            }
        }
    }
    all
}

#[test]
fn who_asks_and_takes_no_answers_is_not_read_until_it_does_and_then_gets_all() {
    let (main, mut peer) = open(limits(), &Pool::default());
    peer.write_all(&invokes("now", 1..=200)).expect("room");
    let mut answers = Answers(Vec::new(), 50_000);
    while !main.is_stalled() {
        main.pump(&mut answers, usize::MAX);
    }
    let handled = answers.0.len();
    assert!(handled < 60, "{handled} of 10 MB of answers were made");
    assert!(main.queued() <= MIB + 60_000, "{}", main.queued());
    assert_eq!(main.pump(&mut answers, usize::MAX), Pumped::More, "there is more to read");
    assert_eq!(answers.0.len(), handled, "but it is not read");

    let mut buffer = ReadBuffer::new(64 << 20);
    let mut came = 0;
    while came < 200 {
        came += statuses(&mut peer, &mut buffer).iter().filter(|status| **status == Status::Ok).count();
        main.flush();
        main.pump(&mut answers, usize::MAX);
    }
    assert_eq!(answers.0, (1..=200).collect::<Vec<_>>(), "in order");
    assert_eq!(main.closed(), None);
}

#[test]
fn an_answer_of_a_handler_that_has_waited_becomes_busy_where_too_much_waits_already() {
    let (main, mut peer) = open(limits(), &Pool::default());
    peer.write_all(&invokes("later", 1..=200)).expect("room");
    let mut answers = Answers(Vec::new(), 0);
    while answers.0.len() < 200 {
        main.pump(&mut answers, usize::MAX);
    }
    let refused = answers.0.iter().filter(|id| main.reply(**id, Status::Ok, &[0; 50_000]).is_err()).count();
    assert!(refused > 80, "{refused}");
    assert!(main.queued() <= 5 * MIB, "{}", main.queued());
    let mut buffer = ReadBuffer::new(64 << 20);
    let mut all = Vec::new();
    while all.len() < 200 {
        all.extend(statuses(&mut peer, &mut buffer));
        main.flush();
    }
    assert_eq!(all.iter().filter(|status| **status == Status::Busy).count(), refused, "each call has ended");
    assert_eq!(main.closed(), None);
}

#[test]
fn many_who_do_not_read_hold_no_more_than_all_may() {
    let pool = Pool::new(8 * MIB);
    let mut limits = limits();
    (limits.queued, limits.held) = (64 * MIB, 64 * MIB);
    let links: Vec<_> = (0..8).map(|_| open(limits.clone(), &pool)).collect();
    let mut full = 0;
    for _ in 0..200 {
        for (main, _) in &links {
            match main.send(Space::User, "x", &[0; 50_000]) {
                Ok(()) => {}
                Err(CallError::QueueFull { .. }) => full += 1,
                Err(error) => panic!("{error}"),
            }
        }
    }
    let held: usize = links.iter().map(|(main, _)| main.queued()).sum();
    assert!(full > 0 && held <= 10 * MIB, "{held}");
    assert!(links.iter().all(|(main, _)| main.queued() > 0));

    // One that does read is none the worse for it.
    let (main, mut peer) = open(limits, &pool);
    let mut buffer = ReadBuffer::new(64 << 20);
    for id in 1..=100 {
        peer.write_all(&invokes("now", id..=id)).expect("room");
        main.pump(&mut Answers(Vec::new(), 50_000), usize::MAX);
        let mut came = statuses(&mut peer, &mut buffer);
        while came.is_empty() {
            main.flush();
            came = statuses(&mut peer, &mut buffer);
        }
        assert_eq!(came, [Status::Ok]);
    }
    drop((links, main));
    let until = std::time::Instant::now() + PATIENCE;
    while pool.held() > 0 {
        assert!(std::time::Instant::now() < until, "what links that are gone held is free again");
        std::thread::yield_now();
    }
}

#[test]
fn two_that_write_more_than_the_other_takes_do_not_wait_for_each_other() {
    const COUNT: usize = 400;
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let main = Connection::new(ours, Role::Main, limits());
    let renderer = Connection::new(Endpoint::adopt(theirs), Role::Renderer, limits());
    renderer.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
    main.pump(&mut Answers(Vec::new(), 0), 1);
    let asked = renderer.clone();
    let (sender, all_sent) = mpsc::channel();
    std::thread::spawn(move || {
        // More than both queues take, of messages and of calls whose answers are as large.
        for at in 0..COUNT {
            asked.send(Space::User, "x", &[0; 50_000]).expect("it waits for room");
            asked.invoke(Space::User, "now", &[]).expect("it waits for room").detach();
            if at == COUNT - 1 {
                sender.send(()).expect("the test waits");
            }
        }
    });
    let mut answers = Answers(Vec::new(), 50_000);
    let until = std::time::Instant::now() + PATIENCE;
    while all_sent.try_recv().is_err() {
        main.flush();
        main.pump(&mut answers, usize::MAX);
        assert!(std::time::Instant::now() < until, "{} of {COUNT} were handled", answers.0.len());
    }
    assert_eq!(renderer.closed(), None);
    assert_eq!(main.closed(), None);
}

#[test]
fn a_message_that_is_begun_and_not_finished_ends_the_link_with_a_number() {
    let mut limits = limits();
    limits.frame_time = Duration::from_millis(20);
    let (main, mut peer) = open(limits, &Pool::default());
    peer.set_nonblocking(false).expect("a socket");
    peer.write_all(&invokes("now", 1..=1)).expect("room");
    peer.write_all(&[9, 0, 0]).expect("room");
    let serving = std::thread::spawn(move || main.serve(&mut Answers(Vec::new(), 0)));
    let mut said = Vec::new();
    peer.read_to_end(&mut said).expect("the end of the stream");
    serving.join().expect("no panic");
    let mut buffer = ReadBuffer::new(1000);
    buffer.extend(&said);
    let frame = buffer.next_frame().expect("valid").expect("an answer");
    assert!(matches!(decode_message(frame), Ok(Message::Reply { id: 1, .. })), "what came before is answered");
    let frame = buffer.next_frame().expect("valid").expect("a goodbye");
    match decode_message(frame) {
        Ok(Message::Goodbye { code, .. }) => assert_eq!(code, CloseCode::FrameUnfinished as u16),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_an_owner_holds_for_a_peer_counts() {
    let (main, _peer) = open(limits(), &Pool::default());
    assert_eq!(main.keep(3 * MIB), Ok(()), "one, however large");
    assert_eq!(main.keep(1), Err(CallError::QueueFull { limit: MIB }));
    main.let_go(3 * MIB);
    assert_eq!(main.keep(MIB), Ok(()));
    assert!(main.keep(5 * MIB).is_err());
}

#[test]
fn what_waits_at_ports_counts_and_is_noticed_by_others() {
    let pool = Pool::new(4 * MIB);
    let ((one, _peer), (other, _other_peer)) = (open(limits(), &pool), open(limits(), &pool));
    assert!(one.note_at_ports(2 * MIB));
    assert!(!one.note_at_ports(3 * MIB), "it is more than half of what there is");
    assert_eq!(pool.held(), 3 * MIB, "but it is there");
    assert!(!other.note_at_ports(MIB));
    assert!(other.note_at_ports(LITTLE), "so much anybody may");
    assert!(one.note_at_ports(0) && other.note_at_ports(MIB));
}

const LITTLE: usize = 256 << 10;
