'use strict';
// Items of the clipboard. Texts are kept by the page's host; other types by this page alone.

const { define } = require('internal/web_class');
const { b } = require('dom/core');
const blobs = require('internal/blob');

// The items that were written last, and the text that the clipboard had then.
let written = { text: null, items: [] };

class ClipboardItem {
  #data;
  #style;
  constructor(data, options = {}) {
    if (typeof data !== 'object' || data === null || Object.keys(data).length === 0) throw new TypeError("Failed to construct 'ClipboardItem': Empty dictionary argument");
    this.#data = { ...data };
    this.#style = options.presentationStyle ?? 'unspecified';
  }
  get types() { return Object.freeze(Object.keys(this.#data)); }
  get presentationStyle() { return this.#style; }
  async getType(type) {
    if (!Object.hasOwn(this.#data, type)) throw new DOMException("Failed to execute 'getType' on 'ClipboardItem': The type was not found", 'NotFoundError');
    const data = await this.#data[type];
    return blobs.is(data) ? data : new blobs.Blob([String(data)], { type });
  }
  static supports(type) { return ['text/plain', 'text/html', 'image/png', 'image/svg+xml'].includes(String(type)) || /^web \w+\/\w/.test(String(type)); }
}
define(ClipboardItem, 'ClipboardItem');

async function write(items) {
  const [item] = items;
  if (!(item instanceof ClipboardItem)) throw new TypeError("Failed to execute 'write' on 'Clipboard': The provided value cannot be converted to a sequence.");
  const kept = Object.fromEntries(await Promise.all(item.types.map(async (type) => [type, await item.getType(type)])));
  const text = kept['text/plain'] === undefined ? '' : await kept['text/plain'].text();
  b.setClipboard(text);
  written = { text, items: [new ClipboardItem(kept)] };
}

async function read() {
  const text = b.clipboard();
  if (written.text === text) return [...written.items];
  return text === '' ? [] : [new ClipboardItem({ 'text/plain': new blobs.Blob([text], { type: 'text/plain' }) })];
}

module.exports = { ClipboardItem, read, write };
