'use strict';
// The text encodings of Buffer: for each, text to bytes, bytes to text, and the size of a text.

const native = binding('encoding');

function bytes(result) {
  return result instanceof Uint8Array ? result : new Uint8Array(result);
}

function base64Size(text) {
  let { length } = text;
  if (text[length - 1] === '=') length -= 1;
  if (length > 1 && text[length - 1] === '=') length -= 1;
  return Math.floor((length * 3) / 4);
}

const utf8 = {
  name: 'utf8',
  encode: (text) => bytes(native.utf8Encode(text)),
  decode: (buffer, offset, length) => native.utf8Decode(buffer, offset, length),
  size: (text) => bytes(native.utf8Encode(text)).length,
  // How many of `limit` bytes can be written without cutting a character.
  whole(encoded, limit) {
    let end = limit;
    while (end > 0 && (encoded[end] & 0xc0) === 0x80) end -= 1;
    return end;
  },
};

const utf16le = {
  name: 'utf16le',
  encode: (text) => bytes(native.utf16leEncode(text)),
  decode: (buffer, offset, length) => native.utf16leDecode(buffer, offset, length - (length % 2)),
  size: (text) => text.length * 2,
  whole: (encoded, limit) => limit - (limit % 2),
};

const latin1 = {
  name: 'latin1',
  encode: (text) => bytes(native.latin1Encode(text)),
  decode: (buffer, offset, length) => native.latin1Decode(buffer, offset, length),
  size: (text) => text.length,
  whole: (encoded, limit) => limit,
};

const ascii = {
  ...latin1,
  name: 'ascii',
  decode: (buffer, offset, length) => native.asciiDecode(buffer, offset, length),
};

const hex = {
  name: 'hex',
  // Reads up to the first pair that is not of hex digits.
  encode: (text) => bytes(native.hexEncode(text)),
  decode: (buffer, offset, length) => native.hexDecode(buffer, offset, length),
  size: (text) => text.length >>> 1,
  whole: (encoded, limit) => limit,
};

const base64 = {
  name: 'base64',
  // Reads both alphabets and skips what belongs to neither; the text ends at a `=`.
  encode: (text) => bytes(native.base64Encode(text)),
  decode: (buffer, offset, length) => native.base64Decode(buffer, offset, length, false),
  size: base64Size,
  whole: (encoded, limit) => limit,
};

const base64url = {
  ...base64,
  name: 'base64url',
  decode: (buffer, offset, length) => native.base64Decode(buffer, offset, length, true),
};

const ENCODINGS = new Map(Object.entries({
  utf8, 'utf-8': utf8, utf16le, 'utf-16le': utf16le, ucs2: utf16le, 'ucs-2': utf16le,
  latin1, binary: latin1, ascii, hex, base64, base64url,
}));

/** The encoding of that name in any case; undefined when there is none. */
function find(name) {
  return ENCODINGS.get(name) ?? ENCODINGS.get(String(name).toLowerCase());
}

/** Like find(), with UTF-8 for no name; throws for an unknown one. */
function need(name) {
  if (name === undefined || name === null || name === '') return utf8;
  const found = find(name);
  if (found === undefined) {
    const { coded } = require('internal/errors');
    throw coded(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${name}`, need);
  }
  return found;
}

Object.assign(exports, { find, need, utf8, latin1, utf16le });
