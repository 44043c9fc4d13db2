'use strict';
// How classes of the platform look: named, with enumerable members and a tag.

/** Finishes a class: its tag, and its members enumerable as in a browser. */
function define(Class, name) {
  const proto = Class.prototype;
  Object.defineProperty(proto, Symbol.toStringTag, { value: name, configurable: true });
  for (const key of Object.getOwnPropertyNames(proto)) {
    if (key === 'constructor') continue;
    const property = Object.getOwnPropertyDescriptor(proto, key);
    if (property.configurable) Object.defineProperty(proto, key, { ...property, enumerable: true });
  }
  return Class;
}

/** A property that scripts do not stumble over. */
function hide(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

/** Accessors from a table of `name: getter` or `name: [getter, setter]`, each called with the object. */
function accessors(proto, table) {
  for (const name of Object.keys(table)) {
    const [read, write] = Array.isArray(table[name]) ? table[name] : [table[name]];
    Object.defineProperty(proto, name, {
      get: { [name]() { return read(this); } }[name],
      set: write && { [name](value) { write(this, value); } }[name],
      enumerable: true, configurable: true,
    });
  }
}

/** Constants on a class and its prototype. */
function constants(Class, table) {
  for (const name of Object.keys(table)) {
    for (const place of [Class, Class.prototype]) {
      Object.defineProperty(place, name, { value: table[name], enumerable: true });
    }
  }
}

module.exports = { define, hide, accessors, constants };
