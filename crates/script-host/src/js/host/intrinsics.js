'use strict';
// What the modules of a page's world work with, by the names that everybody knows: a page may replace everything that is
// built in, and they go on as if it had not. Loaded before any script of the page runs.
//
// Here are the namespaces and collections, with methods that nobody else has, and what goes over arrays. Spreading and
// destructuring arrays, and their methods, are the page's to change: where a page has a say, modules do without them.

const { apply, construct, defineProperty, get, getOwnPropertyDescriptor, getPrototypeOf, has, ownKeys, set, setPrototypeOf } = Reflect;
const { iterator } = Symbol;
const { isArray } = Array;
const iterations = copy(Array.prototype, ['entries', 'keys', 'values']);
const define = Object.defineProperty;
const hasInstance = Function.prototype[Symbol.hasInstance];

// The functions of a namespace with these names, so that replacing them changes nothing here. The engine makes a function
// when it is first asked for, and each takes memory in every world.
function copy(from, names) {
  const to = { __proto__: null };
  for (let i = 0; i < names.length; i++) to[names[i]] = from[names[i]];
  return to;
}

const own = copy(Object, [
  'assign', 'create', 'defineProperty', 'freeze', 'getOwnPropertyDescriptor', 'getOwnPropertyDescriptors', 'getOwnPropertyNames',
  'getPrototypeOf', 'hasOwn', 'is', 'keys', 'setPrototypeOf',
]);
// A descriptor is what it says, and nothing that all objects of the page inherit.
own.defineProperty = (target, key, descriptor) => {
  setPrototypeOf(descriptor, null);
  return define(target, key, descriptor);
};
own.defineProperties = (target, descriptors) => {
  const keys = ownKeys(descriptors);
  for (let i = 0; i < keys.length; i++) own.defineProperty(target, keys[i], descriptors[keys[i]]);
  return target;
};

// A collection whose methods are its own. `add` puts in what it is made of, an array.
function collection(Class, add) {
  return withMethodsOf(Class, class extends Class {
    constructor(items) {
      super();
      if (items !== undefined) for (let i = 0; i < items.length; i++) add(this, items[i]);
    }
  });
}

// Those that are used.
const METHODS = ['add', 'clear', 'delete', 'deref', 'forEach', 'get', 'has', 'register', 'set', 'size', 'unregister'];
function withMethodsOf(Class, Own) {
  const from = Class.prototype;
  for (let i = 0; i < METHODS.length; i++) {
    const method = getOwnPropertyDescriptor(from, METHODS[i]);
    if (method !== undefined) own.defineProperty(Own.prototype, METHODS[i], method);
  }
  setPrototypeOf(Own.prototype, null);
  // What `instanceof` would look up in the class of the page.
  own.defineProperty(Own, Symbol.hasInstance, { value: hasInstance });
  return Own;
}
const pair = (map, entry) => map.set(entry[0], entry[1]);
const one = (all, value) => all.add(value);

// What `for ... of` goes over: the elements of an array or of what is like one, the entries of a map, the members of a set.
class Each {
  #list;
  #at = 0;
  constructor(list) { this.#list = list; }
  next() {
    if (this.#at >= this.#list.length) return { __proto__: null, done: true, value: undefined };
    return { __proto__: null, done: false, value: this.#list[this.#at++] };
  }
  [iterator]() { return this; }
}
setPrototypeOf(Each.prototype, null);

function each(given) {
  if (isArray(given) || !(given instanceof Maps || given instanceof Sets)) return new Each(given);
  const list = [];
  given.forEach(given instanceof Maps ? (value, key) => { push(list, [key, value]); } : (value) => { push(list, value); });
  return new Each(list);
}

// Puts an element at the end, whatever setters all arrays of the page inherit.
function push(list, value) {
  defineProperty(list, list.length, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}

function map(list, make) {
  const made = [];
  for (let i = 0; i < list.length; i++) push(made, make(list[i], i));
  return made;
}

// A copy, also of a collection.
function from(given) {
  const all = [];
  for (const value of each(given)) push(all, value);
  return all;
}

// The elements of what a page gives as a list: it may be anything that goes over itself, by the page's own ways.
const gather = (given) => (isArray(given) ? from(given) : [...given]);

function joined(list, others) {
  const all = from(list);
  for (let i = 0; i < others.length; i++) push(all, others[i]);
  return all;
}

function forEach(list, work) {
  for (let i = 0; i < list.length; i++) work(list[i], i);
}

// An object with these names, and what is made for each.
function table(names, make) {
  const made = {};
  for (let i = 0; i < names.length; i++) own.defineProperty(made, names[i], { value: make(names[i]), writable: true, enumerable: true, configurable: true });
  return made;
}

function filter(list, fits) {
  const found = [];
  for (let i = 0; i < list.length; i++) if (fits(list[i], i)) push(found, list[i]);
  return found;
}

function findIndex(list, fits) {
  for (let i = 0; i < list.length; i++) if (fits(list[i], i)) return i;
  return -1;
}

function join(list, by) {
  let all = '';
  for (let i = 0; i < list.length; i++) all += i === 0 ? list[i] : by + list[i];
  return all;
}

// A list with one more; the old one stays as it is.
function added(list, value) {
  const all = from(list);
  push(all, value);
  return all;
}

const indexOf = (list, value) => findIndex(list, (other) => other === value);
const find = (list, fits) => list[findIndex(list, fits)];
const some = (list, fits) => findIndex(list, fits) >= 0;
const every = (list, fits) => findIndex(list, (value) => !fits(value)) < 0;
const includes = (list, value) => indexOf(list, value) >= 0;

// The text of a value, as a template has it: a symbol has none. The engine makes templates with `String.prototype.concat`:
// where a page has a say, texts are joined with `+`, and what may be something else than a text goes through this.
const toText = String;
const text = (value) => (typeof value === 'symbol' ? '' + value : toText(value));

// What `internal/texts` works with.
const originals = copy(String.prototype, [
  'codePointAt', 'indexOf', 'lastIndexOf', 'slice', 'split', 'toLowerCase', 'toUpperCase', 'toWellFormed', 'trim',
]);
originals.exec = RegExp.prototype.exec;
originals.kindOf = Object.prototype.toString;
// The words of a list that is written as a text, with one space between two.
const words = (list) => apply(originals.split, list, [' ']);

const Maps = collection(Map, pair);
const Sets = collection(Set, one);

module.exports = {
  Object: own,
  Reflect: { __proto__: null, apply, construct, defineProperty, get, getOwnPropertyDescriptor, getPrototypeOf, has, ownKeys, set, setPrototypeOf },
  Map: Maps,
  Set: Sets,
  WeakMap: collection(WeakMap, pair),
  WeakSet: collection(WeakSet, one),
  // Their own functions are the page's to change, they are not.
  Array: { __proto__: null, isArray },
  Math: copy(Math, ['floor', 'max', 'min', 'round', 'trunc']),
  Symbol: copy(Symbol, ['asyncIterator', 'iterator', 'toPrimitive', 'toStringTag']),
  ArrayBuffer, DOMException, Date, Error, Number, Promise, Proxy, RangeError, String, TypeError, parseInt,
  originals, parseDate: Date.parse, text,
  WeakRef: withMethodsOf(WeakRef, class extends WeakRef {}),
  FinalizationRegistry: withMethodsOf(FinalizationRegistry, class extends FinalizationRegistry {}),
  each,
  lists: {
    __proto__: null, added, every, filter, find, findIndex, forEach, from, gather, includes, indexOf, join, joined, map, push,
    some, table, words,
    // An iterator of the page, for its own scripts.
    iterate: (list, over = 'values') => apply(iterations[over], list, []),
  },
};
