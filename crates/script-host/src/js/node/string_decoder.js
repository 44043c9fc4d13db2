'use strict';
// StringDecoder: bytes to text when a character may be cut between two chunks.

const text = require('internal/buffer_text');

/** How many bytes at the end of UTF-8 `bytes` begin a character that goes on. */
function openUtf8(bytes) {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const size = byte >= 0xf8 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return size > back ? back : 0;
  }
  return 0;
}

// The last unit stays too when it is the first half of a pair.
function openUtf16(bytes) {
  const odd = bytes.length % 2;
  const last = bytes.length - odd;
  const high = last >= 2 && (bytes[last - 1] & 0xfc) === 0xd8;
  return high ? odd + 2 : odd;
}

const OPEN = {
  utf8: openUtf8,
  utf16le: openUtf16,
  base64: (bytes) => bytes.length % 3,
  base64url: (bytes) => bytes.length % 3,
};

class StringDecoder {
  #codec;
  #held = new Uint8Array(0);

  constructor(encoding) {
    this.#codec = text.need(encoding === undefined || encoding === null ? 'utf8' : encoding);
    this.encoding = this.#codec.name;
  }

  write(chunk) {
    if (typeof chunk === 'string') return chunk;
    if (!ArrayBuffer.isView(chunk)) {
      throw require('internal/errors').invalidArgType('buf', ['Buffer', 'TypedArray', 'DataView'], chunk);
    }
    let bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#held.length > 0) {
      const joined = new Uint8Array(this.#held.length + bytes.length);
      joined.set(this.#held);
      joined.set(bytes, this.#held.length);
      bytes = joined;
    }
    const end = bytes.length - (OPEN[this.#codec.name]?.(bytes) ?? 0);
    this.#held = bytes.slice(end);
    return end === 0 ? '' : this.#codec.decode(bytes.buffer, bytes.byteOffset, end);
  }

  end(chunk) {
    const out = chunk === undefined ? '' : this.write(chunk);
    const held = this.#held;
    this.#held = new Uint8Array(0);
    return held.length === 0 ? out : out + this.#codec.decode(held.buffer, 0, held.length);
  }
}

// Programs also call it without `new`, to inherit from it.
exports.StringDecoder = new Proxy(StringDecoder, {
  apply: (target, self, args) => new StringDecoder(...args),
});
