//! A renderer that crashes is started again: the calls that were under way fail, the next ones find the new process.
//!
//! cargo run -p dipole --example supervisor

use std::error::Error;

use dipole::supervisor::{Policy, SupervisorEvent};
use dipole::{App, IpcRenderer, Program, Supervisor};

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(renderer) = dipole::init() {
        let setup = |ipc: &IpcRenderer| {
            ipc.handle("divide", |_, (a, b): (i64, i64)| async move {
                // What a C library would do.
                if b == 0 {
                    std::process::abort();
                }
                Ok(a / b)
            })
            .expect("the first handler");
        };
        renderer.connect(setup)?.wait_closed()?;
        return Ok(());
    }

    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let app = App::new();
        let divider = Supervisor::start(&app, Program::current()?, Policy::default(), |_renderer| {})?;
        let mut events = divider.events();

        let half: i64 = divider.invoke("divide", (6, 2)).await?;
        println!("6 / 2 = {half}");
        if let Err(error) = divider.invoke::<i64>("divide", (6, 0)).await {
            println!("6 / 0: {error}");
        }
        let third: i64 = divider.invoke("divide", (6, 3)).await?;
        println!("6 / 3 = {third}, by process {} of this supervisor", divider.epoch());

        divider.stop().await;
        while let Some(event) = events.next().await {
            match event {
                SupervisorEvent::Gone { epoch, gone } => println!("process {epoch} {}", gone.text),
                SupervisorEvent::Waiting { .. } => println!("the next one is started soon"),
                _ => {}
            }
        }
        Ok(())
    })
}
