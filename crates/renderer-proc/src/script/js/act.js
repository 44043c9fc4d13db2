'use strict';
// What the command line does in a page in its user's place: real events in their order, and what they do by default.
// Each act waits for its element.

// Made before the classes of its elements are.
const { Object, Reflect, Set, Promise, TypeError, each, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const page = document;

const { b, wrap, wrapAll } = require('dom/core');
const { idOf } = require('dom/node');
const { fire } = require('dom/target');
const { parseDeclarations } = require('dom/attributes');
const { groupOf, inputType, submitForm } = require('dom/forms');
const { setTimeout, clearTimeout } = require('internal/timers');
const native = binding('renderer');

// How long a page is left alone between two looks, in milliseconds.
const STEP = 10;
// Names that are told where one is missing, and how long each may be.
const NAMES = 300;
const LENGTH = 100;
const SUBMITS = 'button:not([type=button i]):not([type=reset i]), input[type=submit i], input[type=image i]';

// Looks until there is something to work with, or the time is over. The page's own clock and timers may be of its
// making.
async function until(look, ms) {
  let over = ms <= 0;
  const end = setTimeout(() => { over = true; }, ms);
  try {
    for (;;) {
      const found = look();
      if (found.why === undefined || over) return found;
      await new Promise((resolve) => { setTimeout(resolve, STEP); });
    }
  } finally {
    clearTimeout(end);
  }
}

// Why something cannot be done. Like all that is found it is what it says, and nothing that all objects inherit.
const because = (why, more = undefined) => ({ __proto__: null, why, ...more });

function find(selector) {
  const on = page.querySelector(selector);
  return on === null ? because('missing') : { __proto__: null, on };
}

// Whether nobody could see it: as far as the document itself says so, since there are no style sheets.
function isHidden(on) {
  if (on.closest('[hidden], dialog:not([open]), input[type=hidden i]') !== null) return true;
  const closed = on.parentElement?.closest('details:not([open])') ?? null;
  if (closed !== null && on.closest('summary')?.parentElement !== closed) return true;
  // What is the nearest to the element counts: its descendants may be visible again.
  let visibility;
  for (let at = on.closest('[style]'); at !== null; at = at.parentElement?.closest('[style]') ?? null) {
    const style = parseDeclarations(b.attr(idOf(at), 'style'));
    const said = (name) => texts.lower(style.get(name)?.value ?? 'inherit');
    if (said('display') === 'none') return true;
    if (said('visibility') !== 'inherit') visibility ??= said('visibility');
  }
  return visibility === 'hidden' || visibility === 'collapse';
}

function findEnabled(selector) {
  const found = find(selector);
  if (found.on !== undefined && isHidden(found.on)) return because('hidden');
  return found.on !== undefined && b.isDisabled(idOf(found.on)) ? because('disabled') : found;
}

// What there is in the page that could have been meant.
function names(selector) {
  const all = wrapAll(b.queryAll(0, '[id], [class], [name], button, input, select, textarea, a[href]'));
  const found = new Set();
  for (const on of each(all)) {
    if (found.size >= NAMES) break;
    if (on.id !== '') found.add('#' + on.id);
    const name = b.attr(idOf(on), 'name');
    if (name !== undefined) found.add('[name=' + name + ']');
    if (selector[0] === '.') for (const one of each(on.classList)) found.add('.' + one);
    if (on.id === '' && name === undefined) found.add(on.localName);
  }
  return lists.map(lists.from(found), (one) => texts.slice(one, 0, LENGTH));
}

function told(found, selector) {
  return found.why === 'missing' ? because('missing', { names: names(selector) }) : found;
}

// --- the mouse ---

const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex], [contenteditable]';

function click(on) {
  const mouse = { bubbles: true, cancelable: true, composed: true, view: globalThis, detail: 1 };
  const pointer = { ...mouse, detail: 0, pointerId: 1, pointerType: 'mouse', isPrimary: true };
  fire(on, 'PointerEvent', 'pointerdown', { ...pointer, buttons: 1 });
  if (fire(on, 'MouseEvent', 'mousedown', { ...mouse, buttons: 1 })) focus(on.closest(FOCUSABLE));
  fire(on, 'PointerEvent', 'pointerup', pointer);
  fire(on, 'MouseEvent', 'mouseup', mouse);
  fire(on, 'PointerEvent', 'click', { ...pointer, detail: 1 });
}

// What the keyboard makes of a key on something that can be clicked.
function activate(on) {
  fire(on, 'PointerEvent', 'click', {
    bubbles: true, cancelable: true, composed: true, view: globalThis, detail: 0, pointerId: -1,
  });
}

function focus(on) {
  const active = wrap(b.active());
  if (active === on) return;
  if (typeof on?.focus === 'function') on.focus();
  else active?.blur?.();
}

// --- values ---

// The value of a control as its class has it: a page may keep an eye on the property of the element itself.
function property(on, name) {
  for (let at = Object.getPrototypeOf(on); at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
const read = (on, name) => Reflect.apply(property(on, name).get, on, []);
const write = (on, name, value) => Reflect.apply(property(on, name).set, on, [value]);

const UNTYPED = new Set(['checkbox', 'radio', 'file', 'submit', 'image', 'reset', 'button', 'hidden']);
// Their values come as a whole, from a picker.
const WHOLE = new Set(['date', 'month', 'week', 'time', 'datetime-local', 'color', 'range']);

const isText = (on) => on.localName === 'textarea' || (on.localName === 'input' && !UNTYPED.has(inputType(on)));
const isEditable = (on) => isText(on) ? !on.readOnly && !b.isDisabled(idOf(on)) : on.isContentEditable === true;
const valueOf = (on) => (isText(on) ? read(on, 'value') : on.textContent);

function setValue(on, value) {
  if (isText(on)) {
    write(on, 'value', value);
    b.setTyped(idOf(on));
  } else on.textContent = value;
}

// Changes a value as the keyboard does, if nobody prevents it.
function edit(on, value, inputType, data) {
  const about = { bubbles: true, composed: true, inputType, data, view: globalThis };
  if (!fire(on, 'InputEvent', 'beforeinput', { ...about, cancelable: true })) return;
  setValue(on, value);
  fire(on, 'InputEvent', 'input', about);
}

const OF_NUMBER = /^[\d.eE+-]$/;

// Text that is being typed: what a control does not take as it is, such as the beginning of a number, is kept here.
class Typing {
  constructor(on) {
    this.on = on;
    this.text = this.shown = valueOf(on);
  }

  add(text) {
    const { on } = this;
    if (valueOf(on) !== this.shown) this.text = valueOf(on);
    // What cannot be part of a number is not taken.
    if (isText(on) && inputType(on) === 'number' && !texts.test(text, OF_NUMBER)) return;
    const limit = isText(on) ? on.maxLength : -1;
    if (limit >= 0 && this.text.length + text.length > limit) return;
    this.text += text;
    edit(on, this.text, text === '\n' ? 'insertLineBreak' : 'insertText', text === '\n' ? null : text);
    this.shown = valueOf(on);
  }
}

const tellChange = (on) => fire(on, 'Event', 'change', { bubbles: true });

// --- the keyboard ---

// The characters of a text: some are two of its units.
function characters(text) {
  const all = [];
  for (let at = 0; at < text.length;) {
    const one = texts.slice(text, at, at + (texts.codePointAt(text, at) > 0xffff ? 2 : 1));
    lists.push(all, one);
    at += one.length;
  }
  return all;
}

// A key as the keyboard tells of it: its `key`, `code` and `keyCode`, and which others are held.
function stroke(on, key, work) {
  const about = { ...key, which: key.keyCode, bubbles: true, cancelable: true, composed: true, view: globalThis };
  const goesOn = fire(on, 'KeyboardEvent', 'keydown', about);
  const prints = characters(key.key).length === 1 || key.key === 'Enter';
  const held = key.ctrlKey || key.altKey || key.metaKey;
  let acts = goesOn;
  if (goesOn && prints && !held) {
    const charCode = key.key === 'Enter' ? 13 : texts.codePointAt(key.key, 0);
    acts = fire(on, 'KeyboardEvent', 'keypress', { ...about, charCode, keyCode: charCode, which: charCode });
  }
  if (acts) work(held);
  fire(wrap(b.active()) ?? on, 'KeyboardEvent', 'keyup', about);
}

const UNHELD = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false };

const KEYED = /^[A-Z0-9 ]$/;
function keyOf(text) {
  const upper = texts.upper(text);
  const of = texts.match(upper, KEYED)?.[0];
  const code = of === undefined ? '' : of === ' ' ? 'Space' : (of < 'A' ? 'Digit' : 'Key') + of;
  const keyCode = of === undefined ? 0 : texts.codePointAt(of, 0);
  return { key: text, code, keyCode, ...UNHELD, shiftKey: text !== texts.lower(text) };
}

const ENTER = { key: 'Enter', code: 'Enter', keyCode: 13, ...UNHELD };

const LINE_BREAK = /\r\n?/g;
function type(on, text) {
  const before = valueOf(on);
  if (isText(on) && WHOLE.has(inputType(on))) {
    edit(on, text, 'insertReplacementText', text);
  } else {
    const typing = new Typing(on);
    for (const one of each(characters(texts.replace(text, LINE_BREAK, '\n')))) {
      if (one === '\n') stroke(on, ENTER, () => enter(on, typing));
      else stroke(on, keyOf(one), () => { if (isEditable(on)) typing.add(one); });
    }
  }
  if (on.isConnected && isText(on) && valueOf(on) !== before) tellChange(on);
}

const BUTTONS = new Set(['submit', 'image', 'reset', 'button', 'file']);
function enter(on, typing = undefined) {
  if (on.localName === 'textarea' || on.isContentEditable === true) {
    if (isEditable(on)) (typing ?? new Typing(on)).add('\n');
  } else if (on.localName === 'input' && !BUTTONS.has(inputType(on))) {
    submit(on);
  } else if (on.closest('a[href], button, input, summary') === on) {
    activate(on);
  }
}

// What Enter does in a field of a form: its first button to submit is clicked.
function submit(on) {
  const { form } = on;
  if (form === null || form === undefined) return;
  const button = lists.find(wrapAll(b.queryAll(0, SUBMITS)), (one) => one.form === form);
  if (button !== undefined) {
    if (!b.isDisabled(idOf(button))) activate(button);
  } else if (lists.filter(wrapAll(b.queryAll(idOf(form), 'input')), isText).length === 1) {
    submitForm(form, null);
  }
}

const ARROWS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

// The next radio button of a group, in a ring.
function roam(on, by) {
  const group = lists.filter(groupOf(on), (one) => one === on || !b.isDisabled(idOf(one)));
  const next = group[(lists.indexOf(group, on) + by + group.length) % group.length];
  if (next === undefined || next === on) return;
  focus(next);
  activate(next);
}

function press(on, key) {
  const named = key.key === 'Unidentified' ? keyOf(key.text) : key;
  stroke(on, named, (held) => {
    const { key: name } = named;
    if (held) return;
    if (name === 'Enter') enter(on);
    else if (name === 'Tab') step(on, named.shiftKey ? -1 : 1);
    else if (name === 'Backspace' && isEditable(on)) {
      const value = valueOf(on);
      const all = characters(value);
      if (value !== '') edit(on, texts.slice(value, 0, -all[all.length - 1].length), 'deleteContentBackward', null);
    } else if (Object.hasOwn(ARROWS, name) && on.localName === 'select') {
      move(on, ARROWS[name]);
    } else if (Object.hasOwn(ARROWS, name) && on.localName === 'input' && inputType(on) === 'radio') {
      roam(on, ARROWS[name]);
    } else if (name === ' ' && !isEditable(on) && on.closest('button, input, summary') === on) activate(on);
    else if (characters(name).length === 1 && isEditable(on)) new Typing(on).add(name);
  });
}

// The next element in the order of the document that the keyboard can reach.
function step(on, by) {
  const all = lists.filter(
    wrapAll(b.queryAll(0, FOCUSABLE)), (one) => one.tabIndex >= 0 && !b.isDisabled(idOf(one)) && one.type !== 'hidden');
  if (all.length === 0) return;
  const at = lists.indexOf(all, on);
  focus(at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[(at + by + all.length) % all.length]);
}

// --- lists ---

function move(on, by) {
  let at = on.selectedIndex + by;
  while (on.options[at] !== undefined && b.isDisabled(idOf(on.options[at]))) at += by;
  if (on.options[at] !== undefined) choose(on, on.options[at]);
}

function choose(on, option) {
  if (option.selected) return;
  write(option, 'selected', true);
  fire(on, 'Event', 'input', { bubbles: true, composed: true });
  tellChange(on);
}

function findOption(selector, value) {
  const found = findEnabled(selector);
  if (found.on === undefined) return found;
  if (found.on.localName !== 'select') return because('kind', { is: found.on.localName });
  const all = lists.from(found.on.options);
  const option = lists.find(all, (one) => one.value === value) ?? lists.find(all, (one) => one.label === value);
  if (option === undefined) {
    const some = lists.filter(all, (one, at) => at < NAMES);
    return because('option', { names: lists.map(some, (one) => texts.slice(one.value, 0, LENGTH)) });
  }
  return b.isDisabled(idOf(option)) ? because('disabled-option') : { __proto__: null, on: found.on, option };
}

// --- waiting ---

const SPACES = /\s+/g;
const squeeze = (text) => texts.trim(texts.replace(text, SPACES, ' '));

function findText(text) {
  const shown = squeeze(page.body?.innerText ?? '');
  return texts.includes(shown, squeeze(text)) ? { __proto__: null } : because('text', { text: texts.slice(shown, 0, 300) });
}

// Each act gives nothing when it is done, and otherwise why not. What it does may end the page, or the app: main hears
// before that it is done.
const acts = {
  async click(ms, selector) {
    const found = await until(() => findEnabled(selector), ms);
    if (found.on === undefined) return told(found, selector);
    native.acts();
    click(found.on);
    return undefined;
  },
  async type(ms, selector, text) {
    const found = await until(() => {
      const one = findEnabled(selector);
      return one.on === undefined || isEditable(one.on) ? one : because('kind', { is: one.on.localName });
    }, ms);
    if (found.on === undefined) return told(found, selector);
    native.acts();
    focus(found.on);
    type(found.on, text);
    return undefined;
  },
  async select(ms, selector, value) {
    const found = await until(() => findOption(selector, value), ms);
    if (found.on === undefined) return told(found, selector);
    native.acts();
    focus(found.on);
    choose(found.on, found.option);
    return undefined;
  },
  async press(ms, key) {
    native.acts();
    press(wrap(b.active()) ?? page.body ?? page.documentElement, key);
    return undefined;
  },
  async 'wait-for'(ms, selector) {
    const found = await until(() => find(selector), ms);
    return found.on === undefined ? told(found, selector) : undefined;
  },
  async 'wait-for-text'(ms, text) {
    const found = await until(() => findText(text), ms);
    return found.why === undefined ? undefined : found;
  },
};

/** Does what the command line asks for, within so many milliseconds. */
module.exports = (verb, ms, args) => {
  if (!Object.hasOwn(acts, verb)) throw new TypeError('a page cannot be asked to ' + verb);
  return Reflect.apply(acts[verb], acts, lists.joined([ms], args));
};
