'use strict';
// What the context bridge does within one world: it makes that world's own objects, with intrinsics that were taken
// before any script of the page could replace them.

const { WeakSet, Error, Promise, TypeError } = require('internal/intrinsics');
const core = require('dom/core');
const { isLoaded } = binding('host');
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
  // The number of a node, and this world's object for it.
  nodeOf: (value) => core.nodes.idOf(value),
  nodeAt: (id) => core.wrap(id),
  // The bytes of a blob with what else it has, and a blob of these.
  blobOf(value) {
    if (!isLoaded('internal/blob')) return undefined;
    const { bytes, is } = require('internal/blob');
    return is(value) ? [bytes(value), value.type, value.name, value.lastModified] : undefined;
  },
  makeBlob(bytes, type, name, lastModified) {
    const { Blob, File } = require('internal/blob');
    return name === undefined ? new Blob([bytes], { type }) : new File([bytes], name, { type, lastModified });
  },
  // Objects of the runtime that cross as empty ones.
  opaque: new WeakSet(),
};
