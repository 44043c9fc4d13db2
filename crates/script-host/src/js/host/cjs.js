'use strict';
// CommonJS modules of programs: lookup as Node does it, wrapper, cache, cycles.

const { native, userBuiltin } = binding('host');
const files = binding('modules');

const FILE = 1;
const FOLDER = 2;

const cache = { __proto__: null };
const lookups = new Map();
let mainModule;

function dirname(path) {
  const cut = path.lastIndexOf('/');
  return cut > 0 ? path.slice(0, cut) : cut === 0 ? '/' : '.';
}

// Joins and normalizes; `path` may be absolute.
function resolvePath(base, path) {
  const parts = [];
  for (const part of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function isPath(request) {
  return request === '.' || request === '..' || request.startsWith('/') ||
    request.startsWith('./') || request.startsWith('../');
}

function tryFile(path) {
  return files.kind(path) === FILE ? files.realPath(path) : undefined;
}

function tryExtensions(path) {
  for (const extension of Object.keys(Module._extensions)) {
    const found = tryFile(path + extension);
    if (found !== undefined) return found;
  }
  return undefined;
}

function packageJson(folder) {
  const path = `${folder}/package.json`;
  if (files.kind(path) !== FILE) return undefined;
  try {
    return JSON.parse(files.readText(path));
  } catch (error) {
    error.path = path;
    error.message = `Error parsing ${path}: ${error.message}`;
    throw error;
  }
}

function tryFolder(folder) {
  const main = packageJson(folder)?.main;
  if (typeof main === 'string' && main !== '') {
    const path = resolvePath(folder, main);
    const found = tryFile(path) ?? tryExtensions(path) ?? tryExtensions(`${path}/index`);
    if (found !== undefined) return found;
  }
  return tryExtensions(`${folder}/index`);
}

function tryPath(path, request) {
  if (!request.endsWith('/') && !/(^|\/)\.\.?$/.test(request)) {
    const found = tryFile(path) ?? tryExtensions(path);
    if (found !== undefined) return found;
  }
  return files.kind(path) === FOLDER ? tryFolder(path) : undefined;
}

// Which of a package's targets are meant, by who asks for them.
const REQUIRE = ['electron', 'node', 'require', 'module-sync', 'default'];
const IMPORT = ['electron', 'node', 'import', 'module-sync', 'default'];

// The target that package.json "exports" names for a subpath, by these conditions.
function exportsTarget(map, subpath, conditions) {
  if (map === null || map === undefined) return undefined;
  if (typeof map === 'string' || Array.isArray(map) || !Object.keys(map).some((key) => key.startsWith('.'))) {
    return subpath === '.' ? conditional(map, conditions) : undefined;
  }
  return mapped(map, subpath, conditions);
}

// What a table of names and patterns has for a name: by itself, or by the longest pattern.
function mapped(map, subpath, conditions) {
  if (Object.hasOwn(map, subpath)) return conditional(map[subpath], conditions);
  const patterns = Object.entries(map).sort(([a], [b]) => b.indexOf('*') - a.indexOf('*') || b.length - a.length);
  for (const [pattern, target] of patterns) {
    const star = pattern.indexOf('*');
    if (star < 0) continue;
    const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
    if (subpath.length >= pattern.length && subpath.startsWith(before) && subpath.endsWith(after)) {
      const found = conditional(target, conditions);
      return found?.replaceAll('*', subpath.slice(before.length, subpath.length - after.length));
    }
  }
  return undefined;
}

function conditional(start, conditions) {
  const stack = [start];
  while (stack.length > 0) {
    const target = stack.pop();
    if (typeof target === 'string') return target;
    if (Array.isArray(target)) {
      stack.push(...target.toReversed());
    } else if (target !== null && typeof target === 'object') {
      const wanted = Object.keys(target).filter((key) => conditions.includes(key));
      for (const key of wanted.toReversed()) stack.push(target[key]);
    }
  }
  return undefined;
}

function nodeModulePaths(folder) {
  const paths = [];
  for (let at = folder; ; at = dirname(at)) {
    if (!at.endsWith('/node_modules')) paths.push(at === '/' ? '/node_modules' : `${at}/node_modules`);
    if (at === '/' || at === '.') return paths;
  }
}

function tryPackage(paths, request, conditions) {
  const scoped = request.startsWith('@') ? request.indexOf('/', request.indexOf('/') + 1) : request.indexOf('/');
  const name = scoped < 0 ? request : request.slice(0, scoped);
  const subpath = scoped < 0 ? '.' : `.${request.slice(scoped)}`;
  for (const folder of paths) {
    const root = `${folder}/${name}`;
    if (files.kind(folder) !== FOLDER) continue;
    const map = files.kind(root) === FOLDER ? packageJson(root)?.exports : undefined;
    if (map !== undefined && map !== null) {
      const target = exportsTarget(map, subpath, conditions);
      if (target === undefined) throw notExported(root, subpath);
      const found = tryFile(resolvePath(root, target));
      if (found !== undefined) return found;
      continue;
    }
    const found = tryPath(resolvePath(folder, request), request);
    if (found !== undefined) return found;
  }
  return undefined;
}

// The package that a folder is in.
function packageOf(folder) {
  for (let at = folder; ; at = dirname(at)) {
    if (!at.endsWith('/node_modules')) {
      const text = packageJson(at);
      if (text !== undefined) return { root: at, text };
    }
    if (at === '/' || at === '.') return undefined;
  }
}

// A name that begins with # is one of the package's own "imports".
function ownImport(request, folder, parent, conditions) {
  const found = packageOf(folder);
  const map = found?.text.imports;
  const target = map !== null && typeof map === 'object' && request !== '#' && !request.startsWith('#/')
    ? mapped(map, request, conditions) : undefined;
  if (target === undefined) {
    const within = found === undefined ? '' : ` in package ${found.root}/package.json`;
    const error = new TypeError(`Package import specifier "${request}" is not defined${within} imported from ${parent.filename ?? folder}`);
    error.code = 'ERR_PACKAGE_IMPORT_NOT_DEFINED';
    throw error;
  }
  if (target.startsWith('./')) return tryFile(resolvePath(found.root, target));
  return userBuiltin(target) !== undefined ? target : tryPackage(nodeModulePaths(found.root), target, conditions);
}

// A package may ask for itself by its name, as others do.
function ownName(request, folder, conditions) {
  const found = packageOf(folder);
  const { name, exports } = found?.text ?? {};
  if (typeof name !== 'string' || exports === undefined || exports === null) return undefined;
  if (request !== name && !request.startsWith(`${name}/`)) return undefined;
  const subpath = `.${request.slice(name.length)}`;
  const target = exportsTarget(exports, subpath, conditions);
  if (target === undefined) throw notExported(found.root, subpath);
  return tryFile(resolvePath(found.root, target));
}

function notExported(root, subpath) {
  const error = new Error(subpath === '.'
    ? `No "exports" main defined in ${root}/package.json`
    : `Package subpath '${subpath}' is not defined by "exports" in ${root}/package.json`);
  error.code = 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  return error;
}

function notFound(request, parent) {
  const stack = [];
  const seen = new Set();
  for (let at = parent; at !== undefined && at !== null && !seen.has(at); at = at.parent) {
    seen.add(at);
    if (at.filename !== null) stack.push(at.filename);
  }
  const trail = stack.length > 0 ? `\nRequire stack:\n- ${stack.join('\n- ')}` : '';
  const error = new Error(`Cannot find module '${request}'${trail}`);
  error.code = 'MODULE_NOT_FOUND';
  error.requireStack = stack;
  return error;
}

function needRequest(request) {
  if (typeof request !== 'string') {
    throw require('internal/errors').invalidArgType('id', 'string', request);
  }
  if (request === '') {
    const error = new TypeError("The argument 'id' must be a non-empty string. Received ''");
    error.code = 'ERR_INVALID_ARG_VALUE';
    throw error;
  }
}

function resolveFile(request, parent, conditions = REQUIRE) {
  const folder = parent.filename === null ? native.directory : dirname(parent.filename);
  const key = `${folder}\0${request}\0${conditions === IMPORT}`;
  const known = lookups.get(key);
  if (known !== undefined) return known;
  const found = isPath(request) ? tryPath(resolvePath(folder, request), request)
    : request.startsWith('#') ? ownImport(request, folder, parent, conditions)
    : ownName(request, folder, conditions) ?? tryPackage(nodeModulePaths(folder), request, conditions);
  if (found === undefined) throw notFound(request, parent);
  lookups.set(key, found);
  return found;
}

class Module {
  constructor(id, parent) {
    this.id = id;
    this.path = dirname(id);
    this.exports = {};
    hide(this, 'parent', parent);
    this.filename = null;
    this.loaded = false;
    this.children = [];
    this.paths = [];
    if (parent) parent.children.push(this);
  }

  // By way of `_load`, which programs replace to see or change what is loaded.
  require(request) {
    return Module._load(request, this, false);
  }

  // For loaders of other languages, which add themselves to `require.extensions`.
  _compile(source, filename) {
    run(this, files.compileSource(source, filename), filename);
  }

  static _load(request, parent) {
    return load(request, parent ?? rootModule());
  }

  static _resolveFilename(request, parent) {
    return userBuiltin(request) ? request : resolveFile(request, parent ?? rootModule());
  }

  static createRequire(from) {
    const path = typeof from === 'string' && !from.startsWith('file:') ? from : require('url').fileURLToPath(from);
    const module = new Module(path, null);
    module.filename = path;
    module.paths = nodeModulePaths(dirname(path));
    return makeRequire(module);
  }

  static isBuiltin(name) {
    return native.isBuiltin(`${name}`);
  }
}
for (const name of ['_load', '_resolveFilename', 'createRequire', 'isBuiltin']) {
  Object.defineProperty(Module, name, { enumerable: true });
}
Module.Module = Module;
Module._cache = cache;
Module._nodeModulePaths = nodeModulePaths;
Module._extensions = { __proto__: null, '.js': loadScript, '.json': loadJson, '.node': loadAddon };
Module.globalPaths = [];
Module.wrapper = ['(function (exports, require, module, __filename, __dirname) { ', '\n});'];
Module.wrap = (source) => Module.wrapper.join(source);
// Exports of builtin modules are constants in ES modules here.
Module.syncBuiltinESMExports = () => {};
Module.findSourceMap = () => undefined;
for (const name of ['register', 'SourceMap']) {
  Module[name] = function() { throw require('internal/absent').unsupported('module', name); };
}
Object.defineProperty(Module, 'builtinModules', { get: native.builtinModules, enumerable: true, configurable: true });

function hide(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
}

function rootModule() {
  const module = new Module('.', null);
  module.paths = nodeModulePaths(native.directory);
  return module;
}

function load(request, parent) {
  needRequest(request);
  const builtin = userBuiltin(request);
  if (builtin !== undefined) return builtin.exports;
  if (native.policy !== 'full') throw new Error(`module not found: ${request}`);
  if (request.startsWith('node:')) {
    const error = new Error(`No such built-in module: ${request}`);
    error.code = 'ERR_UNKNOWN_BUILTIN_MODULE';
    throw error;
  }
  const filename = resolveFile(request, parent);
  const own = userBuiltin(filename);
  if (own !== undefined) return own.exports;
  const known = cache[filename];
  if (known !== undefined) {
    if (!parent.children.includes(known)) parent.children.push(known);
    return known.exports;
  }
  return loadFile(new Module(filename, parent), filename).exports;
}

function loadFile(module, filename) {
  cache[filename] = module;
  module.filename = filename;
  module.paths = nodeModulePaths(dirname(filename));
  let done = false;
  try {
    const dot = filename.lastIndexOf('.');
    const extension = Module._extensions[filename.slice(dot)] ?? loadScript;
    extension(module, filename);
    module.loaded = done = true;
  } finally {
    if (!done) {
      delete cache[filename];
      const { children } = module.parent ?? {};
      if (children !== undefined) children.splice(children.indexOf(module), 1);
    }
  }
  return module;
}

function loadScript(module, filename) {
  if (files.isModule(filename)) {
    module.exports = files.importNow(filename);
    return;
  }
  run(module, files.compileFile(filename));
}

function loadJson(module, filename) {
  let text = files.readText(filename);
  if (text.charCodeAt(0) === 0xFEFF) text = text.slice(1);
  try {
    module.exports = JSON.parse(text);
  } catch (error) {
    error.message = `${filename}: ${error.message}`;
    throw error;
  }
}

// Native addons fail there.
function loadAddon(module, filename) {
  return require('process').dlopen(module, filename);
}

function run(module, body, filename = module.filename) {
  body.call(module.exports, module.exports, makeRequire(module), module, filename, dirname(filename));
}

function makeRequire(module) {
  function require(request) {
    return module.require(request);
  }
  require.resolve = function resolve(request) {
    needRequest(request);
    return Module._resolveFilename(request, module);
  };
  require.resolve.paths = function paths(request) {
    needRequest(request);
    if (userBuiltin(request) !== undefined) return null;
    return isPath(request) ? [dirname(module.filename)] : nodeModulePaths(dirname(module.filename));
  };
  require.main = mainModule;
  require.extensions = Module._extensions;
  require.cache = cache;
  return require;
}

function runMain(file) {
  const root = rootModule();
  const path = resolvePath(native.directory, file);
  const filename = tryFile(path) ?? tryExtensions(path) ??
    (files.kind(path) === FOLDER ? tryFolder(path) : undefined);
  if (filename === undefined) {
    root.filename = null;
    const error = notFound(path, undefined);
    error.requireStack = [];
    throw error;
  }
  if (native.nodeGlobals) process.argv[1] ??= filename;
  if (files.isModule(filename)) {
    files.importMain(filename);
    return;
  }
  const module = new Module(filename, null);
  module.id = '.';
  mainModule = module;
  if (native.nodeGlobals) process.mainModule = module;
  loadFile(module, filename);
}

// Source text that did not come from a file of this process (a sandboxed preload).
function runSource(source, filename) {
  const module = new Module(filename, null);
  module.filename = filename;
  module.paths = nodeModulePaths(dirname(filename));
  run(module, files.compileSource(source, filename));
  module.loaded = true;
}

// For ES modules that import CommonJS ones, and for `require` outside any module.
function requireFrom(request, from) {
  if (from === undefined) return load(request, rootModule());
  const module = new Module(from, null);
  module.filename = from;
  return load(request, module);
}

module.exports = { Module, runMain, runSource, requireFrom, resolveFrom: (request, from) => {
  const module = new Module(from, null);
  module.filename = from;
  return resolveFile(request, module, IMPORT);
}, createRequire: Module.createRequire };
