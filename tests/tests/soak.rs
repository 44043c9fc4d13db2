//! Load, and faults on top of it: `cargo test -p ipc-tests --test soak -- --renderers N --minutes M [--chaos]`.
//!
//! Every renderer makes numbered and checksummed calls, sends and port messages, a few of them large, as fast as it can. None may be
//! lost, doubled, out of order or changed: what a renderer that has ended in good order has sent has come, and what one has sent
//! that was killed has come up to some number. With `--chaos` one is killed or stopped for a while each 200 ms. At the end main is as
//! it was before. Without arguments it runs for some seconds, without and then with faults.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ipc_tests::soak::{Done, Numbered};
use main_proc::{App, HandlerError, IpcMainEvent, IpcMainInvokeEvent, Port, Program, Value, WebContents};
use rustix::process::{Pid, Signal, kill_process};

const FIXTURE: &str = env!("CARGO_BIN_EXE_fault_fixture");
/// How long what is under way may take to its end.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often one is killed or stopped.
const EVERY: Duration = Duration::from_millis(200);
/// How long main's memory grows because large messages have not come everywhere yet: each of the allocator's arenas keeps
/// what it has once needed, and there are eight for each processor. On two quiet processors it takes a minute and a half.
const WARM: Duration = Duration::from_secs(300);
/// How much main may grow after that.
const DRIFT: f64 = 8.0;

/// What has come of one renderer.
#[derive(Default)]
struct Heard {
    numbers: AtomicU64,
    posted: Arc<AtomicU64>,
    done: Mutex<Option<Done>>,
    /// Held as long as the renderer lives.
    port: Mutex<Option<Arc<Port>>>,
}

#[derive(Default)]
struct All {
    renderers: Mutex<BTreeMap<u64, Arc<Heard>>>,
    wrong: Mutex<Vec<String>>,
}

impl All {
    fn of(&self, contents: &WebContents) -> Arc<Heard> {
        Arc::clone(self.renderers.lock().expect("unpoisoned").entry(contents.id()).or_default())
    }

    fn wrong(&self, what: String) {
        self.wrong.lock().expect("unpoisoned").push(what);
    }

    fn take(&self, id: u64, expected: &AtomicU64, message: &Numbered) {
        let expected = expected.fetch_add(1, Ordering::SeqCst);
        if message.number != expected {
            self.wrong(format!("renderer {id}: {} in the place of {expected}", message.number));
        }
        if !message.is_whole() {
            self.wrong(format!("renderer {id}: {} is changed", message.number));
        }
    }
}

fn listen(app: &App) -> Arc<All> {
    let all = Arc::new(All::default());
    let main = app.ipc_main();
    let heard = Arc::clone(&all);
    main.handle("ask", move |event: IpcMainInvokeEvent, (message,): (Numbered,)| {
        heard.take(event.sender().id(), &heard.of(event.sender()).numbers, &message);
        std::future::ready(Ok(message.number + 1))
    })
    .expect("the first handler");
    let heard = Arc::clone(&all);
    main.on("tell", move |event: &IpcMainEvent, (message,): (Numbered,)| {
        heard.take(event.sender().id(), &heard.of(event.sender()).numbers, &message);
    })
    .forget();
    let heard = Arc::clone(&all);
    main.on("port", move |event: &IpcMainEvent, _: Vec<Value>| {
        let (id, of) = (event.sender().id(), heard.of(event.sender()));
        let port = Arc::new(event.take_ports().remove(0));
        let (all, posted, back) = (Arc::clone(&heard), Arc::clone(&of.posted), Arc::downgrade(&port));
        port.on_message(move |message| match message.decode::<Numbered>() {
            Ok(message) => {
                all.take(id, &posted, &message);
                // One whose renderer has ended is closed.
                let _ = back.upgrade().map(|port| port.post(&message.number));
            }
            Err(error) => all.wrong(format!("renderer {id}: {error}")),
        });
        *of.port.lock().expect("unpoisoned") = Some(port);
    })
    .forget();
    let heard = Arc::clone(&all);
    main.handle("done", move |event: IpcMainInvokeEvent, (done,): (Done,)| {
        *heard.of(event.sender()).done.lock().expect("unpoisoned") = Some(done);
        std::future::ready(Ok::<_, HandlerError>(()))
    })
    .expect("the first handler");
    all
}

struct Plan {
    renderers: usize,
    time: Duration,
    chaos: bool,
}

fn spawn(app: &App) -> WebContents {
    app.spawn_renderer(&Program::new(FIXTURE).arg("soak")).expect("the fixture starts")
}

fn signal(contents: &WebContents, signal: Signal) {
    let pid = i32::try_from(contents.os_process_id()).ok().and_then(Pid::from_raw).expect("a process");
    // Not reaped while its handle says that it is not gone, but that may change just now.
    let _ = kill_process(pid, signal);
}

/// Kills or stops one of them; whoever is gone is replaced.
struct Chaos {
    state: u64,
    stopped: Vec<WebContents>,
    killed: Vec<WebContents>,
}

impl Chaos {
    fn strike(&mut self, app: &App, living: &mut [WebContents]) {
        self.stopped.drain(..).for_each(|contents| signal(&contents, Signal::CONT));
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = (self.state >> 33) as usize % living.len();
        if self.state >> 63 == 0 {
            signal(&living[place], Signal::STOP);
            self.stopped.push(living[place].clone());
        } else {
            signal(&living[place], Signal::KILL);
            self.killed.push(std::mem::replace(&mut living[place], spawn(app)));
        }
    }
}

fn run(plan: &Plan) -> Vec<String> {
    let app = App::new();
    let all = listen(&app);
    let mut living: Vec<_> = (0..plan.renderers).map(|_| spawn(&app)).collect();
    let mut chaos = Chaos { state: 7, stopped: Vec::new(), killed: Vec::new() };
    let begun = Instant::now();
    let mut early = None;
    while begun.elapsed() < plan.time {
        // The time that passes is the load.
        std::thread::sleep(EVERY.min(plan.time.saturating_sub(begun.elapsed())));
        if early.is_none() && begun.elapsed() >= WARM.min(plan.time / 3) {
            early = Some(memory());
        }
        if plan.chaos {
            chaos.strike(&app, &mut living);
        }
    }
    let late = memory();
    chaos.stopped.iter().for_each(|contents| signal(contents, Signal::CONT));
    for contents in &living {
        contents.wait_ready().expect("it says hello");
        contents.try_send("stop", ()).expect("room");
    }
    let mut wrong = Vec::new();
    let (mut messages, mut posted) = (0, 0);
    for contents in living.iter().chain(&chaos.killed) {
        let gone = contents.wait_gone().expect("no task");
        let heard = all.of(contents);
        messages += heard.numbers.load(Ordering::SeqCst);
        posted += heard.posted.load(Ordering::SeqCst);
        if gone.signal == Some(9) && chaos.killed.contains(contents) {
            continue;
        }
        let got = Done { sent: heard.numbers.load(Ordering::SeqCst), posted: heard.posted.load(Ordering::SeqCst) };
        let done = *heard.done.lock().expect("unpoisoned");
        if gone.exit_code != 0 || done != Some(got) {
            wrong.push(format!("renderer {} {}: {done:?} and here {got:?}", contents.id(), gone.text));
        }
    }
    if messages == 0 || posted == 0 {
        wrong.push("nothing has come".to_owned());
    }
    wrong.append(&mut all.wrong.lock().expect("unpoisoned"));
    let faults = begun.elapsed().as_millis() / EVERY.as_millis();
    println!(
        "{} renderers, {:.1} s{}: {} messages of links, {} of ports, memory {:.1} MiB, drift {:+.1} MiB, {} wrong",
        plan.renderers,
        plan.time.as_secs_f64(),
        if plan.chaos { format!(", {faults} faults, {} killed", chaos.killed.len()) } else { String::new() },
        messages,
        posted,
        mib(late),
        mib(late) - mib(early.unwrap_or(late)),
        wrong.len(),
    );
    let drift = mib(late) - mib(early.unwrap_or(late));
    // In a shorter run main may still be warming up at its end.
    if plan.time >= WARM && drift > DRIFT {
        wrong.push(format!("main has grown by {drift:.1} MiB"));
    }
    app.shut_down().expect("no task");
    wrong
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a file");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

/// Descriptors, threads and children of this process.
/// Without the thread that writes for full sockets, and what wakes it: it begins when one is full for the first time, and stays.
fn holds() -> [usize; 3] {
    let count = |folder: &str| std::fs::read_dir(folder).expect("a folder").count();
    let tasks = || std::fs::read_dir("/proc/self/task").expect("a folder").flatten();
    let read = |name: &str| tasks().filter_map(|task| std::fs::read_to_string(task.path().join(name)).ok()).collect();
    let (lists, names): (Vec<String>, Vec<String>) = (read("children"), read("comm"));
    let flusher = usize::from(names.iter().any(|name| name == "dipole-flusher\n"));
    let children = lists.iter().map(|list| list.split_whitespace().count()).sum();
    [count("/proc/self/fd") - flusher, count("/proc/self/task") - flusher, children]
}

fn plans() -> Vec<Plan> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let place = args.iter().position(|arg| arg == name)?;
        args.get(place + 1).and_then(|number| number.parse::<f64>().ok())
    };
    match (number("--renderers"), number("--minutes")) {
        (None, None) => {
            [false, true].map(|chaos| Plan { renderers: 4, time: Duration::from_secs(3), chaos }).into_iter().collect()
        }
        (renderers, minutes) => vec![Plan {
            renderers: renderers.map_or(4, |number| number as usize),
            time: Duration::from_secs_f64(minutes.unwrap_or(1.0) * 60.0),
            chaos: args.iter().any(|arg| arg == "--chaos"),
        }],
    }
}

fn main() -> ExitCode {
    // What a first run makes and keeps is not what is measured.
    let short = Plan { renderers: 2, time: Duration::from_millis(300), chaos: true };
    let mut wrong = run(&short);
    let before = holds();
    for plan in plans() {
        wrong.append(&mut run(&plan));
        let until = Instant::now() + PATIENCE;
        while holds().iter().zip(&before).any(|(now, before)| now > before) {
            if Instant::now() > until {
                wrong.push(format!("descriptors, threads, children: {before:?} before, now {:?}", holds()));
                break;
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
    wrong.iter().take(20).for_each(|what| eprintln!("wrong: {what}"));
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
