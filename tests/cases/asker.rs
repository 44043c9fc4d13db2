//! A program of its own, built against the library from outside.
//! asker LAUNCHER COUNT: a main that asks its renderer, which is another program, and prints what becomes of that.
use main_proc::{App, CallError, Program, Value};
use std::time::Duration;

fn show<T: std::fmt::Debug>(what: &str, result: Result<T, CallError>) {
    match result {
        Ok(value) => println!("{what}: {value:?}"),
        Err(error) => println!("{what}: failed, {error}"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let launcher = std::env::args().nth(1).unwrap();
    let app = App::new();
    app.ipc_main().handle("echo", |_, (value,): (Value,)| async move { Ok(value) }).unwrap();
    let contents = app.spawn_renderer(&Program::new(launcher)).unwrap();
    let brief = Duration::from_secs(3);
    show("square", contents.invoke_within::<i64>("square", (7,), brief).await);
    show("fail", contents.invoke_within::<Value>("fail", (1,), brief).await);
    show("nobody", contents.invoke_within::<Value>("nobody", (1,), brief).await);
    show("later", contents.invoke_within::<Value>("later", (1,), Duration::from_millis(300)).await);
    show("a text for a number", contents.invoke_within::<i64>("text", (), brief).await);
    show("a status of failure without a value", contents.invoke_within::<i64>("empty failure", (), brief).await);
    show("an answer that is malformed", contents.invoke_within::<i64>("malformed", (), brief).await);
    show("square afterwards", contents.invoke_within::<i64>("square", (8,), brief).await);
    println!("send: {:?}", contents.send("hello", ("a", 1)).await.is_ok());
    tokio::task::spawn_blocking(move || println!("gone: {}", contents.wait_gone().unwrap().text)).await.unwrap();
}
