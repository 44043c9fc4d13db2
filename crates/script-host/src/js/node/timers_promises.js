'use strict';
// The promise forms of the timers.

const { AbortError, invalidArgType, needNumber, needObject, needSignal } = require('internal/errors');
const timers = require('internal/timers');

function optionsOf(options) {
  needObject(options, 'options');
  needSignal(options.signal, 'options.signal');
  if (options.ref !== undefined && typeof options.ref !== 'boolean') {
    throw invalidArgType('options.ref', 'boolean', options.ref);
  }
  return options;
}

function aborted(signal) {
  return new AbortError(undefined, { cause: signal.reason });
}

/** Waits for what `start(resolve)` starts; `stop(handle)` ends it when the signal aborts. */
function waiting(value, options, start, stop) {
  let signal;
  let ref;
  try {
    ({ signal, ref = true } = optionsOf(options));
    if (signal?.aborted) throw aborted(signal);
  } catch (error) {
    return Promise.reject(error);
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      stop(handle);
      reject(aborted(signal));
    };
    const handle = start(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    if (!ref) handle.unref?.();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function setTimeout(delay, value, options = {}) {
  if (delay !== undefined) {
    try {
      needNumber(delay, 'delay');
    } catch (error) {
      return Promise.reject(error);
    }
  }
  return waiting(value, options, (done) => timers.setTimeout(done, delay), timers.clearTimeout);
}

function setImmediate(value, options = {}) {
  return waiting(value, options, (done) => timers.setImmediate(done), timers.clearImmediate);
}

/** Yields `value` at every interval until the loop is left or the signal aborts. */
async function* setInterval(delay, value, options = {}) {
  const { signal, ref = true } = optionsOf(options);
  if (signal?.aborted) throw aborted(signal);
  let due = 0;
  let wake;
  const tell = () => wake?.();
  const handle = timers.setInterval(() => {
    due += 1;
    tell();
  }, delay);
  if (!ref) handle.unref?.();
  signal?.addEventListener('abort', tell, { once: true });
  try {
    while (!signal?.aborted) {
      if (due === 0) await new Promise((resolve) => { wake = resolve; });
      for (; due > 0; due--) yield value;
    }
    throw aborted(signal);
  } finally {
    timers.clearInterval(handle);
    signal?.removeEventListener('abort', tell);
  }
}

Object.assign(exports, {
  setTimeout,
  setImmediate,
  setInterval,
  scheduler: {
    wait: (delay, options) => setTimeout(delay, undefined, options),
    yield: () => setImmediate(),
  },
});
