'use strict';
// Web Crypto's random numbers; the rest is `subtle`.

const { define } = require('internal/web_class');
const { fill } = binding('random');

const own = {};
const INTEGERS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array];

class Crypto {
  constructor(token) { if (token !== own) throw new TypeError('Illegal constructor'); }
  get subtle() { return require('internal/subtle').subtle; }

  getRandomValues(array) {
    if (!INTEGERS.some((Class) => array instanceof Class)) {
      throw new DOMException("Failed to execute 'getRandomValues' on 'Crypto': The data argument must be an integer-type TypedArray", 'TypeMismatchError');
    }
    if (array.byteLength > 65536) {
      throw new DOMException(`Failed to execute 'getRandomValues' on 'Crypto': The ArrayBufferView's byte length (${array.byteLength}) exceeds the number of bytes of entropy available via this API (65536).`, 'QuotaExceededError');
    }
    fill(array.buffer, array.byteOffset, array.byteLength);
    return array;
  }

  randomUUID() {
    const bytes = new Uint8Array(16);
    fill(bytes.buffer, 0, 16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}
define(Crypto, 'Crypto');

module.exports = {
  Crypto, crypto: new Crypto(own),
  get SubtleCrypto() { return require('internal/subtle').SubtleCrypto; },
  get CryptoKey() { return require('internal/crypto_keys').CryptoKey; },
};
