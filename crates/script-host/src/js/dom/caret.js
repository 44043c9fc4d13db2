'use strict';
// What is selected in a text control. Nobody sees it, but scripts that put texts where the caret is ask for it.

const { DOMException, Math, Number, Object, WeakMap, each, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const { text } = require('dom/core');

const TYPES = lists.words('text search url tel password');
const DIRECTIONS = lists.words('forward backward none');

// Not in the elements themselves: one that a page has a class for is made one of it later.
const kept = new WeakMap();
const NOWHERE = { start: 0, end: 0, direction: 'none' };

const hasCaret = (on) => on.localName === 'textarea' || lists.includes(TYPES, on.type);
const selected = (on) => {
  const { start, end, direction } = kept.get(on) ?? NOWHERE;
  const { length } = on.value;
  return { start: Math.min(start, length), end: Math.min(end, length), direction };
};
const place = (given) => Math.min(4294967295, Math.max(0, Math.trunc(Number(given)) || 0));

function select(on, start, end, direction = 'none') {
  const { length } = on.value;
  const last = Math.min(place(end), length);
  kept.set(on, { start: Math.min(place(start), last), end: last, direction: lists.includes(DIRECTIONS, direction) ? direction : 'none' });
}

function check(on, what) {
  if (hasCaret(on)) return;
  throw new DOMException('Failed to ' + what + " 'HTMLInputElement': The input element's type ('" + on.type + "') does not support selection.", 'InvalidStateError');
}

/** To be called when a script has put another value in the place of `before`: the caret is at its end. */
function valueSet(on, before) {
  if (!hasCaret(on) || on.value === before) return;
  const { length } = on.value;
  kept.set(on, { start: length, end: length, direction: 'none' });
}

const part = (name, write) => ({
  get() { return hasCaret(this) ? selected(this)[name] : null; },
  set(given) {
    check(this, "set the '" + { start: 'selectionStart', end: 'selectionEnd', direction: 'selectionDirection' }[name] + "' property on");
    write(this, given, selected(this));
  },
  enumerable: true,
  configurable: true,
});

const members = {
  selectionStart: part('start', (on, at, { end, direction }) => select(on, at, Math.max(place(at), end), direction)),
  selectionEnd: part('end', (on, at, { start, direction }) => select(on, start, at, direction)),
  selectionDirection: part('direction', (on, given, { start, end }) => select(on, start, end, text(given))),
};

const methods = {
  select() {
    if (hasCaret(this)) select(this, 0, this.value.length);
  },
  setSelectionRange(start, end, direction = 'none') {
    check(this, "execute 'setSelectionRange' on");
    select(this, start, end === null ? 0 : end, text(direction));
  },
  setRangeText(given, from, to, mode = 'preserve') {
    check(this, "execute 'setRangeText' on");
    const now = selected(this);
    const start = from === undefined ? now.start : place(from);
    const end = from === undefined ? now.end : place(to);
    if (start > end) throw new DOMException("Failed to execute 'setRangeText': The provided start value (" + text(start) + ') is larger than the provided end value (' + text(end) + ').', 'IndexSizeError');
    const { value } = this;
    const first = Math.min(start, value.length);
    const last = Math.min(end, value.length);
    const put = text(given);
    this.value = texts.slice(value, 0, first) + put + texts.slice(value, last);
    const behind = first + put.length;
    const moved = (at, within) => (at > last ? at + put.length - (last - first) : at > first ? within : at);
    switch (mode) {
      case 'select': return select(this, first, behind);
      case 'start': return select(this, first, first);
      case 'end': return select(this, behind, behind);
      default: return select(this, moved(now.start, first), moved(now.end, behind));
    }
  },
};

/** Gives a class of controls what is about its selection. */
function addTo(Class) {
  Object.defineProperties(Class.prototype, members);
  for (const name of each(lists.words('select setSelectionRange setRangeText'))) {
    Object.defineProperty(Class.prototype, name, { value: methods[name], writable: true, enumerable: true, configurable: true });
  }
}

module.exports = { addTo, valueSet };
