//! The renderers, launchers and mains of the tests of faults: its first argument says which.

mod mains;
mod renderer;
mod soak;

use std::fs::File;
use std::io::{IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use rustix::process::{Signal, getpid, kill_process};

fn main() {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let arg = |place: usize| args.get(place).map_or("", String::as_str);
    match arg(0) {
        "bytes" => write_bytes(&bytes(arg(1)), arg(2)),
        "bytes-of" => {
            let file = format!("/proc/self/fd/{}", arg(1));
            write_bytes(&std::fs::read(file).expect("a file"), arg(2));
        }
        "answers" => write_answers(&bytes(arg(1)), &bytes(arg(2))),
        "slowly" => write_slowly(&bytes(arg(1)), arg(2).parse().expect("milliseconds")),
        "descriptors" => write_descriptors(&bytes(arg(1)), arg(2).parse().expect("a number")),
        "leave-a-sleeper" => leave_a_sleeper(),
        "pieces" => hand_on_in_pieces(arg(1).parse().expect("a number")),
        "soak" => soak::run(),
        "main-of-many" => mains::of_many(),
        "main-on-streams" => mains::on_streams(arg(1)),
        "main-that-never-answers" => mains::never_answering(),
        "main-without-processes" => mains::without_processes(),
        mode => renderer::run(mode),
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).expect("digits"), 16).expect("digits");
    hex.as_bytes().chunks(2).map(digits).collect()
}

/// The socket that this process was given.
fn link() -> File {
    File::from(std::io::stdin().as_fd().try_clone_to_owned().expect("a descriptor"))
}

fn write_bytes(bytes: &[u8], then: &str) {
    let mut link = link();
    // Main may have hung up.
    let _ = link.write_all(bytes);
    match then {
        "kill" => kill_process(getpid(), Signal::KILL).expect("it is there"),
        "exit" => std::process::exit(0),
        "stay" => loop {
            std::thread::park();
        },
        "read" => while matches!(link.read(&mut [0; 65536]), Ok(1..)) {},
        other => panic!("no end: {other}"),
    }
}

/// Says hello, and ends with these bytes when main has said something besides its welcome.
fn write_answers(hello: &[u8], bytes: &[u8]) {
    let mut link = link();
    link.write_all(hello).expect("room");
    for _ in 0..2 {
        let mut length = [0; 4];
        link.read_exact(&mut length).expect("a frame");
        let mut frame = vec![0; u32::from_le_bytes(length) as usize];
        link.read_exact(&mut frame).expect("a frame");
    }
    link.write_all(bytes).expect("room");
}

fn write_slowly(bytes: &[u8], pause: u64) {
    let mut link = link();
    for byte in bytes {
        if link.write_all(&[*byte]).is_err() {
            return;
        }
        // This slowness is the fault.
        std::thread::sleep(Duration::from_millis(pause));
    }
    while matches!(link.read(&mut [0; 65536]), Ok(1..)) {}
}

/// Writes the bytes again and again, each time with descriptors attached, as many as a message may have and some less.
fn write_descriptors(bytes: &[u8], times: usize) {
    let mut link = link();
    let (hello, rest) = bytes.split_at(4 + usize::from(bytes[0]));
    link.write_all(hello).expect("room");
    let file = File::open("/dev/null").expect("a file");
    for turn in 0..times {
        let files = vec![file.as_fd(); 253 - turn % 50];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(253))];
        let mut attached = SendAncillaryBuffer::new(&mut space);
        assert!(attached.push(SendAncillaryMessage::ScmRights(&files)));
        if sendmsg(&link, &[IoSlice::new(rest)], &mut attached, SendFlags::NOSIGNAL).is_err() {
            break;
        }
    }
    let _ = link.write_all(&bytes[bytes.len()..]);
    while matches!(link.read(&mut [0; 65536]), Ok(1..)) {}
}

/// Says hello and is killed, and leaves a process that has its socket open and does nothing with it.
#[expect(clippy::zombie_processes, reason = "it is to outlive this one")]
fn leave_a_sleeper() {
    let mut link = link();
    link.write_all(&bytes(&std::env::args().nth(2).expect("a handshake"))).expect("room");
    let theirs = OwnedFd::from(link.try_clone().expect("a descriptor"));
    Command::new("sleep").arg("60").stdin(Stdio::from(theirs)).spawn().expect("a process");
    // Main's word: the handshake is over.
    link.read_exact(&mut [0]).expect("a byte");
    kill_process(getpid(), Signal::KILL).expect("it is there");
}

/// A launcher that hands bytes on in pieces of random sizes, many of one byte.
fn hand_on_in_pieces(seed: u64) {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .env("DIPOLE_LINK", "stdio")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let (to, from) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let down = std::thread::spawn(move || pieces(std::io::stdin(), to, seed));
    pieces(from, std::io::stdout(), seed.wrapping_add(1));
    drop(down);
    let _ = child.wait();
}

fn pieces(mut from: impl Read, mut to: impl Write, seed: u64) {
    let mut state = seed;
    loop {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let most = match state >> 61 {
            0..=3 => 1,
            4..=6 => 1 + (state >> 33) % 13,
            _ => 1 + (state >> 33) % 5_000,
        };
        let mut piece = vec![0; usize::try_from(most).expect("a small number")];
        match from.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if to.write_all(&piece[..count]).and_then(|()| to.flush()).is_err() {
                    return;
                }
            }
        }
    }
}
