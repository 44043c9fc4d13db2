//! What others notice of a renderer that floods or does not read, and the order of what one says.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use main_proc::{App, IpcMainEvent, Program};
use serde_bytes::ByteBuf;

use super::{FIXTURE, Limits, MAIN, PATIENCE, at_rust_main, at_script_main, by_hand, limits, printed};

/// How many answers of 64 KiB a renderer may have caused that reads none: what main queues, and what a socket holds.
const UNREAD: usize = 200;

#[test]
fn a_renderer_that_reads_no_answers_is_not_read_by_a_rust_main() {
    let app = App::with_limits(limits(|limits| limits.queued = 1 << 20));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    app.ipc_main()
        .handle("large", move |_, ()| {
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok(ByteBuf::from(vec![0; 1 << 16])) }
        })
        .expect("the first handler");
    let other = app.spawn_renderer(&Program::new(FIXTURE)).expect("the fixture starts");
    let (program, _) = by_hand("CALL:large:2000 STAY");
    let greedy = app.spawn_renderer(&program).expect("the fixture starts");
    let until = Instant::now() + PATIENCE;
    while asked.load(Ordering::SeqCst) < 16 {
        assert!(Instant::now() < until, "{asked:?}");
        std::thread::yield_now();
    }
    // Time enough for main to handle the rest of them, if it did.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    for number in 0..500_i64 {
        let answer = runtime.block_on(other.invoke_within::<i64>("double", (number,), PATIENCE));
        assert_eq!(answer, Ok(number * 2));
    }
    assert!(asked.load(Ordering::SeqCst) <= UNREAD, "{asked:?}");
    greedy.kill();
}

#[test]
fn a_renderer_that_reads_no_answers_is_not_read_by_a_script_main() {
    let (program, _) = by_hand("CALL:large:2000 STAY");
    let main = format!(
        "const {{ app, BrowserWindow, ipcMain }} = require('electron')
        const answer = new Uint8Array(65536)
        let asked = 0, turns = 0
        ipcMain.handle('large', () => {{ asked++; return answer }})
        const turn = () => {{
          if (asked >= 16 && ++turns === 500) {{ console.log(asked <= {UNREAD}); return app.exit() }}
          setTimeout(turn, 1)
        }}
        app.whenReady().then(() => {{ new BrowserWindow().loadURL('data:text/html,').catch(() => {{}}); turn() }})"
    );
    assert_eq!(printed(&main, program, limits(|limits| limits.queued = 1 << 20)), "true\n");
}

/// A Rust main's twin is row 16 of `faults.rs`.
#[test]
fn a_page_that_floods_a_script_main_does_not_keep_others_from_being_answered() {
    let main = "const { app, BrowserWindow, ipcMain } = require('electron')
        app.on('window-all-closed', () => {})
        let floods = 0
        ipcMain.on('flood', () => { floods++ })
        ipcMain.handle('add', (event, a, b) => a + b)
        ipcMain.on('done', (event, sum) => { console.log(sum, floods > 0); app.exit() })
        const show = (script) => {
          const { webContents } = new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } })
          webContents.loadURL(`data:text/html,<script>const { ipcRenderer } = require('electron'); ${script}</script>`)
            .catch(() => {})
        }
        ipcMain.once('flood', () => show(`(async () => {
          let sum = 0
          for (let i = 0; i < 50; i++) sum = await ipcRenderer.invoke('add', sum, 1)
          ipcRenderer.send('done', sum)
        })()`))
        app.whenReady().then(() => show('const bytes = new Uint8Array(1000); for (;;) ipcRenderer.send(\"flood\", bytes)'))";
    assert_eq!(printed(main, Program::new(MAIN).arg("--type=renderer"), Limits::default()), "50 true\n");
}

#[test]
fn port_messages_and_others_keep_one_order_at_a_rust_main() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (from_port, from_link) = (Arc::clone(&seen), Arc::clone(&seen));
    let verdict = at_rust_main("TURNS:100", Limits::default(), |app| {
        app.ipc_main()
            .on("port", move |event: &IpcMainEvent, _: Vec<main_proc::Value>| {
                let seen = Arc::clone(&from_port);
                let port = event.take_ports().remove(0);
                port.on_message(move |message| {
                    seen.lock().expect("unpoisoned").push(message.decode::<i64>().expect("a number"));
                });
                std::mem::forget(port);
            })
            .forget();
        app.ipc_main()
            .on("sink", move |_: &IpcMainEvent, (number,): (i64,)| {
                from_link.lock().expect("unpoisoned").push(number);
            })
            .forget();
    });
    assert_eq!(verdict, "");
    assert_eq!(*seen.lock().expect("unpoisoned"), (0..100).collect::<Vec<_>>());
}

#[test]
fn port_messages_and_others_keep_one_order_at_a_script_main() {
    let script = "const seen = []
        ipcMain.on('port', ({ ports: [port] }) => { port.on('message', ({ data }) => seen.push(data)); port.start() })
        ipcMain.on('sink', (event, number) => seen.push(number))
        app.on('quit', () => console.log(seen.length, seen.every((number, at) => number === at)))";
    let (verdict, printed) = at_script_main("TURNS:100", Limits::default(), script);
    assert_eq!((verdict.as_str(), printed.as_str()), ("", "100 true\n"));
}
