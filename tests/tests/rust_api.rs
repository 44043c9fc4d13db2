//! The Rust API between a real main process (this one) and real renderers.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use ipc_tests::{Job, Outcome, value};
use main_proc::gone::GoneReason;
use main_proc::{
    App, CallError, HandlerError, IpcMainEvent, Limits, NotReady, Program, Value, WebContents, message_channel,
};

const FIXTURE: &str = env!("CARGO_BIN_EXE_renderer_fixture");
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
}

fn renderer(app: &App) -> WebContents {
    app.spawn_renderer(&Program::new(FIXTURE)).expect("the fixture starts")
}

#[track_caller]
fn run(contents: &WebContents, job: Job) -> Outcome {
    runtime().block_on(contents.invoke_within("job", (job,), PATIENCE)).expect("an outcome")
}

fn invoke(contents: &WebContents, channel: &str, args: Vec<Value>) -> Outcome {
    run(contents, Job::Invoke(channel.into(), args))
}

fn args(values: impl IntoIterator<Item = i64>) -> Vec<Value> {
    values.into_iter().map(value).collect()
}

#[test]
fn invoke_brings_the_handlers_result() {
    let app = App::new();
    app.ipc_main().handle("add", |_, (a, b): (i64, i64)| async move { Ok(a + b) }).expect("the first handler");
    let contents = renderer(&app);
    assert_eq!(invoke(&contents, "add", args([4, 5])), Outcome::Value(value(9i64)));
}

#[test]
fn a_handler_may_wait_while_others_are_answered() {
    let app = App::new();
    let (release, released) = tokio::sync::oneshot::channel::<i64>();
    let released = Mutex::new(Some(released));
    app.ipc_main()
        .handle("slow", move |_, ()| {
            let released = released.lock().expect("unpoisoned").take().expect("one call");
            async move { Ok(released.await?) }
        })
        .expect("the first handler");
    app.ipc_main().handle("quick", |_, ()| async { Ok(1) }).expect("the first handler");
    let (slow, quick) = (renderer(&app), renderer(&app));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| invoke(&slow, "slow", vec![]));
        assert_eq!(invoke(&quick, "quick", vec![]), Outcome::Value(value(1i64)));
        release.send(7).expect("the handler waits");
        assert_eq!(waiting.join().expect("no panic"), Outcome::Value(value(7i64)));
    });
}

#[test]
fn an_error_keeps_its_class_message_and_code() {
    let app = App::new();
    let error = HandlerError::named("TypeError", "no such user").with_code("E_USER");
    let thrown = error.clone();
    app.ipc_main()
        .handle("fail", move |_, ()| {
            let thrown = thrown.clone();
            async move { Err::<(), _>(thrown) }
        })
        .expect("the first handler");
    assert_eq!(invoke(&renderer(&app), "fail", vec![]), Outcome::HandlerError(error));
}

#[test]
fn every_failed_call_says_what_was_wrong() {
    let app = App::new();
    app.ipc_main().handle("text", |_, ()| async { Ok("text") }).expect("the first handler");
    app.ipc_main().handle("number", |_, (n,): (u8,)| async move { Ok(n) }).expect("the first handler");
    let contents = renderer(&app);
    let error = |outcome: Outcome| match outcome {
        Outcome::Error(text) => text,
        other => panic!("expected an error, got {other:?}"),
    };
    assert_eq!(error(invoke(&contents, "absent", vec![])), "No handler registered for 'absent'");
    let wrong = error(invoke(&contents, "number", args([300])));
    assert!(wrong.starts_with("bad arguments: ") && wrong.contains("300"), "{wrong}");
    let reply = error(run(&contents, Job::InvokeForNumber("text".into())));
    assert!(reply.starts_with("the reply has another type than expected"), "{reply}");
    let long = error(invoke(&contents, &"x".repeat(2_000), vec![]));
    assert_eq!(long, "the channel name is 2000 bytes long; at most 1024 are allowed");
}

#[test]
fn a_panic_in_a_handler_is_its_callers_error_and_nobody_elses() {
    let app = App::new();
    app.ipc_main()
        .handle("panic", |_, (now,): (bool,)| {
            assert!(!now, "at once");
            async move {
                tokio::task::yield_now().await;
                assert!(now, "later");
                Ok(())
            }
        })
        .expect("the first handler");
    let contents = renderer(&app);
    for (now, text) in [(true, "at once"), (false, "later")] {
        match invoke(&contents, "panic", vec![value(now)]) {
            Outcome::HandlerError(error) => assert!(error.text.contains(text), "{error}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(runtime().block_on(contents.invoke::<i64>("double", (4,))), Ok(8));
}

#[test]
fn a_second_handler_is_refused_and_a_renderers_own_comes_first() {
    let app = App::new();
    app.ipc_main().handle("who", |_, ()| async { Ok("all") }).expect("the first handler");
    let second = app.ipc_main().handle("who", |_, ()| async { Ok("again") });
    assert_eq!(second.expect_err("refused").to_string(), "Attempted to register a second handler for 'who'");
    let (a, b) = (renderer(&app), renderer(&app));
    a.ipc().handle("who", |_, ()| async { Ok("its own") }).expect("the first of its own");
    assert_eq!(invoke(&a, "who", vec![]), Outcome::Value(value("its own")));
    assert_eq!(invoke(&b, "who", vec![]), Outcome::Value(value("all")));
    app.ipc_main().remove_handler("who");
    assert_eq!(invoke(&b, "who", vec![]), Outcome::Error("No handler registered for 'who'".into()));
}

#[test]
fn send_sync_returns_the_first_value_even_one_set_later_from_another_thread() {
    let app = App::new();
    app.ipc_main()
        .on("now", |event: &IpcMainEvent, (n,): (i64,)| {
            event.set_return_value(n + 1).expect("encodes");
            event.set_return_value(0).expect("ignored");
        })
        .forget();
    app.ipc_main()
        .on("later", |event: &IpcMainEvent, ()| {
            let event = event.clone();
            std::thread::spawn(move || event.set_return_value("from a thread"));
        })
        .forget();
    app.ipc_main().on("undefined", |event: &IpcMainEvent, ()| event.set_return_value(()).expect("encodes")).forget();
    app.ipc_main().on("never", |_: &IpcMainEvent, ()| {}).forget();
    let contents = renderer(&app);
    let sync = |channel: &str, values| run(&contents, Job::SendSync(channel.into(), values));
    assert_eq!(sync("now", args([1])), Outcome::Value(value(2i64)));
    assert_eq!(sync("later", vec![]), Outcome::Value(value("from a thread")));
    assert_eq!(sync("undefined", vec![]), Outcome::Value(value(())));
    assert_eq!(sync("never", vec![]), Outcome::Error("reply was never sent".into()));
    assert_eq!(sync("nobody listens", vec![]), Outcome::Error("reply was never sent".into()));
}

#[test]
fn a_thousand_mixed_calls_arrive_in_the_order_they_were_made() {
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| std::time::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_nanos() as u64));
    println!("SEED={seed}");
    let app = App::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = seen.clone();
    app.ipc_main()
        .on("mixed", move |event: &IpcMainEvent, (i,): (u64,)| {
            note.lock().expect("unpoisoned").push(i);
            event.set_return_value(i).expect("encodes");
        })
        .forget();
    let note = seen.clone();
    app.ipc_main()
        .handle("mixed", move |_, (i,): (u64,)| {
            note.lock().expect("unpoisoned").push(i);
            async move { Ok(i) }
        })
        .expect("the first handler");
    assert_eq!(run(&renderer(&app), Job::Mix(seed, 1_000)), Outcome::Done);
    assert!(seen.lock().expect("unpoisoned").iter().copied().eq(0..1_000), "in order");
}

#[test]
fn payloads_of_every_size_survive_each_way() {
    let app = App::new();
    app.ipc_main().handle("echo", |_, (value,): (Value,)| async move { Ok(value) }).expect("the first handler");
    app.ipc_main()
        .on("echo", |event: &IpcMainEvent, (value,): (Value,)| {
            if event.is_sync() {
                event.set_return_value(&value).expect("encodes");
            } else {
                event.reply("echoed", &(value,)).expect("the renderer lives");
            }
        })
        .forget();
    let sizes = vec![0, 1, 65_535, 65_536, 65_537, 262_147, 3_145_729];
    assert_eq!(run(&renderer(&app), Job::Sizes(sizes)), Outcome::Done);
}

#[test]
fn main_sends_to_one_renderer_or_to_all() {
    let app = App::new();
    let (sender, pongs) = mpsc::channel();
    app.ipc_main()
        .on("pong", move |event: &IpcMainEvent, (text,): (String,)| {
            let _ = sender.send((event.sender().id(), text));
        })
        .forget();
    let (a, b) = (renderer(&app), renderer(&app));
    a.try_send("ping", ("only you",)).expect("queued");
    assert_eq!(pongs.recv_timeout(PATIENCE), Ok((a.id(), "only you".into())));
    let broadcast = app.broadcast("ping", ("everybody",)).expect("encodable");
    assert_eq!((broadcast.sent, broadcast.missed.len()), (2, 0));
    let mut got = [pongs.recv_timeout(PATIENCE), pongs.recv_timeout(PATIENCE)].map(|pong| pong.expect("a pong"));
    got.sort();
    assert_eq!(got, [(a.id(), "everybody".into()), (b.id(), "everybody".into())]);
}

#[test]
fn a_call_to_a_renderer_ends_at_its_deadline_or_with_the_renderer() {
    let app = App::new();
    let contents = renderer(&app);
    let after = Duration::from_millis(50);
    let late = runtime().block_on(contents.invoke_within::<()>("never", (), after));
    assert_eq!(late, Err(CallError::Timeout { channel: "never".into(), after }));
    let unknown = runtime().block_on(contents.invoke::<()>("absent", ()));
    assert_eq!(unknown, Err(CallError::NoHandler { channel: "absent".into() }));

    let gone = runtime().block_on(async {
        let call = contents.invoke_within::<()>("never", (), PATIENCE);
        let kill = async { contents.kill() };
        tokio::join!(call, kill).0
    });
    assert!(matches!(gone, Err(CallError::PeerGone { .. })), "{gone:?}");
    assert_eq!(contents.wait_gone().expect("no task").reason, GoneReason::Killed);
    assert!(matches!(contents.try_send("ping", ()), Err(CallError::PeerGone { .. })));
}

#[test]
fn each_end_of_a_renderer_has_electrons_reason() {
    let app = App::new();
    let end = |job: Option<Job>| {
        let contents = renderer(&app);
        contents.wait_ready().expect("it starts");
        match job {
            Some(job) => drop(runtime().block_on(contents.invoke_within::<Outcome>("job", (job,), PATIENCE))),
            None => contents.kill(),
        }
        let gone = contents.wait_gone().expect("no task");
        (gone.reason, gone.exit_code)
    };
    assert_eq!(end(Some(Job::Exit(0))), (GoneReason::CleanExit, 0));
    assert_eq!(end(Some(Job::Exit(3))), (GoneReason::AbnormalExit, 3));
    assert_eq!(end(Some(Job::Abort)), (GoneReason::Crashed, 6));
    assert_eq!(end(None), (GoneReason::Killed, 9));
    assert_eq!(app.renderers().len(), 0);
}

#[test]
fn what_a_renderer_sent_arrives_even_when_main_is_slow_to_take_it() {
    let app = App::new();
    let seen = Arc::new(Mutex::new(0u64));
    let note = seen.clone();
    app.ipc_main()
        .on("last", move |_: &IpcMainEvent, (i,): (u64,)| {
            if i == 0 {
                // Load, not synchronisation: the renderer fills the socket and ends meanwhile if it can.
                std::thread::sleep(Duration::from_millis(500));
            }
            *note.lock().expect("unpoisoned") += 1;
        })
        .forget();
    let contents = renderer(&app);
    let _ = runtime().block_on(contents.invoke_within::<Outcome>("job", (Job::SendThenExit(20_000),), PATIENCE));
    assert_eq!(contents.wait_gone().expect("no task").reason, GoneReason::CleanExit);
    assert_eq!(*seen.lock().expect("unpoisoned"), 20_000);
}

#[test]
fn handlers_that_wait_run_on_the_runtime_of_their_own_application() {
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let app = runtime.block_on(async { App::new() });
        app.ipc_main()
            .handle("wait", |_, ()| async {
                // What is tested is that a timer runs at all there; nothing waits for it to have passed.
                tokio::time::sleep(Duration::from_millis(1)).await;
                Ok(1)
            })
            .expect("the first handler");
        assert_eq!(invoke(&renderer(&app), "wait", vec![]), Outcome::Value(value(1i64)));
    }
}

#[test]
fn a_program_that_cannot_be_a_renderer_says_so() {
    let app = App::new();
    let missing = app.spawn_renderer(&Program::new("/no/such/renderer")).expect_err("not there");
    assert!(missing.to_string().contains("could not start the renderer '/no/such/renderer'"), "{missing}");
    assert!(missing.to_string().contains("Check the path"), "{missing}");
    let directory = app.spawn_renderer(&Program::new("/")).expect_err("a directory");
    assert!(directory.to_string().contains("not executable"), "{directory}");

    let mut limits = Limits::default();
    limits.handshake = Duration::from_millis(300);
    let app = App::with_limits(limits);
    for (program, text) in [
        (Program::new("true"), "exited with code 0 before it said hello"),
        (Program::new(FIXTURE).arg("exit").arg("7"), "exited with code 7 before it said hello"),
        (Program::new(FIXTURE).arg("silent"), "did not say hello within 300ms"),
        (Program::new(FIXTURE).arg("garbage"), "no hello of this protocol"),
    ] {
        let contents = app.spawn_renderer(&program).expect("it runs");
        let Err(NotReady::Gone(gone)) = contents.wait_ready() else { panic!("{program:?} is no renderer") };
        assert_eq!(gone.reason, GoneReason::LaunchFailed, "{program:?}");
        assert!(gone.text.contains(text), "{program:?}: {}", gone.text);
    }
}

#[test]
fn a_port_joins_two_renderers() {
    let app = App::new();
    let (sender, heard) = mpsc::channel();
    app.ipc_main().on("heard", move |_: &IpcMainEvent, (text,): (String,)| drop(sender.send(text))).forget();
    let (a, b) = (renderer(&app), renderer(&app));
    let (left, right) = message_channel();
    a.post_message("talk", (), vec![left]).expect("queued");
    b.post_message("answer", (), vec![right]).expect("queued");
    assert_eq!(heard.recv_timeout(PATIENCE), Ok("hello, and hello to you".into()));
}

#[test]
fn a_stream_through_a_port_arrives_whole_and_then_closes() {
    let app = App::new();
    let (sender, got) = mpsc::channel();
    app.ipc_main()
        .on("stream", move |event: &IpcMainEvent, (_,): (String,)| {
            let port = event.take_ports().remove(0);
            let (numbers, closed) = (sender.clone(), sender.clone());
            port.on_close(move || closed.send(None).expect("the test waits"));
            port.on_message(move |message| numbers.send(message.decode::<u32>().ok()).expect("the test waits"));
            std::mem::forget(port);
        })
        .forget();
    assert_eq!(run(&renderer(&app), Job::Stream(100)), Outcome::Done);
    for i in 0..100 {
        assert_eq!(got.recv_timeout(PATIENCE), Ok(Some(i)));
    }
    assert_eq!(got.recv_timeout(PATIENCE), Ok(None));
}

#[test]
fn a_port_closes_when_its_renderer_is_killed() {
    let app = App::new();
    let contents = renderer(&app);
    contents.wait_ready().expect("it starts");
    let (ours, theirs) = message_channel();
    let (sender, closed) = mpsc::channel();
    ours.on_close(move || sender.send(()).expect("the test waits"));
    contents.post_message("answer", (), vec![theirs]).expect("queued");
    assert_eq!(runtime().block_on(contents.invoke::<i64>("double", (1,))), Ok(2));
    contents.kill();
    assert_eq!(closed.recv_timeout(PATIENCE), Ok(()));
}

#[test]
fn handlers_of_a_renderer_that_is_gone_end_and_let_go_of_what_they_hold() {
    struct Held(mpsc::Sender<()>);
    impl Drop for Held {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let app = App::new();
    let (started, begun) = mpsc::channel();
    let (dropped, ended) = mpsc::channel();
    app.ipc_main()
        .handle("never", move |event, ()| {
            started.send(()).expect("the test waits");
            let held = (Held(dropped.clone()), event);
            async move {
                let _held = held;
                std::future::pending::<Result<(), HandlerError>>().await
            }
        })
        .expect("the first handler");
    for _ in 0..3 {
        let contents = renderer(&app);
        let asking = contents.clone();
        let asking = std::thread::spawn(move || invoke(&asking, "never", vec![]));
        begun.recv_timeout(PATIENCE).expect("it is asked");
        contents.kill();
        ended.recv_timeout(PATIENCE).expect("its handler is dropped");
        let _ = asking.join();
    }
}

#[test]
fn handlers_that_wait_end_with_the_renderer_that_has_asked() {
    let app = App::new();
    let (dropped, gone) = mpsc::channel::<()>();
    let (begun, begins) = mpsc::channel();
    app.ipc_main()
        .handle("forever", move |_, ()| {
            let held = dropped.clone();
            begun.send(()).expect("the test waits");
            async move {
                std::future::pending::<()>().await;
                drop(held);
                Ok(())
            }
        })
        .expect("the first handler");
    let contents = renderer(&app);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            let job = Job::Invoke("forever".into(), vec![]);
            runtime().block_on(contents.invoke_within::<Outcome>("job", (job,), PATIENCE))
        });
        begins.recv_timeout(PATIENCE).expect("the handler begins");
        contents.kill();
        assert!(asked.join().expect("no panic").is_err());
    });
    app.ipc_main().remove_handler("forever");
    assert_eq!(gone.recv_timeout(PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected), "nothing of it is left");
}

#[test]
fn renderers_end_with_the_application() {
    let app = App::new();
    let contents: Vec<_> = (0..3).map(|_| renderer(&app)).collect();
    for one in &contents {
        one.wait_ready().expect("it starts");
    }
    app.shut_down().expect("no task");
    assert!(contents.iter().all(WebContents::is_gone));
    assert_eq!(contents[0].wait_gone().expect("no task").reason, GoneReason::CleanExit);
}

#[test]
fn a_renderer_may_be_started_by_a_launcher_that_forks() {
    let app = App::new();
    // The shell waits for its child, since something follows.
    let launcher = Program::new("sh").arg("-c").arg("\"$0\"; exit $?").arg(FIXTURE);
    app.ipc_main().handle("add", |_, (a, b): (i64, i64)| async move { Ok(a + b) }).expect("the first handler");
    let contents = app.spawn_renderer(&launcher).expect("the shell starts");
    assert_eq!(invoke(&contents, "add", args([4, 5])), Outcome::Value(value(9i64)));
    contents.kill();
    assert_eq!(contents.wait_gone().expect("no task").reason, GoneReason::Killed);
}

#[test]
fn a_renderer_that_speaks_over_standard_output_prints_elsewhere() {
    let app = App::new();
    app.ipc_main().handle("add", |_, (a, b): (i64, i64)| async move { Ok(a + b) }).expect("the first handler");
    let launcher = Program::new("sh").arg("-c").arg("\"$0\" print; exit $?").arg(FIXTURE).over_stdio();
    let contents = app.spawn_renderer(&launcher).expect("the shell starts");
    assert_eq!(invoke(&contents, "add", args([4, 5])), Outcome::Value(value(9i64)));
    assert_eq!(app.renderers().len(), 1);
}

#[test]
fn what_has_another_standard_input_than_the_link_is_no_renderer() {
    let app = App::new();
    let descendant = Program::new("sh").arg("-c").arg("\"$0\" exit-if-renderer < /dev/null").arg(FIXTURE);
    let gone = app.spawn_renderer(&descendant).expect("the shell starts").wait_gone().expect("no task");
    assert_eq!((gone.reason, gone.exit_code), (GoneReason::LaunchFailed, 7), "{}", gone.text);
}

#[test]
fn code_nine_and_signal_nine_are_told_apart_by_what_the_error_has() {
    let app = App::new();
    let (exits, killed) = (renderer(&app), renderer(&app));
    let ask = |contents: &WebContents| {
        let call = contents.invoke_within::<Outcome>("job", (Job::Exit(9),), PATIENCE);
        let ended = runtime().block_on(call).expect_err("it ends under the call").ended().expect("how is known");
        (ended.reason, ended.exit_code, ended.signal)
    };
    killed.wait_ready().expect("it starts");
    killed.kill();
    assert_eq!(ask(&killed), (GoneReason::Killed, 9, Some(9)));
    assert_eq!(ask(&exits), (GoneReason::AbnormalExit, 9, None));
    assert_eq!(CallError::Cancelled.ended(), None);
}

#[test]
fn a_boxed_error_that_may_be_sent_keeps_its_kind() {
    fn fails() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err(std::io::Error::new(std::io::ErrorKind::NotFound, "no such note").into())
    }
    let app = App::new();
    let handler = |_, ()| async {
        fails().map_err(HandlerError::boxed)?;
        Ok(())
    };
    app.ipc_main().handle("fail", handler).expect("the first handler");
    let outcome = invoke(&renderer(&app), "fail", vec![]);
    assert_eq!(outcome, Outcome::HandlerError(HandlerError::new("no such note").with_code("NotFound")));
}

#[test]
fn an_application_has_no_more_renderers_at_a_time_than_its_limit() {
    let mut limits = Limits::default();
    limits.renderers = 2;
    let app = App::with_limits(limits);
    let (one, _other) = (renderer(&app), renderer(&app));
    let error = app.spawn_renderer(&Program::new(FIXTURE)).expect_err("a third one").to_string();
    assert!(error.contains("2 renderers of this application live already. End some, or raise"), "{error}");
    one.kill();
    one.wait_gone().expect("a thread that may wait");
    app.ipc_main().handle("one", |_, ()| async { Ok(1) }).expect("the first handler");
    assert_eq!(invoke(&renderer(&app), "one", vec![]), Outcome::Value(value(1i64)), "there is room again");
}

#[test]
fn pages_have_the_permissions_that_a_program_gives_them_and_its_hook_is_asked() {
    use std::cell::RefCell;
    use std::rc::Rc;

    use main_proc::permissions::{Grants, Kind, Permissions};
    use main_proc::script::{Options, Output, ScriptApp, Source};

    let main = "const { app, BrowserWindow, ipcMain } = require('electron');
        for (const name of ['a', 'b', 'c']) ipcMain.handle(name, () => name);
        app.whenReady().then(() => {
          const { webContents } = new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } });
          // Before there is a page: it is that one's permissions that matter.
          for (const name of ['early', 'secret']) webContents.send(name);
          webContents.loadURL(`data:text/html,<script>
            const { ipcRenderer } = require('electron');
            for (const name of ['early', 'secret']) ipcRenderer.on(name, () => console.log('got ' + name));
            (async () => {
              for (const name of ['a', 'b', 'c']) {
                await ipcRenderer.invoke(name).then(console.log, (error) => console.log(error.message));
              }
            })();
          </script>`);
        });";
    let printed = Rc::new(RefCell::new(Vec::new()));
    let to = Rc::clone(&printed);
    let source = Source::Text { name: "main.js".into(), text: main.into() };
    let program = Program::new(env!("CARGO_BIN_EXE_main_fixture")).arg("--type=renderer");
    let mut options = Options::new(source, program);
    options.output = Output::new(move |bytes: &[u8]| to.borrow_mut().extend_from_slice(bytes), |_: &[u8]| ());
    options.timeout = Some(std::time::Duration::from_secs(60));
    options.until_idle = true;
    let grants = Grants::none().allow(Kind::Invoke, "a").allow(Kind::Invoke, "b").allow(Kind::Receive, "early");
    options.permissions = Some(Permissions::none().page("data:*", grants));
    let app = ScriptApp::new(options).expect("an app");
    let asked = Rc::new(RefCell::new(Vec::new()));
    let note = Rc::clone(&asked);
    assert!(app.before_ipc(move |contents, channel, kind| {
        note.borrow_mut().push((contents, channel.to_owned(), kind));
        channel != "b"
    }));
    assert!(!app.before_ipc(|_, _, _| true), "there is one");
    assert_eq!(app.run(), 0);
    let printed = String::from_utf8_lossy(&printed.borrow()).into_owned();
    let denied = |name: &str| {
        format!("[renderer 1] Error invoking remote method '{name}': Error: '{name}' is not permitted (invoke)")
    };
    let mut lines: Vec<_> = printed.lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, [denied("b"), denied("c"), "[renderer 1] a".into(), "[renderer 1] got early".into()]);
    let expected = ["a", "b"].map(|channel| (1, channel.to_owned(), Kind::Invoke));
    assert_eq!(*asked.borrow(), expected, "not about what is denied already");
}
