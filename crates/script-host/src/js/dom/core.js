'use strict';
// Wrappers of nodes: one object per node and realm, kept while the node is in the document.

const { Map, WeakRef, Math, DOMException, TypeError, each, lists, text } = require('internal/intrinsics');
const b = binding('dom');

const NONE = -1;
// The step to the root of a tree.
const ROOT = 10;
const strong = new Map();
// Wrappers of detached nodes, found again as long as a script holds any node of their tree.
const weak = new Map();
// How many wrappers there may be before detached trees are looked at.
const SWEEP_AT = 8192;
let sweepAt = SWEEP_AT;

// The number that the next node object stands for; NONE while scripts may not construct nodes.
let pending = NONE;
// The classes of nodes. Some come with whatever needs them; all are there once `load` has run, for the first wrapper.
const classes = { element: null, byType: new Map(), keep: null, load: null, loaded: false };
/** The number of a node object; set by `node.js`. */
const nodes = { idOf: () => undefined };

const domError = (message, name) => new DOMException(message, name);

/** Takes the number for a node object under construction. */
function takePending() {
  const id = pending;
  if (id === NONE) throw new TypeError('Illegal constructor');
  pending = NONE;
  return id;
}

/** Whether a node object is being made for a node that is there. */
const isPending = () => pending !== NONE;

/** Lets a public constructor (`new Text()`) make its own node. */
function ensurePending(make) {
  if (pending === NONE) pending = make();
}

function register(id, wrapper) {
  strong.set(id, wrapper);
}

/** The wrapper of a node if this realm has one. */
function existing(id) {
  const found = strong.get(id);
  if (found !== undefined || weak.size === 0) return found;
  const kept = weak.get(id)?.deref();
  if (kept !== undefined) {
    weak.delete(id);
    strong.set(id, kept);
  }
  return kept;
}

/** The wrapper of a node; null for no node. */
function wrap(id) {
  if (id < 0) return null;
  const found = existing(id);
  if (found !== undefined) return found;
  if (!classes.loaded) classes.load();
  weak.delete(id);
  const type = b.adopt(id);
  const Class = type === 1 ? classes.element(b.name(id), b.namespace(id))
    : type === 11 && b.host(id) >= 0 ? require('dom/shadow').ShadowRoot : classes.byType.get(type);
  if (Class === undefined) return null;
  pending = id;
  let made;
  try {
    made = new Class();
  } finally {
    pending = NONE;
  }
  // Not before it is known: a new node that nobody knows would be freed.
  if (strong.size >= sweepAt) sweep();
  return made;
}

const wrapAll = (ids) => {
  const all = [];
  for (let i = 0; i < ids.length; i++) lists.push(all, wrap(ids[i]));
  return all;
};

/** Makes a node and its wrapper. */
function create(kind, name, namespace) {
  const id = b.create(kind, name, namespace);
  if (id < 0) throw tooMany();
  return id;
}

const tooMany = () => domError('The document has too many nodes, or too much text.', 'QuotaExceededError');

let isAlone = true;

/** Makes a document that nothing shows. */
function createDocument() {
  isAlone = false;
  return wrap(create(9, ''));
}

/** The document that a node belongs to: the page's, unless it is in another one. */
function documentOf(id) {
  const root = isAlone ? 0 : b.step(id, ROOT);
  return wrap(root > 0 && b.adopt(root) === 9 ? root : 0);
}

/**
 * Stops keeping wrappers of detached trees alive from here: the wrappers of one tree hold each other instead,
 * so that a tree's objects live as long as a script holds one of them.
 */
function sweep() {
  const gone = [];
  for (const { 0: id, 1: ref } of each(weak)) {
    if (ref.deref() === undefined) lists.push(gone, id);
  }
  for (const id of each(gone)) weak.delete(id);
  b.release(gone);
  for (const ids of each(b.detached())) {
    const group = [];
    for (const id of each(ids)) {
      const wrapper = strong.get(id);
      if (wrapper === undefined) continue;
      lists.push(group, wrapper);
      strong.delete(id);
      weak.set(id, new WeakRef(wrapper));
    }
    for (const wrapper of each(group)) classes.keep(wrapper, group);
  }
  sweepAt = Math.max(SWEEP_AT, strong.size * 2);
}

/** Keeps the wrappers of a tree that is inserted again. */
function pin(id) {
  if (weak.size === 0) return;
  for (const one of each(b.known(id))) existing(one);
}

const observers = { active: 0, note: null };

/** Inserts a node; throws what a browser throws. */
function insert(method, parent, child, reference, ids) {
  const { parentId, childId, referenceId } = ids;
  const added = observers.active ? (b.adopt(childId) === 11 ? b.children(childId, false) : [childId]) : null;
  const from = added ? b.step(childId, 0) : NONE;
  pin(childId);
  const code = b.insert(parentId, childId, referenceId);
  if (code !== 0) {
    const prefix = "Failed to execute '" + method + "' on 'Node': ";
    if (code === 1) throw domError(prefix + 'The new child element contains the parent.', 'HierarchyRequestError');
    if (code === 3) {
      throw domError(prefix + 'The node before which the new node is to be inserted is not a child of this node.', 'NotFoundError');
    }
    const only = parent.nodeType === 9 && child.nodeType === 1;
    throw domError(
      prefix + (only ? 'Only one element on document allowed.'
        : "Nodes of type '" + child.nodeName + "' may not be inserted inside nodes of type '" + parent.nodeName + "'."),
      'HierarchyRequestError');
  }
  if (added) {
    if (from >= 0) observers.note('childList', from, { removed: [childId] });
    observers.note('childList', parentId, { added });
  }
  changed();
}

let names = 0;

/** Lets the page's world know of ids that came up. */
function showNames() {
  const count = b.nameCount();
  if (count === names) return;
  names = count;
  b.showNames();
}

/** To be called after a change of the tree: runs scripts that became ready, shows new names, and tells who is to be told. */
function changed() {
  showNames();
  const waits = b.waits();
  if (waits === 0) return;
  if (waits & 6) told();
  if (b.waits() & 1) b.runScripts();
}

let slotsWait = false;

/** Tells the page's elements what became of them, and slots later that they show something else. */
function told() {
  const waits = b.waits();
  if (waits & 2) b.react();
  if (waits & 4 && !slotsWait) {
    slotsWait = true;
    require('internal/timers').queueMicrotask(() => {
      slotsWait = false;
      require('dom/shadow').fireSlots();
    });
  }
}

/** To be called before a script is run, or an event of the page's life is fired. */
function settle() {
  showNames();
  if (b.waits() & 6) told();
}

const OF_VALIDITY = /:(?:in)?valid|:(?:in|out-of)-range/;

/** The text of a selector for a search from a node: what it asks of controls, the tree is told before. */
function selectorFor(id, selector) {
  const wanted = text(selector);
  if (require('internal/texts').texts.test(wanted, OF_VALIDITY)) require('dom/validity').mark(b.step(id, ROOT));
  return wanted;
}

/** What the host of the page provides; see `setHooks` in `index.js`. */
const hooks = { clone: null, sendPorts: null, receivePorts: null, isPort: null, channel: null, theme: null, read: null, readSync: null, window: null, opener: null, frameName: null, worker: null };

/** Does something as a task of its own. */
const later = (work) => require('internal/timers').setTimeout(work, 0);

/** What there is of elements that the page defines, once it has defined any. */
const custom = null;

module.exports = {
  custom,
  b, NONE, text, domError, takePending, ensurePending, register, existing, wrap, wrapAll, create, createDocument, documentOf, tooMany, classes, nodes,
  insert, selectorFor, changed, told, settle, isPending, later, showNames, observers, hooks, sweep,
  report: (error) => b.report(error),
};
