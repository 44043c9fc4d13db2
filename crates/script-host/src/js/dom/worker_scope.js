'use strict';
// The global object of a worker.

const { Object, Symbol, DOMException, TypeError, lists, text } = require('internal/intrinsics');
const core = require('dom/core');
const { b, report } = core;
const { define, accessors, lazy } = require('dom/define');
const { EventTarget, Listeners, fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');
const { defineLazies } = binding('host');

class WorkerGlobalScope extends EventTarget {
  constructor() {
    super();
    throw new TypeError('Illegal constructor');
  }
}
class DedicatedWorkerGlobalScope extends WorkerGlobalScope {}
class SharedWorkerGlobalScope extends WorkerGlobalScope {}
let isShared = false;
class WorkerNavigator {}
class WorkerLocation {
  toString() { return b.url(); }
}

const TIMELINE = 'mark measure clearMarks clearMeasures clearResourceTimings getEntries getEntriesByType getEntriesByName '
  + 'setResourceTimingBufferSize';
const failure = (why) => "Failed to execute 'importScripts' on 'WorkerGlobalScope': " + why;

function makeNavigator() {
  define(WorkerNavigator, 'WorkerNavigator');
  return Object.setPrototypeOf({
    userAgent: b.userAgent(), appName: 'Netscape', appCodeName: 'Mozilla', product: 'Gecko', platform: b.platform, language: 'en-US',
    languages: Object.freeze(['en-US']), onLine: true, hardwareConcurrency: 1,
  }, WorkerNavigator.prototype);
}

function makeLocation() {
  const { partOf } = require('dom/address');
  const parts = lists.table(['protocol', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'], (name) => () => partOf[name](b.split(b.url())));
  accessors(WorkerLocation.prototype, { href: () => b.url(), origin: () => require('dom/address').originOf(b.split(b.url())), ...parts });
  define(WorkerLocation, 'WorkerLocation');
  return Object.create(WorkerLocation.prototype);
}

/** Makes the global object a worker's; `host` is who has begun it. */
function install(host) {
  const value = (name, given) => Object.defineProperty(globalThis, name, { value: given, writable: true, enumerable: true, configurable: true });
  isShared = host.isShared;
  value('self', globalThis);
  value('name', host.name);
  value('isSecureContext', true);
  value('crossOriginIsolated', false);
  lazy('navigator', true, makeNavigator);
  lazy('location', true, makeLocation);
  lazy('origin', true, () => require('dom/address').originOf(b.split(b.url())));
  defineLazies(performance, TIMELINE, true, (name) => require('internal/performance').methods[name]);
  const functions = {
    postMessage(message, options) {
      if (arguments.length === 0) {
        throw new TypeError("Failed to execute 'postMessage' on 'DedicatedWorkerGlobalScope': 1 argument required, but only 0 present.");
      }
      const { buffers, ports } = require('internal/worker').transferred('DedicatedWorkerGlobalScope', options);
      checked((given) => host.post(given, ports), message, 'DedicatedWorkerGlobalScope');
      if (buffers.length > 0) host.detach(buffers);
    },
    close() { host.close(); },
    importScripts(...urls) {
      if (host.isModule) throw new TypeError(failure('Module scripts don\'t support importScripts().'));
      lists.forEach(urls, (url) => { importScript(host, text(url)); });
    },
    fetch: async (input, init) => require('internal/fetch').fetch(input, init),
    reportError(error) { report(error); },
  };
  if (isShared) delete functions.postMessage;
  lists.forEach(Object.keys(functions), (name) => { value(name, functions[name]); });
  addHandlers(WorkerGlobalScope.prototype, 'onerror onlanguagechange onoffline ononline onrejectionhandled onunhandledrejection', () => undefined);
  addHandlers(DedicatedWorkerGlobalScope.prototype, 'onmessage onmessageerror', () => undefined);
  addHandlers(SharedWorkerGlobalScope.prototype, 'onconnect', () => undefined);
  const Own = isShared ? SharedWorkerGlobalScope : DedicatedWorkerGlobalScope;
  const name = isShared ? 'SharedWorkerGlobalScope' : 'DedicatedWorkerGlobalScope';
  const classes = { WorkerGlobalScope, [name]: Own, WorkerNavigator, WorkerLocation };
  lists.forEach(Object.keys(classes), (name) => {
    Object.defineProperty(globalThis, name, { value: classes[name], writable: true, configurable: true });
  });
  define(WorkerGlobalScope, 'WorkerGlobalScope');
  define(Own, name);
  Object.setPrototypeOf(globalThis, Own.prototype);
  Object.defineProperty(globalThis, Symbol.toStringTag, { value: name, configurable: true });
  Listeners.add(globalThis);
}

/** Calls what sends a message; what cannot be sent is told as a page is told of it. */
function checked(send, message, name) {
  try {
    return send(message);
  } catch (error) {
    throw require('dom/message').refused(error, message, name);
  }
}

/** Runs the script at a URL before anything else goes on. */
function importScript(host, url) {
  const file = b.resolve(url);
  if (file === undefined || file === null) throw new DOMException(failure("The URL '" + url + "' is invalid."), 'SyntaxError');
  const found = b.read(file);
  if (typeof found === 'string') throw new DOMException(failure("The script at '" + file + "' failed to load: " + found), 'NetworkError');
  host.evaluate(new TextDecoder().decode(found), file);
}

/** A message of the page, and the ports that came with it. */
function message(data, ports) {
  Object.freeze(ports);
  // A shared one is told of each script that it has got.
  if (isShared) fire(globalThis, 'MessageEvent', 'connect', { data: '', ports, source: ports[0] });
  else fire(globalThis, 'MessageEvent', 'message', { data, ports });
}

function unreadable() {
  fire(globalThis, 'MessageEvent', 'messageerror', {});
}

/** Workers of workers: there are none. */
class Worker extends EventTarget {
  constructor() {
    super();
    throw new DOMException("Failed to construct 'Worker': a worker begins no worker of its own here: begin it from the page", 'NotSupportedError');
  }
}
define(Worker, 'Worker');

module.exports = { Worker, install, message, unreadable };
