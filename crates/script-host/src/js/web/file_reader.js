'use strict';
// FileReader and FileList.

const { define } = require('internal/web_class');
const { EventTarget, fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');
const { later } = require('dom/core');
const { bytes, is } = require('internal/blob');

const EMPTY = 0;
const LOADING = 1;
const DONE = 2;

function base64(data) {
  let text = '';
  for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
  return btoa(text);
}

class FileReader extends EventTarget {
  #state = EMPTY;
  #result = null;
  #run = 0;

  get readyState() { return this.#state; }
  get result() { return this.#result; }
  get error() { return null; }

  #read(method, blob, convert) {
    if (!is(blob)) throw new TypeError(`Failed to execute '${method}' on 'FileReader': parameter 1 is not of type 'Blob'.`);
    if (this.#state === LOADING) {
      throw new DOMException(`Failed to execute '${method}' on 'FileReader': The object is already busy reading Blobs.`, 'InvalidStateError');
    }
    this.#state = LOADING;
    this.#result = null;
    const run = ++this.#run;
    const data = bytes(blob);
    const tell = (name) => fire(this, 'ProgressEvent', name, { lengthComputable: true, loaded: data.length, total: data.length });
    later(() => {
      if (run !== this.#run) return;
      tell('loadstart');
      if (run !== this.#run) return;
      this.#result = convert(data, blob);
      this.#state = DONE;
      tell('progress');
      tell('load');
      if (this.#state !== LOADING) tell('loadend');
    });
  }

  readAsArrayBuffer(blob) { this.#read('readAsArrayBuffer', blob, (data) => data.slice().buffer); }
  readAsText(blob, label) { this.#read('readAsText', blob, (data) => new TextDecoder(label).decode(data)); }
  readAsBinaryString(blob) {
    this.#read('readAsBinaryString', blob, (data) => Array.from(data, (byte) => String.fromCharCode(byte)).join(''));
  }
  readAsDataURL(blob) {
    this.#read('readAsDataURL', blob, (data, { type }) => `data:${type || 'application/octet-stream'};base64,${base64(data)}`);
  }

  abort() {
    if (this.#state !== LOADING) return;
    this.#run += 1;
    this.#state = DONE;
    this.#result = null;
    for (const name of ['abort', 'loadend']) fire(this, 'ProgressEvent', name, {});
  }
}
for (const [name, value] of [['EMPTY', EMPTY], ['LOADING', LOADING], ['DONE', DONE]]) {
  for (const place of [FileReader, FileReader.prototype]) Object.defineProperty(place, name, { value, enumerable: true });
}
addHandlers(FileReader.prototype, 'onabort onerror onload onloadend onloadstart onprogress', () => undefined);
define(FileReader, 'FileReader');

const own = {};

class FileList {
  constructor(token, files) {
    if (token !== own) throw new TypeError('Illegal constructor');
    Object.assign(this, files);
    Object.defineProperty(this, 'length', { value: files.length });
  }
  item(at) { return this[at] ?? null; }
  [Symbol.iterator]() { return Array.prototype[Symbol.iterator].call(this); }
}
define(FileList, 'FileList');

module.exports = { FileReader, FileList, fileList: (files) => new FileList(own, files) };
