'use strict';
// Deep comparison, strict and loose, by the rules of assert.

const types = require('internal/types');

function isObject(value) {
  return value !== null && (typeof value === 'object' || typeof value === 'function');
}

function isDeepStrictEqual(a, b) {
  return equal(a, b, true, undefined);
}

function isDeepEqual(a, b) {
  return equal(a, b, false, undefined);
}

/** `pairs` are the objects being compared further out, by which cycles are told. */
function equal(a, b, strict, pairs) {
  if (a === b) return strict ? a !== 0 || Object.is(a, b) : true;
  if (!isObject(a) || !isObject(b)) {
    if (strict) return typeof a === 'number' && Object.is(a, b);
    if (isObject(a) || isObject(b)) return false;
    return a == b || (Number.isNaN(a) && Number.isNaN(b));
  }
  if (typeof a === 'function' || typeof b === 'function') return false;
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  return sameKind(a, b, strict) && sameParts(a, b, strict, pairs);
}

const KINDS = [
  'isArrayBuffer', 'isSharedArrayBuffer', 'isDate', 'isRegExp', 'isNativeError', 'isTypedArray', 'isDataView', 'isSet',
  'isMap', 'isBoxedPrimitive', 'isArgumentsObject',
];

/** Compares what is inside and no property: dates, bytes, boxed primitives. */
function sameKind(a, b, strict) {
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a)) return a.length === b.length;
  const kind = KINDS.find((is) => types[is](a));
  if (kind !== KINDS.find((is) => types[is](b))) return false;
  switch (kind) {
    case 'isDate': return Object.is(Date.prototype.getTime.call(a), Date.prototype.getTime.call(b));
    case 'isRegExp': return a.source === b.source && a.flags === b.flags && a.lastIndex === b.lastIndex;
    case 'isNativeError': return a.message === b.message && a.name === b.name;
    case 'isArrayBuffer':
    case 'isSharedArrayBuffer': return sameBytes(new Uint8Array(a), new Uint8Array(b));
    case 'isDataView': return sameBytes(bytesOf(a), bytesOf(b));
    case 'isTypedArray':
      if (a.length !== b.length) return false;
      if (strict && !/^Float/.test(a[Symbol.toStringTag])) return sameBytes(bytesOf(a), bytesOf(b));
      return Array.prototype.every.call(a, (item, i) => Object.is(item, b[i]) || (!strict && item === b[i]));
    case 'isSet':
    case 'isMap': return a.size === b.size;
    case 'isBoxedPrimitive': return sameBox(a, b);
    default: return true;
  }
}

function bytesOf(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function sameBytes(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function sameBox(a, b) {
  for (const [is, Kind] of [['isNumberObject', Number], ['isStringObject', String], ['isBooleanObject', Boolean],
    ['isBigIntObject', BigInt], ['isSymbolObject', Symbol]]) {
    if (types[is](a)) return types[is](b) && Object.is(Kind.prototype.valueOf.call(a), Kind.prototype.valueOf.call(b));
  }
  return false;
}

function keysOf(value, strict) {
  let keys = Object.keys(value);
  if (types.isTypedArray(value)) keys = keys.filter((key) => !/^\d+$/.test(key));
  if (strict) {
    for (const key of Object.getOwnPropertySymbols(value)) {
      if (Object.prototype.propertyIsEnumerable.call(value, key)) keys.push(key);
    }
  }
  // They are hidden, but part of what an error says.
  if (types.isNativeError(value)) {
    for (const key of ['cause', 'errors']) {
      if (Object.hasOwn(value, key) && !keys.includes(key)) keys.push(key);
    }
  }
  return keys;
}

function sameParts(a, b, strict, outer) {
  const keys = keysOf(a, strict);
  if (keys.length !== keysOf(b, strict).length) return false;
  for (const key of keys) if (!Object.hasOwn(b, key)) return false;

  const pairs = outer ?? { a: new Map(), b: new Map() };
  const seenA = pairs.a.get(a);
  const seenB = pairs.b.get(b);
  // Both lead back to objects compared further out: equal when to the same pair.
  if (seenA !== undefined || seenB !== undefined) return seenA === seenB;
  const mark = pairs.a.size + 1;
  pairs.a.set(a, mark);
  pairs.b.set(b, mark);
  const same = keys.every((key) => equal(a[key], b[key], strict, pairs)) &&
    (!types.isSet(a) || sameSet(a, b, strict, pairs)) &&
    (!types.isMap(a) || sameMap(a, b, strict, pairs));
  pairs.a.delete(a);
  pairs.b.delete(b);
  return same;
}

/** Takes from `rest` the first item that equals `item`. */
function take(rest, equals) {
  for (const candidate of rest) {
    if (equals(candidate)) {
      rest.delete(candidate);
      return true;
    }
  }
  return false;
}

function sameSet(a, b, strict, pairs) {
  const open = [...a].filter((item) => !b.has(item));
  if (open.length === 0) return true;
  const rest = new Set([...b].filter((item) => !a.has(item)));
  return open.every((item) => take(rest, (other) => (isObject(item) || !strict) && equal(item, other, strict, pairs)));
}

function sameMap(a, b, strict, pairs) {
  const open = [];
  for (const entry of a) {
    if (!b.has(entry[0])) open.push(entry);
    else if (!equal(entry[1], b.get(entry[0]), strict, pairs)) return false;
  }
  if (open.length === 0) return true;
  const rest = new Set([...b].filter(([key]) => !a.has(key)));
  return open.every(([key, value]) => take(rest, ([otherKey, otherValue]) =>
    (isObject(key) || !strict) && equal(key, otherKey, strict, pairs) && equal(value, otherValue, strict, pairs)));
}

Object.assign(exports, { isDeepStrictEqual, isDeepEqual });
