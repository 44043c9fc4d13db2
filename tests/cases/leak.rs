//! A program of its own, built against the library from outside.
//! leak COUNT: a handler waits, for a dialog or a download; the renderer that asked dies. COUNT times.
use main_proc::{App, HandlerError, Program};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn main() {
    if let Some(renderer) = renderer_proc::init() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let ipc = renderer.connect(|_| {}).unwrap();
            let _ = ipc.invoke::<()>("dialog", ()).await;
        });
        return;
    }
    let count = std::env::args().nth(1).unwrap().parse().unwrap();
    let app = App::new();
    let (started, running) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (begin, live) = (started.clone(), running.clone());
    app.ipc_main().handle("dialog", move |event, ()| {
        begin.fetch_add(1, SeqCst);
        live.fetch_add(1, SeqCst);
        let mine = Running(live.clone());
        async move {
            let _kept = (mine, event);
            std::future::pending::<Result<(), HandlerError>>().await
        }
    }).unwrap();
    let before = descriptors();
    for i in 0..count {
        let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
        while started.load(SeqCst) <= i {
            std::thread::sleep(Duration::from_millis(1));
        }
        contents.kill();
        contents.wait_gone().unwrap();
    }
    // What handlers of the dead hold may be dropped a moment later: what is still there then has leaked.
    std::thread::sleep(Duration::from_secs(2));
    println!("left {} handlers, {} descriptors", running.load(SeqCst), descriptors().saturating_sub(before));
    std::process::exit(0);
}
