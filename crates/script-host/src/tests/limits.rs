use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::Bench;
use crate::js::Persistent;
use crate::{Engine, EngineOptions, RealmOptions, UncaughtKind};

#[test]
fn an_endless_script_is_stopped_from_another_thread() {
    let bench = Bench::node();
    let flag = bench.engine.interrupt_flag();
    let stopper = {
        let flag = flag.clone();
        std::thread::spawn(move || flag.store(true, Ordering::Relaxed))
    };
    let error = bench.realm.run_script("try { for (;;); } catch { } finally { console.log('seen') }", "loop.js");
    stopper.join().expect("the thread");
    assert!(error.expect_err("stopped").terminated);
    flag.store(false, Ordering::Relaxed);
    assert_eq!(bench.run("console.log('usable')"), ["usable"]);
}

#[test]
fn a_deadline_stops_endless_jobs() {
    let bench = Bench::node();
    bench.engine.set_deadline(Some(Instant::now() + Duration::from_millis(5)));
    bench.realm.run_script("(async () => { await null; for (;;); })()", "loop.js").expect("starts");
    bench.engine.run_jobs();
    bench.engine.set_deadline(None);
    assert_eq!(bench.run("console.log('usable')").last().map(String::as_str), Some("usable"));
}

#[test]
fn digests_of_much_one_behind_the_other_are_stopped() {
    let bench = Bench::node();
    bench.engine.set_deadline(Some(Instant::now() + Duration::from_millis(20)));
    let started = Instant::now();
    let digests = "const bytes = new Uint8Array(1e6); for (;;) crypto.subtle.digest('SHA-512', bytes)";
    assert!(bench.realm.run_script(digests, "digests.js").expect_err("stopped").terminated);
    // Ten thousand of them take minutes.
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn hashes_of_much_without_end_are_stopped() {
    let bench = Bench::node();
    bench.engine.set_deadline(Some(Instant::now() + Duration::from_millis(20)));
    let started = Instant::now();
    let hashes = "const hash = process.getBuiltinModule('crypto').createHash('md5'), bytes = new Uint8Array(1e6); for (;;) hash.update(bytes)";
    assert!(bench.realm.run_script(hashes, "hashes.js").expect_err("stopped").terminated);
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// Runs a script that goes on for ever in jobs, until it is stopped; all that was reported meanwhile.
fn stopped(source: &str) -> Vec<UncaughtKind> {
    let bench = Bench::node();
    let reports = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let reported = std::rc::Rc::clone(&reports);
    bench.engine.on_uncaught(move |_, uncaught, _| reported.borrow_mut().push(uncaught.kind));
    let flag = bench.engine.interrupt_flag();
    let stopper = std::thread::spawn({
        let flag = flag.clone();
        move || flag.store(true, Ordering::Relaxed)
    });
    let _ = bench.realm.run_script(source, "endless.js");
    bench.engine.run_jobs();
    stopper.join().expect("the thread");
    assert!(flag.load(Ordering::Relaxed), "it ended by itself: {source}");
    std::mem::take(&mut *reports.borrow_mut())
}

#[test]
fn jobs_without_end_are_stopped_and_blame_nobody() {
    for source in [
        "const again = () => Promise.resolve().then(again); again()",
        "(async () => { for (;;) await null })()",
        "const again = () => process.nextTick(again); again()",
        "const again = () => queueMicrotask(again); again()",
        "process.on('unhandledRejection', async () => { throw new Error('again') }); Promise.reject(new Error('first'))",
    ] {
        let kinds = stopped(source);
        assert!(kinds.iter().all(|kind| *kind == UncaughtKind::Interrupted), "{source}: {kinds:?}");
    }
}

#[test]
fn a_script_that_was_stopped_leaves_the_jobs_of_others() {
    let bench = Bench::node();
    bench.engine.set_deadline(Some(Instant::now() + Duration::from_millis(5)));
    let source = "process.nextTick(() => { for (;;); }); process.nextTick(() => console.log('tick'));
        Promise.resolve().then(() => console.log('job'))";
    let _ = bench.realm.run_script(source, "t.js");
    bench.engine.run_jobs();
    bench.engine.set_deadline(None);
    bench.engine.run_jobs();
    let lines = bench.run("console.log('usable')");
    assert_eq!(lines.last_chunk(), Some(&["tick", "job", "usable"].map(String::from)), "{lines:?}");
}

#[test]
fn last_words_are_heard_of_a_script_that_was_stopped_but_not_for_ever() {
    let bench = Bench::node();
    bench.engine.interrupt_flag().store(true, Ordering::Relaxed);
    bench.engine.last_words(Instant::now() + Duration::from_millis(20));
    assert_eq!(bench.run("console.log('farewell')"), ["farewell"]);
    let error = bench.realm.run_script("for (;;);", "loop.js").expect_err("stopped");
    assert!(error.terminated);
}

#[test]
fn deep_recursion_is_an_error_of_the_script() {
    let bench = Bench::node();
    let error = bench.realm.run_script("(function f() { f() })()", "deep.js").expect_err("throws");
    assert_eq!(error.head(), "RangeError: Maximum call stack size exceeded");
    assert_eq!(bench.run("console.log(1)"), ["1"]);
}

#[test]
fn memory_runs_out_as_an_error_of_the_script() {
    let options = EngineOptions { memory_limit: 16 << 20, ..EngineOptions::default() };
    let engine = Engine::new(options).expect("an engine");
    let realm = engine.new_realm(RealmOptions::page("page")).expect("a realm");
    let error = realm.run_script("const all = []; for (;;) all.push(new Uint8Array(100000))", "memory.js");
    assert!(error.expect_err("throws").message.contains("memory"));
    realm.run_script("1 + 1", "after.js").expect("usable");
}

#[test]
fn a_listener_of_uncaught_errors_that_finds_no_memory_ends_nothing_and_one_that_throws_does() {
    let options = EngineOptions { memory_limit: 16 << 20, ..EngineOptions::default() };
    let engine = Engine::new(options).expect("an engine");
    let realm = engine.new_realm(RealmOptions::node("test")).expect("a realm");
    let bench = Bench { engine, realm, lines: std::rc::Rc::default() };
    bench.run(
        "const all = [];
         process.on('uncaughtException', () => {
           try { for (;;) all.push(new Uint8Array(100000)) } finally { all.length = 0 }
         });
         setTimeout(() => { throw new Error('at first') })",
    );
    assert_eq!(bench.engine.exit_code(), None, "there is room again");
    bench.run("process.removeAllListeners(); process.on('uncaughtException', () => { throw 1 }); setTimeout(() => { throw 2 })");
    assert_eq!(bench.engine.exit_code(), Some(7));
}

#[test]
fn an_engine_is_dropped_with_everything_pending() {
    let bench = Bench::node();
    let source = "setTimeout(() => {}, 1e6); setInterval(() => {}, 1e6); setImmediate(() => {});
        globalThis.cycle = { self: null }; cycle.self = cycle; Promise.reject(1); process.nextTick(() => {});
        process.on('exit', () => {}); new Promise(() => {}); fs.readFile('/', () => {}); (async () => { await new Promise(() => {}) })()";
    bench.with_module("fs", "fs");
    bench.realm.run_script(source, "t.js").expect("runs");
    drop(bench);
}

#[test]
fn hosts_let_go_of_their_values_before_the_runtime_ends() {
    let bench = Bench::node();
    let saved = bench.realm.with(|ctx| Persistent::save(&ctx, ctx.globals()));
    let slot = std::rc::Rc::new(std::cell::RefCell::new(Some(saved)));
    let held = std::rc::Rc::clone(&slot);
    bench.engine.on_shutdown(move || drop(held.borrow_mut().take()));
    drop(bench);
    assert!(slot.borrow().is_none());
}
