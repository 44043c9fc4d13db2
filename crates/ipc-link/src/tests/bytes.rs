//! Bytes that travel without being copied.

use std::os::fd::OwnedFd;
use std::sync::mpsc;

use ipc_proto::bytes::{Bytes, LARGE};
use ipc_proto::encoded::{Encoded, Lending, Lent};
use ipc_proto::payload::{Payload, PayloadRef};
use ipc_proto::wire::RendererRole;

use super::*;
use crate::typed::{encode_args, encode_value, with_scratch};

/// Main: keeps the bytes that arrive, and answers requests with the same.
struct Keep(mpsc::Sender<(String, Bytes)>);

impl Dispatch for Keep {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        match event {
            Event::Hello(_) => {
                connection.welcome(Acceptance { renderer: 1, epoch: 1, max_frame: 1 << 20 }).expect("open");
            }
            Event::Send { channel, args, .. } => {
                let (bytes,) = PayloadRef::new(args).decode().expect("bytes");
                let _ = self.0.send((channel.to_owned(), bytes));
            }
            Event::Invoke { id, args, .. } => {
                let (bytes, times): (Bytes, usize) = PayloadRef::new(args).decode().expect("bytes");
                let mut answer = Encoded::default();
                encode_value(&mut answer, &vec![bytes; times]).expect("encodable");
                let _ = connection.reply(id, Status::Ok, &mut answer);
            }
            _ => {}
        }
    }

    fn closed(&mut self, _: &Connection, _: &CloseReason) {}
}

fn pattern(size: usize, seed: usize) -> Bytes {
    Bytes::from((0..size).map(|i| ((i + seed) % 251) as u8).collect::<Vec<_>>())
}

fn send(connection: &Connection, channel: &str, bytes: &Bytes) {
    with_scratch(|out| encode_args(out, &(bytes,)), |args| connection.send(Space::User, channel, args)).expect("open");
}

fn connected() -> (Connection, Connection, mpsc::Receiver<(String, Bytes)>) {
    let (ours, theirs) = Endpoint::sockets().expect("a socket pair");
    connected_by(ours, theirs)
}

fn connected_by(ours: OwnedFd, theirs: OwnedFd) -> (Connection, Connection, mpsc::Receiver<(String, Bytes)>) {
    let ours = Endpoint::adopt(ours);
    let mut limits = Limits::default();
    limits.frame = 1 << 20;
    let main = Connection::new(ours, Role::Main, limits);
    let renderer = Connection::new(Endpoint::adopt(theirs), Role::Renderer, Limits::default());
    let (sender, kept) = mpsc::channel();
    let serving = main.clone();
    std::thread::spawn(move || serving.serve(&mut Keep(sender)));
    (main, renderer, kept)
}

fn introduce(renderer: &Connection) {
    renderer.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
}

#[test]
fn large_bytes_keep_their_place_between_small_ones_and_are_not_overwritten() {
    let (_main, renderer, kept) = connected();
    introduce(&renderer);
    let sizes = [5, LARGE, 0, 300_000, 300_000, LARGE - 1, 900_000, 7, 7, LARGE + 1, 900_000];
    for (index, size) in sizes.into_iter().enumerate() {
        send(&renderer, &format!("{index}"), &pattern(size, index));
    }
    renderer.flush();
    let all: Vec<_> = sizes.iter().map(|_| kept.recv_timeout(PATIENCE).expect("it comes")).collect();
    for (index, (size, (channel, bytes))) in sizes.into_iter().zip(all).enumerate() {
        assert_eq!((channel, bytes == pattern(size, index)), (format!("{index}"), true), "{size}");
    }
}

/// The bytes of the first message that comes to `renderer` once it has introduced itself.
fn introduced_it_gets(renderer: Connection) -> Bytes {
    let (sender, seen) = mpsc::channel();
    introduce(&renderer);
    driver::spawn_thread(renderer, Box::new(Report(sender))).expect("a thread");
    let args = seen.recv_timeout(PATIENCE).expect("it comes");
    let (bytes,): (Bytes,) = PayloadRef::new(&args).decode().expect("bytes");
    bytes
}

#[test]
fn what_main_says_before_the_handshake_waits_with_all_its_bytes() {
    let (main, renderer, _kept) = connected();
    send(&main, "early", &pattern(100_000, 3));
    assert!(introduced_it_gets(renderer) == pattern(100_000, 3));
}

/// How a call is answered whose answer is to be `bytes` so many times, and whether it was that.
fn ask(renderer: &Connection, bytes: &Bytes, times: usize) -> (Status, bool) {
    let mut args = Encoded::default();
    encode_args(&mut args, &(bytes, times)).expect("encodable");
    let answer = renderer.call_blocking(BlockingCall::Invoke, "echo", &mut args, Some(PATIENCE), |status, value, _| {
        let value = PayloadRef::new(value).decode::<Vec<Bytes>>().unwrap_or_default();
        (status, value == vec![bytes.clone(); times])
    });
    answer.expect("an answer")
}

#[test]
fn an_answer_is_the_bytes_themselves_or_a_refusal_when_they_are_too_many() {
    let (_main, renderer, _kept) = connected();
    introduce(&renderer);
    let bytes = pattern(600_000, 1);
    for times in [0, 1, 2, 1] {
        let (status, same) = ask(&renderer, &bytes, times);
        let expected = if times == 2 { Status::TooLarge } else { Status::Ok };
        assert_eq!((status, same), (expected, times != 2), "{times}");
    }
}

/// Sends bytes that are lent, and overwrites them as soon as that returns.
fn send_lent(connection: &Connection, channel: &str, bytes: &Bytes) -> Result<(), CallError> {
    let args = Payload::from_serialize(&(bytes,)).expect("encodable").as_bytes().to_vec();
    let (head, tail) = (args.len() - bytes.len() - 1, args.len() - 1);
    let mut copied = [&args[..head], &args[tail..]].concat();
    let mut memory = bytes.to_vec();
    let lent: &[Lent<'_>] = &[(head, &memory)];
    let lending = Lending { bytes: &mut copied, lent };
    let sent = connection.send(Space::User, channel, lending);
    memory.fill(0xff);
    sent
}

#[test]
fn lent_bytes_keep_their_place_and_are_what_they_were_when_they_were_sent() {
    let (_main, renderer, kept) = connected();
    introduce(&renderer);
    let sizes = [5, LARGE, 300_000, 900_000, LARGE - 1, 900_000, 900_000, 7, 900_000, LARGE + 1, 900_000];
    for (index, size) in sizes.into_iter().enumerate() {
        let bytes = pattern(size, index);
        // Between those that are queued in other ways.
        match index % 3 {
            0 => send(&renderer, &format!("{index}"), &bytes),
            _ => send_lent(&renderer, &format!("{index}"), &bytes).expect("open"),
        }
    }
    renderer.flush();
    for (index, size) in sizes.into_iter().enumerate() {
        let (channel, bytes) = kept.recv_timeout(PATIENCE).expect("it comes");
        assert_eq!((channel, bytes == pattern(size, index)), (format!("{index}"), true), "{size}");
    }
}

#[test]
fn lent_bytes_that_nobody_reads_are_copied_and_count_against_the_queue() {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let mut limits = Limits::default();
    limits.queued = 2 << 20;
    let main = Connection::new(ours, Role::Main, limits.clone());
    let renderer = Connection::new(Endpoint::adopt(theirs), Role::Renderer, Limits::default());
    introduce(&renderer);
    let _ = main.pump(&mut Echo { seen: mpsc::channel().0 }, 10);
    let sent =
        (0..100).take_while(|index| send_lent(&main, &format!("{index}"), &pattern(300_000, *index)).is_ok()).count();
    assert!(sent < 100 && main.queued() <= limits.queued + 300_100, "{sent} messages, {} bytes wait", main.queued());
    let (sender, seen) = mpsc::channel();
    driver::spawn_thread(renderer, Box::new(Report(sender))).expect("a thread");
    for index in 0..sent {
        let args = seen.recv_timeout(PATIENCE).expect("it comes");
        let (bytes,): (Bytes,) = PayloadRef::new(&args).decode().expect("bytes");
        assert!(bytes == pattern(300_000, index), "{index}");
    }
}

#[test]
fn lent_bytes_wait_for_the_handshake_with_all_others() {
    let (main, renderer, _kept) = connected();
    send_lent(&main, "early", &pattern(100_000, 3)).expect("open");
    assert!(introduced_it_gets(renderer) == pattern(100_000, 3));
}

#[test]
fn what_large_messages_have_sent_is_told_once() {
    let (_main, renderer, kept) = connected();
    introduce(&renderer);
    send(&renderer, "small", &pattern(100, 0));
    renderer.flush();
    assert_eq!(renderer.take_sent(), 0);
    send(&renderer, "large", &pattern(100_000, 0));
    renderer.flush();
    send_lent(&renderer, "lent", &pattern(200_000, 0)).expect("open");
    for _ in 0..3 {
        kept.recv_timeout(PATIENCE).expect("it comes");
    }
    assert!(renderer.take_sent() > 300_000);
    assert_eq!(renderer.take_sent(), 0);
}

#[test]
fn sockets_that_take_little_at_a_time_carry_the_same() {
    let (ours, theirs) = Endpoint::sockets().expect("a socket pair");
    for socket in [&ours, &theirs] {
        // Linux gives the least it has, 4,608 bytes.
        rustix::net::sockopt::set_socket_send_buffer_size(socket, 1).expect("a socket");
    }
    let (_main, renderer, kept) = connected_by(ours, theirs);
    introduce(&renderer);
    for (seed, size) in [1, 3_000, LARGE, 4 * LARGE + 1, 300_000].into_iter().enumerate() {
        let bytes = pattern(size, seed);
        send(&renderer, "keep", &bytes);
        assert_eq!(ask(&renderer, &bytes, 2), (Status::Ok, true), "{size} bytes come back");
        assert_eq!(kept.recv_timeout(PATIENCE).map(|(_, kept)| kept), Ok(bytes), "{size} bytes arrive");
    }
}
