use serde_json::json;

use super::peer::{Answer, Peer, Said};
use ipc_proto::wire::Status;

fn node_page(html: &str) -> Peer {
    let mut peer = Peer::with_page(html, "", json!({ "contextIsolation": false, "nodeIntegration": true }));
    peer.page("globalThis.ipc = require('electron').ipcRenderer; 0");
    peer
}

#[test]
fn a_page_with_node_sends_and_gets_an_answer() {
    let mut peer = Peer::with_page(
        r#"<button id="btn">x</button><script>
        const { ipcRenderer } = require('electron');
        btn.onclick = () => { ipcRenderer.send('message-from-renderer', 1, 2, 3); };
        ipcRenderer.on('message-from-main', (event, sum) => {
            console.log('receive message from main process', sum, event.sender === ipcRenderer, event.ports.length);
        });
        </script>"#,
        "",
        json!({ "contextIsolation": false, "nodeIntegration": true }),
    );
    peer.page("btn.click()");
    assert_eq!(peer.message("message-from-renderer"), json!([1, 2, 3]));
    peer.send("message-from-main", &json!([6]));
    let line = peer.until("a console line", |said| matches!(said, Said::Console(..)));
    assert_eq!(line, Said::Console("info".into(), "receive message from main process 6 true 0".into()));
    assert_eq!(peer.end(), 0);
}

#[test]
fn send_copies_at_once_and_refuses_what_cannot_be_cloned() {
    let mut peer = node_page("");
    let said = peer.page(
        "const o = { n: 1 }; const returned = ipc.send('x', o); o.n = 2;
        let said; try { ipc.send('y', { f() {} }) } catch (e) { said = [e.message, e.path] }
        [returned === undefined, said]",
    );
    assert_eq!(said, json!([true, ["An object could not be cloned.", "args[0].f (function)"]]));
    assert_eq!(peer.message("x"), json!([{ "n": 1 }]));
    assert!(!peer.heard().iter().any(|said| matches!(said, Said::Send(..))));
}

#[test]
fn a_script_that_prepares_stacks_may_ask_again_while_send_sync_fails() {
    let mut peer = node_page("");
    peer.handle(|channel, _| match channel {
        "large" => Answer::Status(Status::TooLarge),
        _ => Answer::Value(json!("an answer")),
    });
    let said = peer.page(
        "let nested = false, got = [];
        Error.prepareStackTrace = () => {
            if (!nested) { nested = true; const t = Date.now(); got.push(ipc.sendSync('other'), Date.now() - t < 5000) }
            return 'stack'
        };
        try { ipc.sendSync('large') } catch (e) { got.push(e.message) }
        Error.prepareStackTrace = undefined;
        got",
    );
    assert_eq!(said, json!(["an answer", true, "the reply is larger than a message may be"]));
}

#[test]
fn channels_must_be_strings() {
    let mut peer = node_page("");
    let said = peer.page(
        "[null, {}, 5, undefined].map((channel) => { try { ipc.send(channel) } catch (e) { return [e.name, e.message] } })",
    );
    let text = |shown: &str| {
        json!(["TypeError", format!("Error processing argument at index 1, conversion failure from {shown}")])
    };
    assert_eq!(said, json!([text("null"), text("#<Object>"), text("5"), text("undefined")]));
    assert_eq!(
        peer.page("const p = ipc.invoke(null); p.catch((e) => [p instanceof Promise, e.name])"),
        json!([true, "TypeError"])
    );
}

#[test]
fn invoke_settles_with_electron_s_texts() {
    let mut peer = node_page("");
    let error = |text: &str| json!({ "text": text, "name": "TypeError", "message": "x", "code": "E_X", "stack": "s", "cause": null });
    peer.handle(move |channel, args| match channel {
        "add" => Answer::Value(json!(args[0].as_i64().unwrap_or(0) + args[1].as_i64().unwrap_or(0))),
        "nothing" => Answer::Bytes(vec![0]),
        "fail" => Answer::Failed(error("TypeError: x")),
        "text" => Answer::Failed(error("boom")),
        "empty" => Answer::Failed(error("")),
        "never" => Answer::Status(Status::NeverReplied),
        "clone" => Answer::Status(Status::NotCloneable),
        _ => Answer::Status(Status::NoHandler),
    });
    let mut check = |code: &str, expected: serde_json::Value| assert_eq!(peer.page(code), expected, "{code}");
    check("ipc.invoke('add', 4, 5)", json!(9));
    check("ipc.invoke('nothing').then((x) => x === undefined)", json!(true));
    let text = |channel: &str, rest: &str| json!(format!("Error invoking remote method '{channel}': {rest}"));
    check("ipc.invoke('fail').catch((e) => e.message)", text("fail", "TypeError: x"));
    check(
        "ipc.invoke('fail').catch((e) => [e.constructor === Error, e.remote.name, e.remote.code, Object.keys(e)])",
        json!([true, "TypeError", "E_X", []]),
    );
    check("ipc.invoke('text').catch((e) => e.message)", text("text", "boom"));
    check("ipc.invoke('empty').catch((e) => e.message)", text("empty", ""));
    check("ipc.invoke('never').catch((e) => e.message)", text("never", "reply was never sent"));
    check("ipc.invoke('clone').catch((e) => e.message)", text("clone", "Error: An object could not be cloned."));
    check("ipc.invoke('none').catch((e) => e.message)", text("none", "Error: No handler registered for 'none'"));
    check("ipc.invoke('x', () => {}).catch((e) => e.message)", json!("An object could not be cloned."));
}

#[test]
fn a_page_that_wants_faithful_errors_gets_main_s_own() {
    let preferences = json!({ "contextIsolation": false, "nodeIntegration": true, "errors": "faithful" });
    let mut peer = Peer::with_page("", "", preferences);
    let error = json!({ "text": "TypeError: x", "name": "TypeError", "message": "x", "code": "E", "stack": "s", "cause": null });
    peer.handle(move |_, _| Answer::Failed(error.clone()));
    assert_eq!(
        peer.page("require('electron').ipcRenderer.invoke('fail').catch((e) => [e.name, e.message, e.code, e.stack])"),
        json!(["TypeError", "x", "E", "s"])
    );
}

#[test]
fn send_sync_returns_the_value_and_messages_wait_for_it() {
    let mut peer = node_page("");
    peer.page("globalThis.order = []; ipc.on('n', (_, n) => order.push(n)); 0");
    peer.before_sync(vec![("n".into(), json!([1])), ("n".into(), json!([2])), ("n".into(), json!([3]))]);
    peer.handle(|channel, args| match channel {
        "echo" => Answer::Value(args[0].clone()),
        "undefined" => Answer::Bytes(vec![0]),
        _ => Answer::Status(Status::NeverReplied),
    });
    assert_eq!(peer.page("const got = ipc.sendSync('echo', { a: 1 }); order.push('returned'); got"), json!({ "a": 1 }));
    assert_eq!(peer.page("order"), json!(["returned", 1, 2, 3]));
    assert_eq!(peer.page("ipc.sendSync('undefined') === undefined"), json!(true));
    assert_eq!(peer.page("ipc.sendSync('never')"), json!({ "error": "reply was never sent" }));
    assert_eq!(
        peer.page("try { ipc.sendSync('x', () => {}) } catch (e) { e.message }"),
        json!("An object could not be cloned.")
    );
}

#[test]
fn a_thousand_mixed_messages_keep_their_order() {
    let mut peer = node_page("");
    peer.handle(|_, args| Answer::Value(args[0].clone()));
    peer.page(
        "for (let i = 0; i < 1000; i++) {
            if (i % 100 === 7) ipc.sendSync('s', i); else if (i % 3 === 0) ipc.invoke('i', i); else ipc.send('x', i);
        } ipc.send('end')",
    );
    let mut last = -1;
    peer.until("the last message", |said| match said {
        Said::Send(name, args) if name == "x" => {
            let n = args[0].as_i64().expect("a number");
            assert!(n > last, "{n} came after {last}");
            last = n;
            false
        }
        Said::Send(name, _) => name == "end",
        _ => false,
    });
}

#[test]
fn ipc_renderer_is_an_emitter_without_listeners_of_its_own() {
    let mut peer = node_page("");
    assert_eq!(peer.page("ipc.eventNames()"), json!([]));
    peer.page("globalThis.got = []; ipc.once('a', (e, x) => got.push(x)); const f = (e, x) => got.push(-x); ipc.on('a', f); ipc.off('a', f); 0");
    peer.send("a", &json!([1]));
    peer.send("a", &json!([2]));
    peer.send("nobody", &json!([]));
    assert_eq!(peer.page("got"), json!([1]));
    assert_eq!(
        peer.page("try { ipc.send('x', ipc) } catch (e) { e.message }"),
        json!("An object could not be cloned.")
    );
}

#[test]
fn an_error_message_without_a_listener_harms_nobody() {
    let mut peer = node_page("");
    peer.send("error", &json!(["boom"]));
    peer.until("a report", |said| matches!(said, Said::Uncaught(text) if text.contains("Unhandled error")));
    assert_eq!(peer.page("1 + 1"), json!(2));
}

#[test]
fn main_can_ask_the_renderer() {
    let mut peer = node_page("");
    peer.page("ipc.handle('double', async (event, n) => n * 2); ipc.handle('fail', () => { throw new TypeError('no') }); ipc.handle('function', () => () => {}); 0");
    let ask = |peer: &mut Peer, channel: &str, args: serde_json::Value| {
        let bytes = super::peer::encode(&args);
        let call = peer.connection.invoke(ipc_proto::wire::Space::User, channel, &bytes).expect("an open link");
        peer.result(call).map(|bytes| super::peer::decode(&bytes))
    };
    assert_eq!(ask(&mut peer, "double", json!([21])), Ok(json!(42)));
    assert_eq!(ask(&mut peer, "fail", json!([])).map_err(|e| e["text"].clone()), Err(json!("TypeError: no")));
    assert_eq!(ask(&mut peer, "function", json!([])), Err(json!(["NotCloneable", "result (function)"])));
    assert_eq!(ask(&mut peer, "none", json!([])), Err(json!(["NoHandler", null])));
}

#[test]
fn the_command_line_can_call_ipc_renderer() {
    let mut peer = Peer::with_page("", "", json!({}));
    peer.handle(
        |channel, args| if channel == "echo" { Answer::Value(args.clone()) } else { Answer::Status(Status::NoHandler) },
    );
    assert_eq!(peer.request("call", &json!(["invoke", "echo", [1, "a"]])), Ok(json!([1, "a"])));
    assert_eq!(peer.request("call", &json!(["sendSync", "echo", [2]])), Ok(json!([2])));
    assert_eq!(peer.request("call", &json!(["send", "x", [3]])), Ok(json!(null)));
    assert_eq!(peer.message("x"), json!([3]));
    let error = peer.request("call", &json!(["invoke", "none", []])).expect_err("no handler");
    assert_eq!(error["message"], json!("Error invoking remote method 'none': Error: No handler registered for 'none'"));
    peer.system("listen", &json!(["news"]));
    peer.send("news", &json!([1, 2]));
    assert_eq!(
        peer.until("news", |said| matches!(said, Said::System(..))),
        Said::System("heard".into(), json!(["news", [1, 2]]))
    );
}

#[test]
fn a_renderer_reports_that_it_is_idle_once_after_each_activity() {
    let mut peer = node_page("");
    peer.handle(|_, _| Answer::Value(json!(1)));
    peer.heard();
    peer.system("watch-idle", &json!([]));
    peer.until("idle", |said| *said == Said::Idle);
    peer.page("setTimeout(() => ipc.send('late'), 20); 0");
    let said = peer.until("the timer or idle", |said| matches!(said, Said::Idle | Said::Send(..)));
    assert_eq!(said, Said::Send("late".into(), json!([])));
    peer.until("idle", |said| *said == Said::Idle);
    assert_eq!(peer.heard(), []);
}

#[test]
fn an_argument_that_cannot_be_sent_is_an_ordinary_error_with_its_place() {
    let mut peer = Peer::with_page("", "", json!({ "nodeIntegration": true, "contextIsolation": false }));
    let told = peer.page(
        "const seen = (error) => [error.constructor === Error, String(error), JSON.stringify(error), error.path,
            error.stack.split('\\n')[0], Object.keys(error).length];
        globalThis.Error = null; const told = [];
        for (const value of [() => {}, new Array(80).fill('x'.repeat(1 << 20))]) {
            globalThis.Error = undefined;
            try { require('electron').ipcRenderer.send('any', [0, { deep: value }]) } catch (error) {
                globalThis.Error = error.constructor; told.push(seen(error));
            }
        }
        told",
    );
    let clone = "Error: An object could not be cloned.";
    let large = "Error: The message is too large: more than 67108864 bytes (67109254 up to args[0][1].deep[63]). \
                 Send it in parts, or write a file and send its path.";
    assert_eq!(
        told,
        json!([
            [true, clone, "{}", "args[0][1].deep (function)", clone, 0],
            [true, large, "{}", "args[0][1].deep[63] (more than 67108864 bytes)", large, 0],
        ])
    );
}
