//! A renderer behind a launcher that carries bytes, which may lead to another machine, and what it prints there.
//!
//! cargo run -p dipole --example remote
//! cargo run -p dipole --example remote -- ssh host env DIPOLE_LINK=stdio ./remote

use std::error::Error;

use dipole::{App, IpcRenderer, Output, Program};

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(renderer) = dipole::init() {
        // Standard output is the link: this goes to standard error.
        println!("multiplying elsewhere");
        let setup = |ipc: &IpcRenderer| {
            ipc.handle("multiply", |_event, (a, b): (i64, i64)| async move { Ok(a * b) }).expect("the first handler");
        };
        renderer.connect(setup)?.wait_closed()?;
        return Ok(());
    }

    let mut words = std::env::args_os().skip(1);
    let launcher = match words.next() {
        Some(program) => Program::new(program).args(words),
        // A shell hands the variable on that main gives it.
        None => Program::new("sh").args([
            "-c".into(),
            "cat | \"$0\" | cat".into(),
            std::env::current_exe()?.into_os_string(),
        ]),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let app = App::new();
        let far = app.spawn_renderer(&launcher.over_stdio().stderr(Output::Lines))?;
        let mut lines = far.output().ok_or("its standard error is read by line")?;
        println!("6 x 7 = {}", far.invoke::<i64>("multiply", (6, 7)).await?);
        if let Some(line) = lines.next().await {
            println!("it says: {}", line.text);
        }

        let lost = Program::new("sh").args(["-c", "echo no such host >&2; exit 255"]).over_stdio().stderr(Output::Null);
        let error = app.spawn_renderer(&lost)?.invoke::<i64>("multiply", (6, 7)).await.err();
        let ended = error.as_ref().and_then(dipole::CallError::ended).ok_or("it has not ended")?;
        println!("code {}: {}", ended.exit_code, error.map(|error| error.to_string()).unwrap_or_default());
        Ok(())
    })
}
