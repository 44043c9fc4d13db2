//! A program of its own, built against the library from outside.
//! wrapped LAUNCHER WORDS...: a renderer that is started through a launcher which forks. `-c` as last word wants a script.
use main_proc::{App, Program};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Some(renderer) = renderer_proc::init() {
        let _ipc = renderer
            .connect(|ipc| ipc.handle("square", |_, (n,): (i64,)| async move { Ok(n * n) }).unwrap())
            .unwrap();
        std::future::pending::<()>().await;
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    println!("main {}", words.len());
    let Some((launcher, rest)) = words.split_first() else { return };
    let exe = std::env::current_exe().unwrap();
    let mut program = rest.iter().fold(Program::new(launcher), |program, word| program.arg(word));
    program = match rest.last().map(String::as_str) {
        Some("-c") => program.arg(format!("'{}'; true", exe.display())),
        _ => program.arg(exe),
    };
    let app = App::new();
    let contents = app.spawn_renderer(&program).unwrap();
    match contents.invoke::<i64>("square", (7,)).await {
        Ok(n) => println!("answer {n}"),
        Err(error) => println!("answer {error}"),
    }
    contents.kill();
}
