'use strict';
// Results that come item by item, for `for await`.

const { Array, Error, Promise, Symbol, FinalizationRegistry, lists } = require('internal/intrinsics');
const native = binding('renderer');
const { takers } = require('internal/message_ports');

// What nobody holds any more is read by nobody: the other side is to stop.
const abandoned = new FinalizationRegistry((state) => close(state));

const done = (value) => ({ done: true, value });

function next(state) {
  return new Promise((resolve, reject) => {
    if (state.error !== null) {
      const { error } = state;
      state.error = null;
      reject(error);
    } else if (state.closed) {
      resolve(done(undefined));
    } else {
      const waiter = { __proto__: null, resolve, reject, next: null };
      if (state.first === null) state.first = waiter;
      else state.last.next = waiter;
      state.last = waiter;
      native.startPort(state.id);
    }
  });
}

// A plain object with functions of its own passes through the context bridge as any other.
function iterable(state) {
  return {
    next: () => next(state),
    // What `break` in a `for await` calls: the other side is to stop.
    return: (value) => {
      close(state);
      return new Promise((resolve) => { resolve(done(value)); });
    },
    throw: (error) => {
      close(state);
      return new Promise((_, reject) => { reject(error); });
    },
    [Symbol.asyncIterator]() { return this; },
  };
}

function shift(state) {
  const waiter = state.first;
  if (waiter !== null) state.first = waiter.next;
  return waiter;
}

function forget(state) {
  state.closed = true;
  takers.delete(state.id);
  abandoned.unregister(state);
}

function close(state) {
  if (state.closed) return;
  forget(state);
  native.closePort(state.id);
  for (let waiter = shift(state); waiter !== null; waiter = shift(state)) waiter.resolve(done(undefined));
}

/** The stream has failed: whoever waits for the next item is told, or who asks next. */
function fail(state, error) {
  const waiter = shift(state);
  if (waiter === null) state.error = error;
  else waiter.reject(error);
  close(state);
}

function receive(state, failure, closed, data) {
  if (closed === true) {
    forget(state);
    fail(state, new Error('the stream has ended before its producer said so: its process is gone'));
    for (let waiter = shift(state); waiter !== null; waiter = shift(state)) waiter.resolve(done(undefined));
  } else if (closed === null) {
    fail(state, data);
  } else if (Array.isArray(data)) {
    const waiter = shift(state);
    if (state.first === null) native.pausePort(state.id);
    waiter?.resolve({ done: false, value: data[0] });
  } else if (data === undefined) {
    close(state);
  } else {
    fail(state, failure(data));
  }
}

/** The streams that come through ports; `failure` makes an error of what one has failed with. */
function open(ids, failure) {
  return lists.map(ids, (id) => {
    const state = { __proto__: null, id, first: null, last: null, closed: false, error: null };
    const stream = iterable(state);
    abandoned.register(stream, state, state);
    takers.set(id, (closed, data) => receive(state, failure, closed, data));
    return stream;
  });
}

module.exports = { open };
