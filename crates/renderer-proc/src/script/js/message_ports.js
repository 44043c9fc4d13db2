'use strict';
// `MessageChannel` and `MessagePort` of a page's worlds, and of its workers.

const { Object, Map, WeakRef, FinalizationRegistry, Array, Symbol, ArrayBuffer, DOMException, TypeError, each,
  lists } = require('internal/intrinsics');
const native = binding('renderer');
const { deliver } = require('dom/delivery');
const { refused } = require('dom/message');
const { EventTarget, addListener, fire, removeListener } = require('dom/target');

// Ports that can receive are kept alive by their channel, not by their script.
const live = new Map();
const known = new Map();
const abandoned = new FinalizationRegistry((id) => {
  known.delete(id);
  native.closePort(id);
});

const TOKEN = {};
let idOf, detach, run;
const objectOf = (port) => port.object;

class MessagePort extends EventTarget {
  #id;
  #handlers = new Map();
  #running = null;
  // The engine keeps what a registration is known by, so that cannot be the port itself.
  #token = {};

  constructor(token, id) {
    if (token !== TOKEN) throw new TypeError('Illegal constructor');
    super();
    this.#id = id;
    abandoned.register(this, id, this.#token);
  }

  postMessage(message, options) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'postMessage' on 'MessagePort': 1 argument required, but only 0 present.");
    }
    if (options === undefined && this.#id !== 0) {
      try {
        native.post(this.#id, message);
      } catch (error) {
        throw refused(error, message, 'MessagePort');
      }
      return;
    }
    const given = Array.isArray(options) ? options : options?.transfer ?? [];
    const transfer = listOf(given);
    const ports = take(transfer, 'port', this);
    const buffers = buffersIn(transfer);
    if (this.#id === 0) {
      native.clone(message, lists.map(ports, objectOf));
      for (const port of each(ports)) port.close();
    } else {
      native.postToPort(this.#id, message, lists.map(ports, (port) => port.id), lists.map(ports, objectOf));
      for (const port of each(ports)) port.gone();
    }
    if (buffers.length > 0) native.detachBuffers(buffers);
  }

  start() {
    if (this.#id === 0 || live.has(this.#id)) return;
    live.set(this.#id, this);
    native.startPort(this.#id);
  }

  close() {
    if (this.#id === 0) return;
    const id = this.#id;
    detach(this);
    native.closePort(id);
  }

  #handler(type) {
    return this.#handlers.get(type)?.own ?? null;
  }

  #setHandler(type, own) {
    const known = this.#handlers.get(type);
    if (known !== undefined) removeListener(this, type, known);
    this.#handlers.delete(type);
    if (typeof own !== 'function') return;
    // A listener of its own, also where the same function was added as one.
    const callback = (event) => run(this, own, event);
    const entry = { callback, own, capture: false, once: false, passive: false, removed: false };
    this.#handlers.set(type, entry);
    addListener(this, type, entry);
  }

  get onmessage() { return this.#handler('message'); }
  set onmessage(handler) {
    this.#setHandler('message', handler);
    this.start();
  }
  get onmessageerror() { return this.#handler('messageerror'); }
  set onmessageerror(handler) { this.#setHandler('messageerror', handler); }
  get onclose() { return this.#handler('close'); }
  set onclose(handler) { this.#setHandler('close', handler); }

  static {
    idOf = (value) => (value !== null && typeof value === 'object' && #id in value ? value.#id : undefined);
    // Calls a function as a method of the port, which costs less than to apply it.
    run = (port, listener, event) => {
      port.#running = listener;
      try {
        port.#running(event);
      } finally {
        port.#running = null;
      }
    };
    detach = (port) => {
      live.delete(port.#id);
      known.delete(port.#id);
      abandoned.unregister(port.#token);
      port.#id = 0;
    };
  }
}
Object.defineProperty(MessagePort.prototype, Symbol.toStringTag, { value: 'MessagePort', configurable: true });
native.markUncloneable(MessagePort.prototype);

function make(id) {
  const port = new MessagePort(TOKEN, id);
  known.set(id, new WeakRef(port));
  return port;
}

function tooMany() {
  throw new DOMException("Failed to construct 'MessageChannel': there are too many ports: close those that nobody needs", 'QuotaExceededError');
}

class MessageChannel {
  #ports = lists.map(native.newChannel() ?? tooMany(), make);

  get port1() { return this.#ports[0]; }
  get port2() { return this.#ports[1]; }
}
Object.defineProperty(MessageChannel.prototype, Symbol.toStringTag, { value: 'MessageChannel', configurable: true });

// What a script has given as a list; what is none is left for `take` to refuse.
function listOf(transfer) {
  if (Array.isArray(transfer) || transfer === null || typeof transfer[Symbol.iterator] !== 'function') return transfer;
  return lists.gather(transfer);
}

// The buffers of a transfer list that was checked.
function buffersIn(transfer) {
  const found = [];
  lists.forEach(transfer, (one, at) => {
    if (!(one instanceof ArrayBuffer)) return;
    if (lists.includes(found, one)) {
      throw new DOMException('ArrayBuffer at index ' + at + ' is a duplicate of an earlier ArrayBuffer.', 'DataCloneError');
    }
    lists.push(found, one);
  });
  return found;
}

/** Checks a transfer list and gives its ports; nothing has happened to them yet. */
function take(transfer, way, source) {
  if (!Array.isArray(transfer)) {
    if (way === 'ipc' || transfer === null || typeof transfer?.[Symbol.iterator] !== 'function') {
      throw new TypeError('Invalid value for transfer');
    }
    transfer = lists.gather(transfer);
  }
  const found = [];
  for (let i = 0; i < transfer.length; i++) {
    const object = transfer[i];
    const id = idOf(object);
    // The bytes of a buffer travel with the message anyway.
    if (id === undefined && way !== 'ipc' && object instanceof ArrayBuffer) continue;
    if (id === undefined) throw new TypeError('Invalid value for transfer');
    if (object === source) throw notCloned(i, 'contains the source port');
    if (id === 0) throw notCloned(i, 'is already neutered');
    if (lists.findIndex(found, (other) => other.id === id) >= 0) throw notCloned(i, 'is a duplicate of an earlier port');
    lists.push(found, { id, object, gone: () => leave(object), close: () => object.close() });
  }
  return found;
}

function notCloned(at, why) {
  return new DOMException('Port at index ' + at + ' ' + why + '.', 'DataCloneError');
}

function leave(port) {
  const id = idOf(port);
  detach(port);
  native.detachPort(id);
}

/** Takes ports away from this world; gives their numbers, for `adopt`. */
function send(transfer) {
  const ports = take(transfer, 'window');
  for (const port of each(ports)) port.gone();
  return lists.map(ports, (port) => port.id);
}

/** Ports of this world for numbers. */
function adopt(ids) {
  return lists.map(ids, (id) => {
    native.adoptPort(id);
    return make(id);
  });
}

// What takes the messages of ports that no script has: see `streams.js`.
const takers = new Map();

/** Takes what has come to a port: `closed` is null for a message that cannot be read, and `data` then says why. */
function hear(id, closed, data, ports) {
  const taker = takers.get(id);
  if (taker !== undefined) {
    taker(closed, data);
    return;
  }
  if (closed === null) {
    unreadable(id);
    return;
  }
  const port = live.get(id) ?? known.get(id)?.deref();
  if (closed) {
    if (port === undefined) return;
    detach(port);
    fire(port, 'Event', 'close', {});
    return;
  }
  if (port === undefined) return;
  deliver(port, data, ports === undefined ? null : Object.freeze(ports), run);
}

/** A message has come to a port that cannot be read. */
function unreadable(id) {
  const port = live.get(id) ?? known.get(id)?.deref();
  if (port !== undefined) fire(port, 'MessageEvent', 'messageerror', {});
}

// A worker calls both by their names.
native.onPort?.(hear);

const isPort = (value) => idOf(value) !== undefined;

module.exports = { MessageChannel, MessagePort, take, send, adopt, takers, hear, unreadable, isPort };
