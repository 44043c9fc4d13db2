'use strict';
// The bridge as this world uses it. Loaded before any script of the page runs.

const { Reflect } = require('internal/intrinsics');
const native = binding('renderer');
const own = require('internal/bridge_agent');
const { pass, newCache, errorFor, deepFreeze } = require('internal/bridge_values');

const { apply, defineProperty, has } = Reflect;

// What is thrown here is of this world, also where the stack ends within the other.
const guard = (work) => own.wrap((args) => apply(work, undefined, args));

function agentOf(id) {
  try {
    return native.agent(id);
  } catch (error) {
    throw own.error(error.message);
  }
}

/** A value of another world, as this one may see it. */
const passFrom = guard((id, value) => {
  const world = agentOf(id);
  try {
    return pass(value, world, own, newCache());
  } catch (error) {
    throw errorFor(own, error, world);
  }
});

/** Puts a value on another world's global object, where it can neither be changed nor removed. */
const expose = guard((id, key, value) => {
  const world = agentOf(id);
  if (has(world.global, key)) {
    throw own.error('Cannot bind an API on top of an existing property on the window object');
  }
  let passed;
  try {
    passed = pass(value, own, world, newCache());
  } catch (error) {
    throw errorFor(own, error, own);
  }
  deepFreeze(passed);
  defineProperty(world.global, key, {
    __proto__: null, value: passed, writable: false, enumerable: true, configurable: false,
  });
});

/** Calls a function of this world, made anew from its source, in another one. */
const execute = guard((id, source, args) => {
  const world = agentOf(id);
  let made;
  try {
    made = native.evaluate(id, `(${source})`, '<anonymous>');
  } catch (error) {
    throw errorFrom(id, error);
  }
  if (typeof made !== 'function') {
    throw own.error('Expected script to result in a function but a non-function type was found');
  }
  // As a function of the other world it is called the way any of its functions is.
  let call;
  try {
    call = pass(made, world, own, newCache());
  } catch (error) {
    throw errorFor(own, error, world);
  }
  return call(...args);
});

/** What a value of another world comes to, if it is a promise or the like: as this world may see it. */
const awaitFrom = guard((id, value) => {
  const world = agentOf(id);
  const { promise, resolve, reject } = own.promise();
  const settle = (done, make) => (result) => {
    try {
      done(make(result));
    } catch (error) {
      reject(error);
    }
  };
  world.watch(
    world.settled(value), settle(resolve, (result) => passFrom(id, result)), settle(reject, (error) => errorFrom(id, error)),
  );
  return promise;
});

/** What a script of another world has thrown, as an error of this one. */
const errorFrom = guard((id, error) => {
  const world = agentOf(id);
  return world === own ? error : errorFor(own, error, world);
});

module.exports = { passFrom, awaitFrom, errorFrom, expose, execute };
