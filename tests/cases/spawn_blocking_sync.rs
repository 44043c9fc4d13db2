//! A program of its own, built against the library from outside.
//! Where can a renderer with a tokio runtime call `send_sync`?
use main_proc::{App, IpcMainEvent, Program};
use renderer_proc::IpcRenderer;

fn ask(ipc: &IpcRenderer, place: &str) {
    match ipc.send_sync::<i64>("twice", &(21,)) {
        Ok(n) => println!("{place}: {n}"),
        Err(error) => println!("{place}: {error}"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Some(renderer) = renderer_proc::init() {
        let ipc = renderer.connect(|_| {}).unwrap();
        let blocking = ipc.clone();
        tokio::task::spawn_blocking(move || ask(&blocking, "spawn_blocking")).await.unwrap();
        let thread = ipc.clone();
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || { ask(&thread, "a thread"); tell.send(()).unwrap() });
        told.await.unwrap();
        ask(&ipc, "the runtime's thread");
        std::process::exit(0);
    }
    let app = App::new();
    app.ipc_main().on("twice", |event: &IpcMainEvent, (n,): (i64,)| event.set_return_value(&(n * 2)).unwrap()).forget();
    let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
    tokio::task::spawn_blocking(move || contents.wait_gone()).await.unwrap();
}
