'use strict';
// `localStorage`, `sessionStorage` and the clipboard, which lives as long as the page.

const { Object, Reflect, Number, Proxy, TypeError, each, lists } = require('internal/intrinsics');
const { b, text, domError } = require('dom/core');
const { define } = require('dom/define');
const { EventTarget } = require('dom/target');

const methods = {
  getItem: (session, key) => b.storageGet(session, text(key)) ?? null,
  setItem(session, key, value) {
    if (!b.storageSet(session, text(key), text(value))) {
      throw domError("Failed to execute 'setItem' on 'Storage': Setting the value of '" + text(key) + "' exceeded the quota.", 'QuotaExceededError');
    }
  },
  removeItem: (session, key) => b.storageRemove(session, text(key)),
  clear: (session) => b.storageClear(session),
  key: (session, at) => b.storageKeys(session)[Number(at)] ?? null,
};

class Storage {
  constructor(session) {
    if (typeof session !== 'boolean') throw new TypeError('Illegal constructor');
    const bound = Object.create(null);
    for (const name of each(Object.keys(methods))) {
      bound[name] = { [name]: (...given) => Reflect.apply(methods[name], undefined, lists.joined([session], given)) }[name];
    }
    const reserved = (on, key) => typeof key !== 'string' || key in bound || key === 'length' || key in on;
    return new Proxy(this, {
      get(on, key) {
        if (key === 'length') return b.storageKeys(session).length;
        if (key in bound) return bound[key];
        return reserved(on, key) ? Reflect.get(on, key) : b.storageGet(session, key);
      },
      set(on, key, value) {
        if (typeof key !== 'string') return Reflect.set(on, key, value);
        methods.setItem(session, key, value);
        return true;
      },
      has: (on, key) => reserved(on, key) || b.storageGet(session, key) !== undefined,
      deleteProperty(_on, key) {
        if (typeof key === 'string') b.storageRemove(session, key);
        return true;
      },
      ownKeys: () => b.storageKeys(session),
      getOwnPropertyDescriptor(_on, key) {
        const value = typeof key === 'string' ? b.storageGet(session, key) : undefined;
        return value === undefined ? undefined : { __proto__: null, value, writable: true, enumerable: true, configurable: true };
      },
    });
  }
}
define(Storage, 'Storage');

class Clipboard extends EventTarget {
  async read() { return require('internal/clipboard').read(); }
  async write(items) { return require('internal/clipboard').write(lists.gather(items)); }
  async readText() { return b.clipboard(); }
  async writeText(data) { b.setClipboard(text(data)); }
}
define(Clipboard, 'Clipboard');

module.exports = { Storage, Clipboard };
