use serde_json::json;

use super::peer::{Peer, Said};

/// A page with an isolated preload script that begins with the usual line.
fn bridged(preload: &str) -> Peer {
    let preload = format!("const {{ contextBridge, ipcRenderer, webFrame }} = require('electron');\n{preload}");
    Peer::with_page("<p id=out></p>", &preload, json!({}))
}

/// Exposes `api` (JavaScript) as `example` and checks page expressions against what they give.
fn rows(api: &str, expected: &[(&str, serde_json::Value)]) {
    let mut peer = bridged(&format!("contextBridge.exposeInMainWorld('example', {api})"));
    for (code, value) in expected {
        assert_eq!(peer.page(code), *value, "{code}");
    }
    assert_eq!(peer.end(), 0);
}

/// The message of what an expression throws.
fn thrown(code: &str) -> String {
    format!("(() => {{ try {{ {code}; return 'nothing' }} catch (error) {{ return error.message }} }})()")
}

#[test]
fn without_isolation_the_bridge_says_so() {
    let preload =
        "try { require('electron').contextBridge.exposeInMainWorld('a', {}) } catch (e) { window.said = e.message }";
    let mut peer = Peer::with_page("", preload, json!({ "contextIsolation": false }));
    assert_eq!(peer.page("said"), json!("contextBridge API can only be used when contextIsolation is enabled"));
}

#[test]
fn an_exposed_name_is_taken_once_and_for_all() {
    let mut peer = bridged(
        "contextBridge.exposeInMainWorld('example', { n: 1 });
        globalThis.said = [];
        for (const name of ['example', 'toString']) {
            try { contextBridge.exposeInMainWorld(name, { n: 2 }) } catch (e) { said.push(e.message) }
        }
        try { contextBridge.exposeInMainWorld(5, 1) } catch (e) { said.push(e.message) }",
    );
    let text = "Cannot bind an API on top of an existing property on the window object";
    let key = "Error processing argument at index 0, conversion failure from 5";
    assert_eq!(peer.preload("said"), json!([text, text, key]));
    assert_eq!(peer.page("example = 456; delete globalThis.example; example.n"), json!(1));
    assert_eq!(
        peer.page("const d = Object.getOwnPropertyDescriptor(globalThis, 'example'); [d.writable, d.configurable]"),
        json!([false, false])
    );
}

#[test]
fn the_exposed_tree_is_frozen_and_what_calls_give_is_not() {
    rows(
        "{ list: [1], inner: { deep: { x: 1 } }, bytes: new Uint8Array(2), make: () => [1], f: () => 1 }",
        &[
            (
                "Object.isFrozen(example) && Object.isFrozen(example.inner.deep) && Object.isFrozen(example.f)",
                json!(true),
            ),
            (&thrown("'use strict'; example.list.push(2)"), json!("object is not extensible")),
            ("example.bytes[0] = 7; example.bytes[0]", json!(7)),
            ("const made = example.make(); made.push(2); made", json!([1, 2])),
            ("example.f.x = 1; example.f.x === undefined", json!(true)),
        ],
    );
}

#[test]
fn data_is_copied_into_the_page_s_own_objects() {
    rows(
        "{ nothing: undefined, none: null, big: 12n, text: 'x', symbol: Symbol.for('s'), list: [1, [2], () => 3],
           [Symbol.for('key')]: 'by symbol', get once() { return ++globalThis.reads || (globalThis.reads = 1) },
           own: JSON.parse('{\"__proto__\": {\"polluted\": 1}}'),
           instance: new (class A { constructor() { this.x = 1 } method() {} })(),
           bytes: new Uint8Array([1, 2]), map: new Map([['a', 1]]), set: new Set([1]), date: new Date(5), re: /x/g,
           error: new TypeError('boom'), boxed: Object(5) }",
        &[
            (
                "[example.nothing === undefined, example.none, typeof example.big, example.text]",
                json!([true, null, "bigint", "x"]),
            ),
            ("example.symbol === Symbol.for('s') && example[Symbol.for('key')]", json!("by symbol")),
            (
                "[Array.isArray(example.list), example.list[1] instanceof Array, example.list[2]()]",
                json!([true, true, 3]),
            ),
            ("Object.getPrototypeOf(example) === Object.prototype", json!(true)),
            (
                "[Object.keys(example.own), example.own.polluted === undefined, ({}).polluted === undefined]",
                json!([["__proto__"], true, true]),
            ),
            ("[example.instance.x, typeof example.instance.method]", json!([1, "undefined"])),
            (
                "[Object.getPrototypeOf(example.bytes) === Uint8Array.prototype, example.map instanceof Map, example.set instanceof Set]",
                json!([true, true, true]),
            ),
            (
                "[example.date instanceof Date, example.re instanceof RegExp, example.boxed instanceof Number]",
                json!([true, true, true]),
            ),
            (
                "[example.error instanceof Error, example.error instanceof TypeError, example.error.message]",
                json!([true, false, "boom"]),
            ),
            ("[example.once, example.once]", json!([1, 1])),
        ],
    );
}

#[test]
fn functions_are_proxied_both_ways() {
    rows(
        "{ same: (f) => f, call: (f, x) => f(x), n: 5, getN() { return this.n }, twice: (a, b) => a === b,
           keep(f) { this.kept ??= f; return this.kept === f }, own: { f() { return this.g !== undefined }, g: 1 },
           make: () => (x) => x + 1, isFunction: (f) => typeof f === 'function' && f instanceof Function }",
        &[
            ("const f = () => 1; example.same(f) === f", json!(true)),
            ("example.call((x) => x * 2, 21)", json!(42)),
            ("example.getN()", json!(5)),
            ("const { getN } = example; getN()", json!(5)),
            ("example.own.f()", json!(true)),
            ("const o = {}; example.twice(o, o)", json!(true)),
            ("const cb = () => 1; [example.keep(cb), example.keep(cb)]", json!([true, false])),
            ("example.make()(1)", json!(2)),
            ("example.isFunction(() => 1)", json!(true)),
            ("example.same instanceof Function && example.same.constructor === Function", json!(true)),
            (&thrown("new example.same()"), json!("not a constructor")),
        ],
    );
}

#[test]
fn promises_are_proxied_and_their_results_pass_the_bridge() {
    rows(
        "{ ok: Promise.resolve({ f: () => 7 }), bad: () => Promise.reject(Object.assign(new TypeError('no'), { code: 'E' })),
           later: () => new Promise((resolve) => setTimeout(() => resolve('later'), 1)),
           nested: () => Promise.resolve({ inner: Promise.resolve('deep') }), take: async (p) => (await p) + 1,
           symbol: () => Promise.resolve(Object(Symbol())) }",
        &[
            ("example.ok.then((value) => [example.ok instanceof Promise, value.f()])", json!([true, 7])),
            ("example.bad().catch((e) => [e instanceof Error, e instanceof TypeError, e.message, e.code === undefined])", json!([true, false, "no", true])),
            ("example.later()", json!("later")),
            ("example.nested().then((value) => value.inner)", json!("deep")),
            ("example.take(Promise.resolve(1))", json!(2)),
            ("example.symbol().catch((e) => e.message)", json!("An object could not be cloned.")),
        ],
    );
}

#[test]
fn errors_cross_by_their_message() {
    rows(
        "{ fail() { throw Object.assign(new TypeError('bad input'), { code: 'E' }) }, text() { throw 'str' },
           take() {}, giveBad: () => ({ x: Object(Symbol()) }),
           giveTrap: () => { const a = []; Object.defineProperty(a, 0, { get() { throw new Error('boom') } }); return a } }",
        &[
            ("(() => { try { example.fail() } catch (e) { return [e.constructor === Error, e.message, e.code === undefined] } })()", json!([true, "bad input", true])),
            (&thrown("example.text()"), json!("An unknown exception occurred in the isolated context, an error occurred but a valid exception was not thrown.")),
            (&thrown("example.take(Object(Symbol()))"), json!("An object could not be cloned.")),
            (&thrown("example.take(new Proxy({}, {}))"), json!("An object could not be cloned.")),
            (&thrown("example.giveBad()"), json!("Uncaught Error: An object could not be cloned.")),
            (&thrown("example.giveTrap()"), json!("Uncaught Error: boom")),
            (&thrown("const a = []; Object.defineProperty(a, 0, { get() { throw new Error('boom') } }); example.take(a)"), json!("boom")),
            ("(() => { try { example.take(Object(Symbol())) } catch (e) { return e instanceof Error } })()", json!(true)),
        ],
    );
}

#[test]
fn depth_has_a_bound_and_cycles_of_objects_are_kept() {
    let deep = "Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.";
    rows(
        "{ take() { return 'ok' }, cycle: (() => { const o = { value: 1 }; o.o = o; return o })(),
           give(n) { let a = []; for (let i = 0; i < n; i++) a = [a]; return a } }",
        &[
            ("let a = []; for (let i = 0; i < 999; i++) a = [a]; example.take(a)", json!("ok")),
            (&thrown("let a = []; for (let i = 0; i < 1000; i++) a = [a]; example.take(a)"), json!(deep)),
            (&thrown("let a = []; for (let i = 0; i < 100000; i++) a = [a]; example.take(a)"), json!(deep)),
            (
                "(() => { let a = []; for (let i = 0; i < 1000; i++) a = [a]; try { example.take(a) } catch (e) { return e instanceof TypeError } })()",
                json!(true),
            ),
            (&thrown("example.give(1000)"), json!(format!("Uncaught TypeError: {deep}"))),
            ("example.cycle.o.o.o.value", json!(1)),
            (&thrown("const b = []; b.push(b); example.take(b)"), json!(deep)),
        ],
    );
}

#[test]
fn a_page_that_tampers_with_its_intrinsics_sees_nothing_of_the_bridge() {
    rows(
        "{ list: (a) => [...a, 1], now: () => Promise.resolve({ a: [1] }) }",
        &[(
            "(() => {
                const seen = [];
                const spy = (name) => function () { seen.push(name) };
                Array.prototype.push = spy('push'); Array.prototype[Symbol.iterator] = spy('iterator');
                Function.prototype.bind = spy('bind'); Function.prototype.call = spy('call'); Function.prototype.apply = spy('apply');
                Reflect.apply = spy('Reflect.apply'); Map.prototype.get = spy('Map.get'); Object.defineProperty = spy('define');
                Promise.prototype.then = spy('then'); globalThis.Error = spy('Error');
                for (let i = 0; i < 3; i++) {
                    Reflect.defineProperty(Array.prototype, i, { set: spy('setter ' + i), configurable: true });
                }
                const result = example.list([5]);
                example.now();
                for (let i = 0; i < 3; i++) delete Array.prototype[i];
                return [seen, result];
            })()",
            json!([[], [5, 1]]),
        )],
    );
}

#[test]
fn ipc_renderer_crosses_as_an_empty_object() {
    let mut peer = bridged(
        "contextBridge.exposeInMainWorld('example', { ipcRenderer, on: (cb) => ipcRenderer.on('x', (_, ...args) => cb(...args)) })",
    );
    assert_eq!(
        peer.page("[Reflect.ownKeys(example.ipcRenderer).length, typeof example.ipcRenderer.send]"),
        json!([0, "undefined"])
    );
    assert_eq!(peer.page("Reflect.ownKeys(example.on((...args) => { globalThis.got = args })).length"), json!(0));
    peer.send("x", &json!([1, { "a": [2] }]));
    assert_eq!(peer.page("[got, got[1].a instanceof Array]"), json!([[1, { "a": [2] }], true]));
}

#[test]
fn subscriptions_that_preload_returns_can_be_ended() {
    let mut peer = bridged(
        "contextBridge.exposeInMainWorld('electronAPI', { onNotification(cb) {
            const listener = (_event, data) => cb(data);
            ipcRenderer.on('notification', listener);
            return () => ipcRenderer.removeListener('notification', listener);
        } });
        globalThis.count = () => ipcRenderer.listenerCount('notification')",
    );
    peer.page("globalThis.seen = []; const first = electronAPI.onNotification((x) => seen.push('first', x)); electronAPI.onNotification((...args) => seen.push(args)); first()");
    peer.send("notification", &json!([1, 2]));
    assert_eq!(peer.page("seen"), json!([[1]]));
    assert_eq!(peer.preload("count()"), json!(1));
}

#[test]
fn a_function_can_be_run_in_the_main_world() {
    let mut peer = bridged(
        "globalThis.said = [];
        const attempt = (script) => { try { said.push(contextBridge.executeInMainWorld(script)) } catch (e) { said.push(e.message) } };
        const func = (a, b) => { globalThis.made = a.x + b; return [made, typeof require] };
        func.toString = () => 'tampered';
        attempt({ func, args: [{ x: 1 }, 2] });
        attempt(null); attempt({}); attempt({ func: () => 1, args: 5 }); attempt({ func: () => { throw new Error('inside') } });",
    );
    assert_eq!(
        peer.preload("said"),
        json!([
            [3, "undefined"],
            "Invalid script",
            "Function 'func' is required in script",
            "'args' must be an array",
            "inside"
        ])
    );
    assert_eq!(peer.page("made"), json!(3));
}

#[test]
fn web_frame_runs_code_in_the_page() {
    let mut peer = bridged(
        "globalThis.webFrame = webFrame; globalThis.result = webFrame.executeJavaScript('globalThis.here = 1; Promise.resolve({ a: [1] })')",
    );
    assert_eq!(peer.preload("result.then((value) => [value, value.a instanceof Array])"), json!([{ "a": [1] }, true]));
    assert_eq!(peer.page("here"), json!(1));
    assert_eq!(
        peer.preload("webFrame.executeJavaScript('throw new Error(\"in page\")').catch((e) => e.message)"),
        json!("in page")
    );
}

#[test]
fn the_worlds_have_separate_globals_and_one_document() {
    let mut peer = Peer::with_page(
        "<button id=b>x</button><script>
          Array.prototype.at = () => 'patched'; globalThis.fromPage = 1; window.onmessage = (e) => { globalThis.pageHeard = e.data };
        </script>",
        "window.heard = []; window.addEventListener('message', (e) => heard.push(e.data));
         document.addEventListener('click', (e) => heard.push(e.target.id));
         window.addEventListener('DOMContentLoaded', () => heard.push(document.readyState))",
        json!({}),
    );
    assert_eq!(peer.preload("[typeof fromPage, [1].at(0), heard]"), json!(["undefined", 1, ["interactive"]]));
    peer.page("window.postMessage({ a: [1] }, '*'); document.querySelector('button').click(); new Promise((r) => setTimeout(r, 5))");
    assert_eq!(peer.preload("heard"), json!(["interactive", "b", { "a": [1] }]));
    assert_eq!(peer.page("pageHeard"), json!({ "a": [1] }));
    assert!(!peer.heard().iter().any(|said| matches!(said, Said::Uncaught(_))));
}

#[test]
fn further_isolated_worlds_are_made_when_they_are_asked_for() {
    let mut peer = bridged(
        "contextBridge.exposeInIsolatedWorld(1004, 'example', { f: () => [1] });
        globalThis.sum = webFrame.executeJavaScriptInIsolatedWorld(1005, [{ code: 'var x = 1' }, { code: 'x + 1' }]);",
    );
    let world = |peer: &mut Peer, code: &str, id: i32| peer.request("execute-javascript", &json!([code, id]));
    assert_eq!(
        world(&mut peer, "[example.f(), typeof x, document.querySelector('p').id]", 1004),
        Ok(json!([[1], "undefined", "out"]))
    );
    assert_eq!(peer.page("[typeof example, typeof x]"), json!(["undefined", "undefined"]));
    assert_eq!(peer.preload("sum"), json!(2));
    assert_eq!(world(&mut peer, "typeof x", 1005), Ok(json!("number")));
    let full: Vec<_> = (2000..2010).map(|id| world(&mut peer, "1", id).is_ok()).collect();
    assert_eq!(full, [true, true, true, true, false, false, false, false, false, false]);
}
