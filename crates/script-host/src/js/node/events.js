'use strict';
// EventEmitter with Node's rules.

const CAPTURE = Symbol.for('nodejs.rejection');
const MONITOR = Symbol('events.errorMonitor');
const CAPTURING = Symbol('kCapture');
// Without use here; it shows when an emitter is printed, and programs compare such output.
const SHAPE = Symbol('shapeMode');

let defaultMaxListeners = 10;

function errors() {
  return require('internal/errors');
}

function needListener(listener) {
  if (typeof listener !== 'function') throw errors().invalidArgType('listener', 'function', listener);
}

function needCount(value, name) {
  errors().needNumber(value, name);
  if (value < 0 || Number.isNaN(value)) throw errors().outOfRange(name, '>= 0', value);
}

function needBoolean(value, name) {
  if (typeof value !== 'boolean') throw errors().invalidArgType(name, 'boolean', value);
}

function EventEmitter(options) {
  EventEmitter.init.call(this, options);
}

EventEmitter.prototype._events = undefined;
EventEmitter.prototype._eventsCount = 0;
EventEmitter.prototype._maxListeners = undefined;
Object.defineProperty(EventEmitter.prototype, CAPTURING, { value: false, writable: true });

// Node's emitters are made by this function too, so that objects which only borrow the
// prototype's methods work.
EventEmitter.init = function(options) {
  if (this._events === undefined || this._events === Object.getPrototypeOf(this)._events) {
    this._events = Object.create(null);
    this._eventsCount = 0;
  }
  this[SHAPE] = false;
  this._maxListeners = this._maxListeners || undefined;
  if (options?.captureRejections) {
    needBoolean(options.captureRejections, 'options.captureRejections');
    this[CAPTURING] = true;
  } else {
    this[CAPTURING] = EventEmitter.prototype[CAPTURING];
  }
};

// One entry of `_events` is a function, or an array of at least two.
function listenersOf(emitter, type) {
  const entry = emitter._events?.[type];
  if (entry === undefined) return [];
  return typeof entry === 'function' ? [entry] : entry.slice();
}

function maxOf(emitter) {
  return emitter._maxListeners === undefined ? defaultMaxListeners : emitter._maxListeners;
}

EventEmitter.prototype.setMaxListeners = function setMaxListeners(n) {
  needCount(n, 'setMaxListeners');
  this._maxListeners = n;
  return this;
};

EventEmitter.prototype.getMaxListeners = function getMaxListeners() {
  return maxOf(this);
};

function throwUnhandled(emitter, args) {
  const error = args[0];
  if (error instanceof Error) throw error;
  const { inspect } = require('internal/inspect');
  let shown;
  try {
    shown = inspect(error);
  } catch {
    shown = error;
  }
  const made = errors().coded(Error, 'ERR_UNHANDLED_ERROR', `Unhandled error. (${shown})`, EventEmitter.prototype.emit);
  made.context = error;
  throw made;
}

EventEmitter.prototype.emit = function emit(type, ...args) {
  const events = this._events;
  if (type === 'error') {
    if (events?.[MONITOR] !== undefined) this.emit(MONITOR, ...args);
    if (events?.error === undefined) throwUnhandled(this, args);
  }
  const entry = events?.[type];
  if (entry === undefined) return false;
  if (typeof entry === 'function') {
    watch(this, entry.apply(this, args), type, args);
    return true;
  }
  // A copy: a listener may add or remove listeners, which counts from the next emit on.
  for (const listener of entry.slice()) watch(this, listener.apply(this, args), type, args);
  return true;
};

// With captureRejections, a listener's rejected promise becomes an 'error' event.
function watch(emitter, result, type, args) {
  if (!emitter[CAPTURING] || result === undefined || result === null) return;
  const then = result.then;
  if (typeof then !== 'function') return;
  then.call(result, undefined, (error) => {
    require('process').nextTick(() => {
      if (typeof emitter[CAPTURE] === 'function') {
        emitter[CAPTURE](error, type, ...args);
        return;
      }
      const before = emitter[CAPTURING];
      try {
        // Else an error in the error handler would call it again without end.
        emitter[CAPTURING] = false;
        emitter.emit('error', error);
      } finally {
        emitter[CAPTURING] = before;
      }
    });
  });
}

function add(emitter, type, listener, prepend) {
  needListener(listener);
  let events = emitter._events;
  if (events === undefined) {
    events = emitter._events = Object.create(null);
    emitter._eventsCount = 0;
  } else if (events.newListener !== undefined) {
    emitter.emit('newListener', type, listener.listener ?? listener);
    events = emitter._events;
  }
  const entry = events[type];
  if (entry === undefined) {
    events[type] = listener;
    emitter._eventsCount += 1;
    return emitter;
  }
  let list = entry;
  if (typeof entry === 'function') {
    list = events[type] = prepend ? [listener, entry] : [entry, listener];
  } else if (prepend) {
    entry.unshift(listener);
  } else {
    entry.push(listener);
  }
  const max = maxOf(emitter);
  if (max > 0 && list.length > max && !list.warned) warn(emitter, type, list);
  return emitter;
}

function warn(emitter, type, list) {
  list.warned = true;
  const { inspect } = require('internal/inspect');
  const warning = new Error(
    `Possible EventEmitter memory leak detected. ${list.length} ${String(type)} listeners added to ` +
    `${inspect(emitter, { depth: -1 })}. MaxListeners is ${maxOf(emitter)}. Use emitter.setMaxListeners() to increase limit`);
  warning.name = 'MaxListenersExceededWarning';
  warning.emitter = emitter;
  warning.type = type;
  warning.count = list.length;
  require('process').emitWarning(warning);
}

EventEmitter.prototype.addListener = function addListener(type, listener) {
  return add(this, type, listener, false);
};

EventEmitter.prototype.on = EventEmitter.prototype.addListener;

EventEmitter.prototype.prependListener = function prependListener(type, listener) {
  return add(this, type, listener, true);
};

function onceWrapper(emitter, type, listener) {
  let fired = false;
  function wrapper(...args) {
    if (fired) return undefined;
    emitter.removeListener(type, wrapper);
    fired = true;
    return listener.apply(emitter, args);
  }
  wrapper.listener = listener;
  Object.defineProperty(wrapper, 'name', { value: 'bound onceWrapper', configurable: true });
  return wrapper;
}

EventEmitter.prototype.once = function once(type, listener) {
  needListener(listener);
  this.on(type, onceWrapper(this, type, listener));
  return this;
};

EventEmitter.prototype.prependOnceListener = function prependOnceListener(type, listener) {
  needListener(listener);
  this.prependListener(type, onceWrapper(this, type, listener));
  return this;
};

EventEmitter.prototype.removeListener = function removeListener(type, listener) {
  needListener(listener);
  const events = this._events;
  const entry = events?.[type];
  if (entry === undefined) return this;
  if (entry === listener || entry.listener === listener) {
    dropType(this, type);
    if (events.removeListener) this.emit('removeListener', type, entry.listener || listener);
    return this;
  }
  if (typeof entry === 'function') return this;
  const at = entry.findLastIndex((item) => item === listener || item.listener === listener);
  if (at < 0) return this;
  const [removed] = entry.splice(at, 1);
  if (entry.length === 1) events[type] = entry[0];
  if (events.removeListener !== undefined) this.emit('removeListener', type, removed.listener || listener);
  return this;
};

EventEmitter.prototype.off = EventEmitter.prototype.removeListener;

function dropType(emitter, type) {
  emitter._eventsCount -= 1;
  if (emitter._eventsCount === 0) emitter._events = Object.create(null);
  else delete emitter._events[type];
}

EventEmitter.prototype.removeAllListeners = function removeAllListeners(type) {
  const events = this._events;
  if (events === undefined) return this;
  if (events.removeListener === undefined) {
    if (arguments.length === 0) {
      this._events = Object.create(null);
      this._eventsCount = 0;
    } else if (events[type] !== undefined) {
      dropType(this, type);
    }
    return this;
  }
  if (arguments.length === 0) {
    for (const key of Reflect.ownKeys(events)) {
      if (key !== 'removeListener') this.removeAllListeners(key);
    }
    this.removeAllListeners('removeListener');
    this._events = Object.create(null);
    this._eventsCount = 0;
    return this;
  }
  // The last added goes first.
  for (const listener of listenersOf(this, type).reverse()) this.removeListener(type, listener);
  return this;
};

EventEmitter.prototype.listeners = function listeners(type) {
  return listenersOf(this, type).map((entry) => entry.listener || entry);
};

EventEmitter.prototype.rawListeners = function rawListeners(type) {
  return listenersOf(this, type);
};

EventEmitter.prototype.listenerCount = function listenerCount(type, listener) {
  const entries = listenersOf(this, type);
  if (listener === undefined || listener === null) return entries.length;
  return entries.filter((entry) => entry === listener || entry.listener === listener).length;
};

EventEmitter.prototype.eventNames = function eventNames() {
  return this._eventsCount > 0 ? Reflect.ownKeys(this._events) : [];
};

/** The listeners of an EventEmitter or, where it can tell them, of an EventTarget. */
function getEventListeners(target, type) {
  if (typeof target?.listeners === 'function') return target.listeners(type);
  throw errors().invalidArgType('emitter', ['EventEmitter', 'EventTarget'], target);
}

function getMaxListeners(target) {
  if (typeof target?.getMaxListeners === 'function') return maxOf(target);
  throw errors().invalidArgType('emitter', ['EventEmitter', 'EventTarget'], target);
}

/** Sets the limit of the given emitters, or the default when none is given. */
function setMaxListeners(n = defaultMaxListeners, ...targets) {
  needCount(n, 'setMaxListeners');
  if (targets.length === 0) defaultMaxListeners = n;
  for (const target of targets) {
    if (typeof target?.setMaxListeners === 'function') {
      target.setMaxListeners(n);
    } else if (typeof target?.addEventListener !== 'function') {
      throw errors().invalidArgType('eventTargets', ['EventEmitter', 'EventTarget'], target);
    }
  }
}

function later(name) {
  return (...args) => require('internal/events_async')[name](...args);
}

module.exports = EventEmitter;
Object.assign(EventEmitter, {
  EventEmitter,
  usingDomains: false,
  errorMonitor: MONITOR,
  captureRejectionSymbol: CAPTURE,
  once: async function once(emitter, name, options) {
    return require('internal/events_async').once(emitter, name, options);
  },
  on: function on(emitter, name, options) {
    return require('internal/events_async').on(emitter, name, options);
  },
  addAbortListener: later('addAbortListener'),
  getEventListeners,
  getMaxListeners,
  setMaxListeners,
  listenerCount(emitter, type) {
    if (typeof emitter.listenerCount === 'function') return emitter.listenerCount(type);
    return EventEmitter.prototype.listenerCount.call(emitter, type);
  },
});

Object.defineProperties(EventEmitter, {
  defaultMaxListeners: {
    enumerable: true,
    get: () => defaultMaxListeners,
    set(value) {
      needCount(value, 'defaultMaxListeners');
      defaultMaxListeners = value;
    },
  },
  captureRejections: {
    enumerable: true,
    get: () => EventEmitter.prototype[CAPTURING],
    set(value) {
      needBoolean(value, 'EventEmitter.captureRejections');
      EventEmitter.prototype[CAPTURING] = value;
    },
  },
});

require('internal/lacking')(EventEmitter, 'events', ['EventEmitterAsyncResource']);
