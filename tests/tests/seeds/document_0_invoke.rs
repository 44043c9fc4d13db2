//! Rows S0: `ipcRenderer.invoke` and `ipcMain.handle`.

use crate::common::App;

fn app() -> App {
    App::fixture("seeds/0-invoke")
}

#[test]
fn s0_1_the_app_starts_with_its_window_page_and_script() {
    app()
        .eval("console.log(document.title, typeof btn1.onclick, typeof btn2.onclick)")
        .until_idle()
        .prints(&["[renderer 1] 24.03.02 function function"]);
}

#[test]
fn s0_2_a_click_invokes_and_nobody_waits() {
    app().click("#btn1").until_idle().prints(&["invoke-message1 1 2 3"]);
}

#[test]
fn s0_3_a_handler_without_return_resolves_to_undefined() {
    app()
        .eval("ipcRenderer.invoke('invoke-message1', 1, 2, 3).then((value) => console.log(value === undefined, value))")
        .until_idle()
        .prints(&["invoke-message1 1 2 3", "[renderer 1] true undefined"]);
}

#[test]
fn s0_4_invoke_brings_the_sum() {
    app()
        .click("#btn2")
        .until_idle()
        .prints(&["invoke-message2 4 5 6", "[renderer 1] ipcRenderer.invoke 方法收到的返回结果： 15"]);
}

#[test]
fn s0_5_two_clicks_give_the_documents_log() {
    let ended = app().click("#btn1").click("#btn2").until_idle();
    let main: Vec<_> = ended.stdout.lines().filter(|line| !line.starts_with("[renderer ")).collect();
    assert_eq!(main, ["invoke-message1 1 2 3", "invoke-message2 4 5 6"], "{ended:#?}");
    assert_eq!((ended.stderr.as_str(), ended.code), ("", Some(0)));
}

#[test]
fn s0_6_a_handler_gets_the_event_and_then_numbers() {
    let shown = "console.log(typeof _, _.sender === win.webContents, args, args.every(Number.isInteger))";
    app()
        .edited("index.js", &[("console.log('invoke-message2', ...args)", shown)])
        .click("#btn2")
        .until_idle()
        .prints(&["object true [ 4, 5, 6 ] true", "[renderer 1] ipcRenderer.invoke 方法收到的返回结果： 15"]);
}

#[test]
fn s0_7_ids_of_elements_are_global_names() {
    app()
        .eval("console.log(btn1 === document.getElementById('btn1'), window.btn2.textContent)")
        .until_idle()
        .prints(&["[renderer 1] true 请求 + 响应"]);
}

#[test]
fn s0_8_handlers_registered_after_load_file_are_there_for_the_first_message() {
    let at_once = "ipcRenderer.invoke('invoke-message2', 1, 2).then((sum) => console.log('at once', sum))\n\n// 双向";
    app()
        .edited("renderer.js", &[("// 双向", at_once)])
        .until_idle()
        .prints(&["invoke-message2 1 2", "[renderer 1] at once 3"]);
}

#[test]
fn s0_9_the_app_quits_when_its_only_window_closes() {
    app().eval("window.close()").run().prints(&[]);
}
