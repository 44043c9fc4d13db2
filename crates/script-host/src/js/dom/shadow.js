'use strict';
// Shadow trees: ShadowRoot, and which children of a host are shown in which slot.

const { TypeError, each, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, wrap, wrapAll, text, domError } = core;
const { define } = require('dom/define');
const { addHandlers } = require('dom/handlers');
const { fire } = require('dom/target');
const { DocumentFragment, STEP, idOf, insert, remove } = require('dom/node');

const HTML = 'http://www.w3.org/1999/xhtml';
const HOSTS = lists.words('article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section span');

// What was asked for besides, for this world's objects.
const options = new (require('internal/intrinsics').WeakMap)();

class ShadowRoot extends DocumentFragment {
  get host() { return wrap(b.host(idOf(this))); }
  get mode() { return b.isOpen(idOf(this)) ? 'open' : 'closed'; }
  get delegatesFocus() { return options.get(this)?.delegatesFocus ?? false; }
  get slotAssignment() { return options.get(this)?.slotAssignment ?? 'named'; }
  get clonable() { return false; }
  get serializable() { return false; }
  get activeElement() {
    const id = b.active();
    return id >= 0 && b.contains(idOf(this), id) ? wrap(id) : null;
  }
  get adoptedStyleSheets() { return options.get(this)?.sheets ?? []; }
  set adoptedStyleSheets(given) {
    const own = options.get(this) ?? {};
    own.sheets = lists.gather(given);
    options.set(this, own);
  }
  get styleSheets() { return []; }
  get fullscreenElement() { return null; }
  get innerHTML() { return b.inner(idOf(this)); }
  set innerHTML(html) {
    const made = b.parse(b.host(idOf(this)), html === null ? '' : text(html));
    if (made < 0) throw core.tooMany();
    for (const id of each(b.children(idOf(this), false))) remove(id);
    insert('innerHTML', this, wrap(made), null);
  }
  setHTMLUnsafe(html) { this.innerHTML = html; }
  getHTML() { return this.innerHTML; }
  elementFromPoint() { return null; }
  elementsFromPoint() { return []; }
  getAnimations() { return []; }
  cloneNode() {
    throw domError("Failed to execute 'cloneNode' on 'Node': ShadowRoot nodes are not clonable.", 'NotSupportedError');
  }
}
addHandlers(ShadowRoot.prototype, 'onslotchange', idOf);
define(ShadowRoot, 'ShadowRoot');

/** Gives an element a shadow tree, as `attachShadow` does. */
function attach(element, init) {
  const wrong = (why) => new TypeError("Failed to execute 'attachShadow' on 'Element': " + why);
  if (init === undefined || init === null) throw wrong('1 argument required, but only 0 present.');
  const { mode, delegatesFocus, slotAssignment } = init;
  if (mode === undefined) throw wrong("Failed to read the 'mode' property from 'ShadowRootInit': Required member is undefined.");
  if (mode !== 'open' && mode !== 'closed') {
    throw wrong("Failed to read the 'mode' property from 'ShadowRootInit': The provided value '" + text(mode) + "' is not a valid enum value of type ShadowRootMode.");
  }
  const { localName } = element;
  if (element.namespaceURI !== HTML || !(lists.includes(HOSTS, localName) || texts.includes(localName, '-'))) {
    throw domError("Failed to execute 'attachShadow' on 'Element': This element does not support attachShadow", 'NotSupportedError');
  }
  const id = core.create(11, '');
  if (!b.attachShadow(idOf(element), id, mode === 'open')) {
    throw domError("Failed to execute 'attachShadow' on 'Element': Shadow root cannot be created on a host which already hosts a shadow tree.", 'NotSupportedError');
  }
  const root = wrap(id);
  options.set(root, { delegatesFocus: !!delegatesFocus, slotAssignment: slotAssignment === 'manual' ? 'manual' : 'named' });
  return root;
}

const nameOf = (id, attribute) => b.attr(id, attribute) ?? '';

// The first slot of a shadow tree with a name.
function slotNamed(root, name) {
  const slots = b.byTag(root, 'slot');
  return lists.find(slots, (id) => nameOf(id, 'name') === name) ?? -1;
}

/** The slot in which a child of a host is shown, if its tree is open. */
function slotOf(node) {
  const id = idOf(node);
  const root = b.shadow(b.step(id, STEP.parent));
  if (root < 0) return null;
  const isElement = b.adopt(id) === 1;
  if (!isElement && b.adopt(id) !== 3) return null;
  return wrap(slotNamed(root, isElement ? nameOf(id, 'slot') : ''));
}

/** What is shown in a slot; with `flatten` its own content if that is nothing, and what is in slots among it. */
function assignedTo(slot, given, elements) {
  const flatten = !!given?.flatten;
  const found = [];
  // Slots may be within slots: what is still to be looked at, the next one last.
  const open = [{ id: idOf(slot), isSlot: true }];
  while (open.length > 0) {
    const { id, isSlot } = open[open.length - 1];
    open.length -= 1;
    if (!isSlot) {
      if (!elements || b.adopt(id) === 1) lists.push(found, id);
      continue;
    }
    const assigned = direct(id);
    const shown = assigned.length === 0 && flatten ? b.children(id, false) : assigned;
    for (let at = shown.length - 1; at >= 0; at--) {
      const nested = flatten && b.name(shown[at]) === 'slot' && b.host(b.step(shown[at], STEP.root)) >= 0;
      lists.push(open, { id: shown[at], isSlot: nested });
    }
  }
  return wrapAll(found);
}

// The children of the host that belong into a slot.
function direct(id) {
  const root = b.step(id, STEP.root);
  const host = b.host(root);
  const name = nameOf(id, 'name');
  if (host < 0 || slotNamed(root, name) !== id) return [];
  return lists.filter(b.children(host, false), (child) => {
    const type = b.adopt(child);
    return type === 1 ? nameOf(child, 'slot') === name : type === 3 && name === '';
  });
}

/** Tells slots that they show something else than before. */
function fireSlots() {
  for (const slot of each(wrapAll(b.takeChangedSlots()))) fire(slot, 'Event', 'slotchange', { bubbles: true });
}

module.exports = { ShadowRoot, fireSlots, attach, slotOf, assignedTo };
