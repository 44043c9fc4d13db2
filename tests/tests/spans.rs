//! What the logs of two processes say of the calls between them. Alone in its program, since the log is the whole process's.

use std::path::Path;

use dipole::{App, IpcMainEvent, Program};
use ipc_tests::log::{Log, write_spans};
use ipc_tests::services::{Glass, MirrorServer};
use tracing::Instrument;

#[test]
fn the_spans_of_a_call_and_of_its_handler_are_joined_by_renderer_asker_and_request() {
    let log = Log::default();
    write_spans(log.clone());
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("spans-{}", std::process::id()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let app = App::new();
        app.ipc_main().serve(MirrorServer::new(Glass)).expect("the first").forget();
        let answer = |event: &IpcMainEvent, ()| event.set_return_value(()).expect("a value");
        app.ipc_main().on("now", answer).forget();
        let program = Program::new(env!("CARGO_BIN_EXE_service_fixture")).arg("logs").arg(&place);
        let contents = app.spawn_renderer(&program).expect("the fixture starts");
        // Asked before the handshake, and in it the renderer asks main.
        let job = tracing::debug_span!(target: "spans", "job", number = 7);
        let (id, _): (u64, String) = contents.invoke("look", ()).instrument(job).await.expect("an answer");
        assert_eq!(id, 1);
        app.close(std::time::Duration::from_secs(5)).await;
    });
    let here = log.text();
    let there = std::fs::read_to_string(&place).expect("the renderer's log");
    let joined: [(&str, &[&str]); 5] = [
        // Main asks, the renderer's handler asks main: the second is within the first there. The renderer's number is known
        // behind the handshake, and so may stand last.
        (&here, &[r#"job{number=7}:call{verb="invoke" channel=look from="main" "#, " request=1", " renderer=1"]),
        (
            &there,
            &[
                r#" handle{verb="invoke" channel=look from="main" renderer=1 request=1}:call{"#,
                r#":call{verb="invoke" channel=Mirror.look from="renderer" renderer=1 request="#,
            ],
        ),
        (&here, &[r#" handle{verb="invoke" channel=Mirror.look from="renderer" renderer=1 request="#]),
        (&there, &[r#" call{verb="send_sync" channel=now from="renderer" "#, " renderer=1"]),
        (&here, &[r#" handle{verb="send_sync" channel=now from="renderer" renderer=1 request="#]),
    ];
    for (log, span) in joined {
        let is_it = |line: &str| span.iter().all(|part| line.contains(part));
        assert!(log.lines().any(is_it), "{span:?}\nin main: {here}\nin the renderer: {there}");
    }
    // The same number on both sides.
    let request = |log: &str, span: &str| {
        let line = log.lines().find(|line| line.contains(span)).expect("it is there").to_owned();
        let (_, behind) = line.split_once(span).expect("it is there");
        behind
            .split_once("request=")
            .map(|(_, number)| number.chars().take_while(char::is_ascii_digit).collect::<String>())
    };
    for channel in ["channel=Mirror.look", "channel=now"] {
        assert_eq!(request(&here, channel), request(&there, channel));
    }
}
