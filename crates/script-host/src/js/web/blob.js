'use strict';
// Blob and File: bytes that do not change.

const { define } = require('internal/web_class');

// URLs of blobs, as long as the page is there.
const urls = new Map();
let lastUrl = 0;

const encode = (text) => new TextEncoder().encode(text);

// The bytes of what a blob is made of.
function bytesOf(part, native) {
  if (is(part)) return bytes(part);
  if (part instanceof ArrayBuffer) return new Uint8Array(part);
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  const text = String(part).toWellFormed();
  return encode(native ? text.replace(/\r\n?|\n/g, '\n') : text);
}

function gather(parts, native) {
  const all = [...parts].map((part) => bytesOf(part, native));
  const whole = new Uint8Array(all.reduce((sum, bytes) => sum + bytes.length, 0));
  let at = 0;
  for (const bytes of all) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}

function typeOf(given) {
  const type = given === undefined ? '' : String(given);
  return /^[\x20-\x7e]*$/.test(type) ? type.toLowerCase() : '';
}

// Where a slice begins and ends, counted from the end if below zero.
function place(given, length, standard) {
  const at = given === undefined ? standard : Math.trunc(Number(given)) || 0;
  return at < 0 ? Math.max(0, length + at) : Math.min(at, length);
}

class Blob {
  #bytes;
  #type;

  constructor(parts = [], options = {}) {
    if (parts === null || typeof parts !== 'object' || typeof parts[Symbol.iterator] !== 'function') {
      throw new TypeError("Failed to construct 'Blob': The provided value cannot be converted to a sequence.");
    }
    this.#bytes = gather(parts, options?.endings === 'native');
    this.#type = typeOf(options?.type);
  }

  get size() { return this.#bytes.length; }
  get type() { return this.#type; }

  slice(start, end, type) {
    const { length } = this.#bytes;
    const from = place(start, length, 0);
    const blob = new Blob([], { type: type ?? '' });
    blob.#bytes = this.#bytes.subarray(from, Math.max(from, place(end, length, length)));
    return blob;
  }

  async arrayBuffer() { return this.#bytes.slice().buffer; }
  async bytes() { return this.#bytes.slice(); }
  async text() { return new TextDecoder().decode(this.#bytes); }

  stream() {
    const { ReadableStream } = require('internal/readable');
    const bytes = this.#bytes;
    let at = 0;
    return new ReadableStream({
      type: 'bytes',
      pull(controller) {
        if (at < bytes.length) controller.enqueue(bytes.slice(at, at += 65536));
        if (at >= bytes.length) controller.close();
      },
    });
  }

  // The bytes themselves, for the host's own classes.
  static bytes(blob) { return blob.#bytes; }
  static is(value) { return typeof value === 'object' && value !== null && #bytes in value; }
}
const { bytes, is } = Blob;
delete Blob.bytes;
delete Blob.is;
define(Blob, 'Blob');

class File extends Blob {
  #name;
  #modified;

  constructor(parts, name, options = {}) {
    if (arguments.length < 2) {
      throw new TypeError(`Failed to construct 'File': 2 arguments required, but only ${arguments.length} present.`);
    }
    super(parts, options);
    this.#name = String(name).toWellFormed();
    const given = options?.lastModified;
    this.#modified = given === undefined ? Date.now() : Math.trunc(Number(given)) || 0;
  }

  get name() { return this.#name; }
  get lastModified() { return this.#modified; }
  get webkitRelativePath() { return ''; }
}
define(File, 'File');

function createObjectURL(blob) {
  if (!is(blob)) {
    throw new TypeError("Failed to execute 'createObjectURL' on 'URL': Overload resolution failed.");
  }
  const url = `blob:null/${(++lastUrl).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  urls.set(url, blob);
  return url;
}

const revokeObjectURL = (url) => void urls.delete(String(url));
const blobAt = (url) => urls.get(url);

module.exports = { Blob, File, bytes, is, createObjectURL, revokeObjectURL, blobAt };
