use std::sync::mpsc;
use std::time::Duration;

use ipc_proto::error::{CallError, CloseCode, CloseReason};
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::{Acceptance, Introduction, Session};
use ipc_proto::wire::{self, Message, RendererRole, Rest, Space, Status};

use crate::{BlockingCall, Connection, Dispatch, Endpoint, Event, driver};

mod bytes;
mod last_words;
mod light_sleep;
mod order;
mod reasons;
mod ring;
mod room;
mod sharing;

/// Main: echoes requests, repeats one-way messages back, and reports the order in which channels arrived.
struct Echo {
    seen: mpsc::Sender<String>,
}

impl Dispatch for Echo {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        let channel = match event {
            Event::Hello(_) => {
                connection.welcome(Acceptance { renderer: 1, epoch: 1, max_frame: 64 << 20 }).expect("open");
                return;
            }
            Event::SendSync { id, channel, args } | Event::Invoke { id, channel, args, .. } => {
                if channel != "ignored" {
                    connection.reply(id, Status::Ok, args).expect("open");
                }
                channel
            }
            Event::Send { channel, args, .. } => {
                if channel == "push" {
                    connection.send(Space::User, "pushed", args).expect("open");
                }
                channel
            }
            _ => "other",
        };
        let _ = self.seen.send(channel.to_owned());
    }

    fn closed(&mut self, _: &Connection, reason: &CloseReason) {
        let _ = self.seen.send(format!("closed: {}", reason.text));
    }
}

/// The renderer's side: reports what arrives.
struct Report(mpsc::Sender<Vec<u8>>);

impl Dispatch for Report {
    fn incoming(&mut self, _: &Connection, event: Event<'_>) {
        if let Event::Send { args, .. } = event {
            let _ = self.0.send(args.to_vec());
        }
    }

    fn closed(&mut self, _: &Connection, reason: &CloseReason) {
        let _ = self.0.send(reason.text.clone().into_bytes());
    }
}

struct Pair {
    renderer: Connection,
    main: Connection,
    seen: mpsc::Receiver<String>,
}

fn pair() -> Pair {
    pair_with(Limits::default())
}

/// The same, with such limits of main's.
fn pair_with(limits: Limits) -> Pair {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let main = Connection::new(ours, Role::Main, limits);
    let renderer = Connection::new(Endpoint::adopt(theirs), Role::Renderer, Limits::default());
    let (sender, seen) = mpsc::channel();
    let serving = main.clone();
    std::thread::spawn(move || serving.serve(&mut Echo { seen: sender }));
    renderer.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
    Pair { renderer, main, seen }
}

fn sync(connection: &Connection, channel: &str, args: &[u8]) -> Result<Vec<u8>, CallError> {
    let deadline = Some(Duration::from_secs(20));
    connection.call_blocking(BlockingCall::SendSync, channel, args, deadline, |status, value, _| {
        assert_eq!(status, Status::Ok);
        value.to_vec()
    })
}

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn what_came_along_with_the_handshake_is_served_without_waiting_for_more() {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let main = Connection::new(ours, Role::Main, Limits::default());
    let renderer = Connection::new(Endpoint::adopt(theirs), Role::Renderer, Limits::default());
    renderer.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
    renderer.send(Space::User, "early", &[5, 0]).expect("open");
    renderer.flush();
    let (sender, seen) = mpsc::channel();
    let mut echo = Echo { seen: sender };
    main.pump(&mut echo, 1);
    std::thread::spawn(move || main.serve(&mut echo));
    assert_eq!(seen.recv_timeout(PATIENCE).as_deref(), Ok("early"));
}

#[test]
fn a_blocking_call_reads_its_own_answer() {
    let pair = pair();
    for i in 0..100u8 {
        assert_eq!(sync(&pair.renderer, "echo", &[i]), Ok(vec![i]));
    }
}

#[test]
fn payloads_of_many_sizes_survive() {
    let pair = pair();
    for size in [0, 1, 65_535, 65_536, 65_537, 262_147, 3_145_729] {
        let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        assert_eq!(sync(&pair.renderer, "echo", &bytes).map(|value| value == bytes), Ok(true), "{size}");
    }
}

#[test]
fn messages_put_aside_by_a_blocked_caller_arrive_afterwards_in_order() {
    let pair = pair();
    let (sender, got) = mpsc::channel();
    driver::spawn_thread(pair.renderer.clone(), Box::new(Report(sender))).expect("a thread");
    for i in 0..200u8 {
        pair.renderer.send(Space::User, "push", &[i]).expect("open");
        if i % 3 == 0 {
            sync(&pair.renderer, "echo", &[i]).expect("an answer");
        }
    }
    for i in 0..200u8 {
        assert_eq!(got.recv_timeout(PATIENCE), Ok(vec![i]));
    }
}

#[test]
fn blocking_calls_of_many_threads_each_get_their_own_answer() {
    let pair = pair();
    let (sender, _got) = mpsc::channel();
    driver::spawn_thread(pair.renderer.clone(), Box::new(Report(sender))).expect("a thread");
    std::thread::scope(|scope| {
        for thread in 0..4u8 {
            let renderer = &pair.renderer;
            scope.spawn(move || {
                for i in 0..200u8 {
                    assert_eq!(sync(renderer, "echo", &[thread, i]), Ok(vec![thread, i]));
                }
            });
        }
    });
}

#[test]
fn gathered_messages_and_calls_keep_their_order() {
    let pair = pair();
    for i in 0..1000 {
        let channel = format!("{i}");
        match i % 10 {
            0 => drop(sync(&pair.renderer, &channel, &[])),
            1 => pair.renderer.invoke(Space::User, &channel, &[]).expect("open").detach(),
            _ => pair.renderer.send(Space::User, &channel, &[]).expect("open"),
        }
    }
    for i in 0..1000 {
        assert_eq!(pair.seen.recv_timeout(PATIENCE), Ok(format!("{i}")));
    }
}

#[test]
fn a_call_that_is_not_answered_ends_at_its_deadline() {
    let pair = pair();
    let after = Duration::from_millis(30);
    let result = pair.renderer.call_blocking(BlockingCall::SendSync, "ignored", &[], Some(after), |_, _, _| ());
    assert_eq!(result, Err(CallError::Timeout { channel: "ignored".into(), after }));
    assert_eq!(sync(&pair.renderer, "echo", &[7]), Ok(vec![7]), "the link stays usable");
}

#[test]
fn every_waiting_call_ends_with_the_link() {
    let pair = pair();
    let (sender, got) = mpsc::channel();
    driver::spawn_thread(pair.renderer.clone(), Box::new(Report(sender))).expect("a thread");
    let call = pair.renderer.invoke(Space::User, "ignored", &[]).expect("open");
    assert_eq!(pair.seen.recv_timeout(PATIENCE), Ok("ignored".into()));
    pair.main.close(CloseReason::new(CloseCode::Normal, "enough"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    assert_eq!(runtime.block_on(call).map(drop).map_err(|reason| reason.code), Err(CloseCode::PeerGone));
    assert_eq!(got.recv_timeout(PATIENCE), Ok(b"the other process has closed its end".to_vec()));
}

#[test]
fn a_goodbye_arrives_behind_what_was_sent_before() {
    let pair = pair();
    for _ in 0..500 {
        pair.renderer.send(Space::User, "last words", &[]).expect("open");
    }
    pair.renderer.goodbye(CloseReason::new(CloseCode::Normal, "done"));
    for _ in 0..500 {
        assert_eq!(pair.seen.recv_timeout(PATIENCE), Ok("last words".into()));
    }
    assert_eq!(pair.seen.recv_timeout(PATIENCE), Ok("other".into()));
    assert_eq!(pair.seen.recv_timeout(PATIENCE), Ok("closed: done".into()));
}

#[test]
fn garbage_closes_the_link_with_a_reason() {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let main = Connection::new(ours, Role::Main, Limits::default());
    let (sender, seen) = mpsc::channel();
    let serving = main.clone();
    std::thread::spawn(move || serving.serve(&mut Echo { seen: sender }));
    Endpoint::adopt(theirs).try_write(&[3, 0, 0, 0, 1, 2, 3]).expect("room");
    let reason = seen.recv_timeout(PATIENCE).expect("a reason");
    assert!(reason.starts_with("closed: "), "{reason}");
    assert!(main.closed().is_some());
}

#[test]
fn main_fails_to_send_to_a_renderer_that_does_not_read_and_a_renderer_waits() {
    let (ours, _theirs) = Endpoint::pair().expect("a socket pair");
    let mut limits = Limits::default();
    limits.queued = 1 << 20;
    let main = Connection::new(ours, Role::Main, limits);
    let filled = (0..100).find_map(|_| main.send(Space::User, "x", &[0; 100_000]).err());
    assert_eq!(filled, Some(CallError::QueueFull { limit: 1 << 20 }));
}

#[test]
fn a_peer_that_makes_the_protocol_answer_and_reads_nothing_is_not_read_either() {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let theirs = Endpoint::adopt(theirs);
    let mut limits = Limits::default();
    (limits.queued, limits.frame) = (1 << 20, 64 << 10);
    let main = Connection::new(ours, Role::Main, limits.clone());
    let (sender, seen) = mpsc::channel();
    let serving = main.clone();
    std::thread::spawn(move || serving.serve(&mut Echo { seen: sender }));

    // A renderer that goes on using a port which main has closed, and moves ports along that main then has to close.
    limits.ports = usize::MAX;
    let mut session = Session::<()>::new(Role::Renderer, limits);
    let mut out = Vec::new();
    session.hello(&mut out, &Introduction::of_this_process(RendererRole::Worker)).expect("open");
    let port = session.post(&mut out, "c", 1, &[0]).expect("open")[0];
    // It keeps to no credit.
    let mut welcome = Vec::new();
    let capabilities = Rest(None);
    let answer = Message::Welcome { version: 1, renderer: 1, epoch: 1, max_frame: 64 << 10, capabilities };
    wire::put_message(&mut welcome, &answer);
    session.receive(&welcome, &mut Vec::new()).expect("a welcome");
    assert_eq!(theirs.try_write(&out).expect("room"), out.len());
    assert_eq!(seen.recv_timeout(PATIENCE).as_deref(), Ok("other"));
    main.port_close(port);
    out.clear();
    while !main.is_stalled() {
        if out.is_empty() {
            session.port_message(&mut out, port, 200, &[0]).expect("open");
        }
        match theirs.try_write(&out) {
            Ok(written) => drop(out.drain(..written)),
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
                theirs.wait(false, true, None, Some(Duration::from_millis(1))).expect("a socket");
            }
        }
    }
    assert!(main.queued() <= (1 << 20) + (64 << 10), "{}", main.queued());
    let mut room = vec![0; 64 << 10];
    while main.queued() > 0 {
        assert!(theirs.read(&mut room, Some(PATIENCE)).expect("closes") > 0, "it is read again when it reads");
    }
    assert_eq!(main.closed(), None);
}

#[test]
fn awaited_calls_work_on_a_runtime() {
    let pair = pair();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(async {
        let (sender, got) = mpsc::channel();
        driver::spawn_task(pair.renderer.clone(), Box::new(Report(sender))).expect("registered");
        for i in 0..100u8 {
            let answer = pair.renderer.invoke(Space::User, "echo", &[i]).expect("open").await.expect("an answer");
            assert_eq!(*answer.value, [i]);
        }
        let calls: Vec<_> = (0..64u8).map(|i| pair.renderer.invoke(Space::User, "echo", &[i]).expect("open")).collect();
        for (i, call) in calls.into_iter().enumerate() {
            assert_eq!(*call.await.expect("an answer").value, [i as u8]);
        }
        pair.renderer.send(Space::User, "push", &[9]).expect("open");
        pair.renderer.invoke(Space::User, "echo", &[]).expect("open").await.expect("an answer");
        assert_eq!(got.try_recv(), Ok(vec![9]));
    });
}

#[test]
fn a_dropped_call_is_cancelled_and_its_late_answer_ignored() {
    let pair = pair();
    drop(pair.renderer.invoke(Space::User, "echo", &[1]).expect("open"));
    assert_eq!(sync(&pair.renderer, "echo", &[2]), Ok(vec![2]));
    assert_eq!(pair.renderer.in_flight(), (0, 0));
}

#[test]
fn what_came_together_with_the_first_message_is_not_forgotten() {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let main = Connection::new(ours, Role::Main, Limits::default());
    let renderer = Connection::new(Endpoint::adopt(theirs), Role::Renderer, Limits::default());
    renderer.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
    renderer.invoke(Space::User, "first", &[]).expect("open").detach();
    renderer.flush();
    let (sender, seen) = mpsc::channel();
    let mut echo = Echo { seen: sender };
    assert_eq!(main.pump(&mut echo, 1), crate::Pumped::More, "the greeting only");
    std::thread::spawn(move || main.serve(&mut echo));
    assert_eq!(seen.recv_timeout(PATIENCE), Ok("first".into()));
}

#[test]
fn a_caller_behind_a_slow_one_keeps_its_deadline() {
    let pair = pair();
    let (sender, _got) = mpsc::channel();
    driver::spawn_thread(pair.renderer.clone(), Box::new(Report(sender))).expect("a thread");
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| {
            let deadline = Some(PATIENCE);
            pair.renderer.call_blocking(BlockingCall::Invoke, "ignored", &[], deadline, |_, _, _| ())
        });
        assert_eq!(pair.seen.recv_timeout(PATIENCE), Ok("ignored".into()));
        let after = Duration::from_millis(30);
        let late = pair.renderer.call_blocking(BlockingCall::Invoke, "ignored", &[], Some(after), |_, _, _| ());
        assert_eq!(late, Err(CallError::Timeout { channel: "ignored".into(), after }));
        assert_eq!(sync(&pair.renderer, "echo", &[1]), Ok(vec![1]), "its answer is read by the slow one");
        pair.main.close(CloseReason::new(CloseCode::Normal, "enough"));
        assert!(slow.join().expect("no panic").is_err());
    });
}

#[test]
fn the_largest_message_may_arrive_while_a_caller_is_blocked() {
    let pair = pair();
    let large = vec![1; 40 << 20];
    let (sender, got) = mpsc::channel();
    driver::spawn_thread(pair.renderer.clone(), Box::new(Report(sender))).expect("a thread");
    pair.renderer.send(Space::User, "push", &large).expect("open");
    assert_eq!(sync(&pair.renderer, "echo", &[1]), Ok(vec![1]));
    assert_eq!(got.recv_timeout(PATIENCE).map(|bytes| bytes.len()), Ok(large.len()));
}

#[test]
fn messages_between_the_answers_of_awaited_calls_reach_the_driver_in_order() {
    let pair = pair();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(async {
        let (sender, got) = mpsc::channel();
        driver::spawn_task(pair.renderer.clone(), Box::new(Report(sender))).expect("registered");
        for i in 0..200u8 {
            pair.renderer.send(Space::User, "push", &[i]).expect("open");
            let answer = pair.renderer.invoke(Space::User, "echo", &[i]).expect("open").await.expect("an answer");
            assert_eq!(*answer.value, [i]);
            assert_eq!(got.try_recv(), Ok(vec![i]), "the listener comes before the later answer");
        }
        pair.main.close(CloseReason::new(CloseCode::Normal, "enough"));
        let last = pair.renderer.invoke(Space::User, "ignored", &[]);
        if let Ok(call) = last {
            assert!(call.await.is_err(), "the end of the link ends a call that reads for itself");
        }
    });
}
