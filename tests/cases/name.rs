//! A program of its own, built against the library from outside.
//! What ps(1) calls a renderer of this program.
use main_proc::{App, Program};

fn main() {
    if let Some(renderer) = renderer_proc::init() {
        renderer.connect(|_| {}).unwrap().wait_closed().unwrap();
        return;
    }
    let app = App::new();
    let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
    contents.wait_ready().unwrap();
    let of = |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", contents.os_process_id())).unwrap();
    println!("comm {}", of("comm").trim());
    println!("cmdline {}", of("cmdline").split('\0').next().unwrap_or(""));
    contents.kill();
}
