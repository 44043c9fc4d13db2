'use strict';
// EventTarget and the way of an event: through the ancestors, and through the worlds of the page.

const { Reflect, Map, DOMException, TypeError, lists, text } = require('internal/intrinsics');
const { b, existing, wrap, report, hooks } = require('dom/core');
const { define } = require('dom/define');
const { stateOf, createTrusted } = require('dom/events');

const { apply } = Reflect;
const WINDOW = -2;
const CANCELED = 1;
const STOPPED = 2;
const STOPPED_NOW = 4;

class Return {
  constructor(object) { return object; }
}

// Puts the table of listeners on any object, the global one included.
class Listeners extends Return {
  #table = null;
  static add(object) { if (!(#table in object)) new Listeners(object); }
  static has(object) { return #table in object; }
  static read(object) { return #table in object ? object.#table : null; }
  static table(object) { return (object.#table ??= new Map()); }
}

// Where an object stands in the tree: its node number, WINDOW, or undefined for other targets.
let treeId = () => undefined;
// Called before listeners run, to set up `onclick="..."`.
let prepareInline = () => {};
// What a click does by default; see `clicks.js`.
let activate = () => null;

function targetOf(self, method) {
  if (self === undefined || self === null) return globalThis;
  if ((typeof self !== 'object' && typeof self !== 'function') || !Listeners.has(self)) {
    throw new TypeError("Failed to execute '" + method + "' on 'EventTarget': Illegal invocation");
  }
  return self;
}

function find(list, callback, capture) {
  return list === undefined ? -1 : lists.findIndex(list, (one) => one.callback === callback && one.capture === capture);
}

function addListener(target, type, entry) {
  const table = Listeners.table(target);
  const list = table.get(type);
  if (list === undefined) {
    table.set(type, [entry]);
    if (treeId(target) !== undefined) b.listen(type);
  } else {
    // A running dispatch goes on with the old list.
    table.set(type, lists.added(list, entry));
  }
}

function removeListener(target, type, entry) {
  const table = Listeners.table(target);
  entry.removed = true;
  const rest = lists.filter(table.get(type) ?? [], (one) => one !== entry);
  if (rest.length === 0) table.delete(type);
  else table.set(type, rest);
}

class EventTarget {
  constructor() {
    Listeners.add(this);
  }

  addEventListener(type, callback, options) {
    const target = targetOf(this, 'addEventListener');
    if (arguments.length < 2) {
      throw new TypeError("Failed to execute 'addEventListener' on 'EventTarget': 2 arguments required, but only " + arguments.length + ' present.');
    }
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object') {
      throw new TypeError("Failed to execute 'addEventListener' on 'EventTarget': parameter 2 is not of type 'Object'.");
    }
    const { capture, once, passive, signal } = readOptions(options);
    if (signal?.aborted) return;
    const name = text(type);
    if (find(Listeners.table(target).get(name), callback, capture) >= 0) return;
    const entry = { callback, capture, once, passive, removed: false };
    addListener(target, name, entry);
    signal?.addEventListener('abort', () => { if (!entry.removed) removeListener(target, name, entry); }, { once: true });
  }

  removeEventListener(type, callback, options) {
    const target = targetOf(this, 'removeEventListener');
    const name = text(type);
    const list = Listeners.table(target).get(name);
    const at = find(list, callback, readOptions(options).capture);
    if (at >= 0) removeListener(target, name, list[at]);
  }

  dispatchEvent(event) {
    const target = targetOf(this, 'dispatchEvent');
    const state = event !== null && typeof event === 'object' ? stateOf(event) : undefined;
    if (state === undefined) {
      throw new TypeError("Failed to execute 'dispatchEvent' on 'EventTarget': parameter 1 is not of type 'Event'.");
    }
    if (state.dispatching) {
      throw new DOMException("Failed to execute 'dispatchEvent' on 'EventTarget': The event is already being dispatched.", 'InvalidStateError');
    }
    state.trusted = false;
    return dispatch(target, event);
  }
}
define(EventTarget, 'EventTarget');

function readOptions(options) {
  if (options === null || typeof options !== 'object') {
    return { capture: !!options, once: false, passive: false, signal: undefined };
  }
  const { capture, once, passive, signal } = options;
  return { capture: !!capture, once: !!once, passive: !!passive, signal };
}

/** Runs the listeners of one target in this world. */
function invoke(target, event, state, capture, phase) {
  const list = Listeners.read(target)?.get(state.type);
  if (list === undefined) return;
  state.currentTarget = target;
  state.phase = phase;
  for (let i = 0; i < list.length; i++) {
    const entry = list[i];
    if (entry.removed || entry.capture !== capture) continue;
    if (entry.once) removeListener(target, state.type, entry);
    if (entry.passive) state.passive = true;
    try {
      if (entry.handler) entry.handler(target, event, state);
      else if (typeof entry.callback === 'function') apply(entry.callback, target, [event]);
      else entry.callback.handleEvent(event);
    } catch (error) {
      report(error);
    }
    if (entry.passive) state.passive = false;
    if (state.stoppedNow) break;
  }
}

/** Runs the listeners that this world has on a place of the tree. */
function invokeAt(id, event, state, capture, phase) {
  let target = id === WINDOW ? globalThis : existing(id);
  if (b.isPage && b.hasInline(state.type)) {
    prepareInline(id, state.type);
    if (id !== WINDOW) target = existing(id);
  }
  if (target !== undefined) invoke(target, event, state, capture, phase);
}

const flagsOf = (state) => (state.canceled ? CANCELED : 0) | (state.stopped ? STOPPED : 0) | (state.stoppedNow ? STOPPED_NOW : 0);

function applyFlags(state, flags) {
  if (flags & CANCELED) state.canceled = true;
  if (flags & STOPPED) state.stopped = true;
  if (flags & STOPPED_NOW) state.stoppedNow = true;
}

/**
 * What other worlds are told of an event: values only, and data for them to clone. That is a copy already: getters and the like
 * run here, in the realm whose they are.
 */
function describe(state, targetId) {
  const plain = { __proto__: null };
  for (const name in state.fields) {
    const value = state.fields[name];
    if (value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')) plain[name] = value;
  }
  return {
    __proto__: null, targetId, plain,
    type: state.type, interfaceName: state.interfaceName, bubbles: state.bubbles, cancelable: state.cancelable,
    composed: state.composed, trusted: state.trusted,
    data: copied(state.fields.data), detail: copied(state.fields.detail), ports: state.portTokens,
    relatedTarget: treeId(state.fields.relatedTarget ?? undefined), submitter: treeId(state.fields.submitter ?? undefined),
  };
}

/** Dispatches an event on a target and tells whether its default may happen. */
function dispatch(target, event, options) {
  const state = stateOf(event);
  const targetId = options?.id ?? treeId(target);
  state.target = target;
  state.dispatching = true;
  const outer = current.event;
  let action = null;
  if (targetId === undefined) {
    state.path = alone;
    const list = Listeners.read(target)?.get(state.type);
    if (list !== undefined) {
      if (list.length > 1 || list[0].capture) invoke(target, event, state, true, 2);
      if (!state.stopped) invoke(target, event, state, false, 2);
    }
    // What an event of something in no tree goes on to.
    const above = options?.above ?? [];
    for (let i = 0; i < above.length && !state.stopped; i++) invoke(above[i], event, state, false, 3);
  } else {
    const path = targetId === WINDOW ? [] : b.path(targetId, state.composed);
    const reachesWindow = targetId === WINDOW || (path[path.length - 1] === 0 && state.type !== 'load');
    if (reachesWindow) lists.push(path, WINDOW);
    state.path = () => lists.map(path, (id) => (id === WINDOW ? globalThis : wrap(id)));
    const worlds = options?.local ? [b.world] : b.listeners(state.type);
    const isClick = state.type === 'click' && 'button' in state.fields && targetId !== WINDOW;
    action = isClick ? activate(target) : null;
    current.event = event;
    try {
      travel(path, worlds, event, state, targetId);
    } finally {
      current.event = outer;
    }
  }
  state.dispatching = false;
  state.phase = 0;
  state.currentTarget = null;
  state.path = null;
  if (state.stopped) state.stopped = state.stoppedNow = false;
  if (action !== null) (state.canceled ? action.undo : action.run)();
  return !state.canceled;
}

/** The path of a target that is in no tree; a method of a state. */
function alone() {
  return [this.target];
}

const current = { event: undefined };

function travel(path, worlds, event, state, targetId) {
  let number = 0;
  let description = null;
  const first = state.target;
  state.targetId = targetId;
  // Outside of a shadow tree an event is its host's.
  const targets = state.composed ? shown(path, targetId) : null;
  const visit = (at, capture, phase) => {
    const id = path[at];
    if (targets !== null && state.targetId !== targets[at]) {
      state.targetId = targets[at];
      state.target = targets[at] === targetId ? first : wrap(targets[at]);
      if (description !== null) description.targetId = targets[at];
    }
    for (let i = 0; i < worlds.length && !state.stoppedNow; i++) {
      if (worlds[i] === b.world) {
        invokeAt(id, event, state, capture, phase);
      } else {
        if (number === 0) number = b.nextDispatch();
        description ??= describe(state, state.targetId ?? targetId);
        applyFlags(state, b.deliver(worlds[i], number, id, capture, phase, flagsOf(state), description));
      }
    }
  };
  for (let i = path.length - 1; i >= 0 && !state.stopped; i--) visit(i, true, i === 0 ? 2 : 1);
  const last = state.bubbles ? path.length : 1;
  for (let i = 0; i < last && !state.stopped; i++) visit(i, false, i === 0 ? 2 : 3);
  for (let i = 0; number !== 0 && i < worlds.length; i++) {
    if (worlds[i] !== b.world) b.deliver(worlds[i], number, WINDOW, false, 0, 0, null);
  }
}

/** The target as each place of a path sees it; null where there is no shadow tree on the way. */
function shown(path, targetId) {
  let targets = null;
  let target = targetId;
  for (let i = 0; i < path.length; i++) {
    // A root has no parent: what follows it is its host.
    if (i > 0 && path[i] !== WINDOW && b.step(path[i - 1], 0) < 0 && b.host(path[i - 1]) === path[i]) {
      targets ??= lists.map(lists.filter(path, (_, at) => at < i), () => targetId);
      target = path[i];
    }
    if (targets !== null) lists.push(targets, target);
  }
  return targets;
}

// Events of other worlds on their way through this one, by number.
const visiting = new Map();

/** Called by other worlds. Nothing that a page may have replaced is called with their values. */
function receive(number, id, capture, phase, flags, description) {
  if (description === null) {
    visiting.delete(number);
    return 0;
  }
  let event = visiting.get(number);
  if (event === undefined) {
    event = rebuild(description);
    visiting.set(number, event);
  }
  const state = stateOf(event);
  if (state.targetId !== description.targetId) {
    state.targetId = description.targetId;
    state.target = nodeOf(description.targetId);
  }
  state.canceled = state.stopped = state.stoppedNow = false;
  applyFlags(state, flags);
  const outer = current.event;
  current.event = event;
  invokeAt(id, event, state, capture, phase);
  current.event = outer;
  return flagsOf(state);
}

const nodeOf = (id) => (id === undefined ? null : id === WINDOW ? globalThis : wrap(id));

function rebuild(from) {
  const event = createTrusted(from.interfaceName, from.type, from);
  const state = stateOf(event);
  state.trusted = from.trusted;
  state.dispatching = true;
  const node = nodeOf;
  state.targetId = from.targetId;
  state.target = node(from.targetId);
  state.path = () => {
    const path = from.targetId === WINDOW ? [] : b.path(from.targetId, from.composed);
    const all = lists.map(path, node);
    if (from.targetId === WINDOW || path[path.length - 1] === 0) lists.push(all, globalThis);
    return all;
  };
  const { fields } = state;
  for (const name in fields) {
    if (name === 'data' || name === 'detail') fields[name] = copied(from[name]);
    else if (name === 'relatedTarget' || name === 'submitter') fields[name] = node(from[name]);
    else if (name === 'source') fields[name] = globalThis;
    else if (name === 'ports') fields[name] = from.ports ? () => hooks.receivePorts(from.ports) : null;
    else if (name in from.plain) fields[name] = from.plain[name];
    else fields[name] = null;
  }
  return event;
}

/** A copy, of this realm, of a value; null if there can be none. */
function copied(value) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')) return value;
  try {
    return hooks.clone ? hooks.clone(value) : null;
  } catch {
    return null;
  }
}

/** Dispatches an event that no script made. */
function fire(target, name, type, init, options) {
  return dispatch(target, createTrusted(name, type, init), options);
}

/** Dispatches an event that a script has asked for (`click()`), as its user could have caused it. */
function fireUntrusted(target, name, type, init) {
  const event = createTrusted(name, type, init);
  stateOf(event).trusted = false;
  return dispatch(target, event);
}

/**
 * Fires an event at a place of the tree. This world makes an object for the place only if it listens;
 * if no world does, nothing happens.
 */
function fireAt(id, name, type, init) {
  const worlds = b.listeners(type);
  if (worlds.length === 0) return true;
  const target = id === WINDOW ? globalThis : lists.includes(worlds, b.world) ? wrap(id) : null;
  return dispatch(target, createTrusted(name, type, init), { id });
}

module.exports = {
  EventTarget, Listeners, WINDOW, alone, dispatch, fire, fireUntrusted, fireAt, addListener, removeListener, receive, current,
  setTree(id, inline) {
    treeId = id;
    prepareInline = inline;
  },
  setActivate(click) {
    activate = click;
  },
};
