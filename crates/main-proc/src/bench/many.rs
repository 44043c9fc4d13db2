//! Many renderers that call their main process at the same time.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, OnceLock};
use std::time::{Duration, Instant};

use main_proc::App;
use main_proc::gone::GoneReason;
use renderer_proc::IpcRenderer;

use super::bare::{Bare, serve_calls};
use super::caller::{Blocking, Caller, run_blocking};
use super::failure::Failure;
use super::figures::Figure;
use super::histogram::Histogram;
use super::job::{Job, Role, now};
use super::measure::rate;
use super::program;

/// How long all of them call before it counts: the first calls of hundreds of processes are all slow ones.
const WARM_UP: Duration = Duration::from_millis(250);
/// How long all of them call.
const WINDOW: Duration = Duration::from_millis(500);
/// How long before that they are told, for each of them: all have to have been told when the first begins.
const NOTICE: Duration = Duration::from_micros(300);
/// How long they may take to start and to report.
const PATIENCE: Duration = Duration::from_secs(60);
/// A thread that only serves a bare socket needs little.
const STACK: usize = 64 << 10;

/// Which calls count: from and to, by the clock that all processes share.
type Span = (u64, u64);

fn soon(renderers: u32) -> Span {
    let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let start = now() + nanoseconds(NOTICE * (renderers + 10) + WARM_UP);
    (start, start + nanoseconds(WINDOW))
}

fn figure(renderers: u32, histogram: Histogram) -> Figure {
    let calls = u32::try_from(histogram.count()).unwrap_or(u32::MAX);
    let per_s = rate(calls, u64::try_from(WINDOW.as_nanos()).unwrap_or(u64::MAX));
    Figure::Renderers { renderers, per_s, histogram }
}

/// Serves so many renderers, lets them begin when all are there, and prints what they have achieved together.
pub(super) fn serve(job: &Job, app: &App) -> Result<(), Failure> {
    let renderers = job.n;
    let (sender, results) = channel::<Result<Histogram, Failure>>();
    let (gate, span) = (Arc::new(tokio::sync::Barrier::new(renderers as usize)), Arc::new(OnceLock::new()));
    app.ipc_main().handle("go", move |_, ()| {
        let (gate, span) = (gate.clone(), span.clone());
        async move {
            gate.wait().await;
            Ok::<Span, _>(*span.get_or_init(|| soon(renderers)))
        }
    })?;
    let done = sender.clone();
    app.ipc_main().handle("measured", move |_, (text,): (String,)| {
        let _ = done.send(serde_json::from_str(&text).map_err(Failure::from));
        async { Ok(()) }
    })?;
    let mut contents = Vec::new();
    for _ in 0..renderers {
        let renderer = app.spawn_renderer(&program::renderer(job)?)?;
        let failed = sender.clone();
        renderer.on_gone(move |gone| {
            if gone.reason != GoneReason::CleanExit {
                let _ = failed.send(Err(format!("a renderer failed: {}", gone.text).into()));
            }
        });
        contents.push(renderer);
    }
    let mut sum = Histogram::default();
    for _ in 0..renderers {
        sum.add(&results.recv_timeout(PATIENCE).map_err(|_| "not all renderers have answered")??);
    }
    for renderer in contents {
        renderer.wait_gone()?;
    }
    figure(renderers, sum).print()
}

/// The renderer's part.
pub(super) fn call(ipc: &IpcRenderer) -> Result<(), Failure> {
    let mut caller = Blocking { ipc: ipc.clone(), invoke: false };
    let warm: Result<i32, _> = ipc.send_sync("add", (1, 2, 3));
    warm?;
    let span: Span = ipc.invoke_blocking("go", (), None)?;
    let text = serde_json::to_string(&during(span, &mut caller)?)?;
    ipc.invoke_blocking::<()>("measured", &(text,), None)?;
    ipc.close();
    Ok(())
}

/// Calls one after the other for that time.
fn during((start, end): Span, caller: &mut impl Caller) -> Result<Histogram, Failure> {
    let warm_up = u64::try_from(WARM_UP.as_nanos()).unwrap_or(u64::MAX);
    std::thread::sleep(Duration::from_nanos(start.saturating_sub(now()).saturating_sub(warm_up)));
    let mut times = Vec::new();
    run_blocking(async {
        loop {
            let (clock, begun) = (now(), Instant::now());
            if clock >= end {
                break;
            }
            let sum = caller.add(1, 2, 3).await?;
            if clock >= start {
                times.push(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
            }
            if sum != 6 {
                return Err(format!("1 + 2 + 3 is not {sum}").into());
            }
        }
        Ok(())
    })?;
    Ok(Histogram::of(&times))
}

/// The same with bare sockets: a process for each caller, a thread for each socket.
pub(super) fn serve_bare(job: &Job) -> Result<(), Failure> {
    let (gate, span) = (Arc::new(Barrier::new(job.n as usize)), Arc::new(OnceLock::new()));
    let mut children = Vec::new();
    for _ in 0..job.n {
        let (mut ours, theirs) = UnixStream::pair()?;
        let mut command = Command::new("/proc/self/exe");
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::piped()).args(job.args(Role::RawRenderer));
        children.push(command.spawn()?);
        drop(command); // and with it the child's end
        let (gate, span, renderers) = (gate.clone(), span.clone(), job.n);
        std::thread::Builder::new().stack_size(STACK).spawn(move || {
            ours.read_exact(&mut [0])?;
            gate.wait();
            let (start, end): Span = *span.get_or_init(|| soon(renderers));
            ours.write_all(&start.to_le_bytes())?;
            ours.write_all(&end.to_le_bytes())?;
            serve_calls(&mut ours)
        })?;
    }
    let mut sum = Histogram::default();
    for child in children {
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Err(format!("a bare measuring process failed: {}", output.status).into());
        }
        sum.add(&serde_json::from_slice(&output.stdout)?);
    }
    figure(job.n, sum).print()
}

/// The bare caller's part.
pub(super) fn call_bare(bare: &mut Bare) -> Result<(), Failure> {
    bare.socket.write_all(&[1])?;
    let (mut start, mut end) = ([0; 8], [0; 8]);
    bare.socket.read_exact(&mut start)?;
    bare.socket.read_exact(&mut end)?;
    let histogram = during((u64::from_le_bytes(start), u64::from_le_bytes(end)), bare)?;
    Ok(std::io::stdout().lock().write_all(serde_json::to_string(&histogram)?.as_bytes())?)
}
