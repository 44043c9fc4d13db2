'use strict';
// Event handlers: `onclick = f` on objects, and `onclick="..."` in the document.

const { Object, Reflect, Map, Set, WeakMap, lists, text } = require('internal/intrinsics');
const { b, wrap, existing, report } = require('dom/core');
const { native } = binding('host');
const { Listeners, addListener, removeListener, WINDOW } = require('dom/target');
const { stateOf } = require('dom/events');

// Names of handlers: one text of many takes less time and memory in each world than a list.
const COMMON =
  'onabort onanimationend onanimationstart onauxclick onbeforeinput onblur oncancel oncanplay onchange onclick onclose oncontextmenu '
  + 'oncopy oncut ondblclick ondrag ondragend ondragenter ondragleave ondragover ondragstart ondrop onended onerror onfocus onformdata '
  + 'oninput oninvalid onkeydown onkeypress onkeyup onload onloadeddata onmousedown onmouseenter onmouseleave onmousemove onmouseout '
  + 'onmouseover onmouseup onpaste onpause onplay onpointercancel onpointerdown onpointerenter onpointerleave onpointermove onpointerup '
  + 'onprogress onreset onresize onscroll onselect onselectionchange onsubmit ontoggle ontouchcancel ontouchend ontouchmove ontouchstart '
  + 'ontransitionend onwheel';
const WINDOW_ONLY =
  'onafterprint onbeforeprint onbeforeunload onhashchange onlanguagechange onmessage onmessageerror onoffline ononline onpagehide '
  + 'onpageshow onpopstate onrejectionhandled onstorage onunhandledrejection onunload';
// What `<body onload="...">` gives to the window.
const FORWARDED = WINDOW_ONLY + ' onblur onerror onfocus onload onresize onscroll';
const forwarded = new Set(lists.words(FORWARDED));

const compileFunction = Function;

// The inline text last set up on an element, by event type.
const applied = new WeakMap();

const entryOf = (target, type) => lists.find(Listeners.read(target)?.get(type) ?? [], (one) => one.handler !== undefined);

/** Calls a handler by the rules of handlers: false cancels, and `onerror` of a window is told the parts. */
function callHandler(entry, target, event) {
  const handler = entry.value;
  if (typeof handler !== 'function') return;
  const state = stateOf(event);
  if (state.type === 'error' && target === globalThis && state.interfaceName === 'ErrorEvent') {
    const { message, filename, lineno, colno, error } = state.fields;
    if (Reflect.apply(handler, target, [message, filename, lineno, colno, error]) === true) state.canceled = true;
    return;
  }
  const result = Reflect.apply(handler, target, [event]);
  // Whatever is returned asks to stay.
  const stays = state.interfaceName === 'BeforeUnloadEvent' && state.type === 'beforeunload' && result !== undefined && result !== null;
  if ((stays || result === false) && state.cancelable) state.canceled = true;
}

function setHandler(target, type, value) {
  const handler = typeof value === 'function' || (typeof value === 'object' && value !== null) ? value : null;
  const entry = entryOf(target, type);
  if (entry !== undefined) {
    if (handler === null) removeListener(target, type, entry);
    else entry.value = handler;
    return;
  }
  if (handler === null) return;
  const made = { callback: undefined, capture: false, once: false, passive: false, removed: false, value: handler };
  made.handler = (on, event) => callHandler(made, on, event);
  addListener(target, type, made);
}

/** Compiles `onclick="..."`: its names are looked up in the element, then the document, then the globals. */
function compile(element, node, type, source) {
  try {
    // Alone first, so that a text that closes our braces is the syntax error it should be.
    compileFunction('event', source);
    const made = b.compileHandler(node, 'on' + type, source, b.url());
    return made === null ? null : Reflect.apply(made, element, []);
  } catch (error) {
    report(error.name === 'SyntaxError' ? placed(error, element, node, type, source) : error);
    return null;
  }
}

// A text that is no function has no line that the engine could tell: its place is the attribute.
function placed(error, element, node, type, source) {
  const id = b.attr(node, 'id');
  const name = '<' + b.name(node) + (id === undefined ? '' : ' id="' + id + '"') + '>';
  const stack = text(error.name) + ': ' + text(error.message) + '\n    at on' + type + ' of ' + name + ' (' + b.url() + ':' + b.line(node, source) + ')';
  Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
  return error;
}

function applyInline(element, target, id, type) {
  const source = b.attr(id, 'on' + type);
  const known = applied.get(element);
  if (known?.get(type) === source) return;
  if (known === undefined) applied.set(element, new Map([[type, source]]));
  else known.set(type, source);
  setHandler(target, type, source === undefined ? null : compile(element, id, type, source));
}

const bodyId = () => b.query(0, 'html > body');

/** Sets up the inline handler of a place in the tree, if its text changed since. */
function prepareInline(id, type) {
  if (id === WINDOW) {
    const body = forwarded.has('on' + type) ? bodyId() : -1;
    if (body >= 0) applyInline(wrap(body), globalThis, body, type);
    return;
  }
  if (forwarded.has('on' + type) && b.name(id) === 'body') return;
  const wrapper = existing(id);
  if (wrapper === undefined && b.attr(id, 'on' + type) === undefined) return;
  const element = wrapper ?? wrap(id);
  if (element.nodeType === 1) applyInline(element, element, id, type);
}

// The event of `on...`.
const typeOf = (name) => require('internal/texts').texts.slice(name, 2);

/** Adds the properties of that name (a text of them) to a prototype. */
function addHandlers(proto, names, idOf) {
  const prepare = (self, type) => {
    const id = idOf(self);
    if (id !== undefined && b.isPage && b.hasInline(type)) prepareInline(id, type);
  };
  const get = (on, name) => {
    const self = on ?? globalThis;
    const type = typeOf(name);
    prepare(self, type);
    return entryOf(self, type)?.value ?? null;
  };
  const set = (on, name, value) => {
    const self = on ?? globalThis;
    const type = typeOf(name);
    prepare(self, type);
    setHandler(self, type, value);
  };
  native.defineAccessors(proto, names, true, get, set);
}

/** `body.onload` and its like are the window's. */
function forwardHandlers(proto) {
  const set = (on, name, value) => { globalThis[name] = value; };
  native.defineAccessors(proto, FORWARDED, true, (on, name) => globalThis[name], set);
}

module.exports = { COMMON, WINDOW_ONLY, addHandlers, forwardHandlers, prepareInline };
