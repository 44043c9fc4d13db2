'use strict';
// Random numbers, comparing in constant time, hashes and signatures by a secret key; what is done with pairs of keys, and ciphers,
// are not built in.

const { fill } = binding('random');
const { Buffer } = require('buffer');
const { coded, invalidArgType, needFunction, outOfRange } = require('internal/errors');

const MAX_BYTES = 2 ** 31 - 1;
const MAX_RANGE = 2 ** 48 - 1;

function needView(value, name) {
  const is = ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
  if (!is) throw invalidArgType(name, ['ArrayBuffer', 'ArrayBufferView'], value);
}

function needSize(value, name, max) {
  if (typeof value !== 'number') throw invalidArgType(name, 'number', value);
  if (!(value >= 0 && value <= max)) throw outOfRange(name, `>= 0 && <= ${max}`, value);
}

function later(callback, ...args) {
  // As if a thread of a pool had done it.
  require('timers').setImmediate(callback, ...args);
}

function randomBytes(size, callback) {
  needSize(size, 'size', MAX_BYTES);
  if (callback !== undefined) needFunction(callback, 'callback');
  const bytes = Buffer.alloc(size);
  fill(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (callback === undefined) return bytes;
  later(callback, null, bytes);
  return undefined;
}

function randomFillSync(buffer, offset = 0, size = undefined) {
  needView(buffer, 'buf');
  const unit = buffer.BYTES_PER_ELEMENT ?? 1;
  const length = buffer.byteLength;
  needSize(offset, 'offset', length / unit);
  if (size === undefined) size = length / unit - offset;
  else needSize(size, 'size', length / unit - offset);
  if (buffer instanceof ArrayBuffer || buffer instanceof SharedArrayBuffer) fill(buffer, offset, size);
  else fill(buffer.buffer, buffer.byteOffset + offset * unit, size * unit);
  return buffer;
}

function randomFill(buffer, offset, size, callback) {
  if (typeof offset === 'function') [offset, callback] = [0, offset];
  else if (typeof size === 'function') [size, callback] = [undefined, size];
  needFunction(callback, 'callback');
  randomFillSync(buffer, offset, size);
  later(callback, null, buffer);
}

function randomInt(min, max, callback) {
  if (max === undefined || typeof max === 'function') [min, max, callback] = [0, min, max];
  if (callback !== undefined) needFunction(callback, 'callback');
  if (!Number.isSafeInteger(min)) throw invalidArgType('min', 'a safe integer', min);
  if (!Number.isSafeInteger(max)) throw invalidArgType('max', 'a safe integer', max);
  if (max <= min) throw outOfRange('max', `greater than the value of "min" (${min})`, max);
  const range = max - min;
  if (range > MAX_RANGE) throw outOfRange('max - min', `<= ${MAX_RANGE}`, range);
  // What lies above the last whole range would make low numbers likelier.
  const limit = 2 ** 48 - (2 ** 48 % range);
  const bytes = Buffer.alloc(6);
  let drawn;
  do {
    randomFillSync(bytes);
    drawn = bytes.readUIntBE(0, 6);
  } while (drawn >= limit);
  const number = (drawn % range) + min;
  if (callback === undefined) return number;
  later(callback, undefined, number);
  return undefined;
}

function randomUUID() {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function getRandomValues(array) {
  const whole = ArrayBuffer.isView(array) && !/^Float|DataView/.test(array[Symbol.toStringTag] ?? 'DataView');
  if (!whole) throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
  if (array.byteLength > 65536) {
    throw new DOMException(
      `The requested length exceeds 65,536 bytes: ${array.byteLength}`, 'QuotaExceededError');
  }
  return randomFillSync(array);
}

function bytesOf(value, name) {
  needView(value, name);
  return ArrayBuffer.isView(value) ?
    new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
}

function timingSafeEqual(buf1, buf2) {
  const [a, b] = [bytesOf(buf1, 'buf1'), bytesOf(buf2, 'buf2')];
  if (a.length !== b.length) {
    throw coded(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
  }
  let differ = 0;
  for (let i = 0; i < a.length; i++) differ |= a[i] ^ b[i];
  return differ === 0;
}

require('internal/absent')(module, {
  randomBytes, randomFill, randomFillSync, randomInt, randomUUID, getRandomValues, timingSafeEqual,
});
const { defineLazies } = binding('host');
defineLazies(exports, ['Hash', 'Hmac', 'createHash', 'createHmac', 'hash', 'getHashes'], true, (name) => require('internal/hashes')[name]);
defineLazies(exports, ['webcrypto', 'subtle'], true, (name) => {
  const { crypto } = require('internal/web_crypto');
  return name === 'webcrypto' ? crypto : crypto.subtle;
});
