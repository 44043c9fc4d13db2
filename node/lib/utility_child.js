'use strict';
// A utility process in Node: a program that main has started by `utilityProcess.fork`, with `process.parentPort`.

const EventEmitter = require('node:events');
const path = require('node:path');
const Module = require('node:module');
const { pathToFileURL } = require('node:url');
const { inspect } = require('node:util');
const codec = require('./codec.js');
const life = require('./life.js');
const { native, importDynamically } = require('./addon.js');

let inbox = null;
const take = (p, ports = null) => (typeof p === 'number' ? codec.decode(inbox, p, ports) : codec.decode(p, p.byteLength, ports));
const B = (e) => (e.lent === null || e.lent === undefined ? [e.out, e.at] : [e.out, e.at, e.lentAt, e.lent]);

// --- ports

const known = new Map();
const started = new Set();
const closing = new FinalizationRegistry(({ end, state }) => {
  if (!state.open) return;
  known.delete(end);
  native.port(end, 'close');
});
const endOf = new WeakMap();

class MessagePortMain extends EventEmitter {
  #state = { open: true };

  constructor(end) {
    if (typeof end !== 'number') throw new TypeError('Illegal constructor');
    super();
    endOf.set(this, { end, give: () => this.#release() });
    known.set(end, new WeakRef(this));
    closing.register(this, { end, state: this.#state });
  }

  start() {
    if (!this.#state.open) return;
    started.add(this);
    native.port(endOf.get(this).end, 'start');
  }

  close() {
    if (!this.#state.open) return;
    native.port(endOf.get(this).end, 'close');
    this.#release();
    setImmediate(() => this.emit('close'));
  }

  postMessage(message, transfer = []) {
    if (this.#state.open) send(message, transfer, this, (ends, encoded) => native.portPost(endOf.get(this).end, ends, ...encoded));
  }

  #release() {
    this.#state.open = false;
    known.delete(endOf.get(this).end);
    started.delete(this);
  }
}
codec.uncloneable.add(MessagePortMain.prototype);

/** Encodes a message, gives its ports away, and sends it. */
function send(message, transfer, source, write) {
  if (!Array.isArray(transfer)) throw new TypeError('transferables must be an array of MessagePorts');
  for (const [at, port] of transfer.entries()) {
    if (!endOf.has(port)) throw new TypeError(`Port at index ${at} is not a valid port`);
    if (port === source) throw new Error(`Port at index ${at} contains the source port.`);
    if (known.get(endOf.get(port).end)?.deref() !== port) throw new Error(`Port at index ${at} is already neutered.`);
    if (transfer.indexOf(port) < at) throw new Error(`Port at index ${at} is a duplicate.`);
  }
  const encoded = B(codec.encode(message, 'message', transfer));
  const ends = transfer.map((port) => endOf.get(port).end);
  for (const end of ends) native.port(end, 'detach');
  write(ends, encoded);
  for (const port of transfer) endOf.get(port).give();
}
const adopt = (ends) => ends.map((end) => new MessagePortMain(end));

// --- process.parentPort

const toMain = (channel, ...args) => native.toMain(channel, ...B(codec.encode(args, 'args')));

// Starts with its first listener and pauses when the last one leaves; as long as it is started the process stays.
class ParentPort extends EventEmitter {
  #waiting = [];
  #started = false;

  constructor() {
    super();
    this.on('newListener', (name) => { if (name === 'message') this.start(); });
    this.on('removeListener', (name) => { if (name === 'message' && this.listenerCount('message') === 0) this.pause(); });
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    native.listens(true);
    toMain('parent-port:listening', true);
    queueMicrotask(() => this.#deliver());
  }

  pause() {
    this.#started = false;
    native.listens(false);
    toMain('parent-port:listening', false);
  }

  postMessage(message) { toMain('parent-port:message', message); }

  receive(event) {
    this.#waiting.push(event);
    if (this.#started) this.#deliver();
  }

  #deliver() {
    while (this.#started && this.#waiting.length > 0) this.emit('message', this.#waiting.shift());
  }
}

// --- the program

const parentPort = new ParentPort();
let ownErrors = false;

/** Nobody has caught that: main tells of it, unless what is printed here goes elsewhere. */
function crash(error, origin) {
  if (ownErrors) process.stderr.write(`${life.textOf(error)}\n`);
  toMain('parent-port:uncaught', origin, inspect(error), ...life.placeOf(error).filter((part) => part !== undefined));
  process.exit(1);
}

function run({ file, args, execArgv, ownErrors: own }) {
  ownErrors = own;
  const full = path.resolve(file);
  process.argv = [process.execPath, file, ...args];
  process.execArgv = execArgv;
  // Behind this message: what the program throws is uncaught, and it may await.
  setImmediate(() => {
    process.argv[1] = full;
    const isModule = full.endsWith('.mjs');
    if (isModule) importDynamically(pathToFileURL(full).href).then(undefined, (error) => crash(error, 'uncaughtException'));
    else Module.runMain(full);
    process.argv[1] = file;
  });
}

const hooks = {
  utility(p, id) {
    const [request] = take(p);
    native.answerMain(id, null, ...B(codec.encode(undefined, 'result')));
    run(request);
  },
  post(channel, p, ends) {
    const ports = adopt(ends);
    const data = take(p, ports);
    if (channel === 'parent-port') parentPort.receive({ data, ports });
  },
  port(end, p, ends) {
    const ports = adopt(ends);
    known.get(end)?.deref()?.emit('message', { data: take(p, ports), ports });
  },
  portRoom() {},
  portClosed(end) {
    const port = known.get(end)?.deref();
    if (port === undefined) return;
    endOf.get(port).give();
    port.emit('close');
  },
  unload() { process.exit(); },
  closed() { process.exit(); },
};

life.install({
  uncaught: (error, origin) => crash(error, origin),
  rejection: (error) => crash(error, 'unhandledRejection'),
  beforeExit() {},
  exit() { native.detach(); },
});
delete process.env.DIPOLE_MAIN;
process.type = 'utility';
process.parentPort = parentPort;
inbox = Buffer.from(native.attach(hooks).inbox);
delete process.env.DIPOLE_LINK;
