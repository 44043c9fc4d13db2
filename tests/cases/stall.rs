//! A program of its own, built against the library from outside.
//! 48 MiB for a main whose listener takes 3 s for the first of them, sent on a runtime of one thread: a ticker on the same
//! runtime tells how long that thread stood still.
use main_proc::{App, IpcMainEvent, Program};
use std::time::{Duration, Instant};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Some(renderer) = renderer_proc::init() {
        let ipc = renderer.connect(|_| {}).unwrap();
        let ticker = tokio::spawn(async {
            let (mut worst, mut last) = (Duration::ZERO, Instant::now());
            for _ in 0..200 {
                tokio::time::sleep(Duration::from_millis(5)).await;
                worst = worst.max(last.elapsed());
                last = Instant::now();
            }
            worst
        });
        tokio::task::yield_now().await;
        let text = "x".repeat(1 << 20);
        let (mut sent, mut failed) = (0, String::from("none"));
        for i in 0..48u32 {
            // Await what `send` gives here, once it gives a future.
            match tokio::time::timeout(Duration::from_millis(500), ipc.send("pile", (i, &text))).await {
                Ok(Ok(())) => sent += 1,
                Ok(Err(error)) => failed = error.to_string(),
                Err(_) => failed = "timeout".into(),
            }
        }
        println!("pause {} {sent} of 48 sent, the last failure: {failed}", ticker.await.unwrap().as_millis());
        std::process::exit(0);
    }
    let app = App::new();
    let slow = |_: &IpcMainEvent, (i, _): (u32, String)| if i == 0 { std::thread::sleep(Duration::from_secs(3)) };
    app.ipc_main().on("pile", slow).forget();
    let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
    tokio::task::spawn_blocking(move || contents.wait_gone()).await.unwrap();
}
