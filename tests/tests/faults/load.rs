//! Floods, and renderers that do not read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use main_proc::gone::GoneReason;
use main_proc::{App, CallError, HandlerError, IpcMainEvent, Program};
use serde_bytes::ByteBuf;

use crate::harness::{
    FIXTURE, PATIENCE, Times, children, fault, forget_most_memory, is_long, memory, mib, ready, rogue, scaled, short,
    until,
};
use crate::wire::hello;

#[test]
fn fault_16_a_flood_of_messages_costs_others_little_and_main_no_memory() {
    fault(|f| {
        let got = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&got);
        f.app
            .ipc_main()
            .on("sink", move |_: &IpcMainEvent, (_, bytes): (u64, ByteBuf)| {
                count.fetch_add(bytes.len(), Ordering::Relaxed);
            })
            .forget();
        let (flooder, other) = (f.renderer(), f.renderer());
        let before = memory("VmRSS");
        forget_most_memory();
        let flooding = flooder.clone();
        let mut times = Times::default();
        let time = Duration::from_secs(if is_long() { 10 } else { 1 });
        f.block_on(async {
            let flood = tokio::spawn(async move {
                flooding.invoke_within::<usize>("flood", (usize::MAX, 65_536), Duration::from_secs(60)).await
            });
            let begun = Instant::now();
            while begun.elapsed() < time || got.load(Ordering::Relaxed) == 0 {
                let asked = Instant::now();
                assert_eq!(other.invoke_within::<i64>("double", (3,), PATIENCE).await, Ok(6));
                times.0.push(asked.elapsed());
            }
            flooder.kill();
            flood.await.expect("no panic").expect_err("it ends with its renderer");
        });
        let more = memory("VmHWM").saturating_sub(before);
        assert!(more <= 40 << 20, "{}", mib(more));
        let rate = got.load(Ordering::Relaxed) as f64 / time.as_secs_f64() / f64::from(1 << 20);
        f.measured(format!("{rate:.0} MiB/s of flood; another's calls: {}; memory +{}", times.text(), mib(more)));
    });
}

#[test]
fn fault_17_calls_that_are_never_awaited_are_limited_and_each_has_one_outcome() {
    fault(|f| {
        let free = Arc::new(tokio::sync::Notify::new());
        let (app, wait) = (App::new(), Arc::clone(&free));
        let begun = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&begun);
        let handler = move |_, ()| {
            let waiting = Arc::clone(&wait).notified_owned();
            count.fetch_add(1, Ordering::SeqCst);
            async move {
                waiting.await;
                Ok::<_, HandlerError>(())
            }
        };
        app.ipc_main().handle("hold", handler).expect("the first handler");
        let (sender, all_asked) = std::sync::mpsc::channel();
        app.ipc_main().on("all-asked", move |_: &IpcMainEvent, ()| sender.send(()).expect("the test waits")).forget();
        let contents = ready(app.spawn_renderer(&Program::new(FIXTURE)));
        let asked = 100_000_u64;
        let outcomes = f.block_on(async {
            let asking = contents.clone();
            let call = tokio::spawn(async move {
                asking.invoke_within::<[u64; 3]>("unawaited", ("hold", asked), PATIENCE).await.expect("an answer")
            });
            while all_asked.try_recv().is_err() {
                tokio::task::yield_now().await;
            }
            free.notify_waiters();
            call.await.expect("no panic")
        });
        assert_eq!(outcomes, [16_384, asked - 16_384, 0]);
        assert_eq!(begun.load(Ordering::SeqCst), 16_384);
        app.shut_down().expect("no task");
        f.measured("100,000 calls: 16,384 answered, 83,616 `Busy`, together all");
    });
}

#[test]
fn fault_17_a_renderer_that_goes_on_asking_is_told_and_then_ended() {
    fault(|f| {
        let forever = |_, ()| std::future::pending::<Result<(), HandlerError>>();
        let app = App::new();
        app.ipc_main().handle("forever", forever).expect("the first handler");
        let place = std::env::temp_dir().join("verdict");
        let program = Program::new(env!("CARGO_BIN_EXE_renderer_fixture"))
            .env(ipc_tests::raw::FRAMES, "HELLO CALL:forever:40000 READ")
            .env(ipc_tests::raw::VERDICT, &place);
        let contents = app.spawn_renderer(&program).expect("the fixture starts");
        let verdict = ipc_tests::raw::verdict(&place);
        let gone = contents.wait_gone().expect("no task");
        // It reads nothing while it asks: where answers have filled its socket, the reason finds no room either.
        assert!(["closed 11", "closed without a word"].contains(&verdict.as_str()), "{verdict}");
        assert!(gone.text.contains("ended for breaking the protocol"), "{}", gone.text);
        std::fs::remove_file(place).expect("a file");
        app.shut_down().expect("no task");
        f.measured(format!("the end of one that asks without end: {}", gone.text));
    });
}

#[test]
fn fault_18_main_holds_little_for_a_renderer_that_never_reads() {
    fault(|f| {
        let before = memory("VmRSS");
        forget_most_memory();
        let contents = ready(f.app.spawn_renderer(&rogue(&hello(), "stay")));
        let bytes = ByteBuf::from(vec![0; 65_536]);
        let (mut taken, offers) = (0, scaled(1 << 30) >> 16);
        for _ in 0..offers.max(1_000) {
            match contents.try_send("data", (&bytes,)) {
                Ok(()) => taken += 1,
                Err(error) => assert!(matches!(error, CallError::QueueFull { .. }), "{error}"),
            }
        }
        let more = memory("VmHWM").saturating_sub(before);
        assert!(more <= 40 << 20, "{}", mib(more));
        assert!((500..=530).contains(&taken), "{taken}");
        contents.kill();
        contents.wait_gone().expect("no task");
        f.measured(format!("{taken} of {} messages of 64 KiB taken; memory +{}", offers.max(1_000), mib(more)));
    });
}

#[test]
fn fault_18_many_that_never_read_share_what_main_holds() {
    fault(|f| {
        let before = memory("VmRSS");
        forget_most_memory();
        let all: Vec<_> = (0..16).map(|_| ready(f.app.spawn_renderer(&rogue(&hello(), "stay")))).collect();
        let bytes = ByteBuf::from(vec![0; 65_536]);
        let mut taken = 0;
        for _ in 0..600 {
            taken += all.iter().filter(|contents| contents.try_send("data", (&bytes,)).is_ok()).count();
        }
        let more = memory("VmHWM").saturating_sub(before);
        assert!(more <= (256 + 32) << 20, "{}", mib(more));
        for contents in &all {
            contents.kill();
            contents.wait_gone().expect("no task");
        }
        f.measured(format!("16 at once: {} taken, memory +{}", mib(taken << 16), mib(more)));
    });
}

#[test]
fn fault_19_two_that_flood_each_other_both_come_to_an_end() {
    fault(|f| {
        let got = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&got);
        f.app
            .ipc_main()
            .on("sink", move |_: &IpcMainEvent, (number, _): (usize, ByteBuf)| {
                assert_eq!(count.fetch_add(1, Ordering::SeqCst), number, "in order");
            })
            .forget();
        let contents = f.renderer();
        let count = scaled(10_000);
        let begun = Instant::now();
        f.block_on(async {
            let asking = contents.clone();
            let patience = PATIENCE * 4;
            let flood =
                tokio::spawn(async move { asking.invoke_within::<usize>("flood", (count, 65_536), patience).await });
            let bytes = ByteBuf::from(vec![0; 65_536]);
            for number in 0..count {
                contents.send("sink", (number, &bytes)).await.expect("room comes");
            }
            assert_eq!(flood.await.expect("no panic"), Ok(count));
            assert_eq!(contents.invoke_within::<usize>("in-order", (), PATIENCE).await, Ok(count));
        });
        until("all has come", || got.load(Ordering::SeqCst) == count);
        f.measured(format!("{count} messages of 64 KiB each way in {}", short(begun.elapsed())));
    });
}

#[test]
fn fault_42_a_renderer_that_takes_more_memory_than_it_may_ends_alone() {
    fault(|f| {
        let contents = f.renderer();
        let begun = Instant::now();
        let error = f.block_on(contents.invoke_within::<usize>("grow", (), PATIENCE)).expect_err("it ends");
        assert!(matches!(error, CallError::PeerGone { .. }), "{error}");
        let gone = contents.wait_gone().expect("no task");
        assert_eq!(gone.reason, GoneReason::Crashed, "{}", gone.text);
        f.measured(format!("{} after {}", gone.text, short(begun.elapsed())));
    });
}

#[test]
fn fault_52_large_messages_of_one_renderer_hold_up_no_other() {
    fault(|f| {
        f.app.ipc_main().handle("echo", |_, (bytes,): (ByteBuf,)| async move { Ok(bytes) }).expect("the first handler");
        let (large, small) = (f.renderer(), f.renderer());
        let before = children().len();
        let mut times = Times::default();
        let longest = f.block_on(async {
            let asking = large.clone();
            let count = if is_long() { 50_u64 } else { 5 };
            let echoes = tokio::spawn(async move {
                asking.invoke_within::<u64>("echoes", (count, 16_usize << 20), PATIENCE * 4).await.expect("an answer")
            });
            while !echoes.is_finished() {
                let asked = Instant::now();
                assert_eq!(small.invoke_within::<i64>("double", (3,), PATIENCE).await, Ok(6));
                times.0.push(asked.elapsed());
            }
            echoes.await.expect("no panic")
        });
        assert_eq!(children().len(), before);
        let longest = Duration::from_micros(longest);
        f.measured(format!("16 MiB there and back in {} at most; another's calls: {}", short(longest), times.text()));
    });
}
