//! A program of its own, built against the library from outside.
//! crowd COUNT: starts COUNT renderers, ends those that could be started, and waits until they are gone.
use main_proc::{App, Program};
use std::time::Duration;

fn main() {
    if let Some(renderer) = renderer_proc::init() {
        // Read by a task of a runtime on this thread, so that it needs no thread besides.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let _ipc = renderer.connect(|_| {}).unwrap();
            std::future::pending::<()>().await;
        });
    }
    let count = std::env::args().nth(1).unwrap().parse().unwrap();
    let app = App::new();
    let (mut errors, mut threads) = (0, 0);
    for _ in 0..count {
        if let Err(error) = app.spawn_renderer(&Program::current().unwrap()) {
            errors += 1;
            threads += usize::from(error.to_string().contains("thread"));
        }
    }
    let all = app.renderers();
    println!("started {}, {errors} errors, {threads} of them about a thread", all.len());
    for contents in &all {
        contents.kill();
    }
    for contents in &all {
        contents.wait_gone().unwrap();
    }
    println!("gone");
    // Main is looked at, and killed, by whoever started it.
    std::thread::sleep(Duration::from_secs(30));
}
