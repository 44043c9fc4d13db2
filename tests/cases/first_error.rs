//! A program of its own, built against the library from outside.
//! A renderer ends in the middle of a call: by a signal, by an exit code, by a panic. What does the caller learn, and does
//! `is_gone` agree with it at once?
use main_proc::{App, Program};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Some(renderer) = renderer_proc::init() {
        std::panic::set_hook(Box::new(|_| std::process::exit(101)));
        let setup = |ipc: &renderer_proc::IpcRenderer| {
            ipc.handle("end", |_, (how,): (String,)| async move {
                match how.as_str() {
                    "abort" => std::process::abort(),
                    "exit 3" => std::process::exit(3),
                    _ => std::future::pending::<Result<(), main_proc::HandlerError>>().await,
                }
            })
            .unwrap();
        };
        let _ipc = renderer.connect(setup).unwrap();
        std::future::pending::<()>().await;
    }
    let app = App::new();
    for how in ["signal 9", "abort", "exit 3"] {
        for _ in 0..10 {
            let contents = app.spawn_renderer(&Program::current().unwrap()).unwrap();
            contents.ready().await.unwrap();
            if how == "signal 9" {
                let pid = contents.os_process_id().to_string();
                std::process::Command::new("sh").args(["-c", "sleep 0.05; kill -9 $0", &pid]).spawn().unwrap();
            }
            let error = contents.invoke::<()>("end", (how,)).await.unwrap_err();
            println!("{how} | {} | {error}", contents.is_gone());
            contents.gone().await;
        }
    }
}
