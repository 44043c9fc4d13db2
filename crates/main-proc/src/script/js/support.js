'use strict';
// What the modules of Electron's parts have in common: errors that name what is not there, properties that only keep
// what they are given.

function unsupported(what) {
  return new Error(`not supported without a display: ${what}. Leave it out where process.versions.dipole is set`);
}

// What native methods take of a text, in the words of Electron's converter.
function text(value, index = 0) {
  if (typeof value === 'string') return value;
  if (value === undefined) throw new TypeError('Insufficient number of arguments.');
  throw conversion(value, index);
}

function conversion(value, index = 0) {
  let shown;
  try {
    shown = String(value);
  } catch {
    shown = typeof value;
  }
  return new TypeError(`Error processing argument at index ${index}, conversion failure from ${shown}`);
}

function noNetwork(what) {
  return new Error(`${what} is not supported: pages are loaded from files, there is no network stack`);
}

function noChromium(what) {
  return new Error(`${what} is not supported: there is no Chromium behind this page`);
}

// Puts a method on a prototype as a class has it. Every start of an app does this some hundred times, so nothing is made
// for it that is not needed.
function put(prototype, name, value) {
  Object.defineProperty(prototype, name, { value, writable: true, enumerable: false, configurable: true });
}

// The same with all of a table.
function methods(prototype, all) {
  const names = Object.keys(all);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    const value = all[name];
    if (value.name !== name) Object.defineProperty(value, 'name', { value: name, configurable: true });
    put(prototype, name, value);
  }
}

// Methods of a module that few apps have a use for: it is loaded when one of them is called.
function later(prototype, module, names) {
  for (const name of names) put(prototype, name, { [name](...args) { return Reflect.apply(require(module)[name], this, args); } }[name]);
}

// What is called and has nothing to act on here.
function quiet(prototype, names) {
  for (let i = 0; i < names.length; i++) put(prototype, names[i], { [names[i]]() {} }[names[i]]);
}

// Functions whose promise rejects, and such that throw.
function rejecting(object, owner, names, make = unsupported) {
  for (const name of names) put(object, name, { async [name]() { throw make(`${owner}.${name}`); } }[name]);
}

function throwing(object, owner, names, make = unsupported) {
  for (const name of names) put(object, name, { [name]() { throw make(`${owner}.${name}`); } }[name]);
}

// A property with a getter and a setter method of its own, as Electron has several. `convert` makes of what is given what
// is kept, or throws.
function kept(prototype, name, suffix, initial, { verb = 'get', convert = (value) => value } = {}) {
  const values = new WeakMap();
  const read = (object) => (values.has(object) ? values.get(object) : initial);
  const write = (object, value) => { values.set(object, convert(value)); };
  Object.defineProperty(prototype, name, {
    get() { return read(this); },
    set(value) { write(this, value); },
    enumerable: false,
    configurable: true,
  });
  methods(prototype, {
    [`${verb}${suffix}`]() { return read(this); },
    [`set${suffix}`](value) { write(this, value); },
  });
}

module.exports = { text, conversion, unsupported, noNetwork, noChromium, later, methods, quiet, rejecting, throwing, kept };
