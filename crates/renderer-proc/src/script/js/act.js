'use strict';
// What the command line does in a page in its user's place: real events in their order, and what they do by default.
// Each act waits for its element.

// Made before the classes of its elements are.
const { Object, Reflect, Set, Promise, TypeError, each } = require('internal/intrinsics');
const page = document;

const { b, wrap, wrapAll } = require('dom/core');
const { idOf } = require('dom/node');
const { fire } = require('dom/target');
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

function find(selector) {
  const on = page.querySelector(selector);
  return on === null ? { why: 'missing' } : { on };
}

// Whether nobody could see it: as far as the document itself says so, since there are no style sheets.
function isHidden(on) {
  if (on.closest('[hidden], dialog:not([open]), input[type=hidden i]') !== null) return true;
  const closed = on.parentElement?.closest('details:not([open])') ?? null;
  if (closed !== null && on.closest('summary')?.parentElement !== closed) return true;
  for (let at = on.closest('[style]'); at !== null; at = at.parentElement?.closest('[style]') ?? null) {
    if (/(?:^|;)\s*display\s*:\s*none\b/i.test(b.attr(idOf(at), 'style'))) return true;
  }
  return false;
}

function findEnabled(selector) {
  const found = find(selector);
  if (found.on !== undefined && isHidden(found.on)) return { why: 'hidden' };
  return found.on !== undefined && b.isDisabled(idOf(found.on)) ? { why: 'disabled' } : found;
}

// What there is in the page that could have been meant.
function names(selector) {
  const all = wrapAll(b.queryAll(0, '[id], [class], [name], button, input, select, textarea, a[href]'));
  const found = new Set();
  for (const on of each(all)) {
    if (found.size >= NAMES) break;
    if (on.id !== '') found.add(`#${on.id}`);
    const name = b.attr(idOf(on), 'name');
    if (name !== undefined) found.add(`[name=${name}]`);
    if (selector.startsWith('.')) for (const one of each(on.classList)) found.add(`.${one}`);
    if (on.id === '' && name === undefined) found.add(on.localName);
  }
  return [...found].map((one) => one.slice(0, LENGTH));
}

function told(found, selector) {
  return found.why === 'missing' ? { why: 'missing', names: names(selector) } : found;
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
  if (isText(on)) write(on, 'value', value);
  else on.textContent = value;
}

// Changes a value as the keyboard does, if nobody prevents it.
function edit(on, value, inputType, data) {
  const about = { bubbles: true, composed: true, inputType, data, view: globalThis };
  if (!fire(on, 'InputEvent', 'beforeinput', { ...about, cancelable: true })) return;
  setValue(on, value);
  fire(on, 'InputEvent', 'input', about);
}

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
    if (isText(on) && inputType(on) === 'number' && !/^[\d.eE+-]$/.test(text)) return;
    const limit = isText(on) ? on.maxLength : -1;
    if (limit >= 0 && this.text.length + text.length > limit) return;
    this.text += text;
    edit(on, this.text, text === '\n' ? 'insertLineBreak' : 'insertText', text === '\n' ? null : text);
    this.shown = valueOf(on);
  }
}

const tellChange = (on) => fire(on, 'Event', 'change', { bubbles: true });

// --- the keyboard ---

// A key as the keyboard tells of it: its `key`, `code` and `keyCode`, and which others are held.
function stroke(on, key, work) {
  const about = { ...key, which: key.keyCode, bubbles: true, cancelable: true, composed: true, view: globalThis };
  const goesOn = fire(on, 'KeyboardEvent', 'keydown', about);
  const prints = [...key.key].length === 1 || key.key === 'Enter';
  const held = key.ctrlKey || key.altKey || key.metaKey;
  let acts = goesOn;
  if (goesOn && prints && !held) {
    const charCode = key.key === 'Enter' ? 13 : key.key.codePointAt(0);
    acts = fire(on, 'KeyboardEvent', 'keypress', { ...about, charCode, keyCode: charCode, which: charCode });
  }
  if (acts) work(held);
  fire(wrap(b.active()) ?? on, 'KeyboardEvent', 'keyup', about);
}

const UNHELD = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false };

function keyOf(text) {
  const upper = text.toUpperCase();
  const code = /^[A-Z]$/.test(upper) ? `Key${upper}` : /^[0-9]$/.test(text) ? `Digit${text}` : text === ' ' ? 'Space' : '';
  const keyCode = /^[A-Z0-9 ]$/.test(upper) ? upper.charCodeAt(0) : 0;
  return { key: text, code, keyCode, ...UNHELD, shiftKey: text !== text.toLowerCase() };
}

const ENTER = { key: 'Enter', code: 'Enter', keyCode: 13, ...UNHELD };

function type(on, text) {
  const before = valueOf(on);
  if (isText(on) && WHOLE.has(inputType(on))) {
    edit(on, text, 'insertReplacementText', text);
  } else {
    const typing = new Typing(on);
    for (const one of each(text.replace(/\r\n?/g, '\n'))) {
      if (one === '\n') stroke(on, ENTER, () => enter(on, typing));
      else stroke(on, keyOf(one), () => { if (isEditable(on)) typing.add(one); });
    }
  }
  if (on.isConnected && isText(on) && valueOf(on) !== before) tellChange(on);
}

function enter(on, typing = undefined) {
  if (on.localName === 'textarea' || on.isContentEditable === true) {
    if (isEditable(on)) (typing ?? new Typing(on)).add('\n');
  } else if (on.localName === 'input' && !/^(submit|image|reset|button|file)$/.test(inputType(on))) {
    submit(on);
  } else if (on.closest('a[href], button, input, summary') === on) {
    activate(on);
  }
}

// What Enter does in a field of a form: its first button to submit is clicked.
function submit(on) {
  const { form } = on;
  if (form === null || form === undefined) return;
  const button = wrapAll(b.queryAll(0, SUBMITS)).find((one) => one.form === form);
  if (button !== undefined) {
    if (!b.isDisabled(idOf(button))) activate(button);
  } else if (wrapAll(b.queryAll(idOf(form), 'input')).filter(isText).length === 1) {
    submitForm(form, null);
  }
}

const ARROWS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

// The next radio button of a group, in a ring.
function roam(on, by) {
  const group = groupOf(on).filter((one) => one === on || !b.isDisabled(idOf(one)));
  const next = group[(group.indexOf(on) + by + group.length) % group.length];
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
      if (value !== '') edit(on, [...value].slice(0, -1).join(''), 'deleteContentBackward', null);
    } else if (Object.hasOwn(ARROWS, name) && on.localName === 'select') {
      move(on, ARROWS[name]);
    } else if (Object.hasOwn(ARROWS, name) && on.localName === 'input' && inputType(on) === 'radio') {
      roam(on, ARROWS[name]);
    } else if (name === ' ' && !isEditable(on) && on.closest('button, input, summary') === on) activate(on);
    else if ([...name].length === 1 && isEditable(on)) new Typing(on).add(name);
  });
}

// The next element in the order of the document that the keyboard can reach.
function step(on, by) {
  const all = wrapAll(b.queryAll(0, FOCUSABLE)).filter((one) => one.tabIndex >= 0 && !b.isDisabled(idOf(one)) && one.type !== 'hidden');
  if (all.length === 0) return;
  const at = all.indexOf(on);
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
  if (found.on.localName !== 'select') return { why: 'kind', is: found.on.localName };
  const all = [...found.on.options];
  const option = all.find((one) => one.value === value) ?? all.find((one) => one.label === value);
  if (option === undefined) return { why: 'option', names: all.slice(0, NAMES).map((one) => one.value.slice(0, LENGTH)) };
  return b.isDisabled(idOf(option)) ? { why: 'disabled-option' } : { on: found.on, option };
}

// --- waiting ---

const squeeze = (text) => text.replace(/\s+/g, ' ').trim();

function findText(text) {
  const shown = squeeze(page.body?.innerText ?? '');
  return shown.includes(squeeze(text)) ? {} : { why: 'text', text: shown.slice(0, 300) };
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
      return one.on === undefined || isEditable(one.on) ? one : { why: 'kind', is: one.on.localName };
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
  if (!Object.hasOwn(acts, verb)) throw new TypeError(`a page cannot be asked to ${verb}`);
  return acts[verb](ms, ...args);
};
