//! A renderer that has a calculator, and asks that of main when it is told to. Without arguments, as a script main starts
//! it, it asks at once. With `logs FILE` it writes the spans of its calls there.

use std::sync::Mutex;

use ipc_tests::log::write_spans;
use ipc_tests::services::{
    Abacus, CalculatorClient, CalculatorServer, CounterClient, CounterServer, Fingers, MirrorClient,
};
use renderer_proc::IpcRenderer;

fn main() {
    let at_once = std::env::args().nth(1).is_none();
    let log = std::env::args().nth(2);
    if let Some(file) = &log {
        write_spans(std::fs::File::create(file).expect("a file for the log"));
    }
    let ipc = renderer_proc::init().expect("started by a test").connect(setup).expect("the link to main");
    if at_once {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let told = runtime.block_on(ask(&ipc));
        ipc.send_blocking("told", (told,)).expect("open");
    }
    if log.is_some() {
        ipc.send_sync::<()>("now", ()).expect("main answers");
    }
    let _ = ipc.wait_closed();
}

fn setup(ipc: &IpcRenderer) {
    let served = ipc.serve(CalculatorServer::new(Abacus)).expect("the first");
    let served = Mutex::new(Some(served));
    ipc.handle("stop-serving", move |_, ()| {
        drop(served.lock().expect("unpoisoned").take());
        async { Ok(()) }
    })
    .expect("the first handler");
    ipc.handle("ask-main", |event, ()| async move { Ok(ask(event.ipc()).await) }).expect("the first handler");
    ipc.serve(CounterServer::new(Fingers)).expect("the first").forget();
    ipc.handle("count-by-main", |event, ()| async move {
        let counter = CounterClient::new(event.ipc());
        // What main counts goes back to it.
        Ok(counter.sum(counter.count(1_000).await?).await?)
    })
    .expect("the first handler");
    ipc.handle("look", |event, ()| async move {
        let mirror = MirrorClient::new(event.ipc());
        Ok(mirror.look("hello".into()).await?)
    })
    .expect("the first handler");
}

async fn ask(ipc: &IpcRenderer) -> String {
    let calculator = CalculatorClient::new(ipc);
    let (sum, quotient) = (calculator.add(4, 5).await, calculator.divide(1, 0).await);
    format!("{sum:?} {quotient:?}")
}
