//! Clocks, signals, streams and logs.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ipc_proto::wire::{Message, Space};
use ipc_tests::log::Log;
use main_proc::{IpcMainEvent, Program, Sandbox, Value};
use rustix::process::{Signal, getpid, kill_process};

use crate::harness::{FIXTURE, PATIENCE, fault, ready, rogue, scaled};
use crate::wire::{frame, hello};

#[test]
fn fault_43_nothing_of_the_link_looks_at_the_clock_on_the_wall() {
    fault(|f| {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
        let (mut waiting, mut looked) = (Vec::new(), 0);
        for folder in ["ipc-proto/src", "ipc-link/src", "renderer-proc/src", "main-proc/src"] {
            waiting.push(crates.join(folder));
        }
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                waiting.extend(std::fs::read_dir(path).expect("a folder").flatten().map(|entry| entry.path()));
                continue;
            }
            // Traces and kept figures tell people when something was; scripts have the clock.
            if tells_people(&path) {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for name in ["SystemTime", "ClockId::Realtime", "UNIX_EPOCH"] {
                assert!(!text.contains(name), "{}: {name}", path.display());
            }
            looked += 1;
        }
        f.measured(format!("{looked} files, by their text"));
    });
}

fn tells_people(path: &Path) -> bool {
    let text = path.to_string_lossy();
    ["tests", "/value/date", "/cli/", "/bench/", "/script/", "/check/"].iter().any(|part| text.contains(part))
}

#[test]
fn fault_44_a_main_works_whatever_its_standard_streams_are() {
    fault(|f| {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("outcome");
        let ways = [
            "0<&- 1>&- 2>&-",
            "1>/dev/full 2>/dev/full",
            "0<&-",
            "1>&- 0</dev/null",
            // Nobody reads it.
            "1>\"$2\" 2>&1",
        ];
        let fifo = folder.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).expect("a pipe");
        let _reader = std::fs::OpenOptions::new().read(true).write(true).open(&fifo).expect("a pipe");
        for way in ways {
            let _ = std::fs::remove_file(&place);
            let script = format!("exec \"$0\" main-on-streams \"$1\" {way}");
            let status = std::process::Command::new("sh")
                .args(["-c", &script, FIXTURE])
                .args([&place, &fifo])
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .status()
                .expect("a shell");
            let outcome = std::fs::read_to_string(&place).unwrap_or_default();
            assert_eq!(outcome, "100 answers, closed true", "{way}: {status}");
        }
        f.measured(format!("{} ways, 100 answers each", ways.len()));
    });
}

#[test]
fn fault_45_signals_in_the_middle_of_everything_disturb_nothing() {
    fault(|f| {
        let came = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGALRM, signal_hook::consts::SIGCHLD] {
            signal_hook::flag::register(signal, Arc::clone(&came)).expect("a listener");
        }
        let over = AtomicBool::new(false);
        let contents = f.renderer();
        let sent = std::thread::scope(|scope| {
            let storm = scope.spawn(|| {
                let mut sent = 0;
                while !over.load(Ordering::SeqCst) {
                    for signal in [Signal::ALARM, Signal::CHILD] {
                        kill_process(getpid(), signal).expect("this process");
                        sent += 1;
                    }
                    std::thread::park_timeout(Duration::from_micros(500));
                }
                sent
            });
            f.ask::<u64>(&contents, "calls", ("next", scaled(10_000)));
            // Main writes to a renderer that has just ended (SIGPIPE), and reaps it.
            for _ in 0..scaled(100) {
                let ended = ready(f.app.spawn_renderer(&rogue(&hello(), "stay")));
                ended.kill();
                while ended.try_send("data", (1,)).is_ok() {}
                assert_eq!(ended.wait_gone().expect("no task").signal, Some(9));
            }
            over.store(true, Ordering::SeqCst);
            storm.join().expect("no panic")
        });
        assert!(came.load(Ordering::SeqCst));
        f.measured(format!("{sent} signals, {} calls and {} ends", scaled(10_000), scaled(100)));
    });
}

const ESCAPES: &str = "\u{1b}[31mred\u{7}\r\nforged line\u{9b}2J";

#[test]
fn fault_59_what_a_renderer_names_neither_acts_on_a_terminal_nor_begins_a_line_of_the_log() {
    fault(|f| {
        let log = Log::default();
        let written = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || written.clone())
            .init();
        std::panic::set_hook(Box::new(|_| {}));
        let [sync, invoke, panics, numbers] =
            ["sync", "invoke", "panics", "numbers"].map(|name| format!("{name}{ESCAPES}"));
        f.app.ipc_main().on(&panics, |_: &IpcMainEvent, _: Vec<Value>| panic!("in a listener")).forget();
        f.app.ipc_main().on(&numbers, |_: &IpcMainEvent, _: (i64,)| {}).forget();
        let args = [11, 25];
        let frames = [
            hello(),
            frame(&Message::SendSync { id: 1, channel: &sync, args: &args }),
            frame(&Message::Invoke { id: 2, space: Space::User, channel: &invoke, args: &args }),
            frame(&Message::Send { space: Space::User, channel: &panics, args: &args }),
            frame(&Message::Send { space: Space::User, channel: &numbers, args: &args }),
        ];
        // What it says last is in main's own line about its end.
        for last in [Vec::new(), frame(&Message::Goodbye { code: 12, reason: ESCAPES })] {
            let bytes = [frames.concat(), last].concat();
            f.app.spawn_renderer(&rogue(&bytes, "exit")).expect("it starts").wait_gone().expect("no task");
        }
        let text = log.text();
        for part in ["'sync\\u{1b}", "panics\\u{1b}", "numbers\\u{1b}"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains(['\u{1b}', '\u{7}', '\r', '\u{9b}']), "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("forged")), "{text}");
        f.measured(format!("{} lines, all whole", text.lines().count()));
    });
}

#[test]
fn fault_56_a_sandbox_takes_from_root_what_only_root_may() {
    fault(|f| {
        let folder = tempfile::tempdir().expect("a folder");
        let (open, closed) = (folder.path().join("open"), folder.path().join("closed"));
        std::fs::write(&open, "open").expect("a file");
        std::fs::write(&closed, "closed").expect("a file");
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("its mode");
        let program = Program::new(env!("CARGO_BIN_EXE_sandboxed_fixture"));
        let read = |program: &Program| {
            let contents = ready(f.app.spawn_renderer(program));
            let both = [&open, &closed]
                .map(|path| f.block_on(contents.invoke_within::<String>("read", (path.to_str(),), PATIENCE)));
            contents.close();
            contents.wait_gone().expect("no task");
            both.map(|read| read.map_err(|error| error.to_string()))
        };
        let is_root = rustix::process::geteuid().is_root();
        let [_, without] = read(&program);
        assert_eq!(without.is_ok(), is_root, "{without:?}");
        let [listed, with] = read(&program.clone().sandbox(Sandbox::require().may_read(folder.path())));
        assert_eq!(listed.as_deref(), Ok("open"));
        let refusal = with.expect_err("a file that only root may read");
        assert!(refusal.contains("Permission denied"), "{refusal}");
        let who = if is_root { "as root" } else { "not as root" };
        f.measured(format!("{who}: a file of mode 0 in a listed folder is refused"));
    });
}
