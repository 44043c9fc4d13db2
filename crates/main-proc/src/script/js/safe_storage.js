'use strict';
// safeStorage: no keyring is there to keep a key in. As Electron without one, it encrypts nothing unless the program says
// that plain text will do, and then with the key that all know: what it writes is what Electron writes.

const { Buffer } = require('buffer');

// Chromium's key and beginning for the backend 'basic_text'.
const KEY = Buffer.from('fd621fe5a2b402539dfa147ca9272778', 'hex');
const BEGINNING = Buffer.alloc(16, 0x20);
const PREFIX = 'v10';

let plain = false;
let boxes;

// AES with a key of 128 bits, block by block.
function tables() {
  if (boxes !== undefined) return boxes;
  const forward = new Uint8Array(256);
  const back = new Uint8Array(256);
  for (let p = 1, q = 1, first = true; first || p !== 1; first = false) {
    p = (p ^ (p << 1) ^ (p & 0x80 ? 0x11b : 0)) & 0xff;
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 0xff;
    if (q & 0x80) q ^= 0x09;
    const turn = (by) => ((q << by) | (q >> (8 - by))) & 0xff;
    forward[p] = q ^ turn(1) ^ turn(2) ^ turn(3) ^ turn(4) ^ 0x63;
  }
  forward[0] = 0x63;
  forward.forEach((to, from) => { back[to] = from; });
  const keys = new Uint8Array(176);
  keys.set(KEY);
  for (let at = 16, round = 1; at < 176; at += 4) {
    let word = keys.slice(at - 4, at);
    if (at % 16 === 0) {
      word = Uint8Array.of(forward[word[1]] ^ round, forward[word[2]], forward[word[3]], forward[word[0]]);
      round = double(round);
    }
    for (let i = 0; i < 4; i++) keys[at + i] = keys[at + i - 16] ^ word[i];
  }
  return boxes = { forward, back, keys };
}

function double(value) {
  return ((value << 1) ^ (value & 0x80 ? 0x11b : 0)) & 0xff;
}

function times(value, by) {
  let product = 0;
  for (let rest = by, power = value; rest > 0; rest >>= 1, power = double(power)) if (rest & 1) product ^= power;
  return product;
}

function addKey(block, round) {
  const { keys } = tables();
  for (let i = 0; i < 16; i++) block[i] ^= keys[round * 16 + i];
}

function mix(block, factors) {
  for (let column = 0; column < 16; column += 4) {
    const old = block.slice(column, column + 4);
    for (let i = 0; i < 4; i++) {
      block[column + i] = old.reduce((sum, value, j) => sum ^ times(value, factors[(j - i + 4) % 4]), 0);
    }
  }
}

// The bytes of each row, moved by its number; by `1` to the left, by `-1` back.
function shift(block, box, way) {
  const old = block.slice();
  for (let i = 0; i < 16; i++) block[i] = box[old[(i + way * 4 * (i % 4) + 16) % 16]];
}

function encryptBlock(given) {
  const block = Uint8Array.from(given);
  addKey(block, 0);
  for (let round = 1; round <= 10; round++) {
    shift(block, tables().forward, 1);
    if (round < 10) mix(block, [2, 3, 1, 1]);
    addKey(block, round);
  }
  return block;
}

function decryptBlock(given) {
  const block = Uint8Array.from(given);
  for (let round = 10; round >= 1; round--) {
    addKey(block, round);
    if (round < 10) mix(block, [14, 11, 13, 9]);
    shift(block, tables().back, -1);
  }
  addKey(block, 0);
  return block;
}

const xor = (a, b) => a.map((value, i) => value ^ b[i]);

function encrypt(bytes) {
  const pad = 16 - (bytes.length % 16);
  const padded = Buffer.concat([bytes, Buffer.alloc(pad, pad)]);
  const blocks = [Buffer.from(PREFIX)];
  for (let at = 0, last = BEGINNING; at < padded.length; at += 16) {
    last = encryptBlock(xor(Uint8Array.from(padded.subarray(at, at + 16)), last));
    blocks.push(last);
  }
  return Buffer.concat(blocks);
}

// The text's bytes, or undefined for what this has not encrypted.
function decrypt(bytes) {
  const body = bytes.subarray(PREFIX.length);
  if (bytes.toString('latin1', 0, PREFIX.length) !== PREFIX || body.length === 0 || body.length % 16 !== 0) return undefined;
  const blocks = [];
  for (let at = 0, last = BEGINNING; at < body.length; at += 16) {
    const block = body.subarray(at, at + 16);
    blocks.push(Buffer.from(xor(decryptBlock(block), last)));
    last = block;
  }
  const padded = Buffer.concat(blocks);
  const pad = padded[padded.length - 1];
  return pad >= 1 && pad <= 16 ? padded.subarray(0, padded.length - pad) : undefined;
}

function isEncryptionAvailable() {
  return plain && require('dipole/app').app.isReady();
}

const safeStorage = {
  isEncryptionAvailable,

  encryptString(text) {
    if (!isEncryptionAvailable()) {
      throw new Error('Error while encrypting the text provided to safeStorage.encryptString. Encryption is not available.');
    }
    if (typeof text !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
    return encrypt(Buffer.from(text));
  },

  decryptString(bytes) {
    if (!isEncryptionAvailable()) {
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString. Decryption is not available.');
    }
    if (!ArrayBuffer.isView(bytes)) {
      throw new TypeError('Expected the first argument of decryptString() to be a buffer');
    }
    const text = decrypt(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (text === undefined) throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.');
    return text.toString();
  },

  setUsePlainTextEncryption(on) { plain = Boolean(on); },
  getSelectedStorageBackend: () => (require('dipole/app').app.isReady() ? 'basic_text' : 'unknown'),
};

module.exports = { safeStorage };
