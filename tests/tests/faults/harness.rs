//! What every test of a fault is surrounded by.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use main_proc::{App, Program, WebContents};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

pub(crate) const FIXTURE: &str = env!("CARGO_BIN_EXE_fault_fixture");

/// How long a test may take. With the figures of a release it is longer.
const TIME: Duration = Duration::from_secs(20);
/// How long anything inside of it may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);
/// How long a call of the bystander's may take, but for what a busy machine adds.
const BYSTANDER: Duration = Duration::from_millis(250);
/// What the C library may keep of memory that was freed.
const KEPT: usize = 40 << 20;

/// Says to a process that it is the main of one test, and where what it has measured goes.
const RECORD: &str = "DIPOLE_FAULT_RECORD";

/// The figure of a release with `DIPOLE_FAULTS=long`, else a tenth of it.
pub(crate) fn scaled(figure: usize) -> usize {
    if is_long() { figure } else { figure.div_ceil(10) }
}

pub(crate) fn is_long() -> bool {
    std::env::var("DIPOLE_FAULTS").is_ok_and(|value| value == "long")
}

/// One fault, as its test sees it.
pub(crate) struct Fault {
    /// The main that the bystander belongs to.
    pub(crate) app: App,
    runtime: tokio::runtime::Runtime,
    measured: RefCell<Vec<String>>,
    main_stops: Cell<bool>,
}

/// Runs a test in a process of its own, one at a time.
#[track_caller]
pub(crate) fn fault<F: FnOnce(&Fault)>(test: F) {
    let name = std::any::type_name::<F>();
    let name = name.split_once("::").map_or(name, |(_, name)| name).trim_end_matches("::{{closure}}");
    if let Some(record) = std::env::var_os(RECORD) {
        return be_main(test, Path::new(&record));
    }
    static ONE: Mutex<()> = Mutex::new(());
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let records = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults");
    std::fs::create_dir_all(&records).expect("a folder");
    let record = records.join(name.rsplit("::").next().unwrap_or(name)).with_extension("txt");
    let _ = std::fs::remove_file(&record);
    let files = tempfile::tempdir().expect("a folder");
    let mut main = Command::new(std::env::current_exe().expect("this program"))
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(RECORD, &record)
        .env("TMPDIR", files.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this program");
    let pid = Pid::from_child(&main);
    // Detached: a process that outlives its main may have them open.
    let said = [read(main.stdout.take().expect("a pipe")), read(main.stderr.take().expect("a pipe"))];
    let time = if is_long() { TIME * 60 } else { TIME };
    let ended = ends_within(pid, time);
    if !ended {
        let _ = main.kill();
    }
    let status = main.wait().expect("it ends");
    let said = said.map(|said| said.recv_timeout(Duration::from_secs(1)).unwrap_or_default()).concat();
    assert!(ended, "main has not ended within {time:?}:\n{said}");
    assert!(status.success() && record.exists(), "main: {status}\n{said}");
}

/// What comes through a pipe, once it has ended.
fn read(mut pipe: impl std::io::Read + Send + 'static) -> std::sync::mpsc::Receiver<String> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        sender.send(String::from_utf8_lossy(&bytes).into_owned())
    });
    receiver
}

fn be_main(test: impl FnOnce(&Fault), record: &Path) {
    warm_up();
    let before = Baseline::take();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let app = App::new();
    app.ipc_main().handle("next", |_, (n,): (u64,)| async move { Ok(n + 1) }).expect("the first handler");
    let fault = Fault { app, runtime, measured: RefCell::default(), main_stops: Cell::new(false) };
    let bystander = fault.app.spawn_renderer(&Program::new(FIXTURE).arg("bystander")).expect("the fixture starts");
    bystander.wait_ready().expect("it says hello");
    let (begun, crowd) = (Instant::now(), Crowd::begin());
    test(&fault);
    let (calls, longest) = fault.ask::<(u64, u64)>(&bystander, "report", ());
    let longest = Duration::from_micros(longest);
    let least = if begun.elapsed() > BYSTANDER { 2 } else { 0 };
    assert!(calls >= least, "the bystander has made {calls} calls in {:?}", begun.elapsed());
    let crowd = crowd.end();
    // The test's own threads are two for each processor as a rule; of more than that each has a smaller part. The long tests
    // have a machine of their own.
    let shares = if is_long() { 1 } else { u32::try_from(crowd / 2).expect("a number").max(1) };
    let most = BYSTANDER * shares;
    assert!(
        fault.main_stops.get() || longest <= most,
        "a call of the bystander's took {longest:?}, with {crowd} at once"
    );
    fault.app.shut_down().expect("no task");
    let Fault { app, runtime, measured, .. } = fault;
    drop((app, bystander, runtime));
    before.comes_back();
    std::fs::write(record, measured.into_inner().join("; ")).expect("a record");
}

/// How many threads wanted a processor at once at most, on this machine, for each that it has.
struct Crowd {
    is_over: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<usize>,
}

impl Crowd {
    fn begin() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            let mut most = 0;
            while !ends.load(Ordering::Relaxed) {
                // "0.20 0.18 0.12 1/80 11206"
                let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
                let runs = load.split([' ', '/']).nth(3).and_then(|runs| runs.parse().ok());
                most = most.max(runs.unwrap_or_default());
                std::thread::park_timeout(Duration::from_millis(5));
            }
            most / std::thread::available_parallelism().map_or(1, usize::from)
        });
        Self { is_over, thread }
    }

    fn end(self) -> usize {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("no panic")
    }
}

/// Everything that a main makes once and keeps: the threads of its runtime, what the allocator takes.
fn warm_up() {
    let app = App::new();
    app.ipc_main()
        .handle("next", |_, (n,): (u64,)| async move {
            tokio::task::yield_now().await;
            Ok(n + 1)
        })
        .expect("the first handler");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let contents = app.spawn_renderer(&Program::new(FIXTURE)).expect("the fixture starts");
    let calls = runtime.block_on(contents.invoke::<u64>("calls", ("next", 10)));
    calls.expect("an answer");
    // One that does not read, for the thread that writes on.
    let silent = app.spawn_renderer(&Program::new(FIXTURE).args(["bytes", "", "stay"])).expect("the fixture starts");
    let full = app.spawn_renderer(&rogue(&crate::wire::hello(), "stay")).expect("the fixture starts");
    full.wait_ready().expect("it says hello");
    // Nobody answers, for the thread that ends what lasts too long.
    runtime.block_on(full.invoke_within::<()>("nothing", (), Duration::from_millis(1))).expect_err("no answer");
    while full.try_send("data", (0_u64, "text".repeat(10_000))).is_ok() {}
    for contents in [contents, silent, full] {
        contents.kill();
        contents.wait_gone().expect("no task");
    }
    app.shut_down().expect("no task");
    drop((app, runtime));
    until("no thread of a renderer is left", || !threads().iter().any(|name| name.starts_with("dipole-renderer")));
}

impl Fault {
    /// What the page says of this test.
    pub(crate) fn measured(&self, text: impl Into<String>) {
        self.measured.borrow_mut().push(text.into());
    }

    /// Main is stopped meanwhile: its bystander waits.
    pub(crate) fn main_stops(&self) {
        self.main_stops.set(true);
    }

    /// A renderer that does as it is told, once it is ready.
    pub(crate) fn renderer(&self) -> WebContents {
        ready(self.app.spawn_renderer(&Program::new(FIXTURE)))
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Asks a renderer.
    pub(crate) fn ask<R: serde::de::DeserializeOwned>(
        &self,
        contents: &WebContents,
        channel: &str,
        args: impl main_proc::Arguments + serde::Serialize,
    ) -> R {
        self.block_on(contents.invoke_within(channel, args, PATIENCE)).expect("an answer")
    }
}

/// Once it has said hello.
pub(crate) fn ready(started: Result<WebContents, main_proc::SpawnError>) -> WebContents {
    let contents = started.expect("the fixture starts");
    contents.wait_ready().expect("it says hello");
    contents
}

/// A renderer without our library, which writes these bytes and then does that: `kill` itself, `exit`, `stay` and read
/// nothing, or `read` to the end.
pub(crate) fn rogue(bytes: &[u8], then: &str) -> Program {
    Program::new(FIXTURE).args(["bytes", &ipc_tests::raw::hex(bytes), then])
}

/// Sends a signal to a process.
pub(crate) fn signal(pid: u32, signal: Signal) {
    kill_process(pid_of(pid), signal).expect("it is there");
}

pub(crate) fn pid_of(pid: u32) -> Pid {
    Pid::from_raw(i32::try_from(pid).expect("a number")).expect("a process")
}

/// Whether a process, which need not be a child, ends in that time.
pub(crate) fn ends_within(pid: Pid, time: Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return true };
    let time = Timespec { tv_sec: time.as_secs().cast_signed(), tv_nsec: time.subsec_nanos().into() };
    poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&time)) == Ok(1)
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "not within {PATIENCE:?}: {what}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// How long things took.
#[derive(Default)]
pub(crate) struct Times(pub(crate) Vec<Duration>);

impl Times {
    pub(crate) fn part(&mut self, part: usize) -> Duration {
        self.0.sort();
        self.0[(self.0.len() * part / 100).min(self.0.len() - 1)]
    }

    pub(crate) fn text(&mut self) -> String {
        let (half, most, all) = (self.part(50), self.part(99), self.part(100));
        format!("p50 {}, p99 {}, longest {} of {}", short(half), short(most), short(all), self.0.len())
    }
}

/// A time for people.
pub(crate) fn short(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.1} s"),
        seconds if seconds >= 0.01 => format!("{:.0} ms", seconds * 1e3),
        seconds => format!("{:.2} ms", seconds * 1e3),
    }
}

/// A figure of `/proc/self/status` in bytes, as `VmRSS` and `VmHWM`.
pub(crate) fn memory(what: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("a file");
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':')).expect("a line");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") << 10
}

/// The most memory that this process has from now on is counted anew.
pub(crate) fn forget_most_memory() {
    std::fs::write("/proc/self/clear_refs", "5").expect("a file");
}

pub(crate) fn mib(bytes: usize) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

pub(crate) fn count_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("a folder").count()
}

/// The processes that this one has started, zombies too.
pub(crate) fn children() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("a folder").flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("a folder").flatten();
    let mut names: Vec<_> = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok()).collect();
    names.sort();
    names
}

/// What main has.
#[derive(Debug)]
struct Baseline {
    descriptors: usize,
    threads: Vec<String>,
    children: usize,
    memory: usize,
    files: Vec<PathBuf>,
}

impl Baseline {
    fn take() -> Self {
        let folder = std::env::temp_dir();
        Self {
            descriptors: count_descriptors(),
            threads: threads(),
            children: children().len(),
            memory: memory("VmRSS"),
            files: std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect(),
        }
    }

    /// Requires that all of it comes back to this.
    fn comes_back(&self) {
        let end = Instant::now() + Duration::from_secs(5);
        loop {
            let now = Self::take();
            let back = now.descriptors <= self.descriptors
                && now.threads.len() <= self.threads.len()
                && now.children <= self.children
                && now.memory <= self.memory + KEPT
                && now.files == self.files;
            if back {
                return;
            }
            assert!(Instant::now() < end, "main is not as it was before: {self:?}, and is {now:?}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}
