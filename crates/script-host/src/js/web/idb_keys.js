'use strict';
// Keys of IndexedDB: what may be one, their order, ranges of them, and where they are in a value.

const { define } = require('internal/web_class');

const wrong = (message) => new DOMException(message, 'DataError');
const NOT_KEY = 'The parameter is not a valid key.';
// How deep arrays may be within arrays, and how many values a key may have.
const DEPTH = 32;
const MOST = 10_000;

// A key as it is compared: its kind, in the order of kinds, and its value.
const NUMBER = 1, DATE = 2, TEXT = 3, BYTES = 4, LIST = 5;

function keyOf(value, budget = { left: MOST }, depth = 0) {
  if (--budget.left < 0 || depth > DEPTH) throw wrong(NOT_KEY);
  switch (typeof value) {
    case 'number':
      if (Number.isNaN(value)) throw wrong(NOT_KEY);
      return { kind: NUMBER, value: value === 0 ? 0 : value };
    case 'string': return { kind: TEXT, value };
    case 'object': break;
    default: throw wrong(NOT_KEY);
  }
  if (value instanceof Date) {
    const time = value.getTime();
    if (Number.isNaN(time)) throw wrong(NOT_KEY);
    return { kind: DATE, value: time };
  }
  if (value instanceof ArrayBuffer) return { kind: BYTES, value: new Uint8Array(value.slice(0)) };
  if (ArrayBuffer.isView(value)) {
    return { kind: BYTES, value: new Uint8Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength)) };
  }
  if (!Array.isArray(value)) throw wrong(NOT_KEY);
  const list = [];
  for (let at = 0; at < value.length; at++) {
    if (!Object.hasOwn(value, at)) throw wrong(NOT_KEY);
    list.push(keyOf(value[at], budget, depth + 1));
  }
  return { kind: LIST, value: list };
}

// What a script sees of a key.
function valueOf(key) {
  switch (key.kind) {
    case DATE: return new Date(key.value);
    case BYTES: return key.value.slice().buffer;
    case LIST: return key.value.map(valueOf);
    default: return key.value;
  }
}

function compare(a, b) {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.kind < BYTES) return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  const { length } = a.value;
  for (let at = 0; at < length && at < b.value.length; at++) {
    const order = a.kind === LIST ? compare(a.value[at], b.value[at]) : Math.sign(a.value[at] - b.value[at]);
    if (order !== 0) return order;
  }
  return Math.sign(length - b.value.length);
}

const own = {};
let boundsOf;

class IDBKeyRange {
  #lower;
  #upper;
  #lowerOpen;
  #upperOpen;
  constructor(token, lower, upper, lowerOpen, upperOpen) {
    if (token !== own) throw new TypeError('Illegal constructor');
    this.#lower = lower;
    this.#upper = upper;
    this.#lowerOpen = lowerOpen;
    this.#upperOpen = upperOpen;
  }
  get lower() { return this.#lower === null ? undefined : valueOf(this.#lower); }
  get upper() { return this.#upper === null ? undefined : valueOf(this.#upper); }
  get lowerOpen() { return this.#lowerOpen; }
  get upperOpen() { return this.#upperOpen; }
  includes(key) { return isWithin(boundsOf(this), keyOf(key)); }
  static only(value) {
    const key = keyOf(value);
    return new IDBKeyRange(own, key, key, false, false);
  }
  static lowerBound(value, open) { return new IDBKeyRange(own, keyOf(value), null, Boolean(open), true); }
  static upperBound(value, open) { return new IDBKeyRange(own, null, keyOf(value), true, Boolean(open)); }
  static bound(first, last, lowerOpen, upperOpen) {
    const [lower, upper] = [keyOf(first), keyOf(last)];
    const order = compare(lower, upper);
    if (order > 0) throw wrong("Failed to execute 'bound' on 'IDBKeyRange': The lower key is greater than the upper key.");
    if (order === 0 && (lowerOpen || upperOpen)) {
      throw wrong("Failed to execute 'bound' on 'IDBKeyRange': The lower key and upper key are equal and one of the bounds is open.");
    }
    return new IDBKeyRange(own, lower, upper, Boolean(lowerOpen), Boolean(upperOpen));
  }
  static {
    boundsOf = (range) => ({ lower: range.#lower, upper: range.#upper, lowerOpen: range.#lowerOpen, upperOpen: range.#upperOpen });
  }
}
define(IDBKeyRange, 'IDBKeyRange');

const isWithin = ({ lower, upper, lowerOpen, upperOpen }, key) => {
  const above = lower === null ? 1 : compare(key, lower);
  const below = upper === null ? -1 : compare(key, upper);
  return (above > 0 || (above === 0 && !lowerOpen)) && (below < 0 || (below === 0 && !upperOpen));
};

const ALL = { lower: null, upper: null, lowerOpen: true, upperOpen: true };

// The bounds that a query means: a range, a key, or (if that may be) all.
function rangeOf(query, mayBeAll) {
  if (query instanceof IDBKeyRange) return boundsOf(query);
  if ((query === undefined || query === null) && mayBeAll) return ALL;
  const key = keyOf(query);
  return { lower: key, upper: key, lowerOpen: false, upperOpen: false };
}

// --- where keys are in values ---

const isName = (text) => text === '' || text.split('.').every((part) => /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(part));

// A path as it is kept: null, a text or a list of texts.
function pathOf(given) {
  if (given === undefined || given === null) return null;
  const path = Array.isArray(given) ? given.map(String) : String(given);
  const isValid = Array.isArray(path) ? path.length > 0 && path.every(isName) : isName(path);
  if (!isValid) throw new DOMException('The keyPath argument contains an invalid key path.', 'SyntaxError');
  return path;
}

// What is at a path of a copy of a value; undefined if there is nothing.
function find(value, path) {
  if (Array.isArray(path)) {
    const all = path.map((one) => find(value, one));
    return all.includes(undefined) ? undefined : all;
  }
  if (path === '') return value;
  let at = value;
  for (const name of path.split('.')) {
    if (typeof at === 'string' && name === 'length') at = at.length;
    else if (typeof at === 'object' && at !== null && (Object.hasOwn(at, name) || (require('internal/blob').is(at) && name in at))) at = at[name];
    else return undefined;
  }
  return at;
}

// Puts a key that was made into a copy of a value; whether that could be done.
function inject(value, path, key) {
  const names = path.split('.');
  const last = names.pop();
  let at = value;
  for (const name of names) {
    if (typeof at !== 'object' || at === null) return false;
    if (!Object.hasOwn(at, name)) at[name] = {};
    at = at[name];
  }
  if (typeof at !== 'object' || at === null) return false;
  at[last] = key;
  return true;
}

module.exports = { IDBKeyRange, keyOf, valueOf, compare, rangeOf, isWithin, pathOf, find, inject, wrong, LIST };
