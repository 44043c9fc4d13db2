'use strict';
const util = require('util');
const { inspect } = util;
const i = inspect;

class Foo {
  constructor() {
    this.a = 1;
  }
}
class Bar extends Foo {
  get size() {
    return 3;
  }
}
const circular = { name: 'c' };
circular.self = circular;
circular.list = [circular, { back: circular }];
const two = { a: {}, b: {} };
two.a.b = two.b;
two.b.a = two.a;
const long = 'abcdefghij'.repeat(12);
const words = ('the quick brown fox jumps over the lazy dog and runs away from every other animal ' +
  'that it meets on its long way home').split(' ');
const deep = { a: { b: { c: { d: { e: 1 } } } } };
const nullProto = (props) => Object.assign(Object.create(null), props);
const range = (n, f = (k) => k) => Array.from({ length: n }, (_, k) => f(k));
const holes = [1, , 3];
const extra = Object.assign([1, 2], { x: 1, 'y-z': 2 });
const frozenMap = new Map([['a', 1], [{ k: 1 }, [1, 2]]]);

module.exports = [
  // primitives
  () => i(1), () => i(-0), () => i(1.5), () => i(NaN), () => i(Infinity), () => i(1e21), () => i(1e-7),
  () => i(10n), () => i(true), () => i(null), () => i(undefined), () => i(''), () => i('a'),
  () => i("it's"), () => i('"q"'), () => i(`it's "q"`), () => i('it\'s "q" `b`'), () => i('${x} \' "'),
  () => i('a\nb\tc\\d\x07\x1b\x7f\x80'), () => i('\ud83d\ude00'), () => i('\ud83d'), () => i('a\ude00b'),
  () => i('é'), () => i('\u2028'), () => i('\v\f\b\r\0'),
  () => i(Symbol('a')), () => i(Symbol()), () => i(Symbol.iterator), () => i(Symbol('a b\n')),
  () => i(long), () => i([long]), () => i({ long }), () => i('line one is here\nline two is here\n' + long),
  () => i(['line one is here\nline two is here\n' + long]), () => i({ a: { b: 'x y z '.repeat(20) + '\nnext' } }),
  () => i('x'.repeat(10001)), () => i('x'.repeat(20), { maxStringLength: 5 }), () => i('ab', { maxStringLength: 1 }),
  () => i('abc', { maxStringLength: 0 }), () => i('abc', { maxStringLength: null }),
  () => i(123456789.12345, { numericSeparator: true }), () => i(-1234567, { numericSeparator: true }),
  () => i(123, { numericSeparator: true }), () => i(1234n, { numericSeparator: true }), () => i(1e21, { numericSeparator: true }),
  () => i(0.0001234, { numericSeparator: true }), () => i([1000, 10000.5], { numericSeparator: true }),
  // objects
  () => i({}), () => i({ a: 1 }), () => i({ a: 1, b: 'x', c: [1, 2, 3] }), () => i(deep), () => i(deep, { depth: 0 }),
  () => i(deep, { depth: null }), () => i(deep, { depth: 1 }), () => i(deep, false, 4), () => i(deep, { depth: Infinity }),
  () => i({ 'a-b': 1, 2: 3, $x: 4, _y: 5, 'é': 6, 'it\'s': 7, '': 8 }), () => i({ ['__proto__']: 1 }),
  () => i({ [Symbol('s')]: 1, [Symbol()]: { a: 2 } }), () => i({ undefined: undefined, null: null }),
  () => i(nullProto()), () => i(nullProto({ a: 1 })), () => i({ x: nullProto({ y: 1 }) }),
  () => i(new Foo()), () => i(new Bar()), () => i(Object.create(Foo.prototype)), () => i(Foo.prototype), () => i(Bar.prototype),
  () => i(Object.create({})), () => i(Object.create(Object.create(null))), () => i(Object.create(nullProto({ z: 1 }))),
  () => i(Object.create(Object.create(Foo.prototype))), () => i({ constructor: 'x' }), () => i({ constructor: null }),
  () => i(circular), () => i(two), () => i([circular]), () => i(circular, { compact: true }), () => i(circular, { depth: 0 }),
  () => i({ get a() { return 1; } }), () => i({ set a(v) {} }), () => i({ get a() { return 1; }, set a(v) {} }),
  () => i({ get a() { return 1; } }, { getters: true }), () => i({ get a() { return { x: 1 }; } }, { getters: true }),
  () => i({ get a() { return null; }, get b() { return 'x'; } }, { getters: 'get' }),
  () => i({ get a() { return 1; }, set a(v) {}, get b() { return 2; } }, { getters: 'set' }),
  () => i({ get a() { throw new Error('no'); } }, { getters: true }),
  () => i({ [Symbol.toStringTag]: 'T' }), () => i({ get [Symbol.toStringTag]() { return 'T'; } }),
  () => i(Object.defineProperty({}, Symbol.toStringTag, { value: 'T' })),
  () => i(new (class A { get [Symbol.toStringTag]() { return 'B'; } })()),
  () => i(new (class A { get [Symbol.toStringTag]() { return 'A'; } })()),
  () => i(nullProto({ [Symbol.toStringTag]: 'T' })), () => i(Object.setPrototypeOf({ [Symbol.toStringTag]: 'T', a: 1 }, null)),
  () => i(Object.defineProperty({ a: 1 }, 'b', { value: 2 })), () => i(Object.defineProperty({ a: 1 }, 'b', { value: 2 }), { showHidden: true }),
  () => i(new Bar(), { showHidden: true }), () => i([1, 2], { showHidden: true }), () => i(new Map([[1, 2]]), { showHidden: true }),
  () => i({ a: range(3), b: words.slice(0, 4) }), () => i(words), () => i(words, { breakLength: 40 }), () => i(words, { compact: false }),
  () => i(words, { compact: true }), () => i(words, { compact: 1 }), () => i({ words }), () => i({ w: { v: words } }),
  () => i({ a: 1, b: { c: 2 } }, { compact: false }), () => i({ a: 1, b: { c: 2 } }, { compact: true }),
  () => i({ a: 1, b: { c: { d: {} } } }, { compact: 0 }), () => i({ a: { b: { c: {} } } }), () => i({ a: { b: { c: { d: 1 } } } }, { depth: 5 }),
  () => i({ a: { b: { c: { d: 1 } } } }, { depth: 5, compact: 1 }), () => i({ a: long.slice(0, 60), b: long.slice(0, 60) }),
  () => i({ a: long.slice(0, 30), b: long.slice(0, 25) }), () => i({ a: long.slice(0, 30), b: long.slice(0, 26) }),
  () => i({ a: long.slice(0, 30), b: long.slice(0, 27) }), () => i({ a: long.slice(0, 30), b: long.slice(0, 28) }),
  () => i({ a: long.slice(0, 30), b: long.slice(0, 29) }), () => i({ a: long.slice(0, 30), b: long.slice(0, 35) }),
  () => i({ a: 1, b: 2 }, { breakLength: 3 }), () => i({ a: [{ b: { c: 1 } }] }, { breakLength: Infinity }),
  () => i({ a: { b: long } }, { compact: true }), () => i({ aaa: { bbb: long, ccc: long }, d: [1] }, { compact: true, breakLength: 60 }),
  () => i({ b: 1, a: 2 }, { sorted: true }), () => i({ b: 1, a: { d: 1, c: 2 } }, { sorted: (x, y) => (x < y ? 1 : -1) }),
  () => i(new Set(['b', 'a']), { sorted: true }), () => i(extra, { sorted: true }), () => i(Object.assign([3, 1], { z: 1, b: 2, a: 0 }), { sorted: true }),
  // arrays
  () => i([]), () => i([1]), () => i([1, 2, 3]), () => i(holes), () => i([, , 1, , ,]), () => i(new Array(5)), () => i(extra),
  () => i(Object.assign([], { a: 1 })), () => i(range(6)), () => i(range(7)), () => i(range(100)), () => i(range(101)), () => i(range(102)),
  () => i(range(150)), () => i(range(30, (k) => k * 1000)), () => i(range(30, (k) => k / 7)), () => i(range(20, (k) => `item ${k}`)),
  () => i(range(20, (k) => 'x'.repeat(k))), () => i(range(8, (k) => ({ k }))), () => i(range(27, (k) => [k])),
  () => i(range(10, (k) => (k % 2 ? k : `s${k}`))), () => i(range(10, (k) => BigInt(k))), () => i(range(10, () => undefined)),
  () => i(range(10, () => null)), () => i(range(10, (k) => k % 2 === 0)), () => i(range(10, (k) => -k)), () => i(range(10, () => '漢字')),
  () => i(range(12, (k) => '漢'.repeat(k + 1))), () => i(range(10, () => '\u{1f600}')), () => i(range(9, (k) => `é${k}`)),
  () => i(range(9, (k) => `e\u0301${k}`)), () => i({ a: range(40) }), () => i({ a: { b: range(40) } }), () => i({ a: { b: { c: range(40) } } }, { depth: 5 }),
  () => i([[[[]]]]), () => i([[[[1]]]]), () => i([[[{}]]]), () => i([[1, 2, [3, 4, [5, [6]]]], 7]), () => i([undefined, null, NaN, -0]),
  () => i(range(10), { maxArrayLength: 3 }), () => i(range(10), { maxArrayLength: 9 }), () => i(range(10), { maxArrayLength: 0 }),
  () => i(range(10), { maxArrayLength: -1 }), () => i(range(120), { maxArrayLength: null }), () => i([, 1, 2, 3], { maxArrayLength: 2 }),
  () => i([1, , , 4, 5], { maxArrayLength: 2 }), () => i(Object.assign(new Array(3), { 5: 1, x: 2 })), () => i(new Array(2 ** 32 - 1)),
  () => i(Object.assign([], { '-1': 1, '01': 2, 4294967295: 3 })), () => i(range(7), { breakLength: 20 }), () => i(range(30), { compact: 1 }),
  () => i(range(30), { compact: 2 }), () => i(range(30), { compact: false }), () => i(range(30), { compact: true }), () => i(range(40, (k) => `${k}`.repeat(4)), { breakLength: 120 }),
  () => i(new (class L extends Array {})(3)), () => i(Object.assign(new (class L extends Array {})(), { x: 1 })), () => i(Object.setPrototypeOf([1, 2], null)),
  () => i(range(200, (k) => 'w'.repeat(k % 13))), () => i([['a', 1], ['b', 2]]), () => i(range(7, (k) => ({ a: k, b: { c: k } }))),
  () => i([new Foo(), new Bar()]), () => i([function a() {}, class B {}]), () => i(['a\nb', 'c']), () => i(range(7, () => 'a\nb')),
  // functions and classes
  () => i(function a() {}), () => i(() => {}), () => i(async () => {}), () => i(function* g() {}), () => i(async function* ag() {}), () => i(class {}),
  () => i(class A {}), () => i(class A extends Foo {}), () => i(class extends Foo {}), () => i(class A extends null {}), () => i(class A { static x = 1; }),
  () => i(class A { static name = ''; }), () => i(Object.assign(() => {}, { a: 1 })), () => i(Object.assign(function f() {}, { a: { b: { c: {} } } })),
  () => i(Math.max), () => i(Object.setPrototypeOf(function f() {}, null)), () => i(Object.setPrototypeOf(class A {}, null)), () => i((function f() {}).bind(null)),
  () => i({ f() {}, g: () => {}, h: class {} }), () => i(Object.defineProperty(() => {}, 'name', { value: 5 })), () => i(class A extends (class B {}) {}),
  () => i({ class(a) {} }), () => i(Object.getOwnPropertyDescriptor(class { get x() { return 1; } }.prototype, 'x').get), () => i(function a() {}, { compact: false }),
  () => i(class/* x( */A {}), () => i(Object.assign(class Q {}, { z: 1 })), () => i(Symbol), () => i(Object.defineProperty(function f() {}, Symbol.toStringTag, { value: 'TT' })),
  // built-in objects
  () => i(/a/g), () => i(Object.assign(/a/, { x: 1 })), () => i(new (class R extends RegExp {})('x')), () => i([/a\/b/]), () => i(Object.setPrototypeOf(/a/, null)),
  () => i(new Date(0)), () => i(new Date(NaN)), () => i(Object.assign(new Date(0), { x: 1 })), () => i([new Date(1e12)]), () => i(new (class D extends Date {})(0)),
  () => i(Object.setPrototypeOf(new Date(0), null)),
  () => i(new Map()), () => i(new Map([[1, 2], ['a', { b: 1 }]])), () => i(frozenMap), () => i(new Map([[{ a: 1 }, new Map([[1, new Map([[2, new Map()]])]])]])),
  () => i(Object.assign(new Map([[1, 2]]), { x: 1 })), () => i(new (class M extends Map {})()), () => i(Object.setPrototypeOf(new Map([[1, 2]]), null)),
  () => i(new Map(range(101).map((k) => [k, k])).size), () => i(new Map(range(5).map((k) => [k, k])), { maxArrayLength: 2 }), () => i(new Map([[long, long]])),
  () => i(new Set()), () => i(new Set([1, 'a', { b: 1 }])), () => i(new Set(range(30))), () => i(new Set(range(5)), { maxArrayLength: 2 }), () => i(new (class S extends Set {})([1])),
  () => i(Object.setPrototypeOf(new Set([1]), null)), () => i({ s: new Set([new Set([new Set([new Set()])])]) }),
  () => i([1, 2][Symbol.iterator]()), () => i('ab'[Symbol.iterator]()), () => i('a'.matchAll(/a/g)),
  () => i(new WeakMap()), () => i(new WeakSet([{}])), () => i(new WeakRef({ a: 1 })), () => i(new (class W extends WeakMap {})()),
  () => i(Promise.resolve(1)), () => i(new Promise(() => {})), () => { const p = Promise.reject(new TypeError('x').message); p.catch(() => {}); return i(p); },
  () => i(Promise.resolve({ a: { b: { c: {} } } })), () => i(Object.assign(Promise.resolve(1), { x: 1 })), () => i(new (class P extends Promise {})(() => {})),
  () => i(new Uint8Array(3)), () => i(new Float64Array([1.5, -0])), () => i(new BigInt64Array(2)), () => i(new Uint8Array(0)), () => i(new Uint8ClampedArray([1])), () => i(new Uint8Array(200)),
  () => i(Object.assign(new Uint8Array(2), { x: 1 })), () => i(new Uint8Array(2), { showHidden: true }), () => i(new (class T extends Uint16Array {})(2)),
  () => i(Object.setPrototypeOf(new Uint8Array(2), null)), () => i(new Uint8Array(10), { maxArrayLength: 4 }), () => i({ a: { b: { c: new Uint8Array(1) } } }),
  () => i(new ArrayBuffer(4)), () => i(new Uint8Array([1, 2, 255]).buffer), () => i(new ArrayBuffer(60)), () => i(new ArrayBuffer(101)), () => i(Object.assign(new ArrayBuffer(2), { x: 1 })),
  () => i(new DataView(new ArrayBuffer(2))), () => i(new DataView(new ArrayBuffer(4), 1, 2)), () => i(new SharedArrayBuffer(2)), () => i(new ArrayBuffer(0)),
  () => i(new Number(3)), () => i(new Number(-0)), () => i(new String('abc')), () => i(new Boolean(false)), () => i(Object(Symbol('a'))), () => i(Object(1n)), () => i(Object.assign(new String('ab'), { x: 1 })),
  () => i(Object.assign(new Number(1), { x: 1 })), () => i(new (class N extends Number {})(3)), () => i(new String('it\'s')), () => i([new String('a'), new Number(1)]), () => i(Object.setPrototypeOf(new Number(1), null)),
  () => i((function() { return arguments; })(1, 'a')), () => i((function() { return arguments; })()), () => i((function() { 'use strict'; return arguments; })({ a: 1 })),
  () => i((function* g() {})()), () => i((async function* g() {})()), () => i(globalThis.Math), () => i(JSON), () => i(Reflect), () => i(Atomics), () => i(Math, { showHidden: false }),
  // proxies
  () => i(new Proxy({ a: 1 }, {})), () => i(new Proxy([1, 2], {})), () => i(new Proxy(function f() {}, {})), () => i(new Proxy({ a: 1 }, { get() { throw new Error('trap'); } })),
  () => i(new Proxy({ a: 1 }, { get() {} }), { showProxy: true }), () => i(new Proxy([1], {}), { showProxy: true }), () => i({ p: new Proxy({}, {}) }, { showProxy: true }),
  () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return i(proxy); }, () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return i(proxy, { showProxy: true }); },
  () => i(new Proxy(new Proxy({ a: 1 }, {}), {})), () => i(new Proxy(new Proxy({}, {}), {}), { showProxy: 1 }), () => i(new Proxy(new Map([[1, 2]]), {})), () => i(new Proxy(class A {}, {})),
  () => i({ a: { b: { c: new Proxy({ d: 1 }, {}) } } }, { showProxy: true }), () => i(new Proxy({ [inspect.custom]() { return 'custom'; } }, {})),
  // custom
  () => i({ [inspect.custom]() { return 'hi'; } }), () => i({ [inspect.custom]() { return { a: 1 }; } }), () => i({ [inspect.custom](d, o) { return `${d} ${o.depth} ${typeof o.stylize}`; } }),
  () => i({ x: { [inspect.custom](d) { return d; } } }), () => i({ [inspect.custom]() { return 5; } }), () => i({ [inspect.custom]: 5 }), () => i({ [inspect.custom]() { return 'x'; } }, { customInspect: false }),
  () => i({ a: { [inspect.custom]() { return 'l1\nl2'; } } }), () => i({ [inspect.custom](d, o, ins) { return ins({ q: 1 }, o); } }), () => i({ [inspect.custom]() { return this; }, z: 1 }),
  () => i([{ [inspect.custom]() { return null; } }, { [inspect.custom]() { return undefined; } }]), () => i({ inspect() { return 'old'; } }), () => i({ [Symbol.for('nodejs.util.inspect.custom')]: () => 'sym' }),
  () => i({ [inspect.custom](d, o) { return Object.keys(o).join(); } }), () => i({ [inspect.custom](d, o) { return o.extra; } }, { extra: 'mine' }), () => i({ a: { [inspect.custom]() { return { x: 1, y: { z: {} } }; } } }),
  // colours
  () => i({ a: 1, b: 'x', c: null, d: undefined, e: true, f: Symbol('q'), g: 5n, h: new Date(0), k: /r/, l() {}, [Symbol('m')]: 1, 'n-o': 1 }, { colors: true }),
  () => i(range(30), { colors: true }), () => i([1, , 2], { colors: true }), () => i(circular, { colors: true }), () => i(new Map([['a', 1]]), { colors: true }), () => i({ get a() { return 1; } }, { colors: true, getters: true }),
  () => i([new Number(1), new String('x'), Object(Symbol('y')), new Boolean(true), Object(1n)], { colors: true }), () => i(deep, { colors: true }), () => i(new Bar(), { colors: true, showHidden: true }), () => i(new ArrayBuffer(2), { colors: true }),
  () => i(Promise.resolve(1), { colors: true }), () => i(new Proxy({}, {}), { colors: true, showProxy: true }), () => i(range(20, (k) => `word${k}`), { colors: true }), () => i({ a: 1 }, false, null, true),
  () => i({ a: { b: { c: {} } }, d: [[[[]]]] }), () => i({ a: { b: { c: [] } } }), () => i({ a: { b: { c: new Map() } } }), () => i({ a: { b: { c: new Map([[1, 2]]) } } }), () => i({ a: { b: { c: new Foo() } } }), () => i({ a: { b: { c: nullProto({ q: 1 }) } } }),
  () => i({ a: { b: { c: /x/ } } }), () => i({ a: { b: { c: new Date(0) } } }), () => i({ a: { b: { c: () => {} } } }), () => i({ a: { b: { c: Object.assign(() => {}, { x: 1 }) } } }), () => i({ a: { b: { c: new String('x') } } }),
  () => i({ a: { b: { c: Promise.resolve(1) } } }), () => i({ a: { b: { c: (function() { return arguments; })(1) } } }), () => i({ a: { b: { c: new Set([1]).values() } } }), () => i({ a: { b: { c: new ArrayBuffer(1) } } }), () => i({ a: { b: { c: class A { static q = 1; } } } }),
  () => i(inspect.defaultOptions), () => Object.keys(inspect.colors), () => Object.assign({}, inspect.styles), () => inspect.custom.toString(),
];
