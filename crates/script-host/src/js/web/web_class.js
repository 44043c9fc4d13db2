'use strict';
// How the classes look that pages and Node have in common: named, with enumerable members and a tag, and not to be cloned.

const { native } = binding('host');
const { defineProperty } = Object;
// Pages have a DOM, whose classes these are among.
const forbidClone = native.eventGlobals ? () => {} : binding('dom').forbidClone;

function define(Class, name) {
  const proto = Class.prototype;
  forbidClone(proto);
  defineProperty(proto, Symbol.toStringTag, { value: name, configurable: true });
  native.makeEnumerable(proto);
  return Class;
}

module.exports = { define };
