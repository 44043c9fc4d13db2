'use strict';
// FormData: names with texts and files, in a page also those of a form.

const { Reflect, Symbol, TypeError, each, lists, text } = require('internal/intrinsics');
const { native, isLoaded } = binding('host');
// A page's forms are sent whatever the page has replaced: what is loaded for that works with nothing of the page's.
const { define } = require(native.eventGlobals ? 'internal/web_class' : 'dom/define');

// Where no blob was made yet, nothing is one.
const isBlob = (given) => typeof given === 'object' && given !== null && isLoaded('internal/blob') && require('internal/blob').is(given);

// A text, or a file: what was given as a blob gets a name.
function entryOf(name, given, filename, isNamed) {
  if (!isBlob(given)) {
    if (isNamed) throw new TypeError("Failed to execute 'append' on 'FormData': parameter 2 is not of type 'Blob'.");
    return [text(name), text(given)];
  }
  const blobs = require('internal/blob');
  const isFile = given instanceof blobs.File;
  if (isFile && !isNamed) return [text(name), given];
  const called = isNamed ? text(filename) : 'blob';
  return [text(name), new blobs.File([given], called, { type: given.type, lastModified: isFile ? given.lastModified : undefined })];
}

let entriesIn;

class FormData {
  #entries = [];
  static { entriesIn = (form) => form.#entries; }
  constructor(form, submitter) {
    if (form === undefined) return;
    if (native.eventGlobals || form?.localName !== 'form') {
      throw new TypeError("Failed to construct 'FormData': parameter 1 is not of type 'HTMLFormElement'.");
    }
    this.#entries = require('dom/forms').entriesOf(form, submitter ?? null);
  }
  append(name, value, filename) {
    need('append', 2, arguments.length);
    lists.push(this.#entries, entryOf(name, value, filename, arguments.length > 2));
  }
  delete(name) { this.#entries = lists.filter(this.#entries, ({ 0: one }) => one !== text(name)); }
  get(name) { return lists.find(this.#entries, ({ 0: one }) => one === text(name))?.[1] ?? null; }
  getAll(name) { return lists.map(lists.filter(this.#entries, ({ 0: one }) => one === text(name)), ({ 1: value }) => value); }
  has(name) { return lists.some(this.#entries, ({ 0: one }) => one === text(name)); }
  set(name, value, filename) {
    need('set', 2, arguments.length);
    const entry = entryOf(name, value, filename, arguments.length > 2);
    const at = lists.findIndex(this.#entries, ({ 0: one }) => one === entry[0]);
    if (at < 0) return void lists.push(this.#entries, entry);
    this.#entries = lists.filter(this.#entries, ({ 0: one }, index) => one !== entry[0] || index === at);
    this.#entries[lists.findIndex(this.#entries, ({ 0: one }) => one === entry[0])] = entry;
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

function need(method, count, given) {
  if (given >= count) return;
  throw new TypeError("Failed to execute '" + method + "' on 'FormData': " + count + ' arguments required, but only ' + given + ' present.');
}

module.exports = { FormData, entriesIn };
