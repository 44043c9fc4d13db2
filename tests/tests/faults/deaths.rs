//! Renderers that die, and mains.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use ipc_proto::wire::{Message, Space};
use main_proc::gone::GoneReason;
use main_proc::supervisor::{Policy, Supervisor, SupervisorEvent};
use main_proc::{CallError, HandlerError, IpcMainEvent, Program};
use rustix::process::Signal;
use serde_bytes::ByteBuf;

use crate::harness::{
    FIXTURE, Fault, PATIENCE, Times, children, ends_within, fault, pid_of, ready, rogue, scaled, short, signal, until,
};
use crate::wire::{hello, numbered, rogue_of_file};

/// Kept running, without delay and without end.
pub(crate) fn always() -> Policy {
    let mut policy = Policy::default();
    policy.delay = Duration::ZERO;
    policy.budget = u32::MAX;
    policy
}

#[test]
fn fault_01_a_renderer_that_is_killed_while_it_is_idle_is_told_and_replaced() {
    fault(|f| {
        let supervisor = Supervisor::start(&f.app, Program::new(FIXTURE), always(), |_| {}).expect("it starts");
        let mut events = supervisor.events();
        let (mut told, mut replaced) = (Times::default(), Times::default());
        f.block_on(async {
            for epoch in 1..=scaled(200) as u64 {
                let contents = supervisor.ready().await.expect("it starts again");
                assert_eq!(supervisor.epoch(), epoch);
                let begun = Instant::now();
                signal(contents.os_process_id(), Signal::KILL);
                let gone = contents.gone().await;
                told.0.push(begun.elapsed());
                assert_eq!((gone.reason, gone.signal), (GoneReason::Killed, Some(9)));
                supervisor.ready_after(epoch).await.expect("another one");
                replaced.0.push(begun.elapsed());
                let one_end = async {
                    loop {
                        match events.next().await {
                            Some(SupervisorEvent::Gone { epoch: ended, gone }) => break (ended, gone.signal),
                            Some(_) => {}
                            None => panic!("no end of {epoch}"),
                        }
                    }
                };
                assert_eq!(one_end.await, (epoch, Some(9)), "one end of each");
            }
            supervisor.stop().await;
        });
        assert!(told.part(50) <= Duration::from_millis(20), "{}", told.text());
        f.measured(format!("told: {}; another one ready: {}", told.text(), replaced.text()));
    });
}

/// Counts numbered messages that come in their order.
fn count_in_order(f: &Fault) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let on_sink = move |_: &IpcMainEvent, (number, _): (usize, ByteBuf)| {
        assert_eq!(counted.fetch_add(1, Ordering::SeqCst), number, "in order and once");
    };
    f.app.ipc_main().on("sink", on_sink).forget();
    count
}

#[test]
fn fault_02_what_was_whole_before_the_cut_is_delivered_and_what_was_begun_is_not() {
    fault(|f| {
        let count = count_in_order(f);
        let frames: Vec<_> = (0..12).map(|number| numbered(number, 10)).collect();
        let session = [hello(), frames.concat()].concat();
        let step = session.len() / scaled(session.len()) + 1;
        let cuts: Vec<_> = (0..=session.len()).step_by(step).collect();
        for cut in &cuts {
            count.store(0, Ordering::SeqCst);
            let contents = f.app.spawn_renderer(&rogue(&session[..*cut], "kill")).expect("the fixture starts");
            let gone = contents.wait_gone().expect("no task");
            assert_eq!(gone.signal, Some(9), "{gone:?}");
            let mut whole = 0;
            let mut end = hello().len();
            while let Some(frame) = frames.get(whole).filter(|frame| end + frame.len() <= *cut) {
                end += frame.len();
                whole += 1;
            }
            assert_eq!(count.load(Ordering::SeqCst), whole, "cut at {cut}");
        }
        f.measured(format!("{} cuts of {} bytes", cuts.len(), session.len()));
    });
}

/// Counts the handlers that are there.
struct There(Arc<AtomicUsize>);

impl Drop for There {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn fault_03_calls_in_both_directions_settle_once_when_their_renderer_is_killed() {
    fault(|f| {
        let there = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&there);
        let forever = move |_, ()| {
            counted.fetch_add(1, Ordering::SeqCst);
            let there = There(Arc::clone(&counted));
            async move {
                let _there = there;
                std::future::pending::<Result<(), HandlerError>>().await
            }
        };
        f.app.ipc_main().handle("forever", forever).expect("the first handler");
        let mut times = Times::default();
        for calls in [1, 100, 1_024_usize] {
            let contents = f.renderer();
            f.ask::<()>(&contents, "ask", ("forever", calls));
            until("all handlers have begun", || there.load(Ordering::SeqCst) == calls);
            let settled = f.block_on(async {
                let asked: Vec<_> = (0..calls)
                    .map(|_| {
                        let contents = contents.clone();
                        tokio::spawn(async move { contents.invoke_within::<()>("never", (), PATIENCE).await })
                    })
                    .collect();
                while contents.stats().link.in_flight_out < calls {
                    tokio::task::yield_now().await;
                }
                let begun = Instant::now();
                signal(contents.os_process_id(), Signal::KILL);
                let mut settled = 0;
                for call in asked {
                    let error = call.await.expect("no panic").expect_err("no answer");
                    assert!(matches!(error, CallError::PeerGone { .. }), "{error}");
                    settled += 1;
                }
                times.0.push(begun.elapsed());
                settled
            });
            assert_eq!(settled, calls);
            until("all handlers are dropped", || there.load(Ordering::SeqCst) == 0);
        }
        f.measured(format!("1, 100 and 1,024 calls each way settled: {}", times.text()));
    });
}

#[test]
fn fault_04_all_that_was_sent_before_an_exit_arrives_before_the_end_is_told() {
    fault(|f| {
        let count = count_in_order(f);
        let counts = [1, 10, 1_000, 10_000];
        for sent in counts {
            count.store(0, Ordering::SeqCst);
            let contents = f.renderer();
            let (sender, at_its_end) = mpsc::channel();
            let counted = Arc::clone(&count);
            contents.on_gone(move |_| sender.send(counted.load(Ordering::SeqCst)).expect("the test waits"));
            let call = contents.invoke_within::<()>("send-then-exit", (sent,), PATIENCE);
            f.block_on(call).expect_err("it ends");
            assert_eq!(at_its_end.recv_timeout(PATIENCE), Ok(sent));
        }
        // It has read nothing, not even main's welcome: so main's end of the socket is reset.
        for sent in counts {
            count.store(0, Ordering::SeqCst);
            let bytes = [hello(), (0..sent as u64).flat_map(|number| numbered(number, 0)).collect()].concat();
            let contents = f.app.spawn_renderer(&rogue_of_file(&bytes, "exit")).expect("it starts");
            while contents.try_send("sink", (0, ByteBuf::new())).is_ok() && !contents.is_gone() {
                std::thread::yield_now();
            }
            assert_eq!(contents.wait_gone().expect("no task").reason, GoneReason::CleanExit);
            assert_eq!(count.load(Ordering::SeqCst), sent);
        }
        f.measured("1 to 10,000 messages, each with its number; also with data that was not read");
    });
}

#[test]
fn fault_05_all_renderers_of_a_main_that_is_killed_are_gone() {
    fault(|f| {
        let mut times = Times::default();
        for _ in 0..scaled(50) {
            let mut main = Command::new(FIXTURE)
                .arg("main-of-many")
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .spawn()
                .expect("the fixture starts");
            let mut line = String::new();
            BufReader::new(main.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
            let pids: Vec<_> = line.split_whitespace().map(|pid| pid_of(pid.parse().expect("a number"))).collect();
            assert_eq!(pids.len(), 7, "{line}");
            let begun = Instant::now();
            main.kill().expect("it runs");
            main.wait().expect("it ends");
            for pid in pids {
                assert!(ends_within(pid, Duration::from_secs(5)), "{pid:?} lives on");
            }
            times.0.push(begun.elapsed());
        }
        assert!(times.part(50) <= Duration::from_millis(250), "{}", times.text());
        f.measured(format!("seven gone, one of them in an endless loop and one deaf: {}", times.text()));
    });
}

#[test]
fn fault_06_a_death_is_seen_while_another_process_has_the_socket_open() {
    fault(|f| {
        let hello = ipc_tests::raw::hex(&hello());
        let program = Program::new(FIXTURE).args(["leave-a-sleeper", &hello]);
        let begun = Instant::now();
        let contents = f.app.spawn_renderer(&program).expect("the fixture starts");
        let gone = contents.wait_gone().expect("no task");
        assert_eq!((gone.reason, gone.signal), (GoneReason::Killed, Some(9)), "{}", gone.text);
        f.measured(format!("told after {} in all", short(begun.elapsed())));
    });
}

#[test]
fn fault_06_an_end_is_told_while_another_process_goes_on_writing_to_the_socket() {
    fault(|f| {
        let begun = Instant::now();
        let program = Program::new(env!("CARGO_BIN_EXE_renderer_fixture")).arg("leave-a-writer");
        let contents = f.app.spawn_renderer(&program).expect("the fixture starts");
        assert_eq!(contents.wait_gone().expect("no task").reason, GoneReason::CleanExit);
        f.measured(format!("with one that writes on, after {} in all", short(begun.elapsed())));
    });
}

#[test]
fn fault_28_renderers_that_die_all_at_once_leave_no_zombies() {
    fault(|f| {
        let before = children().len();
        let rounds = scaled(1_000) / 50;
        for round in 0..rounds {
            let all: Vec<_> =
                (0..50).map(|_| f.app.spawn_renderer(&rogue(&hello(), "stay")).expect("it starts")).collect();
            let pids: Vec<_> = all.iter().map(main_proc::WebContents::os_process_id).collect();
            // Of every second round nobody has a handle any more.
            let kept = if round % 2 == 0 { all } else { Vec::new() };
            pids.iter().for_each(|pid| signal(*pid, Signal::KILL));
            for contents in &kept {
                contents.wait_gone().expect("no task");
            }
            until("no child is left", || children().len() <= before);
        }
        assert_eq!(f.app.renderers().len(), 1, "the bystander");
        f.measured(format!("{rounds} times 50 at once"));
    });
}

#[test]
fn fault_47_a_process_that_has_got_the_number_of_one_that_is_gone_is_not_signalled() {
    fault(|f| {
        let contents = f.renderer();
        let pid = contents.os_process_id();
        signal(pid, Signal::KILL);
        contents.wait_gone().expect("no task");
        // The next process gets the number after this one; others may be started at the same time.
        let mut heir = None;
        for _ in 0..200 {
            if std::fs::write("/proc/sys/kernel/ns_last_pid", (pid - 1).to_string()).is_err() {
                return f.measured("NOT TESTED: this system does not let numbers be chosen");
            }
            let mut child = Command::new("sleep").arg("60").spawn().expect("a process");
            if child.id() == pid {
                heir = Some(child);
                break;
            }
            child.kill().expect("it runs");
            child.wait().expect("it ends");
        }
        let Some(mut heir) = heir else { return f.measured("NOT TESTED: the number was not given again") };
        contents.kill();
        contents.close();
        f.app.renderers().iter().for_each(|other| assert_ne!(other.os_process_id(), pid));
        assert_eq!(heir.try_wait().expect("a child"), None, "it was signalled");
        heir.kill().expect("it runs");
        heir.wait().expect("it ends");
        f.measured("a process with the same number lives on");
    });
}

#[test]
fn fault_48_a_renderer_outlives_the_thread_that_has_started_it() {
    fault(|f| {
        let app = f.app.clone();
        let of_a_thread = std::thread::spawn(move || ready(app.spawn_renderer(&Program::new(FIXTURE)))).join();
        let app = f.app.clone();
        let of_a_pool = f.block_on(async {
            tokio::task::spawn_blocking(move || app.spawn_renderer(&Program::new(FIXTURE))).await.expect("no panic")
        });
        let all = [of_a_thread.expect("no panic"), ready(of_a_pool)];
        // Threads of a pool end after 10 seconds without work.
        std::thread::sleep(Duration::from_secs(if crate::harness::is_long() { 12 } else { 1 }));
        for contents in &all {
            assert_eq!(f.ask::<i64>(contents, "double", (2,)), 4);
        }
        f.measured("both live on");
    });
}

#[test]
fn fault_50_what_is_sent_to_one_renderer_never_reaches_the_next() {
    fault(|f| {
        let wrong = Arc::new(Mutex::new(0));
        let supervisor = Supervisor::start(&f.app, Program::new(FIXTURE), always(), |_| {}).expect("it starts");
        let (mut answered, mut failed) = (0, 0);
        f.block_on(async {
            for epoch in 1..=scaled(200) as u64 {
                let contents = supervisor.ready_after(epoch - 1).await.expect("it starts again");
                let pid = contents.os_process_id();
                for call in 0..20 {
                    if call == 10 {
                        signal(pid, Signal::KILL);
                    }
                    match contents.invoke::<bool>("is", (pid,)).await {
                        Ok(true) => answered += 1,
                        Ok(false) => *wrong.lock().expect("unpoisoned") += 1,
                        Err(CallError::PeerGone { .. } | CallError::ShuttingDown) => failed += 1,
                        Err(error) => panic!("{error}"),
                    }
                }
            }
            supervisor.stop().await;
        });
        assert_eq!(*wrong.lock().expect("unpoisoned"), 0);
        f.measured(format!("{answered} answered, {failed} failed with their renderer, none by another one"));
    });
}

/// A message in a place of its own, for those that need no more.
pub(crate) fn send(channel: &str, args: &[u8]) -> Vec<u8> {
    crate::wire::frame(&Message::Send { space: Space::User, channel, args })
}
