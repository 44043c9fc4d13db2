//! The examples of this crate print what `examples/README.md` shows.

#![expect(clippy::disallowed_types, reason = "what is run here is a main")]

use std::process::Command;

/// What an example prints.
fn printed(name: &str) -> String {
    let test = std::env::current_exe().expect("this test");
    // Beside the folder of the tests; cargo builds the examples of a package with its tests.
    let program = test.parent().and_then(|deps| deps.parent()).expect("the build's folder").join("examples").join(name);
    let done = Command::new(&program).output().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let errors = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{}: {errors}", done.status);
    String::from_utf8(done.stdout).expect("text")
}

/// What the README shows behind the command that runs it.
fn promised(name: &str) -> String {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/README.md");
    let readme = std::fs::read_to_string(readme).expect("the README of the examples");
    let command = format!("$ cargo run -p dipole --example {name}\n");
    let (_, behind) = readme.split_once(&command).expect("the command");
    let (printed, _) = behind.split_once("```").expect("the end of its output");
    printed.to_owned()
}

#[test]
fn a_supervised_renderer_that_aborts_is_started_again() {
    assert_eq!(printed("supervisor"), promised("supervisor"));
}

#[test]
fn streams_go_both_ways_and_their_producers_stop_with_their_consumers() {
    assert_eq!(printed("streams"), promised("streams"));
}

#[test]
fn a_pool_loses_the_piece_of_work_that_aborts_and_no_other() {
    assert_eq!(printed("pool"), promised("pool"));
}

#[test]
fn a_service_keeps_the_types_of_results_and_errors() {
    assert_eq!(printed("service"), promised("service"));
}

#[test]
fn a_renderer_behind_a_launcher_answers_and_a_launcher_that_fails_says_why() {
    assert_eq!(printed("remote"), promised("remote"));
}
