//! The serving process: an application that answers one renderer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use main_proc::App;
use main_proc::gone::GoneReason;

use super::caller::{Bytes, Item};
use super::failure::Failure;
use super::job::{Job, PIN_PARENT, pin};
use super::workload::Workload;
use super::{Api, idle, many, port, program, script};

/// Serves one renderer until it has printed its figures and ended.
pub(super) fn run(job: &Job) -> Result<(), Failure> {
    pin(PIN_PARENT)?;
    if job.api == Api::Js {
        return script::run(job);
    }
    let app = App::new();
    answer(&app)?;
    match job.workload {
        Workload::Renderers => return many::serve(job, &app),
        Workload::Port => return port::serve(job, &app),
        Workload::OneMore => return idle::one_more(job, &app),
        Workload::Idle => return idle::many(job, &app),
        _ => {}
    }
    let gone = app.spawn_renderer(&program::renderer(job)?)?.wait_gone()?;
    if gone.reason == GoneReason::CleanExit {
        Ok(())
    } else {
        Err(format!("the measuring process failed: {}", gone.text).into())
    }
}

/// Answers everything that workloads ask, by `invoke` as by `send_sync`.
pub(super) fn answer(app: &App) -> Result<(), Failure> {
    let ipc = app.ipc_main();
    ipc.handle("add", |_, (a, b, c): (i32, i32, i32)| async move { Ok(a + b + c) })?;
    ipc.handle("echo", |_, (bytes,): (ipc_proto::bytes::Bytes,)| async move { Ok(bytes) })?;
    ipc.handle("echo-text", |_, (text,): (String,)| async move { Ok(text) })?;
    ipc.handle("echo-records", |_, (records,): (Vec<Item>,)| async move { Ok(records) })?;
    let ticks = Arc::new(AtomicU32::new(0));
    let asked = ticks.clone();
    ipc.handle("ticks", move |_, ()| {
        let count = asked.swap(0, Ordering::Relaxed);
        async move { Ok(count) }
    })?;
    let asked = ticks.clone();
    ipc.on("tick", move |_, (message,): (Bytes<Vec<u8>>,)| {
        if message.0.len() == super::caller::MESSAGE.len() {
            ticks.fetch_add(1, Ordering::Relaxed);
        }
    })
    .forget();
    // A value that cannot be encoded is told to the caller as well.
    ipc.on("add", |event, (a, b, c): (i32, i32, i32)| drop(event.set_return_value(a + b + c))).forget();
    ipc.on("echo", |event, (bytes,): (ipc_proto::bytes::Bytes,)| drop(event.set_return_value(&bytes))).forget();
    ipc.on("echo-text", |event, (text,): (String,)| drop(event.set_return_value(&text))).forget();
    ipc.on("echo-records", |event, (records,): (Vec<Item>,)| drop(event.set_return_value(&records))).forget();
    ipc.on("ticks", move |event, ()| drop(event.set_return_value(asked.swap(0, Ordering::Relaxed)))).forget();
    Ok(())
}
