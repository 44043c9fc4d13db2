'use strict';
// Stores that calls carry with them. The engine does not tell when a function goes on behind an `await`, so a store is
// known in what is called from its `run`, and in what was bound there, and no further; a warning says so once.

// The stores of the call that runs: AsyncLocalStorage to store.
let current = new Map();
let warned = false;
let ids = 1;

function within(stores, callback, self, args) {
  const before = current;
  current = stores;
  try {
    return Reflect.apply(callback, self, args);
  } finally {
    current = before;
  }
}

function bind(callback) {
  require('internal/errors').needFunction(callback, 'fn');
  const stores = current;
  return function bound(...args) { return within(stores, callback, this, args); };
}

class AsyncLocalStorage {
  static bind(callback) {
    return bind(callback);
  }

  static snapshot() {
    return bind((callback, ...args) => callback(...args));
  }

  disable() {
    current = new Map(current);
    current.delete(this);
  }

  enterWith(store) {
    current = new Map(current).set(this, store);
  }

  run(store, callback, ...args) {
    const result = within(new Map(current).set(this, store), callback, undefined, args);
    if (!warned && typeof result?.then === 'function') {
      warned = true;
      require('process').emitWarning(
        'An AsyncLocalStorage loses its store behind the first await of an asynchronous function', 'DipoleWarning');
    }
    return result;
  }

  exit(callback, ...args) {
    const stores = new Map(current);
    stores.delete(this);
    return within(stores, callback, undefined, args);
  }

  getStore() {
    return current.get(this);
  }
}

class AsyncResource {
  #stores = current;
  #id = ++ids;

  constructor(type) {
    if (typeof type !== 'string') throw require('internal/errors').invalidArgType('type', 'string', type);
  }

  static bind(callback, type) {
    return new AsyncResource(type || callback.name || 'bound-anonymous-fn').bind(callback);
  }

  runInAsyncScope(callback, self, ...args) {
    return within(this.#stores, callback, self, args);
  }

  bind(callback) {
    require('internal/errors').needFunction(callback, 'fn');
    const resource = this;
    return function bound(...args) { return resource.runInAsyncScope(callback, this, ...args); };
  }

  emitDestroy() { return this; }

  asyncId() { return this.#id; }

  triggerAsyncId() { return 1; }
}

require('internal/absent')(module, {
  AsyncLocalStorage,
  AsyncResource,
  executionAsyncId: () => 1,
  triggerAsyncId: () => 0,
});
