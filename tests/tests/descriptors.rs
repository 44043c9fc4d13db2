//! What happens when this process may open no more files. Alone in its program, since the limit is the whole process's.

use std::time::Duration;

use main_proc::{App, Program};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const FIXTURE: &str = env!("CARGO_BIN_EXE_renderer_fixture");

fn double(contents: &main_proc::WebContents, number: i64) -> Result<i64, main_proc::CallError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(contents.invoke_within("double", (number,), Duration::from_secs(60)))
}

#[test]
fn a_start_without_descriptors_is_an_error_that_says_so_and_harms_nobody() {
    let app = App::new();
    let first = app.spawn_renderer(&Program::new(FIXTURE)).expect("the fixture starts");
    assert_eq!(double(&first, 2), Ok(4));
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(64), ..limit }).expect("a lower limit");
    let mut others: Vec<_> = std::iter::from_fn(|| std::fs::File::open("/dev/null").ok()).collect();
    // Room for a part of what a start takes: for none of its descriptors, for the first, and for two.
    for _ in 0..3 {
        let error = app.spawn_renderer(&Program::new(FIXTURE)).expect_err("it takes three");
        assert!(error.to_string().contains("Too many open files (os error 24)"), "{error}");
        assert!(error.to_string().contains("`ulimit -n`"), "{error}");
        others.pop();
        assert_eq!(double(&first, 3), Ok(6), "those that were there go on");
    }
    let next = app.spawn_renderer(&Program::new(FIXTURE)).expect("there is room again, and nothing was left behind");
    assert_eq!(double(&next, 4), Ok(8));
    assert_eq!(app.renderers().len(), 2);
}
