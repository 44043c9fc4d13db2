//! Renderers of other makes.

use std::process::{Command, Output};

fn check_renderer(program: &[&str]) -> Output {
    let main = ipc_tests::program(env!("CARGO_BIN_EXE_main_fixture"));
    Command::new(main).arg("check-renderer").args(program).output().expect("the command starts")
}

#[test]
fn a_program_that_does_not_say_hello_has_missed_everything() {
    let ended = check_renderer(&["true"]);
    let said = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.starts_with("missed: says Hello with a range of versions: it ends before it says Hello\n"), "{said}");
}

#[test]
fn a_program_that_cannot_be_started_is_said_so() {
    let ended = check_renderer(&["/no/such/renderer", "--option"]);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("'/no/such/renderer'"), "{said}");
}
