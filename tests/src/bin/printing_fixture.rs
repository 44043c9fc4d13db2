//! A renderer that prints when it begins, and whatever it is told to.

use std::io::Write;

use renderer_proc::{HandlerError, IpcRenderer};

fn main() {
    let renderer = renderer_proc::init().expect("started by a test");
    println!("what would be no frame");
    let ipc = renderer.connect(set_up).expect("the link to main");
    // By the code main sees that it has ended by itself.
    ipc.wait_closed().expect("a thread that may wait");
    std::process::exit(5);
}

fn set_up(ipc: &IpcRenderer) {
    ipc.handle("pid", |_, ()| async { Ok(std::process::id()) }).expect("the first handler");
    ipc.handle("parent", |_, ()| async { Ok(std::os::unix::process::parent_id()) }).expect("the first handler");
    ipc.handle("environment", |_, (name,): (String,)| async move { Ok(std::env::var(name).ok()) })
        .expect("the first handler");
    ipc.handle("echo", |_, (bytes,): (serde_bytes::ByteBuf,)| async move { Ok(bytes) }).expect("the first handler");
    ipc.handle("print", |_, (text,): (serde_bytes::ByteBuf,)| async move { Ok(print(std::io::stdout(), &text)?) })
        .expect("the first handler");
    ipc.handle("complain", |_, (text,): (serde_bytes::ByteBuf,)| async move { Ok(print(std::io::stderr(), &text)?) })
        .expect("the first handler");
    ipc.handle("flood", |_, (lines,): (usize,)| async move {
        Ok(print(std::io::stdout(), &b"one of very many\n".repeat(lines))?)
    })
    .expect("the first handler");
    ipc.handle("exit", |_, (code,): (i32,)| async move {
        if code >= 0 {
            std::process::exit(code);
        }
        Ok(())
    })
    .expect("the first handler");
    // Leaves a process behind that has this one's streams.
    ipc.handle("leave", |_, (script,): (String,)| async move {
        std::process::Command::new("sh")
            .arg("-c")
            .arg(script)
            .spawn()
            .map(|child| child.id())
            .map_err(HandlerError::from)
    })
    .expect("the first handler");
    ipc.on("hang", |_, ()| {
        loop {
            std::thread::park();
        }
    })
    .forget();
}

fn print(mut to: impl Write, text: &[u8]) -> std::io::Result<()> {
    to.write_all(text)?;
    to.flush()
}
