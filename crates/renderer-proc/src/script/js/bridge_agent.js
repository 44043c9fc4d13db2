'use strict';
// What the context bridge does within one world: it makes that world's own objects, with intrinsics that were taken
// before any script of the page could replace them.
//
// What a world's scripts have made is called and read by these functions alone. The engine makes what a proxy's trap is
// given, and what a promise's reactions are run with, in the realm of whoever calls: only scripts have a realm of their own,
// native functions like those that settle a promise, bound functions and proxies have that of their caller.

const { Reflect, WeakSet, Error, Promise, RangeError, TypeError, text } = require('internal/intrinsics');
const { apply, defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
const { add, has } = WeakSet.prototype;
const { then } = Promise.prototype;
const core = require('dom/core');
const { isLoaded } = binding('host');
const native = binding('renderer');

// The errors of this world that were made for what went wrong in another one.
const made = new WeakSet();

function keep(error) {
  apply(add, made, [error]);
  return error;
}

/**
 * What a call into another world has thrown, as this one may see it. What was not made here is the engine's, which makes an
 * error in whatever world it is when the stack or the memory ends; it is not looked at.
 */
function ownError(error) {
  if (error !== null && typeof error === 'object' && apply(has, made, [error])) return error;
  return new RangeError('Maximum call stack size exceeded');
}

module.exports = {
  id: native.ownId(),
  global: globalThis,
  array: () => [],
  object: () => ({}),
  error: (message) => keep(new Error(message)),
  typeError: (message) => keep(new TypeError(message)),
  promise() {
    let settle;
    const promise = new Promise((resolve, reject) => { settle = { resolve, reject }; });
    const { resolve, reject } = settle;
    return { promise, resolve: (value) => { resolve(value); }, reject: (error) => { reject(error); } };
  },
  // Tells another world what becomes of a promise of this one. What fails in the telling is the other's, and is kept
  // from the promise that `then` makes, of which this world's scripts may hear.
  watch(promise, done, failed) {
    const tell = (listener) => (value) => { try { listener(value); } catch {} };
    apply(then, promise, [tell(done), tell(failed)]);
  },
  call: (value, receiver, args) => apply(value, receiver, args),
  get: (object, key) => object[key],
  // Own enumerable keys, symbols included.
  keysOf(object) {
    const all = ownKeys(object);
    const keys = { __proto__: null, length: 0 };
    for (let i = 0; i < all.length; i++) {
      if (getOwnPropertyDescriptor(object, all[i])?.enumerable) keys[keys.length++] = all[i];
    }
    return keys;
  },
  // A promise of this world, for whatever may be waited for.
  settled(value) {
    const promise = (async () => value)();
    // Nobody is asked what is made of it by `then`.
    defineProperty(promise, 'constructor', { __proto__: null, value: undefined });
    return promise;
  },
  // An arrow function: it has no prototype, cannot be constructed, and its own `this` is nobody's.
  wrap: (call) => (...args) => {
    try {
      return call(args);
    } catch (error) {
      throw ownError(error);
    }
  },
  // The number of a node, and this world's object for it.
  nodeOf: (value) => core.nodes.idOf(value),
  nodeAt: (id) => core.wrap(id),
  // The bytes of a blob with what else it has, and a blob of these.
  blobOf(value) {
    if (!isLoaded('internal/blob')) return undefined;
    const { bytes, is } = require('internal/blob');
    if (!is(value)) return undefined;
    // Texts and a number, whatever stands in their place.
    const name = value.name;
    return [bytes(value), text(value.type), name === undefined ? undefined : text(name), +value.lastModified];
  },
  makeBlob(bytes, type, name, lastModified) {
    const { Blob, File } = require('internal/blob');
    return name === undefined ? new Blob([bytes], { type }) : new File([bytes], name, { type, lastModified });
  },
  // Objects of the runtime that cross as empty ones.
  opaque: new WeakSet(),
};
