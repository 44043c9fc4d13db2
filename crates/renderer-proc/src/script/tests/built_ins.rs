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
    "String.prototype.concat = String.prototype.split = String.prototype.slice = String.prototype.indexOf = 3",
    "String.prototype.toLowerCase = String.prototype.trim = String.prototype.replace = () => { throw new Error('text') }",
    "String.prototype[Symbol.iterator] = String.prototype.includes = String.prototype.startsWith = 1",
    "RegExp.prototype.exec = RegExp.prototype.test = () => { throw new Error('exec') }",
    "RegExp.prototype[Symbol.replace] = RegExp.prototype[Symbol.split] = RegExp.prototype[Symbol.match] = 1",
    "globalThis.URL = globalThis.URLSearchParams = globalThis.Date = globalThis.RegExp = globalThis.Function = 1",
    "Object.prototype.on = Object.prototype.why = Object.prototype.names = Object.prototype.option = 'inherited'",
    "Object.defineProperty(Map, Symbol.hasInstance, { value() { throw 1 } })",
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
    globalThis.heard = heard;
    contextBridge.exposeInMainWorld('api', {
        tell: (text) => heard.push(text), done: () => ipcRenderer.send('done', heard), send: (value) => ipcRenderer.send('sent', value),
        give: (value) => ({ value, list: [new Date(0), /a/g] }), each: (list, callback) => list.map((one) => callback(one)),
    });";

/// What goes on in the page's world afterwards: by the platform's objects, which are the host's scripts.
const WORK: &str = include_str!("built_ins/work.js");
/// What is in the page, and what the command line's acts have made of it.
const PAGE: &str = include_str!("built_ins/page.html");
const RESULTS: &str =
    "field.value + '|' + number.value + '|' + area.value + '|' + list.value + r2.checked + box.checked
    + document.activeElement.id";

/// What the command line does: each act with the result that it has.
fn acts() -> Vec<(Json, Json)> {
    let key = |key: &str, code: u32| {
        let held = json!({ "ctrlKey": false, "shiftKey": false, "altKey": false, "metaKey": false });
        let mut of = json!({ "key": key, "code": key, "keyCode": code });
        for (name, value) in held.as_object().into_iter().flatten() {
            of[name] = value.clone();
        }
        of
    };
    vec![
        (json!(["click", 1000, ["#button"]]), json!(null)),
        (json!(["click", 1000, ["#box"]]), json!(null)),
        (json!(["click", 1000, ["#labelled"]]), json!(null)),
        (json!(["click", 0, ["#unseen"]]), json!({ "why": "hidden" })),
        (json!(["click", 1000, ["#seen"]]), json!(null)),
        (json!(["click", 0, ["#off"]]), json!({ "why": "disabled" })),
        (json!(["type", 1000, ["#field", "Some text, \u{e4}\u{1f600}"]]), json!(null)),
        (json!(["press", 1000, [key("Backspace", 8)]]), json!(null)),
        (json!(["type", 1000, ["#number", "1x2"]]), json!(null)),
        (json!(["type", 1000, ["#area", "two\r\nlines"]]), json!(null)),
        (json!(["select", 1000, ["#list", "two"]]), json!(null)),
        (json!(["press", 1000, [key("ArrowDown", 40)]]), json!(null)),
        (json!(["select", 0, ["#list", "none"]]), json!({ "why": "option", "names": ["one", "two", "3"] })),
        (json!(["click", 1000, ["#r1"]]), json!(null)),
        (json!(["press", 1000, [key("ArrowRight", 39)]]), json!(null)),
        (json!(["press", 1000, [key("Tab", 9)]]), json!(null)),
        (json!(["wait-for", 1000, ["#made, .b:not(.c)"]]), json!(null)),
        (json!(["wait-for-text", 1000, [" Some  text"]]), json!(null)),
        (json!(["wait-for-text", 0, ["other"]]), json!("text")),
        (json!(["wait-for", 0, [".missing"]]), json!("missing")),
        (json!(["press", 1000, [key("Enter", 13)]]), json!(null)),
    ]
}

/// Some of what is heard, in its order.
const ORDER: &[&str] = &[
    "the page: click",
    "inline click",
    "click untrusted",
    "custom untrusted",
    "observer: 2childListid",
    "DOMContentLoaded",
    "load",
    "message hello 0",
    "message with 1",
    "port there",
    "the page: port back",
    "click",
];

#[derive(Debug, PartialEq)]
struct Outcome {
    heard: Vec<Json>,
    told: Vec<Json>,
    results: Json,
    goes_to: Said,
}

fn of(breaking: &str) -> Outcome {
    let html = format!(
        "{PAGE}<script>const later = setTimeout, keysOf = Object.keys; {{ {breaking} }}</script><script>{WORK}</script>"
    );
    let mut peer = Peer::start();
    peer.handle(|_, _| super::peer::Answer::Value(json!(null)));
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), PRELOAD).expect("a file");
    peer.begin(&super::peer::data_url(&html), json!(file.path()), json!({}));
    let mut told = Vec::new();
    let last = peer.until(breaking, |said| {
        match said {
            Said::Load(name, _) => told.push(json!(name)),
            Said::Console(_, text) => told.push(json!(["console", text])),
            Said::Send(channel, args) if channel == "sent" => told.push(args.clone()),
            _ => {}
        }
        matches!(said, Said::Uncaught(_)) || matches!(said, Said::Send(channel, _) if channel == "done")
    });
    assert!(matches!(last, Said::Send(..)), "{last:?} after {breaking}, {:#}", peer.preload("heard"));
    let value = peer.request("execute-javascript", &json!(["(async () => 1 + 1)()", 0]));
    assert_eq!(value, Ok(json!(2)), "executeJavaScript after {breaking}");
    for (act, result) in acts() {
        let mut given = peer.request("act", &act).unwrap_or_else(|error| panic!("{act} after {breaking}: {error}"));
        if result.is_string() {
            assert_eq!(given["names"].is_array(), given["why"] == "missing", "{act} after {breaking}: {given}");
            given = given["why"].clone();
        }
        assert_eq!(given, result, "{act} after {breaking}");
    }
    let goes_to = peer.until("a submission", |said| matches!(said, Said::System(what, _) if what == "window"));
    let results = peer.page(RESULTS);
    assert_eq!(peer.preload("[[1, 2].map((x) => x * 2), Object.keys({ a: 1 })]"), json!([[2, 4], ["a"]]), "{breaking}");
    let heard = peer.preload("heard");
    let mut heard = heard.as_array().cloned().unwrap_or_default();
    if breaking == BREAKS[0] {
        let order: Vec<_> = ORDER.iter().filter_map(|one| heard.iter().position(|other| other == one)).collect();
        assert!(order.len() == ORDER.len() && order.is_sorted(), "{heard:#?}");
    }
    // Timers come when they come.
    heard.sort_by_key(Json::to_string);
    told.sort_by_key(Json::to_string);
    assert_eq!(peer.end(), 0);
    Outcome { heard, told, results, goes_to }
}

#[test]
fn whatever_a_page_replaces_the_host_s_scripts_and_the_preload_script_go_on() {
    let expected = of(BREAKS[0]);
    for breaking in &BREAKS[1..] {
        compare(&of(breaking), &expected, breaking);
    }
}

/// Two outcomes, told so that one sees what differs.
fn compare(outcome: &Outcome, expected: &Outcome, breaking: &str) {
    for (lists, of) in [([&outcome.heard, &expected.heard], "heard"), ([&outcome.told, &expected.told], "told")] {
        let [missing, more] = [(lists[1], lists[0]), (lists[0], lists[1])]
            .map(|(all, others)| all.iter().filter(|one| !others.contains(one)).collect::<Vec<_>>());
        assert!(missing.is_empty() && more.is_empty(), "{of} after {breaking}: not {missing:#?}, but {more:#?}");
    }
    assert_eq!(outcome, expected, "{breaking}");
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
    "replace(String)",
    "replace(RegExp)",
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
        compare(&of(&format!("{REPLACE_ALL} {breaking}")), &expected, breaking);
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
