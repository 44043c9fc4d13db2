//! Structured clone, row by row as Electron does it: encoded in one realm, decoded in another, judged by script.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "clone/hostile.rs"]
mod hostile;
#[path = "clone/random.rs"]
mod random;

use ipc_proto::limits::Limits;
use script_host::clone::{self, DecodeError, EncodeOptions, NotCloneable};
use script_host::js::{CatchResultExt, Context, Ctx, Runtime, Value};

struct Realms {
    from: Context,
    to: Context,
}

impl Realms {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        Self { from: Context::full(&runtime).unwrap(), to: Context::full(&runtime).unwrap() }
    }

    /// Encodes the elements of the array that `source` makes as arguments.
    fn encode(&self, source: &str) -> Result<Vec<u8>, NotCloneable> {
        self.from.with(|ctx| {
            let args = args(&ctx, source);
            let mut bytes = Vec::new();
            clone::encode_args(&ctx, &args, &mut bytes, &EncodeOptions::new("args", &Limits::default()))?;
            Ok(bytes)
        })
    }

    /// Decodes arguments and hands them to the function that `judge` is, which has to return `true`.
    fn judge(&self, bytes: &[u8], judge: &str) {
        self.to.with(|ctx| {
            let args = clone::decode_args(&ctx, bytes, &Limits::default(), &[]).unwrap();
            let judge: script_host::js::Function<'_> = ctx.eval(format!("({judge})")).catch(&ctx).unwrap();
            let verdict: Value<'_> = judge.call((script_host::js::function::Rest(args),)).catch(&ctx).unwrap();
            let shown: String = ctx
                .globals()
                .get::<_, script_host::js::Function<'_>>("String")
                .unwrap()
                .call((verdict.clone(),))
                .unwrap();
            assert_eq!(verdict.as_bool(), Some(true), "{judge:?} of the received value says {shown}");
        });
    }
}

fn args<'js>(ctx: &Ctx<'js>, source: &str) -> Vec<Value<'js>> {
    let array: script_host::js::Array<'js> = ctx.eval(format!("([{source}])")).catch(ctx).unwrap();
    array.iter().collect::<Result<_, _>>().unwrap()
}

/// The values of `source`, received in another realm, satisfy `judge`.
#[track_caller]
fn arrives(source: &str, judge: &str) {
    let realms = Realms::new();
    let bytes = realms.encode(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    realms.judge(&bytes, judge);
}

/// The values of `source` are refused, and the error names this culprit.
#[track_caller]
fn refused(source: &str, culprit: &str) {
    let realms = Realms::new();
    let error = realms.encode(source).expect_err(source);
    assert_eq!(format!("{} ({})", error.path, error.what), culprit);
    realms.from.with(|ctx| {
        let left = ctx.catch();
        assert!(left.is_null() || left.is_undefined() || left.type_name() == "uninitialized", "{left:?} is pending");
    });
}

#[test]
fn p_sc_01_undefined_null_booleans_and_strings_are_kept() {
    arrives(
        "undefined, null, true, false, '', 'text', 'a\\0b'",
        "(...a) => a.length === 7 && a[0] === undefined && a[1] === null && a[2] === true && a[3] === false && a[4] === '' && a[5] === 'text' && a[6] === 'a\\0b'",
    );
    arrives("{a: undefined}", "o => 'a' in o && o.a === undefined");
    arrives(
        "'grün', '日本語', '😀', 'a'.repeat(100000) + 'ü'",
        "(a, b, c, d) => a === 'grün' && b === '日本語' && c === '😀' && d === 'a'.repeat(100000) + 'ü'",
    );
}

#[test]
fn p_sc_02_special_numbers_are_kept() {
    arrives(
        "NaN, Infinity, -Infinity, -0, 0, 1.5, 2**53, 2**53 - 1, -(2**53), 1e300, 5e-324, 2**31, -(2**31), 4294967296",
        "(...a) => { const b = [NaN, Infinity, -Infinity, -0, 0, 1.5, 2**53, 2**53 - 1, -(2**53), 1e300, 5e-324, 2**31, -(2**31), 4294967296]; return a.length === b.length && a.every((x, i) => typeof x === 'number' && Object.is(x, b[i])) }",
    );
}

#[test]
fn p_sc_03_bigints_of_any_size_are_kept() {
    arrives(
        "0n, 1n, -1n, 255n, 256n, 2n**63n - 1n, -(2n**63n), 2n**63n, -(2n**63n) - 1n, 2n**64n, 12345678901234567890n, -12345678901234567890n, 2n**4096n + 7n, -(2n**4096n) + 7n, -(2n**4096n), -(256n**8n)",
        "(...a) => { const b = [0n, 1n, -1n, 255n, 256n, 2n**63n - 1n, -(2n**63n), 2n**63n, -(2n**63n) - 1n, 2n**64n, 12345678901234567890n, -12345678901234567890n, 2n**4096n + 7n, -(2n**4096n) + 7n, -(2n**4096n), -(256n**8n)]; return a.every((x, i) => typeof x === 'bigint' && x === b[i]) || a.map(String).join() }",
    );
}

#[test]
fn p_sc_04_lone_surrogates_are_kept() {
    arrives(
        "'\\ud800x', 'x\\udc00', '\\udc00\\ud800', {'\\ud800key': '\\udfff'}",
        "(a, b, c, o) => a === '\\ud800x' && b === 'x\\udc00' && c === '\\udc00\\ud800' && o['\\ud800key'] === '\\udfff'",
    );
}

#[test]
fn p_sc_05_dates_are_kept_also_invalid_ones() {
    arrives(
        "new Date(1700000000123), new Date(NaN), new Date(-1), new Date(8.64e15)",
        "(a, b, c, d) => a instanceof Date && +a === 1700000000123 && b instanceof Date && isNaN(b) && +c === -1 && +d === 8.64e15",
    );
    arrives(
        "Object.assign(new Date(5), {extra: 1, getTime: 3})",
        "d => d instanceof Date && +d === 5 && !('extra' in d)",
    );
}

#[test]
fn p_sc_06_regexps_keep_source_and_flags_and_start_over() {
    arrives(
        "(() => { const r = /a\\/(b)[\\n]ü/dgimsuy; r.lastIndex = 3; return r })(), /[a&&b]/v, new RegExp('')",
        "(r, v, e) => r instanceof RegExp && r.source === 'a\\\\/(b)[\\\\n]ü' && r.flags === 'dgimsuy' && r.lastIndex === 0 && v.flags === 'v' && e.source === '(?:)'",
    );
    arrives("Object.defineProperty(/x/g, 'flags', {get() { throw 1 }})", "r => r.flags === 'g'");
}

#[test]
fn p_sc_07_maps_and_sets_keep_their_order_and_lose_extra_properties() {
    arrives(
        "Object.assign(new Map([['b', 1], ['a', {x: [2]}], [{k: 1}, new Set([3])]]), {extra: 1}), Object.assign(new Set([3, 'x', [1]]), {extra: 1}), new Map(), new Set()",
        "(m, s, n, t) => { const e = [...m]; return m instanceof Map && s instanceof Set && !('extra' in m) && !('extra' in s) && e[0][0] === 'b' && e[1][0] === 'a' && e[1][1].x[0] === 2 && e[2][0].k === 1 && e[2][1].has(3) && [...s][0] === 3 && [...s][1] === 'x' && [...s][2][0] === 1 && n.size === 0 && t.size === 0 }",
    );
    arrives(
        "(() => { class M extends Map { forEach() { throw 1 } get size() { return 9 } } return new M([[1, 2]]) })()",
        "m => m.constructor === Map && m.get(1) === 2 && m.size === 1",
    );
}

#[test]
fn p_sc_07_a_map_that_changes_while_it_is_written_keeps_its_entries_of_the_beginning() {
    arrives(
        "(() => { const m = new Map(); m.set('a', {get x() { m.delete('b'); return 1 }}); m.set('b', 2); return m })()",
        "m => m.size === 2 && m.get('a').x === 1 && m.get('b') === 2",
    );
}

#[test]
fn p_sc_08_plain_objects_keep_own_enumerable_string_keys_in_order() {
    arrives(
        "(() => { const o = {b: 1, a: 2, 7: 'seven', 1: 'one', [Symbol('s')]: 3, get g() { return this.b + 1 }}; Object.defineProperty(o, 'hidden', {value: 1}); return Object.freeze(o) })()",
        "o => Object.keys(o).join() === '1,7,b,a,g' && o.g === 2 && Object.getOwnPropertyDescriptor(o, 'g').value === 2 && !('hidden' in o) && Object.getOwnPropertySymbols(o).length === 0 && !Object.isFrozen(o) && Object.getPrototypeOf(o) === Object.prototype",
    );
    arrives(
        "Object.assign(Object.create(null), {x: 1})",
        "o => Object.getPrototypeOf(o) === Object.prototype && o.x === 1",
    );
    arrives(
        "{'': 1, 'é': 2, 'Ã©': 3, '日': 4, '-1': 5, '01': 6, '4294967295': 7, '4294967294': 8}",
        "o => o[''] === 1 && o['é'] === 2 && o['Ã©'] === 3 && o['日'] === 4 && o['-1'] === 5 && o['01'] === 6 && o['4294967295'] === 7 && o['4294967294'] === 8 && Object.keys(o).length === 8",
    );
    arrives("{get a() { delete this.b; return 1 }, b: 2, c: 3}", "o => Object.keys(o).join() === 'a,c'");
}

#[test]
fn p_sc_09_class_instances_become_plain_objects() {
    arrives(
        "new (class Point { x = 1; #p = 2; get double() { return 2 } move() {} })()",
        "o => o.constructor === Object && Object.keys(o).join() === 'x'",
    );
}

#[test]
fn p_sc_10_an_own_proto_key_stays_an_own_key() {
    arrives(
        "JSON.parse('{\"__proto__\": {\"polluted\": 1}, \"constructor\": {\"prototype\": {\"p\": 1}}}')",
        "o => Object.keys(o).join() === '__proto__,constructor' && Object.getPrototypeOf(o) === Object.prototype && o.polluted === undefined && ({}).polluted === undefined && ({}).p === undefined",
    );
}

#[test]
fn p_sc_10_setters_of_the_receiving_realm_do_not_run() {
    let realms = Realms::new();
    let bytes = realms.encode("{trap: 1}, ['x', , 'y']").unwrap();
    realms.to.with(|ctx| {
        ctx.eval::<(), _>("Object.defineProperty(Object.prototype, 'trap', {set() { throw new Error('ran') }}); Object.defineProperty(Array.prototype, '0', {set() { throw new Error('ran') }}); 0").unwrap();
    });
    realms.judge(&bytes, "(o, a) => Object.hasOwn(o, 'trap') && o.trap === 1 && a[0] === 'x' && a[2] === 'y'");
}

#[test]
fn p_sc_11_arrays_keep_holes_and_named_properties() {
    arrives(
        "(() => { const a = [1, , 3]; a.foo = 'bar'; a[-1] = 'm'; return a })(), [,], [, 1], [undefined], new Array(5), []",
        "(a, b, c, d, e, f) => Array.isArray(a) && a.length === 3 && !(1 in a) && a[2] === 3 && a.foo === 'bar' && a[-1] === 'm' && b.length === 1 && !(0 in b) && c.length === 2 && !(0 in c) && c[1] === 1 && d.length === 1 && 0 in d && e.length === 5 && Object.keys(e).length === 0 && f.length === 0",
    );
    arrives(
        "new (class Sub extends Array { extra = 1 })(1, 2, 3)",
        "a => a.constructor === Array && a.join() === '1,2,3' && a.extra === 1",
    );
    arrives(
        "(() => { const a = []; a[4294967294] = 'last'; a[5] = 'five'; return a })()",
        "a => a.length === 4294967295 && a[4294967294] === 'last' && a[5] === 'five' && Object.keys(a).length === 2",
    );
    arrives(
        "(() => { const a = [1, 2, 3, 4]; Object.defineProperty(a, 0, {get() { a.length = 2; return 9 }, enumerable: true}); return a })()",
        "a => a[0] === 9 && a[1] === 2 && a.length === 4 && !(2 in a)",
    );
}

#[test]
fn p_sc_12_boxed_primitives_stay_boxed() {
    arrives(
        "Object(true), Object(1.5), Object('text'), Object(7n), Object.assign(Object(2), {extra: 1, valueOf: () => 9})",
        "(...a) => a.every(x => typeof x === 'object') && a[0] instanceof Boolean && a[0] == true && a[1] instanceof Number && a[1] == 1.5 && a[2] instanceof String && a[2] == 'text' && a[2].length === 4 && a[3] instanceof BigInt && a[3] == 7n && a[4] == 2 && !('extra' in a[4])",
    );
}

#[test]
fn p_sc_13_errors_keep_known_names_message_stack_and_cause() {
    arrives(
        "new TypeError('bad', {cause: {why: [1]}}), Object.assign(new Error('coded'), {code: 'ENOENT'}), new AggregateError([new Error('inner')], 'many')",
        "(t, c, a) => t instanceof TypeError && t.name === 'TypeError' && t.message === 'bad' && t.cause.why[0] === 1 && typeof t.stack === 'string' && !Object.keys(t).length && c instanceof Error && c.message === 'coded' && !('code' in c) && a.constructor === Error && a.message === 'many' && !('errors' in a)",
    );
    for kind in ["Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"] {
        arrives(
            &format!("new {kind}('m')"),
            &format!("e => e.constructor === {kind} && e.message === 'm' && e.name === '{kind}'"),
        );
    }
    arrives(
        "(() => { class Mine extends Error { name = 'Mine' } return new Mine('own') })()",
        "e => e.constructor === Error && e.name === 'Error' && e.message === 'own'",
    );
    arrives(
        "(() => { class Mine extends RangeError {} return new Mine('own') })()",
        "e => e.constructor === RangeError",
    );
    arrives("new Error()", "e => !Object.hasOwn(e, 'message') && e.message === ''");
    arrives(
        "(() => { const e = new Error('x'); e.stack = 'given\\n  at somewhere'; return e })()",
        "e => e.stack === 'given\\n  at somewhere'",
    );
    arrives("(() => { const e = new Error('self'); e.cause = e; return e })()", "e => e.cause === e");
}

#[test]
fn p_sc_14_buffers_are_copied_and_stay_resizable() {
    arrives(
        "new Uint8Array([1, 2, 3]).buffer, new ArrayBuffer(0)",
        "(b, e) => b instanceof ArrayBuffer && b.byteLength === 3 && new Uint8Array(b).join() === '1,2,3' && !b.resizable && e.byteLength === 0",
    );
    arrives(
        "(() => { const b = new ArrayBuffer(4, {maxByteLength: 16}); new Uint8Array(b).set([9, 8, 7, 6]); return b })(), new ArrayBuffer(0, {maxByteLength: 0})",
        "(b, z) => b.resizable && b.maxByteLength === 16 && b.byteLength === 4 && new Uint8Array(b).join() === '9,8,7,6' && (b.resize(16), b.byteLength === 16) && z.resizable && z.maxByteLength === 0",
    );
    let realms = Realms::new();
    let bytes = realms.encode("(globalThis.source = new Uint8Array([1, 2]))").unwrap();
    realms.from.with(|ctx| ctx.eval::<(), _>("source[0] = 9; 0").unwrap());
    realms.judge(&bytes, "a => a[0] === 1");
}

#[test]
fn p_sc_15_typed_arrays_keep_their_class_and_send_what_they_show() {
    for class in [
        "Int8Array",
        "Uint8Array",
        "Uint8ClampedArray",
        "Int16Array",
        "Uint16Array",
        "Int32Array",
        "Uint32Array",
        "Float16Array",
        "Float32Array",
        "Float64Array",
    ] {
        arrives(
            &format!("new {class}([1, 2, 3]), new {class}(0)"),
            &format!(
                "(a, e) => a.constructor === {class} && a.join() === '1,2,3' && e.length === 0 && e.constructor === {class}"
            ),
        );
        arrives(
            &format!("new {class}(new {class}([1, 2, 3, 4]).buffer, {class}.BYTES_PER_ELEMENT, 2)"),
            &format!(
                "a => a.constructor === {class} && a.join() === '2,3' && a.buffer.byteLength === 2 * {class}.BYTES_PER_ELEMENT"
            ),
        );
    }
    arrives(
        "new BigInt64Array([-1n, 2n]), new BigUint64Array([2n**64n - 1n])",
        "(a, b) => a.constructor === BigInt64Array && a[0] === -1n && b[0] === 2n**64n - 1n",
    );
    arrives(
        "new DataView(new Uint8Array([1, 2, 3, 4, 5]).buffer, 1, 3)",
        "d => d.constructor === DataView && d.byteLength === 3 && d.getUint8(0) === 2 && d.getUint8(2) === 4",
    );
    arrives("Object.assign(new Uint8Array(2), {extra: 1})", "a => a.length === 2 && !('extra' in a)");
}

#[test]
fn p_sc_15_views_of_one_buffer_still_share_it() {
    let mut secret = Realms::new()
        .encode("(() => { const pool = new Uint8Array(8192).fill(7); return pool.subarray(100, 102) })()")
        .unwrap();
    assert!(secret.len() < 16, "{} bytes for a view of two", secret.len());
    secret = Realms::new().encode("...(() => { const pool = new Uint8Array(8192).fill(7); return [pool.subarray(100, 102), pool.subarray(110, 112)] })()").unwrap();
    assert!(secret.len() < 64, "{} bytes for two views of two", secret.len());

    let both = "(a, b) => { a[a.length - 1] = 77; return a.buffer === b.buffer && b[0] === 77 }";
    arrives(
        "...(() => { const b = new Uint8Array([1, 2, 3, 4, 5]); return [b.subarray(0, 3), b.subarray(2)] })()",
        both,
    );
    arrives("...(() => { const b = new Uint8Array([1, 2, 3, 4, 5]); return [b, b.subarray(4)] })()", both);
    arrives(
        "...(() => { const b = new Uint8Array(64).buffer; return [new Float64Array(b, 8, 2), new Float64Array(b, 16, 1)] })()",
        both,
    );
    arrives(
        "...(() => { const b = new ArrayBuffer(32); return [new Uint8Array(b, 3, 2), new Float64Array(b, 8, 1), new Int32Array(b, 28), new DataView(b, 5, 1)] })()",
        "(a, b, c, d) => a.buffer === b.buffer && b.buffer === c.buffer && c.buffer === d.buffer && a.byteOffset === 3 && b.byteOffset === 8 && c.byteOffset === 28 && d.byteOffset === 5",
    );
    arrives(
        "...(() => { const b = new Uint8Array([1, 2, 3]); return [b.subarray(1, 2), b.buffer, b] })()",
        "(v, b, a) => v.buffer === b && a.buffer === b && b.byteLength === 3 && v[0] === 2 && a.join() === '1,2,3'",
    );
    arrives(
        "...(() => { const b = new Uint8Array([1, 2, 3]); return [b.buffer, b.subarray(1, 2)] })()",
        "(b, v) => v.buffer === b && v[0] === 2",
    );
    arrives(
        "...(() => { const b = new Uint8Array([1, 2, 3]); return [[b, {b}], new Map([[b, b.buffer]])] })()",
        "(list, map) => list[0] === list[1].b && map.get(list[0]) === list[0].buffer",
    );
    arrives(
        "(() => { const b = new ArrayBuffer(8, {maxByteLength: 32}); return new Uint8Array(b, 2, 3) })()",
        "a => a.byteOffset === 2 && a.length === 3 && a.buffer.resizable && a.buffer.byteLength === 8 && a.buffer.maxByteLength === 32",
    );
}

#[test]
fn p_sc_16_a_buffer_subclass_arrives_as_uint8array() {
    arrives(
        "new (class Buffer extends Uint8Array {})([104, 105])",
        "a => a.constructor === Uint8Array && a.join() === '104,105'",
    );
}

#[test]
fn p_sc_17_cycles_are_kept() {
    arrives(
        "(() => { const o = {}; o.self = o; o.deep = {up: o}; return o })()",
        "o => o.self === o && o.deep.up === o",
    );
    arrives(
        "(() => { const a = [1]; a.push(a, [a, 2], 3); return a })()",
        "a => a[1] === a && a[2][0] === a && a[2][1] === 2 && a[3] === 3 && a.length === 4",
    );
    arrives(
        "(() => { const a = [0, [1, []]]; a[1][1].push(a[1], a, 5); a.push('x'); return a })()",
        "a => a[1][1][0] === a[1] && a[1][1][1] === a && a[1][1][2] === 5 && a[2] === 'x' && a[1][0] === 1 && a[1].length === 2",
    );
    arrives(
        "(() => { const m = new Map(); m.set('m', m); m.set(m, 1); return m })()",
        "m => m.get('m') === m && m.get(m) === 1",
    );
    arrives("(() => { const s = new Set(); s.add(s).add([s]); return s })()", "s => s.has(s) && [...s][1][0] === s");
}

#[test]
fn p_sc_18_identity_holds_across_all_arguments() {
    arrives(
        "...(() => { const o = {n: 1}, d = new Date(1), r = /x/, b = Object('b'), e = new Error('e'); return [o, [o], {o}, d, d, r, r, b, b, e, e] })()",
        "(a, b, c, d, d2, r, r2, x, x2, e, e2) => a === b[0] && a === c.o && d === d2 && r === r2 && x === x2 && e === e2",
    );
}

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
fn p_sc_23_objects_implemented_in_script_become_plain() {
    arrives(
        "Math, JSON, new (class URL { #href = 'x'; get href() { return this.#href } })()",
        "(m, j, u) => [m, j, u].every(o => o.constructor === Object && Object.keys(o).length === 0)",
    );
}

#[test]
fn p_sc_25_branded_objects_and_their_heirs_are_refused() {
    let realms = Realms::new();
    realms.from.with(|ctx| {
        let class: script_host::js::Object<'_> = ctx.eval("globalThis.BrowserWindow = class BrowserWindow { id = 1 }; BrowserWindow.prototype").unwrap();
        clone::mark_uncloneable(&ctx, &class).unwrap();
        let event: script_host::js::Object<'_> = ctx.eval("globalThis.event = {sender: 1}").unwrap();
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
fn p_sc_27_every_size_arrives_identical() {
    for size in [0, 1, 250, 251, 65_535, 65_536, 65_537, 262_147, 3_145_729] {
        arrives(
            &format!(
                "'x'.repeat({size}), new Uint8Array({size}).fill(7), {{deep: ['y'.repeat({size})]}}, 'ü'.repeat({size})"
            ),
            &format!(
                "(s, b, o, u) => s === 'x'.repeat({size}) && b.length === {size} && b.every(x => x === 7) && o.deep[0] === 'y'.repeat({size}) && u === 'ü'.repeat({size})"
            ),
        );
    }
}

#[test]
fn p_sc_28_messages_over_the_limit_are_refused_before_they_are_copied() {
    let error = Realms::new().encode("new ArrayBuffer(100 * 1024 * 1024)").unwrap_err();
    assert!(error.what.starts_with("more than 67108864 bytes"), "{error}");
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

#[test]
fn ports_travel_as_their_place_in_the_list() {
    let realms = Realms::new();
    let bytes = realms.from.with(|ctx| {
        let value = args(&ctx, "...(() => { globalThis.port = {}; return [{a: port, b: [port]}, port] })()");
        let ports = [ctx.eval::<Value<'_>, _>("({})").unwrap(), value[1].clone()];
        let limits = Limits::default();
        let options = EncodeOptions { root: "message", limits: &limits, ports: &ports };
        let mut bytes = Vec::new();
        clone::encode(&ctx, &value[0], &mut bytes, &options).unwrap();
        bytes
    });
    realms.to.with(|ctx| {
        let ports = [ctx.eval::<Value<'_>, _>("({})").unwrap(), ctx.eval("globalThis.mine = {}").unwrap()];
        let value = clone::decode(&ctx, &bytes, &Limits::default(), &ports).unwrap();
        ctx.globals().set("got", value).unwrap();
        assert!(ctx.eval::<bool, _>("got.a === mine && got.b[0] === mine").unwrap());
        let error = clone::decode(&ctx, &bytes, &Limits::default(), &ports[..1]).unwrap_err();
        assert!(matches!(error, DecodeError::NoPort(1)), "{error}");
    });
}

#[test]
fn values_belong_to_the_realm_that_receives_them() {
    arrives(
        "{}, [], new Map(), new Set(), new Date(0), /x/, new TypeError('x'), new ArrayBuffer(1), new Uint8Array(1), new DataView(new ArrayBuffer(1)), Object(1), Object('s'), Object(1n), new Float32Array(1)",
        "(...a) => { const own = [Object, Array, Map, Set, Date, RegExp, TypeError, ArrayBuffer, Uint8Array, DataView, Number, String, BigInt, Float32Array]; const bad = own.filter((c, i) => Object.getPrototypeOf(a[i]) !== c.prototype); return bad.length === 0 || bad.map(c => c.name).join() }",
    );
}

#[test]
fn tampering_after_preparation_changes_nothing() {
    let realms = Realms::new();
    for context in [&realms.from, &realms.to] {
        context.with(|ctx| {
            clone::prepare(&ctx).unwrap();
            ctx.eval::<(), _>("globalThis.values = [new Map([[1, 2]]), new Set([3]), new Date(4), Object(5), 2n**70n, /six/g]; for (const [p, k] of [[Map.prototype, 'forEach'], [Map.prototype, 'set'], [Set.prototype, 'forEach'], [Set.prototype, 'add'], [Date.prototype, 'getTime'], [Number.prototype, 'valueOf'], [BigInt.prototype, 'toString']]) p[k] = () => { throw new Error('ran') }; Object.defineProperty(RegExp.prototype, 'source', {get() { throw 1 }}); 0").unwrap();
        });
    }
    let bytes = realms.encode("...values").unwrap();
    realms.judge(&bytes, "(m, s, d, n, b, r) => m.get(1) === 2 && s.has(3) && d.valueOf() === 4 && typeof n === 'object' && b === 2n**70n && r.test('six')");
}

#[test]
fn a_getter_may_clone_too() {
    let realms = Realms::new();
    realms.from.with(|ctx| {
        let inner = script_host::js::Function::new(ctx.clone(), |ctx: Ctx<'_>| {
            let mut bytes = Vec::new();
            let value = args(&ctx, "new Map([[{a: 1}, [2]]])");
            clone::encode_args(&ctx, &value, &mut bytes, &EncodeOptions::new("inner", &Limits::default())).unwrap();
            bytes.len()
        })
        .unwrap();
        ctx.globals().set("inner", inner).unwrap();
    });
    let bytes = realms.encode("{a: {b: 1}, get x() { return inner() }, c: {b: 2}}").unwrap();
    realms.judge(&bytes, "o => o.a.b === 1 && o.x > 0 && o.c.b === 2");
}

#[test]
fn a_script_that_is_being_stopped_is_not_revived() {
    let runtime = Runtime::new().unwrap();
    let context = Context::full(&runtime).unwrap();
    context.with(|ctx| ctx.eval::<(), _>("globalThis.trap = {get x() { for (;;) {} }}; 0").unwrap());
    let started = std::time::Instant::now();
    runtime.set_interrupt_handler(Some(Box::new(move || started.elapsed().as_millis() > 20)));
    context.with(|ctx| {
        let value: Value<'_> = ctx.globals().get("trap").unwrap();
        let error = clone::encode(&ctx, &value, &mut Vec::new(), &EncodeOptions::new("x", &Limits::default()));
        let thrown = error.unwrap_err().throw(&ctx);
        assert!(thrown.is_exception());
        let pending = ctx.catch();
        assert_ne!(pending.as_exception().and_then(|e| e.message()).as_deref(), Some("An object could not be cloned."));
    });
}

#[test]
fn structured_clone_copies_within_and_between_realms() {
    let runtime = Runtime::new().unwrap();
    let context = Context::full(&runtime).unwrap();
    context.with(|ctx| {
        let value: Value<'_> = ctx.eval("globalThis.original = {list: [1, {n: 2}]}").unwrap();
        let copy = clone::structured_clone(&ctx, &ctx, &value, &Limits::default()).unwrap();
        ctx.globals().set("copy", copy).unwrap();
        assert!(ctx.eval::<bool, _>("copy !== original && copy.list[1].n === 2").unwrap());
        let value: Value<'_> = ctx.eval("() => 1").unwrap();
        let error = clone::structured_clone(&ctx, &ctx, &value, &Limits::default()).unwrap_err();
        assert!(error.throw(&ctx).is_exception());
        drop(ctx.catch());
    });
}

#[test]
fn realms_that_have_cloned_are_collected() {
    let runtime = Runtime::new().unwrap();
    let keep = Context::full(&runtime).unwrap();
    keep.with(|ctx| clone::prepare(&ctx).unwrap());
    runtime.run_gc();
    let before = runtime.memory_usage().obj_count;
    for _ in 0..3 {
        let context = Context::full(&runtime).unwrap();
        context.with(|ctx| clone::prepare(&ctx).unwrap());
    }
    runtime.run_gc();
    assert_eq!(runtime.memory_usage().obj_count, before);
}
