'use strict';
// IndexedDB: databases, transactions, requests. It is kept as long as the page is there, in this world alone.

const { define } = require('internal/web_class');
const { EventTarget, fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');
const { later } = require('dom/core');
const { IDBKeyRange, keyOf, compare, pathOf } = require('internal/idb_keys');
const { databases, obtain, forget, rollBack } = require('internal/idb_data');

// What programs have not: they make none of these themselves.
const token = {};
const state = (message) => new DOMException(message, 'InvalidStateError');

function handlers(Class, names) {
  addHandlers(Class.prototype, names, () => undefined);
  return Class;
}

// A list of names, in order, as programs ask it.
function namesOf(list) {
  const all = [...list].sort();
  return Object.defineProperties(all, {
    contains: { value: (name) => all.includes(String(name)) }, item: { value: (at) => all[at] ?? null },
  });
}

// --- requests ---

const requests = new WeakMap();

class IDBRequest extends EventTarget {
  constructor(given, source, transaction) {
    if (given !== token) throw new TypeError('Illegal constructor');
    super();
    requests.set(this, { done: false, result: undefined, error: null, source, transaction });
  }
  get readyState() { return requests.get(this).done ? 'done' : 'pending'; }
  get result() {
    const { done, result } = requests.get(this);
    if (!done) throw state("Failed to read the 'result' property from 'IDBRequest': The request has not finished.");
    return result;
  }
  get error() {
    const { done, error } = requests.get(this);
    if (!done) throw state("Failed to read the 'error' property from 'IDBRequest': The request has not finished.");
    return error;
  }
  get source() { return requests.get(this).source; }
  get transaction() { return requests.get(this).transaction; }
}
define(handlers(IDBRequest, 'onsuccess onerror'), 'IDBRequest');

class IDBOpenDBRequest extends IDBRequest {}
define(handlers(IDBOpenDBRequest, 'onblocked onupgradeneeded'), 'IDBOpenDBRequest');

function settle(request, result, error) {
  Object.assign(requests.get(request), { done: true, result, error });
}

// --- transactions: those of a database run one after the other ---

const transactions = new WeakMap();

class IDBTransaction extends EventTarget {
  constructor(given, database, names, mode, durability = 'default') {
    if (given !== token) throw new TypeError('Illegal constructor');
    super();
    transactions.set(this, {
      transaction: this, database, names, mode, durability, queue: [], undo: [], status: 'active', error: null, stores: new Map(), ended: () => {},
      isRunning: false, checking: false,
    });
  }
  get mode() { return transactions.get(this).mode; }
  get db() { return transactions.get(this).database; }
  get durability() { return transactions.get(this).durability; }
  get error() { return transactions.get(this).error; }
  get objectStoreNames() { return namesOf(transactions.get(this).names); }
  objectStore(given) {
    const own = transactions.get(this);
    const name = String(given);
    if (own.status === 'finished') throw state("Failed to execute 'objectStore' on 'IDBTransaction': The transaction has finished.");
    const store = own.names.has(name) ? connections.get(own.database).base.stores.get(name) : undefined;
    if (store === undefined) {
      throw new DOMException("Failed to execute 'objectStore' on 'IDBTransaction': The specified object store was not found.", 'NotFoundError');
    }
    if (!own.stores.has(store)) own.stores.set(store, makeStore(store, own));
    return own.stores.get(store);
  }
  abort() { abort(transactions.get(this), null, 'abort'); }
  commit() {
    const own = transactions.get(this);
    if (own.status !== 'active') throw state("Failed to execute 'commit' on 'IDBTransaction': The transaction is not active.");
    own.status = 'committing';
    check(own);
  }
}
define(handlers(IDBTransaction, 'onabort oncomplete onerror'), 'IDBTransaction');

// Begins the next one of a database, if none is running.
function advance(base) {
  const [first] = base.running;
  if (first === undefined || first.isRunning) return;
  first.isRunning = true;
  later(() => step(first));
}

// Does the next thing that was asked for, and tells of it.
function step(own) {
  if (own.status === 'finished') return;
  const next = own.queue.shift();
  if (next === undefined) return check(own);
  const { request, work } = next;
  let result;
  let error = null;
  try {
    result = work();
  } catch (thrown) {
    error = thrown instanceof DOMException ? thrown : new DOMException(String(thrown?.message ?? thrown), 'UnknownError');
  }
  settle(request, error === null ? result : undefined, error);
  const above = [own.transaction, own.database];
  if (error === null) fire(request, 'Event', 'success', {}, { above: [] });
  else if (fire(request, 'Event', 'error', { bubbles: true, cancelable: true }, { above })) abort(own, error);
  later(() => step(own));
}

// Ends one that nothing more is asked of.
function check(own) {
  if (own.checking) return;
  own.checking = true;
  later(() => {
    own.checking = false;
    if (own.status === 'finished') return;
    if (own.queue.length > 0) return step(own);
    finish(own);
    fire(own.transaction, 'Event', 'complete', {});
    own.ended(null);
  });
}

function finish(own) {
  own.status = 'finished';
  const { base } = connections.get(own.database);
  base.running = base.running.filter((other) => other !== own);
  advance(base);
}

function abort(own, error, method) {
  if (own.status === 'finished') {
    if (method === undefined) return;
    throw state(`Failed to execute '${method}' on 'IDBTransaction': The transaction has already been committed or aborted.`);
  }
  own.error = error;
  rollBack(own.undo);
  const waiting = own.queue.splice(0);
  finish(own);
  const reason = () => new DOMException('The transaction was aborted, so the request cannot be fulfilled.', 'AbortError');
  later(() => {
    for (const { request } of waiting) {
      settle(request, undefined, reason());
      fire(request, 'Event', 'error', { bubbles: true, cancelable: true }, { above: [own.transaction, own.database] });
    }
    fire(own.transaction, 'Event', 'abort', { bubbles: true }, { above: [own.database] });
    own.ended(error ?? reason());
  });
}

// Asks a transaction for something.
function ask(own, source, work, request = new IDBRequest(token, source, own.transaction)) {
  if (own.status !== 'active') {
    throw new DOMException('The transaction has finished.', 'TransactionInactiveError');
  }
  own.queue.push({ request, work });
  return request;
}

// The same for what changes something; `work` gives its result and what takes it back.
function change(own, source, work) {
  if (own.mode === 'readonly') throw new DOMException('The transaction is read-only.', 'ReadOnlyError');
  return ask(own, source, () => {
    const [result, undo] = work();
    own.undo.push(undo);
    return result;
  });
}

const { makeStore, IDBObjectStore, IDBIndex, IDBCursor, IDBCursorWithValue } = require('internal/idb_stores')({ ask, change, namesOf, requests });

// --- databases ---

const connections = new WeakMap();

class IDBDatabase extends EventTarget {
  constructor(given, base) {
    if (given !== token) throw new TypeError('Illegal constructor');
    super();
    connections.set(this, { base, version: base.version, closed: false, upgrade: null });
  }
  get name() { return connections.get(this).base.name; }
  get version() { return connections.get(this).version; }
  get objectStoreNames() { return namesOf(connections.get(this).base.stores.keys()); }

  transaction(given, mode = 'readonly', options = {}) {
    const connection = connections.get(this);
    const names = new Set((typeof given === 'string' ? [given] : [...given]).map(String));
    if (connection.closed) throw state("Failed to execute 'transaction' on 'IDBDatabase': The database connection is closing.");
    if (connection.upgrade !== null) throw state("Failed to execute 'transaction' on 'IDBDatabase': A version change transaction is running.");
    if (mode !== 'readonly' && mode !== 'readwrite') {
      throw new TypeError(`Failed to execute 'transaction' on 'IDBDatabase': The provided value '${String(mode)}' is not a valid enum value of type IDBTransactionMode.`);
    }
    if (names.size === 0) throw new DOMException("Failed to execute 'transaction' on 'IDBDatabase': The storeNames parameter was empty.", 'InvalidAccessError');
    for (const name of names) {
      if (!connection.base.stores.has(name)) {
        throw new DOMException("Failed to execute 'transaction' on 'IDBDatabase': One of the specified object stores was not found.", 'NotFoundError');
      }
    }
    return begin(this, names, mode, options?.durability).transaction;
  }

  createObjectStore(given, options = {}) {
    const { base, upgrade } = upgrading(this, 'createObjectStore');
    const name = String(given);
    const path = pathOf(options?.keyPath);
    if (base.stores.has(name)) {
      throw new DOMException("Failed to execute 'createObjectStore' on 'IDBDatabase': An object store with the specified name already exists.", 'ConstraintError');
    }
    const makes = Boolean(options?.autoIncrement);
    if (makes && (path === '' || Array.isArray(path))) {
      throw new DOMException("Failed to execute 'createObjectStore' on 'IDBDatabase': The autoIncrement option was set but the keyPath option was empty or an array.", 'InvalidAccessError');
    }
    base.addStore(name, path, makes);
    upgrade.names.add(name);
    upgrade.undo.push(() => base.stores.delete(name));
    return upgrade.transaction.objectStore(name);
  }

  deleteObjectStore(given) {
    const { base, upgrade } = upgrading(this, 'deleteObjectStore');
    const name = String(given);
    const store = base.stores.get(name);
    if (store === undefined) {
      throw new DOMException("Failed to execute 'deleteObjectStore' on 'IDBDatabase': The specified object store was not found.", 'NotFoundError');
    }
    const emptied = store.delete({ lower: null, upper: null, lowerOpen: true, upperOpen: true });
    base.stores.delete(name);
    upgrade.names.delete(name);
    upgrade.undo.push(() => {
      base.stores.set(name, store);
      emptied();
    });
  }

  close() {
    const connection = connections.get(this);
    if (connection.closed) return;
    connection.closed = true;
    connection.base.connections.delete(this);
    proceed(connection.base);
  }
}
define(handlers(IDBDatabase, 'onabort onclose onerror onversionchange'), 'IDBDatabase');

function begin(database, names, mode, durability) {
  const { base } = connections.get(database);
  const own = transactions.get(new IDBTransaction(token, database, names, mode, durability));
  base.running.push(own);
  advance(base);
  return own;
}

function upgrading(database, method) {
  const connection = connections.get(database);
  if (connection.upgrade === null) {
    throw state(`Failed to execute '${method}' on 'IDBDatabase': The database is not running a version change transaction.`);
  }
  if (connection.upgrade.status !== 'active') throw new DOMException('The version change transaction has finished.', 'TransactionInactiveError');
  return connection;
}

// --- opening and deleting: for each name one after the other ---

function enqueue(name, work) {
  const request = new IDBOpenDBRequest(token, null, null);
  let base;
  try {
    base = obtain(name);
  } catch (error) {
    later(() => fail(request, error));
    return request;
  }
  base.asking.push({ request, work, told: false, busy: false });
  proceed(base);
  return request;
}

function proceed(base) { later(() => turn(base)); }

function turn(base) {
  const [first] = base.asking;
  if (first === undefined) return forget(base);
  if (first.busy) return;
  first.work(first, base, () => {
    base.asking.shift();
    proceed(base);
  });
}

function fail(request, error) {
  settle(request, undefined, error);
  fire(request, 'Event', 'error', { bubbles: true, cancelable: true });
}

// Whether no other connection is in the way; those that are, are asked to go.
function isFree(first, base, oldVersion, newVersion) {
  if (!first.told) {
    first.told = true;
    for (const one of [...base.connections]) fire(one, 'IDBVersionChangeEvent', 'versionchange', { oldVersion, newVersion });
    if (base.connections.size > 0) fire(first.request, 'IDBVersionChangeEvent', 'blocked', { oldVersion, newVersion });
  }
  return base.connections.size === 0;
}

function open(version) {
  return (first, base, done) => {
    const { request } = first;
    const wanted = version ?? (base.version || 1);
    if (wanted < base.version) {
      fail(request, new DOMException(`The requested version (${wanted}) is less than the existing version (${base.version}).`, 'VersionError'));
      return done();
    }
    const oldVersion = base.version;
    if (wanted > oldVersion && !isFree(first, base, oldVersion, wanted)) return;
    first.busy = true;
    base.version = wanted;
    const database = new IDBDatabase(token, base);
    base.connections.add(database);
    if (wanted === oldVersion) {
      settle(request, database, null);
      fire(request, 'Event', 'success', {});
      return done();
    }
    const connection = connections.get(database);
    const upgrade = begin(database, new Set(base.stores.keys()), 'versionchange');
    connection.upgrade = upgrade;
    upgrade.undo.push(() => { base.version = connection.version = oldVersion; });
    upgrade.ended = (error) => {
      connection.upgrade = null;
      requests.get(request).transaction = null;
      if (error === null && connection.closed) error = new DOMException('The connection was closed.', 'AbortError');
      if (error === null) {
        fire(request, 'Event', 'success', {});
      } else {
        database.close();
        fail(request, new DOMException(error.message, 'AbortError'));
      }
      done();
    };
    settle(request, database, null);
    requests.get(request).transaction = upgrade.transaction;
    fire(request, 'IDBVersionChangeEvent', 'upgradeneeded', { oldVersion, newVersion: wanted });
    check(upgrade);
  };
}

function remove(first, base, done) {
  const oldVersion = base.version;
  if (!isFree(first, base, oldVersion, null)) return;
  base.clear();
  settle(first.request, undefined, null);
  fire(first.request, 'IDBVersionChangeEvent', 'success', { oldVersion, newVersion: null });
  done();
}

class IDBFactory {
  constructor(given) { if (given !== token) throw new TypeError('Illegal constructor'); }
  open(name, version) {
    if (arguments.length === 0) throw new TypeError("Failed to execute 'open' on 'IDBFactory': 1 argument required, but only 0 present.");
    const wanted = version === undefined ? undefined : Math.trunc(Number(version));
    if (wanted !== undefined && !(wanted >= 1 && wanted <= Number.MAX_SAFE_INTEGER)) {
      throw new TypeError("Failed to execute 'open' on 'IDBFactory': The version provided must not be 0, less than 0 or too large.");
    }
    return enqueue(String(name), open(wanted));
  }
  deleteDatabase(name) { return enqueue(String(name), remove); }
  async databases() {
    return [...databases.values()].filter(({ version }) => version > 0).map(({ name, version }) => ({ name, version }));
  }
  cmp(a, b) { return compare(keyOf(a), keyOf(b)); }
}
define(IDBFactory, 'IDBFactory');

module.exports = {
  IDBFactory, IDBKeyRange, IDBRequest, IDBOpenDBRequest, IDBDatabase, IDBTransaction, IDBObjectStore, IDBIndex, IDBCursor,
  IDBCursorWithValue, indexedDB: new IDBFactory(token),
};
