//! A renderer that makes streams and takes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dipole::{CallError, HandlerError, IpcRenderer, Streaming};

/// Counts what is taken from it, and is 1 more than a million once it is dropped.
struct Counting(Arc<AtomicU64>);

impl Iterator for Counting {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        Some(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.0.store(u64::MAX, Ordering::SeqCst);
    }
}

/// The first items of a stream, or all if there are fewer; the rest is dropped.
async fn first(mut stream: Streaming<u64>, count: usize) -> Result<Vec<u64>, CallError> {
    let mut items = Vec::new();
    while items.len() < count
        && let Some(item) = stream.next().await
    {
        items.push(item?);
    }
    Ok(items)
}

fn set_up(ipc: &IpcRenderer) {
    let produced = Arc::new(AtomicU64::new(0));
    let endless = Arc::clone(&produced);
    ipc.handle("count", |_, (to,): (u64,)| async move { Ok(Streaming::iter(0..to)) }).expect("the first handler");
    ipc.handle("endless", move |_, ()| {
        endless.store(0, Ordering::SeqCst);
        let items = Counting(Arc::clone(&endless));
        async move { Ok(Streaming::iter(items)) }
    })
    .expect("the first handler");
    // How many items of the endless stream have been made; -1 when it has been dropped.
    ipc.handle("produced", move |_, ()| {
        let produced = i64::try_from(produced.load(Ordering::SeqCst)).unwrap_or(-1);
        async move { Ok(produced) }
    })
    .expect("the first handler");
    ipc.handle("fail", |_, (after,): (u64,)| async move {
        Ok(Streaming::generate(move |items| async move {
            for item in 0..after {
                items.send(item).await?;
            }
            Err(HandlerError::named("RangeError", "that is enough").with_code("E_ENOUGH"))
        }))
    })
    .expect("the first handler");
    ipc.handle("panic", |_, ()| async {
        Ok(Streaming::iter((0..).inspect(|item| assert!(*item < 2_u64, "on purpose"))))
    })
    .expect("the first handler");
    // One item, and then the process ends.
    ipc.handle("die", |_, ()| async {
        Ok(Streaming::generate(|items| async move {
            items.send(1_u64).await?;
            std::future::pending().await
        }))
    })
    .expect("the first handler");
    ipc.handle("exit", |_, (code,): (i32,)| async move {
        if code >= 0 {
            std::process::exit(code);
        }
        Ok(())
    })
    .expect("the first handler");
    ipc.handle("sum", |_, (numbers,): (Streaming<u64>,)| async move {
        Ok(first(numbers, usize::MAX).await?.iter().sum::<u64>())
    })
    .expect("the first handler");
    // Takes some of a stream, and hands on what follows.
    ipc.handle("rest", |_, (mut numbers, skip): (Streaming<u64>, u64)| async move {
        for _ in 0..skip {
            numbers.next().await.transpose()?;
        }
        Ok(numbers)
    })
    .expect("the first handler");
    ipc.handle("first", |_, (numbers, count): (Streaming<u64>, usize)| async move { Ok(first(numbers, count).await?) })
        .expect("the first handler");
    // The same of a stream of main's.
    ipc.handle("ask", |event, (channel, count): (String, usize)| {
        let ipc = event.ipc().clone();
        async move { Ok(first(ipc.invoke(&channel, ()).await?, count).await?) }
    })
    .expect("the first handler");
    // Takes none of it for as long as it lives.
    ipc.handle("hold", |event, (channel,): (String,)| {
        let ipc = event.ipc().clone();
        async move {
            std::mem::forget(ipc.invoke::<Streaming<u64>>(&channel, ()).await?);
            Ok(())
        }
    })
    .expect("the first handler");
    ipc.handle("ask blocking", |event, (channel,): (String,)| {
        let ipc = event.ipc().clone();
        async move {
            let work = tokio::task::spawn_blocking(move || {
                let mut stream: Streaming<u64> = ipc.invoke_blocking(&channel, (), None)?;
                std::iter::from_fn(|| stream.next_blocking()).collect::<Result<Vec<_>, _>>()
            });
            Ok(work.await.map_err(|error| error.to_string())??)
        }
    })
    .expect("the first handler");
}

fn main() {
    let renderer = dipole::init().expect("started by a test");
    let ipc = renderer.connect(set_up).expect("the link to main");
    let _ = ipc.wait_closed();
}
