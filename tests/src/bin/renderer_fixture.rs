//! A renderer that does what the tests in main tell it to, or misbehaves as its first argument says.

use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, mpsc};

use ipc_link::{Connection, Dispatch, Event};
use ipc_proto::error::CloseReason;
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::Introduction;
use ipc_proto::wire::{RendererRole, Step};
use ipc_tests::{Job, Outcome, value};
use renderer_proc::{CallError, IpcRenderer, Port, Value, message_channel};
use serde_bytes::ByteBuf;

fn main() {
    if ipc_tests::raw::play(|| renderer_proc::init().expect("started by a test").into_endpoint().expect("a link")) {
        return;
    }
    let mode = std::env::args().nth(1).unwrap_or_default();
    match mode.as_str() {
        "exit" => {
            let code = std::env::args().nth(2).and_then(|code| code.parse().ok()).unwrap_or(0);
            std::process::exit(code);
        }
        "exit-if-renderer" => std::process::exit(if renderer_proc::init().is_some() { 0 } else { 7 }),
        "silent" => loop {
            std::thread::park();
        },
        "garbage" => {
            let renderer = renderer_proc::init().expect("started by a test");
            let endpoint = renderer.into_endpoint().expect("a link");
            endpoint.try_write(b"\x05\x00\x00\x00hello").expect("room");
            let _ = endpoint.read(&mut [0; 64], None);
        }
        "spoil" => spoil(),
        "leave-a-writer" => leave_a_writer(),
        "write-on" => write_on(),
        "main-of-a-far-one" => main_of_a_far_one(),
        _ => serve(),
    }
}

/// Says hello and ends, and leaves another process that has the socket and goes on writing to it.
#[expect(clippy::zombie_processes, reason = "it is to outlive this one")]
fn leave_a_writer() {
    let endpoint = renderer_proc::init().expect("started by a test").into_endpoint().expect("a link");
    let connection = Connection::new(endpoint, Role::Renderer, Limits::default());
    connection.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
    let mut socket = UnixStream::from(connection.as_fd().try_clone_to_owned().expect("a descriptor"));
    let theirs = socket.try_clone().expect("a descriptor");
    let program = std::env::current_exe().expect("this program");
    std::process::Command::new(program).arg("write-on").stdout(OwnedFd::from(theirs)).spawn().expect("a process");
    // Not before main has said welcome: its end as a renderer is what is tested.
    socket.read_exact(&mut [0]).expect("main's word");
}

/// Writes messages to standard output for as long as that goes.
fn write_on() {
    let messages = b"\x07\0\0\0\x03\0\x01x\x02\x0b\x19".repeat(10_000);
    while std::io::stdout().write_all(&messages).is_ok() {}
}

/// A main whose only renderer is behind a launcher that hands on bytes alone, and was sent what the third argument says;
/// prints the renderer's process id.
fn main_of_a_far_one() {
    let args: Vec<_> = std::env::args().skip(2).collect();
    let app = main_proc::App::new();
    let pipeline = "cat | env DIPOLE_LINK=stdio \"$0\" | cat";
    let far = main_proc::Program::new("sh").args(["-c", pipeline, &args[0]]).over_stdio();
    let contents = app.spawn_renderer(&far).expect("a shell starts");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let pid: u32 = runtime.block_on(contents.invoke("pid", ())).expect("an answer");
    runtime.block_on(contents.send(&args[1], ())).expect("it is open");
    if args[1] == "hang" {
        // What follows is not answered: it hangs.
        runtime
            .block_on(contents.invoke_within::<u32>("pid", (), std::time::Duration::from_millis(500)))
            .expect_err("it hangs");
    }
    println!("{pid}");
    loop {
        std::thread::park();
    }
}

/// Takes a direct link and writes to it what the second argument says, in hexadecimal; without one, what is no message.
fn spoil() {
    struct Spoiler {
        bytes: Vec<u8>,
        sockets: Vec<UnixStream>,
    }
    impl Dispatch for Spoiler {
        fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
            let Event::PortDirect { port, step } = event else { return };
            match step {
                Step::Offer => assert!(connection.port_direct(port, Step::Take, None)),
                Step::Socket { .. } | Step::CapableSocket { .. } => {
                    connection.port_direct(port, Step::Switched, None);
                    let mut socket = UnixStream::from(connection.take_socket(port).expect("a descriptor"));
                    socket.write_all(&self.bytes).expect("room");
                    self.sockets.push(socket);
                }
                _ => {}
            }
        }

        fn closed(&mut self, _: &Connection, _: &CloseReason) {}
    }
    let endpoint = renderer_proc::init().expect("started by a test").into_endpoint().expect("a link");
    let connection = Connection::new(endpoint, Role::Renderer, Limits::default());
    connection.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
    let text = std::env::args().nth(2).unwrap_or_else(|| "03000000636363".into());
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hexadecimal"));
    let bytes = pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal")).collect();
    connection.serve(&mut Spoiler { bytes, sockets: Vec::new() });
}

fn serve() {
    let renderer = renderer_proc::init().expect("started by a test");
    if std::env::args().nth(1).as_deref() == Some("print") {
        println!("what would be no frame");
    }
    let (sender, jobs) = mpsc::channel();
    let held = Held::default();
    let ipc = renderer
        .connect(|ipc| {
            set_up(ipc, sender);
            hold(ipc, &held);
        })
        .expect("the link to main");
    let link = ipc.clone();
    std::thread::spawn(move || {
        link.wait_closed().expect("a thread that may wait");
        std::process::exit(0);
    });
    for (job, done) in jobs {
        let _ = done.send(run(&ipc, &held, job));
    }
}

type Jobs = mpsc::Sender<(Job, tokio::sync::oneshot::Sender<Outcome>)>;

fn set_up(ipc: &IpcRenderer, sender: Jobs) {
    ipc.handle("job", move |_, (job,): (Job,)| {
        let (done, outcome) = tokio::sync::oneshot::channel();
        sender.send((job, done)).expect("the main thread runs");
        async move { Ok(outcome.await?) }
    })
    .expect("the only handler");
    ipc.handle("double", |_, (n,): (i64,)| async move { Ok(n * 2) }).expect("the only handler");
    ipc.handle("never", |_, ()| std::future::pending::<Result<(), renderer_proc::HandlerError>>())
        .expect("the only one");
    let pong = ipc.clone();
    ipc.on("ping", move |_, args: Vec<Value>| pong.send_blocking("pong", &args).expect("main lives")).forget();
    // Two renderers that are given the ends of one channel: "talk" says hello, "answer" answers.
    let told = ipc.clone();
    ipc.on("talk", move |event, ()| {
        let port = event.take_ports().remove(0);
        let told = told.clone();
        port.post("hello").expect("open");
        port.on_message(move |message| {
            told.send_blocking("heard", &(message.decode::<String>().expect("text"),)).expect("main")
        });
        std::mem::forget(port);
    })
    .forget();
    ipc.on("answer", |event, ()| {
        let port = std::sync::Arc::new(event.take_ports().remove(0));
        let back = port.clone();
        port.on_message(move |message| {
            let text: String = message.decode().expect("text");
            back.post(&format!("{text}, and hello to you")).expect("open");
        });
        std::mem::forget(port);
    })
    .forget();
}

/// Ports that main has given this renderer.
type Held = Arc<Mutex<Vec<Port>>>;

/// "hold" keeps ports, "tell" also tells main what comes through them, "drop" lets them go.
fn hold(ipc: &IpcRenderer, held: &Held) {
    let keep = |held: &Held, ports: Vec<Port>| held.lock().expect("unpoisoned").extend(ports);
    let (held_for_main, told, dropped) = (held.clone(), held.clone(), held.clone());
    ipc.on("hold", move |event, ()| keep(&held_for_main, event.take_ports())).forget();
    let note = ipc.clone();
    ipc.on("tell", move |event, ()| {
        let ports = event.take_ports();
        for port in &ports {
            let (got, closed) = (note.clone(), note.clone());
            let tell = |ipc: &IpcRenderer, text: String| drop(ipc.send_blocking("note", &(text,)));
            port.on_close(move || tell(&closed, "closed".into()));
            port.on_message(move |message| tell(&got, message.decode::<u32>().expect("a number").to_string()));
        }
        keep(&told, ports);
    })
    .forget();
    ipc.on("drop", move |_, ()| dropped.lock().expect("unpoisoned").clear()).forget();
}

fn post_held(held: &Held, count: u32) {
    for port in held.lock().expect("unpoisoned").iter() {
        for i in 0..count {
            port.post(&i).expect("open");
        }
    }
}

fn run(ipc: &IpcRenderer, held: &Held, job: Job) -> Outcome {
    let deadline = Some(std::time::Duration::from_secs(20));
    match job {
        Job::Invoke(channel, args) => outcome(ipc.invoke_blocking(&channel, &args, deadline)),
        Job::SendSync(channel, args) => outcome(ipc.send_sync(&channel, &args)),
        Job::InvokeForNumber(channel) => {
            outcome(ipc.invoke_blocking::<i64>(&channel, &(), deadline).map(|_| value(())))
        }
        Job::Mix(seed, count) => {
            mix(ipc, seed, count);
            Outcome::Done
        }
        Job::Sizes(sizes) => {
            for size in sizes {
                if let Err(what) = survives(ipc, size) {
                    return Outcome::Error(format!("{size}: {what}"));
                }
            }
            Outcome::Done
        }
        Job::SendThenExit(count) => {
            for i in 0..count {
                ipc.send_blocking("last", (i,)).expect("main lives");
            }
            ipc.close();
            std::process::exit(0);
        }
        Job::Exit(code) => std::process::exit(code),
        Job::Abort => std::process::abort(),
        Job::Stream(count) => {
            let (ours, theirs) = message_channel();
            ipc.post_message("stream", "take this", vec![theirs]).expect("main lives");
            for i in 0..count {
                ours.post(&i).expect("open");
            }
            ours.close();
            Outcome::Done
        }
        Job::PostHeld(count) => {
            post_held(held, count);
            Outcome::Done
        }
        Job::PostHeldThenExit(count) => {
            post_held(held, count);
            ipc.close();
            std::process::exit(0);
        }
    }
}

fn outcome(result: Result<Value, CallError>) -> Outcome {
    match result {
        Ok(value) => Outcome::Value(value),
        Err(CallError::Handler(error)) => Outcome::HandlerError(*error),
        Err(error) => Outcome::Error(error.to_string()),
    }
}

/// Calls numbered in the order they are made, by a random choice of verbs.
fn mix(ipc: &IpcRenderer, seed: u64, count: u64) {
    let mut state = seed;
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut waiting = Vec::new();
    for i in 0..count {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match (state >> 33) % 3 {
            0 => ipc.send_blocking("mixed", (i,)).expect("main lives"),
            1 => assert_eq!(ipc.send_sync::<u64>("mixed", &(i,)).expect("answered"), i),
            _ => {
                let ipc = ipc.clone();
                let mut call = Box::pin(async move { ipc.invoke::<u64>("mixed", (i,)).await });
                // The request leaves with the first poll.
                let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                if call.as_mut().poll(&mut context).is_pending() {
                    waiting.push((i, call));
                }
            }
        }
    }
    for (i, call) in waiting {
        assert_eq!(runtime.block_on(call).expect("answered"), i);
    }
}

fn survives(ipc: &IpcRenderer, size: usize) -> Result<(), String> {
    let text: String = (0..size).map(|i| char::from(b'a' + (i % 26) as u8)).collect();
    let bytes = ByteBuf::from((0..size).map(|i| (i % 251) as u8).collect::<Vec<_>>());
    let nested = (vec![(1, "x", text.clone())], text.len());
    each_way(ipc, &text).map_err(|what| format!("text {what}"))?;
    each_way(ipc, &bytes).map_err(|what| format!("bytes {what}"))?;
    let back: (Vec<(i64, String, String)>, usize) =
        ipc.send_sync("echo", (&nested,)).map_err(|error| error.to_string())?;
    (back.0[0].2 == text && back.1 == size).then_some(()).ok_or_else(|| "nested".into())
}

fn each_way<T>(ipc: &IpcRenderer, value: &T) -> Result<(), String>
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Send + 'static,
{
    let text = |error: CallError| error.to_string();
    let invoked: T = ipc.invoke_blocking("echo", (value,), None).map_err(text)?;
    let synced: T = ipc.send_sync("echo", (value,)).map_err(text)?;
    let (sender, replies) = mpsc::channel();
    let _subscription = ipc.on("echoed", move |_, (value,): (T,)| {
        let _ = sender.send(value);
    });
    ipc.send_blocking("echo", (value,)).map_err(text)?;
    let replied = replies.recv_timeout(std::time::Duration::from_secs(20)).map_err(|error| error.to_string())?;
    match (invoked == *value, synced == *value, replied == *value) {
        (true, true, true) => Ok(()),
        which => Err(format!("(invoke, sendSync, reply) = {which:?}")),
    }
}
