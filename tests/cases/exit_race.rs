//! A program of its own, built against the library from outside.
//! exit_race COUNT: renderers that end with code 42, right after they have said goodbye. How main sees their ends, counted.
use main_proc::{App, Program};

fn main() {
    if let Some(renderer) = renderer_proc::init() {
        let ipc = renderer.connect(|_| {}).unwrap();
        ipc.send_blocking("x", (1,)).unwrap();
        ipc.close();
        std::process::exit(42);
    }
    let app = App::new();
    let count: u32 = std::env::args().nth(1).unwrap().parse().unwrap();
    let right = (0..count).filter(|_| app.spawn_renderer(&Program::current().unwrap()).unwrap().wait_gone().unwrap().exit_code == 42).count();
    println!("code 42: {right}");
}
