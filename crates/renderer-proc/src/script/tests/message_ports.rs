mod credit;

use ipc_proto::session::Posted;
use serde_json::json;

use super::peer::{Peer, Said, encode};

fn node_page() -> Peer {
    let mut peer = Peer::with_page("", "", json!({ "contextIsolation": false, "nodeIntegration": true }));
    peer.page("globalThis.ipc = require('electron').ipcRenderer; 0");
    peer
}

fn posted(peer: &mut Peer) -> (serde_json::Value, Vec<u64>) {
    match peer.until("a post", |said| matches!(said, Said::Post(..))) {
        Said::Post(_, message, ports) => (message, ports),
        _ => unreachable!("just matched"),
    }
}

#[test]
fn two_ends_in_one_page_talk() {
    let mut peer = node_page();
    assert_eq!(
        peer.page(
            "new Promise((resolve) => {
                const { port1, port2 } = new MessageChannel();
                port1.onmessage = (event) => resolve([event.data, event instanceof MessageEvent, event.ports]);
                port2.postMessage({ hello: [1] });
            })"
        ),
        json!([{ "hello": [1] }, true, []])
    );
}

#[test]
fn a_listener_waits_for_start_and_a_handler_starts() {
    let mut peer = node_page();
    assert_eq!(
        peer.page(
            "new Promise((resolve) => {
                const { port1, port2 } = new MessageChannel(); const seen = [];
                port1.addEventListener('message', (e) => seen.push(e.data));
                port2.postMessage(1); port2.postMessage(undefined);
                setTimeout(() => { seen.push('start'); port1.start(); setTimeout(() => resolve(seen), 2) }, 2);
            })"
        ),
        json!(["start", 1, null])
    );
}

#[test]
fn the_event_of_a_message_is_one_like_any_other() {
    let mut peer = node_page();
    assert_eq!(
        peer.page(
            "new Promise((resolve) => {
                const { port1, port2 } = new MessageChannel(); const seen = [];
                port1.addEventListener('message', (e) => { seen.push('second'); e.stopImmediatePropagation(); });
                port1.addEventListener('message', (e) => seen.push('first', e.eventPhase), true);
                port1.addEventListener('message', () => seen.push('never'));
                port1.onmessage = () => seen.push('never');
                port1.addEventListener('message', (e) => {
                    seen.push(e.composedPath()[0] === port1, e.currentTarget === port1, e.isTrusted, e.bubbles);
                    seen.push(e.type, e.origin, e.lastEventId, e.source, Object.isFrozen(e.ports), e.timeStamp > 0);
                    setTimeout(() => {
                        seen.push(e.target === port1, e.currentTarget, e.eventPhase, e.composedPath().length);
                        const again = new EventTarget();
                        again.addEventListener('message', (e) => resolve([...seen, e.isTrusted, e.data]));
                        again.dispatchEvent(e);
                    });
                }, true);
                port2.postMessage('text');
            })"
        ),
        json!([
            "first", 2, true, true, true, false, "message", "", "", null, true, true, "second", true, null, 0, 0,
            false, "text"
        ])
    );
}

#[test]
fn the_event_of_a_handler_alone_is_one_like_any_other() {
    let mut peer = node_page();
    assert_eq!(
        peer.page(
            "new Promise((resolve) => {
                const { port1, port2 } = new MessageChannel(); const seen = [];
                addEventListener('error', (e) => { seen.push(e.message); e.preventDefault(); });
                port1.onmessage = function (e) {
                    seen.push(this === port1, e.target === port1, e.currentTarget === port1, e.eventPhase, e.isTrusted);
                    seen.push(e.type, e.data, e.origin, e.composedPath()[0] === port1, e instanceof MessageEvent);
                    try { port1.dispatchEvent(e); } catch (error) { seen.push(error.name); }
                    e.stopImmediatePropagation();
                    setTimeout(() => {
                        seen.push(e.currentTarget, e.eventPhase, e.composedPath().length, e.cancelBubble);
                        const again = new EventTarget();
                        again.addEventListener('message', (e) => seen.push(e.currentTarget === again, e.eventPhase, e.data));
                        again.dispatchEvent(e);
                        port1.onmessage = null;
                        port1.addEventListener('message', (e) => seen.push(e.data), { once: true });
                        port1.onclose = () => resolve(seen);
                        port2.postMessage('once'); port2.postMessage('never'); port2.close();
                    });
                    throw new Error('thrown');
                };
                port2.postMessage('text');
            })"
        ),
        json!([
            true, true, true, 2, true, "message", "text", "", true, true, "InvalidStateError", "Uncaught Error: thrown",
            null, 0, 0, false, true, 2, "text", "once"
        ])
    );
}

#[test]
fn a_listener_alone_is_called_by_the_rules_of_listeners() {
    let mut peer = node_page();
    assert_eq!(
        peer.page(
            "new Promise((resolve) => {
                const { port1, port2 } = new MessageChannel(); const seen = [];
                const capture = (e) => {
                    seen.push('capture', e.data);
                    // What is added while the event is captured is called when it bubbles.
                    port1.addEventListener('message', bubble);
                    port1.removeEventListener('message', capture, true);
                };
                const bubble = function (e) {
                    seen.push('bubble', e.data, this === port1);
                    if (e.data === 'first') return;
                    port1.removeEventListener('message', bubble);
                    port1.addEventListener('message', object);
                };
                const object = { handleEvent(e) { seen.push('object', e.data, this === object); } };
                port1.addEventListener('message', capture, true);
                port1.onclose = () => resolve(seen);
                port1.start();
                for (const text of ['first', 'second', 'third']) port2.postMessage(text);
                port2.close();
            })"
        ),
        json!(["capture", "first", "bubble", "first", true, "bubble", "second", true, "object", "third", true])
    );
}

#[test]
fn a_function_that_threw_is_let_go_of_with_its_handler() {
    let mut peer = node_page();
    assert_eq!(
        peer.page(
            "new Promise((resolve) => {
                const { port1, port2 } = new MessageChannel();
                globalThis.gone = new FinalizationRegistry(resolve);
                addEventListener('error', (e) => {
                    e.preventDefault();
                    setTimeout(() => { port1.onmessage = null; });
                });
                (() => {
                    const handler = () => { throw new Error('thrown'); };
                    gone.register(handler, 'gone');
                    port1.onmessage = handler;
                })();
                port2.postMessage(1);
            })"
        ),
        json!("gone")
    );
}

#[test]
fn a_page_that_replaces_what_is_built_in_gets_hold_of_no_events_state() {
    let mut peer = node_page();
    assert_eq!(
        peer.page(
            "new Promise((resolve) => {
                const caught = [], { apply } = Reflect, { getOwnPropertyDescriptor, getOwnPropertyNames, setPrototypeOf } = Object;
                for (const owner of [Object, Reflect, Map.prototype, WeakMap.prototype, Array.prototype]) {
                    for (const name of getOwnPropertyNames(owner)) {
                        const real = getOwnPropertyDescriptor(owner, name).value;
                        if (typeof real !== 'function' || name === 'constructor') continue;
                        owner[name] = function (...given) {
                            caught[caught.length] = this;
                            for (let i = 0; i < given.length; i++) caught[caught.length] = given[i];
                            return apply(real, this, given);
                        };
                    }
                }
                const Real = Event;
                setPrototypeOf(MessageEvent, class { constructor(...given) { caught[caught.length] = given[1]; return new Real('x'); } });
                const { port1, port2 } = new MessageChannel();
                let left = 2;
                port1.onmessage = (e) => {
                    e.stopPropagation();
                    setTimeout(() => {
                        new EventTarget().dispatchEvent(e);
                        port1.addEventListener('message', () => {});
                        if (--left > 0) return;
                        let states = 0;
                        for (let i = 0; i < caught.length; i++) {
                            const one = caught[i];
                            if (one !== null && typeof one === 'object' && 'interfaceName' in one) states += 1;
                        }
                        const before = caught.length;
                        [1].includes(1);
                        resolve([states, before, caught.length > before]);
                    });
                };
                port2.postMessage(1);
                setTimeout(() => port2.postMessage(2), 1);
            })"
        ),
        json!([0, 0, true])
    );
}

#[test]
fn a_function_is_called_as_handler_and_as_listener() {
    let mut peer = node_page();
    assert_eq!(
        peer.page(
            "new Promise((resolve) => {
                const { port1, port2 } = new MessageChannel(); let calls = 0;
                const count = () => { calls += 1; };
                port1.onmessage = count; port1.addEventListener('message', count); port1.addEventListener('message', count);
                const is = port1.onmessage === count;
                port2.postMessage(1); port2.close();
                port1.onclose = () => resolve([calls, is]);
            })"
        ),
        json!([2, true])
    );
}

#[test]
fn messages_before_a_close_are_delivered_before_it() {
    let mut peer = node_page();
    assert_eq!(
        peer.page(
            "new Promise((resolve) => {
                const { port1, port2 } = new MessageChannel(); const seen = [];
                port1.onmessage = (e) => seen.push(e.data);
                port1.onclose = () => { port1.postMessage('into the void'); resolve(seen) };
                for (let i = 0; i < 10; i++) port2.postMessage(i);
                port2.close(); port2.postMessage('late');
            })"
        ),
        json!([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    );
}

#[test]
fn a_port_goes_to_main_with_what_waits_in_it() {
    let mut peer = node_page();
    peer.page(
        "globalThis.channel = new MessageChannel(); channel.port1.postMessage('queued');
        ipc.postMessage('port', { m: 1 }, [channel.port2]); channel.port1.postMessage('after');
        channel.port1.onmessage = (e) => ipc.send('got', e.data, e.ports.length); 0",
    );
    let (message, ports) = posted(&mut peer);
    assert_eq!((message, ports.len()), (json!({ "m": 1 }), 1));
    for text in ["queued", "after"] {
        let said = peer.until("a port message", |said| matches!(said, Said::Port(..)));
        assert_eq!(said, Said::Port(ports[0], json!(text), vec![]));
    }
    peer.connection.port_message(ports[0], 0, &encode(&json!("hello"))).expect("an open link");
    assert_eq!(peer.message("got"), json!(["hello", 0]));
    peer.page("channel.port1.close()");
    peer.until("the close", |said| *said == Said::PortClosed(ports[0]));
    assert_eq!(peer.page("try { channel.port2.postMessage(1); 'quiet' } catch (e) { e.message }"), json!("quiet"));
}

#[test]
fn a_port_inside_a_port_inside_a_port_arrives() {
    let mut peer = node_page();
    peer.page(
        "const a = new MessageChannel(), b = new MessageChannel(), c = new MessageChannel();
        c.port1.postMessage('core'); b.port1.postMessage('b', [c.port2]); a.port1.postMessage('a', [b.port2]);
        ipc.postMessage('doll', null, [a.port2]); 0",
    );
    let (_, ports) = posted(&mut peer);
    let mut at = ports[0];
    for text in ["a", "b"] {
        let said = peer.until("a port message", |said| matches!(said, Said::Port(..)));
        let Said::Port(port, message, inner) = said else { unreachable!("just matched") };
        assert_eq!((port, message, inner.len()), (at, json!(text), 1));
        at = inner[0];
    }
    assert_eq!(peer.until("the core", |said| matches!(said, Said::Port(..))), Said::Port(at, json!("core"), vec![]));
}

#[test]
fn ports_of_main_come_with_messages_and_close_when_nobody_listens() {
    let mut peer = node_page();
    peer.page("ipc.on('here', (event, message) => { globalThis.port = event.ports[0]; port.onmessage = (e) => { port.postMessage([message, e.data]) } }); 0");
    let ids = peer.connection.post("here", 1, &encode(&json!("m"))).expect("an open link");
    peer.connection.port_message(ids[0], 0, &encode(&json!(5))).expect("an open link");
    let said = peer.until("an answer", |said| matches!(said, Said::Port(..)));
    assert_eq!(said, Said::Port(ids[0], json!(["m", 5]), vec![]));
    let nowhere = peer.connection.post("nobody", 1, &encode(&json!(1))).expect("an open link");
    peer.until("the close", |said| *said == Said::PortClosed(nowhere[0]));
    peer.load("", "", json!({}));
    assert!(peer.heard().contains(&Said::PortClosed(ids[0])) || peer.connection.open_ports() == 0);
}

#[test]
fn a_message_that_cannot_be_read_is_an_event_of_its_port_and_no_error() {
    let mut peer = node_page();
    peer.page(
        "ipc.on('here', ({ ports: [port] }) => {
            port.onmessageerror = (e) => { port.postMessage([e.type, e.data, e.ports.length]) };
            port.onmessage = (e) => { port.postMessage(e.data) };
        }); 0",
    );
    let ids = peer.connection.post("here", 1, &encode(&json!("m"))).expect("an open link");
    let sent = peer.connection.port_message(ids[0], 1, b"\xff no clone").expect("an open link");
    let Posted::Moved(inner) = sent else { panic!("{sent:?}") };
    peer.connection.port_message(ids[0], 0, b"\xff no clone").expect("an open link");
    peer.connection.port_message(ids[0], 0, &encode(&json!(5))).expect("an open link");
    let lost = Said::Port(ids[0], json!(["messageerror", null, 0]), vec![]);
    let mut expected = vec![lost.clone(), lost, Said::Port(ids[0], json!(5), vec![]), Said::PortClosed(inner[0])];
    while !expected.is_empty() {
        let said =
            peer.until("an answer", |said| matches!(said, Said::Port(..) | Said::PortClosed(_) | Said::Uncaught(_)));
        let place = expected.iter().position(|one| *one == said);
        expected.remove(place.unwrap_or_else(|| panic!("{said:?}, and not {expected:?}")));
    }
}

#[test]
fn a_page_that_makes_channels_without_end_is_refused_and_goes_on() {
    let mut peer = node_page();
    let made = peer.page(
        "const all = []; let said; try { for (;;) all.push(new MessageChannel()) } catch (error) { said = error.name }
         const before = all.length; for (const { port1, port2 } of all.splice(0, 10)) { port1.close(); port2.close() }
         [said, before, new MessageChannel().port1 instanceof MessagePort]",
    );
    assert_eq!(made, json!(["QuotaExceededError", 1 << 17, true]));
}

#[test]
fn transfer_lists_are_checked() {
    let mut peer = node_page();
    let said = peer.page(
        "const { port1, port2 } = new MessageChannel(); const used = new MessageChannel().port1; ipc.postMessage('u', 0, [used]);
        const attempt = (f) => { try { f(); return 'nothing' } catch (e) { return e.message } };
        [attempt(() => ipc.postMessage('x', 0, [new ArrayBuffer(1)])), attempt(() => ipc.postMessage('x', 0, 5)),
         attempt(() => ipc.postMessage('x', 0, [port1, port1])), attempt(() => ipc.postMessage('x', 0, [used])),
         attempt(() => port1.postMessage(0, [port1])), attempt(() => ipc.postMessage('x', { port1 })),
         attempt(() => ipc.send('x', port1)), attempt(() => ipc.postMessage('x', () => {}, [port2])), attempt(() => ipc.postMessage('ok', 0, [port2]))]",
    );
    assert_eq!(
        said,
        json!([
            "Invalid value for transfer",
            "Invalid value for transfer",
            "Port at index 1 is a duplicate of an earlier port.",
            "Port at index 0 is already neutered.",
            "Port at index 0 contains the source port.",
            "An object could not be cloned.",
            "An object could not be cloned.",
            "An object could not be cloned.",
            "nothing"
        ])
    );
}

#[test]
fn what_cannot_be_sent_is_read_once_however_deep_its_getters_send_the_same() {
    let mut peer = node_page();
    let said = peer.page(
        "const { port1 } = new MessageChannel(); const words = (f) => { try { f() } catch (e) { return e.name + ': ' + e.message } };
        let read = 0, value = () => {};
        for (let i = 0; i < 20; i++) { const inner = value; value = { get inner() { read++; port1.postMessage(inner) } } }
        [words(() => port1.postMessage(value)), read, words(() => port1.postMessage({ f() {} })), words(() => port1.postMessage(isNaN))]",
    );
    let words = |part: &str| {
        format!("DataCloneError: Failed to execute 'postMessage' on 'MessagePort': {part} could not be cloned.")
    };
    let source = "function isNaN() {\n    [native code]\n}";
    assert_eq!(said, json!([words("#<getter that throws>"), 20, words("#<function>"), words(source)]));
}

#[test]
fn a_port_goes_from_preload_to_page_with_window_post_message() {
    let preload = "window.onload = () => { const { port1, port2 } = new MessageChannel(); globalThis.mine = port1;
        port1.onmessage = (e) => { globalThis.got = e.data }; window.postMessage('main-world-port', '*', [port2]) }";
    let page = "<script>window.onmessage = (e) => { if (e.data === 'main-world-port') { globalThis.port = e.ports[0]; port.postMessage({ from: 'page' }) } }</script>";
    let mut peer = Peer::with_page(page, preload, json!({}));
    peer.page("new Promise((r) => setTimeout(r, 10))");
    assert_eq!(peer.preload("got"), json!({ "from": "page" }));
}

#[test]
fn an_abandoned_port_closes_its_partner() {
    let mut peer = node_page();
    peer.page("new Promise((resolve) => { const p = (() => new MessageChannel().port1)(); p.onclose = resolve; p.start() }).then(() => 0)");
}

#[test]
fn a_port_of_main_that_goes_back_is_relayed() {
    let mut peer = node_page();
    peer.page("ipc.on('back', (event) => { const [port] = event.ports; ipc.postMessage('returned', 0, [port]) }); 0");
    let near = peer.connection.post("back", 1, &encode(&json!(0))).expect("an open link")[0];
    peer.connection.port_message(near, 0, &encode(&json!("early"))).expect("an open link");
    let (_, far) = posted(&mut peer);
    let far = far[0];
    let arrived = |peer: &mut Peer| peer.until("a port message", |said| matches!(said, Said::Port(..)));
    assert_eq!(arrived(&mut peer), Said::Port(far, json!("early"), vec![]));
    peer.connection.port_message(far, 0, &encode(&json!("answer"))).expect("an open link");
    assert_eq!(arrived(&mut peer), Said::Port(near, json!("answer"), vec![]));
    let inner = peer.connection.port_message(near, 1, &encode(&json!("with a port"))).expect("an open link");
    let Said::Port(at, message, moved) = arrived(&mut peer) else { unreachable!("just matched") };
    assert_eq!((at, message, moved.len()), (far, json!("with a port"), 1));
    let ipc_proto::session::Posted::Moved(inner) = inner else { panic!("{inner:?}") };
    let inner = inner[0];
    peer.connection.port_message(moved[0], 0, &encode(&json!("through"))).expect("an open link");
    assert_eq!(arrived(&mut peer), Said::Port(inner, json!("through"), vec![]));
    peer.connection.port_close(far);
    peer.until("the close", |said| *said == Said::PortClosed(near));
}
