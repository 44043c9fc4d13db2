'use strict';
// Event handlers: `onclick = f` on objects, and `onclick="..."` in the document.

const { Object, Reflect, Map, Set, WeakMap, lists, text } = require('internal/intrinsics');
const { b, wrap, existing, report } = require('dom/core');
const { native } = binding('host');
const { Listeners, addListener, removeListener, WINDOW } = require('dom/target');
const { stateOf } = require('dom/events');

const COMMON = lists.words(
  'abort animationend animationstart auxclick beforeinput blur cancel canplay change click close contextmenu '
  + 'copy cut dblclick drag dragend dragenter dragleave dragover dragstart drop ended error focus formdata input '
  + 'invalid keydown keypress keyup load loadeddata mousedown mouseenter mouseleave mousemove mouseout mouseover '
  + 'mouseup paste pause play pointercancel pointerdown pointerenter pointerleave pointermove pointerup progress '
  + 'reset resize scroll select selectionchange submit toggle touchcancel touchend touchmove touchstart '
  + 'transitionend wheel',
);
const WINDOW_ONLY = lists.words(
  'afterprint beforeprint beforeunload hashchange languagechange message messageerror offline online pagehide '
  + 'pageshow popstate rejectionhandled storage unhandledrejection unload',
);
// What `<body onload="...">` gives to the window.
const FORWARDED = new Set(lists.joined(WINDOW_ONLY, ['blur', 'error', 'focus', 'load', 'resize', 'scroll']));

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
    const body = FORWARDED.has(type) ? bodyId() : -1;
    if (body >= 0) applyInline(wrap(body), globalThis, body, type);
    return;
  }
  if (FORWARDED.has(type) && b.name(id) === 'body') return;
  const wrapper = existing(id);
  if (wrapper === undefined && b.attr(id, 'on' + type) === undefined) return;
  const element = wrapper ?? wrap(id);
  if (element.nodeType === 1) applyInline(element, element, id, type);
}

// The event of `on...`.
const typeOf = (name) => require('internal/texts').texts.slice(name, 2);

/** Adds `on...` properties to a prototype. */
function addHandlers(proto, types, idOf) {
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
  native.defineAccessors(proto, lists.map(types, (type) => 'on' + type), true, get, set);
}

/** `body.onload` and its like are the window's. */
function forwardHandlers(proto) {
  const names = lists.map(lists.from(FORWARDED), (type) => 'on' + type);
  const set = (on, name, value) => { globalThis[name] = value; };
  native.defineAccessors(proto, names, true, (on, name) => globalThis[name], set);
}

module.exports = { COMMON, WINDOW_ONLY, addHandlers, forwardHandlers, prepareInline };
