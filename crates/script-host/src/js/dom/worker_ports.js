'use strict';
// MessageChannel and MessagePort of a worker: from one of its scripts to another.

const { Array, ArrayBuffer, DOMException, Object, Reflect, TypeError, lists } = require('internal/intrinsics');
const { hooks, later } = require('dom/core');
const { define } = require('dom/define');
const { EventTarget, fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');

const KEY = {};
let join;

class MessagePort extends EventTarget {
  #other = null;
  #started = false;
  #waiting = [];
  static { join = (port, other) => { port.#other = other; }; }
  constructor(key) {
    if (key !== KEY) throw new TypeError('Illegal constructor');
    super();
  }
  postMessage(message, options) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'postMessage' on 'MessagePort': 1 argument required, but only 0 present.");
    }
    const given = options === undefined || options === null ? [] : Array.isArray(options) ? options : options.transfer ?? [];
    const transfer = lists.gather(given);
    if (!lists.every(transfer, (one) => one instanceof ArrayBuffer)) {
      throw new DOMException("Failed to execute 'postMessage' on 'MessagePort': only an ArrayBuffer can be transferred in a worker.", 'DataCloneError');
    }
    const data = hooks.clone(message, transfer.length > 0 ? { transfer } : undefined);
    const other = this.#other;
    if (other === null) return;
    lists.push(other.#waiting, data);
    if (other.#started) later(() => other.#deliver());
  }
  start() {
    if (this.#started) return;
    this.#started = true;
    for (let i = 0; i < this.#waiting.length; i++) later(() => this.#deliver());
  }
  close() {
    const other = this.#other;
    this.#other = null;
    this.#waiting = [];
    if (other === null) return;
    other.#other = null;
    later(() => fire(other, 'Event', 'close', {}));
  }
  #deliver() {
    if (this.#waiting.length === 0) return;
    const { 0: data } = this.#waiting;
    this.#waiting = lists.filter(this.#waiting, (_, at) => at > 0);
    fire(this, 'MessageEvent', 'message', { data });
  }
}
addHandlers(MessagePort.prototype, ['message', 'messageerror', 'close'], () => undefined);
// As a browser has it, a handler starts its port.
const { get, set } = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
Object.defineProperty(MessagePort.prototype, 'onmessage', {
  get,
  set: { onmessage(handler) { Reflect.apply(set, this, [handler]); this.start(); } }.onmessage,
  enumerable: true, configurable: true,
});
define(MessagePort, 'MessagePort');

class MessageChannel {
  #one = new MessagePort(KEY);
  #two = new MessagePort(KEY);
  constructor() {
    join(this.#one, this.#two);
    join(this.#two, this.#one);
  }
  get port1() { return this.#one; }
  get port2() { return this.#two; }
}
define(MessageChannel, 'MessageChannel');

module.exports = { MessageChannel, MessagePort };
