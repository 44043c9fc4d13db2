'use strict';
// WritableStream: chunks that a sink takes one after the other; who writes is told when there is room.

const { define } = require('internal/web_class');
const { highWaterMarkOf, sizeOf, deferred, later } = require('internal/stream_queue');

const states = new WeakMap();
const stateOf = (object, Class) => {
  const state = states.get(object);
  if (state === undefined || !(object instanceof Class)) throw new TypeError('Illegal invocation');
  return state;
};

const quiet = () => {
  const made = deferred();
  made.promise.catch(() => {});
  return made;
};

class WritableStream {
  constructor(sink = {}, strategy = {}) {
    const given = sink ?? {};
    if (given.type !== undefined) throw new RangeError("Failed to construct 'WritableStream': Invalid type is specified");
    const state = {
      // writable, erroring (what runs is waited for), errored, closed
      status: 'writable', error: undefined, writer: null, queue: [], total: 0, limit: highWaterMarkOf(strategy, 1), size: sizeOf(strategy),
      sink: given, started: false, busy: false, closing: null, aborting: null, controller: null, signal: new AbortController(),
    };
    states.set(this, state);
    state.controller = makeController(state);
    const begun = given.start?.call(given, state.controller);
    later(begun, () => {
      state.started = true;
      advance(state);
    }, (error) => {
      state.started = true;
      fail(state, error);
    });
  }

  get locked() { return stateOf(this, WritableStream).writer !== null; }

  async abort(reason) {
    if (this.locked) throw new TypeError("Failed to execute 'abort' on 'WritableStream': Cannot abort a locked stream");
    return abort(stateOf(this, WritableStream), reason);
  }

  async close() {
    if (this.locked) throw new TypeError("Failed to execute 'close' on 'WritableStream': Cannot close a locked stream");
    return close(stateOf(this, WritableStream));
  }

  getWriter() { return new WritableStreamDefaultWriter(this); }
}
define(WritableStream, 'WritableStream');

let making = false;

class WritableStreamDefaultController {
  constructor() { if (!making) throw new TypeError('Illegal constructor'); }
  get signal() { return states.get(this).signal.signal; }
  error(error) {
    const state = states.get(this);
    if (state.status === 'writable') fail(state, error);
  }
}
define(WritableStreamDefaultController, 'WritableStreamDefaultController');

function makeController(state) {
  making = true;
  const controller = new WritableStreamDefaultController();
  making = false;
  states.set(controller, state);
  return controller;
}

const room = (state) => state.limit - state.total;

// Writers wait for `ready` exactly as long as the queue is full.
function updateReady(state) {
  const { writer } = state;
  if (writer === null || state.status !== 'writable') return;
  const isFull = state.closing === null && room(state) <= 0;
  if (isFull && !writer.waits) {
    writer.waits = true;
    writer.ready = quiet();
  } else if (!isFull && writer.waits) {
    writer.waits = false;
    writer.ready.resolve(undefined);
  }
}

// Gives the sink the next chunk, or the end.
function advance(state) {
  if (!state.started || state.busy) return;
  if (state.status === 'erroring') return finishError(state);
  if (state.status !== 'writable') return;
  const next = state.queue[0];
  if (next !== undefined) {
    state.busy = true;
    run(state, () => state.sink.write?.call(state.sink, next.chunk, state.controller), () => {
      state.queue.shift();
      state.total -= next.size;
      next.done.resolve(undefined);
      updateReady(state);
    }, (error) => {
      state.queue.shift();
      next.done.reject(error);
      fail(state, error);
    });
  } else if (state.closing !== null) {
    state.busy = true;
    run(state, () => state.sink.close?.call(state.sink), () => {
      state.status = 'closed';
      state.closing.resolve(undefined);
      state.writer?.closed.resolve(undefined);
    }, (error) => {
      state.closing.reject(error);
      fail(state, error);
    });
  }
}

function run(state, work, done, failed) {
  let answer;
  try {
    answer = work();
  } catch (error) {
    answer = Promise.reject(error);
  }
  later(answer, (value) => {
    state.busy = false;
    done(value);
    advance(state);
  }, (error) => {
    state.busy = false;
    failed(error);
    advance(state);
  });
}

function fail(state, error) {
  if (state.status !== 'writable') return;
  state.status = 'erroring';
  state.error = error;
  if (state.writer !== null) {
    if (!state.writer.waits) state.writer.ready = quiet();
    state.writer.waits = false;
    state.writer.ready.reject(error);
  }
  advance(state);
}

function finishError(state) {
  state.status = 'errored';
  for (const one of state.queue.splice(0)) one.done.reject(state.error);
  state.total = 0;
  state.closing?.reject(state.error);
  state.writer?.closed.reject(state.error);
  const { aborting } = state;
  if (aborting === null) return;
  let answer;
  try {
    answer = state.sink.abort?.call(state.sink, aborting.reason);
  } catch (error) {
    answer = Promise.reject(error);
  }
  later(answer, () => aborting.done.resolve(undefined), (error) => aborting.done.reject(error));
}

function abort(state, reason) {
  if (state.status === 'closed' || state.status === 'errored') return Promise.resolve();
  if (state.aborting !== null) return state.aborting.done.promise;
  state.signal.abort(reason);
  state.aborting = { reason, done: deferred() };
  if (state.status === 'writable') fail(state, reason);
  return state.aborting.done.promise;
}

function close(state) {
  if (state.status === 'closed' || state.closing !== null) {
    return Promise.reject(new TypeError('Cannot close a stream that is closed or closing'));
  }
  if (state.status !== 'writable') return Promise.reject(state.error);
  state.closing = quiet();
  updateReady(state);
  advance(state);
  return state.closing.promise;
}

class WritableStreamDefaultWriter {
  #state;
  #own;

  constructor(stream) {
    const state = stateOf(stream, WritableStream);
    if (state.writer !== null) {
      throw new TypeError("Failed to construct 'WritableStreamDefaultWriter': Cannot create writer when WritableStream is locked");
    }
    this.#state = state;
    this.#own = { ready: quiet(), closed: quiet(), waits: true };
    state.writer = this.#own;
    if (state.status === 'writable') updateReady(state);
    else if (state.status === 'closed') {
      this.#own.ready.resolve(undefined);
      this.#own.closed.resolve(undefined);
    } else {
      this.#own.ready.reject(state.error);
      if (state.status === 'errored') this.#own.closed.reject(state.error);
    }
  }

  get ready() { return this.#own.ready.promise; }
  get closed() { return this.#own.closed.promise; }
  get desiredSize() {
    const state = this.#held();
    if (state.status === 'errored' || state.status === 'erroring') return null;
    return state.status === 'closed' ? 0 : room(state);
  }

  #held() {
    if (this.#state === null) throw new TypeError('This writable stream writer has been released and cannot be used');
    return this.#state;
  }

  write(chunk) {
    let state;
    let size;
    try {
      state = this.#held();
      size = Number(state.size(chunk));
    } catch (error) {
      if (state !== undefined) fail(state, error);
      return Promise.reject(error);
    }
    if (state.status === 'closed' || state.closing !== null) {
      return Promise.reject(new TypeError('Cannot write to a stream that is closed or closing'));
    }
    if (state.status !== 'writable') return Promise.reject(state.error);
    const done = quiet();
    state.queue.push({ chunk, size, done });
    state.total += size;
    updateReady(state);
    advance(state);
    return done.promise;
  }

  async close() { return close(this.#held()); }
  async abort(reason) { return abort(this.#held(), reason); }

  releaseLock() {
    const state = this.#state;
    if (state === null) return;
    this.#state = null;
    state.writer = null;
    const error = new TypeError('This writable stream writer has been released and cannot be used to monitor the stream\'s state');
    const gone = { ready: quiet(), closed: quiet(), waits: false };
    gone.ready.reject(error);
    gone.closed.reject(error);
    this.#own.ready.reject(error);
    this.#own.closed.reject(error);
    this.#own = gone;
  }
}
define(WritableStreamDefaultWriter, 'WritableStreamDefaultWriter');

module.exports = { WritableStream, WritableStreamDefaultWriter, WritableStreamDefaultController };
