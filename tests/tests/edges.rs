//! Where programs begin, wait and end: nothing hangs, loops or is lost there, and the first error says what happened.

use std::io::Read as _;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use main_proc::gone::GoneReason;
use main_proc::spawn::Output;
use main_proc::{App, CallError, IpcMainEvent, IpcMainInvokeEvent, Limits, Program, Value, WebContents};

const FIXTURE: &str = env!("CARGO_BIN_EXE_edges_fixture");
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

fn renderer(app: &App, mode: &str) -> WebContents {
    app.spawn_renderer(&Program::new(FIXTURE).arg(mode)).expect("the fixture starts")
}

fn end(app: &App, mode: &str) -> (GoneReason, i32) {
    let gone = renderer(app, mode).wait_gone().expect("no task");
    (gone.reason, gone.exit_code)
}

/// What renderers say on the channel "told".
fn told(app: &App) -> mpsc::Receiver<String> {
    let (sender, told) = mpsc::channel();
    app.ipc_main().on("told", move |_: &IpcMainEvent, (text,): (String,)| drop(sender.send(text))).forget();
    told
}

/// A runtime without timers.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

#[test]
fn a_renderer_that_has_forgotten_init_starts_no_renderers() {
    assert_eq!(end(&App::new(), "forgets-init"), (GoneReason::LaunchFailed, 42));
}

#[test]
fn a_test_that_is_started_as_its_own_renderer_is_told_so() {
    let mut harness = Program::current()
        .expect("this program")
        .arg("--exact")
        .arg("a_test_that_is_started_as_its_own_renderer_is_told_so");
    (harness.stdout, harness.stderr) = (Output::Null, Output::Null);
    let app = App::new();
    match app.spawn_renderer(&harness) {
        Ok(contents) => {
            let gone = contents.wait_gone().expect("no task");
            assert_eq!(gone.reason, GoneReason::LaunchFailed, "{}", gone.text);
        }
        // This is that renderer.
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_second_init_in_a_renderer_is_an_error() {
    assert_eq!(end(&App::new(), "inits-twice"), (GoneReason::LaunchFailed, 3));
}

#[test]
fn a_renderer_ends_with_the_code_it_chooses() {
    let app = App::new();
    for _ in 0..20 {
        assert_eq!(end(&app, "says-goodbye"), (GoneReason::AbnormalExit, 42));
    }
    let contents = renderer(&app, "ends-its-way");
    contents.wait_ready().expect("it starts");
    contents.close();
    assert_eq!(contents.wait_gone().expect("no task").exit_code, 42);
    assert_eq!(end(&app, "fails"), (GoneReason::AbnormalExit, 1));
}

#[test]
fn a_renderer_that_waits_for_nothing_ends_with_its_link() {
    let app = App::new();
    let told = told(&app);
    let contents = renderer(&app, "waits-for-nothing");
    told.recv_timeout(PATIENCE).expect("it is there");
    contents.close();
    assert_eq!(contents.wait_gone().expect("no task").reason, GoneReason::CleanExit);
}

#[test]
fn what_was_sent_before_an_application_is_dropped_is_handled() {
    for _ in 0..10 {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let app = App::new();
        let (note, (first, begun)) = (seen.clone(), mpsc::channel());
        app.ipc_main()
            .on("more", move |_: &IpcMainEvent, (i,): (u32,)| {
                note.lock().expect("unpoisoned").push(i);
                let _ = first.send(());
            })
            .forget();
        let contents = renderer(&app, "sends-more");
        begun.recv_timeout(PATIENCE).expect("the first message");
        drop(app);
        assert!(contents.is_gone(), "dropping waits");
        let seen = seen.lock().expect("unpoisoned");
        assert!(seen.iter().copied().eq(0..seen.len() as u32), "in order and without a gap");
        assert_eq!(contents.wait_gone().expect("known").exit_code, 0, "it was not killed");
    }
}

#[test]
fn waiting_in_a_listener_is_an_error_and_the_application_ends_all_the_same() {
    let app = App::new();
    let (sender, told) = mpsc::channel();
    let quitting = app.clone();
    app.ipc_main()
        .on("more", move |event: &IpcMainEvent, (i,): (u32,)| {
            if i == 0 {
                let gone = event.sender().wait_gone().expect_err("a listener");
                let quit = quitting.shut_down().expect_err("a listener");
                let _ = sender.send((gone.to_string(), quit.to_string()));
            }
        })
        .forget();
    let contents = renderer(&app, "sends-more");
    let (gone, quit) = told.recv_timeout(PATIENCE).expect("no hang");
    assert!(gone.contains("Await `gone()`"), "{gone}");
    assert!(quit.contains("await `App::close`"), "{quit}");
    assert_eq!(runtime().block_on(contents.gone()).reason, GoneReason::CleanExit);
}

#[test]
fn an_awaited_close_kills_what_has_not_ended_after_its_grace() {
    let app = App::new();
    let contents = app.spawn_renderer(&Program::new("sleep").arg("600")).expect("it starts");
    let start = Instant::now();
    runtime().block_on(app.close(Duration::from_millis(100)));
    assert!(start.elapsed() >= Duration::from_millis(100));
    let gone = contents.wait_gone().expect("known");
    assert_eq!((gone.reason, gone.signal), (GoneReason::Killed, Some(9)));
    assert!(gone.text.ends_with("killed by main before it said hello"), "{}", gone.text);
}

#[test]
fn a_call_that_fails_with_its_renderer_says_how_that_has_ended() {
    let app = App::new();
    let failure = |contents: &WebContents, end: &dyn Fn()| {
        let error = runtime().block_on(async {
            let call = contents.invoke::<()>("wait", ());
            tokio::join!(call, async { end() }).0.expect_err("its renderer has ended")
        });
        assert!(contents.is_gone(), "whoever is told so finds it so");
        let CallError::PeerGone { reason, .. } = error else { panic!("{error}") };
        reason
    };
    let told = told(&app);
    app.ipc_main()
        .on("twice", |event: &IpcMainEvent, (n,): (i64,)| event.set_return_value(n * 2).expect("a number"))
        .forget();
    let contents = renderer(&app, "runs-tasks");
    for _ in 0..2 {
        told.recv_timeout(PATIENCE).expect("it is ready");
    }
    let reason = failure(&contents, &|| contents.kill());
    assert_eq!(reason, "ended by signal 9 (killed), killed by main");
    let exits = app.spawn_renderer(&Program::new("sh").arg("-c").arg("exit 9")).expect("it starts");
    assert!(failure(&exits, &|| {}).contains("code 9"));
    assert_eq!(exits.wait_gone().expect("known").signal, None);
}

#[test]
fn blocking_calls_work_on_blocking_threads_and_a_cancelled_handler_is_dropped() {
    let app = App::new();
    let told = told(&app);
    app.ipc_main()
        .on("twice", |event: &IpcMainEvent, (n,): (i64,)| event.set_return_value(n * 2).expect("a number"))
        .forget();
    let contents = renderer(&app, "runs-tasks");
    let next = || told.recv_timeout(PATIENCE).expect("a word");
    assert!(next().contains("spawn_blocking"));
    assert!(next().contains("Await `closed()`"));
    // Without a timer in the runtime.
    let after = Duration::from_millis(50);
    let late = runtime().block_on(contents.invoke_within::<()>("wait", (), after));
    assert_eq!(late, Err(CallError::Timeout { channel: "wait".into(), after }));
    assert_eq!(next(), "dropped");
}

#[test]
fn an_awaited_answer_does_not_pass_messages_that_come_while_another_call_blocks() {
    let app = App::new();
    let told = told(&app);
    app.ipc_main()
        .handle("asked", |event: IpcMainInvokeEvent, ()| async move {
            event.sender().try_send("message", ("message",))?;
            Ok("answer")
        })
        .expect("the first handler");
    app.ipc_main().on("sync", |event: &IpcMainEvent, ()| event.set_return_value(()).expect("a value")).forget();
    for mode in ["asks-and-blocks", "asks-and-blocks-in-tasks"] {
        let _contents = renderer(&app, mode);
        let heard = told.recv_timeout(PATIENCE).expect("what it has heard");
        assert_eq!(heard, "message answer ".repeat(100), "{mode}");
    }
}

#[test]
fn a_call_that_is_not_understood_or_fails_is_told_why() {
    let app = App::new();
    let told = told(&app);
    app.ipc_main()
        .on("typed", |event: &IpcMainEvent, (n,): (i64,)| event.set_return_value(n).expect("a number"))
        .forget();
    app.ipc_main().handle("one", |_, (n,): (i64,)| async move { Ok(n) }).expect("the first handler");
    app.ipc_main()
        .handle("io", |_, ()| async { Ok(std::fs::read("/no/such/file").map(|bytes| bytes.len())?) })
        .expect("the first handler");
    let _contents = renderer(&app, "asks-wrongly");
    let text = told.recv_timeout(PATIENCE).expect("an error");
    assert!(text.starts_with("bad arguments: a listener of 'typed' did not understand: [0]"), "{text}");
    let surplus = told.recv_timeout(PATIENCE).expect("an error");
    assert!(surplus.starts_with("bad arguments: ") && surplus.contains('2'), "{surplus}");
    assert_eq!(told.recv_timeout(PATIENCE).as_deref(), Ok("NotFound"));
}

#[test]
fn a_missing_working_directory_is_named() {
    let mut program = Program::new("true");
    program.cwd = Some("/no/such/folder".into());
    let error = App::new().spawn_renderer(&program).expect_err("no such folder").to_string();
    assert!(error.contains("its working directory '/no/such/folder' is not there"), "{error}");
}

#[test]
fn a_send_waits_for_room_without_its_thread() {
    let app = App::new();
    let told = told(&app);
    let (release, released) = mpsc::channel::<()>();
    let first = Mutex::new(Some(released));
    // The first message keeps main busy until the renderer has filled the queue.
    app.ipc_main()
        .on("much", move |_: &IpcMainEvent, _: Vec<Value>| {
            if let Some(released) = first.lock().expect("unpoisoned").take() {
                let _ = released.recv_timeout(PATIENCE);
            }
        })
        .forget();
    let (mut goes_on, held) = std::io::pipe().expect("a pipe");
    let held = OwnedFd::from(held);
    let number = held.as_raw_fd().to_string();
    let program = Program::new(FIXTURE).arg("sends-much").arg(number).descriptor(held);
    let _contents = app.spawn_renderer(&program).expect("the fixture starts");
    drop(program);
    goes_on.read_exact(&mut [0]).expect("its thread is free while it waits");
    release.send(()).expect("main waits");
    assert_eq!(told.recv_timeout(PATIENCE).as_deref(), Ok("all"));
}

#[test]
fn a_listener_goes_with_its_subscription_and_a_broadcast_says_who_missed_it() {
    let app = App::new();
    let told = told(&app);
    let (sender, seen) = mpsc::channel();
    let subscription = app.ipc_main().on("more", move |_: &IpcMainEvent, (i,): (u32,)| {
        let _ = sender.send(i);
    });
    assert_eq!(app.ipc_main().listener_count("more"), 1);
    drop(subscription);
    assert_eq!(app.ipc_main().listener_count("more"), 0);
    assert_eq!(seen.recv_timeout(PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected), "nothing of it is left");

    let mut limits = Limits::default();
    limits.queued = 1 << 20;
    let app = App::with_limits(limits);
    let silent = app.spawn_renderer(&Program::new("sleep").arg("600")).expect("it starts");
    let text = "x".repeat(300_000);
    let missed = (0..20).find_map(|_| app.broadcast("x", (&text,)).expect("encodable").missed.pop());
    let (who, why) = missed.expect("it takes nothing");
    assert_eq!(who, silent);
    assert!(matches!(why, CallError::QueueFull { .. }), "{why}");
    silent.kill();
    drop(told);
}
