'use strict';
// Turns an empty page with Node's modules into a utility process.

const EventEmitter = require('events');
const { resolve } = require('path');
const { inspect, types } = require('util');
const { runMain } = require('internal/cjs');
const { about } = require('internal/instead');
const { ipcRenderer } = require('internal/ipc_renderer');
const { process } = require('internal/renderer_process');

// What belongs to a page and not to a utility process.
const HIDDEN = ['window', 'document', 'location', 'navigator', 'history', 'frames', 'parent', 'top', 'self', 'opener',
  'localStorage', 'sessionStorage', 'alert', 'confirm', 'prompt', 'HTMLElement', 'Element', 'Node', 'Document'];

const portOf = new WeakMap();

// A DOM port in the clothes of main's.
class MessagePortMain extends EventEmitter {
  constructor(port) {
    super();
    portOf.set(this, port);
    port.addEventListener('message', (event) => this.emit('message', { data: event.data, ports: wrap(event.ports) }));
    port.addEventListener('close', () => this.emit('close'));
  }
  start() { portOf.get(this).start(); }
  close() { portOf.get(this).close(); }
  postMessage(message, transfer = []) {
    portOf.get(this).postMessage(message, transfer.map((port) => portOf.get(port) ?? port));
  }
}
const wrap = (ports) => Array.from(ports ?? [], (port) => new MessagePortMain(port));

// Starts with its first listener and pauses when the last one leaves.
class ParentPort extends EventEmitter {
  #waiting = [];
  #started = false;
  constructor() {
    super();
    this.on('newListener', (name) => { if (name === 'message') this.start(); });
    this.on('removeListener', (name) => {
      if (name === 'message' && this.listenerCount('message') === 0) this.pause();
    });
  }
  start() {
    if (this.#started) return;
    this.#started = true;
    ipcRenderer.send('parent-port:listening', true);
    queueMicrotask(() => this.#deliver());
  }
  pause() {
    this.#started = false;
    ipcRenderer.send('parent-port:listening', false);
  }
  postMessage(message) { ipcRenderer.send('parent-port:message', message); }
  receive(event) {
    this.#waiting.push(event);
    if (this.#started) this.#deliver();
  }
  #deliver() {
    while (this.#started && this.#waiting.length > 0) this.emit('message', this.#waiting.shift());
  }
}

// File and line where an error was thrown, as far as its stack tells.
function placeOf(error) {
  const stack = types.isNativeError(error) && typeof error.stack === 'string' ? error.stack : '';
  const [, file, line] = /^ *at (?:.*\()?([^()\n]+):(\d+):\d+\)?$/m.exec(stack) ?? [];
  return file === undefined ? [] : [file, Number(line)];
}

/** Runs the program that main has asked for. */
module.exports = function start(request) {
  const port = new ParentPort();
  ipcRenderer.on('parent-port', (event, data) => port.receive({ data, ports: wrap(event.ports) }));
  delete process.env.DIPOLE_LINK;
  delete process.env.DIPOLE_MAIN;
  process.type = 'utility';
  process.parentPort = port;
  process.argv = [process.argv[0], request.file, ...request.args];
  process.execArgv = request.execArgv;
  for (const name of HIDDEN) delete globalThis[name];
  // Main tells of it, unless what is printed here goes elsewhere.
  const tell = (error, origin, text) => {
    if (request.ownErrors) console.error(text);
    ipcRenderer.send('parent-port:uncaught', origin, text, ...placeOf(error));
  };
  const crash = (error, origin) => {
    tell(error, origin, `${inspect(error)}${about(error)}`);
    process.exit(1);
  };
  const last = (error, origin) => {
    if (process.listenerCount('uncaughtException') > 1) return;
    // As in Electron: a promise that nobody looks after is warned of.
    if (origin === 'unhandledRejection' && !loading) tell(error, origin, `(node:${process.pid}) UnhandledPromiseRejectionWarning: ${inspect(error)}`);
    else crash(error, origin);
  };
  let loading = true;
  process.on('uncaughtException', last);
  // An entry that is a module fails as a promise does.
  setTimeout(() => { loading = false; }, 0);
  try {
    runMain(resolve(request.file));
  } catch (error) {
    crash(error);
  }
};
