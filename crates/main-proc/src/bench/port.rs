//! Calls from one renderer to another, over a message port that main has given them.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use main_proc::App;
use main_proc::gone::GoneReason;
use renderer_proc::{Port, PortMessage, Renderer};

use super::failure::Failure;
use super::figures::Figure;
use super::job::Job;
use super::program;

/// How long the whole series may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts two renderers, joins them by a channel and waits until one has measured.
pub(super) fn serve(job: &Job, app: &App) -> Result<(), Failure> {
    let (caller, answering) =
        (app.spawn_renderer(&program::renderer(job)?)?, app.spawn_renderer(&program::renderer(job)?)?);
    for renderer in [&caller, &answering] {
        renderer.wait_ready()?;
    }
    let (one, other) = main_proc::message_channel();
    answering.post_message("answer", (), vec![one])?;
    caller.post_message("call", (), vec![other])?;
    // The first call comes when both ports have been moved as a whole.
    caller.try_send("begin", ())?;
    let gone = caller.wait_gone()?;
    app.shut_down()?;
    if gone.reason == GoneReason::CleanExit {
        Ok(())
    } else {
        Err(format!("the measuring process failed: {}", gone.text).into())
    }
}

/// Either renderer's part; which one it is, main's message says.
pub(super) fn run(job: &Job, renderer: Renderer) -> Result<(), Failure> {
    let (calls, histogram) = (job.n as usize, job.histogram);
    let (done, measured) = channel();
    let first: Arc<Mutex<Vec<Arc<Port>>>> = Arc::default();
    let ipc = renderer.connect(|ipc| {
        let ports = first.clone();
        ipc.on("answer", |event, ()| event.take_ports().into_iter().for_each(answer)).forget();
        ipc.on("call", move |event, ()| {
            let called = event.take_ports().into_iter().map(|port| call(port, calls, done.clone()));
            ports.lock().unwrap_or_else(PoisonError::into_inner).extend(called);
        })
        .forget();
        ipc.on("begin", move |_, ()| {
            for port in first.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                // A failure shows as an answer that does not come.
                let _ = port.post(&(0, 1, 2));
            }
        })
        .forget();
    })?;
    // The answering process ends with its link.
    let times = match measured.recv_timeout(PATIENCE) {
        Ok(times) => times?,
        Err(_) => return Err("the other renderer has not answered everything".into()),
    };
    Figure::round_trip(times, histogram).print()?;
    ipc.close();
    Ok(())
}

/// Answers three integers with their sum, for as long as this process lives.
fn answer(port: Port) {
    let port = Arc::new(port);
    let reply = port.clone();
    port.on_message(move |message| {
        if let Ok((a, b, c)) = message.decode::<(i32, i32, i32)>() {
            // A port that is closed has nobody left who waits.
            let _ = reply.post(&(a + b + c));
        }
    });
}

/// Calls again as soon as an answer is there, on the thread that reads; tells all the times when there are enough.
/// Returns the port for the first call.
fn call(port: Port, calls: usize, done: Sender<Result<Vec<u64>, Failure>>) -> Arc<Port> {
    let port = Arc::new(port);
    let warm_up = calls / 10;
    let (mut times, mut number, mut start) = (Vec::with_capacity(calls), 0, Instant::now());
    let next = port.clone();
    let mut answered = move |message: PortMessage| -> Result<Option<Vec<u64>>, Failure> {
        let time = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let sum: i32 = message.decode()?;
        if sum != number + 3 {
            return Err(format!("{number} + 1 + 2 is not {sum}").into());
        }
        number += 1;
        if usize::try_from(number)? > warm_up {
            times.push(time);
        }
        if times.len() == calls {
            return Ok(Some(std::mem::take(&mut times)));
        }
        start = Instant::now();
        next.post(&(number, 1, 2))?;
        Ok(None)
    };
    port.on_message(move |message| {
        if let Some(result) = answered(message).transpose() {
            let _ = done.send(result);
        }
    });
    port
}
