//! How apps end.

use crate::apps::answers;
use crate::common::App;

#[test]
fn closing_the_last_window_quits() {
    assert_eq!(answers("life/quit", 0, &[]).stderr, "");
}

#[test]
fn a_listener_for_the_last_window_keeps_the_app_and_exit_asks_nobody() {
    assert_eq!(answers("life/stay", 123, &[]).stderr, "");
}

#[test]
fn windows_and_the_app_may_prevent_the_end() {
    assert_eq!(answers("life/prevent", 0, &[]).stderr, "");
}

/// Electron may lose such a message.
#[test]
fn what_is_sent_before_the_window_closes_arrives() {
    App::fixture("electron/life/last-words.js").run().prints(&["last words 1", "last words 2"]);
}

#[test]
fn an_app_that_outlives_one_of_its_renderers_ends_well() {
    App::fixture("electron/life/one-dies.js").until_idle().prints(&["gone: killed", "the other lives: 2"]);
}

#[test]
fn a_spare_renderer_is_taken_by_the_next_window_and_ends_with_the_app() {
    let ended = App::fixture("electron/life/spares.js").run();
    let (said, children) = ended.stdout.trim_end().rsplit_once("children: ").expect("the last line");
    let said: Vec<_> = said.lines().collect();
    assert_eq!(
        said,
        [
            "beside the first window: 0",
            "seen by the app: false",
            "taken by the next window",
            "taken in another folder: false",
            "ended instead: true",
            "ended at last: true",
        ],
        "{ended:#?}"
    );
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
    for pid in children.split(' ') {
        let folder = std::path::Path::new("/proc").join(pid);
        assert!(!folder.exists(), "process {pid} is still there");
    }
}

#[test]
fn what_calls_exit_in_a_renderer_or_a_utility_process_is_the_last_that_runs_there() {
    assert_eq!(answers("exit/main", 0, &[]).stderr, "");
}
