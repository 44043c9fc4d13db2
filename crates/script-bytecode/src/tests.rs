use crate::{CompileError, Compiler};

fn compiler() -> Compiler {
    Compiler::new().expect("an engine")
}

#[test]
fn compiling_does_not_run_the_script() {
    let bytes = compiler().function("", "throw new Error('ran')", "node:x").expect("bytecode");
    assert!(!bytes.is_empty());
}

#[test]
fn bytecode_carries_the_label_but_not_the_text() {
    let bytes = compiler().function("a", "return a /* a remark */", "node:some/label").expect("bytecode");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("node:some/label"));
    assert!(!text.contains("remark"));
}

#[test]
fn the_same_text_gives_the_same_bytecode() {
    let body = "class A { #x = 1; get x() { return this.#x } } return { A, big: 12n, text: 'häß' }";
    let first = compiler().function("a", body, "node:x").expect("bytecode");
    assert_eq!(first, compiler().function("a", body, "node:x").expect("bytecode"));
}

#[test]
fn a_syntax_error_names_the_place() {
    let error = compiler().function("a", "\nlet 1;", "node:wrong").expect_err("no script");
    let CompileError::Syntax { message, place } = &error else { panic!("{error}") };
    assert!(!message.is_empty());
    assert!(place.contains("node:wrong:2"), "{place}");
}

#[test]
fn text_with_nul_is_refused() {
    assert!(compiler().function("a", "'\0'", "node:x").is_err());
}
