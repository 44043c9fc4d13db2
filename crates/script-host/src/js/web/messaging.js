'use strict';
// BroadcastChannel among the scripts of one page, and DataTransfer.

const { define } = require('internal/web_class');
const { EventTarget, fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');
const { b, hooks, later } = require('dom/core');
const { originOf } = require('dom/address');
const { fileList } = require('internal/file_reader');

const open = new Set();

class BroadcastChannel extends EventTarget {
  #name;
  #closed = false;
  constructor(name) {
    if (arguments.length === 0) throw new TypeError("Failed to construct 'BroadcastChannel': 1 argument required, but only 0 present.");
    super();
    this.#name = String(name);
    open.add(this);
  }
  get name() { return this.#name; }
  postMessage(message) {
    if (this.#closed) throw new DOMException("Failed to execute 'postMessage' on 'BroadcastChannel': Channel is closed", 'InvalidStateError');
    const copies = [...open].filter((other) => other !== this && other.#name === this.#name).map((other) => [other, hooks.clone(message)]);
    if (copies.length === 0) hooks.clone(message);
    const origin = originOf(b.split(b.url()));
    for (const [other, data] of copies) later(() => { if (!other.#closed) fire(other, 'MessageEvent', 'message', { data, origin }); });
  }
  close() {
    this.#closed = true;
    open.delete(this);
  }
}
addHandlers(BroadcastChannel.prototype, 'onmessage onmessageerror', () => undefined);
define(BroadcastChannel, 'BroadcastChannel');

const typeOf = (format) => {
  const type = String(format).toLowerCase();
  return type === 'text' ? 'text/plain' : type === 'url' ? 'text/uri-list' : type;
};

/** A dropped file as an entry of a file system that has nothing else. */
function entryOf(file) {
  return {
    isFile: true, isDirectory: false, name: file.name, fullPath: `/${file.name}`,
    file: (take) => { later(() => take(file)); },
  };
}

class DataTransfer {
  #data = new Map();
  #files = [];
  dropEffect = 'none';
  effectAllowed = 'none';
  get types() { return Object.freeze([...this.#data.keys(), ...this.#files.length > 0 ? ['Files'] : []]); }
  get files() { return fileList(this.#files); }
  get items() {
    const texts = [...this.#data].map(([type, text]) => ({ kind: 'string', type, getAsString: (take) => later(() => take(text)), getAsFile: () => null, webkitGetAsEntry: () => null }));
    const files = this.#files.map((file) => ({ kind: 'file', type: file.type, getAsString() {}, getAsFile: () => file, webkitGetAsEntry: () => entryOf(file) }));
    return Object.assign([...texts, ...files], {
      add: (data, type) => void (type === undefined ? this.#files.push(data) : this.#data.set(typeOf(type), String(data))),
      clear: () => {
        this.#data.clear();
        this.#files = [];
      },
    });
  }
  setData(format, data) { this.#data.set(typeOf(format), String(data)); }
  getData(format) { return this.#data.get(typeOf(format)) ?? ''; }
  clearData(format) {
    if (format === undefined) this.#data.clear();
    else this.#data.delete(typeOf(format));
  }
  setDragImage() {}
}
define(DataTransfer, 'DataTransfer');

module.exports = { BroadcastChannel, DataTransfer };
