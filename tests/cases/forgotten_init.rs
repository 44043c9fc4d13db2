//! A program of its own, built against the library from outside.
//! A main that does not begin with `renderer_proc::init`, so that its renderers are mains too. Ends by itself at depth 6.
use main_proc::{App, Program};

fn main() {
    let depth: u32 = std::env::var("CASE_DEPTH").map_or(0, |depth| depth.parse().unwrap());
    println!("depth {depth}");
    if depth == 6 {
        // Long enough for who counts the processes to see a chain of them.
        std::thread::sleep(std::time::Duration::from_secs(7));
        println!("outlived");
        return;
    }
    let app = App::new();
    match app.spawn_renderer(&Program::current().unwrap().env("CASE_DEPTH", (depth + 1).to_string())) {
        Ok(contents) => println!("told {depth} {}", contents.wait_gone().unwrap().text),
        Err(error) => println!("told {depth} {error}"),
    }
}
