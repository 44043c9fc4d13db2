//! A program of its own, built against the library from outside.
//! Sixteen renderers: idle, in an endless handler, blocked in send_sync, and to be stopped, in turn. Prints their processes.
use main_proc::{App, IpcMainEvent, Program};
use std::sync::Mutex;
use std::time::Duration;

fn main() {
    if let Some(renderer) = renderer_proc::init() {
        let ipc = renderer.connect(|ipc| {
            ipc.handle("spin", |_, ()| async { loop { std::hint::spin_loop() } #[allow(unreachable_code)] Ok(()) }).unwrap();
        }).unwrap();
        if std::env::args().nth(1).as_deref() == Some("2") {
            let _ = ipc.send_sync::<()>("hang", &());
        }
        ipc.wait_closed().unwrap();
        return;
    }
    let app = App::new();
    let kept = Mutex::new(Vec::<IpcMainEvent>::new());
    app.ipc_main().on("hang", move |event: &IpcMainEvent, ()| kept.lock().unwrap().push(event.clone())).forget();
    let mut pids = Vec::new();
    for i in 0..16 {
        let contents = app.spawn_renderer(&Program::current().unwrap().arg((i % 4).to_string())).unwrap();
        contents.wait_ready().unwrap();
        pids.push(contents.os_process_id().to_string());
        if i % 4 == 1 {
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let _ = runtime.block_on(contents.invoke::<()>("spin", ()));
            });
        }
    }
    // Renderers spin and handlers wait by now; nobody is told when.
    std::thread::sleep(Duration::from_millis(400));
    println!("pids {}", pids.join(" "));
    // Main is killed by whoever started it.
    std::thread::sleep(Duration::from_secs(60));
}
