//! Links of busy renderers, which go by a ring of shared memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dipole::{App, IpcMainEvent, Program, RingUse, WebContents};
use rustix::process::{Pid, Signal, kill_process};

const FIXTURE: &str = env!("CARGO_BIN_EXE_supervised_fixture");
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test);
}

fn signal(contents: &WebContents, signal: Signal) {
    let pid = i32::try_from(contents.os_process_id()).expect("a process");
    kill_process(Pid::from_raw(pid).expect("a process"), signal).expect("it lives");
}

/// Whether this run has rings at all.
fn is_on() -> bool {
    std::env::var("DIPOLE_RING").as_deref() != Ok("off")
}

/// A main that counts what its renderers have it echo.
fn echoing() -> (App, Arc<AtomicU64>) {
    let app = App::new();
    let calls = Arc::new(AtomicU64::new(0));
    let counted = calls.clone();
    app.ipc_main()
        .on("echo", move |event: &IpcMainEvent, (number,): (u64,)| {
            counted.fetch_add(1, Ordering::Relaxed);
            event.set_return_value(number).expect("a number");
        })
        .forget();
    (app, calls)
}

/// A renderer that calls without a pause.
async fn calling(app: &App, ring: bool) -> WebContents {
    let contents = app.spawn_renderer(&Program::new(FIXTURE).ring(ring)).expect("the fixture starts");
    contents.ready().await.expect("it starts");
    contents.send("call", ()).await.expect("there is room");
    contents
}

/// Waits for so many calls more.
async fn more(calls: &AtomicU64, count: u64) {
    let (before, start) = (calls.load(Ordering::Relaxed), Instant::now());
    while calls.load(Ordering::Relaxed) < before + count {
        assert!(start.elapsed() < PATIENCE, "only {} calls came", calls.load(Ordering::Relaxed) - before);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[test]
fn a_renderer_that_calls_gets_a_ring_and_goes_on_behind_stops_until_it_is_killed() {
    run(async {
        let (app, calls) = echoing();
        let contents = calling(&app, true).await;
        more(&calls, 2_000).await;
        let expected = if is_on() { RingUse::InPlace { used: true, large: false } } else { RingUse::NotOffered };
        assert_eq!(contents.stats().link.ring, expected);
        for _ in 0..20 {
            signal(&contents, Signal::STOP);
            tokio::time::sleep(Duration::from_millis(5)).await;
            signal(&contents, Signal::CONT);
            more(&calls, 100).await;
        }
        let other = calling(&app, true).await;
        signal(&contents, Signal::KILL);
        contents.gone().await;
        more(&calls, 2_000).await;
        other.kill();
        other.gone().await;
    });
}

#[test]
fn many_renderers_that_are_killed_within_their_calls_cost_nobody_else_anything() {
    run(async {
        let (app, calls) = echoing();
        let stays = calling(&app, true).await;
        for _ in 0..30 {
            let contents = calling(&app, true).await;
            more(&calls, 500).await;
            signal(&contents, Signal::KILL);
            contents.gone().await;
        }
        more(&calls, 500).await;
        stays.kill();
        stays.gone().await;
    });
}

#[test]
fn a_program_may_do_without_a_ring() {
    run(async {
        let (app, calls) = echoing();
        let contents = calling(&app, false).await;
        more(&calls, 2_000).await;
        assert_eq!(contents.stats().link.ring, RingUse::NotOffered);
        contents.kill();
        contents.gone().await;
    });
}
