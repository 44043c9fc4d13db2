//! A program of its own, built against the library from outside.
//! How often is an argument serialised for one call?
use main_proc::{App, Program};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

static SERIALISED: AtomicU32 = AtomicU32::new(0);

struct Loud;

impl serde::Serialize for Loud {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SERIALISED.fetch_add(1, SeqCst);
        serializer.serialize_str("loud")
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Some(renderer) = renderer_proc::init() {
        let _ipc = renderer
            .connect(|ipc| ipc.handle("length", |_, (text,): (String,)| async move { Ok(text.len()) }).unwrap())
            .unwrap();
        std::future::pending::<()>().await;
    }
    let app = App::new();
    let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
    contents.invoke::<usize>("length", (Loud,)).await.unwrap();
    println!("in a tuple {}", SERIALISED.swap(0, SeqCst));
    contents.invoke::<usize>("length", &(Loud,)).await.unwrap();
    println!("alone {}", SERIALISED.swap(0, SeqCst));
    contents.send("x", (Loud,)).await.unwrap();
    println!("by send {}", SERIALISED.swap(0, SeqCst));
    contents.kill();
}
