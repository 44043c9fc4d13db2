'use strict';
const buffer = require('buffer');
const { inspect } = require('util');
const { Buffer: B } = buffer;

const hex = (b) => b.toString('hex');
const TEXTS = ['', 'a', 'hello', 'é', '漢字', '\u{1f600}', '\ud83d', 'a\ude00b', 'ÿ\u0100', 'YWJj', '616263', 'zz', '61zz', 'YW-_+/', 'YQ==', 'Y Q = =', 'YWI', 'abc=def', '6', '616', '\0\x7f\x80'];
const ENCODINGS = ['utf8', 'UTF-8', 'utf16le', 'ucs2', 'UCS-2', 'latin1', 'binary', 'ascii', 'hex', 'base64', 'base64url'];
const bytes = B.from([0, 1, 127, 128, 195, 169, 240, 159, 152, 128, 255, 254, 97, 226, 130]);
const num = B.from([0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x80, 0xff]);
const FIXED = ['Int8', 'UInt8', 'Int16LE', 'Int16BE', 'UInt16LE', 'UInt16BE', 'Int32LE', 'Int32BE', 'UInt32LE', 'UInt32BE', 'FloatLE', 'FloatBE', 'DoubleLE', 'DoubleBE', 'BigInt64LE', 'BigInt64BE', 'BigUInt64LE', 'BigUInt64BE'];
const VARIABLE = ['IntLE', 'IntBE', 'UIntLE', 'UIntBE'];
const catching = (f) => {
  try {
    return String(f());
  } catch (error) {
    return `${error.name} ${error.code} ${error.message}`;
  }
};
const written = (name, ...args) => {
  const b = B.alloc(9);
  return catching(() => `${b[name](...args)} ${hex(b)}`);
};
const hay = B.from('this is a buffer, this is');

module.exports = [
  ...ENCODINGS.flatMap((e) => [
    () => TEXTS.map((t) => hex(B.from(t, e))), () => TEXTS.map((t) => B.byteLength(t, e)), () => bytes.toString(e), () => [bytes.toString(e, 3), bytes.toString(e, 3, 7), bytes.toString(e, -1, 100), bytes.toString(e, 5, 5)], () => TEXTS.map((t) => { const b = B.alloc(5, 46); return [b.write(t, e), hex(b)]; }), () => TEXTS.map((t) => { const b = B.alloc(6, 46); return [b.write(t, 1, 3, e), hex(b)]; }), () => TEXTS.map((t) => catching(() => hex(B.alloc(7, t, e)))), () => TEXTS.map((t) => catching(() => hex(B.alloc(7).fill(t, 1, 6, e)))),
  ]),
  ...FIXED.flatMap((n) => [
    () => [0, 1, 2, 5].map((o) => catching(() => num[`read${n}`](o))), () => [undefined, -1, 9, 10, 11, 1.5, NaN, Infinity, '1', null].map((o) => catching(() => num[`read${n}`](o))), () => catching(() => B.alloc(0)[`read${n}`]()),
    () => [0, 1, -1, 127, 128, 255, 256, 65535, 65536, -129, 2 ** 31, 2 ** 32, -(2 ** 31) - 1, 1.7, NaN, '5', undefined].map((v) => written(`write${n}`, n.startsWith('Big') ? BigInt(Math.trunc(Number(v)) || 0) : v, 1)), () => [undefined, -1, 8, 9, 1.5, '1', null].map((o) => written(`write${n}`, n.startsWith('Big') ? 1n : 1, o)),
  ]),
  ...VARIABLE.flatMap((n) => [
    () => [1, 2, 3, 4, 5, 6].map((s) => [0, 2, 4].map((o) => catching(() => num[`read${n}`](o, s)))), () => [undefined, 0, 7, 1.5, '1', null].map((s) => catching(() => num[`read${n}`](0, s))), () => [undefined, -1, 9, 1.5, '1'].map((o) => catching(() => num[`read${n}`](o, 2))),
    () => [1, 2, 3, 4, 5, 6].map((s) => [0, 1, -1, 200, -200, 40000, 2 ** 40, -(2 ** 40), 2 ** 48, -(2 ** 47) - 1].map((v) => written(`write${n}`, v, 1, s))), () => [undefined, 0, 7, 1.5].map((s) => written(`write${n}`, 1, 0, s)), () => [undefined, -1, 9, 1.5].map((o) => written(`write${n}`, 1, o, 3)),
  ]),
  () => written('writeBigInt64LE', 5, 0), () => written('writeBigInt64LE', 2n ** 63n, 0), () => written('writeBigUInt64LE', 2n ** 64n, 0), () => written('writeBigUInt64BE', -1n, 0), () => written('writeBigInt64BE', -(2n ** 63n) - 1n), () => B.prototype.readUint8 === B.prototype.readUInt8, () => B.prototype.writeBigUint64LE === B.prototype.writeBigUInt64LE,
  // from
  () => hex(B.from([1, 2, 300, -1, 1.9, 'x', '7'])), () => hex(B.from(new Uint8Array([1, 2]))), () => hex(B.from(new Uint16Array([1, 500]))), () => hex(B.from(B.from('ab'))), () => hex(B.from(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)), () => hex(B.from(new ArrayBuffer(3), 1)), () => hex(B.from(new ArrayBuffer(3), 4)), () => hex(B.from(new ArrayBuffer(3), 1, 5)), () => hex(B.from(new ArrayBuffer(3), 'x', -1)),
  () => hex(B.from(new String('abc'))), () => hex(B.from({ valueOf() { return 'q'; } })), () => hex(B.from({ [Symbol.toPrimitive]() { return 'tp'; } })), () => hex(B.from({ length: 2, 0: 5, 1: 6 })), () => hex(B.from({ length: 'x' })), () => hex(B.from({ type: 'Buffer', data: [1, 2] })), () => hex(B.from({ length: -1 })), () => hex(B.from(B.from('hi').toJSON())), () => hex(B.from('616', 'hex')), () => hex(B.from('x', '')), () => hex(B.from('x', 5)),
  ...[undefined, null, 5, true, {}, Symbol('a'), () => {}, 10n, new Map()].map((v) => () => hex(B.from(v))), () => B.from('x', 'nope'), () => B.from('x', 'utf-16'),
  () => hex(B.of(1, 2, 300)), () => hex(B.copyBytesFrom(new Uint16Array([1, 2, 3]), 1, 1)),
  // alloc
  () => hex(B.alloc(3)), () => hex(B.alloc(5, 'ab')), () => hex(B.alloc(5, 7)), () => hex(B.alloc(4, B.from('xyz'))), () => hex(B.alloc(3, '')), () => hex(B.alloc(3, 'zz', 'hex')), () => B.alloc(-1), () => B.alloc('5'), () => B.alloc(NaN), () => B.alloc(2 ** 33), () => B.allocUnsafe(-1), () => B.allocUnsafe(5).length, () => B.allocUnsafeSlow(4).length, () => B.alloc(3, 'a', 'nope'), () => B.alloc(1.5).length, () => hex(B.alloc(3, true)), () => hex(B.alloc(3, null)), () => hex(B.alloc(3, new Uint8Array(0))),
  // concat, compare, equals
  () => hex(B.concat([B.from('a'), B.from('bc')])), () => hex(B.concat([B.from('abc'), B.from('d')], 2)), () => hex(B.concat([B.from('a')], 3)), () => hex(B.concat([])), () => hex(B.concat([new Uint8Array([1])])), () => B.concat('x'), () => B.concat(['x']), () => B.concat([B.from('a')], -1), () => B.concat([B.from('a')], 1.5), () => B.concat([B.from('a'), 5]),
  () => B.compare(B.from('a'), B.from('b')), () => B.compare(B.from('b'), B.from('a')), () => B.compare(B.from('a'), B.from('a')), () => B.compare(B.from('a'), B.from('ab')), () => B.compare('a', B.from('b')), () => B.compare(B.from('a'), null), () => B.from('abc').compare(B.from('xabcx'), 1, 4), () => B.from('abcd').compare(B.from('bc'), 0, 2, 1, 3), () => B.from('a').compare(B.from('b'), 0, 9), () => B.from('a').compare('a'), () => B.from('abc').compare(B.from('abc'), 5), () => B.from('a').compare(B.from('a'), -1), () => B.from('a').equals(B.from('a')), () => B.from('a').equals(new Uint8Array([98])), () => B.from('a').equals('a'),
  () => B.isBuffer(B.alloc(1)), () => B.isBuffer(new Uint8Array(1)), () => B.isBuffer(null), () => ENCODINGS.concat('', 'nope', 'Hex', 5, undefined).map((e) => B.isEncoding(e)), () => B.byteLength(new ArrayBuffer(3)), () => B.byteLength(B.alloc(2)), () => B.byteLength(5), () => B.byteLength('é', 'nope'), () => B.byteLength('YQ==', 'base64'), () => B.byteLength('YWI=', 'base64'),
  // copy, slice, fill
  () => { const a = B.from('abcdef'); const b = B.alloc(4); return [a.copy(b), hex(b)]; }, () => { const a = B.from('abcdef'); const b = B.alloc(4, 46); return [a.copy(b, 1, 2, 4), b.toString()]; }, () => { const a = B.from('abcdef'); return [a.copy(a, 2), a.toString()]; }, () => B.from('a').copy('x'), () => B.from('a').copy(B.alloc(1), -1), () => B.from('a').copy(B.alloc(1), 0, 2), () => B.from('a').copy(B.alloc(1), 0, 0, -1), () => B.from('a').copy(B.alloc(1), 5), () => B.from('abc').copy(B.alloc(3), 0, 0, 99), () => B.from('abc').copy(B.alloc(3), NaN, '1'), () => B.from('abc').copy(new Uint8Array(2)),
  () => B.from('abcdef').slice(1, 3).toString(), () => B.from('abcdef').slice(-3).toString(), () => B.from('abcdef').subarray(2, -1).toString(), () => B.from('abc').slice(2, 1).toString(), () => B.from('abc').slice('1').toString(), () => B.from('abc').slice(NaN, Infinity).toString(), () => { const a = B.from('abc'); a.slice(0, 1)[0] = 88; return a.toString(); }, () => B.from('abc').slice(1) instanceof B, () => B.from('abc').map((x) => x + 1).toString(), () => B.from('abc').filter((x) => x > 97) instanceof B, () => Uint8Array.prototype.slice.call(B.from('abc'), 1).toString(),
  () => hex(B.alloc(5).fill('ab')), () => hex(B.alloc(5).fill('ab', 1)), () => hex(B.alloc(5).fill('ab', 1, 3)), () => hex(B.alloc(5).fill('é')), () => hex(B.alloc(5).fill('6162', 'hex')), () => hex(B.alloc(5).fill('a', 2, 'latin1')), () => hex(B.alloc(5).fill(257)), () => hex(B.alloc(5).fill('')), () => B.alloc(5).fill('a', -1), () => B.alloc(5).fill('a', 0, 6), () => B.alloc(5).fill('a', 0, 5, 'nope'), () => B.alloc(5).fill('zz', 'hex'), () => B.alloc(5).fill('a', 0, 5, 5), () => hex(B.alloc(5).fill('a', 3, 2)), () => hex(B.alloc(5).fill(1, 2, 4)), () => B.alloc(5).fill(1, 'x'), () => hex(B.alloc(4).fill(new Uint8Array([1, 2, 3]))),
  // write
  () => B.alloc(3).write(5), () => B.alloc(3).write('a', 4), () => B.alloc(3).write('a', -1), () => B.alloc(3).write('a', 0, 9), () => B.alloc(3).write('abc', 1), () => B.alloc(3).write('abc', 1, 'latin1'), () => B.alloc(3).write('abc', 'nope'), () => B.alloc(3).write('a', 1.5), () => B.alloc(3).write('a', null), () => B.alloc(3).write('漢字'), () => B.alloc(2).write('漢'), () => B.alloc(3).toString('nope'), () => B.alloc(3).toString(null), () => B.alloc(2).utf8Write('abc'), () => B.from('abc').utf8Slice(1, 2), () => B.from('abc').hexSlice(),
  // search
  ...['this', 'is', 'a', '', 'zzz', ' ', B.from('is'), 97, 'buffer, this is it', 353, 'this is a buffer, this is'].flatMap((v) => [() => [undefined, 0, 5, -5, 100, -100, NaN, 'latin1', 17, 25, 24].map((o) => hay.indexOf(v, o)), () => [undefined, 0, 5, -5, 100, -100, NaN, null, 17, 25, 24].map((o) => hay.lastIndexOf(v, o)), () => hay.includes(v)]),
  () => B.from('a漢b漢', 'utf16le').indexOf('漢', 0, 'utf16le'), () => B.from('a漢b漢', 'utf16le').lastIndexOf('漢', undefined, 'utf16le'), () => B.from('a漢b漢', 'utf16le').indexOf('漢', 3, 'utf16le'), () => B.from('abc').indexOf('6263', 'hex'), () => B.from('abc').indexOf({}), () => B.from('abc').indexOf('a', 0, 'nope'), () => B.from('abc').indexOf(null), () => B.from('abc').indexOf(99.9), () => B.alloc(0).indexOf('a'), () => B.alloc(0).indexOf(''), () => B.from('abc').indexOf('b', {}), () => B.from('abc').indexOf('b', '1'),
  // the rest
  () => hex(B.from('0102030405060708', 'hex').swap16()), () => hex(B.from('0102030405060708', 'hex').swap32()), () => hex(B.from('0102030405060708', 'hex').swap64()), () => B.alloc(3).swap16(), () => B.alloc(6).swap32(), () => B.alloc(6).swap64(), () => B.from('hi').toJSON(), () => JSON.stringify({ b: B.from('hi') }), () => inspect(B.from('hi')), () => inspect(B.alloc(0)), () => inspect(B.alloc(60)), () => inspect(B.alloc(51)), () => inspect({ a: B.from('hi') }), () => inspect(Object.assign(B.from('hi'), { x: 1, y: [1, { z: 2 }] })), () => inspect(Object.assign(B.alloc(0), { x: 1 })), () => inspect([B.from('a'), B.from('b')]), () => `${B.from('hé')}`, () => B.from('a') + 'b', () => [...B.from('ab').entries()], () => Object.keys(B.from('ab')), () => B.from('ab').constructor === B, () => B.name, () => B.from('ab') instanceof Uint8Array, () => Object.prototype.toString.call(B.alloc(1)), () => buffer.constants, () => buffer.kMaxLength, () => buffer.INSPECT_MAX_BYTES, () => typeof buffer.SlowBuffer, () => buffer.isUtf8(B.from([0xff])), () => buffer.isUtf8(B.from('é')), () => buffer.isAscii(B.from('é')), () => buffer.isAscii(B.from('e')), () => hex(buffer.transcode(B.from('é'), 'utf8', 'latin1')), () => B.from('€').toString('ascii'), () => B.from('test').at(-1), () => buffer.atob('aGk='), () => buffer.btoa('hi'), () => B.from('abc').readUInt8(), () => B.poolSize, () => { const { buffer: ab, byteOffset } = B.alloc(4); return [ab.byteLength, byteOffset]; }, () => B.from('ab').reverse().toString(), () => B.from('hi').equals(B.from(new Uint8Array(B.from('hi')))), () => inspect(B.from('hi'), { showHidden: true }).length > 0,
];
