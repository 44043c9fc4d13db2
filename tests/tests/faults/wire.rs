//! What a renderer writes.

use std::time::Instant;

use ipc_proto::frame::put_frame;
use ipc_proto::wire::{self, Message, Rest, Space, Status};
use main_proc::gone::GoneReason;
use main_proc::{App, Limits, Program, Value, WebContents};

use crate::harness::{FIXTURE, Fault, PATIENCE, Times, fault, forget_most_memory, memory, mib, ready, rogue, scaled};

/// A message as it is written.
pub(crate) fn frame(message: &Message<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_frame(&mut bytes, message, u32::MAX).expect("a message");
    bytes
}

fn hello_of(min_version: u16, max_version: u16, pid: u32) -> Vec<u8> {
    frame(&Message::Hello {
        magic: wire::MAGIC,
        min_version,
        max_version,
        pid,
        max_frame: Limits::default().frame,
        token: &[],
        sandbox: "none",
        profile: Rest(None),
    })
}

/// A handshake.
pub(crate) fn hello() -> Vec<u8> {
    hello_of(wire::OLDEST_VERSION, wire::OLDEST_VERSION, 1)
}

fn encoded(value: impl serde::Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ipc_proto::ser::encode_into(&mut bytes, &value).expect("a test's own value");
    bytes
}

/// A message with a number and so many bytes.
pub(crate) fn numbered(number: u64, size: usize) -> Vec<u8> {
    crate::deaths::send("sink", &encoded((number, serde_bytes::ByteBuf::from(vec![0; size]))))
}

fn invoke(id: u64, channel: &str, args: &[u8]) -> Vec<u8> {
    frame(&Message::Invoke { id, space: Space::User, channel, args })
}

/// How main takes these bytes: the end of a renderer that has written them and reads to the end.
fn end_of(f: &Fault, bytes: &[u8]) -> main_proc::gone::Gone {
    f.app.spawn_renderer(&rogue(bytes, "read")).expect("the fixture starts").wait_gone().expect("no task")
}

#[test]
fn fault_11_lengths_that_no_frame_has_close_the_link_before_anything_is_reserved() {
    fault(|f| {
        let most = Limits::default().frame;
        let lengths = [0, 1, 1 << 31, u32::MAX, most + 1];
        // What the first process costs is not what is measured.
        end_of(f, &[hello(), vec![0; 4]].concat());
        let before = memory("VmRSS");
        forget_most_memory();
        for length in lengths {
            let gone = end_of(f, &[hello(), length.to_le_bytes().to_vec(), vec![200; 16]].concat());
            assert!(gone.text.contains("ended for breaking the protocol"), "{length}: {}", gone.text);
        }
        let more = memory("VmHWM").saturating_sub(before);
        assert!(more <= 1 << 20, "{}", mib(more));
        f.measured(format!("five closed; memory +{} at most", mib(more)));
    });
}

/// Each verb that a renderer may send, behind what makes it valid.
fn valid_messages() -> Vec<Vec<u8>> {
    let args = encoded(("text", 7, [1.5, 2.5]));
    vec![
        crate::deaths::send("sink", &args),
        frame(&Message::SendSync { id: 1, channel: "nobody", args: &args }),
        invoke(1, "next", &encoded((1,))),
        frame(&Message::Post { channel: "sink", ports: &[], message: &args }),
        frame(&Message::Post { channel: "sink", ports: &1_u64.to_le_bytes(), message: &args }),
        frame(&Message::Ping { nonce: 300 }),
        frame(&Message::Pong { nonce: 70_000 }),
        frame(&Message::Idle { sent: 1, received: 2, direct: &[0; 24] }),
        frame(&Message::PortMessage { port: 1, ports: &[], message: &args }),
        frame(&Message::PortClose { port: 1 }),
        frame(&Message::Cancel { id: 1 }),
    ]
}

/// A message of other bytes, with the length that they have.
fn refitted(body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len()).expect("a small number").to_le_bytes()[..], body].concat()
}

/// Messages that are none: cut short, with more behind, of a verb that is none, in a space that is none.
fn malformed() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for message in valid_messages() {
        let body = &message[4..];
        all.extend((0..body.len()).map(|cut| refitted(&body[..cut])));
        all.extend((0..8).map(|byte| refitted(&[body, &[byte; 3][..1 + usize::from(byte % 3)]].concat())));
    }
    all.extend((20..64_u8).chain(128..=255).map(|verb| refitted(&[verb, 1, 1])));
    all.extend((2..50_u8).map(|space| refitted(&[3, space, 1, b'a', 0])));
    all.extend((0x80..=0xff_u8).map(|byte| refitted(&[3, 0, 1, byte, 0])));
    all
}

#[test]
fn fault_12_whatever_is_no_message_ends_its_renderer_with_the_reason() {
    fault(|f| {
        let all = malformed();
        let most = if crate::harness::is_long() { usize::MAX } else { 200 };
        let step = (all.len() / most).max(1);
        let (mut tried, mut times) = (0, Times::default());
        for body in all.iter().step_by(step) {
            let begun = Instant::now();
            let gone = end_of(f, &[hello(), body.clone()].concat());
            times.0.push(begun.elapsed());
            assert!(gone.text.contains("ended for breaking the protocol"), "{body:02x?}: {}", gone.text);
            assert_eq!(gone.reason, GoneReason::Killed);
            tried += 1;
        }
        f.measured(format!("{tried} of {} inputs, each with a process: {}", all.len(), times.text()));
    });
}

#[test]
fn fault_13_bombs_are_refused_in_no_time_and_with_little_memory() {
    fault(|f| {
        let nested = |depth: usize| [vec![11; depth], vec![25; depth]].concat();
        let in_array = |tokens: &[u8]| [&[11], tokens, &[25]].concat();
        let length = |number: u64| [&[253][..], &number.to_le_bytes()].concat();
        let bombs: [(&str, Vec<u8>); 8] = [
            ("7,000 arrays in each other", nested(7_000)),
            ("12,000", nested(12_000)),
            ("100,000", nested(100_000)),
            ("bytes of length 2^40", in_array(&[&[21][..], &length(1 << 40)].concat())),
            ("a text of length 4e9", in_array(&[&[8][..], &length(4_000_000_000)].concat())),
            ("2^32 - 1 holes", in_array(&[9, 252, 255, 255, 255, 255])),
            ("a million nulls", in_array(&vec![1; 1_000_000])),
            ("a value and 100 bytes more", [in_array(&[4, 2]), vec![7; 100]].concat()),
        ];
        let app = App::new();
        app.ipc_main().handle("value", |_, (_,): (Value,)| async move { Ok(()) }).expect("the first handler");
        let mut times = Times::default();
        let mut most = 0;
        for (name, value) in bombs {
            let before = memory("VmRSS");
            forget_most_memory();
            let bytes = [hello(), invoke(1, "value", &value), invoke(2, "next", &encoded((1,)))].concat();
            let begun = Instant::now();
            let contents = app.spawn_renderer(&rogue_of_file(&bytes, "read")).expect("the fixture starts");
            crate::harness::until("main has taken it", || {
                let link = contents.stats().link;
                contents.is_gone() || (link.messages_in >= 2 && link.in_flight_in == 0)
            });
            times.0.push(begun.elapsed());
            let held = memory("VmHWM").saturating_sub(before);
            // What is documented: 64 times the bytes and a MiB, and the frame itself twice.
            assert!(held <= value.len() * 66 + (4 << 20), "{name}: {}", mib(held));
            most = most.max(held);
            contents.kill();
            contents.wait_gone().expect("no task");
        }
        app.shut_down().expect("no task");
        f.measured(format!("eight inputs: memory +{} at most; with a process each: {}", mib(most), times.text()));
    });
}

/// A renderer that writes what is in a file, for what is too long for an argument.
pub(crate) fn rogue_of_file(bytes: &[u8], then: &str) -> Program {
    let mut file = tempfile::tempfile().expect("a file");
    std::io::Write::write_all(&mut file, bytes).expect("room");
    std::io::Seek::rewind(&mut file).expect("a file");
    let file = std::sync::Arc::new(std::os::fd::OwnedFd::from(file));
    let number = std::os::fd::AsRawFd::as_raw_fd(&file).to_string();
    Program::new(FIXTURE).args(["bytes-of", &number, then]).descriptor(file)
}

#[test]
fn fault_14_changed_bits_and_bytes_never_reach_another_call_and_never_end_main() {
    fault(|f| {
        let session: Vec<u8> = [
            (0..4).flat_map(|number| numbered(number, 3)).collect::<Vec<_>>(),
            invoke(1, "next", &encoded((1,))),
            frame(&Message::Post { channel: "sink", ports: &1_u64.to_le_bytes(), message: &encoded(5) }),
            frame(&Message::PortMessage { port: 1, ports: &[], message: &encoded("through it") }),
            frame(&Message::PortClose { port: 1 }),
            invoke(2, "next", &encoded((2,))),
        ]
        .concat();
        let mut changed: Vec<Vec<u8>> = Vec::new();
        for place in 0..session.len() {
            for bit in 0..8 {
                let mut bytes = session.clone();
                bytes[place] ^= 1 << bit;
                changed.push(bytes);
            }
            changed.push([&session[..place], &session[place + 1..]].concat());
            changed.push([&session[..=place], &session[place..]].concat());
        }
        let step = changed.len() / scaled(changed.len()).min(changed.len());
        let (mut valid, mut bad) = (0, 0);
        let sample: Vec<_> = changed.iter().step_by(step.max(1)).collect();
        // A few at a time: what takes time is that processes start.
        for some in sample.chunks(8) {
            let all: Vec<WebContents> = some
                .iter()
                .map(|bytes| {
                    let bytes = [&hello()[..], bytes].concat();
                    f.app.spawn_renderer(&rogue(&bytes, "exit")).expect("the fixture starts")
                })
                .collect();
            for contents in all {
                match contents.wait_gone().expect("no task").text {
                    text if text.contains("breaking the protocol") => bad += 1,
                    _ => valid += 1,
                }
            }
        }
        f.measured(format!(
            "{} of {} changes: {bad} closed the link, {valid} were messages",
            sample.len(),
            changed.len()
        ));
    });
}

#[test]
fn fault_15_answers_that_nobody_asked_for_touch_no_call_of_others() {
    fault(|f| {
        let victim = f.renderer();
        let reply = |id: u64| frame(&Message::Reply { id, status: Status::Ok, value: &encoded(666) });
        f.block_on(async {
            let asking = victim.clone();
            let call = tokio::spawn(async move { asking.invoke_within::<()>("never", (), PATIENCE).await });
            while victim.stats().link.in_flight_out == 0 {
                tokio::task::yield_now().await;
            }
            for id in [0, 1, 2, 7, u64::MAX] {
                let contents = f.app.spawn_renderer(&rogue(&[hello(), reply(id)].concat(), "read")).expect("it starts");
                let gone = contents.gone().await;
                assert!(gone.text.contains("ended for breaking the protocol"), "{id}: {}", gone.text);
                assert!(!call.is_finished(), "{id}");
            }
            // An answer to a request of its own.
            let own = [hello(), invoke(1, "forever", &encoded(())), reply(1)].concat();
            let contents = f.app.spawn_renderer(&rogue(&own, "read")).expect("it starts");
            assert!(contents.gone().await.text.contains("ended for breaking the protocol"));
            assert_eq!(victim.invoke_within::<i64>("double", (21,), PATIENCE).await, Ok(42));
            assert!(!call.is_finished());
            victim.kill();
            call.await.expect("no panic").expect_err("it ends with its renderer");
        });
        // Two answers to one request: the second is ignored, as if its call had been cancelled.
        let twice = ready(f.app.spawn_renderer(&Program::new(FIXTURE).args([
            "answers",
            &ipc_tests::raw::hex(&hello()),
            &ipc_tests::raw::hex(&[reply(1), reply(1)].concat()),
        ])));
        let answer = f.block_on(twice.invoke_within::<i64>("whatever", (), PATIENCE));
        assert_eq!(answer, Ok(666));
        assert_eq!(twice.wait_gone().expect("no task").reason, GoneReason::CleanExit);
        f.measured("six closed, a second answer ignored; the victim's call went on");
    });
}

#[test]
fn fault_30_versions_that_have_none_in_common_are_refused_by_both_names() {
    fault(|f| {
        let refused = [(3, 9), (200, 300), (u16::MAX, u16::MAX), (0, 0)];
        for (least, most) in refused {
            let gone = end_of(f, &hello_of(least, most, 1));
            assert_eq!(gone.reason, GoneReason::LaunchFailed, "{}", gone.text);
            let theirs = if least == most { least.to_string() } else { format!("{least} to {most}") };
            assert!(gone.text.contains(&theirs) && gone.text.contains("1 to 2"), "{least} to {most}: {}", gone.text);
        }
        let welcome = [(1, 1), (1, 2), (2, 2), (1, u16::MAX), (2, 9)];
        for (least, most) in welcome {
            let contents = f.app.spawn_renderer(&rogue(&hello_of(least, most, 1), "stay")).expect("it starts");
            assert!(contents.wait_ready().is_ok(), "{least} to {most}");
            contents.kill();
        }
        for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\x7fELF\x02\x01\x01\0\0\0\0\0", &[0; 64]] {
            assert_eq!(end_of(f, garbage).reason, GoneReason::LaunchFailed);
        }
        f.measured("4 refused with both ranges, 5 welcome, 3 that are no hello refused");
    });
}

#[test]
fn fault_32_who_a_renderer_says_it_is_changes_nothing() {
    fault(|f| {
        let victim = f.renderer();
        let (sender, seen) = std::sync::mpsc::channel();
        f.app
            .ipc_main()
            .on("who", move |event: &main_proc::IpcMainEvent, _: Vec<Value>| {
                let from = event.sender();
                sender.send((from.id(), from.os_process_id())).expect("the test waits");
            })
            .forget();
        let forged = std::collections::BTreeMap::from([
            ("senderId", victim.id()),
            ("processId", u64::from(victim.os_process_id())),
            ("frameId", 1),
            ("epoch", 9),
        ]);
        let hello = hello_of(wire::OLDEST_VERSION, wire::OLDEST_VERSION, victim.os_process_id());
        let bytes = [hello, crate::deaths::send("who", &encoded((forged, victim.id())))].concat();
        let contents = f.app.spawn_renderer(&rogue(&bytes, "stay")).expect("it starts");
        let expected = (contents.id(), contents.os_process_id());
        assert_eq!(seen.recv_timeout(PATIENCE), Ok(expected));
        assert_ne!(expected.1, victim.os_process_id());
        contents.kill();
        victim.kill();
        f.measured("the link's own number and process");
    });
}

#[test]
fn fault_40_descriptors_that_nobody_has_asked_for_are_not_kept() {
    fault(|f| {
        let bytes = [hello(), numbered(0, 3)].concat();
        let before = crate::harness::count_descriptors();
        let times = scaled(500);
        let program = Program::new(FIXTURE).args(["descriptors", &ipc_tests::raw::hex(&bytes), &times.to_string()]);
        let contents = ready(f.app.spawn_renderer(&program));
        let mut most = 0;
        crate::harness::until("all of it has come", || {
            most = most.max(crate::harness::count_descriptors());
            contents.is_gone() || contents.stats().link.messages_in >= times as u64
        });
        assert!(most <= before + 12, "{most} and before {before}");
        assert!(!contents.is_gone(), "messages with descriptors are messages");
        contents.kill();
        f.measured(format!(
            "{times} messages with some 200 each: main had at most {} more",
            most.saturating_sub(before)
        ));
    });
}

#[test]
fn fault_46_a_stream_in_pieces_carries_the_same() {
    fault(|f| {
        for seed in 0..scaled(30) as u64 {
            let launcher = Program::new(FIXTURE).args(["pieces", &seed.to_string()]).over_stdio();
            let contents = ready(f.app.spawn_renderer(&launcher));
            f.ask::<u64>(&contents, "calls", ("next", 100));
            let bytes = serde_bytes::ByteBuf::from((0..3_000).map(|at| (at % 251) as u8).collect::<Vec<_>>());
            assert_eq!(f.ask::<serde_bytes::ByteBuf>(&contents, "echo", (&bytes,)), bytes, "seed {seed}");
            contents.close();
            contents.wait_gone().expect("no task");
        }
        f.measured(format!("{} seeds, 100 calls and 3,000 bytes each way", scaled(30)));
    });
}

#[test]
fn fault_51_numbers_of_requests_may_come_to_their_end_and_are_never_used_again() {
    fault(|f| {
        let first = u64::MAX - 10;
        let calls: Vec<u8> = (first..=u64::MAX).flat_map(|id| invoke(id, "next", &encoded((id & 7,)))).collect();
        let contents = ready(f.app.spawn_renderer(&rogue(&[hello(), calls.clone()].concat(), "read")));
        crate::harness::until("all are answered", || contents.stats().link.messages_out >= 11);
        assert!(!contents.is_gone());
        contents.kill();
        let again = [hello(), calls, invoke(1, "next", &encoded((1,)))].concat();
        let gone = end_of(f, &again);
        assert!(gone.text.contains("ended for breaking the protocol"), "{}", gone.text);
        f.measured("2^64 - 11 to 2^64 - 1 answered, 1 behind them closed the link");
    });
}
