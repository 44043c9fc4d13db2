//! A renderer that is kept running, as main sees it.

use std::sync::mpsc;
use std::time::Duration;

use main_proc::supervisor::{Heartbeat, Policy, Restart, Supervisor, SupervisorEvent, SupervisorEvents};
use main_proc::{App, CallError, IpcMainEvent, Program};

const FIXTURE: &str = env!("CARGO_BIN_EXE_supervised_fixture");

fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.delay = Duration::from_millis(1);
    policy
}

/// One that looks often, and kills when it is told to.
fn listens(kill: bool) -> Policy {
    let mut policy = policy();
    let mut heartbeat = Heartbeat::default();
    heartbeat.every = Duration::from_millis(20);
    heartbeat.patience = Duration::from_millis(600);
    heartbeat.kill = kill;
    policy.heartbeat = Some(heartbeat);
    policy
}

fn supervised(app: &App, policy: Policy) -> (Supervisor, SupervisorEvents) {
    let supervisor = Supervisor::start(app, Program::new(FIXTURE), policy, |_| {}).expect("the fixture starts");
    let events = supervisor.events();
    (supervisor, events)
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test);
}

/// The next events up to the first that is `last`, by their names.
async fn until(events: &mut SupervisorEvents, last: &str) -> Vec<String> {
    let mut names = Vec::new();
    while names.last().is_none_or(|name: &String| name != last) {
        let Some(event) = events.next().await else { panic!("no '{last}' behind {names:?}") };
        names.push(match event {
            SupervisorEvent::Started { epoch, .. } => format!("started {epoch}"),
            SupervisorEvent::Ready { epoch } => format!("ready {epoch}"),
            SupervisorEvent::Unresponsive { epoch } => format!("unresponsive {epoch}"),
            SupervisorEvent::Responsive { epoch } => format!("responsive {epoch}"),
            SupervisorEvent::Gone { epoch, gone } => format!("gone {epoch} {}", gone.reason),
            SupervisorEvent::Waiting { .. } => "waiting".to_owned(),
            SupervisorEvent::NotStarted { .. } => "not started".to_owned(),
            SupervisorEvent::Ended { .. } => "ended".to_owned(),
            other => panic!("{other:?}"),
        });
    }
    names
}

fn reason(error: CallError) -> String {
    match error {
        CallError::PeerGone { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn a_renderer_that_crashes_is_started_again_and_calls_find_the_next_one() {
    run(async {
        let app = App::new();
        let (supervisor, mut events) = supervised(&app, policy());
        let first: u32 = supervisor.invoke("pid", ()).await.expect("the first one answers");
        let error = supervisor.invoke::<()>("exit", (3,)).await.expect_err("it ends");
        assert!(reason(error).contains("code 3"));
        // At once: whoever has seen it end is not sent to it again.
        let second: u32 = supervisor.invoke("pid", ()).await.expect("the next one answers");
        assert_ne!(second, first);
        assert_eq!(supervisor.epoch(), 2);
        assert_eq!(supervisor.current().map(|contents| contents.os_process_id()), Some(second));
        let told = until(&mut events, "ready 2").await;
        let told: Vec<_> = told.iter().map(String::as_str).skip_while(|name| *name != "gone 1 abnormal-exit").collect();
        assert_eq!(told, ["gone 1 abnormal-exit", "waiting", "started 2", "ready 2"]);
    });
}

#[test]
fn a_renderer_that_has_done_its_work_is_not_started_again_unless_it_always_is() {
    run(async {
        let app = App::new();
        let (supervisor, mut events) = supervised(&app, policy());
        drop(supervisor.invoke::<()>("exit", (0,)).await);
        until(&mut events, "ended").await;
        assert!(events.next().await.is_none(), "the last event");
        let error = supervisor.invoke::<u32>("pid", ()).await.expect_err("nobody is there");
        assert!(reason(error).contains("not started again"));

        let mut always = policy();
        always.restart = Restart::Always;
        let (supervisor, _) = supervised(&app, always);
        drop(supervisor.invoke::<()>("exit", (0,)).await);
        supervisor.ready_after(1).await.expect("the next one");
    });
}

#[test]
fn a_renderer_that_ends_too_often_is_given_up_with_the_reason() {
    run(async {
        let app = App::new();
        let mut policy = policy();
        policy.budget = 2;
        let supervisor = Supervisor::start(&app, Program::new("false"), policy, |_| {}).expect("a program");
        let mut events = supervisor.events();
        let told = until(&mut events, "ended").await;
        assert!(told.contains(&"started 3".to_owned()) && !told.contains(&"started 4".to_owned()), "{told:?}");
        let error = reason(supervisor.ready().await.expect_err("none is ready"));
        assert!(error.contains("code 1") && error.contains("2 times within 60s"), "{error}");
    });
}

#[test]
fn a_call_under_way_fails_with_its_renderer_and_is_made_again_only_where_that_was_asked_for() {
    run(async {
        let app = App::new();
        let (supervisor, _) = supervised(&app, policy());
        let waiting = supervisor.ready().await.expect("ready");
        let (lost, ()) = tokio::join!(supervisor.invoke::<()>("wait", ()), async { waiting.kill() });
        assert!(reason(lost.expect_err("it was killed")).contains("signal 9"));

        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("asked").display().to_string();
        assert_eq!(supervisor.invoke_again::<i32>("once", &(file,)).await, Ok(7));
    });
}

#[test]
fn a_renderer_that_hangs_is_found_even_behind_a_call_that_waits_and_killed_if_that_is_wanted() {
    run(async {
        let app = App::new();
        let (supervisor, mut events) = supervised(&app, listens(true));
        let hangs = async {
            let contents = supervisor.ready().await.expect("ready");
            contents.send("hang", ()).await.expect("queued");
        };
        let (lost, ()) = tokio::join!(supervisor.invoke::<()>("wait", ()), hangs);
        assert!(reason(lost.expect_err("it was killed")).contains("signal 9"));
        let told = until(&mut events, "ready 2").await;
        assert!(told.windows(2).any(|two| two == ["unresponsive 1", "gone 1 killed"]), "{told:?}");
    });
}

#[test]
fn a_renderer_that_waits_for_main_is_not_taken_for_one_that_hangs() {
    run(async {
        let app = App::new();
        // The event is kept without an answer. How much time that takes is told by another one, which does hang.
        let (keep, kept) = mpsc::channel();
        app.ipc_main().on("slow", move |event: &IpcMainEvent, ()| drop(keep.send(event.clone()))).forget();
        let (asks, mut of_asks) = supervised(&app, listens(false));
        let (hangs, mut of_hangs) = supervised(&app, listens(false));
        asks.ready().await.expect("ready").send("ask", ()).await.expect("queued");
        until(&mut of_asks, "ready 1").await;
        let event = tokio::task::spawn_blocking(move || kept.recv()).await.expect("no panic").expect("it asks");
        hangs.ready().await.expect("ready").send("hang", ()).await.expect("queued");
        let told = until(&mut of_hangs, "unresponsive 1").await;
        assert_eq!(told.last().map(String::as_str), Some("unresponsive 1"));
        event.set_return_value(()).expect("a value");
        asks.invoke::<u32>("pid", ()).await.expect("it goes on");
        asks.stop().await;
        assert_eq!(until(&mut of_asks, "ended").await, ["gone 1 clean-exit", "ended"]);
    });
}

#[test]
fn a_renderer_is_replaced_on_purpose_without_counting_against_its_budget() {
    run(async {
        let app = App::new();
        let mut policy = policy();
        (policy.restart, policy.budget) = (Restart::Never, 0);
        let (supervisor, _) = supervised(&app, policy);
        for epoch in 1..4 {
            supervisor.ready_after(epoch - 1).await.expect("ready");
            assert_eq!(supervisor.epoch(), epoch);
            supervisor.restart();
        }
        supervisor.ready_after(3).await.expect("ready");
    });
}

#[test]
fn no_renderer_follows_when_its_application_is_closed_while_none_runs() {
    run(async {
        let app = App::new();
        let mut policy = policy();
        policy.delay = Duration::from_secs(3_600);
        policy.longest_delay = policy.delay;
        let (supervisor, mut events) = supervised(&app, policy);
        supervisor.ready().await.expect("it starts");
        assert!(supervisor.invoke::<()>("exit", (3,)).await.is_err());
        until(&mut events, "waiting").await;
        app.close(Duration::from_secs(2)).await;
        let ended = tokio::time::timeout(Duration::from_secs(60), until(&mut events, "ended")).await;
        assert_eq!(ended.expect("nothing waits for the hour"), ["ended"]);
        let error = reason(supervisor.invoke::<u32>("pid", ()).await.expect_err("none follows"));
        assert_eq!(error, "its application was closed: it exited with code 3 (abnormal-exit)");
        // The application itself is there, and may have other renderers.
        let (next, _events) = supervised(&app, Policy::default());
        assert!(next.invoke::<u32>("pid", ()).await.is_ok());
    });
}

#[test]
fn no_renderer_follows_when_its_supervisor_or_its_application_ends() {
    run(async {
        let app = App::new();
        let mut always = policy();
        always.restart = Restart::Always;
        let (supervisor, mut events) = supervised(&app, always.clone());
        let last = supervisor.ready().await.expect("ready");
        drop(supervisor);
        until(&mut events, "ended").await;
        last.gone().await;
        assert!(app.renderers().is_empty());

        let (supervisor, mut events) = supervised(&app, always);
        supervisor.ready().await.expect("ready");
        app.close(Duration::from_secs(10)).await;
        until(&mut events, "ended").await;
        assert!(reason(supervisor.ready().await.expect_err("none")).contains("main has closed it"));
    });
}
