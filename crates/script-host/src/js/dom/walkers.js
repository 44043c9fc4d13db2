'use strict';
// TreeWalker and NodeIterator: the nodes below a root in document order, of the kinds that are asked for.

const { TypeError, lists } = require('internal/intrinsics');
const { define } = require('dom/define');
const { idOf } = require('dom/node');

const ACCEPT = 1;
const REJECT = 2;
const SKIP = 3;
const MAKE = {};

const NodeFilter = {
  FILTER_ACCEPT: ACCEPT, FILTER_REJECT: REJECT, FILTER_SKIP: SKIP, SHOW_ALL: 0xffffffff, SHOW_ELEMENT: 1, SHOW_ATTRIBUTE: 2, SHOW_TEXT: 4,
  SHOW_CDATA_SECTION: 8, SHOW_PROCESSING_INSTRUCTION: 64, SHOW_COMMENT: 128, SHOW_DOCUMENT: 256, SHOW_DOCUMENT_TYPE: 512,
  SHOW_DOCUMENT_FRAGMENT: 1024,
};

let verdict;

class Walk {
  #root;
  #show;
  #filter;
  constructor(key, root, show, filter) {
    if (key !== MAKE) throw new TypeError('Illegal constructor');
    this.#root = root;
    this.#show = show;
    this.#filter = filter;
  }
  get root() { return this.#root; }
  get whatToShow() { return this.#show; }
  get filter() { return this.#filter; }
  static {
    verdict = (walk, node) => {
      if (((1 << (node.nodeType - 1)) & walk.#show) === 0) return SKIP;
      if (walk.#filter === null) return ACCEPT;
      return typeof walk.#filter === 'function' ? walk.#filter(node) : walk.#filter.acceptNode(node);
    };
  }
}

class TreeWalker extends Walk {
  #current;
  constructor(key, root, show, filter) {
    super(key, root, show, filter);
    this.#current = root;
  }
  get currentNode() { return this.#current; }
  set currentNode(node) {
    if (idOf(node) === undefined) throw new TypeError("Failed to set the 'currentNode' property on 'TreeWalker': Failed to convert value to 'Node'.");
    this.#current = node;
  }
  #to(node) {
    if (node !== null) this.#current = node;
    return node;
  }

  nextNode() {
    // What is rejected is left out with all that is in it.
    for (let node = follow(this.#current, this.root); node !== null;) {
      const found = verdict(this, node);
      if (found === ACCEPT) return this.#to(node);
      node = found === REJECT ? followOutside(node, this.root) : follow(node, this.root);
    }
    return null;
  }
  previousNode() {
    let node = this.#current;
    while (node !== this.root) {
      let sibling = node.previousSibling;
      while (sibling !== null) {
        node = sibling;
        let found = verdict(this, node);
        while (found !== REJECT && node.lastChild !== null) {
          node = node.lastChild;
          found = verdict(this, node);
        }
        if (found === ACCEPT) return this.#to(node);
        sibling = node.previousSibling;
      }
      if (node === this.root || node.parentNode === null) return null;
      node = node.parentNode;
      if (verdict(this, node) === ACCEPT) return this.#to(node);
    }
    return null;
  }
  parentNode() {
    for (let node = this.#current; node !== null && node !== this.root;) {
      node = node.parentNode;
      if (node !== null && verdict(this, node) === ACCEPT) return this.#to(node);
    }
    return null;
  }
  firstChild() { return this.#child('firstChild', 'nextSibling'); }
  lastChild() { return this.#child('lastChild', 'previousSibling'); }
  nextSibling() { return this.#sibling('nextSibling', 'firstChild'); }
  previousSibling() { return this.#sibling('previousSibling', 'lastChild'); }

  #child(first, next) {
    for (let node = this.#current[first]; node !== null;) {
      const found = verdict(this, node);
      if (found === ACCEPT) return this.#to(node);
      if (found === SKIP && node[first] !== null) {
        node = node[first];
        continue;
      }
      while (node !== null && node[next] === null) {
        node = node.parentNode;
        if (node === null || node === this.root || node === this.#current) return null;
      }
      node = node[next];
    }
    return null;
  }
  #sibling(next, first) {
    let node = this.#current;
    while (node !== this.root) {
      for (let sibling = node[next]; sibling !== null;) {
        node = sibling;
        const found = verdict(this, node);
        if (found === ACCEPT) return this.#to(node);
        sibling = found === REJECT || node[first] === null ? node[next] : node[first];
      }
      node = node.parentNode;
      if (node === null || node === this.root || verdict(this, node) === ACCEPT) return null;
    }
    return null;
  }
}
define(TreeWalker, 'TreeWalker');

class NodeIterator extends Walk {
  // The nodes that it has passed: when the last one is taken out of the tree, it goes on behind the one before.
  #passed = [];
  #before = true;
  get referenceNode() { return this.#last() ?? this.root; }
  get pointerBeforeReferenceNode() { return this.#before; }
  #last() {
    while (this.#passed.length > 0) {
      const node = this.#passed[this.#passed.length - 1];
      if (this.root.contains(node)) return node;
      this.#passed.length -= 1;
    }
    return undefined;
  }
  nextNode() {
    const last = this.#last();
    let node = last === undefined ? this.root : this.#before ? last : follow(last, this.root);
    for (; node !== null; node = follow(node, this.root)) {
      if (node !== this.#last()) lists.push(this.#passed, node);
      this.#before = false;
      if (verdict(this, node) === ACCEPT) return node;
    }
    return null;
  }
  previousNode() {
    for (let node = this.#last(); node !== undefined; node = this.#last()) {
      if (this.#before) {
        if (this.#passed.length === 1) return null;
        this.#passed.length -= 1;
        node = this.#last();
        if (node === undefined) return null;
      }
      this.#before = true;
      if (verdict(this, node) === ACCEPT) return node;
    }
    return null;
  }
  detach() {}
}
define(NodeIterator, 'NodeIterator');

function follow(node, root) {
  return node.firstChild ?? followOutside(node, root);
}

function followOutside(node, root) {
  for (let at = node; at !== null && at !== root; at = at.parentNode) {
    if (at.nextSibling !== null) return at.nextSibling;
  }
  return null;
}

function make(name, root, show = 0xffffffff, filter = null) {
  if (idOf(root) === undefined) throw new TypeError("Failed to execute 'create" + name + "' on 'Document': parameter 1 is not of type 'Node'.");
  return new (name === 'TreeWalker' ? TreeWalker : NodeIterator)(MAKE, root, show >>> 0, filter);
}

module.exports = { TreeWalker, NodeIterator, NodeFilter, make };
