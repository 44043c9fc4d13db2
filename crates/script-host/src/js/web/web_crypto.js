'use strict';
// Web Crypto: random numbers and digests. Keys, ciphers and signatures are not built in, and say so.

const { define } = require('internal/web_class');
const { fill } = binding('random');
const { digest } = binding('digest');

const own = {};
const HASHES = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
const INTEGERS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array];

class CryptoKey {
  constructor(token) { if (token !== own) throw new TypeError('Illegal constructor'); }
}
define(CryptoKey, 'CryptoKey');

class SubtleCrypto {
  constructor(token) { if (token !== own) throw new TypeError('Illegal constructor'); }

  async digest(algorithm, data) {
    const name = String(typeof algorithm === 'object' && algorithm !== null ? algorithm.name : algorithm).toUpperCase();
    if (!HASHES.includes(name)) {
      throw new DOMException("Failed to execute 'digest' on 'SubtleCrypto': Algorithm: Unrecognized name", 'NotSupportedError');
    }
    if (!ArrayBuffer.isView(data) && !(data instanceof ArrayBuffer)) {
      throw new TypeError("Failed to execute 'digest' on 'SubtleCrypto': 2nd argument is not instance of ArrayBuffer, Buffer, TypedArray, or DataView.");
    }
    const [buffer, offset] = ArrayBuffer.isView(data) ? [data.buffer, data.byteOffset] : [data, 0];
    return digest(name, buffer, offset, data.byteLength).buffer;
  }
}
for (const name of ['encrypt', 'decrypt', 'sign', 'verify', 'generateKey', 'deriveKey', 'deriveBits', 'importKey', 'exportKey', 'wrapKey', 'unwrapKey']) {
  Object.defineProperty(SubtleCrypto.prototype, name, {
    value: { async [name]() { throw new DOMException(`crypto.subtle.${name} is not supported: it is not built in`, 'NotSupportedError'); } }[name],
    writable: true, configurable: true,
  });
}
define(SubtleCrypto, 'SubtleCrypto');

class Crypto {
  #subtle = new SubtleCrypto(own);
  constructor(token) { if (token !== own) throw new TypeError('Illegal constructor'); }
  get subtle() { return this.#subtle; }

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

module.exports = { Crypto, SubtleCrypto, CryptoKey, crypto: new Crypto(own) };
