'use strict';
// HTML elements, except those of forms.

const { Object, Reflect, Map, Set, WeakMap, DOMException, Number, Symbol, TypeError, each, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, wrap, wrapAll, text } = core;
const { define, accessors } = require('dom/define');
const { Element, HTML, reflect, reflectFlag, reflectNumber, reflectUrl } = require('dom/element');
const { idOf, STEP } = require('dom/node');
const { DOMStringMap, CSSStyleDeclaration, DOMTokenList, setAttr, removeAttr } = require('dom/attributes');
const { COMMON, addHandlers, forwardHandlers } = require('dom/handlers');
const { fire, fireUntrusted } = require('dom/target');
const { ownCollection } = require('dom/collections');

const LINE_BREAK = /\r\n?|\n/g;

// What elements have besides, by themselves: one that a page has a class for is made one of it later, when its fields are there.
const volumes = new WeakMap();
const tracks = new WeakMap();
const returnValues = new WeakMap();

class HTMLElement extends Element {
  #dataset;
  #style;

  constructor() {
    // A class of the page's own: an element that is there gets it, or one is made for it.
    if (core.custom !== null && !core.isPending()) {
      const upgraded = core.custom.construct(new.target);
      if (upgraded !== undefined) return upgraded;
    }
    super();
  }

  get dataset() { return (this.#dataset ??= new DOMStringMap(idOf(this))); }
  get style() {
    const id = idOf(this);
    return (this.#style ??= new CSSStyleDeclaration(
      () => b.attr(id, 'style') ?? '',
      (css) => (css === '' ? removeAttr(id, 'style') : setAttr(id, 'style', css))));
  }
  set style(css) { this.style.cssText = css; }

  get innerText() { return renderedText(this); }
  set innerText(value) {
    const lines = texts.split(texts.replace(value === null ? '' : text(value), LINE_BREAK, '\n'), '\n');
    const parts = [];
    lists.forEach(lines, (line, at) => {
      if (at > 0) lists.push(parts, wrap(core.create(1, 'br')));
      if (line !== '') lists.push(parts, line);
    });
    Reflect.apply(this.replaceChildren, this, parts);
  }
  get outerText() { return this.innerText; }

  click() {
    if (b.isDisabled(idOf(this)) && this.form !== undefined) return;
    fireUntrusted(this, 'PointerEvent', 'click', {
      bubbles: true, cancelable: true, composed: true, detail: 1, view: globalThis, pointerId: -1,
    });
  }

  focus() {
    const id = idOf(this);
    if (!this.isConnected || b.active() === id || b.isDisabled(id)) return;
    const previous = wrap(b.active());
    if (previous !== null) leave(previous, this);
    b.setActive(id);
    fire(this, 'FocusEvent', 'focus', { composed: true, relatedTarget: previous });
    fire(this, 'FocusEvent', 'focusin', { bubbles: true, composed: true, relatedTarget: previous });
  }
  blur() {
    if (b.active() === idOf(this)) leave(this, null);
  }

  attachInternals() { return require('dom/internals').attach(this); }
  get contentEditable() { return b.attr(idOf(this), 'contenteditable') ?? 'inherit'; }
  set contentEditable(value) { setAttr(idOf(this), 'contenteditable', text(value)); }
  get isContentEditable() { return this.closest('[contenteditable]:not([contenteditable=false])') !== null; }
  get draggable() { return b.attr(idOf(this), 'draggable') === 'true'; }
  set draggable(value) { setAttr(idOf(this), 'draggable', value ? 'true' : 'false'); }
  get offsetParent() { return null; }
  get popover() { return b.attr(idOf(this), 'popover') ?? null; }
  set popover(value) { if (value === null) removeAttr(idOf(this), 'popover'); else setAttr(idOf(this), 'popover', text(value)); }
  showPopover() { this.#toggle('showPopover', true); }
  hidePopover() { this.#toggle('hidePopover', false); }
  togglePopover(force = !this.#shown) {
    if (!!force !== this.#shown) this.#toggle('togglePopover', !!force);
    return this.#shown;
  }
  #shown = false;
  // What is shown so is only known here.
  #toggle(method, on) {
    if (this.popover === null) {
      throw new DOMException("Failed to execute '" + method + "' on 'HTMLElement': Not supported on elements that do not have a valid value for the 'popover' attribute.", 'NotSupportedError');
    }
    if (on === this.#shown) return;
    this.#shown = on;
    fire(this, 'Event', 'toggle', {});
  }
}

function leave(element, next) {
  b.setActive(-1);
  fire(element, 'FocusEvent', 'blur', { composed: true, relatedTarget: next });
  fire(element, 'FocusEvent', 'focusout', { bubbles: true, composed: true, relatedTarget: next });
}

const UNSEEN = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'HEAD', 'TITLE', 'NOSCRIPT']);
const BLOCKS = new Set(lists.words(
  'ADDRESS ARTICLE ASIDE BLOCKQUOTE DD DETAILS DIALOG DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 '
  + 'H6 HEADER HR LI MAIN NAV OL P PRE SECTION SUMMARY TABLE TR UL',
));

const SPACE = /\s/;

/** Text about as it would be shown: blocks on lines of their own, white space joined. */
function renderedText(element) {
  if (!element.isConnected || UNSEEN.has(element.tagName)) return element.textContent;
  let out = '';
  const open = [{ node: element, end: false, pre: element.closest('pre, textarea') !== null }];
  const endsIn = (one) => out[out.length - 1] === one;
  const trim = (one) => { if (endsIn(one)) out = texts.slice(out, 0, -1); };
  const breakLine = () => {
    trim(' ');
    out += '\n';
  };
  const newline = () => { if (out !== '' && !endsIn('\n')) breakLine(); };
  while (open.length > 0) {
    const { node, end, pre } = open[open.length - 1];
    open.length -= 1;
    if (end) { newline(); continue; }
    if (node.nodeType === 3) {
      const data = pre ? node.data : texts.replace(node.data, texts.SPACES, ' ');
      const joins = !pre && data[0] === ' ' && (out === '' || texts.test(out[out.length - 1], SPACE));
      out += joins ? texts.slice(data, 1) : data;
      continue;
    }
    if (node.nodeType !== 1 || UNSEEN.has(node.tagName) || (node !== element && node.hidden === true)) continue;
    if (node.tagName === 'BR') { breakLine(); continue; }
    const block = node !== element && BLOCKS.has(node.tagName);
    if (block) { newline(); lists.push(open, { node, end: true }); }
    const inner = pre || node.tagName === 'PRE' || node.tagName === 'TEXTAREA';
    const children = wrapAll(b.children(idOf(node), false));
    for (let i = children.length - 1; i >= 0; i--) lists.push(open, { node: children[i], end: false, pre: inner });
  }
  trim('\n');
  trim(' ');
  return out;
}

const size = lists.table(['offsetWidth', 'offsetHeight', 'offsetTop', 'offsetLeft'], () => () => 0);
const FOCUSABLE = new Set(['A', 'BUTTON', 'INPUT', 'SELECT', 'TEXTAREA']);
const focusable = (on) => (FOCUSABLE.has(on.tagName) ? 0 : -1);
accessors(HTMLElement.prototype, {
  title: reflect('title'), lang: reflect('lang'), dir: reflect('dir'), accessKey: reflect('accesskey'),
  nonce: reflect('nonce'), hidden: reflectFlag('hidden'), autofocus: reflectFlag('autofocus'), inert: reflectFlag('inert'),
  tabIndex: reflectNumber('tabindex', focusable), ...size,
  inputMode: reflect('inputmode'), enterKeyHint: reflect('enterkeyhint'), autocapitalize: reflect('autocapitalize'),
  translate: [(on) => b.attr(idOf(on), 'translate') !== 'no', (on, value) => setAttr(idOf(on), 'translate', value ? 'yes' : 'no')],
  spellcheck: [(on) => b.attr(idOf(on), 'spellcheck') !== 'false', (on, value) => setAttr(idOf(on), 'spellcheck', value ? 'true' : 'false')],
});
addHandlers(HTMLElement.prototype, COMMON, idOf);
define(HTMLElement, 'HTMLElement');

// Classes by name, how to make those that nobody needed yet, and the class or its name by tag.
const made = { __proto__: null, HTMLElement };
const recipes = { __proto__: null };
const tags = new Map();

/**
 * A class for some tags: `members()` gives its reflected attributes, `make()` the class if it has more than those.
 * Both are called when the class is first needed.
 */
function html(name, names, members, make) {
  recipes[name] = { members, make };
  for (const tag of each(lists.words(names))) tags.set(tag, name);
}

/** The class of that name. */
function classOf(name) {
  if (made[name] !== undefined) return made[name];
  // The classes of forms, and those of SVG, have modules of their own.
  if (recipes[name] === undefined) require(texts.startsWith(name, 'SVG') ? 'dom/svg' : 'dom/forms');
  const { members, make } = recipes[name];
  const Class = make === undefined ? { [name]: class extends HTMLElement {} }[name] : make();
  if (members !== undefined) accessors(Class.prototype, members());
  made[name] = define(Class, name);
  return Class;
}

/** The class of elements with that tag. */
function classOfTag(tag) {
  const known = tags.get(tag);
  if (typeof known === 'function') return known;
  const name = known ?? (texts.includes(tag, '-') ? 'HTMLElement' : 'HTMLUnknownElement');
  const Class = classOf(name);
  if (known !== undefined) tags.set(tag, Class);
  return Class;
}

recipes.HTMLUnknownElement = {};
html('HTMLSlotElement', 'slot', () => ({ name: reflect('name') }), () => class HTMLSlotElement extends HTMLElement {
  assign() {}
  assignedNodes(options) { return require('dom/shadow').assignedTo(this, options, false); }
  assignedElements(options) { return require('dom/shadow').assignedTo(this, options, true); }
});

for (const { 0: name, 1: names } of each([
  ['HTMLDivElement', 'div'], ['HTMLSpanElement', 'span'], ['HTMLParagraphElement', 'p'], ['HTMLUListElement', 'ul'],
  ['HTMLHeadingElement', 'h1 h2 h3 h4 h5 h6'], ['HTMLHtmlElement', 'html'], ['HTMLHeadElement', 'head'],
  ['HTMLBRElement', 'br'], ['HTMLHRElement', 'hr'], ['HTMLPreElement', 'pre listing xmp'], ['HTMLPictureElement', 'picture'],
  ['HTMLDListElement', 'dl'], ['HTMLTableCaptionElement', 'caption'], ['HTMLQuoteElement', 'q blockquote'],
])) html(name, names);
const PLAIN = 'abbr address article aside b bdi bdo cite code dd dfn dt em figcaption figure footer header hgroup i kbd '
  + 'main mark nav noscript rp rt ruby s samp search section small strong sub summary sup u var wbr center font';
for (const tag of each(lists.words(PLAIN))) tags.set(tag, HTMLElement);
for (const { 0: name, 1: tag } of each([
  ['HTMLInputElement', 'input'], ['HTMLButtonElement', 'button'], ['HTMLLabelElement', 'label'],
  ['HTMLTextAreaElement', 'textarea'], ['HTMLSelectElement', 'select'], ['HTMLOptionElement', 'option'],
  ['HTMLOptGroupElement', 'optgroup'], ['HTMLDataListElement', 'datalist'], ['HTMLFieldSetElement', 'fieldset'],
  ['HTMLLegendElement', 'legend'], ['HTMLOutputElement', 'output'], ['HTMLFormElement', 'form'],
])) tags.set(tag, name);

html('HTMLBodyElement', 'body', undefined, () => {
  class HTMLBodyElement extends HTMLElement {}
  forwardHandlers(HTMLBodyElement.prototype);
  return HTMLBodyElement;
});
const content = [(on) => on.textContent, (on, value) => { on.textContent = value; }];
html('HTMLTitleElement', 'title', () => ({ text: content }));
html('HTMLBaseElement', 'base', () => ({ href: reflectUrl('href'), target: reflect('target') }));
html('HTMLMetaElement', 'meta', () => ({
  name: reflect('name'), content: reflect('content'), httpEquiv: reflect('http-equiv'), charset: reflect('charset'),
}));
const LINK_TYPES = lists.words('alternate dns-prefetch icon manifest modulepreload next preconnect prefetch preload prerender search stylesheet');
html('HTMLLinkElement', 'link', () => ({
  href: reflectUrl('href'), rel: reflect('rel'), type: reflect('type'), media: reflect('media'), as: reflect('as'),
  relList: (on) => new DOMTokenList(idOf(on), 'rel', LINK_TYPES), crossOrigin: reflect('crossorigin', null), integrity: reflect('integrity'),
  disabled: reflectFlag('disabled'), sheet: () => null,
}));
html('HTMLStyleElement', 'style', () => ({
  type: reflect('type'), media: reflect('media'), sheet: (on) => require('internal/css').sheetOf(on),
}));
html('HTMLOListElement', 'ol', () => ({
  start: reflectNumber('start', 1), type: reflect('type'), reversed: reflectFlag('reversed'),
}));
html('HTMLLIElement', 'li', () => ({ value: reflectNumber('value', 0) }));
html('HTMLTimeElement', 'time', () => ({ dateTime: reflect('datetime') }));
html('HTMLDataElement', 'data', () => ({ value: reflect('value') }));
html('HTMLProgressElement', 'progress', () => ({
  value: [(on) => Number(on.getAttribute('value') ?? 0), (on, value) => on.setAttribute('value', Number(value))],
  max: [(on) => Number(on.getAttribute('max') ?? 1), (on, value) => on.setAttribute('max', Number(value))],
  position: (on) => (on.hasAttribute('value') ? on.value / on.max : -1),
}));
html('HTMLMeterElement', 'meter', () => lists.table(['value', 'min', 'max', 'low', 'high', 'optimum'], (name) => [
  (on) => Number(on.getAttribute(name) ?? (name === 'max' ? 1 : 0)), (on, value) => on.setAttribute(name, Number(value))]));
html('HTMLImageElement', 'img', () => ({
  src: reflectUrl('src'), alt: reflect('alt'), srcset: reflect('srcset'), width: reflectNumber('width', 0),
  height: reflectNumber('height', 0), name: reflect('name'), loading: reflect('loading', 'eager'),
  complete: (on) => !on.hasAttribute('src'), naturalWidth: () => 0, naturalHeight: () => 0,
  currentSrc: (on) => on.src, decoding: reflect('decoding', 'auto'), fetchPriority: reflect('fetchpriority', 'auto'), sizes: reflect('sizes'),
  crossOrigin: reflect('crossorigin', null), referrerPolicy: reflect('referrerpolicy'), isMap: reflectFlag('ismap'), useMap: reflect('usemap'),
}), () => class HTMLImageElement extends HTMLElement {
  // Pictures are not loaded.
  async decode() { throw new DOMException('The source image cannot be decoded.', 'EncodingError'); }
});
html('HTMLScriptElement', 'script', () => ({
  src: reflectUrl('src'), type: reflect('type'), async: reflectFlag('async'), defer: reflectFlag('defer'),
  noModule: reflectFlag('nomodule'), charset: reflect('charset'), integrity: reflect('integrity'), text: content,
  crossOrigin: reflect('crossorigin', null), referrerPolicy: reflect('referrerpolicy'), fetchPriority: reflect('fetchpriority', 'auto'),
}), () => class HTMLScriptElement extends HTMLElement {
  static supports(type) { return lists.includes(['classic', 'module'], text(type)); }
});
html('HTMLTemplateElement', 'template', () => ({ content: (on) => wrap(b.step(idOf(on), STEP.content)) }));
html('HTMLDetailsElement', 'details', () => ({ open: reflectFlag('open'), name: reflect('name') }));
html('HTMLIFrameElement', 'iframe', () => ({
  src: reflectUrl('src'), name: reflect('name'), width: reflect('width'), height: reflect('height'),
  contentWindow: () => null, contentDocument: () => null,
}));
html('HTMLCanvasElement', 'canvas', () => ({ width: reflectNumber('width', 300), height: reflectNumber('height', 150) }),
  () => class HTMLCanvasElement extends HTMLElement {
    getContext(kind) { return require('internal/canvas').contextOf(this, kind); }
    // Nothing was drawn that a picture could be made of: what a browser says of a canvas without pixels.
    toDataURL() { return 'data:,'; }
    toBlob(callback) {
      if (typeof callback !== 'function') {
        throw new TypeError("Failed to execute 'toBlob' on 'HTMLCanvasElement': parameter 1 is not of type 'Function'.");
      }
      core.later(() => callback(null));
    }
    transferControlToOffscreen() { return new (require('internal/geometry').OffscreenCanvas)(this.width, this.height); }
    captureStream() { throw new DOMException('HTMLCanvasElement.captureStream is not supported: nothing is drawn here', 'NotSupportedError'); }
  });

const noRanges = Object.freeze({
  length: 0,
  start() { throw new DOMException('There are no ranges.', 'IndexSizeError'); },
  end() { throw new DOMException('There are no ranges.', 'IndexSizeError'); },
});
recipes.HTMLMediaElement = {
  members: () => ({
    src: reflectUrl('src'), controls: reflectFlag('controls'), loop: reflectFlag('loop'),
    autoplay: reflectFlag('autoplay'), paused: () => true, duration: () => NaN, preload: reflect('preload', 'metadata'),
    defaultMuted: reflectFlag('muted'), crossOrigin: reflect('crossorigin'),
    // Nothing is ever loaded.
    currentSrc: (on) => on.src, error: () => null, readyState: () => 0, networkState: () => 0, ended: () => false, seeking: () => false,
    buffered: () => noRanges, seekable: () => noRanges, played: () => noRanges, videoWidth: () => 0, videoHeight: () => 0,
  }),
  make: () => class HTMLMediaElement extends HTMLElement {
    currentTime = 0;
    playbackRate = 1;
    defaultPlaybackRate = 1;
    preservesPitch = true;
    muted = false;
    srcObject = null;
    get volume() { return volumes.get(this) ?? 1; }
    set volume(value) {
      const volume = Number(value);
      if (!(volume >= 0 && volume <= 1)) {
        throw new DOMException("Failed to set the 'volume' property on 'HTMLMediaElement': The volume provided (" + volume + ') is outside the range [0, 1].', 'IndexSizeError');
      }
      volumes.set(this, volume);
      core.later(() => fire(this, 'Event', 'volumechange', {}));
    }
    get textTracks() {
      if (!tracks.has(this)) tracks.set(this, Object.assign(new (require('dom/target').EventTarget)(), { length: 0 }));
      return tracks.get(this);
    }
    addTextTrack(kind, label = '', language = '') { return { kind: text(kind), label: text(label), language: text(language), mode: 'hidden', cues: null, addCue() {}, removeCue() {} }; }
    async requestPictureInPicture() { throw new DOMException("Failed to execute 'requestPictureInPicture' on 'HTMLVideoElement': Picture-in-Picture is not available.", 'NotSupportedError'); }
    requestVideoFrameCallback() { return 0; }
    cancelVideoFrameCallback() {}
    async play() { throw new DOMException('Media is not supported.', 'NotSupportedError'); }
    pause() {}
    load() {}
    canPlayType() { return ''; }
  },
};
html('HTMLAudioElement', 'audio', undefined, () => class HTMLAudioElement extends classOf('HTMLMediaElement') {});
html('HTMLVideoElement', 'video', undefined, () => class HTMLVideoElement extends classOf('HTMLMediaElement') {});

html('HTMLDialogElement', 'dialog', () => ({ open: reflectFlag('open') }), () => class HTMLDialogElement extends HTMLElement {
  get returnValue() { return returnValues.get(this) ?? ''; }
  set returnValue(value) { returnValues.set(this, text(value)); }
  show() { this.open = true; }
  showModal() {
    if (this.open) {
      throw new DOMException("Failed to execute 'showModal' on 'HTMLDialogElement': The dialog is already open as non-modal, and therefore cannot be opened as modal.", 'InvalidStateError');
    }
    this.open = true;
  }
  requestClose(value) {
    if (this.open && fire(this, 'Event', 'cancel', { cancelable: true })) this.close(value);
  }
  close(value) {
    if (!this.open) return;
    this.open = false;
    if (value !== undefined) this.returnValue = value;
    core.later(() => fire(this, 'Event', 'close', {}));
  }
});

/** The URL of a link, part by part. */
const urlPart = (name) => [
  (on) => require('dom/address').partOf[name](b.split(on.href)),
  (on, value) => { on.href = binding('url').change(on.href, name, text(value))?.[0] ?? on.href; },
];
for (const { 0: name, 1: tag } of each([['HTMLAnchorElement', 'a'], ['HTMLAreaElement', 'area']])) {
  html(name, tag, () => ({
    href: reflectUrl('href'), target: reflect('target'), download: reflect('download'), rel: reflect('rel'),
    hreflang: reflect('hreflang'), type: reflect('type'), name: reflect('name'), text: content,
    origin: (on) => binding('url').origin(on.href) ?? '',
    relList: (on) => new DOMTokenList(idOf(on), 'rel', ['noreferrer', 'noopener', 'opener']),
    ...lists.table(['protocol', 'host', 'hostname', 'port', 'pathname', 'search', 'hash', 'username', 'password'], urlPart),
  }), () => ({ [name]: class extends HTMLElement { toString() { return this.href; } } }[name]));
}

const below = (on, selector) => ownCollection(on, selector, () => b.queryAll(idOf(on), selector));

function insertInto(parent, tag, list, at, method, before) {
  const { length } = list;
  if (at > length || at < -1) {
    throw new DOMException("Failed to execute '" + method + "' on '" + text(parent[Symbol.toStringTag]) + "': The index provided (" + text(at) + ') is greater than the number of rows (' + length + ').', 'IndexSizeError');
  }
  const made = wrap(core.create(1, tag));
  const next = at === -1 || at === length ? null : list[at];
  (next === null ? before() : next.parentNode).insertBefore(made, next);
  return made;
}

html('HTMLTableElement', 'table', () => ({
  rows: (on) => below(on, ':scope > tr, :scope > thead > tr, :scope > tbody > tr, :scope > tfoot > tr'),
  tBodies: (on) => below(on, ':scope > tbody'),
  tHead: (on) => on.querySelector(':scope > thead'), tFoot: (on) => on.querySelector(':scope > tfoot'),
  caption: (on) => on.querySelector(':scope > caption'),
}), () => class HTMLTableElement extends HTMLElement {
  insertRow(at = -1) {
    return insertInto(this, 'tr', this.rows, at, 'insertRow', () => {
      const bodies = this.tBodies;
      return bodies.length > 0 ? bodies[bodies.length - 1] : this.appendChild(wrap(core.create(1, 'tbody')));
    });
  }
  deleteRow(at) { this.rows[at === -1 ? this.rows.length - 1 : at]?.remove(); }
});
html('HTMLTableSectionElement', 'thead tbody tfoot', () => ({ rows: (on) => below(on, ':scope > tr') }),
  () => class HTMLTableSectionElement extends HTMLElement {
    insertRow(at = -1) { return insertInto(this, 'tr', this.rows, at, 'insertRow', () => this); }
  });
html('HTMLTableRowElement', 'tr', () => ({
  cells: (on) => below(on, ':scope > td, :scope > th'),
  rowIndex: (on) => { const table = on.closest('table'); return table ? lists.findIndex(lists.from(table.rows), (one) => one === on) : -1; },
}), () => class HTMLTableRowElement extends HTMLElement {
  insertCell(at = -1) { return insertInto(this, 'td', this.cells, at, 'insertCell', () => this); }
  deleteCell(at) { this.cells[at === -1 ? this.cells.length - 1 : at]?.remove(); }
});
html('HTMLTableCellElement', 'td th', () => ({
  colSpan: reflectNumber('colspan', 1), rowSpan: reflectNumber('rowspan', 1), headers: reflect('headers'),
  cellIndex: (on) => { const row = on.closest('tr'); return row ? lists.findIndex(lists.from(row.cells), (one) => one === on) : -1; },
}));
html('HTMLTableColElement', 'col colgroup', () => ({ span: reflectNumber('span', 1) }));

core.classes.element = (name, namespace) => {
  if (namespace === HTML) return classOfTag(name);
  return namespace === 'http://www.w3.org/2000/svg' ? require('dom/svg').classOfSvg(name) : Element;
};

module.exports = { HTMLElement, html, classOf, recipes };
