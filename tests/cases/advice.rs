//! A program of its own, built against the library from outside.
//! advice CASE: the text that a user gets when this goes wrong.
use main_proc::{App, Limits, Program};
use std::time::Duration;

fn limits(mib: u32) -> Limits {
    let mut limits = Limits::default();
    limits.frame = mib << 20;
    limits
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let case = std::env::var("CASE_ADVICE").unwrap_or_default();
    if let Some(renderer) = renderer_proc::init() {
        let setup = |ipc: &renderer_proc::IpcRenderer| {
            assert!(case != "panic in setup", "the setup failed");
            ipc.handle("take", |_, (_,): (String,)| async move { Ok(()) }).unwrap();
        };
        let _ipc = renderer.connect(setup).unwrap();
        std::future::pending::<()>().await;
    }
    let case = std::env::args().nth(1).unwrap();
    let me = Program::current().unwrap().env("CASE_ADVICE", &case);
    let app = App::with_limits(match case.as_str() {
        "too large for main" => limits(1),
        "too large for the renderer" => limits(200),
        _ => Limits::default(),
    });
    let text = match case.as_str() {
        "wrong cwd" => {
            let mut program = me;
            program.cwd = Some("/no/such/folder".into());
            app.spawn_renderer(&program).unwrap_err().to_string()
        }
        "NUL in a variable" => app.spawn_renderer(&me.env("CASE_VARIABLE", "x\0y")).unwrap_err().to_string(),
        "junk in place of hello" => {
            let junk = Program::new("/bin/sh").arg("-c").arg("echo hello >&0; sleep 20");
            app.spawn_renderer(&junk).unwrap().gone().await.text
        }
        "panic in setup" => app.spawn_renderer(&me).unwrap().gone().await.text,
        "killed before hello" => {
            let contents = app.spawn_renderer(&Program::new("/bin/sleep").arg("20")).unwrap();
            contents.kill();
            contents.gone().await.text
        }
        "closed before hello" => {
            let contents = app.spawn_renderer(&me).unwrap();
            contents.close();
            contents.gone().await.text
        }
        _ => {
            let contents = app.spawn_renderer(&me).unwrap();
            contents.ready().await.unwrap();
            let text = "x".repeat(if case.ends_with("main") { 2 << 20 } else { 70 << 20 });
            contents.invoke_within::<()>("take", (text,), Duration::from_secs(5)).await.unwrap_err().to_string()
        }
    };
    println!("text {text}");
    std::process::exit(0);
}
