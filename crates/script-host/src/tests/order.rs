use std::time::{Duration, Instant};

use super::Bench;

#[test]
fn callbacks_come_in_the_order_of_node() {
    let bench = Bench::node();
    let source = "
        // Far enough apart that a pause between the two calls does not turn them round.
        setTimeout(() => console.log('timeout 2'), 60);
        setTimeout(() => {
            console.log('timeout 1');
            Promise.resolve().then(() => console.log('job after timeout'));
            process.nextTick(() => console.log('tick after timeout'));
        }, 1);
        setImmediate(() => console.log('immediate'));
        Promise.resolve().then(() => console.log('job')).then(() => process.nextTick(() => console.log('tick from job')));
        queueMicrotask(() => console.log('microtask'));
        process.nextTick((a) => console.log('tick', a), 'arg');
        console.log('sync');
        const until = Date.now() + 65; while (Date.now() < until);
    ";
    let expected = [
        "sync",
        "tick arg",
        "job",
        "microtask",
        "tick from job",
        "timeout 1",
        "tick after timeout",
        "job after timeout",
        "timeout 2",
        "immediate",
    ];
    assert_eq!(bench.run(source), expected);
}

#[test]
fn immediates_set_by_an_immediate_wait_a_turn() {
    let bench = Bench::node();
    let source = "
        setImmediate(() => { console.log(1); setImmediate(() => console.log(3)); process.nextTick(() => console.log('tick')) });
        setImmediate(() => console.log(2));
    ";
    assert_eq!(bench.run(source), ["1", "tick", "2", "3"]);
}

#[test]
fn an_immediate_of_a_file_callback_comes_before_its_timer() {
    let bench = Bench::node();
    let source = "setImmediate(() => console.log('first'));
        fsModule.readFile('/nonexistent', (error) => {
            console.log(error.code);
            setTimeout(() => console.log('timer'), 0);
            setImmediate(() => console.log('immediate'));
            const until = Date.now() + 3; while (Date.now() < until);
        });";
    bench.with_module("fsModule", "fs");
    assert_eq!(bench.run(source), ["first", "ENOENT", "immediate", "timer"]);
}

#[test]
fn intervals_repeat_until_cleared_also_by_themselves() {
    let bench = Bench::node();
    let source =
        "let n = 0; const t = setInterval((a) => { console.log(a, ++n); if (n === 3) clearInterval(t) }, 1, 'tick')";
    assert_eq!(bench.run(source), ["tick 1", "tick 2", "tick 3"]);
}

#[test]
fn timers_are_objects_that_can_be_cleared_by_number() {
    let bench = Bench::node();
    let source = "
        const t = setTimeout(() => console.log('never'), 1);
        console.log(typeof t, t.hasRef(), t.constructor.name, typeof +t);
        clearTimeout(+t); clearTimeout(undefined); clearTimeout(null); clearTimeout({}); clearTimeout(999999);
        const u = setTimeout(() => console.log('never'), 100000).unref(); console.log(u.hasRef());
        clearImmediate(setImmediate(() => console.log('never')));
        try { setTimeout('code') } catch (error) { console.log(error.code) }
    ";
    assert_eq!(bench.run(source), ["object true Timeout number", "false", "ERR_INVALID_ARG_TYPE"]);
}

#[test]
fn refresh_starts_a_timer_anew() {
    let bench = Bench::node();
    let source = "let n = 0; const t = setTimeout(() => { console.log(++n); if (n < 3) t.refresh() }, 1)";
    assert_eq!(bench.run(source), ["1", "2", "3"]);
}

#[test]
fn next_timer_tells_when_to_come_back() {
    let bench = Bench::node();
    assert_eq!(bench.engine.next_timer(), None);
    assert!(!bench.engine.has_pending());
    bench.realm.run_script("setTimeout(() => {}, 60000).unref()", "t.js").expect("runs");
    let due = bench.engine.next_timer().expect("a timer");
    let wait = due.saturating_duration_since(Instant::now());
    assert!(wait > Duration::from_secs(50) && wait <= Duration::from_secs(60), "{wait:?}");
    assert!(!bench.engine.has_pending(), "an unreferenced timer keeps nothing alive");
    bench.realm.run_script("setImmediate(() => {})", "t.js").expect("runs");
    assert!(bench.engine.next_timer().expect("work") <= Instant::now());
    assert!(bench.engine.has_pending());
}

#[test]
fn what_waits_is_due_at_any_time_and_what_is_done_is_not() {
    let bench = Bench::node();
    let at = Instant::now();
    bench.with_module("fsModule", "fs");
    for (source, turns) in [
        ("setImmediate(() => {})", 1),
        ("setImmediate(() => {}).unref()", 1),
        ("process.nextTick(() => {})", 1),
        ("queueMicrotask(() => {})", 1),
        ("fsModule.stat('/', () => {})", 2),
        ("fsModule.promises.readFile('/nothing').catch(() => {})", 2),
        ("fsModule.stat('/', () => setImmediate(() => queueMicrotask(() => {})))", 2),
    ] {
        bench.realm.run_script(source, "t.js").expect("runs");
        for _ in 0..turns {
            // A host asks with a time that is older than what a script has put off since.
            assert!(bench.engine.is_due(at), "{source}");
            bench.engine.turn(at);
        }
        assert!(!bench.engine.is_due(Instant::now()) && bench.engine.next_timer().is_none(), "{source}");
    }
    bench.realm.run_script("setTimeout(() => {}, 60000)", "t.js").expect("runs");
    assert!(!bench.engine.is_due(Instant::now()));
    assert!(bench.engine.is_due(Instant::now() + Duration::from_secs(61)));
}

#[test]
fn a_keep_alive_guard_counts_as_pending() {
    let bench = Bench::node();
    let guard = bench.engine.handle().keep_alive();
    assert!(bench.engine.has_pending());
    drop(guard);
    assert!(!bench.engine.has_pending());
}
