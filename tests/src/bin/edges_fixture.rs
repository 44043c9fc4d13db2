//! A renderer at the edges of the library: it forgets, ends, or asks in the way that its first argument says.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use main_proc::{App, Program};
use renderer_proc::{CallError, IpcRenderer, IpcRendererInvokeEvent};

fn connect(setup: impl FnOnce(&IpcRenderer)) -> IpcRenderer {
    renderer_proc::init().expect("started by a test").connect(setup).expect("the link to main")
}

fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    match mode.as_str() {
        "forgets-init" => {
            let me = Program::current().expect("this program").arg("forgets-init");
            let error = App::new().spawn_renderer(&me).expect_err("no main");
            eprintln!("{error}");
            std::process::exit(if error.to_string().contains("renderer_proc::init()") { 42 } else { 1 });
        }
        "inits-twice" => {
            let _first = renderer_proc::init().expect("started by a test");
            assert!(renderer_proc::try_init().expect_err("a second time").to_string().contains("taken before"));
            let _ends = renderer_proc::init();
            std::process::exit(1);
        }
        "ends-its-way" => {
            let ipc = connect(|_| {});
            ipc.wait_closed().expect("a thread that may wait");
            std::process::exit(42);
        }
        "says-goodbye" => {
            let ipc = connect(|_| {});
            ipc.close();
            std::process::exit(42);
        }
        "waits-for-nothing" => {
            let ipc = connect(|_| {});
            ipc.send_blocking("told", ("it is there",)).expect("open");
            loop {
                std::thread::park();
            }
        }
        "sends-much" => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let ipc = connect(|_| {});
                let text = "x".repeat(1 << 20);
                let refused = (0..100).find_map(|_| ipc.try_send("much", (&text,)).err()).expect("it is full");
                assert!(matches!(refused, CallError::QueueFull { .. }), "{refused}");
                let blocking = ipc.send_blocking("much", (&text,)).expect_err("a task");
                assert_eq!(blocking, CallError::WouldBlockRuntime);
                // The thread goes on meanwhile: main takes nothing before it has heard of that.
                let sent = ipc.send("much", (&text,));
                let goes_on = async {
                    tokio::task::yield_now().await;
                    let descriptor = std::env::args().nth(2).expect("a descriptor");
                    std::fs::write(format!("/proc/self/fd/{descriptor}"), "!").expect("somebody reads");
                };
                let (sent, ()) = tokio::join!(sent, goes_on);
                sent.expect("there is room in the end");
                ipc.send("told", ("all",)).await.expect("open");
                ipc.closed().await;
            });
        }
        "sends-more" => {
            let ipc = connect(|_| {});
            for i in 0..1_000u32 {
                if ipc.send_blocking("more", (i,)).is_err() {
                    break;
                }
            }
            ipc.wait_closed().expect("a thread that may wait");
        }
        "asks-wrongly" => {
            let ipc = connect(|_| {});
            let error = ipc.send_sync::<i64>("typed", &("a text",)).expect_err("no number");
            ipc.send_blocking("told", (error.to_string(),)).expect("open");
            let surplus = ipc.invoke_blocking::<i64>("one", (1, 2), None).expect_err("one too many");
            ipc.send_blocking("told", (surplus.to_string(),)).expect("open");
            let failed = ipc.invoke_blocking::<i64>("io", (), None).expect_err("a file that is not there");
            let CallError::Handler(error) = failed else { panic!("{failed}") };
            ipc.send_blocking("told", (error.code.expect("a code"),)).expect("open");
            ipc.wait_closed().expect("a thread that may wait");
        }
        "runs-tasks" => run_tasks(),
        "asks-and-blocks" => {
            let heard = Heard::default();
            let ipc = connect(|ipc| heard.listen(ipc));
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            for _ in 0..100 {
                let asked = ask(&ipc);
                ipc.send_sync::<()>("sync", ()).expect("an answer");
                heard.note(&runtime.block_on(asked).expect("an answer"));
            }
            ipc.send_blocking("told", (heard.all(),)).expect("open");
            ipc.wait_closed().expect("a thread that may wait");
        }
        "asks-and-blocks-in-tasks" => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let heard = Heard::default();
                let ipc = connect(|ipc| heard.listen(ipc));
                for _ in 0..100 {
                    let asked = ask(&ipc);
                    let blocking = ipc.clone();
                    let there = tokio::task::spawn_blocking(move || blocking.send_sync::<()>("sync", ()));
                    there.await.expect("no panic").expect("an answer");
                    heard.note(&asked.await.expect("an answer"));
                }
                ipc.send("told", (heard.all(),)).await.expect("open");
                ipc.closed().await;
            });
        }
        "fails" => renderer_proc::run_if_renderer(|renderer| {
            let _ipc = renderer.connect(|_| {}).map_err(|error| error.to_string())?;
            Err("the config file is missing".to_owned())
        }),
        other => panic!("no such mode: '{other}'"),
    }
}

/// What a renderer has heard from main, in order.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<String>>);

impl Heard {
    fn listen(&self, ipc: &IpcRenderer) {
        let heard = self.clone();
        ipc.on("message", move |_, (text,): (String,)| heard.note(&text)).forget();
    }

    fn note(&self, text: &str) {
        self.0.lock().expect("no panic").extend([text, " "]);
    }

    fn all(&self) -> String {
        self.0.lock().expect("no panic").clone()
    }
}

type Asked = Pin<Box<dyn Future<Output = Result<String, CallError>> + Send>>;

/// A question that is on its way.
fn ask(ipc: &IpcRenderer) -> Asked {
    let ipc = ipc.clone();
    let mut asked: Asked = Box::pin(async move { ipc.invoke("asked", ()).await });
    let polled = asked.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    match polled {
        std::task::Poll::Pending => asked,
        std::task::Poll::Ready(answer) => Box::pin(std::future::ready(answer)),
    }
}

/// On a runtime of one thread: handlers that wait, and blocking calls from where they are allowed and where not.
fn run_tasks() {
    struct Tells(IpcRenderer);
    impl Drop for Tells {
        fn drop(&mut self) {
            let _ = self.0.try_send("told", ("dropped",));
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let ipc = connect(|ipc| {
            let wait = |event: IpcRendererInvokeEvent, ()| {
                let guard = Tells(event.ipc().clone());
                async move {
                    tokio::time::sleep(Duration::from_secs(3_600)).await;
                    drop(guard);
                    Ok(())
                }
            };
            ipc.handle("wait", wait).expect("the first handler");
        });
        let blocking = ipc.clone();
        let there = tokio::task::spawn_blocking(move || blocking.send_sync::<i64>("twice", &(21,)));
        assert_eq!(there.await.expect("no panic"), Ok(42));
        let here = ipc.send_sync::<i64>("twice", &(21,));
        ipc.try_send("told", &(here.expect_err("a task").to_string(),)).expect("open");
        ipc.try_send("told", &(ipc.wait_closed().expect_err("a task").to_string(),)).expect("open");
        ipc.closed().await;
    });
}
