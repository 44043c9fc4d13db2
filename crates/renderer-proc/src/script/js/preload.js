'use strict';
// Preload scripts, and Node in pages that have it.

const native = binding('renderer');
const { defineLazy } = binding('host');
const { Module } = require('internal/cjs');
const { process } = require('internal/renderer_process');

function dirname(path) {
  const cut = path.lastIndexOf('/');
  return cut > 0 ? path.slice(0, cut) : '/';
}

function moduleFor(filename) {
  const module = new Module(filename, null);
  module.filename = filename;
  module.paths = Module._nodeModulePaths(dirname(filename));
  return module;
}

/** Runs a preload script as a function, so that what Node gives it does not become the page's. */
exports.run = (source, filename) => {
  // Takes a while to load, and few preload scripts use it.
  const Buffer = source.includes('Buffer') ? require('buffer').Buffer : undefined;
  const { setImmediate, clearImmediate } = require('internal/timers');
  const module = moduleFor(filename);
  const load = Module.createRequire(filename);
  const body = native.compilePreload(source, filename);
  body.call(module.exports, module.exports, load, module, process, Buffer, globalThis, setImmediate, clearImmediate,
    filename, dirname(filename));
  module.loaded = true;
};

/** Gives a page Node's globals (`nodeIntegration` without `contextIsolation`). */
exports.installNode = (filename) => {
  const path = filename === '' ? `${process.cwd()}/page` : filename;
  const globals = { require: Module.createRequire(path), module: moduleFor(path), __filename: path, __dirname: dirname(path) };
  for (const name of Object.keys(globals)) {
    Object.defineProperty(globalThis, name, { value: globals[name], writable: true, enumerable: false, configurable: true });
  }
};
