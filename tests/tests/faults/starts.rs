//! Renderers that start badly, or not at all.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::time::{Duration, Instant};

use main_proc::gone::GoneReason;
use main_proc::supervisor::{Policy, Supervisor, SupervisorEvent};
use main_proc::{App, Limits, Program};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::harness::{FIXTURE, Times, fault, ready, rogue, scaled, short};
use crate::wire::hello;

#[test]
fn fault_07_a_renderer_has_its_own_descriptors_and_none_of_mains() {
    fault(|f| {
        // Not to be closed by exec.
        let file = std::fs::File::open("/dev/null").expect("a file");
        let ours = rustix::io::dup(&file).expect("a descriptor");
        let app = &f.app;
        let all: Vec<_> = std::thread::scope(|scope| {
            let starting: Vec<_> =
                (0..16).map(|_| scope.spawn(|| ready(app.spawn_renderer(&Program::new(FIXTURE))))).collect();
            starting.into_iter().map(|one| one.join().expect("no panic")).collect()
        });
        let mut most = 0;
        for contents in &all {
            let open: Vec<(String, String)> = f.ask(contents, "descriptors", ());
            let sockets: Vec<_> = open.iter().filter(|(_, what)| what.starts_with("socket:")).collect();
            assert_eq!(sockets.len(), 1, "its link: {open:?}");
            let null: Vec<_> = open.iter().filter(|(_, what)| what == "/dev/null").map(|(fd, _)| fd.as_str()).collect();
            assert_eq!(null, ["0"], "its own input, and not main's file: {open:?}");
            let others: Vec<_> = open
                .iter()
                .filter(|(fd, what)| {
                    !["0", "1", "2"].contains(&fd.as_str())
                        && !["socket:", "anon_inode:", "/proc/"].iter().any(|own| what.starts_with(own))
                })
                .collect();
            assert!(others.is_empty(), "{others:?}");
            most = most.max(open.len());
            contents.kill();
        }
        drop(ours);
        f.measured(format!("16 started at once by as many threads: {most} descriptors at most, one of them a socket"));
    });
}

#[test]
fn fault_07_a_renderer_has_the_ordinary_variables_and_no_file_of_mains() {
    fault(|f| {
        // A test has it from cargo, and it is no variable that renderers get.
        const OURS: &str = "CARGO_MANIFEST_DIR";
        assert!(std::env::var_os(OURS).is_some() && std::env::var_os("PATH").is_some());
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("seen");
        // Not to be closed by exec.
        let file = std::fs::File::open("/dev/null").expect("a file");
        let _open = rustix::io::dup(&file).expect("a descriptor");
        let script = "env > \"$OUT\"; for fd in /proc/$$/fd/*; do readlink $fd; done >> \"$OUT\"";
        let program = Program::new("sh").arg("-c").arg(script).env("OUT", &place);
        f.app.spawn_renderer(&program).expect("a shell starts").wait_gone().expect("no task");
        let seen = std::fs::read_to_string(&place).expect("a file");
        let has = |name: &str| seen.lines().any(|line| line.starts_with(&format!("{name}=")));
        assert!(has("PATH") && has("OUT") && has("DIPOLE_LINK") && !has(OURS), "{seen}");
        assert!(!seen.lines().any(|line| line == "/dev/null"), "{seen}");
        f.measured("the same of a shell, and none of main's variables");
    });
}

#[test]
fn fault_25_a_renderer_that_crashes_at_its_start_is_given_up_once() {
    fault(|f| {
        let mut policy = Policy::default();
        policy.delay = Duration::from_millis(50);
        let program = Program::new(FIXTURE).args(["bytes", "", "exit"]);
        let supervisor = Supervisor::start(&f.app, program, policy, |_| {}).expect("it starts");
        let mut events = supervisor.events();
        let begun = Instant::now();
        let (mut started, mut ended) = (0, 0);
        f.block_on(async {
            while let Some(event) = events.next().await {
                match event {
                    SupervisorEvent::Gone { gone, .. } => {
                        assert_eq!(gone.reason, GoneReason::LaunchFailed);
                        started += 1;
                    }
                    SupervisorEvent::Ended { .. } => {
                        ended += 1;
                        break;
                    }
                    _ => {}
                }
            }
        });
        assert!(started <= 6 && ended == 1, "{started} starts, {ended} ends");
        f.measured(format!("given up after {started} starts and {}", short(begun.elapsed())));
    });
}

#[test]
fn fault_26_who_does_not_finish_its_handshake_in_time_is_ended() {
    fault(|f| {
        let mut limits = Limits::default();
        limits.handshake = Duration::from_millis(500);
        let app = App::with_limits(limits);
        let half = hello().len() / 2;
        let slowly = Program::new(FIXTURE).args(["slowly", &ipc_tests::raw::hex(&hello()), "100"]);
        let programs = [rogue(&[], "stay"), rogue(&hello()[..half], "stay"), slowly];
        let begun = Instant::now();
        let all: Vec<_> = programs.iter().map(|program| app.spawn_renderer(program).expect("it starts")).collect();
        let mut times = Times::default();
        for contents in all {
            let gone = contents.wait_gone().expect("no task");
            times.0.push(begun.elapsed());
            assert_eq!(gone.reason, GoneReason::LaunchFailed, "{}", gone.text);
        }
        assert!(times.part(100) <= Duration::from_millis(2_500), "{}", times.text());
        app.shut_down().expect("no task");
        f.measured(format!("nothing, half a hello, and one byte each 100 ms, with 500 ms for it: {}", times.text()));
    });
}

#[test]
fn fault_27_what_cannot_be_started_is_an_error_at_once_that_says_why() {
    fault(|f| {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &[u8], mode| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a file of ours");
            path
        };
        // The head of an executable for a machine of another kind.
        let mut other = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xf3\0\x01\0\0\0".to_vec();
        other.resize(4096, 0);
        let cases = [
            (folder.path().join("nothing"), "os error 2"),
            (file("text", b"text", 0o644), "os error 13"),
            (file("other", &other, 0o755), "os error 8"),
            (folder.path().to_owned(), "os error 13"),
        ];
        let mut times = Times::default();
        for (path, expected) in &cases {
            let begun = Instant::now();
            let error = f.app.spawn_renderer(&Program::new(path)).expect_err("it cannot be started");
            times.0.push(begun.elapsed());
            assert!(error.to_string().contains(expected), "{}: {error}", path.display());
        }
        assert!(times.part(50) <= Duration::from_millis(100), "{}", times.text());
        f.measured(times.text());
    });
}

#[test]
fn fault_39_a_start_without_descriptors_is_an_error_and_harms_nobody() {
    fault(|f| {
        let first = f.renderer();
        let limit = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: Some(64), ..limit }).expect("a lower limit");
        let mut others: Vec<_> = std::iter::from_fn(|| std::fs::File::open("/dev/null").ok()).collect();
        // Room for a part of what a start takes: for none of its descriptors, for the first, and for two.
        for _ in 0..3 {
            let error = f.app.spawn_renderer(&Program::new(FIXTURE)).expect_err("it takes three");
            assert!(error.to_string().contains("Too many open files (os error 24)"), "{error}");
            assert!(error.to_string().contains("`ulimit -n`"), "{error}");
            others.pop();
            assert_eq!(f.ask::<i64>(&first, "double", (3,)), 6, "those that were there go on");
        }
        let next = ready(f.app.spawn_renderer(&Program::new(FIXTURE)));
        assert_eq!(f.ask::<i64>(&next, "double", (4,)), 8, "there is room again, and nothing was left behind");
        drop(others);
        setrlimit(Resource::Nofile, limit).expect("the limit of before");
        assert_eq!(f.app.renderers().len(), 3);
        f.measured("3 refused, others go on, starts again when there is room");
    });
}

#[test]
fn fault_41_a_start_without_processes_is_an_error_and_harms_nobody() {
    fault(|f| {
        if !rustix::process::geteuid().is_root() {
            return f.measured("NOT TESTED: only root may become another user, whom the limit holds for");
        }
        // Where another user may run it.
        let folder = tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o755)).tempdir_in("/tmp");
        let folder = folder.expect("a folder");
        let program = folder.path().join("main");
        std::fs::copy(FIXTURE, &program).expect("room for a copy");
        let ran = std::process::Command::new(&program)
            .arg("main-without-processes")
            .current_dir("/")
            .env("TMPDIR", "/tmp")
            .uid(65_534)
            .gid(65_534)
            .output()
            .expect("it starts");
        let printed = String::from_utf8_lossy(&ran.stdout);
        let lines: Vec<_> = printed.lines().collect();
        assert!(ran.status.success(), "{ran:?}");
        assert_eq!((lines.len(), lines.last()), (4, Some(&"goes on")), "{printed}");
        assert!(lines[..3].iter().all(|line| line.contains("os error 11")), "{printed}");
        f.measured(format!("3 times: {}", lines[0]));
    });
}

#[test]
fn fault_55_no_secret_of_main_is_in_what_others_can_see_of_a_renderer() {
    fault(|f| {
        let secret = "a-secret-of-main-4711";
        let name = "A_SECRET_OF_MAIN";
        // A main that has one in its environment, and prints its renderers.
        let mut main = std::process::Command::new(FIXTURE)
            .arg("main-of-many")
            .env(name, secret)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("the fixture starts");
        let mut line = String::new();
        let mut out = std::io::BufReader::new(main.stdout.take().expect("a pipe"));
        std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
        let mut variables = BTreeSet::new();
        for pid in line.split_whitespace() {
            for file in ["environ", "cmdline"] {
                let bytes = std::fs::read(format!("/proc/{pid}/{file}")).expect("it runs");
                let text = String::from_utf8_lossy(&bytes);
                assert!(!text.contains(secret) && !text.contains(name), "{pid} {file}: {text}");
                if file == "environ" {
                    variables.extend(text.split('\0').filter_map(|pair| Some(pair.split_once('=')?.0.to_owned())));
                }
            }
        }
        main.kill().expect("it runs");
        main.wait().expect("it ends");
        f.measured(format!("{} variables at most, none of main's own; no token is needed", variables.len()));
    });
}

#[test]
fn fault_26_a_hundred_that_never_say_hello_do_not_keep_a_good_one_out() {
    fault(|f| {
        let mut limits = Limits::default();
        limits.handshake = Duration::from_secs(1);
        let app = App::with_limits(limits);
        let count = scaled(1_000);
        let all: Vec<_> = (0..count).map(|_| app.spawn_renderer(&rogue(&[], "stay")).expect("it starts")).collect();
        let begun = Instant::now();
        let good = f.renderer();
        assert_eq!(f.ask::<i64>(&good, "double", (4,)), 8);
        let time = begun.elapsed();
        for contents in all {
            assert_eq!(contents.wait_gone().expect("no task").reason, GoneReason::LaunchFailed);
        }
        app.shut_down().expect("no task");
        f.measured(format!("beside {count} of them a good one has answered after {}", short(time)));
    });
}
