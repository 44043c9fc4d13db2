//! A program of its own, built against the library from outside.
//! leak COUNT: a handler waits, for a dialog or a download; the renderer that asked dies. COUNT times.
use main_proc::{App, HandlerError, Program};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

/// Tells when it is dropped.
struct Kept(Sender<()>);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.send(());
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
    let count: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let app = App::new();
    let ((begin, begun), (end, ended)) = (channel(), channel());
    app.ipc_main().handle("dialog", move |event, ()| {
        begin.send(()).unwrap();
        let kept = Kept(end.clone());
        async move {
            // What is told last is dropped last.
            let _kept = (event, kept);
            std::future::pending::<Result<(), HandlerError>>().await
        }
    }).unwrap();
    let before = descriptors();
    for _ in 0..count {
        let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
        begun.recv().unwrap();
        contents.kill();
        contents.wait_gone().unwrap();
    }
    // What handlers of the dead hold may be dropped a moment later: what is still there after two seconds has leaked.
    let until = Instant::now() + Duration::from_secs(2);
    let ends = || ended.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok();
    let left = count - (0..count).take_while(|_| ends()).count();
    println!("left {left} handlers, {} descriptors", descriptors().saturating_sub(before));
    std::process::exit(0);
}
