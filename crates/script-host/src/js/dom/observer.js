'use strict';
// MutationObserver. It sees what this realm's scripts change.

const { Reflect, Map, Set, WeakMap, TypeError, each, lists } = require('internal/intrinsics');
const core = require('dom/core');
const { b, wrap, wrapAll } = core;
const { define } = require('dom/define');
const { idOf } = require('dom/node');
const { NodeList } = require('dom/collections');

const active = new Set();
let scheduled = false;

class MutationRecord {
  constructor(type, target, detail) {
    this.type = type;
    this.target = target;
    this.addedNodes = new NodeList(wrapAll(detail.added ?? []));
    this.removedNodes = new NodeList(wrapAll(detail.removed ?? []));
    this.previousSibling = null;
    this.nextSibling = null;
    this.attributeName = detail.attribute ?? null;
    this.attributeNamespace = null;
    this.oldValue = detail.oldValue ?? null;
  }
}
define(MutationRecord, 'MutationRecord');

core.observers.note = (type, id, detail) => {
  for (const observer of each(active)) notes.get(observer)(type, id, detail);
};

function deliver() {
  scheduled = false;
  for (const observer of each(lists.from(active))) {
    const records = observer.takeRecords();
    if (records.length === 0) continue;
    try {
      Reflect.apply(callbacks.get(observer), observer, [records, observer]);
    } catch (error) {
      core.report(error);
    }
  }
}

const callbacks = new WeakMap();
const notes = new WeakMap();

class MutationObserver {
  #targets = new Map();
  #records = [];

  constructor(callback) {
    if (typeof callback !== 'function') {
      throw new TypeError("Failed to construct 'MutationObserver': parameter 1 is not of type 'Function'.");
    }
    callbacks.set(this, callback);
    notes.set(this, (type, id, detail) => this.#note(type, id, detail));
  }

  observe(target, options = {}) {
    const id = idOf(target);
    if (id === undefined) {
      throw new TypeError("Failed to execute 'observe' on 'MutationObserver': parameter 1 is not of type 'Node'.");
    }
    const { childList, subtree, attributeFilter, attributeOldValue, characterDataOldValue } = options;
    const attributes = options.attributes ?? (attributeFilter !== undefined || attributeOldValue !== undefined);
    const characterData = options.characterData ?? characterDataOldValue !== undefined;
    if (!childList && !attributes && !characterData) {
      throw new TypeError("Failed to execute 'observe' on 'MutationObserver': The options object must set at least one of 'attributes', 'characterData', or 'childList' to true.");
    }
    this.#targets.set(id, {
      target, childList: !!childList, subtree: !!subtree, attributes, characterData,
      filter: attributeFilter && new Set(lists.gather(attributeFilter)), attributeOldValue, characterDataOldValue,
    });
    active.add(this);
    core.observers.active = active.size;
  }

  #note(type, id, detail) {
    for (const { 0: root, 1: wanted } of each(this.#targets)) {
      if (!wanted[type] || !(root === id || (wanted.subtree && b.contains(root, id)))) continue;
      if (type === 'attributes' && wanted.filter && !wanted.filter.has(detail.attribute)) continue;
      const oldValue = (type === 'attributes' && wanted.attributeOldValue) || (type === 'characterData' && wanted.characterDataOldValue)
        ? detail.old : null;
      lists.push(this.#records, new MutationRecord(type, wrap(id), { ...detail, oldValue }));
      if (!scheduled) {
        scheduled = true;
        require('internal/timers').queueMicrotask(deliver);
      }
      return;
    }
  }

  disconnect() {
    this.#targets.clear();
    this.#records = [];
    active.delete(this);
    core.observers.active = active.size;
  }

  takeRecords() {
    const records = this.#records;
    this.#records = [];
    return records;
  }
}
define(MutationObserver, 'MutationObserver');

module.exports = { MutationObserver, MutationRecord };
