//! Limits on what one renderer may make main hold: counted, with limits that are small.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use main_proc::{App, HandlerError, IpcMainEvent, Port, Program};
use serde_bytes::ByteBuf;

use super::{FIXTURE, Limits, PATIENCE, at_rust_main, at_script_main, limits};

/// A handler that never answers, and how many have been begun.
fn wait(app: &App, begun: &Arc<AtomicUsize>) {
    let begun = Arc::clone(begun);
    app.ipc_main()
        .handle("wait", move |_, ()| {
            begun.fetch_add(1, Ordering::Relaxed);
            pending::<Result<(), HandlerError>>()
        })
        .expect("the first handler");
}

/// The same; a promise that nobody could settle any more would be answered.
const WAIT: &str = "let begun = 0
    const kept = []
    ipcMain.handle('wait', () => { begun++; return new Promise((settle) => kept.push(settle)) })
    app.on('quit', () => console.log('begun', begun))";

#[test]
fn requests_in_flight_are_limited_at_a_rust_main() {
    let begun = Arc::default();
    let few = limits(|limits| limits.in_flight = 16);
    assert_eq!(at_rust_main("CALL:wait:20", few, |app| wait(app, &begun)), "Busy 4");
    assert_eq!(begun.load(Ordering::Relaxed), 16);
}

#[test]
fn requests_in_flight_are_limited_at_a_script_main() {
    let few = limits(|limits| limits.in_flight = 16);
    assert_eq!(at_script_main("CALL:wait:20", few, WAIT), ("Busy 4".into(), "begun 16\n".into()));
}

/// Counts those that are there.
struct There(Arc<AtomicUsize>);

impl Drop for There {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn calls_that_are_cancelled_at_once_leave_no_handler_behind_in_a_rust_main() {
    let (there, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, highest) = (Arc::clone(&there), Arc::clone(&most));
    let few = limits(|limits| limits.cancelled = 8);
    let verdict = at_rust_main("CANCEL:wait:10000", few, |app| {
        app.ipc_main()
            .handle("wait", move |_, ()| {
                highest.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let there = There(Arc::clone(&counted));
                async move {
                    let _there = there;
                    pending::<Result<(), HandlerError>>().await
                }
            })
            .expect("the first handler");
    });
    // Each is aborted with its call; one that has not been dropped yet counts as cancelled, and 8 of those may be.
    assert!(verdict.is_empty() || verdict.starts_with("Busy "), "{verdict}");
    assert!(most.load(Ordering::SeqCst) <= 16, "{most:?}");
}

#[test]
fn calls_that_are_cancelled_at_once_are_limited_at_a_script_main_whose_handlers_go_on() {
    let few = limits(|limits| limits.cancelled = 8);
    let (_, printed) = at_script_main("CANCEL:wait:10000", few, WAIT);
    let begun: usize = printed.trim_start_matches("begun ").trim().parse().expect("a number");
    assert!((8..=9).contains(&begun), "{begun}");
}

/// The head of a frame of a thousand bytes, and a few of them.
const BEGUN: &str = "e8030000030001";

fn short_time() -> Limits {
    limits(|limits| limits.frame_time = std::time::Duration::from_millis(100))
}

#[test]
fn a_frame_that_is_not_finished_closes_the_link_of_a_rust_main() {
    assert_eq!(at_rust_main(&format!("{BEGUN} READ"), short_time(), |_| {}), "closed 15");
}

#[test]
fn a_frame_that_is_not_finished_closes_the_link_of_a_script_main() {
    assert_eq!(at_script_main(&format!("{BEGUN} READ"), short_time(), "").0, "closed 15");
}

#[test]
fn many_large_answers_at_once_all_arrive_from_a_rust_main() {
    let verdict = at_rust_main("CALL:large:300", Limits::default(), |app| {
        app.ipc_main()
            .handle("large", |_, ()| async { Ok(ByteBuf::from(vec![0; 300_000])) })
            .expect("the first handler");
    });
    assert_eq!(verdict, "Ok 300");
}

#[test]
fn many_large_answers_at_once_all_arrive_from_a_script_main() {
    let script = "const file = new Uint8Array(300000); ipcMain.handle('large', () => file)";
    assert_eq!(at_script_main("CALL:large:300", Limits::default(), script).0, "Ok 300");
}

#[test]
fn what_a_rust_main_sends_before_a_renderer_says_hello_is_limited() {
    let app = App::with_limits(limits(|limits| limits.queued = 4 << 20));
    let silent = app.spawn_renderer(&Program::new(FIXTURE).arg("silent")).expect("the fixture starts");
    let bytes = ByteBuf::from(vec![0; 100_000]);
    let taken = (0..1000).take_while(|_| silent.try_send("data", (&bytes,)).is_ok()).count();
    assert!((30..=60).contains(&taken), "{taken}");
    silent.kill();
}

#[test]
fn what_a_script_main_sends_before_a_renderer_says_hello_is_limited() {
    let script = "app.whenReady().then(() => {
          const { webContents } = new BrowserWindow()
          const bytes = new Uint8Array(100000)
          let taken = 0
          while (taken < 1000 && webContents.send('data', bytes) !== false) taken++
          console.log(taken >= 30 && taken <= 60)
          app.exit()
        })";
    let renderer = Program::new(FIXTURE).arg("silent");
    let main = format!("const {{ app, BrowserWindow }} = require('electron'); {script}");
    assert_eq!(super::printed(&main, renderer, limits(|limits| limits.queued = 4 << 20)), "true\n");
}

#[test]
fn what_waits_at_a_port_that_a_rust_main_does_not_listen_to_is_limited() {
    let kept = Arc::new(Mutex::new(None::<Port>));
    let keep = Arc::clone(&kept);
    let few = limits(|limits| limits.queued = 1 << 20);
    let app = App::with_limits(few);
    app.ipc_main().handle("echo", |_, (number,): (i64,)| async move { Ok(number) }).expect("the first handler");
    app.ipc_main()
        .on("port", move |event: &IpcMainEvent, _: Vec<main_proc::Value>| {
            *keep.lock().expect("unpoisoned") = event.take_ports().pop();
        })
        .forget();
    // No credit, as its handshake has none; 10 MB in all.
    let (program, place) = super::by_hand("PORT:100:100000");
    let contents = app.spawn_renderer(&program).expect("the fixture starts");
    assert_eq!(ipc_tests::raw::verdict(&place), "PortClose 1");
    let port = kept.lock().expect("unpoisoned").take().expect("it has come");
    let (sender, got) = mpsc::channel();
    let end = sender.clone();
    port.on_close(move || end.send(None).expect("the test waits"));
    port.on_message(move |message| {
        sender.send(Some(message.decode::<ByteBuf>().expect("bytes").len())).expect("the test waits");
    });
    let mut count = 0;
    while let Some(length) = got.recv_timeout(PATIENCE).expect("an end") {
        assert_eq!(length, 100_000);
        count += 1;
    }
    assert!((10..=12).contains(&count), "{count}");
    contents.kill();
}

#[test]
fn what_waits_at_a_port_that_a_script_main_does_not_listen_to_is_limited() {
    let script = "let kept
        ipcMain.on('port', (event) => { kept = event.ports[0] })
        app.removeAllListeners('render-process-gone')
        app.on('render-process-gone', () => {
          let count = 0
          kept.on('message', ({ data }) => { if (data.length === 100000) count++ })
          kept.on('close', () => { console.log(count >= 10 && count <= 12); app.exit() })
          kept.start()
        })";
    let few = limits(|limits| limits.queued = 1 << 20);
    assert_eq!(at_script_main("PORT:100:100000", few, script), ("PortClose 1".into(), "true\n".into()));
}
