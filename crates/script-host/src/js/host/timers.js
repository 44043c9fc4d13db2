'use strict';
// Timers, immediates and microtasks over the engine's queues.

const { native, tasks } = binding('host');
const MAX_DELAY = 2 ** 31 - 1;

function needFunction(callback, name) {
  if (typeof callback !== 'function') {
    throw require('internal/errors').invalidArgType(name, 'function', callback);
  }
}

function delayOf(value) {
  const delay = Number(value);
  if (delay > MAX_DELAY && native.nodeGlobals) {
    process.emitWarning(
      `${delay} does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.`,
      'TimeoutOverflowWarning');
  }
  return delay >= 1 && delay <= MAX_DELAY ? Math.trunc(delay) : 1;
}

class Timeout {
  constructor(callback, delay, args, repeat) {
    this._idleTimeout = delay;
    this._onTimeout = callback;
    this._timerArgs = args;
    this._repeat = repeat ? delay : null;
    this._destroyed = false;
    hide(this, '_referenced', true);
    hide(this, '_id', 0);
    start(this);
  }

  ref() {
    this._referenced = true;
    native.refTimer(this._id, true);
    return this;
  }

  unref() {
    this._referenced = false;
    native.refTimer(this._id, false);
    return this;
  }

  hasRef() {
    return this._referenced;
  }

  refresh() {
    if (this._id !== 0) stop(this);
    if (!this._destroyed) start(this);
    return this;
  }

  close() {
    clearTimeout(this);
    return this;
  }

  [Symbol.toPrimitive]() {
    if (this._primitive === undefined) {
      hide(this, '_primitive', this._id);
      byNumber.set(this._primitive, this);
    }
    return this._primitive;
  }
}

// Timers whose number was asked for, so that clearTimeout(number) finds them.
const byNumber = new Map();

function hide(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
}

function start(timer) {
  timer._id = native.addTimer(timer._idleTimeout, timer._referenced);
  tasks.set(timer._id, () => run(timer));
}

function stop(timer) {
  native.removeTimer(timer._id);
  tasks.delete(timer._id);
  timer._id = 0;
}

function run(timer) {
  const id = timer._id;
  timer._id = 0;
  try {
    const callback = timer._onTimeout;
    if (timer._timerArgs === undefined) callback.call(timer);
    else callback.apply(timer, timer._timerArgs);
  } finally {
    if (timer._id === 0 && timer._repeat !== null && !timer._destroyed) {
      start(timer);
    } else if (timer._id === 0) {
      timer._destroyed = true;
      forget(timer);
    }
  }
  return id;
}

function forget(timer) {
  if (timer._primitive !== undefined) byNumber.delete(timer._primitive);
}

function find(timer) {
  if (timer instanceof Timeout) return timer;
  if (typeof timer === 'number' || typeof timer === 'string') return byNumber.get(Number(timer));
  return undefined;
}

function clearTimeout(timer) {
  const found = find(timer);
  if (found === undefined) return;
  found._destroyed = true;
  forget(found);
  if (found._id !== 0) stop(found);
}

// In a page a timer is a number, and strings are not callbacks here.
function pageTimer(callback, delay, args, repeat) {
  needFunction(callback, 'callback');
  return new Timeout(callback.bind(globalThis), delayOf(delay), args, repeat)[Symbol.toPrimitive]();
}

exports.setTimeout = native.nodeGlobals
  ? function setTimeout(callback, delay, ...args) {
    needFunction(callback, 'callback');
    return new Timeout(callback, delayOf(delay), args.length === 0 ? undefined : args, false);
  }
  : function setTimeout(callback, delay, ...args) {
    return pageTimer(callback, delay, args, false);
  };

exports.setInterval = native.nodeGlobals
  ? function setInterval(callback, delay, ...args) {
    needFunction(callback, 'callback');
    return new Timeout(callback, delayOf(delay), args.length === 0 ? undefined : args, true);
  }
  : function setInterval(callback, delay, ...args) {
    return pageTimer(callback, delay, args, true);
  };

exports.clearTimeout = clearTimeout;
exports.clearInterval = function clearInterval(timer) {
  clearTimeout(timer);
};

class Immediate {
  constructor(callback, args) {
    this._onImmediate = callback;
    this._argv = args;
    this._destroyed = false;
    hide(this, '_referenced', true);
    hide(this, '_id', native.addImmediate());
    tasks.set(this._id, () => {
      this._destroyed = true;
      if (this._argv === undefined) this._onImmediate();
      else this._onImmediate(...this._argv);
    });
  }

  ref() {
    this._referenced = true;
    native.refImmediate(this._id, true);
    return this;
  }

  unref() {
    this._referenced = false;
    native.refImmediate(this._id, false);
    return this;
  }

  hasRef() {
    return this._referenced;
  }
}

exports.setImmediate = function setImmediate(callback, ...args) {
  needFunction(callback, 'callback');
  return new Immediate(callback, args.length === 0 ? undefined : args);
};

exports.clearImmediate = function clearImmediate(immediate) {
  if (!(immediate instanceof Immediate) || immediate._destroyed) return;
  immediate._destroyed = true;
  native.removeImmediate(immediate._id);
  tasks.delete(immediate._id);
};

exports.queueMicrotask = function queueMicrotask(callback) {
  needFunction(callback, 'callback');
  Promise.prototype.then.call(Promise.resolve(), () => {
    try {
      callback();
    } catch (error) {
      native.report(error);
    }
  });
};

// Runs a callback as a task of its own, as soon as the loop comes round (window.postMessage).
exports.queueTask = function queueTask(callback) {
  tasks.set(native.addImmediate(), callback);
};

// Runs a callback as the end of an operation that the operating system was asked for.
exports.queueCompletion = function queueCompletion(callback) {
  tasks.set(native.addCompletion(), callback);
};

exports.Timeout = Timeout;
exports.Immediate = Immediate;
