//! Rows S4: preload scripts and the context bridge.

use std::fs;

use crate::common::App;

fn app(name: &str) -> App {
    App::fixture(&format!("seeds/4-{name}"))
}

#[test]
fn s4_1_a_page_without_node_sends_through_its_preload_script() {
    app("one-way").click("button").until_idle().prints(&["主进程收到消息: 你好，能听到我说话吗？"]);
}

#[test]
fn s4_2_the_page_has_neither_require_nor_process() {
    let shown = "const btn = document.querySelector('button'); console.log(typeof require, typeof process)";
    app("one-way")
        .edited("index.html", &[("const btn = document.querySelector('button');", shown)])
        .until_idle()
        .prints(&["[renderer 1] undefined undefined"]);
}

#[test]
fn s4_3_a_module_of_the_page_awaits_the_content_of_a_file() {
    let app = app("two-way");
    let folder = app.folder().to_owned();
    app.in_folder(folder).until_idle().prints(&[
        "a.txt",
        "[renderer 1] 第一行",
        "[renderer 1] second line",
        "[renderer 1] ",
    ]);
}

#[test]
fn s4_4_a_missing_file_rejects_with_nodes_text() {
    let ended = app("two-way").in_folder(app("one-way").folder()).until_idle();
    ended.prints_besides_errors(&["a.txt"]);
    ended.complains(
        "Error invoking remote method 'readFileEvent': Error: ENOENT: no such file or directory, open 'a.txt'",
    );
}

#[test]
fn s4_5_main_sends_to_the_page() {
    app("from-main")
        .eval("console.log(document.querySelector('.msg').innerHTML)")
        .until_idle()
        .prints(&["[renderer 1] 你好啊，我是主进程"]);
}

/// Electron loses such a message; here it waits until the page's scripts have run.
#[test]
fn s4_6_what_is_sent_before_the_page_listens_is_not_lost() {
    app("from-main")
        .argument("--early")
        .eval("console.log(JSON.stringify(document.querySelector('.msg').innerHTML))")
        .until_idle()
        .prints(&["[renderer 1] \"你好啊，我是主进程\""]);
}

#[test]
fn s4_7_a_function_cannot_be_sent_and_that_is_logged() {
    let ended = app("from-main")
        .edited("main.js", &[("'你好啊，我是主进程');", "() => {});\nconsole.log('main goes on');")])
        .until_idle();
    ended.prints_besides_errors(&["main goes on"]);
    ended.complains("Error sending from webFrameMain:  Error: Failed to serialize arguments");
}

#[test]
fn s4_8_the_ipc_renderer_itself_does_not_cross_the_bridge() {
    app("from-main")
        .eval(
            "const result = electronAPI.onTestMsg(() => {}); \
             console.log(typeof result, typeof result.send, typeof result.invoke, typeof result.on)",
        )
        .until_idle()
        .prints(&["[renderer 1] object undefined undefined undefined"]);
}

#[test]
fn s4_9_one_preload_script_cannot_expose_the_same_name_twice() {
    let fragment = |name: &str| {
        let text = fs::read_to_string(app(name).folder().join("preload.js")).expect("a preload script");
        format!("{{\n{text}\n}}\n")
    };
    let (first, second, third) = (fragment("one-way"), fragment("two-way"), fragment("from-main"));
    let own = fs::read_to_string(app("one-way").folder().join("preload.js")).expect("a preload script");
    let ended = app("one-way")
        .edited("preload.js", &[(&own, &format!("{first}{second}{third}"))])
        .eval("console.log(Object.keys(electronAPI))")
        .click("button")
        .until_idle();
    ended.prints_besides_errors(&["[renderer 1] [ 'sendMsg' ]", "主进程收到消息: 你好，能听到我说话吗？"]);
    ended
        .complains("[renderer 1] Unable to load preload script: ")
        .complains("Cannot bind an API on top of an existing property on the window object");
    for name in ["two-way", "from-main"] {
        let folder = app("two-way").folder().to_owned();
        let ended = app(name).in_folder(folder).until_idle();
        assert_eq!(ended.stderr, "", "each as an app of its own is fine: {ended:#?}");
    }
}
