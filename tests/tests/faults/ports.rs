//! Ports that are abused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use main_proc::{CallError, IpcMainEvent, Value, message_channel};

use crate::harness::{FIXTURE, fault, ready, rogue, scaled, until};
use crate::wire::{frame, hello};
use ipc_proto::wire::Message;

#[test]
fn fault_49_ports_beyond_their_number_are_an_error_and_all_close_with_their_renderer() {
    fault(|f| {
        let contents = f.renderer();
        let (closed, mut kept, mut refused) = (Arc::new(AtomicUsize::new(0)), Vec::new(), 0);
        for _ in 0..scaled(10_000) {
            let (ours, theirs) = message_channel();
            let count = Arc::clone(&closed);
            ours.on_close(move || {
                count.fetch_add(1, Ordering::SeqCst);
            });
            match contents.post_message("hold", (), vec![theirs]) {
                Ok(()) => kept.push(ours),
                Err(error) => {
                    assert!(matches!(error, CallError::Busy { .. }), "{error}");
                    refused += 1;
                }
            }
        }
        assert_eq!((kept.len(), refused), (256, scaled(10_000) - 256));
        until("those that were refused are closed", || closed.load(Ordering::SeqCst) == refused);
        contents.kill();
        contents.wait_gone().expect("no task");
        until("all are closed", || closed.load(Ordering::SeqCst) == refused + kept.len());
        f.measured(format!("256 of {} taken, all closed with their renderer", scaled(10_000)));
    });
}

#[test]
fn fault_49_walks_of_ports_between_renderers_lose_and_double_nothing() {
    fault(|f| {
        let all: Vec<_> = (0..3).map(|_| ready(f.app.spawn_renderer(&main_proc::Program::new(FIXTURE)))).collect();
        let (mut state, mut posted) = (7_u64, 0);
        let walks = scaled(1_000);
        for walk in 0..walks {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (ours, theirs) = message_channel();
            let got = Arc::new(AtomicUsize::new(0));
            let (count, closed) = (Arc::clone(&got), Arc::new(AtomicUsize::new(0)));
            ours.on_message(move |message| {
                let number: usize = message.decode().expect("a number");
                assert_eq!(count.fetch_add(1, Ordering::SeqCst), number, "in order and once");
            });
            let at_end = Arc::clone(&closed);
            ours.on_close(move || {
                at_end.fetch_add(1, Ordering::SeqCst);
            });
            let contents = &all[(state >> 33) as usize % all.len()];
            contents.post_message("hold", (), vec![theirs]).expect("room");
            let messages = (state >> 40) as usize % 50;
            if walk % 3 == 0 {
                // Closed by this end while messages are under way.
                drop(ours);
                let late = f.block_on(contents.invoke_within::<()>("post-held", (messages,), crate::harness::PATIENCE));
                assert!(late.is_ok() || late.is_err(), "{late:?}");
                f.ask::<()>(contents, "drop-held", ());
                continue;
            }
            f.ask::<()>(contents, "post-held", (messages,));
            f.ask::<()>(contents, "drop-held", ());
            until("its end is told", || closed.load(Ordering::SeqCst) == 1);
            assert_eq!(got.load(Ordering::SeqCst), messages, "before the end");
            posted += messages;
        }
        assert!(all.iter().all(|contents| !contents.is_gone()));
        f.measured(format!("{walks} walks, {posted} messages"));
    });
}

#[test]
fn fault_49_a_port_that_was_never_moved_or_is_moved_twice_ends_its_renderer_alone() {
    fault(|f| {
        let keep = std::sync::Mutex::new(Vec::new());
        f.app
            .ipc_main()
            .on("sink", move |event: &IpcMainEvent, _: Vec<Value>| {
                keep.lock().expect("unpoisoned").extend(event.take_ports());
            })
            .forget();
        let post = |ports: &[u8]| frame(&Message::Post { channel: "sink", ports, message: &[1] });
        let one = 1_u64.to_le_bytes();
        let through_itself = frame(&Message::PortMessage { port: 1, ports: &one, message: &[1] });
        let bad = [
            vec![post(&one), post(&one)],
            vec![post(&[one, one].concat())],
            vec![post(&one), through_itself],
            vec![post(&2_u64.to_le_bytes())],
            vec![frame(&Message::PortMessage { port: 9, ports: &[], message: &[1] })],
        ];
        for frames in &bad {
            let bytes = [hello(), frames.concat()].concat();
            let contents = f.app.spawn_renderer(&rogue(&bytes, "read")).expect("the fixture starts");
            let gone = contents.wait_gone().expect("no task");
            assert!(gone.text.contains("ended for breaking the protocol"), "{frames:?}: {}", gone.text);
        }
        f.measured(format!("{} kinds closed", bad.len()));
    });
}
