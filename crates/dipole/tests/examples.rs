//! The examples of this crate print what they promise.
#![expect(clippy::disallowed_types, reason = "examples are run as their users run them")]

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

#[test]
fn a_supervised_renderer_that_aborts_is_started_again() {
    let printed = printed("supervisor");
    let lines: Vec<_> = printed.lines().collect();
    let [half, error, third, first, soon, last] = lines[..] else { panic!("{printed}") };
    assert_eq!(half, "6 / 2 = 3");
    assert!(error.starts_with("6 / 0: the other process is gone: ended by signal 6"), "{error}");
    assert_eq!(third, "6 / 3 = 2, by process 2 of this supervisor");
    assert!(first.starts_with("process 1 ended by signal 6"), "{first}");
    assert_eq!(soon, "the next one is started soon");
    assert_eq!(last, "process 2 exited with code 0 (clean-exit), closed by main");
}

#[test]
fn a_pool_loses_the_piece_of_work_that_aborts_and_no_other() {
    let printed = printed("pool");
    let lines: Vec<_> = printed.lines().collect();
    let (crash, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.starts_with("crash: "));
    let counts = ["a: 1", "pool: 4", "shares: 6", "its: 3", "work: 4", "and: 3", "goes: 4", "on: 2"];
    assert_eq!(others, counts);
    assert!(matches!(crash[..], [line] if line.contains("signal 6")), "{crash:?}");
}
