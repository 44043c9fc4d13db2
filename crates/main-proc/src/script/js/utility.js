'use strict';
// utilityProcess: a program of Node's kind in a process of its own. It is a renderer's process with an empty page.

const EventEmitter = require('events');
const native = binding('dipole');
const { Event, tell } = require('dipole/ipc_events');
const { kState, claim, forget } = require('dipole/process_link');
const { transferToFrame, postToLink } = require('dipole/ports');
const { check } = require('dipole/utility_options');

const PREFERENCES = { nodeIntegration: true, contextIsolation: false, sandbox: false, additionalArguments: [] };

class UtilityProcess extends EventEmitter {
  #pid = undefined;
  #killed = false;
  #streams;

  constructor(file, options) {
    super();
    const streams = [options.stdout, options.stderr];
    const link = native.fork(options.cwd, options.env, streams, options.execArgv, file);
    this.#streams = streams.map((kind, place) => {
      return kind === 'pipe' ? new (require('dipole/child_stream').ChildStream)(link, place) : null;
    });
    Object.defineProperty(this, kState, {
      value: new Child(this, link, file, options, {
        spawned: () => {
          this.#pid = native.pid(link);
          this.emit('spawn');
        },
        ended: (reason, exitCode, text, clean) => this.#ended(options.name, reason, exitCode, text, clean),
      }),
    });
    claim(link, this);
  }

  get pid() { return this.#pid; }
  get stdout() { return this.#streams[0]; }
  get stderr() { return this.#streams[1]; }

  postMessage(message, transfer) {
    const ports = transferToFrame(transfer);
    const { link } = this[kState];
    if (link === 0) return;
    postToLink(link, 'parent-port', message, ports);
  }

  kill() {
    const { link } = this[kState];
    if (link === 0) return false;
    this.#killed = true;
    native.kill(link);
    return true;
  }

  #ended(name, reason, exitCode, text, clean) {
    this.#pid = undefined;
    const code = this.#killed ? 0 : exitCode;
    if (!this.#killed && !clean && reason !== 'clean-exit' && reason !== 'abnormal-exit') {
      const { app } = require('dipole/app');
      // A program that listens knows what to do about it; why one could not be started has been told.
      if (this.listenerCount('exit') === 0 && app.listenerCount('child-process-gone') === 0) {
        const what = `the utility process '${name}' ${text}`;
        native.crashed(0, what, reason === 'launch-failed' ? '' : `main-proc: ${what}`);
      }
      tell(app, 'child-process-gone', new Event(), {
        type: 'Utility', reason, exitCode, serviceName: 'node.mojom.NodeService', name,
      });
    }
    tell(this, 'exit', code);
  }
}
native.markUncloneable(UtilityProcess.prototype);

// What the loop tells of the process.
class Child {
  destroyed = false;
  listening = false;
  running = false;

  constructor(owner, link, file, options, events) {
    this.owner = owner;
    this.link = link;
    this.name = options.name;
    // What is inherited goes through main's own output, so that lines stay whole; the rest is the process's alone.
    this.ownOutput = [options.stdout, options.stderr].map((kind) => kind !== 'inherit');
    this.request = { file, args: options.args, execArgv: options.execArgv, ownErrors: this.ownOutput[1] };
    this.events = events;
  }

  linkReady() {
    native.tell(this.link, 'load', [{
      url: 'about:blank', preload: null, preferences: PREFERENCES, appPath: require('dipole/info').appPath,
      argv: process.argv.slice(0, 1), ownOutput: this.ownOutput, navigation: 1,
    }]);
  }

  system(channel, args) {
    if (channel === 'load-event' && args[0] === 'did-finish-load') this.run();
    if (channel === 'uncaught') {
      const [{ message, stack, file, line }, kind] = args;
      this.uncaught(kind === 'rejection', stack || message, file, line);
    }
  }

  // Whose errors go elsewhere has written there of them; the rest is told here.
  uncaught(isRejection, text, file, line) {
    const told = this.ownOutput[1] ? '' : text;
    native.problem(isRejection ? 'unhandled-rejection' : 'uncaught-error', 0, text, told,
      typeof file === 'string' ? file : undefined, typeof line === 'number' ? line >>> 0 : 0);
  }

  run() {
    this.events.spawned();
    native.invoke(this.link, 'utility', [this.request], () => { this.running = true; });
    native.release(this.link);
  }

  receive(channel, args) {
    if (channel === 'parent-port:message') this.owner.emit('message', args[0]);
    if (channel === 'parent-port:uncaught' && typeof args[1] === 'string') {
      const [origin, text, file, line] = args;
      this.uncaught(origin === 'unhandledRejection', text, file, line);
    }
    if (channel === 'parent-port:listening') this.listening = args[0] === true;
  }

  // Nothing is left to do there, and nobody listens: as Node does, it ends.
  linkIdle() {
    if (this.running && !this.listening) native.stop(this.link);
  }

  linkGone(link, reason, exitCode, text, clean) {
    forget(link);
    this.link = 0;
    this.destroyed = true;
    this.events.ended(reason, exitCode, text, clean);
  }
}

const utilityProcess = {
  fork(modulePath, args, options) {
    const checked = check(modulePath, args, options);
    if (!require('dipole/app').app.isReady()) {
      throw new TypeError('utilityProcess cannot be created before app is ready.');
    }
    return new UtilityProcess(modulePath, checked);
  },
};

module.exports = { utilityProcess };
