'use strict';
const assert = require('assert');
const qs = require('querystring');
const os = require('os');
const timers = require('timers');
const promises = require('timers/promises');
const { StringDecoder } = require('string_decoder');

const failing = (f) => () => {
  try {
    f();
  } catch (e) {
    return [e.name, e.code, e.message, e.generatedMessage, e.operator];
  }
  return 'passed';
};
const failingLater = (f) => async () => {
  try {
    await f();
  } catch (e) {
    return [e.name, e.code, e.message, e.generatedMessage, e.operator];
  }
  return 'passed';
};
const boom = () => { throw new Error('x'); };
const decoded = (encoding, ...chunks) => {
  const d = new StringDecoder(encoding);
  return [...chunks.map((c) => d.write(Buffer.from(c))), d.end()];
};

module.exports = [
  ...[
    () => assert(1), () => assert(0), () => assert(0, 'm'), () => assert.ok(true), () => assert.ok(), () => assert.ok(null, new TypeError('own')), () => assert.equal(1, '1'), () => assert.equal(1, 2), () => assert.equal(NaN, NaN), () => assert.equal({ a: 1 }, { a: 1 }), () => assert.equal(1, 2, 'mine'), () => assert.notEqual(1, 1), () => assert.notEqual(1, 2), () => assert.strictEqual(1, 1), () => assert.strictEqual(1, 2), () => assert.strictEqual(1, '1'), () => assert.strictEqual(NaN, 0), () => assert.strictEqual('a'.repeat(10), 'b'), () => assert.strictEqual({ a: 1 }, { a: 1 }), () => assert.strictEqual(1), () => assert.strictEqual(1, 2, 'mine'), () => assert.strictEqual(1, 2, new TypeError('own')), () => assert.notStrictEqual(1, 1), () => assert.notStrictEqual('abcdefgh', 'abcdefgh'), () => assert.strictEqual('a\nb', 'a\nc'), () => assert.strictEqual([1, 2, 3], [1, 2, 4]),
    () => assert.deepEqual({ a: 1 }, { a: '1' }), () => assert.deepEqual({ a: 1 }, { a: 2 }), () => assert.deepEqual([1, 2, [3]], [1, 2, [4]]), () => assert.deepStrictEqual({ a: 1 }, { a: '1' }), () => assert.deepStrictEqual({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] }), () => assert.deepStrictEqual({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }), () => assert.deepStrictEqual(new Map([[1, 2]]), new Map([[1, 3]])), () => assert.deepStrictEqual([1, 2, 3], [1, 2, 3, 4]), () => assert.deepStrictEqual([], {}), () => assert.notDeepStrictEqual({ a: 1 }, { a: 1 }), () => assert.notDeepEqual([1], [1]), () => assert.notDeepEqual([1], [2]),
    () => assert.throws(boom), () => assert.throws(() => {}), () => assert.throws(() => {}, 'msg'), () => assert.throws(() => {}, TypeError), () => assert.throws(boom, /x/), () => assert.throws(boom, /y/), () => assert.throws(boom, Error), () => assert.throws(boom, TypeError), () => assert.throws(boom, { message: 'x' }), () => assert.throws(boom, { message: 'y' }), () => assert.throws(boom, { message: /x/, name: 'Error' }), () => assert.throws(boom, { code: 'E' }), () => assert.throws(boom, (e) => e.message === 'x'), () => assert.throws(boom, (e) => false), () => assert.throws(boom, {}), () => assert.throws(boom, 'x'), () => assert.throws('x'), () => assert.throws(boom, 5), () => assert.throws(boom, new Error('x')), () => assert.throws(boom, /y/, 'told'), () => assert.doesNotThrow(() => {}), () => assert.doesNotThrow(boom), () => assert.doesNotThrow(boom, 'told'), () => assert.ifError(null), () => assert.ifError(new Error('x')), () => assert.ifError('s'), () => assert.match('abc', /b/), () => assert.match('a', /b/), () => assert.match(5, /b/), () => assert.match('a', 'b'), () => assert.doesNotMatch('a', /a/), () => assert.doesNotMatch('a', /b/), () => assert.fail(), () => assert.fail('m'), () => assert.fail(new TypeError('t')), () => assert.strict.equal(1, '1'), () => assert.strict.deepEqual({ a: 1 }, { a: '1' }), () => require('assert/strict').equal(1, 1),
  ].map(failing),
  ...[() => assert.rejects(Promise.reject(new Error('x'))), () => assert.rejects(Promise.resolve(1)), () => assert.rejects(async () => boom(), /x/), () => assert.rejects(async () => boom(), { message: 'y' }), () => assert.rejects(5), () => assert.rejects(() => 5), () => assert.doesNotReject(Promise.resolve()), () => assert.doesNotReject(Promise.reject(new Error('x')))].map(failingLater),
  () => { const e = new assert.AssertionError({ actual: 1, expected: 2, operator: 'strictEqual' }); return [e.message, e.code, String(e), Object.keys(e), e.stack.split('\n')[0]]; }, () => new assert.AssertionError(), () => assert.strict.strict === assert.strict,
  () => qs.parse('a=1&b=2&a=3&c'), () => qs.parse('a=%20b+c&%E4%BD%A0=x&%zz=%'), () => qs.parse('a:1;b:2', ';', ':'), () => qs.parse(''), () => qs.parse('a=1&b=2', null, null, { maxKeys: 1 }), () => qs.parse('&&=x&a=='), () => qs.stringify({ a: 1, b: [1, 'x', true], c: null, d: undefined, e: 'é &', f: 5n, g: NaN }), () => qs.stringify({ a: 1, b: 2 }, ';', ':'), () => qs.stringify('x'), () => qs.escape('a b&ü'), () => qs.unescape('%41%zz'), () => qs.unescapeBuffer('a%20b%').toString(), () => qs.encode === qs.stringify, () => qs.escape('\ud800'), () => qs.parse('a=1', null, null, { decodeURIComponent: () => 'D' }), () => Object.getPrototypeOf(qs.parse('a=1')),
  () => decoded('utf8', [0xe2], [0x82], [0xac, 0x41]), () => decoded('utf8', [0xf0, 0x9f], [0x98, 0x80]), () => decoded('utf8', [0xc3]), () => decoded('utf8', [0xe2, 0x82]), () => decoded('utf8', [0xff, 0x41, 0xc0]), () => decoded('utf16le', [0x61], [0], [0x3d, 0xd8], [0, 0xde]), () => decoded('utf16le', [0x3d, 0xd8]), () => decoded('base64', 'a', 'bc', 'd'), () => decoded('base64url', [255, 254], [253]), () => decoded('hex', 'ab'), () => decoded('latin1', [0xe9]), () => decoded('ascii', [0xe9]), () => new StringDecoder('nope'), () => new StringDecoder().encoding, () => new StringDecoder('UCS-2').encoding, () => new StringDecoder('binary').encoding, () => new StringDecoder().write('str'), () => new StringDecoder().write(5), () => new StringDecoder().end(Buffer.from('x')), () => decoded('utf8', [0xed, 0xa0], [0x80]), () => decoded('utf8', [0xe0, 0x80]), () => decoded('utf8', [0x80], [0xf8, 0x41]),
  () => [os.EOL, os.platform() === process.platform, typeof os.tmpdir(), typeof os.homedir(), typeof os.hostname(), Array.isArray(os.cpus()), os.cpus().length > 0, os.endianness(), typeof os.type(), os.arch() === process.arch, os.devNull, os.constants.signals.SIGTERM], () => os.type(), () => ['hostname', 'release', 'version', 'machine', 'homedir', 'tmpdir', 'totalmem', 'availableParallelism', 'endianness'].map((n) => typeof os[n]()), () => [os.cpus().length === os.availableParallelism(), Object.keys(os.cpus()[0]), Object.keys(os.cpus()[0].times), Object.keys(os.userInfo()), os.loadavg().length, os.freemem() > 0],
  async () => promises.setTimeout(1, 'v'), async () => promises.setImmediate('w'), async () => { const out = []; for await (const v of promises.setInterval(1, 'i')) { out.push(v); if (out.length === 3) break; } return out; }, async () => promises.setTimeout(1000, 'v', { signal: AbortSignal.abort() }), async () => { const c = new AbortController(); const p = promises.setTimeout(1000, 'v', { signal: c.signal }); c.abort(); return p.catch((e) => [e.name, e.code, e.message]); }, () => [timers.setTimeout === setTimeout, timers.clearInterval === clearInterval, timers.promises === promises], async () => promises.setTimeout('x'), async () => promises.scheduler.wait(1),
];
