//! Rows S3: when to use `invoke` and when `send`.

use crate::common::App;

fn app(name: &str) -> App {
    App::fixture(&format!("seeds/3-{name}"))
}

#[test]
fn s3_1_a_log_message_arrives() {
    let ended = app("basic-send").until_idle();
    assert_eq!(ended.stdout.lines().next(), Some("Hello from renderer"), "{ended:#?}");
}

#[test]
fn s3_2_an_object_arrives_as_a_plain_object() {
    app("basic-send").until_idle().prints(&["Hello from renderer", "applySettings { theme: 'dark' }"]);
}

#[test]
fn s3_3_invoke_brings_a_deep_copy_without_the_class() {
    let ended = app("basic-invoke").until_idle();
    ended.prints(&["[renderer 1] { id: 7, tags: [ 'a', 'b' ] }"]);
    app("basic-invoke")
        .eval(
            "Promise.all([ipcRenderer.invoke('get-user-data', 7), ipcRenderer.invoke('get-user-data', 7)]).then(\
             ([a, b]) => console.log(a !== b, a.tags !== b.tags, Object.getPrototypeOf(a) === Object.prototype))",
        )
        .until_idle()
        .prints(&["[renderer 1] { id: 7, tags: [ 'a', 'b' ] }", "[renderer 1] true true true"]);
}

#[test]
fn s3_4_any_channel_name_will_do_and_arguments_may_be_missing() {
    app("when-invoke").until_idle().prints(&[
        "read-file [ '/path/to/file' ]",
        "query-users [ { active: true } ]",
        "show-save-dialog []",
        "get-app-config []",
    ]);
}

#[test]
fn s3_5_messages_arrive_as_sent_and_without_a_listener_they_are_dropped() {
    app("when-send").until_idle().prints(&[
        "track-event [ { name: 'page_view', page: '/home' } ]",
        "minimize-window []",
        "close-window []",
        "sync-state [ { isPlaying: true } ]",
    ]);
}

#[test]
fn s3_6_an_async_listener_answers_on_another_channel() {
    app("fetch-send").until_idle().prints(&["[renderer 1] updateUI { id: 123, name: 'item' }"]);
}

#[test]
fn s3_7_invoke_needs_one_call_for_the_same() {
    app("fetch-invoke").until_idle().prints(&["[renderer 1] updateUI { id: 123, name: 'item' }"]);
}

/// The document shows the bare message; Electron, and so this project, says what failed before it.
#[test]
fn s3_8_a_failed_handler_rejects_with_electrons_text() {
    let ended = app("error-invoke").until_idle();
    ended.prints_besides_errors(&[]);
    ended
        .complains("[renderer 1] Error: Error invoking remote method 'may-fail': Error: Operation failed\n")
        .complains("Error occurred in handler for 'may-fail': Error: Operation failed\n    at ");
}

#[test]
fn s3_9_a_listener_reports_a_failure_by_hand() {
    let ended = app("error-send").argument("--fail").until_idle();
    ended.prints_besides_errors(&[]);
    assert_eq!(ended.stderr, "[renderer 1] Error: too risky\n");
}

#[test]
fn s3_10_a_listener_reports_success_by_hand() {
    app("error-send").until_idle().prints(&["[renderer 1] Success"]);
}

#[test]
fn s3_11_the_preload_scripts_functions_reach_main() {
    app("preload")
        .eval("electronAPI.readFile('p').then((text) => console.log(text))")
        .eval("console.log(electronAPI.log('x'), electronAPI.minimize())")
        .eval("electronAPI.saveFile('f', 'text').then((value) => console.log(value))")
        .eval("electronAPI.showDialog({ title: 'T' }).then((value) => console.log(value))")
        .until_idle()
        .prints(&[
            "log User action",
            "[renderer 1] content of p",
            "log x",
            "minimize",
            "[renderer 1] undefined undefined",
            "save-file f text",
            "[renderer 1] undefined",
            "[renderer 1] { asked: { title: 'T' } }",
        ]);
}

#[test]
fn s3_12_the_subscription_gets_the_data_only_and_returns_a_function() {
    app("preload")
        .eval(
            "const stop = electronAPI.onNotification((...args) => console.log('args', args)); \
             console.log(typeof stop); electronAPI.minimize()",
        )
        .until_idle()
        .prints(&["log User action", "[renderer 1] function", "minimize", "[renderer 1] args [ { number: 1 } ]"]);
}

#[test]
fn s3_13_after_unsubscribing_nothing_arrives_and_no_listener_is_left() {
    app("preload")
        .argument("--count")
        .eval(
            "const before = listeners(); const stop = electronAPI.onNotification(showNotification); \
             const during = listeners(); stop(); console.log(before, during, listeners()); electronAPI.minimize()",
        )
        .until_idle()
        .prints(&["log User action", "[renderer 1] 0 1 0", "minimize"]);
}

#[test]
fn s3_14_only_the_subscription_that_is_left_gets_the_notification() {
    app("preload")
        .argument("--count")
        .eval(
            "const same = (data) => console.log('same function', data); const first = electronAPI.onNotification(same); \
             const second = electronAPI.onNotification(same); first(); console.log(listeners()); electronAPI.minimize()",
        )
        .until_idle()
        .prints(&["log User action", "[renderer 1] 1", "minimize", "[renderer 1] same function { number: 1 }"]);
}

#[test]
fn s3_15_a_pages_script_may_await_at_its_top_level() {
    let shown = "\nconsole.log(content, users, filePath, config)\n";
    let last = "const config = await ipcRenderer.invoke(\"get-app-config\");";
    app("when-invoke").edited("renderer.js", &[(last, &format!("{last}{shown}"))]).until_idle().prints(&[
        "read-file [ '/path/to/file' ]",
        "query-users [ { active: true } ]",
        "show-save-dialog []",
        "get-app-config []",
        "[renderer 1] text [ { id: 7, active: true } ] /tmp/b.txt { theme: 'dark' }",
    ]);
}

#[test]
fn s3_16_send_returns_nothing_and_invoke_a_promise() {
    app("fetch-invoke")
        .eval(
            "console.log(typeof ipcRenderer.send('fetch-data', 1), \
             ipcRenderer.invoke('fetch-data', { id: 1 }) instanceof Promise)",
        )
        .until_idle()
        .prints(&["[renderer 1] updateUI { id: 123, name: 'item' }", "[renderer 1] undefined true"]);
}
