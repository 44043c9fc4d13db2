'use strict';
// What the modules of a page's world work with, by the names that everybody knows: a page may replace everything that is
// built in, and they go on as if it had not. Loaded before any script of the page runs.
//
// Here are the namespaces and collections, with methods that nobody else has, and what goes over arrays. Spreading and
// destructuring arrays, and their methods, are the page's to change: where a page has a say, modules do without them.

const { apply, construct, defineProperty, get, getOwnPropertyDescriptor, getPrototypeOf, has, ownKeys, set, setPrototypeOf } = Reflect;
const { iterator } = Symbol;
const { isArray } = Array;
const define = Object.defineProperty;

// The functions of a namespace, so that replacing them changes nothing here: all, or those with these names. The engine
// makes a function when it is first asked for, and each takes memory in every world.
function copy(from, names = ownKeys(from)) {
  const to = { __proto__: null };
  for (let i = 0; i < names.length; i++) to[names[i]] = from[names[i]];
  return to;
}

const own = copy(Object);
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

function withMethodsOf(Class, Own) {
  const from = Class.prototype;
  const names = ownKeys(from);
  for (let i = 0; i < names.length; i++) {
    if (names[i] === 'constructor') continue;
    own.defineProperty(Own.prototype, names[i], getOwnPropertyDescriptor(from, names[i]));
  }
  setPrototypeOf(Own.prototype, null);
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

// A list with one more; the old one stays as it is.
function added(list, value) {
  const all = from(list);
  push(all, value);
  return all;
}

const find = (list, fits) => list[findIndex(list, fits)];
const some = (list, fits) => findIndex(list, fits) >= 0;
const every = (list, fits) => findIndex(list, (value) => !fits(value)) < 0;
const includes = (list, value) => findIndex(list, (other) => other === value) >= 0;

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
  Array: copy(Array, ['from', 'isArray', 'prototype']),
  Math: copy(Math, ['abs', 'ceil', 'floor', 'max', 'min', 'round', 'sign', 'sqrt', 'trunc']),
  Symbol: copy(Symbol, ['asyncDispose', 'asyncIterator', 'dispose', 'for', 'iterator', 'species', 'toPrimitive', 'toStringTag']),
  ArrayBuffer, DOMException, Error, Number, Promise, Proxy, String, TypeError,
  WeakRef: withMethodsOf(WeakRef, class extends WeakRef {}),
  FinalizationRegistry: withMethodsOf(FinalizationRegistry, class extends FinalizationRegistry {}),
  each,
  lists: {
    __proto__: null, added, every, filter, find, findIndex, forEach, from, includes, joined, map, push, some, table,
  },
};
