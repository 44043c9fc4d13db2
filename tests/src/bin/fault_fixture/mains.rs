//! Mains that are processes of their own, since what happens to them would happen to a whole test.

use std::time::Duration;

use main_proc::{App, Program, WebContents};
use rustix::process::{Resource, Rlimit, setrlimit};

fn renderer(app: &App) -> Result<WebContents, main_proc::SpawnError> {
    app.spawn_renderer(&Program::current().expect("this program"))
}

fn double(contents: &WebContents, number: i64) -> Result<i64, main_proc::CallError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(contents.invoke_within("double", (number,), Duration::from_secs(10)))
}

/// Has ordinary renderers, one that hangs and one that ignores signals and never says hello. Prints their process ids.
pub(crate) fn of_many() {
    let app = App::new();
    let mut all: Vec<_> = (0..6).map(|_| renderer(&app).expect("this program")).collect();
    for contents in &all {
        assert_eq!(double(contents, 2), Ok(4));
    }
    all[0].try_send("hang", ()).expect("room");
    let deaf = Program::new("sh").arg("-c").arg("trap '' TERM INT HUP; exec sleep 300");
    all.push(app.spawn_renderer(&deaf).expect("a shell"));
    let pids: Vec<_> = all.iter().map(|contents| contents.os_process_id().to_string()).collect();
    println!("{}", pids.join(" "));
    loop {
        std::thread::park();
    }
}

/// Works with whatever its standard streams are; what came of it is in that file.
pub(crate) fn on_streams(place: &str) {
    let app = App::new();
    let outcome = match renderer(&app) {
        Ok(contents) => {
            let answers = (0..100).filter(|number| double(&contents, *number) == Ok(number * 2)).count();
            format!("{answers} answers")
        }
        Err(error) => error.to_string(),
    };
    let closed = app.shut_down().is_ok();
    std::fs::write(place, format!("{outcome}, closed {closed}")).expect("a file");
}

/// May start no more processes for a while. Prints what came of it.
pub(crate) fn without_processes() {
    let app = App::new();
    let first = renderer(&app).expect("this program");
    assert_eq!(double(&first, 2), Ok(4));
    setrlimit(Resource::Nproc, Rlimit { current: Some(0), maximum: Some(10_000) }).expect("a limit");
    for _ in 0..3 {
        println!("{}", renderer(&app).expect_err("no process"));
    }
    assert_eq!(double(&first, 3), Ok(6));
    setrlimit(Resource::Nproc, Rlimit { current: Some(10_000), maximum: Some(10_000) }).expect("a limit");
    let next = renderer(&app).expect("there may be processes again");
    assert_eq!(double(&next, 4), Ok(8));
    println!("goes on");
}

/// Never answers its renderer's `send_sync`. Prints the renderer's process id once that waits.
pub(crate) fn never_answering() {
    let app = App::new();
    let contents = renderer(&app).expect("this program");
    let pid = contents.os_process_id();
    let kept = std::sync::Mutex::new(Vec::new());
    app.ipc_main()
        .on("slow", move |event: &main_proc::IpcMainEvent, ()| {
            kept.lock().expect("unpoisoned").push(event.clone());
            println!("{pid}");
        })
        .forget();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let _ = contents.invoke::<(String, u64)>("sync", ("slow",)).await;
    });
    loop {
        std::thread::park();
    }
}
