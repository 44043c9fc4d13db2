'use strict';
// IndexedDB: object stores, indexes and cursors, as a transaction gives them.

const { define } = require('internal/web_class');
const { hooks } = require('dom/core');
const { keyOf, valueOf, compare, rangeOf, isWithin, pathOf, find, wrong } = require('internal/idb_keys');

// The most that one answer has.
const MOST = 1 << 20;
const token = {};
function copy(value) {
  try {
    return hooks.clone(value);
  } catch (error) {
    if (error instanceof DOMException || !String(error?.message).includes('could not be cloned')) throw error;
    throw new DOMException(error.message, 'DataCloneError');
  }
}
const need = (given) => { if (given !== token) throw new TypeError('Illegal constructor'); };

module.exports = ({ ask, change, namesOf, requests }) => {
  // Of a store or an index: what it is, and the transaction by which it is asked.
  const held = new WeakMap();
  const countOf = (given) => {
    const count = given === undefined ? MOST : Math.trunc(Number(given));
    if (!(count >= 0)) throw new TypeError('The count is not a number that is at least 0.');
    return count === 0 ? MOST : Math.min(count, MOST);
  };

  // What stores and indexes are asked alike. Records of an index are those of its store.
  class Source {
    constructor(given, data, own, owner) {
      need(given);
      held.set(this, { data, own, owner });
    }
    get name() { return held.get(this).data.name; }
    get keyPath() { return held.get(this).data.path; }
    get(query) { return this.#read(query, false, (found) => (found === undefined ? undefined : copy(recordOf(found).value))); }
    getKey(query) { return this.#read(query, false, (found) => (found === undefined ? undefined : valueOf(found.primary))); }
    count(query) {
      const { data, own } = held.get(this);
      const range = rangeOf(query, true);
      return ask(own, this, () => data.within(range).length);
    }
    getAll(query, count) { return this.#all(query, count, (entry) => copy(recordOf(entry).value)); }
    getAllKeys(query, count) { return this.#all(query, count, (entry) => valueOf(entry.primary)); }
    openCursor(query, direction) { return openCursor(this, query, direction, IDBCursorWithValue); }
    openKeyCursor(query, direction) { return openCursor(this, query, direction, IDBCursor); }

    #read(query, mayBeAll, make) {
      const { data, own } = held.get(this);
      const range = rangeOf(query, mayBeAll);
      return ask(own, this, () => make(data.within(range, 1)[0]));
    }
    #all(query, given, make) {
      const { data, own } = held.get(this);
      const range = rangeOf(query, true);
      const count = countOf(given);
      return ask(own, this, () => data.within(range, count).map(make));
    }
  }
  binding('host').native.makeEnumerable(Source.prototype);
  const recordOf = (entry) => entry.record ?? entry;

  class IDBObjectStore extends Source {
    get autoIncrement() { return held.get(this).data.makes; }
    get transaction() { return held.get(this).own.transaction; }
    get indexNames() { return namesOf(held.get(this).data.indexes.keys()); }
    put(value, key) { return this.#put('put', value, key, false); }
    add(value, key) { return this.#put('add', value, key, true); }
    #put(method, value, given, isNew) {
      const { data, own } = held.get(this);
      if (own.mode === 'readonly') {
        throw new DOMException(`Failed to execute '${method}' on 'IDBObjectStore': The transaction is read-only.`, 'ReadOnlyError');
      }
      const fails = (why) => wrong(`Failed to execute '${method}' on 'IDBObjectStore': ${why}`);
      if (given !== undefined && data.path !== null) throw fails('The object store uses in-line keys and the key parameter was provided.');
      if (given === undefined && data.path === null && !data.makes) {
        throw fails('The object store uses out-of-line keys and has no key generator and the key parameter was not provided.');
      }
      const key = given === undefined ? null : keyOf(given);
      const made = copy(value);
      if (data.path !== null) {
        const found = find(made, data.path);
        if (found !== undefined) keyOf(found);
        else if (!data.makes) throw fails("Evaluating the object store's key path did not yield a value.");
      }
      return change(own, this, () => {
        const [kept, undo] = data.put(made, key, isNew);
        return [valueOf(kept), undo];
      });
    }
    delete(query) {
      const { data, own } = held.get(this);
      const range = rangeOf(query, false);
      return change(own, this, () => [undefined, data.delete(range)]);
    }
    clear() {
      const { data, own } = held.get(this);
      return change(own, this, () => [undefined, data.delete(rangeOf(undefined, true))]);
    }
    index(given) {
      const { data, own } = held.get(this);
      const name = String(given);
      const index = data.indexes.get(name);
      if (index === undefined) throw new DOMException("Failed to execute 'index' on 'IDBObjectStore': The specified index was not found.", 'NotFoundError');
      return new IDBIndex(token, index, own, this);
    }
    createIndex(given, path, options = {}) {
      const { data, own } = upgrading(this, 'createIndex');
      const name = String(given);
      if (data.indexes.has(name)) {
        throw new DOMException("Failed to execute 'createIndex' on 'IDBObjectStore': An index with the specified name already exists.", 'ConstraintError');
      }
      const kept = pathOf(path);
      if (Array.isArray(kept) && options?.multiEntry) {
        throw new DOMException("Failed to execute 'createIndex' on 'IDBObjectStore': The keyPath argument was an array and the multiEntry option is true.", 'InvalidAccessError');
      }
      const index = data.addIndex(name, kept ?? '', Boolean(options?.unique), Boolean(options?.multiEntry));
      own.undo.push(() => data.removeIndex(index));
      return new IDBIndex(token, index, own, this);
    }
    deleteIndex(given) {
      const { data, own } = upgrading(this, 'deleteIndex');
      const index = data.indexes.get(String(given));
      if (index === undefined) throw new DOMException("Failed to execute 'deleteIndex' on 'IDBObjectStore': The specified index was not found.", 'NotFoundError');
      data.removeIndex(index);
      own.undo.push(() => data.addIndex(index.name, index.path, index.unique, index.multi));
    }
  }
  define(IDBObjectStore, 'IDBObjectStore');

  function upgrading(store, method) {
    const found = held.get(store);
    if (found.own.mode !== 'versionchange') {
      throw new DOMException(`Failed to execute '${method}' on 'IDBObjectStore': The database is not running a version change transaction.`, 'InvalidStateError');
    }
    if (found.own.status !== 'active') throw new DOMException('The version change transaction has finished.', 'TransactionInactiveError');
    return found;
  }

  class IDBIndex extends Source {
    get objectStore() { return held.get(this).owner; }
    get unique() { return held.get(this).data.unique; }
    get multiEntry() { return held.get(this).data.multi; }
  }
  define(IDBIndex, 'IDBIndex');

  // --- cursors ---

  const cursors = new WeakMap();
  const DIRECTIONS = ['next', 'nextunique', 'prev', 'prevunique'];

  class IDBCursor {
    constructor(given, state) {
      need(given);
      cursors.set(this, state);
    }
    get source() { return cursors.get(this).source; }
    get direction() { return cursors.get(this).direction; }
    get request() { return cursors.get(this).request; }
    get key() { return cursors.get(this).key; }
    get primaryKey() { return cursors.get(this).primaryKey; }
    continue(given) {
      const state = ready(this, 'continue');
      const key = given === undefined ? null : keyOf(given);
      if (key !== null && compare(key, state.entry.key) * (state.backwards ? -1 : 1) <= 0) {
        throw wrong("Failed to execute 'continue' on 'IDBCursor': The parameter is not beyond this cursor's position.");
      }
      move(this, 1, key);
    }
    continuePrimaryKey(given, primary) {
      ready(this, 'continuePrimaryKey');
      move(this, 1, keyOf(given), keyOf(primary));
    }
    advance(given) {
      ready(this, 'advance');
      const count = Math.trunc(Number(given));
      if (!(count > 0)) throw new TypeError("Failed to execute 'advance' on 'IDBCursor': A count argument with value 0 (zero) was supplied, must be greater than 0.");
      move(this, count, null);
    }
    update(value) {
      const { store, entry, source } = ready(this, 'update');
      const { data, own } = held.get(store);
      const made = copy(value);
      if (data.path !== null) {
        const found = find(made, data.path);
        if (found === undefined || compare(keyOf(found), entry.primary) !== 0) {
          throw wrong("Failed to execute 'update' on 'IDBCursor': The effective object store of this cursor uses in-line keys and evaluating the key path of the value parameter results in a different value than the cursor's effective key.");
        }
      }
      return change(own, source, () => {
        const [kept, undo] = data.put(made, entry.primary, false);
        return [valueOf(kept), undo];
      });
    }
    delete() {
      const { store, entry, source } = ready(this, 'delete');
      const { data, own } = held.get(store);
      const key = entry.primary;
      return change(own, source, () => [undefined, data.delete({ lower: key, upper: key, lowerOpen: false, upperOpen: false })]);
    }
  }
  define(IDBCursor, 'IDBCursor');

  class IDBCursorWithValue extends IDBCursor {
    get value() { return cursors.get(this).value; }
  }
  define(IDBCursorWithValue, 'IDBCursorWithValue');

  function ready(cursor, method) {
    const state = cursors.get(cursor);
    if (state.entry === null || !requests.get(state.request).done) {
      throw new DOMException(`Failed to execute '${method}' on 'IDBCursor': The cursor is being iterated or has iterated past its end.`, 'InvalidStateError');
    }
    return state;
  }

  function openCursor(source, query, direction = 'next', Class) {
    if (!DIRECTIONS.includes(direction)) {
      throw new TypeError(`The provided value '${String(direction)}' is not a valid enum value of type IDBCursorDirection.`);
    }
    const { data, own, owner } = held.get(source);
    const range = rangeOf(query, true);
    const state = {
      source, store: owner ?? source, data, range, direction, entry: null, key: undefined, primaryKey: undefined, value: undefined,
      backwards: direction[0] === 'p', unique: direction.length > 4, request: null,
    };
    const cursor = new Class(token, state);
    state.request = ask(own, source, () => step(cursor, state, 1, null, null));
    return state.request;
  }

  function move(cursor, count, key, primary = null) {
    const state = cursors.get(cursor);
    const { request } = state;
    ask(held.get(state.source).own, state.source, () => step(cursor, state, count, key, primary), request);
    requests.get(request).done = false;
  }

  // Goes on by so many entries, or up to a key; the cursor itself, or null at the end.
  function step(cursor, state, count, key, primary) {
    for (let left = count; left > 0; left--) {
      state.entry = next(state, key, primary);
      if (state.entry === null) return null;
    }
    const { entry } = state;
    state.key = valueOf(entry.key);
    state.primaryKey = valueOf(entry.primary);
    state.value = cursor instanceof IDBCursorWithValue ? copy(recordOf(entry).value) : undefined;
    return cursor;
  }

  // The next entry behind the one where the cursor is, whatever has been added and removed since.
  function next({ data: { list }, data, range, entry, backwards, unique }, key, primary) {
    const sign = backwards ? -1 : 1;
    const isBehind = (other) => {
      if (!isWithin(range, other.key)) return false;
      if (key !== null) {
        const order = compare(other.key, key) * sign;
        if (order < 0 || (order === 0 && primary !== null && compare(other.primary, primary) * sign < 0)) return false;
      }
      if (entry === null) return true;
      const order = compare(other.key, entry.key) * sign;
      return order > 0 || (order === 0 && !unique && compare(other.primary, entry.primary) * sign > 0);
    };
    // Where to begin to look: nothing before it can be meant.
    const from = entry === null ? (backwards ? list.length : 0) : data.place(entry.key, null);
    if (!backwards) {
      for (let at = from; at < list.length; at++) if (isBehind(list[at])) return list[at];
      return null;
    }
    let at = entry === null ? list.length - 1 : Math.min(list.length - 1, data.place(entry.key, entry.primary));
    for (; at >= 0; at--) {
      if (!isBehind(list[at])) continue;
      // Of equal keys the first one is shown, also backwards.
      if (unique) while (at > 0 && compare(list[at - 1].key, list[at].key) === 0) at -= 1;
      return list[at];
    }
    return null;
  }

  const makeStore = (data, own) => new IDBObjectStore(token, data, own, null);
  return { makeStore, IDBObjectStore, IDBIndex, IDBCursor, IDBCursorWithValue };
};
