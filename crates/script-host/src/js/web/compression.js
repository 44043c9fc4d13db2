'use strict';
// CompressionStream and DecompressionStream.

const { define } = require('internal/web_class');
const { TransformStream } = require('internal/transform');
const native = binding('compression');

const FORMATS = ['deflate', 'deflate-raw', 'gzip'];

function make(name, unpacks) {
  const Class = { [name]: class {
    #pair;
    constructor(format) {
      if (arguments.length === 0) throw new TypeError(`Failed to construct '${name}': 1 argument required, but only 0 present.`);
      const kind = FORMATS.indexOf(String(format));
      if (kind < 0) throw new TypeError(`Failed to construct '${name}': Unsupported compression format: '${String(format)}'`);
      const run = native.open(kind, unpacks);
      if (run === undefined) throw new DOMException(`Failed to construct '${name}': too many streams are open`, 'QuotaExceededError');
      const pass = (bytes, offset, length, isLast, controller) => {
        const made = run(bytes, offset, length, isLast);
        if (typeof made === 'string') throw new TypeError(made);
        if (made.length > 0) controller.enqueue(made);
      };
      this.#pair = new TransformStream({
        transform(chunk, controller) {
          if (ArrayBuffer.isView(chunk)) pass(chunk.buffer, chunk.byteOffset, chunk.byteLength, false, controller);
          else if (chunk instanceof ArrayBuffer) pass(chunk, 0, chunk.byteLength, false, controller);
          else throw new TypeError("The provided value is not of type '(ArrayBuffer or ArrayBufferView)'");
        },
        flush(controller) { pass(new ArrayBuffer(0), 0, 0, true, controller); },
      });
    }
    get readable() { return this.#pair.readable; }
    get writable() { return this.#pair.writable; }
  } }[name];
  return define(Class, name);
}

module.exports = { CompressionStream: make('CompressionStream', false), DecompressionStream: make('DecompressionStream', true) };
