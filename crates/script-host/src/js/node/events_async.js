'use strict';
// The promise and iterator forms of events: once() and on().

const { AbortError, invalidArgType, needObject, needSignal } = require('internal/errors');

/** Adds a listener to an EventEmitter or EventTarget; the result removes it. */
function listen(target, name, listener, once) {
  if (typeof target?.on === 'function') {
    if (once) target.once(name, listener);
    else target.on(name, listener);
    return () => target.removeListener(name, listener);
  }
  if (typeof target?.addEventListener === 'function') {
    target.addEventListener(name, listener, { once });
    return () => target.removeEventListener(name, listener);
  }
  throw invalidArgType('emitter', 'EventEmitter', target);
}

function optionsOf(options) {
  if (options !== undefined) needObject(options, 'options');
  const signal = options?.signal;
  needSignal(signal, 'options.signal');
  return signal;
}

function aborted(signal) {
  return new AbortError(undefined, { cause: signal.reason });
}

/** Resolves with the arguments of the next `name` event; rejects on 'error'. */
async function once(emitter, name, options) {
  const signal = optionsOf(options);
  if (signal?.aborted) throw aborted(signal);
  return new Promise((resolve, reject) => {
    const undo = [];
    const settle = (how, value) => {
      for (const remove of undo) remove();
      how(value);
    };
    undo.push(listen(emitter, name, (...args) => settle(resolve, args), true));
    if (name !== 'error' && typeof emitter.on === 'function') {
      undo.push(listen(emitter, 'error', (error) => settle(reject, error), true));
    }
    if (signal) undo.push(listen(signal, 'abort', () => settle(reject, aborted(signal)), true));
  });
}

/** An async iterator over the arguments of each `name` event. */
function on(emitter, name, options) {
  const signal = optionsOf(options);
  if (signal?.aborted) throw aborted(signal);
  const events = [];
  const waiting = [];
  let failure = null;
  let finished = false;

  const undo = [
    listen(emitter, name, (...args) => {
      const waiter = waiting.shift();
      if (waiter) waiter.resolve({ value: args, done: false });
      else events.push(args);
    }, false),
  ];
  if (name !== 'error' && typeof emitter.on === 'function') {
    undo.push(listen(emitter, 'error', fail, false));
  }
  if (signal) undo.push(listen(signal, 'abort', () => fail(aborted(signal)), true));
  for (const closing of options?.close ?? []) undo.push(listen(emitter, closing, close, false));

  function fail(error) {
    const waiter = waiting.shift();
    if (waiter) waiter.reject(error);
    else failure = { error };
    close();
  }

  function close() {
    for (const remove of undo.splice(0)) remove();
    finished = true;
    for (const waiter of waiting.splice(0)) waiter.resolve({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  const parent = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype);
  return Object.setPrototypeOf({
    next() {
      if (events.length > 0) return Promise.resolve({ value: events.shift(), done: false });
      if (failure) {
        const { error } = failure;
        failure = null;
        return Promise.reject(error);
      }
      if (finished) return close();
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return: close,
    throw(error) {
      if (!(error instanceof Error)) throw invalidArgType('EventEmitter.AsyncIterator', 'Error', error);
      fail(error);
      return undefined;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  }, parent);
}

/** Calls `listener` once when `signal` aborts, or soon when it already has. */
function addAbortListener(signal, listener) {
  if (signal === undefined) throw invalidArgType('signal', 'AbortSignal', signal);
  needSignal(signal, 'signal');
  if (typeof listener !== 'function') throw invalidArgType('listener', 'function', listener);
  let remove = () => {};
  if (signal.aborted) queueMicrotask(() => listener());
  else remove = listen(signal, 'abort', listener, true);
  const dispose = Symbol.dispose ?? Symbol.for('nodejs.dispose');
  return { [dispose]: remove };
}

Object.assign(exports, { once, on, addAbortListener });
