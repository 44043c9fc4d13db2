//! What a peer gets to read before its link is closed.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use ipc_proto::frame::put_frame;
use ipc_proto::wire::{Capabilities, MAGIC, Message, Profile, Rest, decode_message};

use super::*;

/// What main says to a peer that writes `messages` and no more, and the end of the stream behind it.
fn told(messages: &[Message<'_>]) -> Vec<Vec<u8>> {
    let (ours, theirs) = Endpoint::pair().expect("sockets");
    let main = Connection::new(ours, Role::Main, Limits::default());
    let (seen, _arrived) = mpsc::channel();
    let serving = std::thread::spawn(move || main.serve(&mut Echo { seen }));
    let mut peer = UnixStream::from(theirs);
    let mut bytes = Vec::new();
    for message in messages {
        put_frame(&mut bytes, message, u32::MAX).expect("it fits");
    }
    peer.write_all(&bytes).expect("room");
    let mut said = Vec::new();
    peer.read_to_end(&mut said).expect("the end of the stream");
    serving.join().expect("no panic");
    let mut frames = Vec::new();
    let mut rest = &said[..];
    while let Some((length, behind)) = rest.split_first_chunk() {
        let (frame, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        frames.push(frame.to_vec());
        rest = behind;
    }
    frames
}

fn hello(min_version: u16, max_version: u16) -> Message<'static> {
    let profile = Rest(Some(Profile { role: RendererRole::Foreign, capabilities: Capabilities::NONE }));
    Message::Hello {
        magic: MAGIC,
        min_version,
        max_version,
        pid: 1,
        max_frame: 4_096,
        token: &[],
        sandbox: "",
        profile,
    }
}

#[test]
fn a_renderer_of_another_version_reads_the_refusal_with_the_versions_that_there_are() {
    let frames = told(&[hello(7, 9)]);
    let [only] = &frames[..] else { panic!("{frames:?}") };
    match decode_message(only) {
        Ok(Message::Refuse { min_version: 1, max_version: 2, reason }) => {
            assert!(reason.contains("7 to 9"), "{reason}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_peer_that_breaks_the_protocol_reads_the_number_of_the_reason() {
    for (message, code) in [
        (Message::PortClose { port: 5 }, CloseCode::BadPort),
        (Message::Cancel { id: 1 }, CloseCode::UnknownRequest),
        (hello(1, 2), CloseCode::UnexpectedVerb),
    ] {
        let frames = told(&[hello(1, 2), message]);
        let [welcome, goodbye] = &frames[..] else { panic!("{frames:?}") };
        assert!(matches!(decode_message(welcome), Ok(Message::Welcome { version: 2, .. })), "{welcome:?}");
        match decode_message(goodbye) {
            Ok(Message::Goodbye { code: told, .. }) => assert_eq!(told, code as u16),
            other => panic!("{other:?}"),
        }
    }
}
