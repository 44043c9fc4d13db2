//! What arrives, and as what.

use super::{Realms, arrives};

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
fn p_sc_04_long_strings_of_all_widths_are_kept_and_compare_equal() {
    arrives(
        "'ab'.repeat(50), 'aü'.repeat(50), 'a日'.repeat(50), 'ü😀'.repeat(50), '\\ud800z'.repeat(50) + '😀\\udc00', {['日'.repeat(80)]: 1}, new Map([['日'.repeat(80), 2]])",
        "(a, b, c, d, e, o, m) => a === 'ab'.repeat(50) && b === 'aü'.repeat(50) && c === 'a日'.repeat(50) && d === 'ü😀'.repeat(50) && e === '\\ud800z'.repeat(50) + '😀\\udc00' && o['日'.repeat(80)] === 1 && m.get('日'.repeat(80)) === 2",
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
fn a_view_that_follows_its_buffer_arrives_as_long_as_it_is() {
    let made = "const b = new ArrayBuffer(8, {maxByteLength: 16})";
    for (source, judge) in [
        ("const v = new Uint8Array(b); b.resize(4); return [v]", "a => a.length === 4 && a.buffer.byteLength === 4"),
        ("const v = new Uint8Array(b, 2); b.resize(12); return [v]", "a => a.byteOffset === 2 && a.length === 10"),
        ("const v = new Int16Array(b, 2); b.resize(11); return [b, v]", "(b, a) => a.buffer === b && a.length === 4"),
        ("const v = new DataView(b, 1); b.resize(4); return [v]", "v => v.byteOffset === 1 && v.byteLength === 3"),
        ("const v = new Uint8Array(b, 0, 4); b.resize(12); return [v]", "a => a.length === 4"),
    ] {
        arrives(&format!("...(() => {{ {made}; {source} }})()"), judge);
    }
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
fn p_sc_23_objects_implemented_in_script_become_plain() {
    arrives(
        "Math, JSON, new (class URL { #href = 'x'; get href() { return this.#href } })()",
        "(m, j, u) => [m, j, u].every(o => o.constructor === Object && Object.keys(o).length === 0)",
    );
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
fn values_belong_to_the_realm_that_receives_them() {
    arrives(
        "{}, [], new Map(), new Set(), new Date(0), /x/, new TypeError('x'), new ArrayBuffer(1), new Uint8Array(1), new DataView(new ArrayBuffer(1)), Object(1), Object('s'), Object(1n), new Float32Array(1)",
        "(...a) => { const own = [Object, Array, Map, Set, Date, RegExp, TypeError, ArrayBuffer, Uint8Array, DataView, Number, String, BigInt, Float32Array]; const bad = own.filter((c, i) => Object.getPrototypeOf(a[i]) !== c.prototype); return bad.length === 0 || bad.map(c => c.name).join() }",
    );
}
