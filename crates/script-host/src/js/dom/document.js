'use strict';
// The document.

const { Object, Reflect, each, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, wrap, wrapAll, text, domError } = core;
const { define, accessors } = require('dom/define');
const { Node, idOf, mix, parentMixin } = require('dom/node');
const { VALID_NAME } = require('dom/element');
const { liveCollection, liveList } = require('dom/collections');
const events = require('dom/events');
const { COMMON, addHandlers } = require('dom/handlers');

const PLURAL = /s$/;

class Document extends Node {
  #fonts;
  #sheets = [];
  get nodeName() { return '#document'; }
  get ownerDocument() { return null; }
  get textContent() { return null; }
  set textContent(_value) {}
  get documentElement() { return wrap(b.step(0, 5)); }
  get doctype() { return lists.find(wrapAll(b.children(0, false)), (one) => one.nodeType === 10) ?? null; }
  get head() { return wrap(b.query(0, 'html > head')); }
  get body() { return wrap(b.query(0, 'html > body')); }
  set body(value) {
    if (this.body !== null) this.body.replaceWith(value);
    else this.documentElement.appendChild(value);
  }
  get title() { return texts.squeeze(wrap(b.query(0, 'title'))?.textContent ?? ''); }
  set title(value) {
    let title = wrap(b.query(0, 'title'));
    if (title === null) {
      if (this.head === null) return;
      title = this.head.appendChild(this.createElement('title'));
    }
    title.textContent = value;
    b.titleChanged(this.title);
  }
  get readyState() { return b.readyState(); }
  get currentScript() { return wrap(b.currentScript()); }
  get activeElement() { return wrap(b.active()) ?? this.body; }
  get defaultView() { return globalThis; }
  get implementation() { return implementation; }
  get location() { return require('dom/address').location; }
  set location(url) { require('dom/address').location.href = url; }
  get URL() { return b.url(); }
  get documentURI() { return b.url(); }
  get cookie() { return ''; }
  set cookie(_value) {}

  getElementById(id) { return wrap(b.byId(0, text(id))); }
  getElementsByTagName(name) { return liveCollection(() => b.byTag(0, text(name))); }
  getElementsByClassName(names) { return liveCollection(() => b.byClass(0, text(names))); }
  getElementsByName(name) { return liveList(() => wrapAll(b.byName(text(name)))); }

  createElement(name) {
    const tag = text(name);
    if (!texts.test(tag, VALID_NAME)) {
      throw domError("Failed to execute 'createElement' on 'Document': The tag name provided ('" + tag + "') is not a valid name.", 'InvalidCharacterError');
    }
    return wrap(core.create(1, texts.lower(tag)));
  }
  createElementNS(namespace, name) { return wrap(core.create(1, text(name), namespace === null ? '' : text(namespace))); }
  createTextNode(data) { return wrap(core.create(3, text(data))); }
  createComment(data) { return wrap(core.create(8, text(data))); }
  createDocumentFragment() { return wrap(core.create(11, '')); }
  createEvent(name) {
    const wanted = texts.replace(texts.lower(text(name)), PLURAL, '');
    for (const known of each(lists.joined(['Event'], events.names))) {
      const found = texts.lower(known) === wanted || (wanted === 'htmlevent' && known === 'Event');
      if (found) return new (events.interfaceOf(known))('');
    }
    throw domError("Failed to execute 'createEvent' on 'Document': The provided event type ('" + text(name) + "') is invalid.", 'NotSupportedError');
  }
  importNode(node, deep = false) { return node.cloneNode(deep); }
  adoptNode(node) {
    node.parentNode?.removeChild(node);
    return node;
  }

  hasFocus() { return true; }
  execCommand() { return false; }
  getSelection() { return globalThis.getSelection(); }
  elementFromPoint() { return null; }
  write(...parts) {
    if (!b.write(lists.join(lists.map(parts, text), ''))) {
      throw domError("Failed to execute 'write' on 'Document': writing after the document was parsed is not supported.", 'NotSupportedError');
    }
    core.changed();
  }
  writeln(...parts) { Reflect.apply(this.write, this, lists.added(parts, '\n')); }
  open() { throw domError("Failed to execute 'open' on 'Document': replacing the document is not supported.", 'NotSupportedError'); }
  close() {}
  createRange() { return new (require('internal/ranges').Range)(); }
  createNodeIterator(root, show = 0xffffffff, filter = null) {
    const walker = new TreeWalker(root, show, filter);
    let begun = false;
    return {
      root, whatToShow: show, filter, detach() {},
      nextNode() {
        if (begun) return walker.nextNode();
        begun = true;
        return walker.accepts(root) ? root : walker.nextNode();
      },
    };
  }
  async exitFullscreen() { throw new TypeError('Document not active'); }
  // Nothing is shown: what changes the document is called, and the transition is over.
  startViewTransition(given) {
    const update = typeof given === 'function' ? given : given?.update;
    const done = (async () => { await update?.(); })();
    return { updateCallbackDone: done, ready: done, finished: done, skipTransition() {} };
  }
  get fonts() {
    return (this.#fonts ??= Object.assign(new (require('dom/target').EventTarget)(), {
      status: 'loaded', size: 0, ready: this.#ready(), check: () => true, load: async () => [], add() { return this; },
      delete: () => false, clear() {}, has: () => false,
    }));
  }
  async #ready() {
    await undefined;
    return this.#fonts;
  }
  get adoptedStyleSheets() { return this.#sheets; }
  set adoptedStyleSheets(given) { this.#sheets = lists.gather(given); }

  createTreeWalker(root, show = 0xffffffff, filter = null) { return new TreeWalker(root, show, filter); }
}
mix(Document, parentMixin);

const collection = (selector) => () => liveCollection(() => b.queryAll(0, selector));
accessors(Document.prototype, {
  forms: collection('form'), images: collection('img'), links: collection('a[href], area[href]'),
  scripts: collection('script'), embeds: collection('embed'), scrollingElement: (on) => on.documentElement,
  hidden: () => false, visibilityState: () => 'visible', compatMode: () => 'CSS1Compat', contentType: () => 'text/html',
  characterSet: () => 'UTF-8', charset: () => 'UTF-8', inputEncoding: () => 'UTF-8', referrer: () => '',
  domain: (on) => on.location.hostname, lastModified: () => '', fullscreenElement: () => null,
  styleSheets: () => [], designMode: [() => 'off', () => {}],
});
addHandlers(Document.prototype, lists.joined(COMMON, ['readystatechange', 'visibilitychange']), idOf);
define(Document, 'Document');

class HTMLDocument extends Document {}
define(HTMLDocument, 'HTMLDocument');
core.classes.byType.set(9, HTMLDocument);

const implementation = {
  hasFeature: () => true,
};

/** Walks elements or text below a root in document order. */
class TreeWalker {
  constructor(root, show, filter) {
    this.root = root;
    this.whatToShow = show;
    this.filter = filter;
    this.currentNode = root;
  }
  accepts(node) {
    if (((1 << (node.nodeType - 1)) & this.whatToShow) === 0) return false;
    const { filter } = this;
    if (filter === null) return true;
    return (typeof filter === 'function' ? filter(node) : filter.acceptNode(node)) === 1;
  }
  nextNode() {
    for (let node = follow(this.currentNode, this.root); node !== null; node = follow(node, this.root)) {
      if (this.accepts(node)) return (this.currentNode = node);
    }
    return null;
  }
}
define(TreeWalker, 'TreeWalker');

function follow(node, root) {
  if (node.firstChild !== null) return node.firstChild;
  for (let at = node; at !== null && at !== root; at = at.parentNode) {
    if (at.nextSibling !== null) return at.nextSibling;
  }
  return null;
}

const NodeFilter = {
  FILTER_ACCEPT: 1, FILTER_REJECT: 2, FILTER_SKIP: 3, SHOW_ALL: 0xffffffff, SHOW_ELEMENT: 1, SHOW_TEXT: 4, SHOW_COMMENT: 128,
};

module.exports = { Document, HTMLDocument, TreeWalker, NodeFilter };
