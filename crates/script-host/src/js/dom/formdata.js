'use strict';
// FormData, for text values.

const { Reflect, Symbol, TypeError, each, lists } = require('internal/intrinsics');
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
  append(name, value) { lists.push(this.#entries, [text(name), text(value)]); }
  delete(name) { this.#entries = lists.filter(this.#entries, ({ 0: one }) => one !== text(name)); }
  get(name) { return lists.find(this.#entries, ({ 0: one }) => one === text(name))?.[1] ?? null; }
  getAll(name) { return lists.map(lists.filter(this.#entries, ({ 0: one }) => one === text(name)), ({ 1: value }) => value); }
  has(name) { return lists.some(this.#entries, ({ 0: one }) => one === text(name)); }
  set(name, value) {
    const at = lists.findIndex(this.#entries, ({ 0: one }) => one === text(name));
    if (at < 0) return void this.append(name, value);
    this.#entries = lists.filter(this.#entries, ({ 0: one }, index) => one !== text(name) || index === at);
    this.#entries[lists.findIndex(this.#entries, ({ 0: one }) => one === text(name))] = [text(name), text(value)];
  }
  entries() { return lists.iterate(lists.map(this.#entries, (entry) => [entry[0], entry[1]])); }
  keys() { return lists.iterate(lists.map(this.#entries, ({ 0: name }) => name)); }
  values() { return lists.iterate(lists.map(this.#entries, ({ 1: value }) => value)); }
  forEach(callback, self) {
    for (const { 0: name, 1: value } of each(this.#entries)) Reflect.apply(callback, self, [value, name, this]);
  }
  [Symbol.iterator]() { return this.entries(); }
}
define(FormData, 'FormData');

module.exports = { FormData };
