'use strict';
// FormData, for text values.

const { text } = require('dom/core');
const { define } = require('dom/define');
const { entriesOf } = require('dom/forms');

class FormData {
  #entries = [];
  constructor(form, submitter) {
    if (form === undefined) return;
    if (form?.localName !== 'form') {
      throw new TypeError("Failed to construct 'FormData': parameter 1 is not of type 'HTMLFormElement'.");
    }
    this.#entries = entriesOf(form, submitter ?? null);
  }
  append(name, value) { this.#entries.push([text(name), text(value)]); }
  delete(name) { this.#entries = this.#entries.filter(([one]) => one !== text(name)); }
  get(name) { return this.#entries.find(([one]) => one === text(name))?.[1] ?? null; }
  getAll(name) { return this.#entries.filter(([one]) => one === text(name)).map(([, value]) => value); }
  has(name) { return this.#entries.some(([one]) => one === text(name)); }
  set(name, value) {
    const at = this.#entries.findIndex(([one]) => one === text(name));
    if (at < 0) return void this.append(name, value);
    this.#entries = this.#entries.filter(([one], index) => one !== text(name) || index === at);
    this.#entries[this.#entries.findIndex(([one]) => one === text(name))] = [text(name), text(value)];
  }
  entries() { return this.#entries.map((entry) => [...entry])[Symbol.iterator](); }
  keys() { return this.#entries.map(([name]) => name)[Symbol.iterator](); }
  values() { return this.#entries.map(([, value]) => value)[Symbol.iterator](); }
  forEach(callback, self) {
    for (const [name, value] of this.#entries) Reflect.apply(callback, self, [value, name, this]);
  }
  [Symbol.iterator]() { return this.entries(); }
}
define(FormData, 'FormData');

module.exports = { FormData };
