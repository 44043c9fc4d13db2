//! What does not travel, and how that is said.

use ipc_proto::limits::Limits;
use script_host::clone::{self, EncodeOptions};
use script_host::js::Object;

use super::{Realms, args, arrives, refused};

#[test]
fn p_sc_19_what_cannot_be_cloned_is_refused() {
    for (source, what) in [
        ("() => 1", "function"),
        ("class A {}", "function"),
        ("async () => 1", "function"),
        ("function* () {}", "function"),
        ("Symbol('s')", "symbol"),
        ("Object(Symbol('s'))", "Symbol"),
        ("Promise.resolve()", "Promise"),
        ("new WeakMap()", "WeakMap"),
        ("new WeakSet()", "WeakSet"),
        ("new WeakRef({})", "WeakRef"),
        ("new Proxy({}, {})", "Proxy"),
        ("new Proxy(() => 1, {})", "function"),
        ("(function* () {})()", "Generator"),
        ("(function () { return arguments })(1)", "Arguments"),
        ("(function () { 'use strict'; return arguments })(1)", "Arguments"),
        ("new SharedArrayBuffer(8)", "SharedArrayBuffer"),
        ("new Uint8Array(new SharedArrayBuffer(8))", "view of a SharedArrayBuffer"),
        ("new DataView(new SharedArrayBuffer(8))", "view of a SharedArrayBuffer"),
        ("(() => { const b = new ArrayBuffer(8); b.transfer(); return b })()", "detached ArrayBuffer"),
        ("(() => { const b = new Uint8Array(8); b.buffer.transfer(); return b })()", "detached ArrayBuffer"),
        (
            "(() => { const b = new DataView(new ArrayBuffer(8)); b.buffer.transfer(); return b })()",
            "detached ArrayBuffer",
        ),
        (
            "(() => { const b = new ArrayBuffer(8, {maxByteLength: 8}); const v = new Uint8Array(b, 4, 4); b.resize(2); return v })()",
            "detached ArrayBuffer",
        ),
        ("[].values()", "Array Iterator"),
        ("new Map().entries()", "Map Iterator"),
    ] {
        refused(source, &format!("args[0] ({what})"));
    }
}

#[test]
fn p_sc_19_brands_cannot_be_spoofed() {
    arrives("{[Symbol.toStringTag]: 'Promise', then: 1}", "o => o.then === 1");
    arrives("Object.setPrototypeOf({x: 1}, Map.prototype)", "o => !(o instanceof Map) && o.x === 1");
    arrives("Object.setPrototypeOf(new Map([[1, 2]]), null)", "m => m instanceof Map && m.get(1) === 2");
    refused("Object.setPrototypeOf(() => 1, Object.prototype)", "args[0] (function)");
    refused("Object.setPrototypeOf(new WeakMap(), Object.prototype)", "args[0] (WeakMap)");
}

#[test]
fn p_sc_20_a_nested_offender_refuses_the_whole_message_and_is_named() {
    refused("{db: {socket: () => 1}}", "args[0].db.socket (function)");
    refused("1, {list: [0, {'odd name': Symbol('s')}]}", "args[1].list[1][\"odd name\"] (symbol)");
    refused("new Map([['k', {f() {}}]])", "args[0].get(\"k\").f (function)");
    refused("new Map([[1, 2], [{}, Promise.resolve()]])", "args[0].values()[1] (Promise)");
    refused("new Map([[() => 1, 2]])", "args[0].keys()[0] (function)");
    refused("new Set([1, [new WeakMap()]])", "args[0].values()[1][0] (WeakMap)");
    refused("new Error('x', {cause: [() => 1]})", "args[0].cause[0] (function)");
    refused("Object.assign([1], {extra: () => 1})", "args[0].extra (function)");
    refused("[, , () => 1]", "args[0][2] (function)");
    refused("[1, 2], {}, 'x', [() => 1]", "args[3][0] (function)");
}

#[test]
fn p_sc_20_a_refused_message_leaves_the_buffer_as_it_was() {
    let realms = Realms::new();
    realms.from.with(|ctx| {
        let mut out = b"head".to_vec();
        let value = args(&ctx, "{a: 1, f() {}}");
        let error = clone::encode(&ctx, &value[0], &mut out, &EncodeOptions::new("result", &Limits::default()));
        assert_eq!(error.unwrap_err().path, "result.f");
        assert_eq!(out, b"head");
    });
}

#[test]
fn p_sc_21_throwing_getters_refuse_with_the_clone_error() {
    refused("{ok: 1, get bad() { throw new Error('mine') }}", "args[0].bad (getter that throws)");
    refused(
        "(() => { const a = [1]; Object.defineProperty(a, 1, {enumerable: true, get() { throw 1 }}); return a })()",
        "args[0][1] (getter that throws)",
    );
    refused(
        "Object.defineProperty(new Error('x'), 'name', {get() { throw 1 }})",
        "args[0] (Error with a getter that throws)",
    );
    refused("{get bad() { return (function f() { return f() })() }}", "args[0].bad (getter that throws)");
}

#[test]
fn the_error_is_electrons_and_carries_the_path() {
    let realms = Realms::new();
    let error = realms.encode("{db: {socket() {}}}").unwrap_err();
    realms.from.with(|ctx| {
        ctx.globals().set("error", error.to_value(&ctx).unwrap()).unwrap();
        let ok: bool = ctx.eval("error instanceof Error && error.message === 'An object could not be cloned.' && error.path === 'args[0].db.socket (function)' && !Object.keys(error).includes('path') && Object.hasOwn(error, 'path') && String(error) === 'Error: An object could not be cloned.'").unwrap();
        assert!(ok);
        assert!(error.throw(&ctx).is_exception());
        assert_eq!(ctx.catch().as_exception().unwrap().message().unwrap(), "An object could not be cloned.");
    });
}

#[test]
fn p_sc_22_deep_nesting_is_taken_up_to_the_limit_and_then_refused() {
    arrives(
        "(() => { let o = {}; for (let i = 0; i < 1500; i++) o = i % 2 ? {o} : [o]; return o })()",
        "o => { let n = 0; while (true) { const next = Array.isArray(o) ? o[0] : o.o; if (!next) break; o = next; n++ } return n === 1500 || n }",
    );
    let deep = Realms::new()
        .encode("(() => { let o = 0; for (let i = 0; i < 100000; i++) o = [o]; return o })()")
        .unwrap_err();
    assert!(deep.what.contains("deeper than 2000"), "{deep}");
    assert!(deep.path.len() < 200, "{deep}");
    let limits = Limits::default();
    let exactly = format!("(() => {{ let o = []; for (let i = 2; i < {}; i++) o = [o]; return o }})()", limits.depth);
    let realms = Realms::new();
    let bytes = realms.encode(&exactly).unwrap();
    realms.judge(&bytes, "() => true");
}

#[test]
fn p_sc_25_branded_objects_and_their_heirs_are_refused() {
    let realms = Realms::new();
    realms.from.with(|ctx| {
        let class: Object<'_> = ctx.eval("globalThis.BrowserWindow = class BrowserWindow { id = 1 }; BrowserWindow.prototype").unwrap();
        clone::mark_uncloneable(&ctx, &class).unwrap();
        let event: Object<'_> = ctx.eval("globalThis.event = {sender: 1}").unwrap();
        clone::mark_uncloneable(&ctx, &event).unwrap();
        let unseen: bool = ctx.eval("Object.keys(event).join() === 'sender' && JSON.stringify(event) === '{\"sender\":1}' && Object.getOwnPropertyNames(event).length === 1").unwrap();
        assert!(unseen);
    });
    let what = |source: &str| realms.encode(source).unwrap_err().to_string();
    assert!(what("{win: new BrowserWindow()}").ends_with("args[0].win (BrowserWindow)"));
    assert!(what("[event]").ends_with("args[0][0] (host object)"));
    assert!(what("Object.create(event)").ends_with("args[0] (host object)"));
    realms.encode("{sender: 1}").unwrap();
}

#[test]
fn p_sc_28_messages_over_the_limit_are_refused_before_they_are_copied() {
    let error = Realms::new().encode("new ArrayBuffer(100 * 1024 * 1024)").unwrap_err();
    assert_eq!(
        error.message(),
        "The message is too large: more than 67108864 bytes (104857601 up to args[0]). \
         Send it in parts, or write a file and send its path."
    );
    let error =
        Realms::new().encode("(() => { const s = 'x'.repeat(1 << 20); return Array(80).fill(s) })()").unwrap_err();
    assert!(error.what.starts_with("more than 67108864 bytes"), "{error}");
    let mut limits = Limits::default();
    limits.tokens = 100;
    Realms::new().from.with(|ctx| {
        let value = args(&ctx, "Array(200).fill(1)");
        let error = clone::encode(&ctx, &value[0], &mut Vec::new(), &EncodeOptions::new("x", &limits)).unwrap_err();
        assert_eq!(error.what, "more than 100 parts");
    });
}
