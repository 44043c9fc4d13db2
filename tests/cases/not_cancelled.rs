//! A program of its own, built against the library from outside.
//! A call with a deadline of 100 ms of a handler that takes 500: what becomes of the handler, in main and in a renderer?
use main_proc::{App, Program};
use std::time::Duration;

struct Work(&'static str, bool);

impl Drop for Work {
    fn drop(&mut self) {
        println!("{} {}", self.0, if self.1 { "ran to its end" } else { "was dropped" });
    }
}

async fn work(place: &'static str) {
    let mut work = Work(place, false);
    // The work, which is longer than its caller waits.
    tokio::time::sleep(Duration::from_millis(500)).await;
    work.1 = true;
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let brief = Duration::from_millis(100);
    if let Some(renderer) = renderer_proc::init() {
        let setup = |ipc: &renderer_proc::IpcRenderer| {
            ipc.handle("work", |_, ()| async { work("renderer").await; Ok(()) }).unwrap();
        };
        let ipc = renderer.connect(setup).unwrap();
        let _ = ipc.invoke_within::<()>("work", (), brief).await;
        ipc.send("next", ()).await.unwrap();
        std::future::pending::<()>().await;
    }
    let app = App::new();
    app.ipc_main().handle("work", |_, ()| async { work("main").await; Ok(()) }).unwrap();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    app.ipc_main().on("next", move |_, ()| tell.send(()).unwrap()).forget();
    let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
    told.recv().await;
    let _ = contents.invoke_within::<()>("work", (), brief).await;
    // And a future that is dropped.
    let _ = tokio::time::timeout(brief, contents.invoke::<()>("work", ())).await;
    // Work that nobody has cancelled would be done, and say so, within that.
    tokio::time::sleep(Duration::from_millis(900)).await;
    println!("end");
}
