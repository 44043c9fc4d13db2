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

// Both alphabets are read, and what belongs to neither is skipped; the text ends at a `=`.
function base64Decode(text) {
  let clean = text;
  if (/[^A-Za-z0-9+/]/.test(clean)) {
    const end = clean.indexOf('=');
    if (end !== -1) clean = clean.slice(0, end);
    clean = clean.replaceAll('-', '+').replaceAll('_', '/').replace(/[^A-Za-z0-9+/]+/g, '');
  }
  if (clean.length % 4 === 1) clean = clean.slice(0, -1);
  return bytes(native.base64Decode(clean.padEnd(Math.ceil(clean.length / 4) * 4, '=')));
}

// Reading ends at the first pair that is not of hex digits.
function hexDecode(text) {
  const even = text.length % 2 === 0 ? text : text.slice(0, -1);
  if (!/[^0-9a-fA-F]/.test(even)) return bytes(native.hexDecode(even));
  return bytes(native.hexDecode(/^(?:[0-9a-fA-F]{2})*/.exec(even)[0]));
}

function asciiDecode(buffer, offset, length) {
  const source = new Uint8Array(buffer, offset, length);
  const copy = source.map((byte) => byte & 0x7f);
  return native.latin1Decode(copy.buffer, 0, copy.length);
}

const utf8 = {
  name: 'utf8',
  encode: (text) => bytes(native.utf8Encode(text)),
  decode: (buffer, offset, length) => native.utf8Decode(buffer, offset, length),
  size: (text) => native.utf8Length?.(text) ?? bytes(native.utf8Encode(text)).length,
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

const ascii = { ...latin1, name: 'ascii', decode: asciiDecode };

const hex = {
  name: 'hex',
  encode: hexDecode,
  decode: (buffer, offset, length) => native.hexEncode(buffer, offset, length),
  size: (text) => text.length >>> 1,
  whole: (encoded, limit) => limit,
};

const base64 = {
  name: 'base64',
  encode: base64Decode,
  decode: (buffer, offset, length) => native.base64Encode(buffer, offset, length, false),
  size: base64Size,
  whole: (encoded, limit) => limit,
};

const base64url = {
  ...base64,
  name: 'base64url',
  decode: (buffer, offset, length) => native.base64Encode(buffer, offset, length, true).replace(/=+$/, ''),
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
