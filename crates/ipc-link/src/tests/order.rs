//! The answers of awaited calls keep their place among the messages, also while a caller blocks.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::wire::{Space, Status};

use super::{Echo, PATIENCE, Report, pair, sync};
use crate::call::Call;
use crate::leader::Leader;
use crate::{Connection, Dispatch, Event, Pumped, driver};

/// Tells when the call that it is given to can go on.
struct Told(Mutex<mpsc::Sender<Vec<u8>>>);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        let _ = self.0.lock().expect("no panic").send(b"the answer".to_vec());
    }
}

/// Has `call` tell the receiver of what arrives when its answer is there.
fn tell_of(call: &mut Call, got: &mpsc::Sender<Vec<u8>>) {
    let waker = Waker::from(Arc::new(Told(Mutex::new(got.clone()))));
    assert!(poll(call, &waker).is_pending());
}

fn poll(call: &mut Call, waker: &Waker) -> Poll<bool> {
    std::future::Future::poll(std::pin::Pin::new(call), &mut Context::from_waker(waker)).map(|ending| ending.is_ok())
}

/// Hands on what has been read, until there is no more.
fn pump(connection: &Connection, dispatch: &mut dyn Dispatch) {
    while connection.pump(dispatch, 1) == Pumped::More {}
}

fn arrived(got: &mpsc::Receiver<Vec<u8>>) -> Vec<String> {
    got.try_iter().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

#[test]
fn an_answer_does_not_pass_a_message_that_a_blocked_caller_puts_aside() {
    let pair = pair();
    let (sender, got) = mpsc::channel();
    pair.renderer.send(Space::User, "push", b"before").expect("open");
    let mut call = pair.renderer.invoke(Space::User, "echo", &[]).expect("open");
    pair.renderer.send(Space::User, "push", b"behind").expect("open");
    tell_of(&mut call, &sender);

    sync(&pair.renderer, "echo", &[]).expect("an answer");
    assert!(poll(&mut call, Waker::noop()).is_pending(), "what came before it is not handled yet");
    tell_of(&mut call, &sender);
    pump(&pair.renderer, &mut Report(sender));

    assert_eq!(arrived(&got), ["before", "the answer", "behind"]);
    assert_eq!(poll(&mut call, Waker::noop()), Poll::Ready(true));
}

#[test]
fn an_answer_that_nothing_was_put_aside_before_is_seen_at_once() {
    let pair = pair();
    sync(&pair.renderer, "echo", &[]).expect("an answer");
    pump(&pair.renderer, &mut Report(mpsc::channel().0)); // the welcome
    let mut call = pair.renderer.invoke(Space::User, "echo", &[]).expect("open");
    pair.renderer.send(Space::User, "push", b"behind").expect("open");
    sync(&pair.renderer, "echo", &[]).expect("an answer");
    assert_eq!(poll(&mut call, Waker::noop()), Poll::Ready(true));
}

#[test]
fn an_answer_does_not_pass_a_message_that_a_sender_without_room_puts_aside() {
    let (ours, theirs) = crate::Endpoint::pair().expect("a socket pair");
    let limits = ipc_proto::limits::Limits::default();
    let main = Connection::new(ours, ipc_proto::ports::Role::Main, limits.clone());
    let renderer = Connection::new(crate::Endpoint::adopt(theirs), ipc_proto::ports::Role::Renderer, limits);
    let of_this_process = ipc_proto::session::Introduction::of_this_process;
    renderer.hello(&of_this_process(ipc_proto::wire::RendererRole::Worker)).expect("open");
    let (sender, got) = mpsc::channel();
    renderer.send(Space::User, "push", b"before").expect("open");
    let mut call = renderer.invoke(Space::User, "echo", &[]).expect("open");
    tell_of(&mut call, &sender);
    renderer.flush();
    pump(&main, &mut Echo { seen: mpsc::channel().0 });

    // Main reads no more, and what it has said is taken in on the way.
    for _ in 0..100 {
        renderer.send(Space::User, "large", &[0; 100_000]).expect("room");
    }
    assert_eq!(renderer.in_flight().0, 0, "the answer has been read");
    assert_eq!(arrived(&got), [""; 0]);
    pump(&renderer, &mut Report(sender));
    assert_eq!(arrived(&got), ["before", "the answer"]);
}

#[test]
fn an_answer_that_another_thread_reads_waits_for_the_message_that_is_being_handled() {
    struct Blocks<'a>(&'a Connection, &'a mut Call, &'a mut u32);
    impl Dispatch for Blocks<'_> {
        fn incoming(&mut self, _: &Connection, event: Event<'_>) {
            let Event::Send { .. } = event else { return };
            std::thread::scope(|scope| scope.spawn(|| sync(self.0, "echo", &[])).join().expect("no panic"))
                .expect("an answer");
            assert!(poll(self.1, Waker::noop()).is_pending());
            *self.2 += 1;
        }

        fn closed(&mut self, _: &Connection, _: &CloseReason) {}
    }
    let pair = pair();
    pair.renderer.send(Space::User, "push", b"before").expect("open");
    sync(&pair.renderer, "echo", &[]).expect("an answer");
    let (mut call, mut handled) = (pair.renderer.invoke(Space::User, "echo", &[]).expect("open"), 0);
    pump(&pair.renderer, &mut Blocks(&pair.renderer, &mut call, &mut handled));
    assert_eq!((poll(&mut call, Waker::noop()), handled), (Poll::Ready(true), 1));
}

#[test]
fn a_blocked_call_waits_for_no_listener() {
    let pair = pair();
    let (sender, got) = mpsc::channel();
    driver::spawn_thread(pair.renderer.clone(), Box::new(Report(sender))).expect("a thread");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..100 {
                    pair.renderer.send(Space::User, "push", &[]).expect("open");
                    sync(&pair.renderer, "echo", &[]).expect("an answer");
                }
            });
        }
    });
    for _ in 0..200 {
        got.recv_timeout(PATIENCE).expect("each message");
    }
}

#[test]
fn a_goodbye_ends_awaited_calls_behind_the_messages_before_it() {
    let pair = pair();
    let (sender, got) = mpsc::channel();
    let mut call = pair.renderer.invoke(Space::User, "ignored", &[]).expect("open");
    tell_of(&mut call, &sender);
    assert_eq!(pair.seen.recv_timeout(PATIENCE).as_deref(), Ok("ignored"));
    pair.main.send(Space::User, "pushed", b"last words").expect("open");
    pair.main.goodbye(CloseReason::new(CloseCode::Normal, "enough"));

    sync(&pair.renderer, "ignored", &[]).expect_err("main has gone");
    pump(&pair.renderer, &mut Report(sender));
    assert_eq!(arrived(&got), ["last words", "the answer", "enough"]);
    assert_eq!(poll(&mut call, Waker::noop()), Poll::Ready(false));
}

#[test]
fn a_call_that_was_kept_behind_a_message_ends_with_what_a_link_leaves() {
    let pair = pair();
    pair.renderer.send(Space::User, "push", b"before").expect("open");
    let mut call = pair.renderer.invoke(Space::User, "echo", &[]).expect("open");
    sync(&pair.renderer, "echo", &[]).expect("an answer");
    assert!(poll(&mut call, Waker::noop()).is_pending(), "nobody handles what came before it");

    pair.renderer.close(CloseReason::new(CloseCode::Normal, "enough"));
    pair.renderer.free();
    assert_eq!(poll(&mut call, Waker::noop()), Poll::Ready(true));
}

#[test]
fn a_reader_that_found_the_lead_taken_keeps_no_answer_back_from_who_serves_afterwards() {
    /// Leaves calls of `held` to others, and echoes the rest.
    struct Holds(mpsc::Sender<u64>, Echo);
    impl Dispatch for Holds {
        fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
            match event {
                Event::SendSync { id, channel: "held", .. } => self.0.send(id).expect("open"),
                event => self.1.incoming(connection, event),
            }
        }

        fn closed(&mut self, _: &Connection, _: &CloseReason) {}
    }
    /// Is still busy with a message when another thread has begun to read.
    struct Slow(mpsc::Sender<Connection>);
    impl Dispatch for Slow {
        fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
            let Event::Send { .. } = event else { return };
            self.0.send(connection.clone()).expect("open");
            while connection.0.leadership.lead_if_free(Leader::Thread).is_some() {
                std::thread::yield_now();
            }
        }

        fn closed(&mut self, _: &Connection, _: &CloseReason) {}
    }
    let (ours, theirs) = crate::Endpoint::pair().expect("a socket pair");
    let limits = ipc_proto::limits::Limits::default();
    let main = Connection::new(ours, ipc_proto::ports::Role::Main, limits.clone());
    let renderer = Connection::new(crate::Endpoint::adopt(theirs), ipc_proto::ports::Role::Renderer, limits);
    let (sender, held) = mpsc::channel();
    let serving = main.clone();
    std::thread::spawn(move || serving.serve(&mut Holds(sender, Echo { seen: mpsc::channel().0 })));
    let of_this_process = ipc_proto::session::Introduction::of_this_process;
    renderer.hello(&of_this_process(ipc_proto::wire::RendererRole::Worker)).expect("open");

    renderer.send(Space::User, "push", &[]).expect("open");
    let (sender, calls) = mpsc::channel::<Connection>();
    let caller = std::thread::spawn(move || {
        let connection = calls.recv().expect("a message");
        sync(&connection, "held", &[])
    });
    sync(&renderer, "echo", &[]).expect("an answer");
    pump(&renderer, &mut Slow(sender));

    main.reply(held.recv_timeout(PATIENCE).expect("it was asked"), Status::Ok, &[]).expect("open");
    caller.join().expect("no panic").expect("an answer");

    let (woken, told) = mpsc::channel();
    let mut call = renderer.invoke(Space::User, "echo", &[]).expect("open");
    tell_of(&mut call, &woken);
    let serving = renderer.clone();
    std::thread::spawn(move || serving.serve(&mut Report(mpsc::channel().0)));
    told.recv_timeout(PATIENCE).expect("its answer is there");
    renderer.close(CloseReason::new(CloseCode::Normal, "enough"));
}
