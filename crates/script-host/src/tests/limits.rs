use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::Bench;
use crate::js::Persistent;
use crate::{Engine, EngineOptions, RealmOptions};

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
