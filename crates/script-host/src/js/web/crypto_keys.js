'use strict';
// CryptoKey, the algorithms that there are, and keys to and from bytes.

const { define } = require('internal/web_class');
const { fill } = binding('random');

const own = {};
const wrong = (name, message) => new DOMException(message, name);
// No key needs more, and nothing larger is made on a script's word.
const MOST_BYTES = 1 << 20;

// What a page has put before the getters of a key says nothing of it.
let bytesOf;
let factsOf;
let isKey;

class CryptoKey {
  #type;
  #extractable;
  #algorithm;
  #usages;
  #bytes;
  static {
    bytesOf = (key) => key.#bytes;
    factsOf = (key) => ({ algorithm: key.#algorithm, extractable: key.#extractable, usages: key.#usages });
    isKey = (value) => value !== null && typeof value === 'object' && #bytes in value;
  }
  constructor(token, bytes, algorithm, extractable, usages) {
    if (token !== own) throw new TypeError('Illegal constructor');
    this.#type = 'secret';
    this.#bytes = bytes;
    this.#algorithm = Object.freeze(algorithm);
    this.#extractable = extractable;
    this.#usages = Object.freeze(usages);
  }
  get type() { return this.#type; }
  get extractable() { return this.#extractable; }
  get algorithm() { return this.#algorithm; }
  get usages() { return this.#usages; }
}
define(CryptoKey, 'CryptoKey');

// In the order in which a key's usages are told.
const USAGES = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'];
const HASHES = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };
const OF_CIPHERS = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
// What keys of an algorithm are for.
const ALGORITHMS = {
  HMAC: ['sign', 'verify'],
  'AES-CBC': OF_CIPHERS,
  'AES-CTR': OF_CIPHERS,
  'AES-GCM': OF_CIPHERS,
  PBKDF2: ['deriveKey', 'deriveBits'],
  HKDF: ['deriveKey', 'deriveBits'],
};
// Known to browsers, and not built in.
const OTHERS = ['AES-KW', 'ECDH', 'ECDSA', 'Ed25519', 'RSA-OAEP', 'RSA-PSS', 'RSASSA-PKCS1-v1_5', 'X25519'];

const failure = (method, why) => `Failed to execute '${method}' on 'SubtleCrypto': ${why}`;

/** The canonical name of an algorithm for a method. */
function nameOf(method, algorithm, names = Object.keys(ALGORITHMS)) {
  const given = typeof algorithm === 'object' && algorithm !== null ? algorithm.name : algorithm;
  if (given === undefined || (typeof algorithm !== 'object' && typeof algorithm !== 'string')) {
    throw new TypeError(failure(method, 'Algorithm: name: Missing or not a string'));
  }
  const lower = String(given).toLowerCase();
  const find = (list) => list.find((name) => name.toLowerCase() === lower);
  const name = find(names);
  if (name !== undefined) return name;
  const other = find(OTHERS);
  if (other !== undefined) {
    throw wrong('NotSupportedError', failure(method, `'${other}' is not built in here: there are ${Object.keys(ALGORITHMS).join(', ')} and SHA`));
  }
  const known = find([...Object.keys(ALGORITHMS), ...Object.keys(HASHES)]);
  throw wrong('NotSupportedError', failure(method, known === undefined ? 'Algorithm: Unrecognized name' : `${known}: Unsupported operation: ${method}`));
}

const hashOf = (method, given) => {
  if (given === undefined) throw new TypeError(failure(method, 'Algorithm: hash: Missing or not an AlgorithmIdentifier'));
  return nameOf(method, given, Object.keys(HASHES));
};

/** WebIDL's `[EnforceRange]`: a whole number up to `most`, made of what is given once. */
function enforced(method, given, most, what) {
  const number = +given;
  if (!(number > -1 && number < most + 1)) throw new TypeError(failure(method, `${what}: Value is outside its range of 0 to ${most}.`));
  return number - (number % 1);
}

/** A copy of what a script gives as bytes. */
function bytesFrom(method, data, what) {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  if (data instanceof ArrayBuffer) return new Uint8Array(data).slice();
  throw new TypeError(failure(method, `${what} is not of type '(ArrayBuffer or ArrayBufferView)'.`));
}

/** The usages that a script gives, each once and known. */
function usagesFrom(method, given) {
  const wanted = [...given].map(String);
  const unknown = wanted.find((usage) => !USAGES.includes(usage));
  if (unknown !== undefined) throw new TypeError(failure(method, `The provided value '${unknown}' is not a valid enum value of type KeyUsage.`));
  return USAGES.filter((usage) => wanted.includes(usage));
}

function checkUsages(name, usages) {
  if (!usages.every((usage) => ALGORITHMS[name].includes(usage))) {
    throw wrong('SyntaxError', 'Cannot create a key using the specified key usages.');
  }
  if (usages.length === 0) throw wrong('SyntaxError', 'Usages cannot be empty when creating a key.');
}

const isAes = (name) => name.startsWith('AES-');
const isDerivation = (name) => name === 'PBKDF2' || name === 'HKDF';

/** A key of bytes. */
function makeKey(method, name, algorithm, bytes, extractable, usages) {
  checkUsages(name, usages);
  if (isAes(name)) {
    if (![16, 24, 32].includes(bytes.length)) throw wrong('DataError', 'AES key data must be 128, 192 or 256 bits');
    return new CryptoKey(own, bytes, { name, length: bytes.length * 8 }, extractable, usages);
  }
  if (isDerivation(name)) {
    if (extractable) throw wrong('SyntaxError', `${name} key is not extractable`);
    return new CryptoKey(own, bytes, { name }, false, usages);
  }
  const hash = hashOf(method, algorithm.hash);
  if (bytes.length === 0) throw wrong('DataError', 'HMAC key data must not be empty');
  const wanted = algorithm.length;
  const length = wanted === undefined ? bytes.length * 8 : enforced(method, wanted, 2 ** 32 - 1, 'HMAC: length');
  if (length > bytes.length * 8 || length <= (bytes.length - 1) * 8) throw wrong('DataError', `HMAC key data has ${bytes.length * 8} bits, and not ${length}`);
  return new CryptoKey(own, bytes, { name, hash: Object.freeze({ name: hash }), length }, extractable, usages);
}

/** The bits that a new key of an algorithm has; nothing where that follows from its bytes. */
function lengthOf(method, name, algorithm) {
  if (isDerivation(name)) return null;
  if (name === 'HMAC') {
    const hash = hashOf(method, algorithm.hash);
    const given = algorithm.length;
    const length = given === undefined ? HASHES[hash] : enforced(method, given, 2 ** 32 - 1, 'HMAC: length');
    if (length === 0) throw wrong('OperationError', 'HMAC key length must not be 0');
    if (length > MOST_BYTES * 8) throw wrong('OperationError', `HMAC keys have ${MOST_BYTES} bytes here at most`);
    return length;
  }
  const length = enforced(method, algorithm.length, 65_535, `${name}: length`);
  if (![128, 192, 256].includes(length)) throw wrong('OperationError', 'AES key length must be 128, 192 or 256 bits');
  return length;
}

function generate(algorithm, extractable, usages) {
  const name = nameOf('generateKey', algorithm);
  if (isDerivation(name)) throw wrong('NotSupportedError', failure('generateKey', `${name}: Unsupported operation: generateKey`));
  const bytes = new Uint8Array(Math.ceil(lengthOf('generateKey', name, algorithm) / 8));
  fill(bytes.buffer, 0, bytes.length);
  return makeKey('generateKey', name, algorithm, bytes, extractable, usages);
}

// --- to and from JSON ---

const jwkName = ({ name, hash, length }) => (name === 'HMAC' ? `HS${hash.name.slice(4)}` : `A${length}${name.slice(4)}`);

function bytesOfJwk(jwk) {
  if (typeof jwk !== 'object' || jwk === null || ArrayBuffer.isView(jwk) || jwk instanceof ArrayBuffer) {
    throw new TypeError(failure('importKey', 'Key data must be an object for JWK import'));
  }
  if (jwk.kty !== 'oct') throw wrong('DataError', `The JWK "kty" member was not "oct"`);
  const k = jwk.k;
  if (typeof k !== 'string' || !/^[\w-]*$/.test(k) || k.length % 4 === 1) throw wrong('DataError', 'The JWK member "k" could not be base64url decoded or contained padding');
  return Uint8Array.from(atob(k.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
}

function checkJwk(jwk, key) {
  const { algorithm, extractable, usages } = factsOf(key);
  if (jwk.alg !== undefined && jwk.alg !== jwkName(algorithm)) throw wrong('DataError', `The JWK "alg" member was inconsistent with that specified by the Web Crypto call`);
  const purpose = algorithm.name === 'HMAC' ? 'sig' : 'enc';
  if (jwk.use !== undefined && jwk.use !== purpose) throw wrong('DataError', `The JWK "use" member was inconsistent with that specified by the Web Crypto call. The JWK usage must be "${purpose}"`);
  if (jwk.ext === false && extractable) throw wrong('DataError', 'The JWK "ext" member was inconsistent with that specified by the Web Crypto call');
  if (jwk.key_ops !== undefined && !usages.every((usage) => jwk.key_ops.includes(usage))) {
    throw wrong('DataError', 'The JWK "key_ops" member was inconsistent with that specified by the Web Crypto call. The JWK usage must be a superset of those requested');
  }
  return key;
}

/** The key that was wrapped as JSON. */
function jwkOf(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw wrong('DataError', 'The wrapped key is no JSON');
  }
}

function importKey(format, data, algorithm, extractable, usages) {
  const name = nameOf('importKey', algorithm);
  switch (format) {
    case 'raw': return makeKey('importKey', name, algorithm, bytesFrom('importKey', data, 'Key data'), extractable, usages);
    case 'jwk': {
      if (isDerivation(name)) break;
      return checkJwk(data, makeKey('importKey', name, algorithm, bytesOfJwk(data), extractable, usages));
    }
    case 'pkcs8': case 'spki': break;
    default: throw new TypeError(failure('importKey', `The provided value '${String(format)}' is not a valid enum value of type KeyFormat.`));
  }
  throw wrong('NotSupportedError', failure('importKey', `Unsupported import key format for algorithm ${name}: '${format}'`));
}

function exportKey(format, key) {
  if (!isKey(key)) throw new TypeError(failure('exportKey', "parameter 2 is not of type 'CryptoKey'."));
  const { algorithm, extractable, usages } = factsOf(key);
  if (!extractable) throw wrong('InvalidAccessError', 'key is not extractable');
  const bytes = bytesOf(key);
  if (format === 'raw') return bytes.slice().buffer;
  if (format !== 'jwk') throw wrong('NotSupportedError', failure('exportKey', `Unsupported export key format for algorithm ${algorithm.name}: '${String(format)}'`));
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  const k = btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  return { alg: jwkName(algorithm), ext: true, k, key_ops: [...usages], kty: 'oct' };
}

module.exports = { CryptoKey, HASHES, MOST_BYTES, failure, wrong, isKey, bytesOf, factsOf, nameOf, hashOf, bytesFrom, enforced, jwkOf, usagesFrom, lengthOf, makeKey, generate, importKey, exportKey };
