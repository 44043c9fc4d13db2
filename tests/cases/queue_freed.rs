//! A program of its own, built against the library from outside.
//! A renderer that does not read, with a full queue, is killed; a handle to it is kept. Prints main's memory in MiB before,
//! with the queue, and 3 s after its end.
use main_proc::{App, Program};
use std::time::Duration;

fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn main() {
    if let Some(renderer) = renderer_proc::init() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _inside = runtime.enter();
        let _ipc = renderer.connect(|_| {}).unwrap();
        loop {
            // A renderer that never reads, so that what is sent to it waits.
            std::thread::sleep(Duration::from_secs(60));
        }
    }
    let app = App::new();
    let all: Vec<_> = (0..4).map(|_| app.spawn_renderer(&Program::current().unwrap()).unwrap()).collect();
    for contents in &all {
        contents.wait_ready().unwrap();
    }
    let before = memory();
    let text = "x".repeat(65_536);
    for contents in &all {
        while contents.try_send("x", (&text,)).is_ok() {}
    }
    let full = memory();
    for contents in &all {
        contents.kill();
        contents.wait_gone().unwrap();
    }
    // What is dropped a moment after the end is no leak.
    std::thread::sleep(Duration::from_secs(3));
    println!("memory {before} {full} {}", memory());
    drop(all);
}
