'use strict';
// EventTarget, Event, AbortController, AbortSignal for realms without a DOM.

const { native } = binding('host');
const NONE = 0, AT_TARGET = 2;

class Event {
  #type;
  #cancelable;
  #bubbles;
  #composed;
  #time = native.now();
  #prevented = false;
  #stopped = false;
  #target = null;
  #phase = NONE;

  constructor(type, options = undefined) {
    if (arguments.length === 0) throw missing('type');
    this.#type = `${type}`;
    this.#bubbles = Boolean(options?.bubbles);
    this.#cancelable = Boolean(options?.cancelable);
    this.#composed = Boolean(options?.composed);
  }

  get type() { return this.#type; }
  get target() { return this.#target; }
  get srcElement() { return this.#target; }
  get currentTarget() { return this.#phase === NONE ? null : this.#target; }
  get eventPhase() { return this.#phase; }
  get bubbles() { return this.#bubbles; }
  get cancelable() { return this.#cancelable; }
  get composed() { return this.#composed; }
  get defaultPrevented() { return this.#cancelable && this.#prevented; }
  get returnValue() { return !this.defaultPrevented; }
  get timeStamp() { return this.#time; }
  get isTrusted() { return false; }
  get cancelBubble() { return this.#stopped; }
  set cancelBubble(value) { if (value) this.#stopped = true; }

  composedPath() { return this.#phase === NONE ? [] : [this.#target]; }
  preventDefault() { this.#prevented = true; }
  stopPropagation() { this.#stopped = true; }
  stopImmediatePropagation() { this.#stopped = true; halted.add(this); }

  static begin(event, target) {
    event.#target = target;
    event.#phase = AT_TARGET;
  }

  static end(event) {
    event.#phase = NONE;
    event.#stopped = false;
  }
}
const { begin, end } = Event;
delete Event.begin;
delete Event.end;
const halted = new WeakSet();
tag(Event);

function missing(name) {
  const error = new TypeError(`The "${name}" argument must be specified`);
  error.code = 'ERR_MISSING_ARGS';
  return error;
}

function tag(type) {
  Object.defineProperty(type.prototype, Symbol.toStringTag, { value: type.name, configurable: true });
}

const tables = new WeakMap();

// Listeners by type; made when first needed, so that subclasses need not call a constructor.
function listenersOf(target) {
  let table = tables.get(target);
  if (table === undefined) tables.set(target, table = new Map());
  return table;
}

class EventTarget {
  addEventListener(type, listener, options = undefined) {
    if (arguments.length < 2) throw missing(arguments.length === 0 ? 'type' : 'listener');
    if (listener === null || listener === undefined) return;
    if (typeof listener !== 'function' && typeof listener !== 'object') {
      throw require('internal/errors').invalidArgType('listener', 'EventListener', listener);
    }
    const capture = typeof options === 'boolean' ? options : Boolean(options?.capture);
    const signal = options?.signal;
    if (signal?.aborted) return;
    const table = listenersOf(this);
    type = `${type}`;
    let list = table.get(type);
    if (list === undefined) table.set(type, list = []);
    if (list.some((entry) => entry.listener === listener && entry.capture === capture)) return;
    list.push({ listener, capture, once: Boolean(options?.once), passive: Boolean(options?.passive), removed: false });
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener, options), { once: true });
  }

  removeEventListener(type, listener, options = undefined) {
    const capture = typeof options === 'boolean' ? options : Boolean(options?.capture);
    const list = listenersOf(this).get(`${type}`);
    const index = list?.findIndex((entry) => entry.listener === listener && entry.capture === capture) ?? -1;
    if (index < 0) return;
    list[index].removed = true;
    list.splice(index, 1);
  }

  dispatchEvent(event) {
    if (!(event instanceof Event)) throw require('internal/errors').invalidArgType('event', 'Event', event);
    if (event.eventPhase !== NONE) {
      const error = new Error('The event is already being dispatched');
      error.code = 'ERR_EVENT_RECURSION';
      throw error;
    }
    begin(event, this);
    for (const entry of [...listenersOf(this).get(event.type) ?? []]) {
      if (entry.removed) continue;
      if (entry.once) this.removeEventListener(event.type, entry.listener, entry.capture);
      call(this, entry.listener, event);
      if (halted.has(event)) break;
    }
    end(event);
    halted.delete(event);
    return !event.defaultPrevented;
  }
}
tag(EventTarget);

// A listener that throws does not stop the others.
function call(target, listener, event) {
  try {
    const result = typeof listener === 'function' ? listener.call(target, event) : listener.handleEvent(event);
    if (typeof result?.then === 'function') result.then(undefined, (error) => report(error));
  } catch (error) {
    report(error);
  }
}

function report(error) {
  if (native.nodeGlobals) require('process').nextTick(() => { throw error; });
  else native.report(error);
}

// The onTYPE property of a target: one listener, replaced by assignment.
function handlerProperty(prototype, type) {
  const handlers = new WeakMap();
  Object.defineProperty(prototype, `on${type}`, {
    get() {
      return handlers.get(this)?.handler ?? null;
    },
    set(handler) {
      const known = handlers.get(this);
      if (known !== undefined) this.removeEventListener(type, known.listener);
      handlers.delete(this);
      if (typeof handler !== 'function') return;
      const listener = function (event) { return handler.call(this, event); };
      handlers.set(this, { handler, listener });
      this.addEventListener(type, listener);
    },
    enumerable: true,
    configurable: true,
  });
}

let making = false;

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason = undefined;

  constructor() {
    if (!making) {
      const error = new TypeError('Illegal constructor');
      error.code = 'ERR_ILLEGAL_CONSTRUCTOR';
      throw error;
    }
    super();
  }

  get aborted() { return this.#aborted; }
  get reason() { return this.#reason; }

  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason = abortError()) {
    const signal = newSignal();
    fire(signal, reason);
    return signal;
  }

  static timeout(delay) {
    const signal = newSignal();
    const timer = setTimeout(() => fire(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')), delay);
    timer?.unref?.();
    return signal;
  }

  static any(signals) {
    const result = newSignal();
    for (const signal of signals) {
      if (signal.aborted) {
        fire(result, signal.reason);
        return result;
      }
    }
    for (const signal of signals) {
      signal.addEventListener('abort', () => fire(result, signal.reason), { once: true });
    }
    return result;
  }

  static fire(signal, reason) {
    if (signal.#aborted) return;
    signal.#aborted = true;
    signal.#reason = reason;
    signal.dispatchEvent(new Event('abort'));
  }
}
const { fire } = AbortSignal;
delete AbortSignal.fire;
tag(AbortSignal);
handlerProperty(AbortSignal.prototype, 'abort');

function newSignal() {
  making = true;
  try {
    return new AbortSignal();
  } finally {
    making = false;
  }
}

function abortError() {
  return new DOMException('This operation was aborted', 'AbortError');
}

class AbortController {
  #signal = newSignal();

  get signal() { return this.#signal; }

  abort(reason = abortError()) {
    fire(this.#signal, reason);
  }
}
tag(AbortController);

module.exports = { Event, EventTarget, AbortController, AbortSignal, handlerProperty };
