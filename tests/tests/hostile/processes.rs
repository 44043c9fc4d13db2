//! What a Rust main's renderers inherit, and their ends: the twins of `processes.rs`, which has a script main.

use std::process::{Command, Stdio};

use main_proc::gone::GoneReason;
use main_proc::{App, Program};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::{FIXTURE, place};

#[test]
fn the_end_of_a_process_is_told_in_rust_while_another_one_goes_on_writing_to_its_socket() {
    let app = App::new();
    let contents = app.spawn_renderer(&Program::new(FIXTURE).arg("leave-a-writer")).expect("the fixture starts");
    assert_eq!(contents.wait_gone().expect("no task").reason, GoneReason::CleanExit);
}

#[test]
fn a_renderer_that_hears_nothing_is_gone_with_its_rust_main() {
    use std::io::{BufRead as _, BufReader};
    let mut main = Command::new(FIXTURE)
        .arg("main-of-a-deaf-one")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the fixture starts");
    let mut line = String::new();
    BufReader::new(main.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let pid = line.trim().parse().expect("a number");
    let renderer = pidfd_open(Pid::from_raw(pid).expect("a process"), PidfdFlags::empty()).expect("it runs");
    main.kill().expect("it runs");
    main.wait().expect("it ends");
    let time = Timespec { tv_sec: 60, tv_nsec: 0 };
    let ended = poll(&mut [PollFd::new(&renderer, PollFlags::IN)], Some(&time));
    assert_eq!(ended, Ok(1), "it lives on");
}

#[test]
fn a_renderer_of_a_rust_main_has_the_ordinary_variables_and_no_descriptor_of_its() {
    // A test has it from cargo, and it is no variable that renderers get.
    const OURS: &str = "CARGO_MANIFEST_DIR";
    assert!(std::env::var_os(OURS).is_some() && std::env::var_os("PATH").is_some());
    let place = place();
    // Not to be closed by exec.
    let file = std::fs::File::open("/dev/null").expect("a file");
    let _open = rustix::io::dup(&file).expect("a descriptor");
    let script = "env > \"$OUT\"; for fd in /proc/$$/fd/*; do readlink $fd; done >> \"$OUT\"";
    let app = App::new();
    let program = Program::new("sh").arg("-c").arg(script).env("OUT", &place);
    app.spawn_renderer(&program).expect("a shell starts").wait_gone().expect("no task");
    let seen = std::fs::read_to_string(&place).expect("a file");
    let has = |name: &str| seen.lines().any(|line| line.starts_with(&format!("{name}=")));
    assert!(has("PATH") && has("OUT") && has("DIPOLE_LINK") && !has(OURS), "{seen}");
    assert!(!seen.lines().any(|line| line == "/dev/null"), "{seen}");
}
