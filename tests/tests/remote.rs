//! Renderers behind launchers that carry no more than bytes, as those on other machines are.

#[path = "remote/ssh.rs"]
mod ssh;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use main_proc::gone::{Gone, GoneReason};
use main_proc::spawn::Output;
use main_proc::{App, CallError, Program, WebContents};
use serde_bytes::ByteBuf;

const FIXTURE: &str = env!("CARGO_BIN_EXE_printing_fixture");
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async { tokio::time::timeout(PATIENCE, future).await }).expect("it comes in time")
}

/// A shell as launcher, with the fixture as `$0`.
fn shell(script: &str) -> Program {
    Program::new("sh").args(["-c", script, FIXTURE]).over_stdio().stderr(Output::Null)
}

fn gone(contents: &WebContents) -> Gone {
    wait(contents.gone())
}

/// It works as any renderer does, also with messages larger than what any pipe holds.
#[track_caller]
fn works(contents: &WebContents) {
    assert!(wait(contents.invoke::<u32>("pid", ())).expect("an answer") > 0);
    let bytes = ByteBuf::from((0..3 << 20).map(|i| (i % 251) as u8).collect::<Vec<_>>());
    assert_eq!(wait(contents.invoke::<ByteBuf>("echo", (&bytes,))).expect("an answer"), bytes);
    // Nothing that it prints, now or later, gets among the frames.
    wait(contents.invoke::<()>("print", (ByteBuf::from(b"\x05\0\0\0hello\n".repeat(1_000)),))).expect("an answer");
    assert!(wait(contents.invoke::<u32>("pid", ())).expect("an answer") > 0);
}

#[test]
fn a_renderer_works_behind_launchers_that_hand_on_bytes() {
    for script in [
        "exec env DIPOLE_LINK=stdio \"$0\"",
        // The shell waits, since something follows.
        "env DIPOLE_LINK=stdio \"$0\"; exit $?",
        "cat | env DIPOLE_LINK=stdio \"$0\" | cat",
        "env -i DIPOLE_LINK=stdio \"$0\" | cat",
        "cat | env -i DIPOLE_LINK=stdio \"$0\"",
    ] {
        let app = App::new();
        let contents = app.spawn_renderer(&shell(script)).expect("the shell starts");
        works(&contents);
        contents.close();
        let gone = gone(&contents);
        assert_eq!(gone.signal, None, "{script}: it ends when it is told to: {}", gone.text);
    }
}

#[test]
fn a_renderer_works_in_a_sandbox_that_bubblewrap_makes() {
    let works_here =
        Command::new("bwrap").args(["--ro-bind", "/", "/", "--dev", "/dev", "--unshare-pid", "true"]).output();
    if !works_here.is_ok_and(|output| output.status.success()) {
        return eprintln!("SKIPPED: bwrap is not here, or may make no sandbox");
    }
    let app = App::new();
    let sandbox = Program::new("bwrap")
        .args(["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", "--clearenv"])
        .args(["--setenv", "DIPOLE_LINK", "stdio", "--", FIXTURE])
        .over_stdio()
        .stderr(Output::Null);
    let contents = app.spawn_renderer(&sandbox).expect("bwrap starts");
    works(&contents);
    // It is somewhere else: the launcher's process is not the renderer's.
    assert_ne!(wait(contents.invoke::<u32>("pid", ())).expect("an answer"), contents.os_process_id());
    contents.close();
    assert_eq!(gone(&contents).signal, None, "it ends when it is told to");
}

#[test]
fn a_port_between_a_renderer_here_and_one_elsewhere_works_by_main() {
    let app = App::new();
    let (sender, heard) = std::sync::mpsc::channel();
    let listens = move |_: &main_proc::IpcMainEvent, (text,): (String,)| sender.send(text).expect("the test waits");
    app.ipc_main().on("heard", listens).forget();
    let near = env!("CARGO_BIN_EXE_renderer_fixture");
    let far = Program::new("sh").args(["-c", "cat | env DIPOLE_LINK=stdio \"$0\" | cat", near]).over_stdio();
    let [a, b] = [far, Program::new(near)].map(|program| app.spawn_renderer(&program).expect("it starts"));
    let (left, right) = main_proc::message_channel();
    a.post_message("talk", (), vec![left]).expect("queued");
    b.post_message("answer", (), vec![right]).expect("queued");
    assert_eq!(heard.recv_timeout(PATIENCE), Ok("hello, and hello to you".into()));
}

#[test]
fn a_renderer_elsewhere_answers_heartbeats_and_has_no_variable_of_its_link() {
    let app = App::new();
    let mut policy = main_proc::supervisor::Policy::default();
    let mut heartbeat = main_proc::supervisor::Heartbeat::default();
    (heartbeat.every, heartbeat.patience, heartbeat.kill) = (Duration::from_millis(50), Duration::from_secs(1), true);
    policy.heartbeat = Some(heartbeat);
    let launcher = shell("cat | env DIPOLE_LINK=stdio \"$0\" | cat");
    let supervisor = main_proc::supervisor::Supervisor::start(&app, launcher, policy, |_| {}).expect("it starts");
    let mut events = supervisor.events();
    let contents = wait(supervisor.ready()).expect("it is ready");
    let of_link = contents.invoke::<Option<String>>("environment", ("DIPOLE_LINK",));
    assert_eq!(wait(of_link).expect("an answer"), None, "what it starts is no renderer");
    wait(contents.send("hang", ())).expect("it is open");
    let unresponsive = async {
        loop {
            match events.next().await {
                Some(main_proc::supervisor::SupervisorEvent::Unresponsive { epoch }) => return epoch,
                Some(_) => {}
                None => panic!("the supervisor has ended"),
            }
        }
    };
    assert_eq!(wait(unresponsive), 1);
    assert_eq!(gone(&contents).reason, GoneReason::Killed);
    assert_eq!(
        wait(supervisor.ready_after(1)).map(|next| next == contents).ok(),
        Some(false),
        "another one takes over"
    );
}

#[test]
fn a_launcher_that_is_killed_takes_the_link_with_it() {
    let app = App::new();
    let contents = app.spawn_renderer(&shell("env DIPOLE_LINK=stdio \"$0\"; exit $?")).expect("the shell starts");
    wait(contents.ready()).expect("it is ready");
    let asked = contents.invoke::<Option<String>>("environment", ("HOME",));
    drop(wait(asked).expect("an answer"));
    let launcher = rustix::process::Pid::from_raw(contents.os_process_id().cast_signed()).expect("a process");
    rustix::process::kill_process(launcher, rustix::process::Signal::TERM).expect("it lives");
    let gone = gone(&contents);
    assert_eq!((gone.reason, gone.signal), (GoneReason::Killed, Some(15)), "{}", gone.text);
    let error = wait(contents.invoke::<u32>("pid", ())).expect_err("it is gone");
    let ended = error.ended().expect("how it ended is known");
    assert_eq!((ended.reason, ended.exit_code, ended.signal), (GoneReason::Killed, 15, Some(15)));
    assert!(matches!(&error, CallError::PeerGone { .. }) && error.to_string().contains("signal 15"), "{error}");
}

#[test]
fn a_launcher_that_fails_is_the_error_with_its_code_and_its_last_line() {
    let app = App::new();
    let launcher = shell("echo trying >&2; echo no such host >&2; exit 255");
    let contents = app.spawn_renderer(&launcher).expect("the shell starts");
    let error = wait(contents.invoke::<u32>("pid", ())).expect_err("there is no renderer");
    let text = "exited with code 255 before it said hello; the last line on its stderr: no such host";
    assert_eq!(error.to_string(), format!("the other process is gone: {text}"));
    assert_eq!(error.ended().map(|ended| (ended.exit_code, ended.signal)), Some((255, None)));
    let gone = gone(&contents);
    assert_eq!((gone.reason, gone.exit_code, gone.signal), (GoneReason::LaunchFailed, 255, None));
    assert_eq!(gone.last_lines, ["trying", "no such host"]);
}

#[test]
fn a_connection_that_is_lost_is_the_error_with_what_the_launcher_says_of_it() {
    let app = App::new();
    let script = "env DIPOLE_LINK=stdio \"$0\"; echo 'connection \u{1b}lost' >&2; exit 255";
    let contents = app.spawn_renderer(&shell(script)).expect("the shell starts");
    let error = wait(contents.invoke::<()>("exit", (9,))).expect_err("it ends under the call");
    let text = "exited with code 255 (abnormal-exit); the last line on its stderr: connection \\u{1b}lost";
    assert_eq!(error.to_string(), format!("the other process is gone: {text}"));
    // What the renderer has printed went there too.
    assert_eq!(gone(&contents).last_lines, ["what would be no frame", "connection \\u{1b}lost"]);
}

#[test]
fn a_launcher_that_cannot_be_started_is_an_error_at_once() {
    let error = App::new().spawn_renderer(&Program::new("/nowhere/ssh").over_stdio()).expect_err("it is not there");
    assert!(error.to_string().contains("/nowhere/ssh"), "{error}");
}

#[test]
fn what_a_launcher_hands_on_has_to_carry_bytes() {
    for (stream, found) in [("< /dev/null", "a device such as /dev/null"), ("< /proc/self/status", "a file")] {
        let app = App::new();
        let contents =
            app.spawn_renderer(&shell(&format!("exec env DIPOLE_LINK=stdio \"$0\" {stream}"))).expect("it starts");
        let gone = gone(&contents);
        assert_eq!((gone.reason, gone.exit_code), (GoneReason::LaunchFailed, 3), "{}", gone.text);
        assert!(gone.text.contains(&format!("standard input is {found}")), "{}", gone.text);
    }
}

/// Starts a main in a process of its own, whose renderer is behind a pipeline, and ends that main. The renderer itself has no
/// kernel that kills it.
fn ends_with_main(then: &str) {
    let mut main = Command::new(env!("CARGO_BIN_EXE_renderer_fixture"))
        .args(["main-of-a-far-one", FIXTURE, then])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the fixture starts");
    let mut line = String::new();
    BufReader::new(main.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let pid = rustix::process::Pid::from_raw(line.trim().parse().expect("a process id")).expect("a process");
    let renderer = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).expect("it lives");
    main.kill().expect("it lives");
    main.wait().expect("it has ended");
    let time = rustix::event::Timespec { tv_sec: 60, tv_nsec: 0 };
    let mut fds = [rustix::event::PollFd::new(&renderer, rustix::event::PollFlags::IN)];
    assert_eq!(rustix::event::poll(&mut fds, Some(&time)), Ok(1), "the renderer has not ended");
}

#[test]
fn a_renderer_elsewhere_ends_when_its_main_has_died() {
    ends_with_main("nothing");
}

#[test]
fn a_renderer_elsewhere_that_hangs_ends_when_its_main_has_died() {
    ends_with_main("hang");
}
