//! `app.requestSingleInstanceLock()` of apps that run at the same time.

use std::path::Path;
use std::thread;

use crate::common::App;

#[test]
fn of_two_instances_one_has_the_lock_and_hears_of_the_other() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("instances-{}", std::process::id()));
    let run = |name: &'static str| {
        let app = App::fixture("electron/instances/main.js").argument(&folder.to_string_lossy()).argument(name);
        thread::spawn(move || app.run())
    };
    let ended = ["one", "two"].map(run).map(|thread| thread.join().expect("an app that ended"));
    let other = usize::from(ended[0].stdout.contains("heard"));
    let name = ["one", "two"][other];
    ended[other].prints(&["no lock: false"]);
    ended[1 - other].prints(&[&format!("heard of {name} true true"), "has the lock: false"]);
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}
