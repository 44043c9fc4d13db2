'use strict';
// Node and the kinds of nodes that are no elements.

const { Object, TypeError, each, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, wrap, wrapAll, text, domError } = core;
const { EventTarget } = require('dom/target');
const { define, constants } = require('dom/define');
const { NodeList, liveChildren, own } = require('dom/collections');

const STEP = {
  parent: 0, first: 1, last: 2, previous: 3, next: 4,
  firstElement: 5, lastElement: 6, previousElement: 7, nextElement: 8, content: 9, root: 10,
};

const HTML = 'http://www.w3.org/1999/xhtml';
const NAMES = { __proto__: null, 3: '#text', 8: '#comment', 9: '#document', 11: '#document-fragment' };

let idOf;

const tagOf = (id) => {
  const prefix = b.prefix(id);
  const name = prefix === undefined ? b.name(id) : prefix + ':' + b.name(id);
  return b.namespace(id) === HTML ? texts.upper(name) : name;
};

function isData(id) {
  const type = b.adopt(id);
  return type === 3 || type === 8;
}

// Documents and their types have none.
function hasText(id) {
  const type = b.adopt(id);
  return type !== 9 && type !== 10;
}

class Node extends EventTarget {
  #id;
  // Keeps the wrappers of a detached tree together; see `sweep` in core.js.
  #group;
  #children;

  constructor() {
    super();
    this.#id = core.takePending();
    core.register(this.#id, this);
  }

  static {
    idOf = (node) => (typeof node === 'object' && node !== null && #id in node ? node.#id : undefined);
    core.classes.keep = (node, group) => { node.#group = group; };
  }

  get nodeType() { return b.adopt(this.#id); }
  // What a node is tells its number, and not its class: sanitizers take these from here, so that a page's markup cannot hide them.
  get nodeName() {
    const type = b.adopt(this.#id);
    return type === 1 ? tagOf(this.#id) : NAMES[type] ?? b.name(this.#id);
  }
  get nodeValue() { return isData(this.#id) ? b.text(this.#id) : null; }
  set nodeValue(value) { if (isData(this.#id)) setText(this.#id, value); }
  get baseURI() { return b.baseUrl(); }
  get isConnected() { return b.isConnected(this.#id); }
  get ownerDocument() { return b.adopt(this.#id) === 9 ? null : core.documentOf(this.#id); }
  get parentNode() { return wrap(b.step(this.#id, STEP.parent)); }
  get parentElement() {
    const parent = this.parentNode;
    return parent !== null && parent.nodeType === 1 ? parent : null;
  }
  get childNodes() { return (this.#children ??= liveChildren(this.#id, false)); }
  get firstChild() { return wrap(b.step(this.#id, STEP.first)); }
  get lastChild() { return wrap(b.step(this.#id, STEP.last)); }
  get previousSibling() { return wrap(b.step(this.#id, STEP.previous)); }
  get nextSibling() { return wrap(b.step(this.#id, STEP.next)); }
  get textContent() { return hasText(this.#id) ? b.text(this.#id) : null; }
  set textContent(value) { if (hasText(this.#id)) setText(this.#id, value); }

  getRootNode(options) {
    let root = b.step(this.#id, STEP.root);
    if (options?.composed) for (let host = b.host(root); host >= 0; host = b.host(root)) root = b.step(host, STEP.root);
    return wrap(root);
  }
  hasChildNodes() { return b.step(this.#id, STEP.first) >= 0; }

  contains(other) {
    const id = idOf(other);
    return id !== undefined && b.contains(this.#id, id);
  }

  appendChild(child) { return insert('appendChild', this, child, null); }
  insertBefore(child, reference) { return insert('insertBefore', this, child, reference ?? null); }

  removeChild(child) {
    const id = need(child, 'removeChild', 1);
    if (b.step(id, STEP.parent) !== this.#id) {
      throw domError("Failed to execute 'removeChild' on 'Node': The node to be removed is not a child of this node.", 'NotFoundError');
    }
    remove(id);
    return child;
  }

  replaceChild(child, old) {
    need(child, 'replaceChild', 1);
    const oldId = need(old, 'replaceChild', 2);
    if (b.step(oldId, STEP.parent) !== this.#id) {
      throw domError("Failed to execute 'replaceChild' on 'Node': The node to be replaced is not a child of this node.", 'NotFoundError');
    }
    if (child === old) return old;
    if (child.contains(this)) {
      throw domError("Failed to execute 'replaceChild' on 'Node': The new child element contains the parent.", 'HierarchyRequestError');
    }
    const next = old.nextSibling === child ? child.nextSibling : old.nextSibling;
    remove(oldId);
    insert('replaceChild', this, child, next);
    return old;
  }

  cloneNode(deep = false) {
    const id = b.clone(this.#id, !!deep);
    if (id < 0) throw this.nodeType === 9 ? domError('A document cannot be cloned.', 'NotSupportedError') : core.tooMany();
    if (core.custom !== null && !isInert(this.#id)) core.custom.upgradeIn(id);
    return wrap(id);
  }

  isSameNode(other) { return this === other; }
  isEqualNode(other) { return other !== null && this.nodeType === other?.nodeType && b.outer(this.#id) === b.outer(idOf(other)); }

  compareDocumentPosition(other) {
    const id = need(other, 'compareDocumentPosition', 1);
    if (id === this.#id) return 0;
    if (b.contains(this.#id, id)) return 20;
    if (b.contains(id, this.#id)) return 10;
    return [33, 4, 2][b.order(this.#id, id)];
  }

  normalize() {
    for (const child of each(wrapAll(b.children(this.#id, false)))) {
      if (child.nodeType !== 3) { child.normalize(); continue; }
      const before = child.previousSibling;
      if (child.data === '') child.remove();
      else if (before !== null && before.nodeType === 3) {
        before.data += child.data;
        child.remove();
      }
    }
  }
}
core.nodes.idOf = idOf;
define(Node, 'Node');
constants(Node, {
  ELEMENT_NODE: 1, ATTRIBUTE_NODE: 2, TEXT_NODE: 3, COMMENT_NODE: 8, DOCUMENT_NODE: 9, DOCUMENT_TYPE_NODE: 10,
  DOCUMENT_FRAGMENT_NODE: 11, DOCUMENT_POSITION_DISCONNECTED: 1, DOCUMENT_POSITION_PRECEDING: 2,
  DOCUMENT_POSITION_FOLLOWING: 4, DOCUMENT_POSITION_CONTAINS: 8, DOCUMENT_POSITION_CONTAINED_BY: 16,
});

// In the content of a template, whose elements are nobody's yet, or in another document.
function isInert(id) {
  const root = b.step(id, STEP.root);
  return root > 0 && (b.adopt(root) === 9 || (b.adopt(root) === 11 && b.host(root) < 0));
}

function need(node, method, at) {
  const id = idOf(node);
  if (id === undefined) {
    throw new TypeError("Failed to execute '" + method + "' on 'Node': parameter " + at + " is not of type 'Node'.");
  }
  return id;
}

function insert(method, parent, child, reference) {
  const childId = need(child, method, 1);
  const referenceId = reference === null ? -1 : need(reference, method, 2);
  core.insert(method, parent, child, reference, { parentId: idOf(parent), childId, referenceId });
  return child;
}

function remove(id) {
  if (core.observers.active) {
    const parent = b.step(id, STEP.parent);
    if (parent >= 0) core.observers.note('childList', parent, { removed: [id] });
  }
  if (b.remove(id)) core.told();
}

function setText(id, value) {
  const data = value === null || value === undefined ? '' : text(value);
  if (core.observers.active) {
    const removed = b.children(id, false);
    const old = b.text(id);
    writeText(id, data);
    if (b.adopt(id) === 3 || b.adopt(id) === 8) core.observers.note('characterData', id, { old });
    else core.observers.note('childList', id, { removed, added: b.children(id, false) });
  } else {
    writeText(id, data);
  }
  core.changed();
}

function writeText(id, data) {
  if (b.setText(id, data) < 0) throw core.tooMany();
}

/** Nodes and strings as one node to insert. */
function gather(items) {
  if (items.length === 1) return toNode(items[0]);
  const fragment = wrap(core.create(11, ''));
  for (const item of each(items)) fragment.appendChild(toNode(item));
  return fragment;
}

const toNode = (item) => (idOf(item) === undefined ? wrap(core.create(3, text(item))) : item);

// What elements, documents and fragments share.
const parentMixin = {
  get children() { return own(this, 'children', () => liveChildren(idOf(this), true)); },
  get firstElementChild() { return wrap(b.step(idOf(this), STEP.firstElement)); },
  get lastElementChild() { return wrap(b.step(idOf(this), STEP.lastElement)); },
  get childElementCount() { return b.children(idOf(this), true).length; },
  append(...items) { insert('append', this, gather(items), null); },
  prepend(...items) { insert('prepend', this, gather(items), this.firstChild); },
  replaceChildren(...items) {
    const node = gather(items);
    for (const id of each(b.children(idOf(this), false))) remove(id);
    insert('replaceChildren', this, node, null);
  },
  querySelector(selector) {
    const id = b.query(idOf(this), core.selectorFor(idOf(this), selector));
    if (id === -2) throw badSelector('querySelector', this, selector);
    return wrap(id);
  },
  querySelectorAll(selector) {
    const ids = b.queryAll(idOf(this), core.selectorFor(idOf(this), selector));
    if (ids === undefined) throw badSelector('querySelectorAll', this, selector);
    return new NodeList(wrapAll(ids));
  },
};

function badSelector(method, on, selector) {
  const name = { 9: 'Document', 11: 'DocumentFragment' }[on.nodeType] ?? 'Element';
  return domError(selector === ''
    ? "Failed to execute '" + method + "' on '" + name + "': The provided selector is empty."
    : "Failed to execute '" + method + "' on '" + name + "': '" + text(selector) + "' is not a valid selector.", 'SyntaxError');
}

// What elements, text and comments share.
const childMixin = {
  remove() { remove(idOf(this)); },
  before(...items) {
    if (this.parentNode === null) return;
    let previous = this.previousSibling;
    while (previous !== null && lists.includes(items, previous)) previous = previous.previousSibling;
    const node = gather(items);
    const parent = this.parentNode;
    insert('before', parent, node, previous === null ? parent.firstChild : previous.nextSibling);
  },
  after(...items) {
    const parent = this.parentNode;
    if (parent === null) return;
    let next = this.nextSibling;
    while (next !== null && lists.includes(items, next)) next = next.nextSibling;
    insert('after', parent, gather(items), next);
  },
  replaceWith(...items) {
    const parent = this.parentNode;
    if (parent === null) return;
    let next = this.nextSibling;
    while (next !== null && lists.includes(items, next)) next = next.nextSibling;
    const node = gather(items);
    if (this.parentNode === parent) remove(idOf(this));
    insert('replaceWith', parent, node, next);
  },
};

function mix(Class, ...sources) {
  for (const source of each(sources)) Object.defineProperties(Class.prototype, Object.getOwnPropertyDescriptors(source));
}

class CharacterData extends Node {
  get data() { return b.text(idOf(this)); }
  set data(value) { setText(idOf(this), value); }
  get length() { return this.data.length; }
  get previousElementSibling() { return wrap(b.step(idOf(this), STEP.previousElement)); }
  get nextElementSibling() { return wrap(b.step(idOf(this), STEP.nextElement)); }
  appendData(more) { this.data += text(more); }
  substringData(from, count) { return texts.slice(this.data, from, from + count); }
  insertData(at, more) { this.replaceData(at, 0, more); }
  deleteData(at, count) { this.replaceData(at, count, ''); }
  replaceData(at, count, more) {
    const { data } = this;
    if (at > data.length) {
      throw domError('The offset ' + text(at) + " is greater than the node's length (" + data.length + ').', 'IndexSizeError');
    }
    this.data = texts.slice(data, 0, at) + text(more) + texts.slice(data, at + count);
  }
}
mix(CharacterData, childMixin);

class Text extends CharacterData {
  constructor(data = '') {
    core.ensurePending(() => { const id = core.create(3, text(data)); b.adopt(id); return id; });
    super();
  }
  get wholeText() { return this.data; }
  splitText(at) {
    const rest = new Text(texts.slice(this.data, at));
    this.data = texts.slice(this.data, 0, at);
    if (this.parentNode !== null) this.parentNode.insertBefore(rest, this.nextSibling);
    return rest;
  }
}

class Comment extends CharacterData {
  constructor(data = '') {
    core.ensurePending(() => { const id = core.create(8, text(data)); b.adopt(id); return id; });
    super();
  }
}

class DocumentType extends Node {
  get name() { return b.name(idOf(this)); }
  get publicId() { return ''; }
  get systemId() { return ''; }
}
mix(DocumentType, childMixin);

class DocumentFragment extends Node {
  constructor() {
    core.ensurePending(() => { const id = core.create(11, ''); b.adopt(id); return id; });
    super();
  }
  getElementById(id) { return wrap(b.byId(idOf(this), text(id))); }
}
mix(DocumentFragment, parentMixin);

for (const Class of each([CharacterData, Text, Comment, DocumentType, DocumentFragment])) define(Class, Class.name);
core.classes.byType.set(3, Text).set(8, Comment).set(10, DocumentType).set(11, DocumentFragment);
Object.assign(module.exports, {
  Node, CharacterData, Text, Comment, DocumentType, DocumentFragment, STEP,
  idOf, insert, remove, setText, gather, mix, parentMixin, childMixin, badSelector, tagOf, HTML,
});
