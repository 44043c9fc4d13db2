//! The bytes in docs/protocol.md are the bytes of this library.

use ipc_proto::error::CloseCode;
use ipc_proto::frame::ReadBuffer;
use ipc_proto::limits::Limits;
use ipc_proto::ports::{DirectCount, Role};
use ipc_proto::session::{Acceptance, Introduction, Session};
use ipc_proto::token::TokenReader;
use ipc_proto::value::Value;
use ipc_proto::wire::{
    Capabilities, ErrorKind, Flow, LONGEST_HELLO, MAGIC, Message, Profile, RendererRole, Rest, RingStep, Space, Status,
    Step, Token, ViewKind, decode_message, put_message, put_token,
};

const PAGE: &str = include_str!("../../../docs/protocol.md");

/// The rows of the table of rejected input with that heading: what it is, its bytes, and the number of the reason.
fn rejected(heading: &str) -> Vec<(&'static str, Vec<u8>, u16)> {
    let rows = PAGE.lines().skip_while(|line| !line.starts_with(&format!("| {heading} |"))).skip(2);
    let rows: Vec<_> = rows.take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 5, "no table '{heading}' in docs/protocol.md");
    rows.into_iter()
        .map(|row| {
            let mut columns = row.trim_matches('|').split(" | ").map(str::trim);
            let mut next = || columns.next().expect("three columns");
            let (name, bytes, code) = (next(), next(), next());
            (name, hexadecimal(bytes.trim_matches('`')), code.parse().expect("a number"))
        })
        .collect()
}

fn hexadecimal(bytes: &str) -> Vec<u8> {
    bytes.split(' ').map(|byte| u8::from_str_radix(byte, 16).expect("two hexadecimal digits")).collect()
}

/// The bytes that the page gives for `name`.
#[track_caller]
fn documented(name: &str) -> Vec<u8> {
    let row = PAGE.lines().find(|line| line.starts_with(&format!("| {name} |")));
    let row = row.unwrap_or_else(|| panic!("no row '{name}' in docs/protocol.md"));
    let hex = row.split('`').nth_back(1).expect("bytes in back quotes");
    hexadecimal(hex)
}

/// How a session takes a frame: the number of the reason for which it closes its link.
fn closed_for(buffer: &mut ReadBuffer, session: &mut Session<()>) -> Option<u16> {
    match buffer.next_frame() {
        Err(_) => Some(CloseCode::FrameTooLarge as u16),
        Ok(frame) => session.receive(frame?, &mut Vec::new()).err().map(|reason| reason.code as u16),
    }
}

/// The two sides of an open link of version 2.
fn open_link() -> [Session<()>; 2] {
    let [mut main, mut renderer] = [Role::Main, Role::Renderer].map(|role| Session::new(role, Limits::default()));
    let (mut hello, mut welcome) = (Vec::new(), Vec::new());
    renderer.hello(&mut hello, &Introduction::of_this_process(RendererRole::Worker)).expect("open");
    main.receive(&hello[4..], &mut Vec::new()).expect("a hello");
    main.welcome(&mut welcome, Acceptance { renderer: 1, epoch: 1, max_frame: 64 << 20 }).expect("open");
    renderer.receive(&welcome[4..], &mut Vec::new()).expect("a welcome");
    assert_eq!((main.version(), renderer.version()), (2, 2));
    [main, renderer]
}

#[test]
fn rejected_frames_close_an_open_link_with_the_documented_number_in_both_directions() {
    for (name, bytes, code) in rejected("rejected frame") {
        for mut session in open_link() {
            let mut buffer = ReadBuffer::new(64 << 20);
            buffer.extend(&bytes);
            assert_eq!(closed_for(&mut buffer, &mut session), Some(code), "{name}");
        }
    }
}

#[test]
fn rejected_handshakes_end_with_the_documented_number() {
    for (name, bytes, code) in rejected("rejected handshake") {
        let mut buffer = ReadBuffer::with_first(LONGEST_HELLO, 64 << 20);
        buffer.extend(&bytes);
        let mut main = Session::new(Role::Main, Limits::default());
        assert_eq!(closed_for(&mut buffer, &mut main), Some(code), "{name}");
    }
}

#[test]
fn rejected_values_are_malformed() {
    for (name, bytes, code) in rejected("rejected value") {
        let error = ipc_proto::de::decode::<Value>(&bytes, &Limits::default()).expect_err(name);
        assert!(error.is_malformed(), "{name}: {error}");
        assert_eq!(code, CloseCode::BadValue as u16, "{name}");
    }
}

#[test]
fn messages_have_the_documented_bytes_and_read_back() {
    let port = 1u64.to_le_bytes();
    let direct = DirectCount::list(&[DirectCount { id: 5, sent: 1, received: 0 }]);
    let cases = [
        (
            "`Hello` versions 1 to 1, pid 7, max_frame 256, no token, sandbox \"none\"",
            Message::Hello {
                magic: MAGIC,
                min_version: 1,
                max_version: 1,
                pid: 7,
                max_frame: 256,
                token: &[],
                sandbox: "none",
                profile: Rest(None),
            },
        ),
        (
            "`Hello` versions 1 to 2, pid 7, max_frame 256, no token, sandbox \"none\", foreign, capabilities 5",
            Message::Hello {
                magic: MAGIC,
                min_version: 1,
                max_version: 2,
                pid: 7,
                max_frame: 256,
                token: &[],
                sandbox: "none",
                profile: Rest(Some(Profile { role: RendererRole::Foreign, capabilities: Capabilities(5) })),
            },
        ),
        (
            "`Welcome` version 2, renderer 2, epoch 1, max_frame 256, capabilities 4",
            Message::Welcome {
                version: 2,
                renderer: 2,
                epoch: 1,
                max_frame: 256,
                capabilities: Rest(Some(Capabilities(4))),
            },
        ),
        ("`Refuse` versions 1 to 2, \"no\"", Message::Refuse { min_version: 1, max_version: 2, reason: "no" }),
        (
            "`Welcome` version 1, renderer 2, epoch 1, max_frame 67108864",
            Message::Welcome { version: 1, renderer: 2, epoch: 1, max_frame: 64 << 20, capabilities: Rest(None) },
        ),
        (
            "`Invoke` id 1, \"add\", [4, 5]",
            Message::Invoke { id: 1, space: Space::User, channel: "add", args: &[11, 4, 8, 4, 10, 25] },
        ),
        ("`Reply` id 1, Ok, 9", Message::Reply { id: 1, status: Status::Ok, value: &[4, 18] }),
        ("`Reply` id 300, NoHandler, nothing", Message::Reply { id: 300, status: Status::NoHandler, value: &[] }),
        (
            "`Send` \"log\", [\"hi\"]",
            Message::Send { space: Space::User, channel: "log", args: &[11, 8, 2, b'h', b'i', 25] },
        ),
        ("`SendSync` id 2, \"now\", []", Message::SendSync { id: 2, channel: "now", args: &[11, 25] }),
        ("`Post` \"port\", port 1, null", Message::Post { channel: "port", ports: &port, message: &[1] }),
        ("`PortClose` 1", Message::PortClose { port: 1 }),
        ("`Idle` 3 sent, 2 received, one direct link", Message::Idle { sent: 3, received: 2, direct: &direct }),
        ("`Goodbye` 0, \"done\"", Message::Goodbye { code: 0, reason: "done" }),
        ("`PortDirect` 1, Offer", Message::PortDirect { port: 1, step: Step::Offer }),
        (
            "`PortDirect` 2, Socket 5, odd, max_frame 256",
            Message::PortDirect { port: 2, step: Step::Socket { id: 5, odd: true, max_frame: 256 } },
        ),
        (
            "`PortDirect` 2, CapableSocket 5, odd, max_frame 256, capabilities 1",
            Message::PortDirect {
                port: 2,
                step: Step::CapableSocket { id: 5, odd: true, max_frame: 256, capabilities: Capabilities::CREDIT },
            },
        ),
        (
            "`Credit` port 3, 512 messages, 4096 bytes",
            Message::Credit { flow: Flow::Port, id: 3, messages: 512, bytes: 4096 },
        ),
        (
            "`InvokeWith` id 1, \"sum\", port 1, [stream]",
            Message::InvokeWith { id: 1, channel: "sum", ports: &port, args: &[11, 22, 0, 25] },
        ),
        ("`ReplyWith` id 1, port 1, stream", Message::ReplyWith { id: 1, ports: &port, value: &[22, 0] }),
        ("`Ring` Ask", Message::Ring { step: RingStep::Ask }),
        ("`Ring` Switched", Message::Ring { step: RingStep::Switched }),
        ("`Ring` Back", Message::Ring { step: RingStep::Back }),
        ("`Ring` AskLarge", Message::Ring { step: RingStep::AskLarge }),
    ];
    for (name, message) in cases {
        let mut bytes = Vec::new();
        put_message(&mut bytes, &message);
        assert_eq!(bytes, documented(name), "{name}");
        assert_eq!(decode_message(&bytes), Ok(message), "{name}");
    }
}

#[test]
fn values_have_the_documented_bytes_and_read_back() {
    use Token::{
        Array, BigInt, Boxed, Buffer, Bytes, Date, End, Error, Float, Holes, Int, Key, KeyRef, Map, Null, Object, Ref,
        RegExp, Set, Str, True, Uint, Undefined, View,
    };
    let two_to_64 = [0, 0, 0, 0, 0, 0, 0, 0, 1];
    let cases: &[(&str, &[Token<'_>])] = &[
        ("undefined", &[Undefined]),
        ("null", &[Null]),
        ("true", &[True]),
        ("-1", &[Int(-1)]),
        ("300", &[Int(300)]),
        ("1.5", &[Float(1.5)]),
        ("2^64 - 1", &[Uint(u64::MAX)]),
        ("-(2^64) as a BigInt", &[BigInt { negative: true, magnitude: &two_to_64 }]),
        ("\"hé\"", &[Str("hé".as_bytes())]),
        ("[1, , 3]", &[Array, Int(1), Holes(1), Int(3), End]),
        ("{a: 1, b: {a: 2}}", &[Object, Key(b"a"), Int(1), Key(b"b"), Object, KeyRef(0), Int(2), End, End]),
        ("an array that holds itself", &[Array, Ref(0), End]),
        ("Map {1 => \"x\"}", &[Map, Int(1), Str(b"x"), End]),
        ("Set {1}", &[Set, Int(1), End]),
        ("new TypeError(\"no\")", &[Error(ErrorKind::TypeError), Key(b"message"), Str(b"no"), End]),
        ("new Date(0)", &[Date(0.0)]),
        ("/a/g", &[RegExp { source: b"a", flags: "g" }]),
        ("new Number(7)", &[Boxed, Int(7)]),
        ("an ArrayBuffer of 1 2 3", &[Buffer { max: None, bytes: &[1, 2, 3] }]),
        (
            "a Uint16Array at byte 2 of 4 bytes",
            &[View { kind: ViewKind::Uint16, offset: 2, length: 2 }, Buffer { max: None, bytes: &[1, 0, 2, 0] }],
        ),
        ("a Uint8Array of 1 2", &[Bytes(&[1, 2])]),
    ];
    for (name, tokens) in cases {
        let mut bytes = Vec::new();
        tokens.iter().for_each(|token| put_token(&mut bytes, *token));
        assert_eq!(bytes, documented(name), "{name}");
        let mut reader = TokenReader::new(&bytes, &Limits::default());
        for token in *tokens {
            assert_eq!(reader.next_token(), Ok(Some(*token)), "{name}");
        }
        assert_eq!(reader.next_token(), Ok(None), "{name}");
    }
}
