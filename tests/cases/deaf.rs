//! A program of its own, built against the library from outside.
//! A renderer that waits with `wait_closed` on the one thread of its runtime, as the docs of `init` and the README put
//! together suggest. Can main still ask it, and end it?
use main_proc::{App, Program};
use std::time::{Duration, Instant};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Some(renderer) = renderer_proc::init() {
        let ipc = renderer
            .connect(|ipc| ipc.handle("square", |_, (n,): (i64,)| async move { Ok(n * n) }).unwrap())
            .unwrap();
        if let Err(error) = ipc.wait_closed() { eprintln!("{error}"); ipc.closed().await; }
        return;
    }
    let app = App::new();
    let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
    let start = Instant::now();
    match contents.invoke_within::<i64>("square", (7,), Duration::from_secs(3)).await {
        Ok(n) => println!("answer {} {n}", start.elapsed().as_millis()),
        Err(error) => println!("answer {} {error}", start.elapsed().as_millis()),
    }
    let start = Instant::now();
    app.close(Duration::from_secs(2)).await;
    println!("ended {} {}", start.elapsed().as_millis(), contents.gone().await.text);
}
