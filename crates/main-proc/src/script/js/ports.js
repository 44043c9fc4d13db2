'use strict';
// MessageChannelMain and MessagePortMain. The ends of channels live in native code; a port holds one by its holder,
// and the end closes when the last reference to a port that was not started goes away.

const EventEmitter = require('events');
const native = binding('dipole');

// Ports by the number of their end: weakly, and strongly while they may still receive.
const known = new Map();
const started = new Map();
const registry = new FinalizationRegistry((end) => {
  if (known.get(end)?.deref() === undefined) known.delete(end);
});

let adopting = null;

class MessagePortMain extends EventEmitter {
  #holder;
  #end;
  #goesOn;

  constructor() {
    if (adopting === null) throw new TypeError('Illegal constructor');
    super();
    this.#holder = adopting;
    adopting = null;
    this.#end = this.#holder('end');
    known.set(this.#end, new WeakRef(this));
    registry.register(this, this.#end);
  }

  start() {
    if (this.#holder === null) return;
    started.set(this.#end, this);
    this.#holder('start');
  }

  close() {
    if (this.#holder === null) return;
    this.#holder('close');
    this.#release();
    // Before anything else that the loop tells, on whichever loop.
    process.nextTick(() => this.emit('close'));
  }

  postMessage(message, transfer) {
    const ports = transferList(transfer, this);
    if (this.#holder === null) return;
    native.portPost(this.#end, message, ports, ports.map((port) => port.#holder));
    for (const port of ports) port.#release();
  }

  #release() {
    this.#holder = null;
    known.delete(this.#end);
    started.delete(this.#end);
  }

  static deliver(end, data, ports) {
    known.get(end)?.deref()?.emit('message', { data, ports });
  }

  static ended(end) {
    const port = known.get(end)?.deref();
    if (port === undefined || port.#holder === null) return;
    port.#holder('ended');
    port.#release();
    port.emit('close');
  }

  // What can be said against transferring that port, if it is one.
  static complaint(port, at, source) {
    if (typeof port !== 'object' || port === null || !(#holder in port)) {
      return new TypeError(`Port at index ${at} is not a valid port`);
    }
    if (port === source) return new Error(`Port at index ${at} contains the source port.`);
    if (port.#holder === null) return new Error(`Port at index ${at} is already neutered.`);
    return undefined;
  }

  // Whether something waits for the other end to take more, and then `goesOn` is called once when that has left; or for this
  // end's `close`, when the other one is gone already.
  static waits(port, goesOn) {
    if (port.#holder === null || port.#holder('waits') === 0) return false;
    port.#goesOn = goesOn;
    return true;
  }

  static room(end) {
    const port = known.get(end)?.deref();
    const goesOn = port?.#goesOn;
    if (goesOn === undefined) return;
    port.#goesOn = undefined;
    goesOn();
  }

  // Gives a port's holder to `send`, which takes its end away.
  static give(port, send) {
    const given = send(port.#holder);
    if (given) port.#release();
    return given;
  }

  static post(link, channel, message, ports) {
    native.post(link, channel, message, ports, ports.map((port) => port.#holder));
    for (const port of ports) port.#release();
  }
}
const { deliver, ended, complaint, post, waits, room, give } = MessagePortMain;
for (const name of ['deliver', 'ended', 'complaint', 'post', 'waits', 'room', 'give']) delete MessagePortMain[name];
native.markUncloneable(MessagePortMain.prototype);

function adopt(holder) {
  adopting = holder;
  return new MessagePortMain();
}

// Checks the ports of a transfer through a port.
function transferList(transfer, source) {
  if (transfer === undefined || transfer === null) return [];
  if (!Array.isArray(transfer)) throw new TypeError('transferables must be an array of MessagePorts');
  const ports = [...transfer];
  for (let at = 0; at < ports.length; at++) {
    const error = complaint(ports[at], at, source) ??
      (ports.indexOf(ports[at]) < at ? new Error(`Port at index ${at} is a duplicate.`) : undefined);
    if (error !== undefined) throw error;
  }
  return ports;
}

// Checks the ports of `webContents.postMessage`, whose first complaint is another.
function transferToFrame(transfer) {
  if (transfer === undefined || transfer === null) return [];
  const invalid = !Array.isArray(transfer) ||
    transfer.some((port, at) => complaint(port, at, null) instanceof TypeError);
  if (invalid) throw new TypeError('Invalid value for transfer');
  return transferList(transfer, null);
}

class MessageChannelMain {
  constructor() {
    const [first, second] = native.channel();
    this.port1 = adopt(first);
    this.port2 = adopt(second);
  }
}
native.markUncloneable(MessageChannelMain.prototype);

// The loop's calls: an end that came with a message, a message for an end, and that nothing waits for the other end any more.
function port(verb, first, data, ports) {
  if (verb === 'adopt') return adopt(first);
  if (verb === 'room') room(first);
  else deliver(first, data, ports);
  return undefined;
}

module.exports = {
  MessageChannelMain, MessagePortMain, transferToFrame, postToLink: post, port, portClosed: ended, waits, give,
};
