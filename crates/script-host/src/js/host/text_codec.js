'use strict';
// TextEncoder and TextDecoder.

const { Map, Object, Symbol, each, lists, text } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const native = binding('encoding');

const LABELS = new Map();
for (const { 0: encoding, 1: labels } of each([
  ['utf-8', 'utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8'],
  ['utf-16le', 'utf-16le utf-16 ucs-2 csunicode iso-10646-ucs-2 unicode unicodefeff'],
  ['windows-1252', 'latin1 ascii us-ascii iso-8859-1 iso8859-1 iso88591 windows-1252 cp1252 l1 x-cp1252 ansi_x3.4-1968 '
    + 'cp819 csisolatin1 ibm819 iso-ir-100 iso_8859-1'],
])) {
  for (const label of each(lists.words(labels))) LABELS.set(label, encoding);
}

// Code points of the bytes 0x80 to 0x9F in windows-1252.
const CP1252 = '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

const C1 = /[\x80-\x9f]/g;

class TextEncoder {
  get encoding() {
    return 'utf-8';
  }

  encode(input = '') {
    return native.utf8Encode(text(input));
  }

  encodeInto(source, target) {
    const all = text(source);
    let read = 0;
    let written = 0;
    while (read < all.length) {
      const char = texts.slice(all, read, read + (texts.codePointAt(all, read) > 0xffff ? 2 : 1));
      const bytes = native.utf8Encode(char);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += char.length;
    }
    return { read, written };
  }
}

class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  #held = new Uint8Array(0);
  #started = false;

  constructor(label = 'utf-8', options = {}) {
    const encoding = LABELS.get(texts.lower(texts.trim(text(label))));
    if (encoding === undefined) {
      const error = new RangeError('The "' + text(label) + '" encoding is not supported');
      error.code = 'ERR_ENCODING_NOT_SUPPORTED';
      throw error;
    }
    this.#encoding = encoding;
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBOM = Boolean(options?.ignoreBOM);
  }

  get encoding() {
    return this.#encoding;
  }

  get fatal() {
    return this.#fatal;
  }

  get ignoreBOM() {
    return this.#ignoreBOM;
  }

  decode(input = new Uint8Array(0), options = {}) {
    let bytes = toBytes(input);
    if (this.#held.length > 0) {
      const joined = new Uint8Array(this.#held.length + bytes.length);
      joined.set(this.#held);
      joined.set(bytes, this.#held.length);
      bytes = joined;
    }
    let end = bytes.length;
    const stream = Boolean(options?.stream);
    if (stream) end = this.#encoding === 'utf-8' ? wholeCharacters(bytes) : wholeUnits(this.#encoding, bytes);
    this.#held = bytes.slice(end);
    let decoded = this.#text(bytes.subarray(0, end));
    if (!this.#started && decoded !== '') {
      if (!this.#ignoreBOM && this.#encoding !== 'windows-1252' && decoded[0] === '\ufeff') decoded = texts.slice(decoded, 1);
      this.#started = true;
    }
    if (!stream) this.#started = false;
    return decoded;
  }

  #text(bytes) {
    const { buffer, byteOffset, length } = bytes;
    if (this.#encoding === 'utf-8') {
      if (this.#fatal && !native.isUtf8(buffer, byteOffset, length)) throw invalidData(this.#encoding);
      return native.utf8Decode(buffer, byteOffset, length);
    }
    if (this.#encoding === 'utf-16le') {
      if (this.#fatal && length % 2 === 1) throw invalidData(this.#encoding);
      const decoded = native.utf16leDecode(buffer, byteOffset, length);
      const formed = texts.toWellFormed(decoded);
      if (this.#fatal && formed !== decoded) throw invalidData(this.#encoding);
      return length % 2 === 1 ? formed + '\ufffd' : formed;
    }
    return texts.replace(native.latin1Decode(buffer, byteOffset, length), C1,
      ({ 0: char }) => CP1252[texts.codePointAt(char, 0) - 0x80]);
  }
}

function toBytes(input) {
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (input instanceof ArrayBuffer || texts.kindOf(input) === '[object SharedArrayBuffer]' || texts.kindOf(input) === '[object ArrayBuffer]') {
    return new Uint8Array(input);
  }
  throw require('internal/errors').invalidArgType('list', ['ArrayBuffer', 'ArrayBufferView'], input);
}

function invalidData(encoding) {
  const error = new TypeError('The encoded data was not valid for encoding ' + encoding);
  error.code = 'ERR_ENCODING_INVALID_ENCODED_DATA';
  return error;
}

// How many bytes to decode now: a character cut at the end waits for the rest.
function wholeCharacters(bytes) {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back];
    if (byte < 0x80) return length;
    if (byte >= 0xc0) {
      const need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return need > back ? length - back : length;
    }
  }
  return length;
}

function wholeUnits(encoding, bytes) {
  if (encoding !== 'utf-16le') return bytes.length;
  const even = bytes.length & ~1;
  const high = even >= 2 ? bytes[even - 1] : 0;
  return high >= 0xd8 && high <= 0xdb ? even - 2 : even;
}

for (const type of each([TextEncoder, TextDecoder])) {
  Object.defineProperty(type.prototype, Symbol.toStringTag, { value: type.name, configurable: true });
  for (const name of each(Object.getOwnPropertyNames(type.prototype))) {
    if (name !== 'constructor') Object.defineProperty(type.prototype, name, { enumerable: true });
  }
}

exports.TextEncoder = TextEncoder;
exports.TextDecoder = TextDecoder;
