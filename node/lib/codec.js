'use strict';
// Values of JavaScript to and from the tokens of the wire (docs/protocol.md, "Values"). What is cloned, what is refused and
// with which words is what the built-in engine does (script-host's `clone`), so that pages cannot tell the hosts apart.
//
// Both directions are loops with stacks of their own: depth costs no native stack.

const { Encoder, NotCloneable, limits } = require('./codec_encode.js');
const { decode, MalformedValue, budget } = require('./codec_decode.js');

const encoder = new Encoder();
let busy = false;

/**
 * Writes a value. The result has `out` (a buffer), `at` (how many of its bytes are the value's), and for bytes that were lent
 * `lentAt` and `lent`: they are to be sent before any other script runs. It is good until the next value is written.
 *
 * `root` is what errors call the value, `ports` are those that move along; `lends` allows large bytes to stay where they are.
 */
function encode(value, root = 'value', ports = null, lends = false) {
  return write((with_) => with_.one(value, root, ports, lends));
}

/** Writes the arguments of a call, as one array value. */
function encodeArgs(args, ports = null, lends = false) {
  return write((with_) => with_.all(args, ports, lends));
}

function write(run) {
  // A getter of the value may write another one.
  if (busy) {
    const other = new Encoder();
    run(other);
    return other;
  }
  busy = true;
  try {
    run(encoder);
  } finally {
    busy = false;
  }
  return encoder;
}

/** Objects, and all that inherit from them, that are refused. */
const { uncloneable } = Encoder;

module.exports = { encode, encodeArgs, decode, uncloneable, limits, budget, NotCloneable, MalformedValue };
