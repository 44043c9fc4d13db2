//! A program of its own, built against the library from outside.
//! A call on a runtime that has no timer.
use main_proc::{App, Program};

fn main() {
    if let Some(renderer) = renderer_proc::init() {
        renderer
            .connect(|ipc| ipc.handle("square", |_, (n,): (i64,)| async move { Ok(n * n) }).unwrap())
            .unwrap()
            .wait_closed()
            .unwrap();
        return;
    }
    let app = App::new();
    let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    match runtime.block_on(contents.invoke::<i64>("square", (7,))) {
        Ok(n) => println!("answer {n}"),
        Err(error) => println!("answer {error}"),
    }
    contents.kill();
}
