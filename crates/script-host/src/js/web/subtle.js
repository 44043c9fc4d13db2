'use strict';
// `crypto.subtle`: digests, signatures, ciphers and derivations that go by one secret key.

const { define } = require('internal/web_class');
const { digest } = binding('digest');
const { hmac, chain, stops, hkdf, aes } = binding('ciphers');
const keys = require('internal/crypto_keys');
const { failure, wrong, isKey, bytesOf, factsOf, nameOf, hashOf, bytesFrom, usagesFrom, enforced, MOST_BYTES, HASHES } = keys;

const own = {};
// A derivation keeps its page waiting, and after so many rounds of it the page can be stopped.
const ROUNDS = 1_000;
const SIGNATURES = ['HMAC'];
const CIPHERS = ['AES-CBC', 'AES-CTR', 'AES-GCM'];
const DERIVATIONS = ['PBKDF2', 'HKDF'];

/** The bytes of a key that is to be used so. */
function use(method, name, key, usage) {
  if (!isKey(key)) throw new TypeError(failure(method, "parameter 2 is not of type 'CryptoKey'."));
  rest();
  const facts = factsOf(key);
  if (facts.algorithm.name !== name) throw wrong('InvalidAccessError', 'key.algorithm does not match that of operation');
  if (!facts.usages.includes(usage)) throw wrong('InvalidAccessError', 'key.usages does not permit this operation');
  return bytesOf(key);
}

const member = (method, algorithm, name) => {
  if (algorithm[name] === undefined) throw new TypeError(failure(method, `${algorithm.name}: ${name}: Missing required property`));
  return bytesFrom(method, algorithm[name], `${algorithm.name}: ${name}`);
};

function cipher(method, encrypts, algorithm, key, given, usage) {
  const name = nameOf(method, algorithm, CIPHERS);
  const bytes = use(method, name, key, usage);
  const data = bytesFrom(method, given, '3rd argument');
  const fails = () => wrong('OperationError', 'The operation failed for an operation-specific reason');
  let done;
  if (name === 'AES-GCM') {
    const iv = member(method, algorithm, 'iv');
    const tag = algorithm.tagLength === undefined ? 128 : Number(algorithm.tagLength);
    if (![32, 64, 96, 104, 112, 120, 128].includes(tag)) throw wrong('OperationError', `The tag length is invalid: Must be 32, 64, 96, 104, 112, 120, or 128 bits`);
    if (!(tag >= 96 && iv.length === 12) && !(tag === 128 && iv.length === 16)) {
      throw wrong('NotSupportedError', failure(method, `AES-GCM with an iv of ${iv.length} bytes and a tag of ${tag} bits is not built in here: give 12 bytes, and 128 bits`));
    }
    const extra = algorithm.additionalData === undefined ? new Uint8Array(0) : member(method, algorithm, 'additionalData');
    done = aes('GCM', encrypts, [bytes, iv, data, extra], tag / 8);
  } else if (name === 'AES-CBC') {
    const iv = member(method, algorithm, 'iv');
    if (iv.length !== 16) throw wrong('OperationError', 'algorithm.iv must be 16 bytes');
    done = aes('CBC', encrypts, [bytes, iv, data], 0);
  } else {
    const counter = member(method, algorithm, 'counter');
    const length = enforced(method, algorithm.length, 255, `${name}: length`);
    if (counter.length !== 16) throw wrong('OperationError', 'algorithm.counter must be 16 bytes');
    if (!(length >= 1 && length <= 128)) throw wrong('OperationError', 'AES-CTR algorithm.length must be between 1 and 128');
    done = count(bytes, counter, length, data);
  }
  if (done === null) throw fails();
  return done.buffer;
}

// Only the last bits of the counter are counted; they begin anew at 0, and not the others too.
function count(key, counter, length, data) {
  const blocks = Math.ceil(data.length / 16);
  const bits = counter.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  const size = 1n << BigInt(length);
  const low = bits % size;
  if (BigInt(blocks) > size) throw wrong('OperationError', 'The counter would be used twice');
  const left = size - low;
  if (BigInt(blocks) <= left) return aes('CTR', true, [key, counter, data], 0);
  const first = Number(left) * 16;
  const again = new Uint8Array(16);
  let rest = bits - low;
  for (let at = 15; at >= 0; at--) {
    again[at] = Number(rest & 255n);
    rest >>= 8n;
  }
  const done = new Uint8Array(data.length);
  done.set(aes('CTR', true, [key, counter, data.subarray(0, first)], 0));
  done.set(aes('CTR', true, [key, again, data.subarray(first)], 0), first);
  return done;
}

function derive(method, algorithm, key, usage, length) {
  const name = nameOf(method, algorithm, DERIVATIONS);
  const bytes = use(method, name, key, usage);
  // WebIDL's unsigned long, made of what is given once.
  const bits = length === null || length === undefined ? null : length >>> 0;
  if (bits === null || bits % 8 !== 0) throw wrong('OperationError', 'The length provided must be a multiple of 8 bits');
  const hash = hashOf(method, algorithm.hash);
  const salt = member(method, algorithm, 'salt');
  if (name === 'HKDF') {
    const made = hkdf(hash, bytes, salt, member(method, algorithm, 'info'), bits / 8);
    if (made === null) throw wrong('OperationError', 'The length provided for HKDF is too large.');
    return made;
  }
  const iterations = enforced(method, algorithm.iterations, 2 ** 32 - 1, `${name}: iterations`);
  if (iterations === 0) throw wrong('OperationError', 'PBKDF2 requires iterations > 0');
  if (bits / 8 > MOST_BYTES) throw wrong('OperationError', `PBKDF2 derives ${MOST_BYTES} bytes here at most, and not ${bits / 8}`);
  return pbkdf2(hash, bytes, salt, iterations, bits / 8);
}

// Where a script may be stopped: the engine ends this at its next look. It looks for itself after some ten thousand steps
// of a script alone, each of which may be a digest of much.
function rest() {
  if (stops()) for (;;);
}

function pbkdf2(hash, password, salt, iterations, length) {
  const made = new Uint8Array(length);
  for (let at = 0, block = 1; at < length; block++) {
    rest();
    const numbered = new Uint8Array(salt.length + 4);
    numbered.set(salt);
    new DataView(numbered.buffer).setUint32(salt.length, block);
    let last = hmac(hash, password, numbered);
    let sum = last;
    for (let left = iterations - 1; left > 0; left -= ROUNDS) {
      rest();
      [last, sum] = chain(hash, password, last, sum, left < ROUNDS ? left : ROUNDS);
    }
    made.set(length - at < sum.length ? sum.subarray(0, length - at) : sum, at);
    at += sum.length;
  }
  return made;
}

function isSame(one, other) {
  let differs = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) differs |= one[at] ^ other[at];
  return differs === 0;
}

class SubtleCrypto {
  constructor(token) { if (token !== own) throw new TypeError('Illegal constructor'); }

  async digest(algorithm, data) {
    const name = nameOf('digest', algorithm, Object.keys(HASHES));
    if (!ArrayBuffer.isView(data) && !(data instanceof ArrayBuffer)) {
      throw new TypeError("Failed to execute 'digest' on 'SubtleCrypto': 2nd argument is not instance of ArrayBuffer, Buffer, TypedArray, or DataView.");
    }
    rest();
    const [buffer, offset] = ArrayBuffer.isView(data) ? [data.buffer, data.byteOffset] : [data, 0];
    return digest(name, buffer, offset, data.byteLength).buffer;
  }
  async sign(algorithm, key, data) {
    const name = nameOf('sign', algorithm, SIGNATURES);
    const bytes = use('sign', name, key, 'sign');
    return hmac(factsOf(key).algorithm.hash.name, bytes, bytesFrom('sign', data, '3rd argument')).buffer;
  }
  async verify(algorithm, key, signature, data) {
    const name = nameOf('verify', algorithm, SIGNATURES);
    const bytes = use('verify', name, key, 'verify');
    const given = bytesFrom('verify', signature, '3rd argument');
    return isSame(hmac(factsOf(key).algorithm.hash.name, bytes, bytesFrom('verify', data, '4th argument')), given);
  }
  async encrypt(algorithm, key, data) { return cipher('encrypt', true, algorithm, key, data, 'encrypt'); }
  async decrypt(algorithm, key, data) { return cipher('decrypt', false, algorithm, key, data, 'decrypt'); }
  async deriveBits(algorithm, key, length = null) { return derive('deriveBits', algorithm, key, 'deriveBits', length).buffer; }
  async deriveKey(algorithm, key, wanted, extractable, usages) {
    const name = nameOf('deriveKey', wanted);
    const length = keys.lengthOf('deriveKey', name, wanted);
    const bytes = derive('deriveKey', algorithm, key, 'deriveKey', length);
    return keys.makeKey('deriveKey', name, wanted, bytes, !!extractable, usagesFrom('deriveKey', usages));
  }
  async generateKey(algorithm, extractable, usages) { return keys.generate(algorithm, !!extractable, usagesFrom('generateKey', usages)); }
  async importKey(format, data, algorithm, extractable, usages) {
    return keys.importKey(format, data, algorithm, !!extractable, usagesFrom('importKey', usages));
  }
  async exportKey(format, key) { return keys.exportKey(format, key); }
  async wrapKey(format, key, by, algorithm) {
    const made = keys.exportKey(format, key);
    return cipher('wrapKey', true, algorithm, by, format === 'jwk' ? new TextEncoder().encode(JSON.stringify(made)) : made, 'wrapKey');
  }
  async unwrapKey(format, wrapped, by, algorithm, of, extractable, usages) {
    const bytes = cipher('unwrapKey', false, algorithm, by, wrapped, 'unwrapKey');
    return keys.importKey(format, format === 'jwk' ? keys.jwkOf(bytes) : bytes, of, !!extractable, usagesFrom('unwrapKey', usages));
  }
}
define(SubtleCrypto, 'SubtleCrypto');

module.exports = { SubtleCrypto, subtle: new SubtleCrypto(own) };
