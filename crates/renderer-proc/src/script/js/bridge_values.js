'use strict';
// Passing values from one world to another: copies of data, proxies of functions and promises.
//
// Only intrinsics taken here, before any script ran, are used, so that no script can look into the passage by
// replacing them. Containers are walked by a loop: their depth is the program's choice, the native stack is not.

const { Object, Reflect, Map, Set, WeakMap, WeakSet, ArrayBuffer, TypeError } = require('internal/intrinsics');
const { apply, defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
const { freeze } = Object;
const { get: mapGet, set: mapSet } = Map.prototype;
const { get: weakGet, set: weakSet } = WeakMap.prototype;
const { has: seenBefore, add: remember } = Set.prototype;
const { has: isOpaque } = WeakSet.prototype;
const { getConstructorName: className, isProxy } = binding('types');
const native = binding('renderer');

const MAX_DEPTH = 1000;
// The two spaces are Electron's.
const TOO_DEEP = 'Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.';
const NO_ERROR = 'An unknown exception occurred in the isolated context, an error occurred but a valid exception was not thrown.';
const NOT_PASSED = 'An unknown exception occurred while sending a promise result over the context bridge but it was not actually an Error object. This normally means that a promise was resolved or rejected with a value that is not supported over the bridge.';

const PENDING = { __proto__: null };
const DEEP = { __proto__: null };
// Proxies of functions: which function each stands for.
const originals = new WeakMap();

const newCache = () => new Map();

function define(target, key, value) {
  defineProperty(target, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}

/** The value as `to` may see it. Throws what a getter throws, `DEEP`, or the error of a failed clone. */
function pass(root, from, to, cache, receiver) {
  if (from === to) return root;
  let top = null;

  // Converts a value that needs no walk, or begins the walk.
  function enter(value, parent, depth) {
    if (depth >= MAX_DEPTH) throw DEEP;
    const type = typeof value;
    if (value === null || (type !== 'object' && type !== 'function')) return value;
    const known = apply(mapGet, cache, [value]);
    if (known !== undefined) return known;
    if (type === 'function') return keep(value, proxyFunction(value, parent, from, to));
    const kind = isProxy(value) ? 'Proxy' : className(value);
    switch (kind) {
      case 'Array':
        top = { __proto__: null, above: top, source: value, target: to.array(), keys: null, length: value.length, at: 0, key: 0, depth };
        return PENDING;
      case 'Object': {
        // Each world has an object of its own for a node, and for the bytes of a blob.
        const node = from.nodeOf(value);
        if (node !== undefined) return keep(value, to.nodeAt(node));
        const blob = from.blobOf(value);
        if (blob !== undefined) return keep(value, to.makeBlob(native.cloneInto(blob[0], from.id, to.id), blob[1], blob[2], blob[3]));
        const target = keep(value, to.object());
        if (apply(isOpaque, from.opaque, [value])) return target;
        const keys = from.keysOf(value);
        top = { __proto__: null, above: top, source: value, target, keys, length: keys.length, at: 0, key: 0, depth };
        return PENDING;
      }
      case 'Promise':
        return keep(value, proxyPromise(value, from, to));
      case 'Error':
      case 'DOMException':
        return to.error(messageOf(value, from) ?? '');
      default:
        return keep(value, native.cloneInto(value, from.id, to.id));
    }
  }

  function keep(value, passed) {
    apply(mapSet, cache, [value, passed]);
    return passed;
  }

  const first = enter(root, receiver, 0);
  if (first !== PENDING) return first;
  for (;;) {
    const frame = top;
    if (frame.at === frame.length) {
      // An array is known only when it is complete, so one that contains itself is too deep, as in Electron.
      if (frame.keys === null) keep(frame.source, frame.target);
      top = frame.above;
      if (top === null) return frame.target;
      define(top.target, top.key, frame.target);
      continue;
    }
    frame.key = frame.keys === null ? frame.at : frame.keys[frame.at];
    frame.at++;
    const passed = enter(from.get(frame.source, frame.key), frame.source, frame.depth + 1);
    if (passed !== PENDING) define(frame.target, frame.key, passed);
  }
}

function proxyFunction(value, receiver, from, to) {
  const original = apply(weakGet, originals, [value]);
  if (original !== undefined && original.owner === to) return original.value;
  const proxy = to.wrap((args) => call(value, receiver, from, to, args));
  apply(weakSet, originals, [proxy, { __proto__: null, value, owner: from }]);
  return proxy;
}

function call(value, receiver, owner, caller, args) {
  const cache = newCache();
  const passed = [];
  try {
    for (let i = 0; i < args.length; i++) define(passed, i, pass(args[i], caller, owner, cache));
  } catch (error) {
    throw errorFor(caller, error, caller);
  }
  let result;
  try {
    result = owner.call(value, receiver, passed);
  } catch (error) {
    throw caller.error(messageOf(error, owner) ?? NO_ERROR);
  }
  try {
    return pass(result, owner, caller, cache);
  } catch (error) {
    throw caller.error(`Uncaught ${error === DEEP ? `TypeError: ${TOO_DEEP}` : headOf(error, owner)}`);
  }
}

function proxyPromise(value, from, to) {
  const { promise, resolve, reject } = to.promise();
  const settle = (done) => (result) => {
    let passed;
    try {
      passed = pass(result, from, to, newCache());
    } catch (error) {
      reject(error === DEEP ? to.typeError(TOO_DEEP) : to.error(messageOf(error, from) ?? NOT_PASSED));
      return;
    }
    done(passed);
  };
  from.watch(value, settle(resolve), settle(reject));
  return promise;
}

/** The message of an error that a world's scripts may have made; undefined when there is none to be had. */
function messageOf(error, world) {
  if (error === null || (typeof error !== 'object' && typeof error !== 'function')) return undefined;
  try {
    const message = world.get(error, 'message');
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

function headOf(error, world) {
  const message = messageOf(error, world);
  if (message === undefined) return typeof error === 'string' ? error : NO_ERROR;
  let name;
  try {
    name = world.get(error, 'name');
  } catch {
    // A getter that throws names nothing.
  }
  return `${typeof name === 'string' ? name : 'Error'}: ${message}`;
}

/** What went wrong in a passage from a world, as an error of another one. */
function errorFor(world, error, from) {
  if (error === DEEP) return world.typeError(TOO_DEEP);
  return world.error(messageOf(error, from) ?? NO_ERROR);
}

/** Freezes an object and all that it holds, except views over bytes, which cannot be frozen. */
function deepFreeze(root) {
  const seen = new Set();
  let waiting = { __proto__: null, value: root, next: null };
  while (waiting !== null) {
    const { value } = waiting;
    waiting = waiting.next;
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) continue;
    if (ArrayBufferIsView(value) || apply(seenBefore, seen, [value])) continue;
    apply(remember, seen, [value]);
    const keys = ownKeys(value);
    for (let i = 0; i < keys.length; i++) {
      waiting = { __proto__: null, value: getOwnPropertyDescriptor(value, keys[i]).value, next: waiting };
    }
    freeze(value);
  }
}
const { isView: ArrayBufferIsView } = ArrayBuffer;

module.exports = { pass, newCache, errorFor, deepFreeze };
