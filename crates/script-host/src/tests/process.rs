use super::Bench;
use crate::{ProcessInfo, RealmOptions};

#[test]
fn exit_stops_everything_at_once() {
    let bench = Bench::node();
    let source = "
        process.on('exit', (code) => console.log('exit', code));
        setTimeout(() => console.log('never'), 0);
        (async () => { try { process.exit(7) } catch { console.log('never') } finally { console.log('never') } })();
        console.log('never');
    ";
    assert!(bench.realm.run_script(source, "t.js").expect_err("stopped").terminated);
    assert_eq!(bench.finish(), ["exit 7"]);
    assert_eq!(bench.engine.exit_code(), Some(7));
    assert!(!bench.engine.has_pending());
}

#[test]
fn the_end_is_told_once_and_may_change_the_code() {
    let bench = Bench::node();
    bench.run("process.on('exit', (code) => { console.log('exit', code); process.exitCode = 9 })");
    assert_eq!(bench.realm.finish(0), 9);
    assert_eq!(bench.realm.finish(0), 9);
    assert_eq!(bench.finish(), ["exit 0"]);
    assert_eq!(Bench::node().realm.finish(4), 4, "a realm that never touched `process` keeps the code");
}

#[test]
fn facts_are_those_of_the_options() {
    let mut options = RealmOptions::node("main");
    options.process = ProcessInfo {
        argv: vec!["/bin/app".into(), "main.js".into()],
        env: Some(vec![("A".into(), "1".into())]),
        process_type: Some("browser".into()),
        ..ProcessInfo::default()
    };
    let bench = Bench::new(options);
    let source = "console.log(process.argv.join(), process.env.A, process.env.B, process.type, process.platform);
        process.env.N = 5; console.log(typeof process.env.N, 'N' in process.env, delete process.env.N, process.env.N);
        console.log(process.versions.node.split('.')[0], process.version.startsWith('v20'), typeof process.versions.electron);
        console.log(typeof process.pid, process.hrtime().length, typeof process.hrtime.bigint(), process.uptime() >= 0)";
    let lines = bench.run(source);
    assert_eq!(
        lines[0],
        format!("/bin/app,main.js 1 undefined browser {}", if cfg!(target_os = "linux") { "linux" } else { "darwin" })
    );
    assert_eq!(lines[1..], ["string true true undefined", "20 true string", "number 2 bigint true"]);
}

#[test]
fn warnings_are_events_and_go_to_stderr() {
    let bench = Bench::node();
    let lines = bench.run("process.on('warning', (w) => console.log(w.name, w.message, w.code)); process.emitWarning('careful', 'MyWarning', 'W1')");
    // No hint: there is no option that it could name.
    assert!(lines[0].ends_with("[W1] MyWarning: careful\n"), "{lines:?}");
    assert_eq!(lines[1], "MyWarning careful W1");
}

#[test]
fn a_warning_tells_its_place_where_the_program_asks_for_it() {
    let bench = Bench::node();
    let lines = bench.run(
        "process.traceDeprecation = true;
        process.emitWarning('old', 'DeprecationWarning'); process.emitWarning('other', 'MyWarning')",
    );
    assert!(lines[0].contains("DeprecationWarning: old\n    at "), "{lines:?}");
    assert!(lines[1].ends_with("MyWarning: other\n"), "{lines:?}");
}

#[test]
fn electrons_numbers_of_the_process_are_there() {
    let bench = Bench::node();
    let source = "console.log(process.getHeapStatistics().usedHeapSize > 0, process.getSystemMemoryInfo().total > 0,
            process.getCreationTime() > 1e12, /^\\d+\\./.test(process.getSystemVersion()), process.getCPUUsage().percentCPUUsage >= 0);
        console.log(process.getBuiltinModule('node:fs') === process.getBuiltinModule('fs'), process.getBuiltinModule('nothing'), 'stdin' in process);
        process.getProcessMemoryInfo().then((info) => console.log(info.private > 0));
        try { process.stdin.on('data', () => {}) } catch (error) { console.log(error.code) }";
    assert_eq!(
        bench.run(source),
        ["true true true true true", "true undefined true", "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM", "true"]
    );
}

#[test]
fn a_sandboxed_script_cannot_signal_other_processes() {
    let bench = Bench::new(RealmOptions::preload("preload"));
    assert_eq!(
        bench.run("console.log(typeof process.kill, typeof process.setFdLimit, typeof process.crash)"),
        ["undefined function function"]
    );
}

#[test]
fn the_streams_take_text_and_bytes() {
    let bench = Bench::node();
    assert_eq!(bench.run("process.stdout.write('a'); process.stderr.write(new Uint8Array([98, 99]))"), ["a", "bc"]);
    assert_eq!(
        bench.run("try { process.stdout.write(5) } catch (error) { console.log(error.code) }"),
        ["ERR_INVALID_ARG_TYPE"]
    );
}
