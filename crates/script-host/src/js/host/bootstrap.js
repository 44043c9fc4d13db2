'use strict';
// Sets up one realm: module loading, the task table, and the globals, most of them lazily.

// The natives; see `bindings/mod.rs`.
const native = exports;
const { defineProperty } = Object;
const toText = String;
// Plain tables without a prototype: a page can replace the methods of Map, and would so get hold
// of what is in one.
const loaded = { __proto__: null };
const bindings = { __proto__: null };
const tasks = { __proto__: null };

// What other builtin modules share with this one; they get it by binding('host').
const host = {
  native,
  tasks,
  defineLazy,
  defineLazies,
  hooks: { uncaught: undefined, rejection: undefined, handled: undefined, exit: undefined, page: undefined },
  ticks: undefined,
  userRequire,
  isLoaded: (id) => loaded[id] !== undefined,
};
bindings.host = host;

function binding(name) {
  return bindings[name] ??= native.binding(name);
}

// `require` as builtin modules see it: by any of the names a module has.
function requireBuiltin(name) {
  const id = builtinId(name);
  let module = loaded[id];
  if (module !== undefined) return module.exports;
  const body = native.compile(id);
  if (body === undefined) throw new Error(`No such built-in module: ${name}`);
  module = { exports: {}, id, loaded: false };
  loaded[id] = module;
  try {
    body(module.exports, requireBuiltin, module, binding);
    module.loaded = true;
  } finally {
    if (!module.loaded) delete loaded[id];
  }
  return module.exports;
}

// Without methods of texts, and below without templates, which the engine makes with one: they are a page's to replace.
function begins(text, start) {
  for (let i = 0; i < start.length; i++) if (text[i] !== start[i]) return false;
  return true;
}

function builtinId(name) {
  if (!begins(name, 'node:')) return name;
  let id = '';
  for (let i = 5; i < name.length; i++) id += name[i];
  return id;
}

// What a program may require: undefined when the name is not that of a builtin module it may have.
function userBuiltin(name) {
  if (!native.isBuiltin(name)) return undefined;
  if (native.policy !== 'full' && !native.policy.includes(builtinId(name))) return undefined;
  return { exports: requireBuiltin(name) };
}

function userRequire(name, from) {
  if (typeof name !== 'string') {
    const { invalidArgType } = requireBuiltin('internal/errors');
    throw invalidArgType('id', 'string', name);
  }
  const builtin = userBuiltin(name);
  if (builtin !== undefined) return builtin.exports;
  if (native.policy !== 'full') throw new Error(`module not found: ${name}`);
  return requireBuiltin('internal/cjs').requireFrom(name, from);
}
host.userBuiltin = userBuiltin;

function fire(id) {
  const task = tasks[id];
  if (task === undefined) return;
  delete tasks[id];
  task();
}

function runTicks() {
  if (host.ticks !== undefined) host.ticks();
}

function onUncaught(error, origin) {
  const { uncaught } = host.hooks;
  return uncaught !== undefined && uncaught(error, origin) === true;
}

function onRejection(reason, promise) {
  const { rejection, page } = host.hooks;
  if (rejection !== undefined && rejection(reason, promise) === true) return true;
  return page !== undefined && page.rejected(reason, promise);
}

function onHandled(promise, reason) {
  host.hooks.handled?.(promise);
  host.hooks.page?.handled(reason, promise);
}

// The engine's additions to the standard: functions would inherit them, and none could have such a property.
for (const name of ['fileName', 'lineNumber', 'columnNumber']) delete Function.prototype[name];

// --- stacks with V8's first line -----------------------------------------------------------------

function frame(site) {
  const file = site.getFileName();
  const name = site.getFunctionName();
  if (site.isNative() || file === null || file === undefined) return (name || '<anonymous>') + ' (native)';
  const line = site.getLineNumber();
  const place = line > 0 ? file + ':' + line + ':' + site.getColumnNumber() : file;
  return name && name !== '<eval>' && name !== '<anonymous>' && name !== '<module>' ? name + ' (' + place + ')' : place;
}

// A call site would hand out the functions on the stack, and with them the worlds that they are of and the scripts of the
// host. V8 does not do that for strict functions either.
function hideFunctions() {
  Error.prepareStackTrace = (error, sites) => sites;
  const [site] = new Error().stack;
  const prototype = Object.getPrototypeOf(site);
  for (const name of ['getFunction', 'getThis']) {
    const hidden = { [name]() { return undefined; } }[name];
    defineProperty(prototype, name, { value: hidden, writable: true, enumerable: false, configurable: true });
  }
}
hideFunctions();

// Bytecode of the host's own scripts has no file names.
function isInternal(file) {
  return file === '' || (typeof file === 'string' && begins(file, 'node:internal/'));
}

function head(error) {
  const name = error.name === undefined ? 'Error' : toText(error.name);
  const message = error.message === undefined ? '' : toText(error.message);
  if (name === '') return message;
  return message === '' ? name : name + ': ' + message;
}

Error.prepareStackTrace = function prepareStackTrace(error, sites) {
  let text;
  try {
    text = head(error);
  } catch {
    text = '<error>';
  }
  let native = '';
  for (let i = 0; i < sites.length; i++) {
    const site = sites[i];
    const line = '\n    at ' + frame(site);
    // Frames of this set-up code are noise, and so are the native calls it makes.
    if (site.isNative()) native += line;
    else {
      if (!isInternal(site.getFileName())) text += native + line;
      native = '';
    }
  }
  return text + native;
};

// --- globals -------------------------------------------------------------------------------------

// Properties that cost next to nothing until they are touched; then they are ordinary ones. The names are an array or one text.
function defineLazies(target, names, enumerable, make) {
  const define = (self, name, value) => {
    defineProperty(target, name, { __proto__: null, value, writable: true, enumerable, configurable: true });
  };
  const get = (self, name) => {
    const value = make(name);
    define(self, name, value);
    return value;
  };
  native.defineAccessors(target, names, enumerable, get, define);
}

function defineLazy(target, name, enumerable, make) {
  defineLazies(target, name, enumerable, make);
}

function lazy(names, enumerable, module) {
  defineLazies(globalThis, names, enumerable, (name) => requireBuiltin(module)[name]);
}

// The engine's has the time of another clock for its beginning: programs add that to `now()` and compare with the date.
const { now } = performance;
const timeOrigin = Date.now() - now();
defineProperty(globalThis, 'performance', {
  value: { now, timeOrigin, toJSON: () => ({ timeOrigin }) }, writable: true, enumerable: true, configurable: true,
});
lazy('setTimeout setInterval clearTimeout clearInterval queueMicrotask', true, 'internal/timers');
lazy('TextEncoder TextDecoder', false, 'internal/web');
lazy('URL URLSearchParams', false, 'url');
defineLazy(globalThis, 'console', false, () => requireBuiltin('internal/console').console);
if (native.hasClone()) {
  defineLazy(globalThis, 'structuredClone', true, () => binding('clone').structuredClone);
}

defineLazy(globalThis, 'Intl', false, () => requireBuiltin('intl/intl').Intl);
const localized = (kind, names) => {
  defineLazies(globalThis[kind].prototype, names, false, (name) => requireBuiltin('intl/intl').methods[kind][name]);
};
localized('Number', 'toLocaleString');
localized('BigInt', 'toLocaleString');
localized('Date', 'toLocaleString toLocaleDateString toLocaleTimeString');
localized('String', 'localeCompare');

if (native.eventGlobals) {
  lazy('EventTarget Event AbortController AbortSignal', false, 'internal/web');
  const web = {
    __proto__: null, URLPattern: 'url_pattern',
    Blob: 'blob', File: 'blob', FormData: 'form_data', Headers: 'fetch_classes', Request: 'fetch_classes', Response: 'fetch_classes',
    ReadableStream: 'readable', ReadableStreamDefaultReader: 'readable', ReadableStreamDefaultController: 'readable',
    WritableStream: 'writable', WritableStreamDefaultWriter: 'writable', WritableStreamDefaultController: 'writable',
    TransformStream: 'transform', TransformStreamDefaultController: 'transform', TextEncoderStream: 'transform',
    TextDecoderStream: 'transform', CompressionStream: 'compression', DecompressionStream: 'compression', CountQueuingStrategy: 'stream_queue', ByteLengthQueuingStrategy: 'stream_queue',
    Crypto: 'web_crypto', CryptoKey: 'web_crypto', SubtleCrypto: 'web_crypto', Performance: 'performance',
    PerformanceEntry: 'performance', PerformanceMark: 'performance', PerformanceMeasure: 'performance',
    PerformanceObserver: 'performance', PerformanceObserverEntryList: 'performance', PerformanceResourceTiming: 'performance',
  };
  lazy('fetch', true, 'internal/fetch_main');
  defineLazies(globalThis, Object.keys(web), false, (name) => requireBuiltin('internal/' + web[name])[name]);
  defineLazies(performance, 'mark measure clearMarks clearMeasures clearResourceTimings getEntries getEntriesByType getEntriesByName '
    + 'setResourceTimingBufferSize', true, (name) => requireBuiltin('internal/performance').methods[name]);
}

if (native.nodeGlobals) {
  defineProperty(globalThis, Symbol.toStringTag, { value: 'global', writable: false, enumerable: false, configurable: true });
  defineProperty(globalThis, 'global', { value: globalThis, writable: true, enumerable: true, configurable: true });
  lazy('setImmediate clearImmediate', true, 'internal/timers');
  lazy('Buffer', false, 'buffer');
  lazy('crypto', false, 'internal/web_crypto');
  defineLazy(globalThis, 'process', false, () => requireBuiltin('process'));
}

function finish(code) {
  return host.hooks.exit === undefined ? code : host.hooks.exit(code);
}

return { require: requireBuiltin, userRequire, fire, runTicks, onUncaught, onRejection, onHandled, finish };
