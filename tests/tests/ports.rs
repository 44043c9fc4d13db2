//! Message ports between two renderers, which talk past main.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use ipc_tests::{Job, Outcome};
use main_proc::{App as RustApp, IpcMainEvent, Program, WebContents, message_channel};

mod common;

use common::App;

const FIXTURE: &str = env!("CARGO_BIN_EXE_renderer_fixture");
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

fn check(check: &str, lines: &[&str]) {
    App::fixture("electron/direct/main.js").argument(check).run().prints(lines);
}

#[test]
fn two_pages_talk_while_main_is_busy() {
    check("busy", &["500 answers came while main did nothing else"]);
}

#[test]
fn pages_get_every_message_in_order_while_the_way_changes() {
    check("order", &["there 20000 in order, back 20000 in order"]);
}

#[test]
fn a_page_that_is_killed_closes_its_ports_behind_all_it_has_posted() {
    check("kill", &["1000 messages, then closed", "the other way: closed"]);
}

#[test]
fn closing_and_reloading_close_the_other_end_behind_the_last_message() {
    check("close", &["one two closed", "reload: closed", "a new channel: works"]);
}

#[test]
fn ports_move_over_direct_links_and_on_to_other_pages() {
    check("move", &["inside: early late", "on the way: 0 1 2 3 4 5 6 7 8 9", "back: yes", "from the third: closed"]);
}

#[test]
fn much_data_at_once_arrives_whole() {
    check("much", &["48 messages of 1048576 bytes in order"]);
}

#[test]
fn what_is_posted_in_one_turn_to_a_slow_page_arrives_whole_and_in_order() {
    check("turn", &["60000 messages, 0 of them in another place"]);
}

#[test]
fn a_page_whose_messages_nobody_takes_is_told_and_goes_on_and_so_is_the_other_end() {
    let ended = App::fixture("electron/direct/main.js").argument("deaf").run();
    let (told, closed) = ("told, and goes on", "the other end: a few messages, then closed");
    let expected = [&format!("direct: {told}"), closed, &format!("by main: {told}"), closed];
    ended.prints_besides_errors(&expected);
    ended.complains("a port is closed");
}

#[test]
fn a_page_that_floods_another_does_not_keep_that_from_hearing_others() {
    check("flood", &["the third page was heard: yes", "main was heard: yes", "the flood was over: false"]);
}

#[test]
fn an_app_is_not_idle_while_its_pages_still_talk_to_each_other() {
    let ended = App::fixture("electron/direct/main.js").argument("idle").until_idle();
    ended.prints(&["begun", "20 times there and back"]);
}

#[test]
fn an_app_whose_pages_talk_without_timers_becomes_idle_when_they_are_done() {
    for _ in 0..5 {
        let ended = App::fixture("electron/direct/main.js").argument("chatter").until_idle();
        ended.prints(&["begun", "2000 times there and back"]);
    }
}

fn renderer(app: &RustApp) -> WebContents {
    let contents = app.spawn_renderer(&Program::new(FIXTURE)).expect("the fixture starts");
    // Its threads are there too when it does something.
    assert_eq!(run(&contents, Job::PostHeld(0)), Outcome::Done);
    contents
}

#[track_caller]
fn run(contents: &WebContents, job: Job) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(contents.invoke_within("job", (job,), PATIENCE)).expect("an outcome")
}

/// What main is told on the channel "note".
fn notes(app: &RustApp) -> mpsc::Receiver<String> {
    let (sender, notes) = mpsc::channel();
    app.ipc_main().on("note", move |_: &IpcMainEvent, (text,): (String,)| drop(sender.send(text))).forget();
    notes
}

fn descriptors(contents: &WebContents) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", contents.os_process_id())).expect("a live process").count()
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < until, "{what}");
        std::thread::yield_now();
    }
}

/// Two renderers that hold the ends of a channel by direct link.
fn joined(app: &RustApp) -> (WebContents, WebContents) {
    let (a, b) = (renderer(app), renderer(app));
    let before = [descriptors(&a), descriptors(&b)];
    let (left, right) = message_channel();
    a.post_message("hold", (), vec![left]).expect("queued");
    b.post_message("tell", (), vec![right]).expect("queued");
    wait_until("no direct link", || descriptors(&a) > before[0] && descriptors(&b) > before[1]);
    (a, b)
}

#[test]
fn what_a_killed_renderer_has_posted_still_arrives_and_then_the_end() {
    let app = RustApp::new();
    let notes = notes(&app);
    let (a, _b) = joined(&app);
    assert_eq!(run(&a, Job::PostHeld(100)), Outcome::Done);
    a.kill();
    for i in 0..100 {
        assert_eq!(notes.recv_timeout(PATIENCE), Ok(i.to_string()));
    }
    assert_eq!(notes.recv_timeout(PATIENCE), Ok("closed".into()));
}

#[test]
fn what_a_renderer_posts_before_it_ends_in_good_order_arrives() {
    let app = RustApp::new();
    let notes = notes(&app);
    let (a, _b) = joined(&app);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let ended = runtime.block_on(a.invoke_within::<Outcome>("job", (Job::PostHeldThenExit(5000),), PATIENCE));
    assert!(ended.is_err(), "{ended:?}");
    for i in 0..5000 {
        assert_eq!(notes.recv_timeout(PATIENCE), Ok(i.to_string()));
    }
    assert_eq!(notes.recv_timeout(PATIENCE), Ok("closed".into()));
}

#[test]
fn two_hundred_channels_between_two_renderers_leave_no_descriptor_behind() {
    let app = RustApp::new();
    let (a, b) = (renderer(&app), renderer(&app));
    let own = || std::fs::read_dir("/proc/self/fd").expect("the descriptors").count();
    let (before, own_before) = ([descriptors(&a), descriptors(&b)], own());
    for _ in 0..200 {
        let (left, right) = message_channel();
        a.post_message("hold", (), vec![left]).expect("queued");
        b.post_message("hold", (), vec![right]).expect("queued");
    }
    wait_until("not all have direct links", || {
        descriptors(&a) == before[0] + 200 && descriptors(&b) == before[1] + 200
    });
    a.try_send("drop", ()).expect("queued");
    wait_until("descriptors are left", || descriptors(&a) == before[0] && descriptors(&b) == before[1]);
    // Other tests of this process start and end renderers meanwhile.
    wait_until("main has kept sockets", || own() < own_before + 100);
}

#[test]
fn garbage_on_a_direct_link_closes_its_port_and_leaves_the_renderers_alone() {
    let app = RustApp::new();
    let notes = notes(&app);
    let hostile = app.spawn_renderer(&Program::new(FIXTURE).arg("spoil")).expect("the fixture starts");
    let honest = renderer(&app);
    let (left, right) = message_channel();
    hostile.post_message("hold", (), vec![left]).expect("queued");
    honest.post_message("tell", (), vec![right]).expect("queued");
    assert_eq!(notes.recv_timeout(PATIENCE).as_deref(), Ok("closed"));

    let other = renderer(&app);
    let (left, right) = message_channel();
    other.post_message("hold", (), vec![left]).expect("queued");
    honest.post_message("tell", (), vec![right]).expect("queued");
    assert_eq!(run(&other, Job::PostHeld(1)), Outcome::Done);
    assert_eq!(notes.recv_timeout(PATIENCE).as_deref(), Ok("0"));
    assert!(!hostile.is_gone() && !honest.is_gone());
}
