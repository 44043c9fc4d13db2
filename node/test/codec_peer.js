'use strict';
// The codec's side of the test that holds it against Rust (tests/tests/node_codec.rs): what is asked for comes as lines on
// standard input, and a line answers each.
//
//   make SEED       the tokens of the graph that the maker makes of that number, as arguments
//   show SEED       the graph itself, as text
//   decode HEX      what these tokens are, as text, and the tokens that this value becomes; or `!` and why they are no value

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const codec = require('../lib/codec.js');

vm.runInThisContext(fs.readFileSync(path.join(__dirname, '../../crates/script-host/tests/clone/graphs.js'), 'utf8'));

const hex = (written) => written.out.subarray(0, written.at).toString('hex');

const answers = fs.readFileSync(0, 'utf8').trim().split('\n').map((line) => {
  const [verb, what] = line.split(' ');
  try {
    if (verb === 'make') return hex(codec.encodeArgs(make(Number(what))));
    if (verb === 'show') return show(make(Number(what)));
    const value = codec.decode(Buffer.from(what, 'hex'));
    return `${Array.isArray(value) ? show(value) : ''}\t${hex(codec.encode(value))}`;
  } catch (error) {
    return `!${error.message}`.replaceAll('\n', ' ');
  }
});
process.stdout.write(`${answers.map((answer) => JSON.stringify(answer.toWellFormed())).join('\n')}\n`);
