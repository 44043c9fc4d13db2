'use strict';
// The modules of Node that are not built in, or only in part: all names are there, so that programs load and can
// extend the classes; what is not built in throws when it is used. The names are in absent.txt.

const { table } = binding('absent');
const { defineLazies } = binding('host');

function unsupported(module, name) {
  const what = name === '' ? module : `${module}.${name}`;
  const error = new Error(
    `${what}() is not supported: this part of node:${module} is not built into Dipole, which is no Node.js; ` +
    require('internal/instead')());
  error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  return error;
}

function method(module, name, key = name) {
  const rejects = module.endsWith('/promises') || module === 'stream/consumers' || name.startsWith('subtle.');
  const made = rejects ? async () => { throw unsupported(module, name); } : () => { throw unsupported(module, name); };
  Object.defineProperty(made, 'name', { value: key });
  return made;
}

// A function, so that what extends it in the old way (`Parent.call(this)`) is told too.
function makeClass(module, name, [parent, methods, statics]) {
  const made = function() { throw unsupported(module, name); };
  // Without a name it is all of its module: `stream` is the class Stream.
  Object.defineProperty(made, 'name', { value: name || `${module[0].toUpperCase()}${module.slice(1)}` });
  if (parent !== '') {
    const extended = find(parent);
    Object.setPrototypeOf(made, extended);
    Object.setPrototypeOf(made.prototype, extended.prototype);
  }
  define(made.prototype, module, `${name}.prototype`, methods);
  define(made, module, name, statics);
  return made;
}

function define(target, module, place, names) {
  if (names === '') return;
  for (const name of names.split(' ')) {
    const value = method(module, `${place}.${name}`, name);
    Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

// `module:name`, or `module:` for the whole.
function find(place) {
  const at = place.lastIndexOf(':');
  const exports = require(place.slice(0, at));
  return at === place.length - 1 ? exports : exports[place.slice(at + 1)];
}

function make(module, name, entry) {
  if (entry === 0) return method(module, name);
  if (typeof entry === 'string') return find(entry);
  if (Array.isArray(entry)) return makeClass(module, name, entry);
  if (entry.o !== undefined) return fill({}, module, `${name}.`, entry.o, {});
  if (entry.s !== undefined) return Symbol(entry.s);
  return entry.r === undefined ? entry.v : new RegExp(entry.r, 'i');
}

// Everything is made when it is first touched, since a program uses little of a module, and because modules and classes
// refer to each other.
function fill(target, module, place, entries, own) {
  Object.assign(target, own);
  const names = Object.keys(entries).filter((name) => !Object.hasOwn(own, name));
  defineLazies(target, names, true, (name) => make(module, place + name, entries[name]));
  return target;
}

/**
 * Makes `module.exports` what Node's module of this name exports: what is in `own`, and for the rest what throws.
 */
module.exports = function absent(module, own = {}) {
  const name = module.id;
  const entries = JSON.parse(table(name));
  if (typeof entries === 'string') {
    module.exports = find(entries);
    return;
  }
  const itself = entries['()'];
  delete entries['()'];
  if (itself !== undefined) module.exports = make(name, '', itself);
  fill(module.exports, name, '', entries, own);
};

/** What Node's module exports as `name`, for modules that are built in and lack it. */
module.exports.one = function one(module, name) {
  return make(module, name, JSON.parse(table(module))[name] ?? 0);
};
module.exports.unsupported = unsupported;
