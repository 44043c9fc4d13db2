//! A test without a harness: this program is main and renderer, as a program of a user's own may be. docs/testing.md shows it.

use dipole::{App, CallError, IpcRenderer, Program, WebContents};

type Test = (&'static str, fn(&WebContents));

fn main() {
    // The harness's own `main` would run its tests here. This one can be told to be a renderer.
    if let Some(renderer) = dipole::init() {
        let ipc = renderer.connect(renderer_setup).expect("the link to main");
        ipc.wait_closed().expect("a thread that may wait");
        return;
    }
    let tests: [Test; 2] = [
        ("a_renderer_squares", a_renderer_squares),
        ("a_renderer_that_crashes_costs_its_caller_an_error", a_renderer_that_crashes_costs_its_caller_an_error),
    ];
    for (name, test) in tests {
        println!("test {name}");
        let app = App::new();
        let program = Program::current().expect("the path of this program");
        test(&app.spawn_renderer(&program).expect("a renderer"));
    }
}

fn renderer_setup(ipc: &IpcRenderer) {
    ipc.handle("square", |_, (n,): (i64,)| async move { Ok(n * n) }).expect("the only handler");
    ipc.on("crash", |_, ()| std::process::abort()).forget();
}

fn block_on<T>(call: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(call)
}

fn a_renderer_squares(renderer: &WebContents) {
    assert_eq!(block_on(renderer.invoke::<i64>("square", (7,))).expect("answered"), 49);
}

fn a_renderer_that_crashes_costs_its_caller_an_error(renderer: &WebContents) {
    renderer.try_send("crash", ()).expect("it runs");
    let called = block_on(renderer.invoke::<i64>("square", (7,)));
    assert!(matches!(called, Err(CallError::PeerGone { .. })), "{called:?}");
}
