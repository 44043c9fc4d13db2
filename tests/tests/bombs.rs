//! Pages that do what no page may do: main and other pages go on.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use main_proc::Program;
use main_proc::script::{Options, Output, ScriptApp, Source};

const MAIN: &str = env!("CARGO_BIN_EXE_main_fixture");
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a page may be silent: longer than an ordinary page is while others use the processors.
const SILENCE: Duration = Duration::from_secs(2);

/// Has a page do it; what main prints of that.
fn printed(bomb: &str) -> String {
    let printed = Rc::new(RefCell::new(Vec::new()));
    let sink = {
        let printed = Rc::clone(&printed);
        move |bytes: &[u8]| printed.borrow_mut().extend_from_slice(bytes)
    };
    let source = Source::Path(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/electron/bombs/main.js"));
    let mut options = Options::new(source, Program::new(MAIN).arg("--type=renderer"));
    options.args = vec![bomb.to_owned()];
    options.output = Output::new(sink.clone(), sink);
    options.timeout = Some(PATIENCE);
    options.unresponsive_after = SILENCE;
    assert_eq!(ScriptApp::new(options).expect("an app").run(), 0, "{}", String::from_utf8_lossy(&printed.borrow()));
    String::from_utf8_lossy(&printed.borrow()).into_owned()
}

/// A script that is stopped by an error of its own, behind which its page goes on.
fn throws(bomb: &str, error: &str) {
    assert_eq!(printed(bomb), format!("thrown {error}\ngoes on: 42\nothers go on\n"));
}

/// A script that nothing stops: main notices, and ends its page.
fn hangs(bomb: &str) {
    let told = "unresponsive, and meanwhile others were answered: true\nkilled\nothers go on\n";
    assert_eq!(printed(bomb), told);
}

#[test]
fn deep_recursion_is_an_error_of_the_page_s_script() {
    throws("recursion", "RangeError: Maximum call stack size exceeded");
}

#[test]
fn more_memory_than_a_page_may_have_is_an_error_of_its_script() {
    throws("heap", "InternalError: out of memory");
}

#[test]
fn json_that_nests_without_end_is_an_error_of_the_page_s_script() {
    throws("json", "RangeError: Maximum call stack size exceeded");
}

#[test]
fn a_page_in_an_endless_loop_is_noticed_and_can_be_ended() {
    hangs("loop");
}

#[test]
fn a_page_whose_regular_expression_takes_for_ever_is_noticed_and_can_be_ended() {
    hangs("regexp");
}

#[test]
fn a_page_whose_promises_follow_each_other_without_end_is_noticed_and_can_be_ended() {
    hangs("promises");
}
