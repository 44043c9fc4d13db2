use super::Bench;
use crate::{ConsoleMessage, Engine, EngineOptions, Level, RealmOptions};

#[test]
fn plain_values_are_printed_as_node_prints_them() {
    let bench = Bench::node();
    let lines = bench.run("console.log('a', 1, true, null, undefined, -0, 5n); console.log(); console.log('100%')");
    assert_eq!(lines, ["a 1 true null undefined -0 5n", "", "100%"]);
}

#[test]
fn objects_and_directives_are_formatted() {
    let bench = Bench::node();
    let lines =
        bench.run("console.log('%s=%d', 'x', 5, 'rest'); console.log({ a: [1, 'b'] }); console.log(Symbol('s'))");
    assert_eq!(lines, ["x=5 rest", "{ a: [ 1, 'b' ] }", "Symbol(s)"]);
}

#[test]
fn classes_that_are_built_in_are_told_from_functions() {
    let bench = Bench::node();
    let lines = bench.run("console.log(AbortController, Map, Buffer.from)");
    assert_eq!(lines, ["[class AbortController] [Function: Map] [Function: from]"]);
}

#[test]
fn groups_indent_every_line() {
    let bench = Bench::node();
    let lines =
        bench.run("console.group('g'); console.log('x\\ny'); console.groupEnd(); console.groupEnd(); console.log('z')");
    assert_eq!(lines, ["g", "  x\n  y", "z"]);
}

#[test]
fn counting_and_asserting() {
    let bench = Bench::node();
    let source = "console.count(); console.count('x'); console.countReset(); console.count();
        console.assert(true, 'no'); console.assert(false); console.assert(0, 'bad %d', 5); console.assert(0, { a: 1 })";
    let lines = bench.run(source);
    let expected = [
        "default: 1",
        "x: 1",
        "default: 1",
        "Assertion failed",
        "Assertion failed: bad 5",
        "Assertion failed: { a: 1 }",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn tables_are_drawn() {
    let bench = Bench::node();
    let lines = bench.run("console.table([{ a: 1, b: 'x' }, { a: 2 }]); console.table(5)");
    let table = "\
┌─────────┬───┬─────┐
│ (index) │ a │ b   │
├─────────┼───┼─────┤
│ 0       │ 1 │ 'x' │
│ 1       │ 2 │     │
└─────────┴───┴─────┘";
    assert_eq!(lines, [table, "5"]);
}

#[test]
fn plain_output_does_not_load_util() {
    let bench = Bench::node();
    bench.engine.add_builtin("util", crate::BuiltinModule::internal("node:util", "throw new Error('loaded')"));
    assert_eq!(bench.run("console.log('a', 1); console.error('x')"), ["a 1", "x"]);
}

#[test]
fn messages_carry_level_and_place() {
    let engine = Engine::new(EngineOptions { console_location: true, ..EngineOptions::default() }).expect("an engine");
    let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let sink = std::rc::Rc::clone(&seen);
    engine.on_console(move |message: &ConsoleMessage<'_>| {
        sink.borrow_mut().push((message.level, message.source.to_owned(), message.line));
    });
    let realm = engine.new_realm(RealmOptions::page("page")).expect("a realm");
    realm
        .run_script("console.debug(1);\nconsole.warn(2);\n(function f() { console.error(3) })()", "page.js")
        .expect("runs");
    let place = |level, line| (level, "page.js".to_owned(), line);
    assert_eq!(*seen.borrow(), [place(Level::Debug, 1), place(Level::Warning, 2), place(Level::Error, 3)]);
}
