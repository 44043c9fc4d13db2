'use strict';
// What the streams have in common: how much may wait in a queue, and promises to be settled later.

const { define } = require('internal/web_class');

function highWaterMarkOf(strategy, standard) {
  const given = strategy?.highWaterMark;
  if (given === undefined) return standard;
  const mark = Number(given);
  if (!(mark >= 0)) throw new RangeError(`A queuing strategy's highWaterMark property must be a nonnegative, non-NaN number`);
  return mark;
}

function sizeOf(strategy) {
  const size = strategy?.size;
  return size === undefined ? () => 1 : (chunk) => size(chunk);
}

const deferred = () => Promise.withResolvers();

// Goes on when what a script gave has settled, and never at once.
function later(value, done, failed) {
  Promise.resolve(value).then(done, failed);
}

class CountQueuingStrategy {
  #mark;
  constructor(init) {
    if (init?.highWaterMark === undefined) throw new TypeError("Failed to construct 'CountQueuingStrategy': required member highWaterMark is undefined.");
    this.#mark = Number(init.highWaterMark);
  }
  get highWaterMark() { return this.#mark; }
  get size() { return () => 1; }
}
define(CountQueuingStrategy, 'CountQueuingStrategy');

class ByteLengthQueuingStrategy {
  #mark;
  constructor(init) {
    if (init?.highWaterMark === undefined) throw new TypeError("Failed to construct 'ByteLengthQueuingStrategy': required member highWaterMark is undefined.");
    this.#mark = Number(init.highWaterMark);
  }
  get highWaterMark() { return this.#mark; }
  get size() { return (chunk) => chunk.byteLength; }
}
define(ByteLengthQueuingStrategy, 'ByteLengthQueuingStrategy');

module.exports = { highWaterMarkOf, sizeOf, deferred, later, CountQueuingStrategy, ByteLengthQueuingStrategy };
