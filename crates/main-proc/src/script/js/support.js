'use strict';
// What the modules of Electron's parts have in common: errors that name what is not there, properties that only keep
// what they are given.

function unsupported(what) {
  return new Error(`not supported without a display: ${what}`);
}

function noNetwork(what) {
  return new Error(`${what} is not supported: pages are loaded from files, there is no network stack`);
}

function noChromium(what) {
  return new Error(`${what} is not supported: there is no Chromium behind this page`);
}

// Puts methods on a prototype as a class has them.
function methods(prototype, all) {
  for (const [name, value] of Object.entries(all)) {
    Object.defineProperty(value, 'name', { value: name, configurable: true });
    Object.defineProperty(prototype, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

// What is called and has nothing to act on here.
function quiet(prototype, names) {
  for (const name of names) methods(prototype, { [name]() {} });
}

// Functions whose promise rejects, and such that throw.
function rejecting(object, owner, names, make = unsupported) {
  for (const name of names) methods(object, { async [name]() { throw make(`${owner}.${name}`); } });
}

function throwing(object, owner, names, make = unsupported) {
  for (const name of names) methods(object, { [name]() { throw make(`${owner}.${name}`); } });
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

module.exports = { unsupported, noNetwork, noChromium, methods, quiet, rejecting, throwing, kept };
