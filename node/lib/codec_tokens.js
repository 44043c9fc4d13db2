'use strict';
// The tokens of a value (docs/protocol.md, "Values"), as both directions need them.

/** The first byte of each token. */
const Tag = {
  Undefined: 0, Null: 1, False: 2, True: 3, Int: 4, Uint: 5, Float: 6, BigInt: 7, Str: 8, Holes: 9, Ref: 10, Array: 11, Object: 12, Map: 13, Set: 14,
  Error: 15, Date: 16, RegExp: 17, Boxed: 18, Buffer: 19, View: 20, Bytes: 21, Port: 22, Key: 23, KeyRef: 24, End: 25,
};

/** The classes of errors by their numbers. */
const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

/** What stands for a page's `Float16Array` where this Node has none: its bits. It goes back as what it was. */
const Halves = globalThis.Float16Array ?? class Float16Array extends Uint16Array {};

/** The kinds of views by their numbers: name, constructor, bytes of an element. */
const VIEWS = [
  ['Int8Array', 1], ['Uint8Array', 1], ['Uint8ClampedArray', 1], ['Int16Array', 2], ['Uint16Array', 2], ['Int32Array', 4], ['Uint32Array', 4],
  ['Float16Array', 2], ['Float32Array', 4], ['Float64Array', 8], ['BigInt64Array', 8], ['BigUint64Array', 8], ['DataView', 1],
].map(([name, size]) => ({ name, size, View: name === 'Float16Array' ? Halves : globalThis[name] }));

/** The flags of a regular expression in the order in which they are written. */
const FLAGS = [
  ['d', 'hasIndices'], ['g', 'global'], ['i', 'ignoreCase'], ['m', 'multiline'], ['s', 'dotAll'], ['u', 'unicode'], ['v', 'unicodeSets'], ['y', 'sticky'],
];

const isWellFormed = String.prototype.isWellFormed;
/** Whether a text has no lone surrogate. */
const wellFormed = (text) => isWellFormed.call(text);

module.exports = { Tag, ERRORS, VIEWS, FLAGS, Halves, wellFormed };
