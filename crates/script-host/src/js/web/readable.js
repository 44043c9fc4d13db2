'use strict';
// ReadableStream: a queue of chunks that a source fills as far as its reader wants. They belong to one world, and what
// a page makes of its built-in objects harms its own streams alone.

const { define } = require('internal/web_class');
const { highWaterMarkOf, sizeOf, deferred, later } = require('internal/stream_queue');

// What is known of a stream, a controller and a reader.
const states = new WeakMap();
const stateOf = (object, Class) => {
  const state = states.get(object);
  if (state === undefined || !(object instanceof Class)) throw new TypeError('Illegal invocation');
  return state;
};

class ReadableStream {
  constructor(source = {}, strategy = {}) {
    const given = source ?? {};
    const isBytes = given.type === 'bytes';
    if (given.type !== undefined && !isBytes) {
      throw new TypeError(`Failed to construct 'ReadableStream': The provided value '${String(given.type)}' is not a valid enum value of type ReadableStreamType.`);
    }
    const state = {
      status: 'readable', error: undefined, reader: null, disturbed: false, queue: [], total: 0, waiting: [], isBytes,
      limit: highWaterMarkOf(strategy, isBytes ? 0 : 1), size: isBytes ? (chunk) => chunk.byteLength : sizeOf(strategy), source: given,
      started: false, pulling: false, pullAgain: false, closing: false, controller: null,
    };
    states.set(this, state);
    state.controller = makeController(state);
    const begun = given.start?.call(given, state.controller);
    later(begun, () => {
      state.started = true;
      pull(state);
    }, (error) => fail(state, error));
  }

  get locked() { return stateOf(this, ReadableStream).reader !== null; }

  async cancel(reason) {
    const state = stateOf(this, ReadableStream);
    if (state.reader !== null) throw new TypeError("Failed to execute 'cancel' on 'ReadableStream': Cannot cancel a locked stream");
    return cancel(state, reason);
  }

  getReader(options) {
    const state = stateOf(this, ReadableStream);
    if (options?.mode !== undefined) {
      throw new DOMException("ReadableStream.getReader with the mode 'byob' is not supported here", 'NotSupportedError');
    }
    return new ReadableStreamDefaultReader(this, state);
  }

  pipeThrough(pair, options) {
    const { readable, writable } = pair ?? {};
    if (this.locked) throw new TypeError("Failed to execute 'pipeThrough' on 'ReadableStream': Cannot pipe a locked stream");
    if (writable.locked) throw new TypeError("Failed to execute 'pipeThrough' on 'ReadableStream': parameter 1's 'writable' is locked");
    this.pipeTo(writable, options).catch(() => {});
    return readable;
  }

  async pipeTo(target, options = {}) {
    const { preventClose = false, preventAbort = false, preventCancel = false, signal } = options ?? {};
    if (this.locked) throw new TypeError("Failed to execute 'pipeTo' on 'ReadableStream': Cannot pipe a locked stream");
    if (target.locked) throw new TypeError("Failed to execute 'pipeTo' on 'ReadableStream': Cannot pipe to a locked stream");
    const reader = this.getReader();
    const writer = target.getWriter();
    const stop = deferred();
    stop.promise.catch(() => {});
    const aborted = () => stop.reject(signal.reason);
    if (signal?.aborted) aborted();
    signal?.addEventListener('abort', aborted);
    const state = stateOf(this, ReadableStream);
    // The end that fails takes the other one along.
    const lost = async (error, isSource) => {
      if (isSource ? !preventAbort : !preventCancel) await (isSource ? writer.abort(error) : cancel(state, error)).catch(() => {});
      throw error;
    };
    try {
      for (;;) {
        try {
          await Promise.race([writer.ready, stop.promise]);
        } catch (error) {
          if (signal?.aborted && !preventAbort) await writer.abort(error).catch(() => {});
          return await lost(error, false);
        }
        let next;
        try {
          next = await Promise.race([reader.read(), stop.promise, writer.closed.then(() => { throw new TypeError('The destination stream closed'); })]);
        } catch (error) {
          const ofSource = state.status === 'errored';
          if (signal?.aborted && !preventAbort) await writer.abort(error).catch(() => {});
          return await lost(error, ofSource);
        }
        if (next.done) break;
        writer.write(next.value).catch(() => {});
      }
      if (preventClose) await writer.ready;
      else await writer.close();
      return undefined;
    } finally {
      signal?.removeEventListener('abort', aborted);
      reader.releaseLock();
      writer.releaseLock();
    }
  }

  tee() {
    const reader = this.getReader();
    let reading = false;
    const gone = [false, false];
    const reasons = [undefined, undefined];
    const cancelled = deferred();
    const controllers = [];
    const pullBoth = async () => {
      if (reading) return;
      reading = true;
      const { done, value } = await reader.read().catch((error) => {
        for (const controller of controllers) controller.error(error);
        return { done: undefined };
      });
      reading = false;
      if (done === undefined) return;
      for (let i = 0; i < 2; i++) {
        if (gone[i]) continue;
        if (done) controllers[i].close();
        else controllers[i].enqueue(value);
      }
      if (done && !(gone[0] && gone[1])) cancelled.resolve();
    };
    const branch = (at) => new ReadableStream({
      start(controller) { controllers[at] = controller; },
      pull: pullBoth,
      cancel(reason) {
        gone[at] = true;
        reasons[at] = reason;
        if (gone[1 - at]) cancelled.resolve(reader.cancel(reasons));
        return cancelled.promise;
      },
    }, { highWaterMark: 0 });
    return [branch(0), branch(1)];
  }

  async *values(options) {
    const reader = this.getReader();
    let ended = false;
    try {
      for (;;) {
        const { done, value } = await reader.read().catch((error) => {
          ended = true;
          throw error;
        });
        if (done) {
          ended = true;
          return;
        }
        yield value;
      }
    } finally {
      if (!ended && options?.preventCancel !== true) await reader.cancel();
      reader.releaseLock();
    }
  }

  [Symbol.asyncIterator](options) { return this.values(options); }

  static from(iterable) {
    const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]();
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(await value);
      },
      async cancel(reason) { await iterator.return?.(reason); },
    }, { highWaterMark: 0 });
  }
}
define(ReadableStream, 'ReadableStream');

// --- the side of the source ---

let making = false;

class ReadableStreamDefaultController {
  constructor() { if (!making) throw new TypeError('Illegal constructor'); }

  get desiredSize() { return desired(states.get(this)); }

  enqueue(chunk) {
    const state = states.get(this);
    if (state.closing || state.status !== 'readable') {
      throw new TypeError("Failed to execute 'enqueue' on 'ReadableStreamDefaultController': Cannot enqueue a chunk into a " +
        `${state.status === 'errored' ? 'errored' : 'closed'} readable stream`);
    }
    if (state.isBytes && !ArrayBuffer.isView(chunk)) throw new TypeError("parameter 1 is not of type 'ArrayBufferView'.");
    if (state.waiting.length > 0) {
      state.waiting.shift().resolve({ value: chunk, done: false });
    } else {
      let size;
      try {
        size = Number(state.size(chunk));
        if (!(size >= 0) || size === Infinity) throw new RangeError('The return value of a queuing strategy\'s size function must be a finite, non-NaN, non-negative number');
      } catch (error) {
        fail(state, error);
        throw error;
      }
      state.queue.push({ chunk, size });
      state.total += size;
    }
    pull(state);
  }

  close() {
    const state = states.get(this);
    if (state.closing || state.status !== 'readable') {
      throw new TypeError("Failed to execute 'close' on 'ReadableStreamDefaultController': Cannot close a stream that is closed or errored");
    }
    state.closing = true;
    if (state.queue.length === 0) end(state);
  }

  error(error) { fail(states.get(this), error); }
}
define(ReadableStreamDefaultController, 'ReadableStreamDefaultController');

function makeController(state) {
  making = true;
  const controller = new ReadableStreamDefaultController();
  making = false;
  states.set(controller, state);
  return controller;
}

function desired(state) {
  if (state.status === 'errored') return null;
  return state.status === 'closed' ? 0 : state.limit - state.total;
}

// Asks the source for more, if its reader wants it or there is room; one question at a time.
function pull(state) {
  const wanted = state.status === 'readable' && !state.closing && state.started && (state.waiting.length > 0 || desired(state) > 0);
  if (!wanted) return;
  if (state.pulling) {
    state.pullAgain = true;
    return;
  }
  state.pulling = true;
  let answer;
  try {
    answer = state.source.pull?.call(state.source, state.controller);
  } catch (error) {
    fail(state, error);
    return;
  }
  later(answer, () => {
    state.pulling = false;
    if (!state.pullAgain) return;
    state.pullAgain = false;
    pull(state);
  }, (error) => fail(state, error));
}

function end(state) {
  if (state.status !== 'readable') return;
  state.status = 'closed';
  for (const one of state.waiting.splice(0)) one.resolve({ value: undefined, done: true });
  state.reader?.closed.resolve(undefined);
}

function fail(state, error) {
  if (state.status !== 'readable') return;
  state.status = 'errored';
  state.error = error;
  state.queue = [];
  state.total = 0;
  for (const one of state.waiting.splice(0)) one.reject(error);
  state.reader?.closed.reject(error);
}

async function cancel(state, reason) {
  state.disturbed = true;
  if (state.status === 'closed') return undefined;
  if (state.status === 'errored') throw state.error;
  state.queue = [];
  state.total = 0;
  end(state);
  await state.source.cancel?.call(state.source, reason);
  return undefined;
}

// --- the side of the reader ---

class ReadableStreamDefaultReader {
  #state;
  #own;

  constructor(stream, state = stateOf(stream, ReadableStream)) {
    if (state.reader !== null) {
      throw new TypeError("Failed to construct 'ReadableStreamDefaultReader': This stream has already been locked for exclusive reading by another reader");
    }
    this.#state = state;
    const closed = deferred();
    closed.promise.catch(() => {});
    this.#own = { closed };
    state.reader = this.#own;
    if (state.status === 'closed') closed.resolve(undefined);
    if (state.status === 'errored') closed.reject(state.error);
  }

  get closed() { return this.#own.closed.promise; }

  read() {
    const state = this.#state;
    if (state === null) return Promise.reject(new TypeError("Failed to execute 'read' on 'ReadableStreamDefaultReader': This reader has been released and cannot be used to read from its previous owner stream"));
    state.disturbed = true;
    if (state.queue.length > 0) {
      const { chunk, size } = state.queue.shift();
      state.total -= size;
      if (state.closing && state.queue.length === 0) end(state);
      else pull(state);
      return Promise.resolve({ value: chunk, done: false });
    }
    if (state.status === 'closed') return Promise.resolve({ value: undefined, done: true });
    if (state.status === 'errored') return Promise.reject(state.error);
    const waiting = deferred();
    state.waiting.push(waiting);
    pull(state);
    return waiting.promise;
  }

  async cancel(reason) {
    if (this.#state === null) throw new TypeError('This reader has been released');
    return cancel(this.#state, reason);
  }

  releaseLock() {
    const state = this.#state;
    if (state === null) return;
    this.#state = null;
    state.reader = null;
    const error = new TypeError('This reader has been released and cannot be used to monitor the stream\'s state');
    for (const one of state.waiting.splice(0)) one.reject(error);
    this.#own.closed.reject(error);
    const closed = deferred();
    closed.promise.catch(() => {});
    closed.reject(error);
    this.#own = { closed };
  }
}
define(ReadableStreamDefaultReader, 'ReadableStreamDefaultReader');

// Whether something has been read of a stream, or it was cancelled.
const isDisturbed = (stream) => stateOf(stream, ReadableStream).disturbed;

module.exports = { ReadableStream, ReadableStreamDefaultReader, ReadableStreamDefaultController, isDisturbed };
