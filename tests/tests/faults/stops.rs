//! Renderers and mains that stand still, and how main ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use main_proc::supervisor::{Heartbeat, Policy, Supervisor, SupervisorEvent, SupervisorEvents};
use main_proc::{App, CallError, HandlerError, Program, WebContents};
use rustix::process::Signal;
use serde_bytes::ByteBuf;

use crate::deaths::always;
use crate::harness::{FIXTURE, Fault, PATIENCE, Times, fault, memory, mib, ready, rogue, scaled, short, signal, until};
use crate::wire::hello;

const SILENCE: Duration = Duration::from_millis(600);

/// One whose silence is noticed soon.
fn listens(kill: bool) -> Policy {
    let mut policy = always();
    let mut heartbeat = Heartbeat::default();
    heartbeat.every = Duration::from_millis(20);
    heartbeat.patience = SILENCE;
    heartbeat.kill = kill;
    policy.heartbeat = Some(heartbeat);
    policy
}

async fn until_event(events: &mut SupervisorEvents, is_it: impl Fn(&SupervisorEvent) -> bool) {
    let found = async { while !is_it(&events.next().await.expect("more events")) {} };
    tokio::time::timeout(PATIENCE, found).await.expect("the event");
}

fn supervised(f: &Fault, policy: Policy) -> (Supervisor, SupervisorEvents) {
    let supervisor = Supervisor::start(&f.app, Program::new(FIXTURE), policy, |_| {}).expect("it starts");
    let events = supervisor.events();
    (supervisor, events)
}

#[test]
fn fault_08_a_renderer_that_is_stopped_is_told_and_loses_nothing() {
    fault(|f| {
        let (supervisor, mut events) = supervised(f, listens(false));
        let mut noticed = Times::default();
        let before = memory("VmRSS");
        let (mut most, mut sent) = (0, 0_u64);
        let turns = scaled(20);
        f.block_on(async {
            let contents = supervisor.ready().await.expect("it starts");
            let pid = contents.os_process_id();
            let bytes = ByteBuf::from(vec![0; 65_536]);
            for _ in 0..turns {
                signal(pid, Signal::STOP);
                let begun = Instant::now();
                // More than fits: what is taken is limited, and none of it is lost.
                for _ in 0..1_000 {
                    match contents.try_send("sink", (sent, &bytes)) {
                        Ok(()) => sent += 1,
                        Err(error) => assert!(matches!(error, CallError::QueueFull { .. }), "{error}"),
                    }
                }
                most = most.max(memory("VmRSS").saturating_sub(before));
                until_event(&mut events, |event| matches!(event, SupervisorEvent::Unresponsive { .. })).await;
                noticed.0.push(begun.elapsed());
                signal(pid, Signal::CONT);
                until_event(&mut events, |event| matches!(event, SupervisorEvent::Responsive { .. })).await;
            }
            let got: u64 = contents.invoke_within("in-order", (), PATIENCE).await.expect("an answer");
            assert_eq!(got, sent, "all in order");
            supervisor.stop().await;
        });
        assert!(noticed.part(100) <= SILENCE + Duration::from_secs(1), "{}", noticed.text());
        assert!(most <= 40 << 20, "{}", mib(most));
        f.measured(format!(
            "noticed: {} (patience 600 ms); {sent} messages whole; memory +{}",
            noticed.text(),
            mib(most)
        ));
    });
}

#[test]
fn fault_09_a_renderer_in_an_endless_loop_is_told_and_ended_where_that_is_wanted() {
    fault(|f| {
        let (supervisor, mut events) = supervised(f, listens(true));
        let time = f.block_on(async {
            let contents = supervisor.ready().await.expect("it starts");
            contents.try_send("hang", ()).expect("room");
            let begun = Instant::now();
            until_event(&mut events, |event| matches!(event, SupervisorEvent::Unresponsive { .. })).await;
            let time = begun.elapsed();
            contents.gone().await;
            assert_eq!(supervisor.invoke::<i64>("double", (3,)).await, Ok(6), "the next one answers");
            supervisor.stop().await;
            time
        });
        assert!(time <= SILENCE + Duration::from_secs(1), "{time:?}");
        f.measured(format!("noticed after {} (patience 600 ms), ended and replaced", short(time)));
    });
}

#[test]
fn fault_10_a_main_that_was_stopped_calls_no_renderer_unresponsive() {
    fault(|f| {
        f.main_stops();
        let (supervisor, events) = supervised(f, listens(true));
        let contents = f.block_on(supervisor.ready()).expect("it starts");
        let pause = if crate::harness::is_long() { 30 } else { 2 };
        let script = format!("kill -STOP $PPID; sleep {pause}; kill -CONT $PPID");
        let begun = Instant::now();
        std::process::Command::new("sh").arg("-c").arg(script).status().expect("a shell");
        assert!(begun.elapsed() >= Duration::from_secs(pause));
        // Long enough for a silence to be noticed that main has only slept through.
        let looks = Instant::now();
        while looks.elapsed() < SILENCE * 2 {
            assert_eq!(f.ask::<i64>(&contents, "double", (4,)), 8);
        }
        f.block_on(supervisor.stop());
        let told = f.block_on(async {
            let (mut events, mut told) = (events, 0);
            while let Some(event) = events.next().await {
                told += usize::from(matches!(event, SupervisorEvent::Unresponsive { .. }));
                if matches!(event, SupervisorEvent::Gone { .. }) {
                    break;
                }
            }
            told
        });
        assert_eq!(told, 0);
        f.measured(format!("0 unresponsive after {pause} s"));
    });
}

#[test]
fn fault_57_input_and_deaths_are_seen_while_handlers_block_every_worker() {
    fault(|f| {
        let workers = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("one");
        let app = {
            let _entered = workers.enter();
            App::new()
        };
        let (blocked, free) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, let_go) = (Arc::clone(&blocked), Arc::clone(&free));
        let block = move |_, ()| {
            let (count, let_go) = (Arc::clone(&count), Arc::clone(&let_go));
            async move {
                tokio::task::yield_now().await;
                count.fetch_add(1, Ordering::SeqCst);
                while !let_go.load(Ordering::SeqCst) {
                    std::thread::park_timeout(Duration::from_millis(1));
                }
                Ok(())
            }
        };
        app.ipc_main().handle("block", block).expect("the first handler");
        app.ipc_main().handle("next", |_, (n,): (u64,)| async move { Ok(n + 1) }).expect("the first handler");
        let [one, other] = [(); 2].map(|()| ready(app.spawn_renderer(&Program::new(FIXTURE))));
        f.ask::<()>(&one, "ask", ("block", 2));
        until("all workers are blocked", || blocked.load(Ordering::SeqCst) == 2);
        let longest: u64 = f.ask(&other, "calls", ("next", 200));
        let begun = Instant::now();
        signal(other.os_process_id(), Signal::KILL);
        other.wait_gone().expect("no task");
        let time = begun.elapsed();
        free.store(true, Ordering::SeqCst);
        assert!(longest <= 250_000 && time <= Duration::from_millis(250), "{longest} us, {time:?}");
        app.shut_down().expect("no task");
        f.measured(format!("another's calls took at most {} us, its death was seen after {}", longest, short(time)));
    });
}

/// The exit code of one whose call was told that main ends.
const TURNED_AWAY: i32 = 40;

/// A main whose handler `wait` ends when it is told to, and one that never ends.
fn with_handlers(free: &Arc<tokio::sync::Notify>) -> (App, Arc<AtomicUsize>) {
    let app = App::new();
    let begun = Arc::new(AtomicUsize::new(0));
    for channel in ["wait", "forever"] {
        let (count, free) = (Arc::clone(&begun), Arc::clone(free));
        let handler = move |_, ()| {
            let free = (channel == "wait").then(|| Arc::clone(&free));
            count.fetch_add(1, Ordering::SeqCst);
            async move {
                match free {
                    Some(free) => free.notified().await,
                    None => std::future::pending::<()>().await,
                }
                Ok::<_, HandlerError>(())
            }
        };
        app.ipc_main().handle(channel, handler).expect("the first handler");
    }
    (app, begun)
}

#[test]
fn fault_29_a_main_that_ends_lets_calls_finish_and_takes_no_new_ones() {
    fault(|f| {
        let free = Arc::new(tokio::sync::Notify::new());
        let (app, begun) = with_handlers(&free);
        let all: Vec<WebContents> = (0..16).map(|_| ready(app.spawn_renderer(&Program::new(FIXTURE)))).collect();
        let time = f.block_on(async {
            let waiting: Vec<_> = all
                .iter()
                .map(|contents| {
                    let contents = contents.clone();
                    tokio::spawn(
                        async move { contents.invoke_within::<String>("within", ("wait", 10_000), PATIENCE).await },
                    )
                })
                .collect();
            while begun.load(Ordering::SeqCst) < all.len() {
                tokio::task::yield_now().await;
            }
            let start = Instant::now();
            let closing = tokio::spawn({
                let app = app.clone();
                async move { app.close(Duration::from_secs(3)).await }
            });
            // New ones are turned away in both directions.
            let refused = loop {
                match all[0].invoke_within::<i64>("double", (1,), PATIENCE).await {
                    Ok(_) => tokio::task::yield_now().await,
                    Err(error) => break error,
                }
            };
            assert_eq!(refused, CallError::ShuttingDown);
            let said = all[0].stats().link.messages_out;
            all[0].try_send("end-with", ("wait",)).expect("it is not told goodbye yet");
            // That, and the answer to its call.
            while all[0].stats().link.messages_out < said + 2 {
                tokio::task::yield_now().await;
            }
            assert!(all.iter().all(|contents| !contents.is_gone()), "they wait for their calls");
            free.notify_waiters();
            for call in waiting {
                assert_eq!(call.await.expect("no panic"), Ok("answered".to_owned()));
            }
            closing.await.expect("no panic");
            start.elapsed()
        });
        let codes: Vec<_> = all.iter().map(|contents| contents.wait_gone().expect("no task").exit_code).collect();
        assert_eq!(codes, [&[TURNED_AWAY][..], &[0; 15]].concat());
        assert!(time <= Duration::from_secs(2), "{time:?}");
        f.measured(format!("16 renderers with calls: all answered, ended with 0 after {}", short(time)));
    });
}

#[test]
fn fault_29_calls_that_do_not_finish_are_told_that_main_ends() {
    fault(|f| {
        let free = Arc::new(tokio::sync::Notify::new());
        let (app, begun) = with_handlers(&free);
        let contents = ready(app.spawn_renderer(&Program::new(FIXTURE)));
        contents.try_send("end-with", ("forever",)).expect("room");
        until("it has asked", || begun.load(Ordering::SeqCst) == 1);
        let start = Instant::now();
        f.block_on(app.close(Duration::from_secs(3)));
        let time = start.elapsed();
        assert_eq!(contents.wait_gone().expect("no task").exit_code, TURNED_AWAY);
        assert!(time <= Duration::from_secs(3), "{time:?}");
        f.measured(format!("told by the deadline, ended after {}", short(time)));
    });
}

#[test]
fn fault_29_a_renderer_that_does_not_end_is_killed_after_the_grace() {
    fault(|f| {
        let app = App::new();
        let deaf = Program::new("sh").arg("-c").arg("trap '' TERM INT HUP; exec sleep 300");
        let deaf = app.spawn_renderer(&deaf).expect("a shell");
        let unreading = ready(app.spawn_renderer(&rogue(&hello(), "stay")));
        let start = Instant::now();
        f.block_on(app.close(Duration::from_secs(3)));
        let time = start.elapsed();
        assert!([deaf, unreading].iter().all(|contents| contents.wait_gone().expect("no task").signal == Some(9)));
        assert!(time <= Duration::from_millis(3_500), "{time:?}");
        f.measured(format!("killed after {} (grace 3 s)", short(time)));
    });
}
