//! What main can know of a renderer at work.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use dipole::{App, CallError, IpcMainEvent, Limits, LinkStats, Program, RendererStats, WebContents};
use rustix::process::{Pid, Signal, kill_process};

const FIXTURE: &str = env!("CARGO_BIN_EXE_supervised_fixture");

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test);
}

fn renderer(app: &App) -> WebContents {
    app.spawn_renderer(&Program::new(FIXTURE)).expect("the fixture starts")
}

fn signal(contents: &WebContents, signal: Signal) {
    let pid = i32::try_from(contents.os_process_id()).expect("a process");
    kill_process(Pid::from_raw(pid).expect("a process"), signal).expect("it lives");
}

/// Looks until it is so.
async fn until(contents: &WebContents, so: impl Fn(&RendererStats) -> bool) -> RendererStats {
    loop {
        let stats = contents.stats();
        if so(&stats) {
            return stats;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[test]
fn calls_in_flight_are_counted_in_both_directions() {
    run(async {
        let app = App::new();
        let (kept, mut asked) = tokio::sync::mpsc::unbounded_channel();
        app.ipc_main().on("slow", move |event: &IpcMainEvent, ()| drop(kept.send(event.clone()))).forget();
        let contents = renderer(&app);
        contents.ready().await.expect("it starts");
        {
            let mut waits = pin!(contents.invoke::<()>("wait", ()));
            assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            contents.send("ask", ()).await.expect("there is room");
            let event = asked.recv().await.expect("it asks");
            let LinkStats { in_flight_out, in_flight_in, queued_in, .. } = contents.stats().link;
            assert_eq!((in_flight_out, in_flight_in), (1, 1));
            assert!(queued_in > 0, "the request is held");
            event.set_return_value(()).expect("a value");
        }
        // The call was dropped, the other one answered.
        let link = contents.stats().link;
        assert_eq!((link.in_flight_out, link.in_flight_in, link.queued_in), (0, 0, 0));
    });
}

#[test]
fn messages_and_their_bytes_are_counted() {
    run(async {
        let app = App::new();
        let contents = renderer(&app);
        // Behind the handshake, whose bytes are counted too.
        assert_eq!(contents.invoke::<i64>("double", (0,)).await, Ok(0));
        let before = contents.stats().link;
        for number in 0..10_i64 {
            assert_eq!(contents.invoke::<i64>("double", (number,)).await, Ok(number * 2));
        }
        let link = contents.stats().link;
        assert_eq!((link.messages_out - before.messages_out, link.messages_in - before.messages_in), (10, 10));
        // The frame's length, verb, id, space, the channel, and the list of one number.
        assert_eq!(link.bytes_out - before.bytes_out, 10 * (4 + 1 + 1 + 1 + 7 + 1 + 4));
        // The frame's length, verb, id, status and a number.
        assert_eq!(link.bytes_in - before.bytes_in, 10 * (4 + 1 + 1 + 1 + 1 + 2));
        assert_eq!((link.queued_out, link.queued_in, link.refused_out, link.refused_in), (0, 0, 0, 0));
    });
}

#[test]
fn a_renderer_that_sleeps_shows_in_what_is_queued_refused_and_heard() {
    run(async {
        let mut limits = Limits::default();
        limits.queued = 8 << 20;
        let app = App::with_limits(limits);
        let contents = renderer(&app);
        assert_eq!(contents.invoke::<i64>("double", (1,)).await, Ok(2));
        signal(&contents, Signal::STOP);
        let text = "x".repeat(1 << 20);
        let full = (0..100).find_map(|_| contents.try_send("much", (&text,)).err()).expect("it is full in the end");
        assert!(matches!(full, CallError::QueueFull { .. }), "{full}");
        let first = contents.stats();
        assert!(first.link.queued_out > 4 << 20, "{first:?}");
        assert_eq!(first.link.refused_out, 1);
        let heard = first.link.last_heard.expect("it has answered");
        let silent = until(&contents, |stats| stats.link.last_heard > Some(heard + Duration::from_millis(200))).await;
        assert_eq!(silent.link.messages_in, first.link.messages_in);

        signal(&contents, Signal::CONT);
        assert_eq!(contents.invoke::<i64>("double", (2,)).await, Ok(4));
        let awake = until(&contents, |stats| stats.link.queued_out == 0).await;
        assert!(awake.link.last_heard < silent.link.last_heard, "{awake:?}");
        assert!(awake.link.bytes_out > first.link.bytes_out + (4 << 20), "{awake:?}");
    });
}

#[test]
fn what_its_process_uses_is_told_while_it_lives() {
    run(async {
        let app = App::new();
        let contents = renderer(&app);
        contents.ready().await.expect("it starts");
        let before = contents.stats();
        const MUCH: u64 = 64 << 20;
        assert_eq!(contents.invoke::<u64>("grow", (MUCH,)).await, Ok(MUCH));
        let after = contents.stats();
        assert!(after.memory > before.memory.map(|memory| memory + MUCH / 2), "{before:?}, {after:?}");
        loop {
            assert_eq!(contents.invoke::<i64>("double", (1,)).await, Ok(2));
            if contents.stats().processor_time > after.processor_time {
                break;
            }
        }
        contents.close();
        contents.gone().await;
        let gone = contents.stats();
        assert_eq!((gone.memory, gone.processor_time), (None, None));
        assert!(gone.link.bytes_out >= after.link.bytes_out, "what it has done stays known: {gone:?}");
    });
}
