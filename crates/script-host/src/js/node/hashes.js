'use strict';
// createHash, createHmac and hash, of what is given with `update`. They are no streams here.

const { begin } = binding('digest');
const { stops } = binding('ciphers');
const { Buffer } = require('buffer');
const { coded, invalidArgType } = require('internal/errors');
const { unsupported } = require('internal/absent');

// By OpenSSL's names, with the bytes of what they take in at a time.
const BLOCKS = new Map([['md5', 64], ['sha1', 64], ['sha224', 64], ['sha256', 64], ['sha384', 128], ['sha512', 128], ['sha512-224', 128],
  ['sha512-256', 128]]);
const NAMES = new Map([['ssl3-md5', 'md5'], ['ssl3-sha1', 'sha1'], ['sha-1', 'sha1'], ['sha2-224', 'sha224'], ['sha2-256', 'sha256'],
  ['sha2-384', 'sha384'], ['sha2-512', 'sha512'], ['sha-224', 'sha224'], ['sha-256', 'sha256'], ['sha-384', 'sha384'], ['sha-512', 'sha512'],
  ['sha512/224', 'sha512-224'], ['sha512/256', 'sha512-256'], ['sha2-512/224', 'sha512-224'], ['sha2-512/256', 'sha512-256']]);

// OpenSSL's own, which are not built in.
const OTHERS = /^(?:blake2[bs]\d+|md4|ripemd(?:160)?|rmd160|sha3-\d+|shake\d+|sm3|whirlpool|md5-sha1)$/;

function nameOf(algorithm) {
  const name = algorithm.toLowerCase().replace(/^rsa-/, '');
  return NAMES.get(name) ?? name;
}

function hasher(name, refusal) {
  const step = begin(name);
  if (step === null) throw OTHERS.test(name) ? unsupported('crypto', `createHash('${name}').update`) : refusal;
  return step;
}

function bytesOf(data, encoding, name) {
  if (typeof data === 'string') return Buffer.from(data, encoding === 'buffer' ? 'utf8' : encoding);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw invalidArgType(name, ['string', 'Buffer', 'TypedArray', 'DataView'], data);
}

// A script that goes on for ever can be stopped here: the engine ends this at its next look.
function take(step, bytes) {
  if (stops()) for (;;);
  step(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function finish(step) {
  const bytes = step(false, 0, 0);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const shown = (bytes, encoding) => (encoding === undefined || encoding === null || encoding === 'buffer' ? bytes : bytes.toString(encoding));
const ended = () => coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');

class Hash {
  #step;
  #isOver = false;

  constructor(algorithm) {
    if (typeof algorithm === 'function') this.#step = algorithm(true, 0, 0);
    else {
      if (typeof algorithm !== 'string') throw invalidArgType('algorithm', 'string', algorithm);
      this.#step = hasher(nameOf(algorithm), new Error('Digest method not supported'));
    }
  }

  update(data, encoding) {
    if (this.#isOver) throw ended();
    take(this.#step, bytesOf(data, encoding, 'data'));
    return this;
  }

  digest(encoding) {
    if (this.#isOver) throw ended();
    this.#isOver = true;
    return shown(finish(this.#step), encoding);
  }

  copy() {
    if (this.#isOver) throw ended();
    return new Hash(this.#step);
  }
}

// RFC 2104.
class Hmac {
  #inner;
  #outer;
  #isOver = false;

  constructor(algorithm, key) {
    if (typeof algorithm !== 'string') throw invalidArgType('hmac', 'string', algorithm);
    const name = nameOf(algorithm);
    const begun = () => hasher(name, coded(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${algorithm}`));
    const isBuffer = key instanceof ArrayBuffer;
    if (typeof key !== 'string' && !ArrayBuffer.isView(key) && !isBuffer) {
      throw invalidArgType('key', ['ArrayBuffer', 'Buffer', 'TypedArray', 'DataView', 'string', 'KeyObject', 'CryptoKey'], key);
    }
    this.#inner = begun();
    this.#outer = begun();
    let bytes = isBuffer ? new Uint8Array(key) : bytesOf(key, 'utf8', 'key');
    const block = new Uint8Array(BLOCKS.get(name));
    if (bytes.length > block.length) {
      const long = begun();
      take(long, bytes);
      bytes = finish(long);
    }
    block.set(bytes);
    take(this.#inner, block.map((byte) => byte ^ 0x36));
    take(this.#outer, block.map((byte) => byte ^ 0x5c));
  }

  update(data, encoding) {
    if (this.#isOver) throw ended();
    take(this.#inner, bytesOf(data, encoding, 'data'));
    return this;
  }

  // A second one is empty, as Node has it.
  digest(encoding) {
    if (this.#isOver) return shown(Buffer.alloc(0), encoding);
    this.#isOver = true;
    take(this.#outer, finish(this.#inner));
    return shown(finish(this.#outer), encoding);
  }
}

// As streams they say that there are none.
for (const made of [Hash, Hmac]) {
  Object.setPrototypeOf(made.prototype, require('stream').Transform.prototype);
  for (const name of ['_transform', '_flush']) {
    const value = { [name]() { throw unsupported('crypto', `${made.name}.prototype.${name}`); } }[name];
    Object.defineProperty(made.prototype, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

module.exports = {
  Hash,
  Hmac,
  createHash: function createHash(algorithm) { return new Hash(algorithm); },
  createHmac: function createHmac(algorithm, key) { return new Hmac(algorithm, key); },
  hash: function hash(algorithm, data, encoding = 'hex') { return new Hash(algorithm).update(data).digest(encoding); },
  getHashes: function getHashes() { return [...BLOCKS.keys()]; },
};
