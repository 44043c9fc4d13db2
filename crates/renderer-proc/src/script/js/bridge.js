'use strict';
// The bridge as this world uses it. Loaded before any script of the page runs.

const { Reflect, Error } = require('internal/intrinsics');
const native = binding('renderer');
const own = require('internal/bridge_agent');
const { pass, newCache, errorFor, deepFreeze } = require('internal/bridge_values');

const { defineProperty, has } = Reflect;

/** A value of another world, as this one may see it. */
function passFrom(id, value) {
  try {
    return pass(value, native.agent(id), own, newCache());
  } catch (error) {
    throw errorFor(own, error);
  }
}

/** Puts a value on another world's global object, where it can neither be changed nor removed. */
function expose(id, key, value) {
  const world = native.agent(id);
  if (has(world.global, key)) {
    throw new Error('Cannot bind an API on top of an existing property on the window object');
  }
  let passed;
  try {
    passed = pass(value, own, world, newCache());
  } catch (error) {
    throw errorFor(own, error);
  }
  deepFreeze(passed);
  defineProperty(world.global, key, {
    __proto__: null, value: passed, writable: false, enumerable: true, configurable: false,
  });
}

/** Calls a function of this world, made anew from its source, in another one. */
function execute(id, source, args) {
  const world = native.agent(id);
  const made = native.evaluate(id, `(${source})`, '<anonymous>');
  if (typeof made !== 'function') {
    throw new Error('Expected script to result in a function but a non-function type was found');
  }
  // As a function of the other world it is called the way any of its functions is.
  let call;
  try {
    call = pass(made, world, own, newCache());
  } catch (error) {
    throw errorFor(own, error);
  }
  return call(...args);
}

module.exports = { passFrom, expose, execute };
