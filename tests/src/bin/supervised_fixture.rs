//! A renderer that ends, hangs and waits when it is told to.

use std::future::pending;

fn main() {
    let renderer = renderer_proc::init().expect("started by a test");
    let ipc = renderer
        .connect(|ipc| {
            ipc.handle("pid", |_, ()| async { Ok(std::process::id()) }).expect("the first handler");
            ipc.handle("wait", |_, ()| pending::<Result<(), _>>()).expect("the first handler");
            ipc.handle("block", |_, (time,): (u64,)| async move {
                // As one that computes: nothing else is handled meanwhile.
                std::thread::sleep(std::time::Duration::from_secs(time));
                Ok(())
            })
            .expect("the first handler");
            ipc.handle("exit", |_, (code,): (i32,)| async move {
                if code >= 0 {
                    end(code)
                }
                Ok(())
            })
            .expect("the first handler");
            // The first process that is asked ends under the call, the next one answers.
            ipc.handle("once", |_, (file,): (String,)| async move {
                match std::fs::File::create_new(file) {
                    Ok(_) => end(3),
                    Err(_) => Ok(7),
                }
            })
            .expect("the first handler");
            ipc.handle("grow", |_, (bytes,): (usize,)| async move {
                // For good.
                let held = vec![1_u8; bytes].leak();
                Ok(held.len())
            })
            .expect("the first handler");
            ipc.handle("double", |_, (number,): (i64,)| async move {
                if number == 13 {
                    end(13)
                }
                Ok(number * 2)
            })
            .expect("the first handler");
            let hangs = ipc.on("hang", |_, ()| {
                loop {
                    std::thread::park();
                }
            });
            let asking = ipc.clone();
            let asks = ipc.on("ask", move |_, ()| {
                let asking = asking.clone();
                std::thread::spawn(move || drop(asking.send_sync::<()>("slow", &())));
            });
            let calling = ipc.clone();
            let calls = ipc.on("call", move |_, ()| {
                let calling = calling.clone();
                std::thread::spawn(move || {
                    for number in 0_u64.. {
                        match calling.send_sync::<u64>("echo", &(number,)) {
                            Ok(echoed) => assert_eq!(echoed, number),
                            Err(_) => return,
                        }
                    }
                });
            });
            // For as long as this process lives.
            std::mem::forget((hangs, asks, calls));
        })
        .expect("the link to main");
    let _ = ipc.wait_closed();
}

fn end(code: i32) -> ! {
    std::process::exit(code)
}
