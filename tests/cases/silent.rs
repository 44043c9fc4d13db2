//! A program of its own, built against the library from outside.
//! silent error|renderer|main: no subscriber for the log, as in the README's example. What of what goes wrong does a user see?
use main_proc::{App, IpcMainEvent, Program};
use std::time::Duration;

fn main() {
    renderer_proc::run_if_renderer(|renderer| {
        let kind = std::env::args().nth(1).unwrap();
        if kind == "error" {
            return Err("the config file is missing".to_string());
        }
        let setup = |ipc: &renderer_proc::IpcRenderer| ipc.on("typed", |_, (n,): (i64,)| println!("{n}")).forget();
        let ipc = renderer.connect(setup).map_err(|error| error.to_string())?;
        if kind == "main" {
            ipc.send_blocking("typed", ("a text",)).map_err(|error| error.to_string())?;
        }
        ipc.wait_closed().map_err(|error| error.to_string())?;
        Ok(())
    });
    let kind = std::env::args().nth(1).unwrap();
    let app = App::new();
    app.ipc_main().on("typed", |_: &IpcMainEvent, (n,): (i64,)| println!("{n}")).forget();
    let contents = app.spawn_renderer(&Program::current().unwrap().arg(&kind)).unwrap();
    if kind == "renderer" {
        contents.try_send("typed", ("a text",)).unwrap();
    }
    std::thread::sleep(Duration::from_millis(300));
    contents.close();
    contents.wait_gone().unwrap();
}
