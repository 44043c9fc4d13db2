'use strict';
// Element: attributes, search, markup, position.

const { Object, Math, Number, TypeError, each, lists, parseInt } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, wrap, text, domError } = core;
const { define, accessors } = require('dom/define');
const { Node, idOf, insert, gather, mix, parentMixin, childMixin, badSelector, tagOf, HTML, STEP } = require('dom/node');
const { liveCollection } = require('dom/collections');
const { Attr, NamedNodeMap, DOMTokenList, setAttr, removeAttr } = require('dom/attributes');

const VALID_NAME = /^[A-Za-z_:\u0080-\uffff][^\s/>=\0]*$/;

class Element extends Node {
  #classList;
  #attributes;

  get localName() { return b.name(idOf(this)); }
  get namespaceURI() { return b.namespace(idOf(this)) || null; }
  get prefix() { return b.prefix(idOf(this)) ?? null; }
  get tagName() { return tagOf(idOf(this)); }
  get previousElementSibling() { return wrap(b.step(idOf(this), STEP.previousElement)); }
  get nextElementSibling() { return wrap(b.step(idOf(this), STEP.nextElement)); }
  get classList() { return (this.#classList ??= new DOMTokenList(idOf(this), 'class')); }
  set classList(value) { this.classList.value = value; }
  get attributes() { return (this.#attributes ??= new NamedNodeMap(this, idOf(this))); }

  get innerHTML() { return b.inner(idOf(this)); }
  set innerHTML(html) {
    const id = idOf(this);
    const removed = core.observers.active ? b.children(id, false) : null;
    if (!b.setInner(id, html === null ? '' : text(html))) throw core.tooMany();
    if (removed) core.observers.note('childList', id, { removed, added: b.children(id, false) });
    core.changed();
  }

  get outerHTML() { return b.outer(idOf(this)); }
  set outerHTML(html) {
    const parent = this.parentNode;
    if (parent === null) return;
    if (parent.nodeType === 9) {
      throw domError("Failed to set the 'outerHTML' property on 'Element': This element's parent is of type '#document', which is not an element node.", 'NoModificationAllowedError');
    }
    this.replaceWith(parse(parent, html));
  }

  insertAdjacentHTML(where, html) {
    const place = adjacent('insertAdjacentHTML', this, where);
    const outside = place.parent !== this;
    if (outside && (place.parent === null || place.parent.nodeType === 9)) {
      throw domError("Failed to execute 'insertAdjacentHTML' on 'Element': The element has no parent.", 'NoModificationAllowedError');
    }
    insert('insertAdjacentHTML', place.parent, parse(place.parent, html), place.before);
  }
  insertAdjacentElement(where, element) {
    const place = adjacent('insertAdjacentElement', this, where);
    if (!(idOf(element) !== undefined && element.nodeType === 1)) {
      throw new TypeError("Failed to execute 'insertAdjacentElement' on 'Element': parameter 2 is not of type 'Element'.");
    }
    return place.parent === null ? null : insert('insertAdjacentElement', place.parent, element, place.before);
  }
  insertAdjacentText(where, data) {
    const place = adjacent('insertAdjacentText', this, where);
    if (place.parent !== null) insert('insertAdjacentText', place.parent, gather([text(data)]), place.before);
  }

  getAttribute(name) { return b.attr(idOf(this), nameOf(this, name)) ?? null; }
  getAttributeNS(_namespace, name) { return b.attr(idOf(this), text(name)) ?? null; }
  getAttributeNames() { return b.attrNames(idOf(this)); }
  getAttributeNode(name) { return this.hasAttribute(name) ? new Attr(this, nameOf(this, name)) : null; }
  setAttributeNode(attribute) {
    const old = this.getAttributeNode(attribute.name);
    this.setAttribute(attribute.name, attribute.value);
    return old;
  }
  removeAttributeNode(attribute) {
    if (attribute?.ownerElement !== this || !this.hasAttribute(attribute.name)) {
      throw domError("Failed to execute 'removeAttributeNode' on 'Element': The node provided is owned by another element.", 'NotFoundError');
    }
    this.removeAttribute(attribute.name);
    return attribute;
  }
  hasAttribute(name) { return b.attr(idOf(this), nameOf(this, name)) !== undefined; }
  hasAttributes() { return b.attrNames(idOf(this)).length > 0; }
  setAttribute(name, value) {
    if (!texts.test(text(name), VALID_NAME)) {
      throw domError("Failed to execute 'setAttribute' on 'Element': '" + text(name) + "' is not a valid attribute name.", 'InvalidCharacterError');
    }
    setAttr(idOf(this), nameOf(this, name), text(value));
  }
  setAttributeNS(_namespace, name, value) { setAttr(idOf(this), text(name), text(value)); }
  removeAttribute(name) { removeAttr(idOf(this), nameOf(this, name)); }
  removeAttributeNS(_namespace, name) { removeAttr(idOf(this), text(name)); }
  toggleAttribute(name, force) {
    const has = this.hasAttribute(name);
    const want = force === undefined ? !has : !!force;
    if (want && !has) this.setAttribute(name, '');
    if (!want && has) this.removeAttribute(name);
    return want;
  }

  matches(selector) {
    const answer = b.matches(idOf(this), core.selectorFor(idOf(this), selector));
    if (answer < 0) throw badSelector('matches', this, selector);
    return answer === 1;
  }
  closest(selector) {
    const id = b.closest(idOf(this), core.selectorFor(idOf(this), selector));
    if (id === -2) throw badSelector('closest', this, selector);
    return wrap(id);
  }
  getElementsByTagNameNS(space, name) { return liveCollection(() => b.byTagIn(idOf(this), space === null ? '' : text(space), text(name))); }
  getElementsByTagName(name) { return liveCollection(() => b.byTag(idOf(this), text(name))); }
  getElementsByClassName(names) { return liveCollection(() => b.byClass(idOf(this), text(names))); }

  // There is no layout: every box is empty and nothing scrolls.
  getBoundingClientRect() { return new (require('internal/geometry').DOMRect)(); }
  getClientRects() { return []; }
  scrollIntoView() {}
  computedStyleMap() { throw domError("Failed to execute 'computedStyleMap' on 'Element': typed values of styles are not supported here: getComputedStyle gives texts", 'NotSupportedError'); }
  // Nothing moves: an animation is over when it begins.
  animate(_frames, options) {
    const target = new (require('dom/target').EventTarget)();
    const animation = Object.assign(target, {
      id: text(options?.id ?? ''), playState: 'finished', currentTime: 0, startTime: 0, playbackRate: 1, pending: false, effect: null,
      onfinish: null, oncancel: null, play() {}, pause() {}, cancel() {}, finish() {}, reverse() {}, commitStyles() {}, persist() {},
    });
    const done = (async () => animation)();
    animation.ready = done;
    animation.finished = done;
    core.later(() => {
      const { onfinish } = animation;
      if (typeof onfinish === 'function') onfinish({ type: 'finish', target: animation });
      require('dom/target').fire(animation, 'Event', 'finish', {});
    });
    return animation;
  }
  getAnimations() { return []; }
  getHTML() { return this.innerHTML; }
  setHTMLUnsafe(html) { this.innerHTML = html; }
  attachShadow(init) { return require('dom/shadow').attach(this, init); }
  get shadowRoot() { return wrap(b.shadow(idOf(this))); }
  get assignedSlot() { return require('dom/shadow').slotOf(this); }
  get part() { return new DOMTokenList(idOf(this), 'part'); }
  set part(value) { setAttr(idOf(this), 'part', text(value)); }
  // There is no pointer and no screen.
  setPointerCapture() { throw domError("Failed to execute 'setPointerCapture' on 'Element': No active pointer with the given id is found.", 'NotFoundError'); }
  releasePointerCapture() { throw domError("Failed to execute 'releasePointerCapture' on 'Element': No active pointer with the given id is found.", 'NotFoundError'); }
  hasPointerCapture() { return false; }
  async requestFullscreen() { throw new TypeError('fullscreen error'); }
  requestPointerLock() {}
  checkVisibility() { return this.isConnected; }
  scroll() {}
  scrollTo() {}
  scrollBy() {}
}
Object.defineProperty(Element.prototype, 'webkitMatchesSelector', {
  value: Element.prototype.matches, writable: true, configurable: true,
});
mix(Element, parentMixin, childMixin);

/** The attribute name meant on an element: lower case for HTML. */
function nameOf(element, name) {
  return element.namespaceURI === HTML ? texts.lower(text(name)) : text(name);
}

function parse(context, html) {
  const id = b.parse(idOf(context), html === null ? '' : text(html));
  if (id < 0) throw core.tooMany();
  return wrap(id);
}

function adjacent(method, element, where) {
  switch (texts.lower(text(where))) {
    case 'beforebegin': return { parent: element.parentNode, before: element };
    case 'afterbegin': return { parent: element, before: element.firstChild };
    case 'beforeend': return { parent: element, before: null };
    case 'afterend': return { parent: element.parentNode, before: element.nextSibling };
    default:
      throw domError("Failed to execute '" + method + "' on 'Element': The value provided ('" + text(where) + "') is not one of 'beforeBegin', 'afterBegin', 'beforeEnd', or 'afterEnd'.", 'SyntaxError');
  }
}

/** A property that shows an attribute's text. */
const reflect = (attribute, standard = '') => [
  (on) => b.attr(idOf(on), attribute) ?? standard,
  (on, value) => setAttr(idOf(on), attribute, text(value)),
];
/** A property that shows whether an attribute is there. */
const reflectFlag = (attribute) => [
  (on) => b.attr(idOf(on), attribute) !== undefined,
  (on, value) => (value ? setAttr(idOf(on), attribute, '') : removeAttr(idOf(on), attribute)),
];
/** A property that shows an attribute as a number. */
const reflectNumber = (attribute, standard) => [
  (on) => {
    const value = parseInt(b.attr(idOf(on), attribute) ?? '', 10);
    // NaN alone is not itself.
    return value === value ? value : typeof standard === 'function' ? standard(on) : standard;
  },
  (on, value) => setAttr(idOf(on), attribute, text(Math.trunc(Number(value)) || 0)),
];
/** A property that shows an attribute as an absolute URL. */
const reflectUrl = (attribute) => [
  (on) => {
    const value = b.attr(idOf(on), attribute);
    return value === undefined ? '' : b.resolve(value) ?? value;
  },
  (on, value) => setAttr(idOf(on), attribute, text(value)),
];

const ARIA = lists.words('Atomic AutoComplete Busy Checked ColCount ColIndex ColSpan Current Description Disabled Expanded HasPopup Hidden '
  + 'Invalid KeyShortcuts Label Level Live Modal MultiLine MultiSelectable Orientation Placeholder PosInSet Pressed ReadOnly Relevant Required '
  + 'RoleDescription RowCount RowIndex RowSpan Selected SetSize Sort ValueMax ValueMin ValueNow ValueText');
const aria = {};
for (const name of each(ARIA)) {
  const attribute = 'aria-' + texts.lower(name);
  aria['aria' + name] = [
    (on) => b.attr(idOf(on), attribute) ?? null,
    (on, value) => (value === null ? removeAttr(idOf(on), attribute) : setAttr(idOf(on), attribute, text(value))),
  ];
}
accessors(Element.prototype, {
  ...aria,
  id: reflect('id'), className: reflect('class'), slot: reflect('slot'), role: reflect('role', null),
  ...lists.table(['clientWidth', 'clientHeight', 'clientTop', 'clientLeft', 'scrollWidth', 'scrollHeight'], () => () => 0),
});
for (const name of each(['scrollTop', 'scrollLeft'])) {
  Object.defineProperty(Element.prototype, name, { get() { return 0; }, set() {}, enumerable: true, configurable: true });
}
define(Element, 'Element');

module.exports = { Element, HTML, VALID_NAME, reflect, reflectFlag, reflectNumber, reflectUrl };
