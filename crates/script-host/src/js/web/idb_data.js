'use strict';
// What IndexedDB keeps, as long as the page is there: tables of records in the order of their keys, with their indexes. What
// changes them gives a function that takes the change back.

const { keyOf, valueOf, compare, isWithin, find, inject, wrong, LIST } = require('internal/idb_keys');

// How much there may be of each in a page; what the values take is limited by the page's memory.
const MOST = { databases: 64, stores: 256, indexes: 64, records: 1 << 20 };
let records = 0;

const full = (what) => new DOMException(`There are too many ${what} in this page's IndexedDB.`, 'QuotaExceededError');

// The place of the first entry for which `isBehind` holds, in a list where it holds from some place on.
function placeOf(list, isBehind) {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isBehind(list[middle])) to = middle;
    else from = middle + 1;
  }
  return from;
}

// Entries with a `key`, and with a `primary` key that orders those of equal keys.
class Sorted {
  list = [];
  place(key, primary) {
    return placeOf(this.list, (entry) => {
      const order = compare(entry.key, key);
      return order > 0 || (order === 0 && (primary === null || compare(entry.primary, primary) >= 0));
    });
  }
  has(key) {
    const found = this.list[this.place(key, null)];
    return found !== undefined && compare(found.key, key) === 0;
  }
  add(entry) { this.list.splice(this.place(entry.key, entry.primary), 0, entry); }
  remove(entry) {
    const at = this.list.indexOf(entry, this.place(entry.key, entry.primary));
    if (at >= 0) this.list.splice(at, 1);
  }
  // Those within bounds, a copy.
  within(bounds, most = Infinity) {
    const from = bounds.lower === null ? 0 : this.place(bounds.lower, null);
    const found = [];
    for (let at = from; at < this.list.length && found.length < most; at++) {
      const entry = this.list[at];
      if (isWithin(bounds, entry.key)) found.push(entry);
      else if (bounds.upper !== null && compare(entry.key, bounds.upper) > 0) break;
    }
    return found;
  }
}

class Index extends Sorted {
  constructor(store, name, path, unique, multi) {
    super();
    Object.assign(this, { store, name, path, unique, multi });
  }

  // The keys of a value in this index.
  keysOf(value) {
    const found = find(value, this.path);
    if (found === undefined) return [];
    if (!this.multi || !Array.isArray(found)) return quietly(() => [keyOf(found)]);
    const keys = [];
    for (const one of found) {
      for (const key of quietly(() => [keyOf(one)])) if (!keys.some((other) => compare(other, key) === 0)) keys.push(key);
    }
    return keys;
  }
}

// What is no key is in no index.
function quietly(make) {
  try {
    return make();
  } catch {
    return [];
  }
}

class Store extends Sorted {
  indexes = new Map();
  next = 1;
  constructor(name, path, makes) {
    super();
    Object.assign(this, { name, path, makes });
  }

  // Keeps a copy under its key; gives the key and what takes it back.
  put(copy, given, isNew) {
    let key = given;
    const before = this.next;
    if (key === null && this.path !== null) {
      const found = find(copy, this.path);
      if (found !== undefined) key = keyOf(found);
    }
    if (key === null) {
      if (!this.makes) throw wrong('The object store uses out-of-line keys and has no key generator and the key parameter was not provided.');
      if (this.next > Number.MAX_SAFE_INTEGER) throw new DOMException('Maximum key generator value reached.', 'ConstraintError');
      key = keyOf(this.next++);
      if (this.path !== null && !inject(copy, this.path, valueOf(key))) throw wrong('A key could not be put into the value.');
    } else if (this.makes && typeof key.value === 'number' && key.kind < LIST && key.value >= this.next) {
      this.next = Math.floor(key.value) + 1;
    }
    const at = this.place(key, null);
    const old = this.list[at] !== undefined && compare(this.list[at].key, key) === 0 ? this.list[at] : null;
    if (old !== null && isNew) throw new DOMException('Key already exists in the object store.', 'ConstraintError');
    if (old === null && records >= MOST.records) throw full('records');
    const undo = [() => { this.next = before; }];
    if (old !== null) undo.push(this.take(old));
    const record = { key, primary: key, value: copy, entries: [] };
    try {
      undo.push(this.insert(record));
    } catch (error) {
      rollBack(undo);
      throw error;
    }
    return [key, () => rollBack(undo)];
  }

  insert(record) {
    for (const index of this.indexes.values()) {
      for (const key of index.keysOf(record.value)) {
        if (index.unique && index.has(key)) {
          for (const [other, entry] of record.entries) other.remove(entry);
          record.entries = [];
          throw new DOMException(`Unable to add key to index '${index.name}': at least one key does not satisfy the uniqueness requirements.`, 'ConstraintError');
        }
        const entry = { key, primary: record.key, record };
        index.add(entry);
        record.entries.push([index, entry]);
      }
    }
    this.add(record);
    records += 1;
    return () => this.take(record);
  }

  take(record) {
    for (const [index, entry] of record.entries) index.remove(entry);
    record.entries = [];
    this.remove(record);
    records -= 1;
    return () => this.insert(record);
  }

  delete(bounds) {
    const undo = this.within(bounds).map((record) => this.take(record));
    return () => rollBack(undo);
  }

  addIndex(name, path, unique, multi) {
    if (this.indexes.size >= MOST.indexes) throw full('indexes');
    const index = new Index(this, name, path, unique, multi);
    for (const record of this.list) {
      for (const key of index.keysOf(record.value)) {
        if (unique && index.has(key)) throw new DOMException(`Unable to make the index '${name}': its keys are not unique.`, 'ConstraintError');
        const entry = { key, primary: record.key, record };
        index.add(entry);
        record.entries.push([index, entry]);
      }
    }
    this.indexes.set(name, index);
    return index;
  }

  removeIndex(index) {
    this.indexes.delete(index.name);
    for (const record of this.list) record.entries = record.entries.filter(([other]) => other !== index);
  }
}

function rollBack(undo) {
  while (undo.length > 0) undo.pop()();
}

class Database {
  stores = new Map();
  version = 0;
  connections = new Set();
  // What asks to open or delete it, one after the other.
  asking = [];
  // Transactions that wait for others.
  running = [];
  constructor(name) { this.name = name; }

  addStore(name, path, makes) {
    if (this.stores.size >= MOST.stores) throw full('object stores');
    const store = new Store(name, path, makes);
    this.stores.set(name, store);
    return store;
  }

  clear() {
    for (const store of this.stores.values()) records -= store.list.length;
    this.stores.clear();
    this.version = 0;
  }
}

const databases = new Map();

function obtain(name) {
  let database = databases.get(name);
  if (database === undefined) {
    if (databases.size >= MOST.databases) throw full('databases');
    databases.set(name, database = new Database(name));
  }
  return database;
}

// Of the names, only what has something is kept.
function forget(database) {
  if (database.version === 0 && database.asking.length === 0 && database.connections.size === 0) databases.delete(database.name);
}

module.exports = { databases, obtain, forget, rollBack };
