//! A renderer that does what a test in main asks for.

use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use renderer_proc::{CallError, HandlerError, IpcRenderer, Limits, Port, message_channel};
use rustix::process::{Resource, Rlimit, Signal, getppid, kill_process, setrlimit};
use serde_bytes::ByteBuf;

/// How long a `send_sync` of this renderer waits.
const SYNC_DEADLINE: Duration = Duration::from_millis(300);

/// Serves main until the link ends.
pub(crate) fn run(mode: &str) {
    let renderer = renderer_proc::init().expect("started by a test");
    let mut limits = Limits::default();
    limits.sync_deadline = SYNC_DEADLINE;
    let state = Arc::new(State::default());
    let told = Arc::clone(&state);
    let ipc = renderer.connect_with(limits, |ipc| set_up(ipc, &told)).expect("the link to main");
    if mode == "bystander" {
        stand_by(&ipc, &state);
    }
    let _ = ipc.wait_closed();
    let asking = state.asking.lock().expect("unpoisoned").take();
    if let Some(asking) = asking {
        std::process::exit(asking.join().expect("no panic"));
    }
}

/// The exit code of one whose call was told that main ends.
const TURNED_AWAY: i32 = 40;

#[derive(Default)]
struct State {
    /// How many calls have been checked, and how long the longest took in microseconds.
    calls: AtomicU64,
    longest: AtomicU64,
    /// How many numbered messages have come in their order; one that has not is the end of the count.
    in_order: AtomicU64,
    ports: Mutex<Vec<Port>>,
    /// What asks while main ends; gives the exit code.
    asking: Mutex<Option<std::thread::JoinHandle<i32>>>,
}

/// Makes checked calls for as long as main is there.
fn stand_by(ipc: &IpcRenderer, state: &State) {
    for number in 0.. {
        let begun = Instant::now();
        match ipc.invoke_blocking::<u64>("next", (number,), Some(Duration::from_secs(20))) {
            Ok(answer) => assert_eq!(answer, number + 1, "another's answer"),
            // Main ends this one.
            Err(CallError::PeerGone { .. } | CallError::ShuttingDown) => return,
            Err(error) => {
                eprintln!("a call of the bystander's failed: {error}");
                std::process::abort();
            }
        }
        let time = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        state.longest.fetch_max(time, Ordering::Relaxed);
        state.calls.fetch_add(1, Ordering::Relaxed);
        // It is there to notice, and not to be a load.
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn set_up(ipc: &IpcRenderer, state: &Arc<State>) {
    simple(ipc, state);
    calling(ipc);
    blocking(ipc);
    listening(ipc, state);
}

fn simple(ipc: &IpcRenderer, state: &Arc<State>) {
    let report = Arc::clone(state);
    handle(ipc, "report", move |()| (report.calls.load(Ordering::Relaxed), report.longest.load(Ordering::Relaxed)));
    let count = Arc::clone(state);
    handle(ipc, "in-order", move |()| count.in_order.load(Ordering::Relaxed));
    handle(ipc, "double", |(n,): (i64,)| n * 2);
    handle(ipc, "pid", |()| std::process::id());
    handle(ipc, "is", |(pid,): (u32,)| std::process::id() == pid);
    handle(ipc, "echo", |(bytes,): (ByteBuf,)| bytes);
    handle(ipc, "descriptors", |()| {
        let mut open = Vec::new();
        for entry in std::fs::read_dir("/proc/self/fd").expect("a folder").flatten() {
            let target = std::fs::read_link(entry.path()).unwrap_or_default();
            open.push((entry.file_name().to_string_lossy().into_owned(), target.to_string_lossy().into_owned()));
        }
        open
    });
    ipc.handle("never", |_, ()| pending::<Result<(), HandlerError>>()).expect("the first handler");
    // More memory than it may have.
    handle(ipc, "grow", |()| {
        let most = Some(1 << 30);
        setrlimit(Resource::As, Rlimit { current: most, maximum: most }).expect("a limit");
        vec![1_u8; 2 << 30].len()
    });
}

/// A handler that does not wait.
fn handle<A, R>(ipc: &IpcRenderer, channel: &str, handler: impl Fn(A) -> R + Send + Sync + 'static)
where
    A: renderer_proc::Arguments + serde::de::DeserializeOwned + 'static,
    R: serde::Serialize + Send + 'static,
{
    ipc.handle(channel, move |_, args| std::future::ready(Ok(handler(args)))).expect("the first handler");
}

/// A handler whose work is done by a thread that may wait.
fn handle_apart<A, R>(ipc: &IpcRenderer, channel: &str, work: impl Fn(IpcRenderer, A) -> R + Send + Sync + 'static)
where
    A: renderer_proc::Arguments + serde::de::DeserializeOwned + Send + 'static,
    R: serde::Serialize + Send + 'static,
{
    let work = Arc::new(work);
    ipc.handle(channel, move |event, args: A| {
        let (done, outcome) = tokio::sync::oneshot::channel();
        let (work, ipc) = (Arc::clone(&work), event.ipc().clone());
        std::thread::spawn(move || done.send(work(ipc, args)));
        async move { Ok(outcome.await?) }
    })
    .expect("the first handler");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
}

fn calling(ipc: &IpcRenderer) {
    // So many checked calls; how long the longest has taken in microseconds.
    handle_apart(ipc, "calls", |ipc, (channel, count): (String, u64)| {
        let mut longest = Duration::ZERO;
        for number in 0..count {
            let begun = Instant::now();
            assert_eq!(ipc.invoke_blocking::<u64>(&channel, (number,), None), Ok(number + 1));
            longest = longest.max(begun.elapsed());
        }
        u64::try_from(longest.as_micros()).unwrap_or(u64::MAX)
    });
    // Asks so often at once, and goes on when all have been asked.
    ipc.handle("ask", |event, (channel, count): (String, u64)| {
        for _ in 0..count {
            let (ipc, channel) = (event.ipc().clone(), channel.clone());
            tokio::spawn(async move { ipc.invoke::<()>(&channel, ()).await });
        }
        std::future::ready(Ok(()))
    })
    .expect("the first handler");
    // The same without being awaited: how many were answered, were too many, and failed otherwise.
    handle_apart(ipc, "unawaited", |ipc, (channel, count): (String, usize)| {
        let (mut waiting, mut outcomes) = (Vec::new(), [0_u64; 3]);
        let mut note = |result: &Result<(), CallError>| match result {
            Ok(()) => outcomes[0] += 1,
            Err(CallError::Busy { .. }) => outcomes[1] += 1,
            Err(_) => outcomes[2] += 1,
        };
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..count {
            let (ipc, channel) = (ipc.clone(), channel.clone());
            let mut call = Box::pin(async move { ipc.invoke::<()>(&channel, ()).await });
            match call.as_mut().poll(&mut context) {
                std::task::Poll::Ready(result) => note(&result),
                std::task::Poll::Pending => waiting.push(call),
            }
        }
        ipc.send_blocking("all-asked", ()).expect("main is there");
        let runtime = runtime();
        for call in waiting {
            note(&runtime.block_on(call));
        }
        outcomes
    });
    handle_apart(ipc, "within", |ipc, (channel, time): (String, u64)| {
        outcome(runtime().block_on(ipc.invoke_within::<()>(&channel, (), Duration::from_millis(time))))
    });
    handle_apart(ipc, "try", |ipc, (way, channels): (String, Vec<String>)| try_all(&ipc, &way, &channels));
    // Calls of which some are dropped, before they are written, under way, or when their answer is there.
    handle_apart(ipc, "cancels", |ipc, (count, mut state): (u64, u64)| {
        let mut answered = 0_u64;
        runtime().block_on(async {
            for number in 0..count {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let call = ipc.invoke::<u64>("next", (number,));
                match (state >> 33) % 4 {
                    0 => drop(call),
                    1 => {
                        let mut call = Box::pin(call);
                        let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                    }
                    2 => {
                        let late = tokio::time::timeout(Duration::from_micros((state >> 40) % 200), call).await;
                        assert!(late.is_err() || late == Ok(Ok(number + 1)));
                    }
                    _ => {
                        assert_eq!(call.await, Ok(number + 1));
                        answered += 1;
                    }
                }
            }
        });
        answered
    });
    // Bytes there and back.
    handle_apart(ipc, "echoes", |ipc, (count, size): (u64, usize)| {
        let bytes = ByteBuf::from((0..size).map(|at| (at % 251) as u8).collect::<Vec<_>>());
        let mut longest = Duration::ZERO;
        for _ in 0..count {
            let begun = Instant::now();
            assert!(ipc.invoke_blocking::<ByteBuf>("echo", (&bytes,), None) == Ok(bytes.clone()));
            longest = longest.max(begun.elapsed());
        }
        u64::try_from(longest.as_micros()).unwrap_or(u64::MAX)
    });
}

/// Uses each channel in that way, and what came of it.
fn try_all(ipc: &IpcRenderer, way: &str, channels: &[String]) -> Vec<String> {
    let try_one = |channel: &String| match way {
        "invoke" => outcome(ipc.invoke_blocking(channel, (), None)),
        "sync" => outcome(ipc.send_sync(channel, ())),
        "send" => outcome(ipc.send_blocking(channel, ())),
        "post" => outcome(ipc.post_message(channel, (), vec![message_channel().0])),
        "post-and-wait" => {
            let (ours, theirs) = message_channel();
            let (told, closed) = std::sync::mpsc::channel();
            ours.on_close(move || {
                let _ = told.send(());
            });
            let posted = outcome(ipc.post_message(channel, (), vec![theirs]));
            if closed.recv_timeout(Duration::from_secs(10)).is_ok() { "closed".to_owned() } else { posted }
        }
        other => panic!("no way: {other}"),
    };
    let outcomes = channels.iter().map(try_one).collect();
    if ["send", "post"].contains(&way) {
        // Main has handled what came before this when it is answered, however that is.
        let _ = ipc.invoke_blocking::<()>("all-tried", (), None);
    }
    outcomes
}

fn outcome(result: Result<(), CallError>) -> String {
    result.map_or_else(|error| error.to_string(), |()| "answered".to_owned())
}

fn blocking(ipc: &IpcRenderer) {
    // What a `send_sync` ends with, and after how many milliseconds.
    handle_apart(ipc, "sync", |ipc, (channel,): (String,)| synced(&ipc, &channel));
    // The same while main is stopped.
    handle_apart(ipc, "sync-to-a-stopped-main", |ipc, ()| {
        let main = getppid().expect("main");
        kill_process(main, Signal::STOP).expect("it is there");
        while !stands_still(main) {
            std::thread::yield_now();
        }
        let outcome = synced(&ipc, "sync-value");
        kill_process(main, Signal::CONT).expect("it is there");
        outcome
    });
    // What a `send_sync` is told in a handler, and in a task of a runtime.
    ipc.handle("sync-in-handler", |event, ()| {
        let here = outcome(event.ipc().send_sync::<()>("sync-value", ()));
        async move { Ok(here) }
    })
    .expect("the first handler");
    ipc.handle("sync-in-task", |event, ()| {
        let ipc = event.ipc().clone();
        async move {
            let task = tokio::spawn(async move { outcome(ipc.send_sync::<()>("sync-value", ())) });
            Ok(task.await?)
        }
    })
    .expect("the first handler");
    // So many numbered messages of that size, as fast as that goes.
    handle_apart(ipc, "flood", |ipc, (count, size): (u64, usize)| {
        let bytes = ByteBuf::from(vec![0; size]);
        (0..count).take_while(|number| ipc.send_blocking("sink", (number, &bytes)).is_ok()).count()
    });
    // Numbered messages and an end in good order.
    handle_apart(ipc, "send-then-exit", |ipc, (count,): (u64,)| -> () {
        for number in 0..count {
            ipc.send_blocking("sink", (number, ByteBuf::new())).expect("main is there");
        }
        ipc.close();
        std::process::exit(0)
    });
    handle(ipc, "exit", |(code,): (i32,)| -> () { std::process::exit(code) });
    handle(ipc, "abort", |()| -> () { std::process::abort() });
}

/// Whether every thread of a process has stopped.
fn stands_still(pid: rustix::process::Pid) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())).expect("it is there");
    tasks.flatten().all(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
    })
}

fn synced(ipc: &IpcRenderer, channel: &str) -> (String, u64) {
    let begun = Instant::now();
    let outcome = outcome(ipc.send_sync::<()>(channel, ()));
    (outcome, u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX))
}

fn listening(ipc: &IpcRenderer, state: &Arc<State>) {
    let count = Arc::clone(state);
    ipc.on("sink", move |_, (number, _): (u64, ByteBuf)| {
        let _ = count.in_order.compare_exchange(number, number + 1, Ordering::Relaxed, Ordering::Relaxed);
    })
    .forget();
    ipc.on("hang", |_, ()| {
        loop {
            std::hint::spin_loop();
        }
    })
    .forget();
    // Its exit code says how that call has ended.
    let asking = Arc::clone(state);
    ipc.on("end-with", move |event, (channel,): (String,)| {
        let ipc = event.ipc().clone();
        let asked = std::thread::spawn(move || match runtime().block_on(ipc.invoke::<()>(&channel, ())) {
            Ok(()) => 0,
            Err(CallError::ShuttingDown) => TURNED_AWAY,
            Err(error) => {
                eprintln!("its call ended otherwise: {error}");
                1
            }
        });
        *asking.asking.lock().expect("unpoisoned") = Some(asked);
    })
    .forget();
    let keep = Arc::clone(state);
    ipc.on("hold", move |event, ()| keep.ports.lock().expect("unpoisoned").extend(event.take_ports())).forget();
    let post = Arc::clone(state);
    handle(ipc, "post-held", move |(count,): (u64,)| {
        for port in post.ports.lock().expect("unpoisoned").iter() {
            // Main may have closed it.
            let _ = (0..count).try_for_each(|number| port.post(&number));
        }
    });
    let drop_held = Arc::clone(state);
    handle(ipc, "drop-held", move |()| {
        drop_held.ports.lock().expect("unpoisoned").clear();
    });
}
