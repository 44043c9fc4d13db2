'use strict';
// Lists of nodes: fixed ones (`querySelectorAll`) and live ones (`children`).

const { Object, Reflect, WeakMap, Symbol, Number, Proxy, TypeError, lists, text } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const { b, wrapAll } = require('dom/core');
const { define } = require('dom/define');

const INDEX = /^(?:0|[1-9]\d*)$/;
const isIndex = (key) => typeof key === 'string' && texts.test(key, INDEX);

/** What `read` gives, until a node has changed: pages go through live lists item by item. */
function kept(read) {
  let items = null;
  let version = 0;
  return () => {
    if (items === null || b.version() !== version) {
      items = read();
      version = b.version();
    }
    return items;
  };
}

// Lists are array-like; the live ones ask for their items after each change.
function listClass(name, extra) {
  const itemsOf = new WeakMap();
  const Class = { [name]: class {
    constructor(items) {
      if (items === undefined) throw new TypeError('Illegal constructor');
      const read = typeof items === 'function' ? kept(items) : () => items;
      const list = typeof items === 'function' ? liveProxy(this, read) : this;
      itemsOf.set(this, read);
      itemsOf.set(list, read);
      if (list === this) lists.forEach(items, (item, at) => { this[at] = item; });
      return list;
    }
    get length() { return itemsOf.get(this)().length; }
    item(at) { return itemsOf.get(this)()[at >>> 0] ?? null; }
    [Symbol.iterator]() { return lists.iterate(itemsOf.get(this)()); }
  } }[name];
  Object.defineProperties(Class.prototype, Object.getOwnPropertyDescriptors(extra(itemsOf)));
  define(Class, name);
  return Class;
}

const names = (item) => [item.id, item.getAttribute?.('name')];

function liveProxy(target, read) {
  const named = (key) => {
    if (typeof key !== 'string' || key === '' || key in target || !target.namedItem) return undefined;
    return lists.find(read(), (item) => lists.includes(names(item), key));
  };
  return new Proxy(target, {
    get(on, key, receiver) {
      if (isIndex(key)) return read()[key];
      return named(key) ?? Reflect.get(on, key, receiver);
    },
    has: (on, key) => (isIndex(key) ? Number(key) < read().length : named(key) !== undefined || Reflect.has(on, key)),
    ownKeys: (on) => lists.joined(lists.map(read(), (_, at) => text(at)), Reflect.ownKeys(on)),
    getOwnPropertyDescriptor(on, key) {
      if (isIndex(key) && Number(key) < read().length) {
        return { __proto__: null, value: read()[key], writable: false, enumerable: true, configurable: true };
      }
      const own = Reflect.getOwnPropertyDescriptor(on, key);
      return own && Object.setPrototypeOf(own, null);
    },
    set: (on, key, value) => (isIndex(key) ? false : Reflect.set(on, key, value)),
  });
}

const NodeList = listClass('NodeList', (itemsOf) => ({
  forEach(callback, self) {
    lists.forEach(itemsOf.get(this)(), (item, at) => Reflect.apply(callback, self, [item, at, this]));
  },
  entries() { return lists.iterate(itemsOf.get(this)(), 'entries'); },
  keys() { return lists.iterate(itemsOf.get(this)(), 'keys'); },
  values() { return lists.iterate(itemsOf.get(this)()); },
}));

const HTMLCollection = listClass('HTMLCollection', (itemsOf) => ({
  namedItem(name) {
    return lists.find(itemsOf.get(this)(), (item) => name !== '' && lists.includes(names(item), text(name))) ?? null;
  },
}));

// Lists that a node has one of each.
const owned = new WeakMap();

/** The list of that name that a node has: `make` makes it at the first use. */
function own(on, name, make) {
  let all = owned.get(on);
  if (all === undefined) owned.set(on, all = { __proto__: null });
  return all[name] ??= make();
}

/** The children of a node, always as they are now. */
function liveChildren(id, elements) {
  return new (elements ? HTMLCollection : NodeList)(() => wrapAll(b.children(id, elements)));
}

/** A live collection of what `search` finds. */
const liveCollection = (search) => new HTMLCollection(() => wrapAll(search()));

/** The one of that name that a node has. */
const ownCollection = (on, name, search) => own(on, name, () => liveCollection(search));

module.exports = { NodeList, HTMLCollection, own, liveChildren, liveCollection, ownCollection, liveList: (search) => new NodeList(search), isIndex };
