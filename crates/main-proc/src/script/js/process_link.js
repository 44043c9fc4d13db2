'use strict';
// Which web contents a renderer process belongs to.

const native = binding('dipole');

// Under this key web contents keep their state; programs do not see it.
const kState = Symbol('state');
// What web contents tell their window: that they are gone, and another title.
const kEnded = Symbol('ended');
const kTitled = Symbol('titled');

const byLink = new Map();

// Starts a renderer process for web contents; its failure is told later, as its end.
function launch(contents) {
  const link = native.spawn(contents.id);
  byLink.set(link, contents);
  return link;
}

// The same for a process that has been started already.
function claim(link, owner) {
  byLink.set(link, owner);
}

function forget(link) {
  byLink.delete(link);
}

function contentsOf(link) {
  return byLink.get(link);
}

// Whom the living processes belong to.
function owners() {
  return [...byLink.values()];
}

// Replaces the methods of a class by ones that throw once `isGone(this)` holds.
function guard(prototype, isGone, open) {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    if (name === 'constructor' || open.includes(name) || typeof descriptor.value !== 'function') continue;
    const method = descriptor.value;
    descriptor.value = {
      [name](...args) {
        if (isGone(this)) throw new TypeError('Object has been destroyed');
        return method.apply(this, args);
      },
    }[name];
    Object.defineProperty(prototype, name, descriptor);
  }
}

module.exports = { kState, kEnded, kTitled, launch, claim, forget, contentsOf, owners, guard };
