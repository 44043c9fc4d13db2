//! Rows S1: `ipcRenderer.send` and `ipcMain.on`.

use crate::common::App;

const LOG: [&str; 2] =
    ["receive message from renderer process 1 2 3", "[renderer 1] receive message from main process 6"];

fn app() -> App {
    App::fixture("seeds/1-send")
}

#[test]
fn s1_1_a_message_is_answered_with_the_sum() {
    app().click("#btn").until_idle().prints(&LOG);
}

#[test]
fn s1_2_all_three_ways_to_answer_are_alike() {
    let (a, b, c) = (
        "win.webContents.send('message-from-main', sum)",
        "event.sender.send('message-from-main', sum)",
        "event.reply(",
    );
    for way in [a, b] {
        app()
            .edited("index.js", &[(c, "// event.reply("), (&format!("// {way}"), way)])
            .click("#btn")
            .until_idle()
            .prints(&LOG);
    }
    app().click("#btn").until_idle().prints(&LOG);
}

#[test]
fn s1_3_the_sender_is_the_windows_contents_and_send_is_one_function() {
    app()
        .edited("index.js", &[("// console.log(", "console.log(")])
        .click("#btn")
        .until_idle()
        .prints(&[LOG[0], "true", "true", LOG[1]]);
}

#[test]
fn s1_4_a_listeners_first_argument_is_the_event() {
    let shown = "console.log(_.sender === ipcRenderer, res)";
    app()
        .edited("renderer.js", &[("console.log('receive message from main process', res)", shown)])
        .click("#btn")
        .until_idle()
        .prints(&[LOG[0], "[renderer 1] true 6"]);
}

#[test]
fn s1_5_a_page_of_a_button_and_a_script_is_enough() {
    app()
        .eval("console.log(btn.id, document.querySelector('script').getAttribute('src'), typeof btn.onclick)")
        .until_idle()
        .prints(&["[renderer 1] btn renderer.js function"]);
}
