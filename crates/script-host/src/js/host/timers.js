'use strict';
// Timers, immediates and microtasks over the engine's queues.

const { Reflect, Map, Math, Symbol } = require('internal/intrinsics');
const { native, tasks } = binding('host');
const { trunc } = Math;
const MAX_DELAY = 2 ** 31 - 1;

function needFunction(callback, name) {
  if (typeof callback !== 'function') {
    throw require('internal/errors').invalidArgType(name, 'function', callback);
  }
}

function delayOf(value) {
  const delay = +value;
  if (delay > MAX_DELAY && native.nodeGlobals) {
    require('process').emitWarning(
      delay + ' does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.',
      'TimeoutOverflowWarning');
  }
  return delay >= 1 && delay <= MAX_DELAY ? trunc(delay) : 1;
}

class Timeout {
  // The number of the running timer; 0 while none runs.
  #id = 0;
  #referenced = true;
  // The number that stands for this object, once it was asked for.
  #primitive = undefined;

  constructor(callback, delay, args, repeat) {
    this._idleTimeout = delay;
    this._onTimeout = callback;
    this._timerArgs = args;
    this._repeat = repeat ? delay : null;
    this._destroyed = false;
    this.#start();
  }

  ref() {
    this.#referenced = true;
    native.refTimer(this.#id, true);
    return this;
  }

  unref() {
    this.#referenced = false;
    native.refTimer(this.#id, false);
    return this;
  }

  hasRef() {
    return this.#referenced;
  }

  refresh() {
    this.#stop();
    if (!this._destroyed) this.#start();
    return this;
  }

  close() {
    clearTimeout(this);
    return this;
  }

  [Symbol.toPrimitive]() {
    return numberOf(this);
  }

  #start() {
    this.#id = native.addTimer(this._idleTimeout, this.#referenced);
    tasks[this.#id] = () => this.#run();
  }

  #stop() {
    if (this.#id === 0) return;
    native.removeTimer(this.#id);
    delete tasks[this.#id];
    this.#id = 0;
  }

  #run() {
    this.#id = 0;
    try {
      if (this._timerArgs === undefined) this._onTimeout();
      else Reflect.apply(this._onTimeout, this, this._timerArgs);
    } finally {
      // The callback may have started it anew by refresh().
      if (this.#id === 0 && !this._destroyed) {
        if (this._repeat !== null) this.#start();
        else this.#end();
      }
    }
  }

  #end() {
    this._destroyed = true;
    if (this.#primitive !== undefined) byNumber.delete(this.#primitive);
  }

  static clear(timer) {
    timer.#end();
    timer.#stop();
  }

  static numberOf(timer) {
    timer.#primitive ??= timer.#numbered();
    return timer.#primitive;
  }

  #numbered() {
    byNumber.set(this.#id, this);
    return this.#id;
  }
}
const { clear, numberOf } = Timeout;
delete Timeout.numberOf;
delete Timeout.clear;

// Timers whose number was asked for, so that clearTimeout(number) finds them.
const byNumber = new Map();

function find(timer) {
  if (timer instanceof Timeout) return timer;
  if (typeof timer === 'number' || typeof timer === 'string') return byNumber.get(+timer);
  return undefined;
}

function clearTimeout(timer) {
  const found = find(timer);
  if (found !== undefined) clear(found);
}

// In a page a timer is a number, and strings are not callbacks here.
function pageTimer(callback, delay, args, repeat) {
  needFunction(callback, 'callback');
  const run = () => Reflect.apply(callback, globalThis, args);
  return numberOf(new Timeout(run, delayOf(delay), undefined, repeat));
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
  #id = native.addImmediate();
  #referenced = true;

  constructor(callback, args) {
    this._onImmediate = callback;
    this._argv = args;
    this._destroyed = false;
    tasks[this.#id] = () => {
      this._destroyed = true;
      if (this._argv === undefined) this._onImmediate();
      else Reflect.apply(this._onImmediate, this, this._argv);
    };
  }

  ref() {
    this.#referenced = true;
    native.refImmediate(this.#id, true);
    return this;
  }

  unref() {
    this.#referenced = false;
    native.refImmediate(this.#id, false);
    return this;
  }

  hasRef() {
    return this.#referenced;
  }

  static clear(immediate) {
    if (immediate._destroyed) return;
    immediate._destroyed = true;
    native.removeImmediate(immediate.#id);
    delete tasks[immediate.#id];
  }
}
const { clear: clearOne } = Immediate;
delete Immediate.clear;

exports.setImmediate = function setImmediate(callback, ...args) {
  needFunction(callback, 'callback');
  return new Immediate(callback, args.length === 0 ? undefined : args);
};

exports.clearImmediate = function clearImmediate(immediate) {
  if (immediate instanceof Immediate) clearOne(immediate);
};

exports.queueMicrotask = function queueMicrotask(callback) {
  needFunction(callback, 'callback');
  soon(callback);
};

// Waiting looks nothing up that a page may have replaced.
async function soon(callback) {
  await undefined;
  try {
    callback();
  } catch (error) {
    native.report(error);
  }
}

// Runs a callback as a task of its own, as soon as the loop comes round (window.postMessage).
exports.queueTask = function queueTask(callback) {
  tasks[native.addImmediate()] = callback;
};

// Runs a callback as the end of an operation that the operating system was asked for.
exports.queueCompletion = function queueCompletion(callback) {
  tasks[native.addCompletion()] = callback;
};

exports.Timeout = Timeout;
exports.Immediate = Immediate;
