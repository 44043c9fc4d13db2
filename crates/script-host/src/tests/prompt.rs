use super::Bench;
use crate::RealmOptions;

/// A realm at whose prompt something can be typed.
struct Prompt(Bench);

impl Prompt {
    fn new() -> Self {
        Self::over(RealmOptions::node("test"))
    }

    fn over(options: RealmOptions) -> Self {
        let bench = Bench::new(options);
        bench.with_module("prompt", "internal/prompt");
        bench.run("var type = (code) => prompt.run(code, false).then((text) => console.log(text))");
        Self(bench)
    }

    /// What is shown for a line; `...` when another has to follow.
    fn line(&self, code: &str) -> String {
        let mut lines = self.0.run(&format!("type({})", quoted(code)));
        let last = lines.pop().unwrap_or_default();
        let outcome: Vec<String> = self.0.run(&format!(
            "(({{ kind, text }}) => console.log(kind === 'incomplete' ? '...' : text))(JSON.parse({}))",
            quoted(&last)
        ));
        lines.extend(outcome);
        lines.join("\n")
    }

    fn complete(&self, text: &str) -> String {
        self.0.run(&format!("console.log(JSON.parse(prompt.complete({})).names.join(' '))", quoted(text))).join("\n")
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for unit in text.encode_utf16() {
        quoted.push_str(&format!("\\u{unit:04x}"));
    }
    quoted + "\""
}

#[test]
fn values_are_shown_as_node_shows_them() {
    let prompt = Prompt::new();
    for (code, shown) in [
        ("1 + 1", "2"),
        ("'a'", "'a'"),
        ("undefined", "undefined"),
        ("var x = 1", "undefined"),
        ("x", "1"),
        ("{ a: 1 }", "{ a: 1 }"),
        ("{ a: 1 };", "1"),
        ("{ let a = 2; a }", "2"),
        ("Promise.resolve(3)", "Promise { 3 }"),
        ("[1, [2, [3, [4]]]]", "[ 1, [ 2, [ 3, [Array] ] ] ]"),
        ("new Proxy({}, { get() { throw 1 } })", "Proxy [ {}, { get: [Function: get] } ]"),
        ("(function f() {})", "[Function: f]"),
        ("", "undefined"),
        ("// nothing", "undefined"),
    ] {
        assert_eq!(prompt.line(code), shown, "{code}");
    }
}

#[test]
fn names_stay_from_line_to_line() {
    let prompt = Prompt::new();
    prompt.line("let a = 1; const b = await Promise.resolve(2); class C {}; function f() { return a + b }");
    assert_eq!(prompt.line("f()"), "3");
    assert_eq!(prompt.line("a = 5; f()"), "7");
    assert_eq!(prompt.line("new C"), "C {}");
    assert!(prompt.line("b = 3").starts_with("Uncaught TypeError: "), "a constant");
    assert!(prompt.line("let a").starts_with("Uncaught SyntaxError: "), "declared twice");
}

#[test]
fn the_last_value_and_the_last_error_have_names() {
    let prompt = Prompt::new();
    prompt.line("20 + 1");
    assert_eq!(prompt.line("_ * 2"), "42");
    assert_eq!(prompt.line("_"), "42");
    prompt.line("throw new RangeError('far')");
    assert_eq!(prompt.line("_error.message"), "'far'");
    prompt.line("_ = 'mine'");
    prompt.line("1");
    assert_eq!(prompt.line("_"), "'mine'");
    let page = Prompt::new();
    page.0.run("globalThis._ = 'lodash'");
    page.line("1");
    assert_eq!(page.line("_"), "'lodash'");
}

#[test]
fn errors_are_shown_as_node_shows_them() {
    let prompt = Prompt::new();
    let error = prompt.line("throw new Error('no')");
    assert_eq!(error, "Uncaught Error: no\n    at REPL1:1:11");
    assert_eq!(prompt.line("throw 1"), "Uncaught 1");
    assert_eq!(prompt.line("throw 'text'"), "Uncaught 'text'");
    assert_eq!(prompt.line("await Promise.reject({ a: 1 })"), "Uncaught { a: 1 }");
    let error = prompt.line("throw Object.assign(new TypeError('x'), { code: 'E' })");
    assert!(error.starts_with("Uncaught TypeError: x\n") && error.ends_with(" {\n  code: 'E'\n}"), "{error}");
    assert_eq!(prompt.line("a b"), "a b\n  ^\n\nUncaught SyntaxError: expecting ';'");
    let error = prompt.line("1;\n  )");
    assert!(error.starts_with("  )\n  ^\n\nUncaught SyntaxError: "), "{error}");
}

#[test]
fn code_that_stops_early_waits_for_more() {
    let prompt = Prompt::new();
    for code in [
        "{",
        "f(",
        "[1,",
        "[1, 2",
        "function f() {",
        "x => {",
        "a +",
        "a + ",
        "'é' + ",
        "var x =",
        "if (a)",
        "for (;;)",
        "`abc",
        "`abc\ndef",
        "`a${",
        "`a${1} b",
        "/* comment",
        "class A {",
        "async () => { await 1",
        "'a\\",
        "({\n  a: 1,",
    ] {
        assert_eq!(prompt.line(code), "...", "{code}");
    }
    for code in ["'abc", ")", "f(}", "a b", "'é' ) + 1", "}", "let 1", "'ééé'; ) 12345"] {
        assert!(prompt.line(code).contains("SyntaxError"), "{code}: {}", prompt.line(code));
    }
    assert_eq!(prompt.line("`a\nb`"), "'a\\nb'");
    assert_eq!(prompt.line("[1,\n2]"), "[ 1, 2 ]");
}

#[test]
fn names_are_completed_without_running_the_programs_code() {
    let prompt = Prompt::new();
    prompt.line(
        "const tool = { hammer: 1, handle: { length: 2, lever: 3 }, get trap() { spring(); return { jaw: 1 } } }",
    );
    prompt.line("const cage = new Proxy({ door: 1 }, { ownKeys() { spring(); return [] } })");
    prompt.line("var spring = () => { globalThis.sprung = 1 }");
    assert_eq!(prompt.complete("tool.ha"), "hammer handle hasOwnProperty");
    assert_eq!(prompt.complete("1 + tool.handle.le"), "length lever");
    assert_eq!(prompt.complete("f(tool?.handle?.lev"), "lever");
    assert_eq!(prompt.complete("too"), "tool");
    assert_eq!(prompt.complete("tool.trap.j"), "");
    assert_eq!(prompt.complete("cage.d"), "");
    assert_eq!(prompt.complete("spr"), "spring");
    assert_eq!(prompt.complete("process.stdo"), "stdout");
    assert!(prompt.complete("process.stdout.writ").split(' ').any(|name| name == "write"));
    assert_eq!(prompt.complete("Math.flo"), "floor");
    assert_eq!(prompt.complete("tool.toStr"), "toString");
    assert_eq!(prompt.complete("functio"), "function");
    for nothing in ["f().x", "a[0].x", "'tex", "12.to", "nope.x", ".x", "tool..h"] {
        assert_eq!(prompt.complete(nothing), "", "{nothing}");
    }
}
