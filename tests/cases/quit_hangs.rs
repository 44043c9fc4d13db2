//! A program of its own, built against the library from outside.
//! quit_hangs shut_down|wait_gone: the commonest message of all: a renderer asks the app to quit, and a listener does it.
use main_proc::{App, IpcMainEvent, Program};
use std::sync::mpsc;
use std::time::{Duration, Instant};

fn main() {
    let how = std::env::args().nth(1).unwrap_or_default();
    if let Some(renderer) = renderer_proc::init() {
        let ipc = renderer.connect(|_| {}).unwrap();
        ipc.send_blocking("quit", ()).unwrap();
        ipc.wait_closed().unwrap();
        return;
    }
    let app = App::new();
    let (tell, told) = mpsc::channel();
    let quitting = app.clone();
    app.ipc_main().on("quit", move |event: &IpcMainEvent, ()| {
        match how.as_str() {
            "shut_down" => eprintln!("{:?}", quitting.shut_down()),
            _ => {
                event.sender().kill();
                eprintln!("{:?}", event.sender().wait_gone());
            }
        }
        tell.send(()).unwrap();
    }).forget();
    let start = Instant::now();
    let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
    let returned = told.recv_timeout(Duration::from_secs(6)).is_ok();
    println!("returned {returned} {}", start.elapsed().as_millis());
    std::thread::sleep(Duration::from_millis(500));
    println!("gone {}", contents.is_gone());
    std::process::exit(0);
}
