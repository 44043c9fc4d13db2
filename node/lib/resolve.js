'use strict';
// Makes `electron` and its kin modules that programs can require and import, as Node's own are.

const Module = require('node:module');
const { PUBLIC } = require('./host.js');

const KEY = Symbol.for('dipole.modules');

/** What Node asks of imports, on a thread of its own (`module.register`). */
const HOOKS = `
import { pathToFileURL } from 'node:url';
const names = new Map(%NAMES%);
const REQUIRED = 'electron:required/';
export async function resolve(specifier, context, next) {
  if (names.has(specifier)) return { url: 'electron:' + specifier, format: 'module', shortCircuit: true };
  // Node 20 asks so for what a CommonJS module requires whose source a loader has given it, and takes only CommonJS.
  const required = specifier.startsWith('file:') ? [...names.keys()].find((name) => specifier === pathToFileURL(name).href) : undefined;
  if (required !== undefined) return { url: REQUIRED + required, format: 'commonjs', shortCircuit: true };
  return next(specifier, context);
}
export async function load(url, context, next) {
  if (!url.startsWith('electron:')) return next(url, context);
  if (url.startsWith(REQUIRED)) {
    const source = 'module.exports = globalThis[Symbol.for("dipole.modules")](' + JSON.stringify(url.slice(REQUIRED.length)) + ');';
    return { format: 'commonjs', source, shortCircuit: true };
  }
  const name = url.slice(9);
  const own = names.get(name);
  // Node loads it once in a thread: for each app that runs there, one after the other, it has what is that app's.
  const source = 'const modules = globalThis[Symbol.for("dipole.modules")];\\nlet ' + ['all', ...own].join() + ';\\n'
    + 'const take = () => { all = modules(' + JSON.stringify(name) + ');' + own.map((one) => one + '=all.' + one).join(';') + ' };\\n'
    + 'take();\\nmodules.follow(take);\\nexport { all as default, ' + own.join() + ' };';
  return { format: 'module', source, shortCircuit: true };
}
//# sourceURL=node:dipole/imports.js
`;

/** What gives the modules that have been imported in this thread the values of the app that runs now. */
const followers = new Set();

/** Another app runs in this thread. */
function follow() {
  for (const take of followers) take();
}

/** `internal` gives a module by its public name. */
function install(internal) {
  internal.follow = (take) => { followers.add(take); };
  const ours = (name) => Object.hasOwn(PUBLIC, name);
  const isFirst = !Object.hasOwn(globalThis, KEY);
  Object.defineProperty(globalThis, KEY, { value: internal, configurable: true });
  if (!isFirst) return;
  require('./advice.js').adviseOnAddons();

  const { _load, _resolveFilename, isBuiltin } = Module;
  Module._load = function (request, parent, isMain) {
    if (ours(request)) return internal(request);
    return Reflect.apply(_load, this, arguments);
  };
  Module._resolveFilename = function (request) {
    if (ours(request)) return request;
    return Reflect.apply(_resolveFilename, this, arguments);
  };
  Module.isBuiltin = function (name) { return ours(name) || isBuiltin(name); };
  const { getBuiltinModule } = process;
  if (getBuiltinModule !== undefined) process.getBuiltinModule = function (id) { return ours(id) ? internal(id) : getBuiltinModule(id); };

  // Imports are asked about on another thread, which takes its time to begin: it begins when something may import.
  const importsLater = /\bimport\b/;
  const { _compile } = Module.prototype;
  Module.prototype._compile = function (content, file) {
    if (typeof content === 'string' && importsLater.test(content)) {
      registerImports(internal);
      standIn(this, (request, from) => Reflect.apply(_resolveFilename, Module, [request, from]));
    }
    return Reflect.apply(_compile, this, arguments);
  };
}

/**
 * Node 20 asks nobody about what an ES module imports that is itself required: it takes the package `electron` that is
 * installed. So what is loaded of that already is ours; its names are none, and only the default export is there.
 */
function standIn(from, resolve) {
  let file;
  try {
    file = resolve('electron', from);
  } catch {
    return;
  }
  if (Object.hasOwn(Module._cache, file)) return;
  const module = Object.assign(new Module(file), { filename: file, loaded: true });
  Object.defineProperty(module, 'exports', { get: () => globalThis[KEY]('electron') });
  Module._cache[file] = module;
}

let registered = false;

/** From here on `import` knows Electron's modules. */
function registerImports(internal) {
  if (registered) return;
  registered = true;
  const names = Object.keys(PUBLIC).map((name) => [name, name === 'electron/renderer' ? [] : Object.keys(internal(name)).filter((key) => /^[A-Za-z_$][\w$]*$/.test(key))]);
  Module.register(`data:text/javascript,${encodeURIComponent(HOOKS.replace('%NAMES%', () => JSON.stringify(names)))}`);
}

/** Whether this main script may import, by itself or by what compiles it: a loader of TypeScript hands `require` on to `import`. */
const mayImport = (file) => /\.[cm]?tsx?$/.test(file) || isModule(file);

/** Whether Node takes this file for an ES module, as far as its name and package.json tell. */
function isModule(file) {
  if (/\.m[jt]s$/.test(file)) return true;
  if (/\.c[jt]s$/.test(file)) return false;
  const { dirname, join } = require('node:path');
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    let text;
    try {
      text = require('node:fs').readFileSync(join(folder, 'package.json'), 'utf8');
    } catch {
      if (folder === dirname(folder)) return false;
      continue;
    }
    try {
      return JSON.parse(text).type === 'module';
    } catch {
      return false;
    }
  }
}

module.exports = { install, follow, registerImports, mayImport, isModule };
