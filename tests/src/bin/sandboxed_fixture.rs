//! A renderer that comes to its sandbox in the way that its first argument says, and tells main what it has.

use std::fs::File;

fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    if mode == "with-a-thread" {
        std::thread::spawn(std::thread::park);
    }
    // Which a careful program would not do before `init`.
    std::mem::forget(File::open("/proc/self/exe").expect("a file"));
    let renderer = match renderer_proc::try_init() {
        Ok(renderer) => renderer.expect("started by a test"),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(3);
        }
    };
    let reached = renderer.sandbox().clone();
    let setup = move |ipc: &renderer_proc::IpcRenderer| {
        let (text, missing) = (reached.to_string(), reached.missing().to_vec());
        ipc.handle("reached", move |_, ()| std::future::ready(Ok((text.clone(), missing.clone())))).expect("the first");
        ipc.handle(
            "allocate",
            |_, (bytes,): (usize,)| async move { Ok(Vec::<u8>::new().try_reserve_exact(bytes).is_ok()) },
        )
        .expect("the first");
        ipc.handle("read", |_, (path,): (String,)| async move { Ok(std::fs::read_to_string(path)?) })
            .expect("the first");
    };
    renderer.connect(setup).expect("the link to main").wait_closed().expect("a thread that may wait");
}
