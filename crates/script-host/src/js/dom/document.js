'use strict';
// The document.

const { Object, Reflect, WeakMap, each, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, wrap, wrapAll, text, domError, hooks } = core;
const { define, accessors } = require('dom/define');
const { Node, idOf, mix, parentMixin, HTML, STEP } = require('dom/node');
const { VALID_NAME } = require('dom/element');
const { liveCollection, liveList } = require('dom/collections');
const events = require('dom/events');
const walkers = require('dom/walkers');
const { COMMON, addHandlers } = require('dom/handlers');

const PLURAL = /s$/;
const OF_SERVER = /^https?:/i;
const OF_DATA = /^data:/i;

// The page's own, and not one that a parser has made.
const isShown = (document) => idOf(document) === 0;
// Main has them. Pages of no server have none, and those of no origin are told so.
function hasCookies(document, what) {
  if (!isShown(document) || hooks.window === null) return false;
  if (texts.test(b.url(), OF_DATA)) {
    throw domError('Failed to ' + what + " 'Document': Cookies are disabled inside 'data:' URLs.", 'SecurityError');
  }
  return texts.test(b.url(), OF_SERVER);
}
const ofThis = (document, find) => {
  const id = idOf(document);
  return liveCollection(() => find(id));
};

class Document extends Node {
  #fonts;
  #sheets = [];
  get documentElement() { return wrap(b.step(idOf(this), STEP.firstElement)); }
  get doctype() { return lists.find(wrapAll(b.children(idOf(this), false)), (one) => one.nodeType === 10) ?? null; }
  get head() { return wrap(b.query(idOf(this), 'html > head')); }
  get body() { return wrap(b.query(idOf(this), 'html > body')); }
  set body(value) {
    if (this.body !== null) this.body.replaceWith(value);
    else this.documentElement.appendChild(value);
  }
  get title() { return texts.squeeze(wrap(b.query(idOf(this), 'title'))?.textContent ?? ''); }
  set title(value) {
    let title = wrap(b.query(idOf(this), 'title'));
    if (title === null) {
      if (this.head === null) return;
      title = this.head.appendChild(this.createElement('title'));
    }
    title.textContent = value;
    if (isShown(this)) b.titleChanged(this.title);
  }
  get readyState() { return isShown(this) ? b.readyState() : 'complete'; }
  get currentScript() { return isShown(this) ? wrap(b.currentScript()) : null; }
  get activeElement() { return isShown(this) ? wrap(b.active()) ?? this.body : this.body; }
  get defaultView() { return isShown(this) ? globalThis : null; }
  get implementation() { return implementation; }
  get location() { return isShown(this) ? require('dom/address').location : null; }
  set location(url) { if (isShown(this)) require('dom/address').location.href = url; }
  get URL() { return b.url(); }
  get documentURI() { return b.url(); }
  get cookie() { return hasCookies(this, "read the 'cookie' property from") ? text(hooks.window('cookie') ?? '') : ''; }
  set cookie(given) {
    const cookie = text(given);
    if (hasCookies(this, "set the 'cookie' property on")) hooks.window('cookie', cookie);
  }

  getElementById(id) { return wrap(b.byId(idOf(this), text(id))); }
  getElementsByTagNameNS(space, name) { return ofThis(this, (id) => b.byTagIn(id, space === null ? '' : text(space), text(name))); }
  getElementsByTagName(name) { return ofThis(this, (id) => b.byTag(id, text(name))); }
  getElementsByClassName(names) { return ofThis(this, (id) => b.byClass(id, text(names))); }
  getElementsByName(name) { return liveList(() => wrapAll(b.byName(idOf(this), text(name)))); }

  createElement(given, options) {
    const tag = text(given);
    if (!texts.test(tag, VALID_NAME)) {
      throw domError("Failed to execute 'createElement' on 'Document': The tag name provided ('" + tag + "') is not a valid name.", 'InvalidCharacterError');
    }
    const name = texts.lower(tag);
    const is = isOf(options);
    if (is !== undefined) return made(this, name, is);
    return (isShown(this) ? core.custom?.create(name) : undefined) ?? wrap(core.create(1, name));
  }
  createElementNS(namespace, name, options) {
    const is = namespace === HTML ? isOf(options) : undefined;
    if (is !== undefined) return made(this, text(name), is);
    if (namespace === HTML && isShown(this) && core.custom !== null) return core.custom.create(text(name)) ?? wrap(core.create(1, text(name)));
    return wrap(core.create(1, text(name), namespace === null ? '' : text(namespace)));
  }
  createTextNode(data) { return wrap(core.create(3, text(data))); }
  createComment(data) { return wrap(core.create(8, text(data))); }
  createAttribute(name) { return new (require('dom/attributes').Attr)(null, texts.lower(text(name)), ''); }
  createCDATASection() { throw notThere('createCDATASection', 'an HTML document has none'); }
  createProcessingInstruction() { throw notThere('createProcessingInstruction', 'there are none here'); }
  evaluate(path, node, resolver, type) {
    return require('internal/xpath').expression(text(path), resolver, "'evaluate' on 'Document'").evaluate(node, type);
  }
  createExpression(path, resolver) { return require('internal/xpath').expression(text(path), resolver, "'createExpression' on 'Document'"); }
  createNSResolver(node) { return node; }
  createDocumentFragment() { return wrap(core.create(11, '')); }
  createEvent(name) {
    const wanted = texts.replace(texts.lower(text(name)), PLURAL, '');
    for (const known of each(lists.words('Event ' + events.names))) {
      const found = texts.lower(known) === wanted || (wanted === 'htmlevent' && known === 'Event');
      if (found) return new (events.interfaceOf(known))('');
    }
    throw domError("Failed to execute 'createEvent' on 'Document': The provided event type ('" + text(name) + "') is invalid.", 'NotSupportedError');
  }
  importNode(node, deep = false) {
    const copy = node.cloneNode(deep);
    if (core.custom !== null && isShown(this)) core.custom.upgradeIn(idOf(copy));
    return copy;
  }
  adoptNode(node) {
    const before = node.ownerDocument;
    node.parentNode?.removeChild(node);
    if (core.custom !== null && before !== this) core.custom.adopted(idOf(node), before, this);
    return node;
  }

  hasFocus() { return isShown(this); }
  execCommand() { return false; }
  getSelection() { return globalThis.getSelection(); }
  elementFromPoint() { return null; }
  elementsFromPoint() { return []; }
  getAnimations() { return []; }
  queryCommandSupported() { return false; }
  queryCommandEnabled() { return false; }
  queryCommandIndeterm() { return false; }
  queryCommandState() { return false; }
  queryCommandValue() { return ''; }
  // Nothing is laid out.
  caretRangeFromPoint() { return null; }
  caretPositionFromPoint() { return null; }
  exitPointerLock() {}
  async exitPictureInPicture() { throw domError("Failed to execute 'exitPictureInPicture' on 'Document': There is no Picture-in-Picture element in this document.", 'InvalidStateError'); }
  static parseHTMLUnsafe(html) { return documentWith('html', text(html), 'text/html'); }
  write(...parts) {
    if (!isShown(this) || !b.write(lists.join(lists.map(parts, text), ''))) {
      throw domError("Failed to execute 'write' on 'Document': writing after the document was parsed is not supported.", 'NotSupportedError');
    }
    core.changed();
  }
  writeln(...parts) { Reflect.apply(this.write, this, lists.added(parts, '\n')); }
  open() { throw domError("Failed to execute 'open' on 'Document': replacing the document is not supported.", 'NotSupportedError'); }
  close() {}
  get wasDiscarded() { return false; }
  createRange() { return new (require('internal/ranges').Range)(); }
  createNodeIterator(root, show, filter) { return walkers.make('NodeIterator', root, show, filter); }
  createTreeWalker(root, show, filter) { return walkers.make('TreeWalker', root, show, filter); }
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
}
mix(Document, parentMixin);

// The name of the class that an element is to have besides its own.
function isOf(options) {
  if (options === undefined || options === null) return undefined;
  const is = typeof options === 'object' || typeof options === 'function' ? options.is : options;
  return is === undefined ? undefined : text(is);
}

function made(document, tag, is) {
  const known = isShown(document) ? core.custom?.create(tag) ?? core.custom?.create(tag, is) : undefined;
  if (known !== undefined) return known;
  const id = core.create(1, tag);
  b.setIs(id, is);
  return wrap(id);
}

const notThere = (method, why) => domError("Failed to execute '" + method + "' on 'Document': " + why, 'NotSupportedError');
const collection = (selector) => (on) => ofThis(on, (id) => b.queryAll(id, selector));
accessors(Document.prototype, {
  forms: collection('form'), images: collection('img'), links: collection('a[href], area[href]'),
  scripts: collection('script'), embeds: collection('embed'), scrollingElement: (on) => on.documentElement,
  hidden: (on) => !isShown(on), visibilityState: (on) => (isShown(on) ? 'visible' : 'hidden'), compatMode: () => 'CSS1Compat',
  contentType: (on) => contentTypes.get(on) ?? 'text/html',
  characterSet: () => 'UTF-8', charset: () => 'UTF-8', inputEncoding: () => 'UTF-8', referrer: () => b.referrer(),
  domain: (on) => on.location?.hostname ?? '', lastModified: () => '', fullscreenElement: () => null,
  styleSheets: (on) => require('internal/css').sheetsOf(on), designMode: [() => 'off', () => {}],
  pictureInPictureEnabled: () => false, pictureInPictureElement: () => null, pointerLockElement: () => null, fullscreenEnabled: () => false,
  anchors: collection('a[name]'), plugins: collection('embed'), prerendering: () => false, timeline: () => ({ currentTime: performance.now() }),
  dir: [(on) => on.documentElement?.dir ?? '', (on, value) => { if (on.documentElement !== null) on.documentElement.dir = value; }],
});
addHandlers(Document.prototype, COMMON + ' onreadystatechange onvisibilitychange', idOf);
define(Document, 'Document');

class HTMLDocument extends Document {}
define(HTMLDocument, 'HTMLDocument');
core.classes.byType.set(9, HTMLDocument);

// What documents were made of that are no HTML.
const contentTypes = new WeakMap();

/** A document that nothing shows, with that markup in its root element. */
function documentWith(tag, markup, contentType) {
  const page = core.createDocument();
  if (contentType !== 'text/html') contentTypes.set(page, contentType);
  const root = page.createElement(tag);
  root.innerHTML = markup;
  page.appendChild(root);
  return page;
}

const implementation = {
  hasFeature: () => true,
  createDocument(namespace, name) {
    const page = core.createDocument();
    contentTypes.set(page, 'application/xml');
    const given = name === null || name === undefined ? '' : text(name);
    if (given !== '') page.appendChild(wrap(core.create(1, given, namespace === null ? '' : text(namespace))));
    return page;
  },
  createHTMLDocument(title) {
    const page = documentWith('html', '', 'text/html');
    if (title !== undefined) page.title = title;
    return page;
  },
};

module.exports = { Document, HTMLDocument, contentTypes, documentWith };
