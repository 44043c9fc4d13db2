use super::Bench;
use crate::{RealmOptions, ScriptError};

fn thrown(source: &str) -> ScriptError {
    Bench::node().realm.run_script(source, "dir/test.js").expect_err("it throws")
}

#[test]
fn a_thrown_error_has_name_message_stack_and_place() {
    let error = thrown("\nfunction f() { throw new RangeError('deep') }\nf()");
    assert_eq!((error.name.as_str(), error.message.as_str()), ("RangeError", "deep"));
    assert_eq!((error.file.as_deref(), error.line), (Some("dir/test.js"), Some(2)));
    let stack = error.stack.expect("a stack");
    assert!(stack.starts_with("RangeError: deep\n    at f (dir/test.js:2:"), "{stack}");
}

#[test]
fn a_syntax_error_tells_its_line() {
    let error = thrown("let a = 1;\nlet b = ;");
    assert_eq!((error.name.as_str(), error.line), ("SyntaxError", Some(2)));
}

#[test]
fn anything_can_be_thrown() {
    assert_eq!(thrown("throw 'text'").head(), "text");
    assert_eq!(thrown("throw undefined").head(), "undefined");
    assert_eq!(thrown("throw Symbol('s')").head(), "Symbol(s)");
    assert_eq!(thrown("throw { a: 1, get b() { throw 1 } }").head(), "{ a: 1, b: [Getter] }");
    assert_eq!(thrown("throw { toString() { throw 1 } }").head(), "{ toString: [Function: toString] }");
    assert_eq!(thrown("throw new Proxy({ x: [1] }, { get() { throw 1 } })").head(), "{ x: [ 1 ] }");
    let shown = thrown("throw { a: 1, [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 } }").head();
    assert!(shown.contains("a: 1") && shown.contains("nodejs.util.inspect.custom"), "{shown}");
    assert_eq!(thrown("throw Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })").head(), "Error");
    assert_eq!(thrown("throw '\\ud800'").head(), "\u{fffd}");
}

#[test]
fn errors_of_timers_and_jobs_reach_the_host_and_the_rest_goes_on() {
    let bench = Bench::node();
    let source = "
        setTimeout(() => { throw new Error('timer') }, 1); setImmediate(() => { throw new TypeError('immediate') });
        queueMicrotask(() => { throw new Error('job') }); process.nextTick(() => { throw new Error('tick') });
        process.nextTick(() => console.log('still'));
        setTimeout(() => console.log('end'), 5);
    ";
    let mut lines = bench.run(source);
    // Whether the timer is due before the first immediate depends on the clock.
    lines[3..].sort();
    let expected = [
        "Exception: Error: tick",
        "still",
        "Exception: Error: job",
        "Exception: Error: timer",
        "Exception: TypeError: immediate",
        "end",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn listeners_of_the_process_take_errors() {
    let bench = Bench::node();
    let source = "
        process.on('uncaughtException', (error, origin) => console.log(error.message, origin));
        process.on('unhandledRejection', (reason, promise) => console.log(reason.message, promise instanceof Promise));
        setTimeout(() => { throw new Error('a') }, 1);
        Promise.reject(new Error('b'));
    ";
    assert_eq!(bench.run(source), ["b true", "a uncaughtException"]);
}

#[test]
fn only_rejections_that_stay_unhandled_are_reported() {
    let bench = Bench::node();
    let source = "
        Promise.reject(new Error('caught')).catch(() => {});
        const late = Promise.reject(new Error('caught in time')); Promise.resolve().then(() => late.catch(() => {}));
        (async () => { throw new Error('lost') })();
    ";
    assert_eq!(bench.run(source), ["UnhandledRejection: Error: lost"]);
}

#[test]
fn a_handler_that_comes_too_late_is_told_of_and_one_in_time_is_not() {
    let bench = Bench::node();
    let source = "
        process.on('unhandledRejection', (reason) => console.log('lost', reason));
        process.on('rejectionHandled', (promise) => console.log('found', promise === late));
        const late = Promise.reject(1);
        Promise.reject(2).catch(() => {});
        setTimeout(() => { late.catch((reason) => console.log('caught', reason)); console.log('now') }, 1);
        setTimeout(() => { late.catch(() => {}) }, 5);
    ";
    assert_eq!(bench.run(source), ["lost 1", "now", "caught 1", "found true"]);
}

#[test]
fn a_listener_of_late_handlers_that_throws_is_an_uncaught_error() {
    let bench = Bench::node();
    let source = "
        process.on('unhandledRejection', () => {});
        process.on('rejectionHandled', () => { throw new Error('of the listener') });
        process.on('uncaughtException', (error) => console.log(error.message));
        const late = Promise.reject(1);
        setTimeout(() => late.catch(() => {}), 1);
    ";
    assert_eq!(bench.run(source), ["of the listener"]);
}

#[test]
fn the_host_hears_errors_as_node_prints_them() {
    let bench = Bench::node();
    let seen = std::rc::Rc::new(std::cell::RefCell::new(String::new()));
    let sink = std::rc::Rc::clone(&seen);
    bench.engine.on_uncaught(move |_, uncaught, _| sink.borrow_mut().push_str(&uncaught.text));
    bench.run("setTimeout(() => { throw Object.assign(new Error('x'), { code: 'E' }) }, 1)");
    let text = seen.borrow().clone();
    assert!(text.starts_with("Error: x\n    at ") && text.ends_with("{\n  code: 'E'\n}"), "{text}");
}

#[test]
fn errors_show_the_name_that_a_program_gives_them() {
    let bench = Bench::node();
    let source = "class Mine extends Error { constructor(m) { super(m); this.name = 'MineError' } }
        class Field extends TypeError { name = 'FieldError' }
        for (const error of [new Mine('a'), new Field('b'), Object.assign(new Error('c'), { name: 'Late' })]) {
            console.log(error);
        }
        try { throw new Mine('lost') } catch (error) { console.log(error.stack.includes('    at ')) }";
    let printed = bench.run(source);
    let heads: Vec<_> = printed.iter().filter_map(|text| text.lines().next()).collect();
    assert_eq!(heads, ["Mine [MineError]: a", "Field [FieldError]: b", "Late: c", "true"]);
    let error = bench.realm.run_script("throw new Mine('uncaught')", "test.js").expect_err("thrown");
    assert_eq!(error.stack.as_deref().and_then(|stack| stack.lines().next()), Some("MineError: uncaught"));
}

#[test]
fn a_program_may_replace_how_stacks_are_made() {
    let bench = Bench::new(RealmOptions::page("page"));
    let source = "const own = Error.prepareStackTrace; Error.prepareStackTrace = (error, sites) => sites.length;
        console.log(typeof new Error().stack); Error.prepareStackTrace = own; console.log(new Error('m').stack.split('\\n')[0])";
    assert_eq!(bench.run(source), ["number", "Error: m"]);
}

#[test]
fn places_in_a_function_that_is_made_of_a_text_are_those_of_the_text() {
    let place = |source: &str| {
        let bench = Bench::node();
        let error = bench.realm.run_commonjs(source, "/a/m.js").expect_err("it throws");
        let stack = error.stack.expect("a stack");
        let at = stack.lines().find_map(|line| line.trim().strip_prefix("at ")).expect("a place");
        at.trim_start_matches("<anonymous> ").trim_matches(['(', ')']).to_owned()
    };
    assert_eq!(place("null.x"), "/a/m.js:1:1");
    assert_eq!(place("  nope()"), "/a/m.js:1:3");
    assert_eq!(place("const a = 1; const b = = 2;"), "/a/m.js:1:24");
    assert_eq!(place("#!/usr/bin/env node\n  nope()"), "/a/m.js:2:3");
    assert_eq!(place("\u{feff}nope()"), "/a/m.js:1:1");
    assert_eq!(place("\nconst = 1"), "/a/m.js:2:7");
    assert_eq!(place("function f() { nope() } f()"), "f (/a/m.js:1:16");
}

#[test]
fn call_sites_name_the_places_of_the_text_too() {
    let bench = Bench::node();
    let source = "Error.prepareStackTrace = (error, sites) => sites.map((site) => `${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()}`)[0];
console.log(new Error('x').stack);
const { stack } = new Error('y'); console.log(stack);";
    bench.realm.run_commonjs(source, "/a/m.js").expect("runs");
    assert_eq!(bench.finish(), ["/a/m.js:2:17", "/a/m.js:3:23"]);
}
