//! A page that replaces what is built in harms its own scripts alone.

use serde_json::{Value as Json, json};

use super::peer::{Peer, Said};

/// What a page may do to its world, one at a time.
const BREAKS: &[&str] = &[
    "0",
    "Array.prototype.push = 3",
    "Array.prototype.map = Array.prototype.filter = Array.prototype.find = Array.prototype.findIndex = 3",
    "Array.prototype.forEach = Array.prototype.some = Array.prototype.includes = Array.prototype.indexOf = 3",
    "Array.prototype.slice = Array.prototype.splice = Array.prototype.concat = Array.prototype.join = 3",
    "Array.prototype[Symbol.iterator] = 1",
    "Array.prototype[Symbol.iterator] = function* () { throw new Error('iterator') }",
    "Object.getPrototypeOf([][Symbol.iterator]()).next = () => { throw new Error('next') }",
    "Function.prototype.call = true",
    "Function.prototype.apply = Function.prototype.bind = true",
    "Map.prototype.get = Map.prototype.set = Map.prototype.has = Map.prototype.delete = 1",
    "Set.prototype.has = Set.prototype.add = WeakMap.prototype.get = WeakMap.prototype.set = WeakSet.prototype.has = 1",
    "WeakRef.prototype.deref = 1; globalThis.WeakRef = globalThis.Map = globalThis.Set = globalThis.WeakMap = 1",
    "Object.defineProperty = Object.defineProperties = Object.create = Object.setPrototypeOf = 1",
    "Object.keys = Object.assign = Object.freeze = Object.hasOwn = Object.getOwnPropertyDescriptor = 1",
    "globalThis.Object = globalThis.Reflect = globalThis.Promise = globalThis.Array = globalThis.Symbol = 1",
    "Promise.prototype.then = 1; Promise.resolve = 1",
    "Reflect.apply = Reflect.construct = Reflect.get = Reflect.ownKeys = 1",
    "Object.prototype.get = () => { throw 1 }",
    "Object.prototype.set = () => { throw 1 }",
    "Object.prototype.value = 'value'; Object.prototype.writable = false",
    "Object.prototype.bubbles = Object.prototype.cancelable = Object.prototype.data = 'inherited'",
    "globalThis.setTimeout = globalThis.clearTimeout = globalThis.queueMicrotask = globalThis.performance = 1",
    "globalThis.structuredClone = globalThis.DOMException = globalThis.Event = globalThis.MessageEvent = 1",
    "Math.trunc = Math.max = globalThis.Math = 1; globalThis.Number = globalThis.String = globalThis.JSON = 1",
    "Error.prepareStackTrace = () => { throw 1 }",
    "Object.prototype.then = (resolve) => { throw new Error('then') }",
];

const PRELOAD: &str = "const { contextBridge, ipcRenderer } = require('electron');
    const heard = [];
    for (const type of ['DOMContentLoaded', 'load', 'click', 'custom']) {
        window.addEventListener(type, (event) => heard.push(`${event.type}${event.isTrusted ? '' : ' untrusted'}`));
    }
    window.addEventListener('message', (event) => {
        heard.push(`message ${event.data} ${event.ports.length}`);
        const [port] = event.ports;
        if (port) { port.onmessage = (event) => { heard.push(`port ${event.data}`); port.postMessage('back') } }
    });
    contextBridge.exposeInMainWorld('api', {
        tell: (text) => heard.push(text), done: () => ipcRenderer.send('done', heard), send: (value) => ipcRenderer.send('sent', value),
    });";

/// What goes on in the page's world afterwards: by the platform's objects, which are the host's scripts.
const WORK: &str = "
    const button = document.getElementById('button');
    button.addEventListener('click', () => api.tell('the page: click'));
    button.click();
    const custom = new CustomEvent('custom', { bubbles: true });
    button.dispatchEvent(custom);
    const made = document.createElement('p');
    made.textContent = 'text';
    document.body.appendChild(made);
    made.setAttribute('id', 'made');
    api.tell(`the page: ${document.querySelector('#made').textContent} ${document.body.children.length}`);
    made.remove();
    api.send({ a: 1 });
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => { api.tell(`the page: port ${event.data}`); later(() => api.done()) };
    window.postMessage('hello', '*');
    window.postMessage('with', '*', [channel.port2]);
    channel.port1.postMessage('there');
    console.log('printed');
";

fn of(breaking: &str) -> (Json, Vec<Json>) {
    let html = format!(
        "<button id=button>b</button><script>const later = setTimeout; {{ {breaking} }}</script><script>{WORK}</script>"
    );
    let mut peer = Peer::start();
    peer.handle(|_, _| super::peer::Answer::Value(json!(null)));
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), PRELOAD).expect("a file");
    peer.begin(&super::peer::data_url(&html), json!(file.path()), json!({}));
    let mut told = Vec::new();
    let done = peer.until(breaking, |said| {
        match said {
            Said::Load(name, _) => told.push(json!(name)),
            Said::Console(_, text) => told.push(json!(["console", text])),
            Said::Uncaught(text) => told.push(json!(["uncaught", text])),
            Said::Send(channel, args) if channel == "sent" => told.push(args.clone()),
            _ => {}
        }
        matches!(said, Said::Send(channel, _) if channel == "done")
    });
    let Said::Send(_, heard) = done else { panic!("{done:?}") };
    let value = peer.request("execute-javascript", &json!(["(async () => 1 + 1)()", 0]));
    assert_eq!(value, Ok(json!(2)), "executeJavaScript after {breaking}");
    assert_eq!(peer.preload("[[1, 2].map((x) => x * 2), Object.keys({ a: 1 })]"), json!([[2, 4], ["a"]]), "{breaking}");
    assert_eq!(peer.end(), 0);
    (heard, told)
}

#[test]
fn whatever_a_page_replaces_the_host_s_scripts_and_the_preload_script_go_on() {
    let expected = of(BREAKS[0]);
    assert_eq!(
        expected.0,
        json!([[
            "the page: click",
            "click untrusted",
            "custom untrusted",
            "the page: text 4",
            "DOMContentLoaded",
            "load",
            "message hello 0",
            "message with 1",
            "port there",
            "the page: port back"
        ]])
    );
    for breaking in &BREAKS[1..] {
        assert_eq!(of(breaking), expected, "{breaking}");
    }
}

/// Replaces every function of a constructor or namespace, and of its prototype, by one that throws.
const REPLACE_ALL: &str = "
    const { defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
    const replaceAll = (object) => {
        if (object === undefined || object === null) return;
        const keys = ownKeys(object);
        for (let i = 0; i < keys.length; i++) {
            if (keys[i] === 'constructor' || keys[i] === 'prototype') continue;
            const descriptor = getOwnPropertyDescriptor(object, keys[i]);
            const fails = () => { throw 'replaced' };
            if (!descriptor.configurable) continue;
            if (typeof descriptor.value === 'function') defineProperty(object, keys[i], { ...descriptor, value: fails });
            else if (descriptor.get !== undefined) defineProperty(object, keys[i], { ...descriptor, get: fails });
        }
    };
    const replace = (one) => { replaceAll(one); replaceAll(one.prototype) };";

/// Whose functions are replaced.
const ALL: &[&str] = &[
    "replace(Object)",
    "replace(Function)",
    "replace(Array)",
    "replace(Number)",
    "replace(Boolean)",
    "replace(BigInt)",
    "replace(Symbol)",
    "replace(Date)",
    "replace(Error)",
    "replace(TypeError)",
    "replace(Promise)",
    "replace(Map)",
    "replace(Set)",
    "replace(WeakMap)",
    "replace(WeakSet)",
    "replace(WeakRef)",
    "replace(FinalizationRegistry)",
    "replace(ArrayBuffer)",
    "replace(Object.getPrototypeOf(Uint8Array))",
    "replace(Uint8Array)",
    "replace(DataView)",
    "replace(Proxy)",
    "replaceAll(Reflect)",
    "replaceAll(JSON)",
    "replaceAll(Math)",
    "replaceAll(Atomics)",
    "replaceAll(Object.getPrototypeOf([][Symbol.iterator]()))",
    "replaceAll(Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())))",
    "replaceAll(Object.getPrototypeOf(new Map().entries()))",
    "replaceAll(Object.getPrototypeOf(new Set().values()))",
    "replaceAll(Object.getPrototypeOf(''[Symbol.iterator]()))",
    "replaceAll(Object.getPrototypeOf(function* () {}).prototype)",
    "replaceAll(Object.getPrototypeOf(async function* () {}).prototype)",
];

#[test]
fn whatever_function_of_the_language_a_page_replaces_the_host_s_scripts_and_the_preload_script_go_on() {
    let expected = of(BREAKS[0]);
    for breaking in ALL {
        assert_eq!(of(&format!("{REPLACE_ALL} {breaking}")), expected, "{breaking}");
    }
}

/// What is the page's own to break: its DOM works with methods of texts and regular expressions.
#[test]
fn a_page_without_methods_of_texts_and_regular_expressions_harms_itself_alone() {
    for breaking in ["replace(String)", "replace(RegExp)"] {
        let preload = "const { contextBridge, ipcRenderer } = require('electron');
            contextBridge.exposeInMainWorld('api', {
                give: (value) => ({ value, list: [new Date(0), /a/g] }), send: (value) => ipcRenderer.send('sent', value),
                ask: (value) => ipcRenderer.invoke('ask', value), each: (list, callback) => list.map((one) => callback(one)),
            });
            ipcRenderer.on('news', (event, value) => ipcRenderer.send('heard', value.text.toUpperCase().split(/ /)));";
        let mut peer = Peer::with_page("<button id=button>b</button><input id=field>", preload, json!({}));
        peer.handle(|_, args| super::peer::Answer::Value(args.clone()));
        let code = format!(
            "{{ {REPLACE_ALL} {breaking} }}
            api.send({{ a: [1, 'text'] }});
            const given = api.give('x');
            api.ask(7).then((value) => api.send(value));
            [given.value, given.list.length, api.each([1, 2], (one) => one + 1)]"
        );
        assert_eq!(peer.page(&code), json!(["x", 2, [2, 3]]), "{breaking}");
        assert_eq!(peer.message("sent"), json!([{ "a": [1, "text"] }]), "{breaking}");
        assert_eq!(peer.message("sent"), json!([[7]]), "{breaking}");
        peer.send("news", &json!([{ "text": "some news" }]));
        assert_eq!(peer.message("heard"), json!([["SOME", "NEWS"]]), "{breaking}");
        assert_eq!(peer.request("execute-javascript", &json!(["1 + 1", 0])), Ok(json!(2)), "{breaking}");
        // Main gets an answer at least, whether or not that could be done.
        for act in [
            json!(["click", 1000, ["#button"]]),
            json!(["type", 1000, ["#field", "x"]]),
            json!(["wait-for", 1000, ["#button"]]),
        ] {
            let _ = peer.request("act", &act);
        }
        let _ = peer.request("evaluate", &json!(["1 + 1"]));
        assert_eq!(peer.end(), 0);
    }
}

#[test]
fn main_gets_an_answer_whatever_an_error_is_made_of() {
    let mut peer = Peer::with_page("", "", json!({}));
    let thrower = "Object.defineProperty({ message: 'odd' }, 'cause', { get() { throw 1 } })";
    let error = peer.request("execute-javascript", &json!([format!("throw {thrower}"), 0])).expect_err("it is thrown");
    assert_eq!(error["message"], json!("odd"));
    let replaced = "String.prototype.endsWith = Object.prototype.toString = () => { throw 1 }; throw { message: 'x', toString: 1 }";
    assert!(peer.request("execute-javascript", &json!([replaced, 0])).is_err());
    assert_eq!(peer.end(), 0);
}
