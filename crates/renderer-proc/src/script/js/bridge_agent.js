'use strict';
// What the context bridge does within one world: it makes that world's own objects, with intrinsics that were taken
// before any script of the page could replace them.

const { WeakSet, Error, Promise, TypeError } = require('internal/intrinsics');
const native = binding('renderer');

module.exports = {
  id: native.ownId(),
  global: globalThis,
  array: () => [],
  object: () => ({}),
  error: (message) => new Error(message),
  typeError: (message) => new TypeError(message),
  promise() {
    let settle;
    const promise = new Promise((resolve, reject) => { settle = { resolve, reject }; });
    return { promise, resolve: settle.resolve, reject: settle.reject };
  },
  then: Promise.prototype.then,
  // An arrow function: it has no prototype, cannot be constructed, and its own `this` is nobody's.
  wrap: (call) => (...args) => call(args),
  // Objects of the runtime that cross as empty ones.
  opaque: new WeakSet(),
};
