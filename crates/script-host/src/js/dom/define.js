'use strict';
// How classes of the platform look: named, with enumerable members and a tag.

const { Object, Array, Symbol, each } = require('internal/intrinsics');
const b = binding('dom');
const { native, defineLazies } = binding('host');

/** Finishes a class: its tag, its members enumerable as in a browser, its objects not to be cloned. */
function define(Class, name) {
  const proto = Class.prototype;
  b.forbidClone(proto);
  Object.defineProperty(proto, Symbol.toStringTag, { value: name, configurable: true });
  native.makeEnumerable(proto);
  return Class;
}

/** A property that scripts do not stumble over. */
function hide(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

/** Accessors from a table of `name: getter` or `name: [getter, setter]`, each called with the object. */
function accessors(proto, table) {
  for (const name of each(Object.keys(table))) {
    const { 0: read, 1: write } = Array.isArray(table[name]) ? table[name] : [table[name], undefined];
    Object.defineProperty(proto, name, {
      get: { [name]() { return read(this); } }[name],
      set: write && { [name](value) { write(this, value); } }[name],
      enumerable: true, configurable: true,
    });
  }
}

/** Globals (a text of names) that are made by `make(name)` when they are first looked at. Scripts can redefine them. */
function lazy(names, enumerable, make) {
  defineLazies(globalThis, names, enumerable, make);
}

/** Constants on a class and its prototype. */
function constants(Class, table) {
  for (const name of each(Object.keys(table))) {
    for (const place of each([Class, Class.prototype])) {
      Object.defineProperty(place, name, { value: table[name], enumerable: true });
    }
  }
}

module.exports = { define, hide, lazy, accessors, constants };
