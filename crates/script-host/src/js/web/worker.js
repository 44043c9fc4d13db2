'use strict';
// Worker: a thread with scripts of its own, as its page sees it.

const { define } = require('internal/web_class');
const { EventTarget, fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');
const { b, hooks, later, report } = require('dom/core');
const blobs = require('internal/blob');

// Those that have not ended. They need nobody who holds them.
const live = new Map();
const MESSAGE = 0;
const ERROR = 1;
const NOT_FOUND = 2;
const ASK = 3;
const READ = 4;
const ENDED = 5;
const UNREADABLE = 6;
// After so many milliseconds a worker that had no room for an answer is asked again.
const AGAIN = 20;

const failure = (of, why) => `Failed to construct '${of === undefined ? 'Worker' : 'SharedWorker'}': ${why}`;
let forget;

/** What of a worker is shared: who has to hear that it is gone. No script gets hold of one. */
class Sharing {
  constructor(gone) { this.gone = gone; }
}
// What workers are shared by.
const sharings = new WeakMap();

class Worker extends EventTarget {
  #id = 0;
  static {
    forget = (worker) => { worker.#id = 0; };
  }
  constructor(url, options = {}) {
    if (arguments.length === 0) throw new TypeError(failure(undefined, '1 argument required, but only 0 present.'));
    super();
    const sharing = arguments[2] instanceof Sharing ? arguments[2] : undefined;
    if (sharing !== undefined) sharings.set(this, sharing);
    const type = options?.type === undefined ? 'classic' : String(options.type);
    if (type !== 'classic' && type !== 'module') {
      throw new TypeError(failure(sharing, `Failed to read the 'type' property from 'WorkerOptions': The provided value '${type}' is not a valid enum value of type WorkerType.`));
    }
    const name = options?.name === undefined ? '' : String(options.name);
    const file = resolved(sharing, url);
    if (hooks.worker === null) throw new DOMException(failure(sharing, 'there are no workers in this world'), 'NotSupportedError');
    // What a blob's URL means may be forgotten as soon as this returns.
    const source = /^blob:/i.test(file) ? textAt(file) : undefined;
    if (source === null) {
      later(() => {
        sharing?.gone();
        fire(this, 'Event', 'error', { cancelable: true });
      });
      return;
    }
    const begun = hooks.worker.begin(file, name, type === 'module', source, sharing !== undefined);
    if (typeof begun === 'string') throw new DOMException(failure(sharing, begun), 'QuotaExceededError');
    this.#id = begun;
    live.set(begun, this);
  }
  postMessage(message, options) {
    if (arguments.length === 0) throw new TypeError("Failed to execute 'postMessage' on 'Worker': 1 argument required, but only 0 present.");
    const { buffers, ports } = transferred('Worker', options);
    // Also to one that has ended, with which its ports go.
    if (!send(this.#id, message, ports)) {
      throw new DOMException("Failed to execute 'postMessage' on 'Worker': the worker has not taken the 64 MB or 16,384 messages that wait for it: answer messages before more are posted", 'QuotaExceededError');
    }
    if (buffers.length > 0) hooks.clone(buffers, { transfer: buffers });
  }
  terminate() {
    if (this.#id === 0) return;
    live.delete(this.#id);
    hooks.worker.end(this.#id);
    this.#id = 0;
  }
}
addHandlers(Worker.prototype, 'onerror onmessage onmessageerror', () => undefined);
define(Worker, 'Worker');

/** A worker of whose own port its page makes no use; `gone` is called when it has ended, or was never there. */
function beginShared(url, options, gone) {
  return new Worker(url, options, new Sharing(gone));
}

function resolved(sharing, url) {
  const given = String(url);
  try {
    return new URL(given, b.baseUrl()).href;
  } catch {
    throw new DOMException(failure(sharing, `Script at '${given}' cannot be accessed from origin '${globalThis.origin}'.`), 'SyntaxError');
  }
}

// The text of a blob that a URL names; null for none.
function textAt(url) {
  const blob = blobs.blobAt(url.replace(/#.*$/s, ''));
  return blob === undefined ? null : new TextDecoder().decode(blobs.bytes(blob));
}

function send(id, message, ports) {
  try {
    return hooks.worker.post(id, message, ports);
  } catch (error) {
    throw require('dom/message').refused(error, message, 'Worker');
  }
}

/** The buffers and the ports of a transfer list; nothing else can go to or from a worker. */
function transferred(name, options) {
  const given = options === undefined || options === null ? [] : typeof options[Symbol.iterator] === 'function' ? options : options.transfer ?? [];
  const buffers = [];
  const ports = [];
  for (const [at, one] of [...given].entries()) {
    const wrong = (why) => new DOMException(`Failed to execute 'postMessage' on '${name}': ${why}`, 'DataCloneError');
    if (one instanceof ArrayBuffer) {
      if (buffers.includes(one)) throw wrong(`ArrayBuffer at index ${at} is a duplicate of an earlier ArrayBuffer.`);
      if (one.detached) throw wrong(`ArrayBuffer at index ${at} is already detached.`);
      buffers.push(one);
    } else if (hooks.isPort?.(one)) {
      ports.push(one);
    } else {
      throw wrong(`Value at index ${at} does not have a transferable type: only an ArrayBuffer or a MessagePort can be given to a worker, or taken from it.`);
    }
  }
  return { buffers, ports };
}

/** What a worker says to this world; of an error, whether it was taken. */
function hear(id, kind, ...given) {
  const worker = live.get(id);
  if (worker === undefined) return true;
  switch (kind) {
    case MESSAGE: return fire(worker, 'MessageEvent', given[1] ? 'messageerror' : 'message', { data: given[0], ports: Object.freeze(given[2] ?? []) });
    case ERROR: {
      const [message, filename, lineno] = given;
      return !fire(worker, 'ErrorEvent', 'error', { cancelable: true, message, filename, lineno, colno: 0, error: null });
    }
    case NOT_FOUND:
      sharings.get(worker)?.gone();
      return fire(worker, 'Event', 'error', { cancelable: true });
    case ASK: return void find(id, given[0], given[1]);
    case UNREADABLE: return answer(id, given[0], false, `The page could not read what was asked: ${given[1]}`);
    case READ: return answerRead(id, given[0]);
    case ENDED:
      live.delete(id);
      forget(worker);
      sharings.get(worker)?.gone();
      return hooks.worker.end(id);
    default: return undefined;
  }
}

// What is at a URL, for a worker that waits for it.
function read(url) {
  if (!/^blob:/i.test(url)) return b.read(url);
  const blob = blobs.blobAt(url.replace(/#.*$/s, ''));
  return blob === undefined ? `nothing is at ${url}` : blobs.bytes(blob).slice().buffer;
}

// The worker's thread waits for it, whatever comes of it.
function answerRead(id, url) {
  try {
    hooks.worker.found(id, read(url));
  } catch (error) {
    hooks.worker.found(id, String(error));
  }
}

// Asks main in a worker's name.
async function find(id, number, given) {
  let isValue = true;
  let value;
  try {
    value = await hooks.read(...given);
  } catch (error) {
    isValue = false;
    value = String(error?.message ?? error);
  }
  answer(id, number, isValue, value);
}

// Gives a worker the answer to its question, as soon as there is room for it.
function answer(id, number, isValue, value) {
  if (!live.has(id)) return;
  let isTaken;
  try {
    isTaken = hooks.worker.answer(id, number, isValue, value);
  } catch (error) {
    if (!isValue) return void report(error);
    return void answer(id, number, false, `The answer could not be given to the worker: ${error?.message ?? error}`);
  }
  if (!isTaken) require('internal/timers').setTimeout(() => { answer(id, number, isValue, value); }, AGAIN);
}

module.exports = { Worker, beginShared, hear, transferred };
