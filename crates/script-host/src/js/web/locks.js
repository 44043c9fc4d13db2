'use strict';
// navigator.locks among the scripts of one world.

const { define } = require('internal/web_class');

const KEY = {};
// Those that are held or waited for, by name.
const held = new Map();
const waiting = new Map();
const failure = (why) => `Failed to execute 'request' on 'LockManager': ${why}`;

class Lock {
  #name;
  #mode;
  constructor(key, name, mode) {
    if (key !== KEY) throw new TypeError('Illegal constructor');
    this.#name = name;
    this.#mode = mode;
  }
  get name() { return this.#name; }
  get mode() { return this.#mode; }
}
define(Lock, 'Lock');

const listOf = (map, name) => map.get(name) ?? [];
const canHave = (name, mode) => {
  const others = listOf(held, name);
  return others.length === 0 || (mode === 'shared' && others.every((one) => one.mode === 'shared'));
};
function change(map, name, list) {
  if (list.length === 0) map.delete(name);
  else map.set(name, list);
}

/** A lock that is held from now on. */
function take(name, mode) {
  const lock = new Lock(KEY, name, mode);
  change(held, name, [...listOf(held, name), lock]);
  return lock;
}

async function hold(lock, callback) {
  const { name } = lock;
  try {
    return await callback(lock);
  } finally {
    change(held, name, listOf(held, name).filter((one) => one !== lock));
    next(name);
  }
}

/** Gives the lock to as many of those that wait as can have it. It is theirs at once, though they hear of it later. */
function next(name) {
  for (let queue = listOf(waiting, name); queue.length > 0 && canHave(name, queue[0].mode); queue = listOf(waiting, name)) {
    change(waiting, name, queue.slice(1));
    queue[0].begin(take(name, queue[0].mode));
  }
}

class LockManager {
  constructor(key) { if (key !== KEY) throw new TypeError('Illegal constructor'); }
  async request(name, second, third) {
    const callback = third ?? second;
    const options = third === undefined ? {} : second ?? {};
    if (typeof callback !== 'function') throw new TypeError(failure("parameter 2 is not of type 'Function'."));
    const { mode = 'exclusive', ifAvailable = false, steal = false, signal } = options;
    const key = String(name);
    if (key[0] === '-') throw new DOMException(failure("Names cannot start with '-'."), 'NotSupportedError');
    if (steal) throw new DOMException(failure("'steal' is not supported here"), 'NotSupportedError');
    if (signal?.aborted) throw signal.reason;
    if (canHave(key, mode) && listOf(waiting, key).length === 0) return hold(take(key, mode), callback);
    if (ifAvailable) return callback(null);
    const lock = await new Promise((begin, reject) => {
      const entry = { mode, begin };
      change(waiting, key, [...listOf(waiting, key), entry]);
      signal?.addEventListener('abort', () => {
        const queue = listOf(waiting, key);
        if (!queue.includes(entry)) return;
        change(waiting, key, queue.filter((one) => one !== entry));
        reject(signal.reason);
        // Those behind it may share what it could not.
        next(key);
      }, { once: true });
    });
    return hold(lock, callback);
  }
  async query() {
    const all = (map) => [...map].flatMap(([name, list]) => list.map(({ mode }) => ({ name, mode, clientId: '' })));
    return { held: all(held), pending: all(waiting) };
  }
}
define(LockManager, 'LockManager');

module.exports = { Lock, LockManager, locks: new LockManager(KEY) };
