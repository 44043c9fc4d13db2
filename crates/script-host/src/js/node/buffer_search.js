'use strict';
// Filling a Buffer and searching in it.

const { invalidArgType, invalidArgValue, needNumber, needString, outOfRange } = require('internal/errors');
const text = require('internal/buffer_text');

const MAX_LENGTH = 2 ** 32;

function isBytes(value) {
  return value instanceof Uint8Array || require('internal/types').isUint8Array(value);
}

/** Fills `buffer` with a byte, a text or bytes, over and over. */
function fillWith(buffer, value, offset, end, encoding) {
  let codec = encoding;
  let from = offset;
  let to = end;
  if (typeof value === 'string') {
    if (from === undefined || typeof from === 'string') {
      codec = from ?? codec;
      from = undefined;
    } else if (typeof to === 'string') {
      codec = to;
      to = buffer.length;
    }
  }
  if (from === undefined) {
    from = 0;
    to = buffer.length;
  } else {
    needRange(from, 'offset', 0, MAX_LENGTH);
    if (to === undefined) to = buffer.length;
    else needRange(to, 'end', 0, buffer.length);
    if (from >= to) return buffer;
  }
  let pattern;
  if (typeof value === 'string') {
    if (codec !== undefined && codec !== null) needString(codec, 'encoding');
    const { encode } = text.need(codec);
    pattern = value === '' ? new Uint8Array(1) : encode(value);
  } else if (isBytes(value)) {
    pattern = value;
  } else {
    Uint8Array.prototype.fill.call(buffer, value & 255, from, to);
    return buffer;
  }
  if (pattern.length === 0) throw invalidArgValue('value', value);
  const target = Uint8Array.prototype.subarray.call(buffer, from, to);
  target.set(pattern.subarray(0, target.length));
  // What is filled already is copied, twice as much each time.
  for (let done = pattern.length; done < target.length; done *= 2) target.copyWithin(done, 0, done);
  return buffer;
}

function needRange(value, name, min, max) {
  needNumber(value, name);
  if (value >= min && (max === undefined || value <= max)) return;
  throw outOfRange(name, `>= ${min}${max === undefined ? '' : ` && <= ${max}`}`, value);
}

/** The place of `value` in `buffer`, or -1: the first from `byteOffset` on, or the last up to there. */
function search(buffer, value, byteOffset, encoding, forward) {
  let offset = byteOffset;
  let codec = encoding;
  if (typeof offset === 'string') {
    codec = offset;
    offset = undefined;
  }
  offset = +offset;
  if (Number.isNaN(offset)) offset = forward ? 0 : buffer.length;
  offset = Math.trunc(offset);
  let needle;
  let step = 1;
  if (typeof value === 'number') {
    needle = [value & 255];
  } else if (typeof value === 'string') {
    const found = text.need(codec);
    needle = found.encode(value);
    if (found === text.utf16le) step = 2;
  } else if (isBytes(value)) {
    needle = value;
    if (codec !== undefined && text.find(codec) === text.utf16le) step = 2;
  } else {
    throw invalidArgType('value', ['number', 'string', 'Buffer', 'Uint8Array'], value);
  }
  return find(buffer, needle, offset, forward, step);
}

function find(buffer, needle, offset, forward, step) {
  const { length } = buffer;
  let from = offset;
  if (from < 0) {
    if (from + length >= 0) from += length;
    else if (forward || needle.length === 0) from = 0;
    else return -1;
  } else if (from + needle.length > length) {
    if (needle.length === 0) from = length;
    else if (forward) return -1;
    else from = length - needle.length;
  }
  if (needle.length === 0) return from;
  if (length < needle.length || needle.length < step) return -1;
  if (step === 2) return findUnits(buffer, needle, from, forward);
  const last = length - needle.length;
  const bytes = Uint8Array.prototype;
  let at = Math.min(from, last);
  if (forward && from > last) return -1;
  for (;;) {
    // The engine's own search for the first byte is much faster than a loop.
    at = (forward ? bytes.indexOf : bytes.lastIndexOf).call(buffer, needle[0], at);
    if (at === -1 || at > last) return -1;
    if (matches(buffer, needle, at)) return at;
    at += forward ? 1 : -1;
    if (at < 0) return -1;
  }
}

// UTF-16 text is found only where a unit starts.
function findUnits(buffer, needle, from, forward) {
  const step = forward ? 2 : -2;
  for (let at = from - (from % 2); at >= 0 && at + needle.length <= buffer.length; at += step) {
    if (matches(buffer, needle, at)) return at;
  }
  return -1;
}

function matches(buffer, needle, at) {
  for (let i = 0; i < needle.length; i++) {
    if (buffer[at + i] !== needle[i]) return false;
  }
  return true;
}

Object.assign(exports, { MAX_LENGTH, isBytes, fillWith, needRange, search });
