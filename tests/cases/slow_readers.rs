//! A program of its own, built against the library from outside.
//! slow_readers COUNT MIB: COUNT renderers that read nothing; main offers each of them so many MiB and prints what it is told.
use main_proc::{App, Program};
use std::time::Duration;

fn main() {
    if let Some(renderer) = renderer_proc::init() {
        // A task of a runtime that never runs is what reads: nothing is read.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _inside = runtime.enter();
        let _ipc = renderer.connect(|_| {}).unwrap();
        loop {
            std::thread::sleep(Duration::from_secs(60));
        }
    }
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<usize>().unwrap());
    let (count, mib) = (args.next().unwrap(), args.next().unwrap());
    let app = App::new();
    let all: Vec<_> = (0..count).map(|_| app.spawn_renderer(&Program::current().unwrap()).unwrap()).collect();
    for contents in &all {
        contents.wait_ready().unwrap();
    }
    println!("ready");
    std::thread::sleep(Duration::from_secs(1));
    let text = "x".repeat(65_536);
    let (mut sent, mut failed, mut first) = (0, 0, String::new());
    for _ in 0..mib * 16 {
        for contents in &all {
            match contents.try_send("x", (&text,)) {
                Ok(()) => sent += 1,
                Err(error) => {
                    failed += 1;
                    if first.is_empty() { first = error.to_string() }
                }
            }
        }
    }
    println!("offered {sent} sent, {failed} failed {first}");
    std::thread::sleep(Duration::from_secs(60));
}
