'use strict';
// A utility process in Node: a program that main has started by `utilityProcess.fork`, with `process.parentPort`.

const EventEmitter = require('node:events');
const path = require('node:path');
const Module = require('node:module');
const { inspect } = require('node:util');
const { advice } = require('./advice.js');
const { compile, save } = require('./code.js');
const codec = require('./codec.js');
const life = require('./life.js');
const resolve = require('./resolve.js');
const { native, sources } = require('./addon.js');
const { begin, taking, lent, portHooks, portBinding } = require('./wire.js');

/** The ports of main's modules, which need nothing of main. */
const ports = { exports: {} };
compile(sources.modules.ports, ['exports', 'require', 'module', 'binding'], 'node:electron/ports.js')
  .call(ports.exports, ports.exports, require, ports, () => portBinding);

// --- process.parentPort

const toMain = (channel, ...args) => native.toMain(channel, ...lent(codec.encodeArgs(args, null, true)));

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
const parentPort = new ParentPort();

// --- the electron module

/** Of what is not there each member says so when it is called. */
function lacking(name, members) {
  return new Proxy(members, {
    get(target, property) {
      if (Reflect.has(target, property) || typeof property === 'symbol' || property === 'then' || property === 'toJSON') return target[property];
      return () => { throw new Error(`${name}.${property} is not supported in a utility process`); };
    },
  });
}
const electron = {
  net: lacking('net', { fetch: (...args) => globalThis.fetch(...args), isOnline: () => true, online: true }),
  systemPreferences: lacking('systemPreferences', {}),
};
resolve.install((name) => (name === 'original-fs' ? require('node:fs') : electron));

// --- the program

let ownErrors = false;
let loading = true;

/** Tells main of what nobody has caught, unless what is printed here goes elsewhere. */
function tell(error, origin, text) {
  if (ownErrors) process.stderr.write(`${text}\n`);
  toMain('parent-port:uncaught', origin, text, ...life.placeOf(error).filter((part) => part !== undefined));
}
function crash(error, origin) {
  tell(error, origin, `${inspect(error)}${advice(error)}`);
  process.exit(1);
}

function run(request) {
  ownErrors = request.ownErrors;
  require('./entry.js').disguise(request.execArgv);
  const full = path.resolve(request.file);
  process.argv = [process.execPath, full, ...request.args];
  if (resolve.mayImport(full)) resolve.registerImports(() => electron);
  // Behind this message: what the program throws is uncaught, and it may await.
  setImmediate(() => {
    // What an entry throws, or rejects, before it has come to its end, ends the process.
    setTimeout(() => { loading = false; }, 0);
    Module.runMain(full);
    process.argv[1] = request.file;
  });
}

const { adopt, ...ofPorts } = portHooks(() => ports.exports);
const hooks = {
  ...ofPorts,
  utility(p, id) {
    return taking(p, null, ([request]) => {
      native.answerMain(id, null, ...lent(codec.encode(undefined, 'result')));
      run(request);
    });
  },
  post(channel, p, ends) {
    const moved = adopt(ends);
    return taking(p, moved, (data) => { if (channel === 'parent-port') parentPort.receive({ data, ports: moved }); });
  },
  unload() { process.exit(); },
  closed() { process.exit(); },
};

life.install({
  uncaught: crash,
  rejection(error) {
    if (loading) return crash(error, 'unhandledRejection');
    // As in Electron: a promise that nobody looks after is warned of.
    return tell(error, 'unhandledRejection', `(node:${process.pid}) UnhandledPromiseRejectionWarning: ${inspect(error)}`);
  },
  beforeExit() {},
  exit() {
    native.detach();
    save();
  },
});
begin(native.attach(hooks));
for (const name of ['DIPOLE_MAIN', 'DIPOLE_LINK']) delete process.env[name];
require('./process.js').install({ version: native.version(), resourcesPath: path.dirname(require('./addon.js').file), type: 'utility' });
process.parentPort = parentPort;
