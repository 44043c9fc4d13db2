//! Rows S2: `send`, `sendSync` and `invoke` beside each other.

use std::time::{Duration, Instant};

use crate::common::App;

fn send() -> App {
    App::fixture("seeds/2-send")
}

fn send_sync() -> App {
    App::fixture("seeds/2-send-sync")
}

fn invoke() -> App {
    App::fixture("seeds/2-invoke")
}

const SYNC_RECEIVED: &str = "receive message from render: 我是渲染进程通过 syncSend 发送给主进程的消息";
const INVOKE_RECEIVED: &str = "receive message from render: 我是渲染进程通过 invoke 发送的消息";
const INVOKE_REPLY: &str = "[renderer 1] replyMessage 延迟 2 秒获取到主进程的返回结果";
const RETURN: &str = "event.returnValue = '主进程回复的消息';";

#[test]
fn s2_1_send_is_answered_on_another_channel() {
    send().eval("sendMessageToMain()").until_idle().prints(&[
        "receive message from render: 我是渲染进程通过 send 发送的消息",
        "[renderer 1] replyMessage 主进程通过 reply 回复给渲染进程的消息",
    ]);
}

#[test]
fn s2_2_send_returns_at_once_and_leaves_nothing_pending() {
    send()
        .edited("main.js", &[("event.reply(", "void ("), ("console.log(", "void (")])
        .eval("console.log(ipcRenderer.send('render-send-to-main', 'x')); console.log('after')")
        .until_idle()
        .prints(&["[renderer 1] undefined", "[renderer 1] after"]);
}

#[test]
fn s2_3_send_sync_returns_the_return_value() {
    send_sync()
        .eval("sendSyncMessageToMain()")
        .until_idle()
        .prints(&[SYNC_RECEIVED, "[renderer 1] replyMessage 主进程回复的消息"]);
}

#[test]
fn s2_4_main_has_handled_the_message_before_send_sync_returns() {
    send_sync().eval("console.log('before'); sendSyncMessageToMain(); console.log('after')").until_idle().prints(&[
        "[renderer 1] before",
        SYNC_RECEIVED,
        "[renderer 1] replyMessage 主进程回复的消息",
        "[renderer 1] after",
    ]);
}

#[test]
fn s2_5_the_return_value_undefined_answers_too() {
    send_sync()
        .edited("main.js", &[(RETURN, "event.returnValue = undefined;")])
        .eval("sendSyncMessageToMain()")
        .until_idle()
        .prints(&[SYNC_RECEIVED, "[renderer 1] replyMessage undefined"]);
}

#[test]
fn s2_6_without_a_return_value_send_sync_says_that_none_was_sent() {
    send_sync()
        .edited("main.js", &[(RETURN, "")])
        .eval("sendSyncMessageToMain()")
        .until_idle()
        .prints(&[SYNC_RECEIVED, "[renderer 1] replyMessage { error: 'reply was never sent' }"]);
}

#[test]
fn s2_7_invoke_waits_for_a_handler_that_takes_two_seconds() {
    let start = Instant::now();
    let ended = invoke().eval("invokeMessageToMain()").until_idle();
    ended.prints(&[INVOKE_RECEIVED, INVOKE_REPLY]);
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn s2_8_other_messages_are_handled_while_a_handler_waits() {
    invoke()
        .eval("void invokeMessageToMain(); ipcRenderer.send('note', 'from the same'); ipcRenderer.send('open-other')")
        .until_idle()
        .prints(&[INVOKE_RECEIVED, "note from the same", "note from another renderer", INVOKE_REPLY]);
}

#[test]
fn s2_9_a_handler_may_use_what_is_defined_below_it() {
    invoke()
        .edited("main.js", &[("2000", "20")])
        .eval("invokeMessageToMain()")
        .until_idle()
        .prints(&[INVOKE_RECEIVED, INVOKE_REPLY]);
}

#[test]
fn s2_10_functions_of_the_page_can_be_called_from_outside() {
    let from_main = "win.loadFile('index.html').then(() => win.webContents.executeJavaScript('sendMessageToMain()'))";
    send().edited("app.js", &[("win.loadFile('index.html')", from_main)]).until_idle().prints(&[
        "receive message from render: 我是渲染进程通过 send 发送的消息",
        "[renderer 1] replyMessage 主进程通过 reply 回复给渲染进程的消息",
    ]);
    let names = "console.log(typeof sendSyncMessageToMain, typeof window.sendSyncMessageToMain)";
    send_sync().eval(names).until_idle().prints(&["[renderer 1] function function"]);
}
