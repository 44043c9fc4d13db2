//! What is read of a process that has ended, while another one still has its socket.

use std::io::{ErrorKind, Write};
use std::os::unix::net::UnixStream;

use ipc_proto::frame::put_frame;
use ipc_proto::wire::{MAGIC, Message, Rest};

use super::*;
use crate::Pumped;

/// A connection of main's to a peer that has said hello and sent so many messages.
fn main_and_peer(messages: usize) -> (Connection, UnixStream) {
    let (ours, theirs) = Endpoint::pair().expect("sockets");
    let mut bytes = Vec::new();
    let hello = Message::Hello {
        magic: MAGIC,
        min_version: 1,
        max_version: 1,
        pid: 1,
        max_frame: 4_096,
        token: &[],
        sandbox: "",
        profile: Rest(None),
    };
    let send = Message::Send { space: Space::User, channel: "last", args: &[0x0b, 0x19] };
    put_frame(&mut bytes, &hello, u32::MAX).expect("it fits");
    for _ in 0..messages {
        put_frame(&mut bytes, &send, u32::MAX).expect("it fits");
    }
    let mut peer = UnixStream::from(theirs);
    peer.write_all(&bytes).expect("room");
    (Connection::new(ours, Role::Main, Limits::default()), peer)
}

#[test]
fn what_was_sent_before_a_hang_up_is_handled_and_nothing_can_be_written_behind_it() {
    let (main, mut peer) = main_and_peer(3);
    main.hang_up();
    assert_eq!(peer.write(b"more").expect_err("nobody reads").kind(), ErrorKind::BrokenPipe);
    let (sender, seen) = mpsc::channel();
    main.serve(&mut Echo { seen: sender });
    let all: Vec<String> = seen.iter().collect();
    assert_eq!(all, ["last", "last", "last", "closed: the other process has closed its end"]);
    assert_eq!(main.drop_rest(), 0);
}

#[test]
fn what_of_it_is_not_handled_is_counted() {
    let (main, _peer) = main_and_peer(7_000);
    let (sender, seen) = mpsc::channel();
    let mut echo = Echo { seen: sender };
    assert_eq!(main.pump(&mut echo, 3), Pumped::More);
    assert_eq!(main.drop_rest(), 0, "it has not ended");
    main.hang_up();
    main.close(CloseReason::new(CloseCode::PeerGone, "its time is over"));
    while main.pump(&mut echo, usize::MAX) != Pumped::Closed {}
    let heard = seen.try_iter().filter(|channel| channel == "last").count();
    assert_eq!((heard, main.drop_rest()), (2, 6_998), "the first message was hello");
}

#[test]
fn a_budget_that_ends_with_the_last_message_leaves_nothing_to_come_back_for() {
    for (budget, until, pumped) in [
        (3, None, Pumped::Drained),
        (2, None, Pumped::More),
        (3, Some(std::time::Instant::now()), Pumped::More),
        (1, Some(std::time::Instant::now()), Pumped::More),
    ] {
        let (main, _peer) = main_and_peer(2);
        let (sender, _seen) = mpsc::channel();
        assert_eq!(main.pump_until(&mut Echo { seen: sender }, budget, until), pumped, "{budget} {until:?}");
    }
    let (main, _peer) = main_and_peer(0);
    let (sender, _seen) = mpsc::channel();
    let now = Some(std::time::Instant::now());
    assert_eq!(main.pump_until(&mut Echo { seen: sender }, 3, now), Pumped::Drained, "there was one message");
}
