'use strict';
// ElementInternals: what an element of the page's own class says to forms and to who reads the page aloud.

const { Object, WeakMap, TypeError, each, lists, text } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, wrap, domError } = core;
const { define } = require('dom/define');
const { fire } = require('dom/target');
const { idOf } = require('dom/node');
const { NodeList } = require('dom/collections');
const { FLAGS, ValidityState, validityOf } = require('dom/validity');
const { isLoaded } = binding('host');

// What only `attach` has: pages make none of their own, which would replace what an element has attached.
const KEY = {};
const known = new WeakMap();

class CustomStateSet extends globalThis.Set {
  add(value) { return super.add(text(value)); }
}

class ElementInternals {
  #element;
  #value = null;
  #message = '';
  #faults = [];
  #validity = validityOf(() => this.#faults);
  #states = null;
  constructor(key, element) {
    if (key !== KEY) throw new TypeError('Illegal constructor');
    this.#element = element;
    // Whether it belongs to forms is asked of what only such elements have.
    known.set(element, { value: () => this.#value, check: () => this.checkValidity() });
  }
  get shadowRoot() { return wrap(b.ownShadow(idOf(this.#element))); }
  get states() { return (this.#states ??= new CustomStateSet()); }
  get form() {
    this.#need('form');
    return wrap(b.closest(idOf(this.#element), 'form'));
  }
  get labels() {
    this.#need('labels');
    const element = this.#element;
    return new NodeList(lists.filter(core.wrapAll(b.byTag(0, 'label')), (one) => one.control === element || one.contains(element)));
  }
  get willValidate() {
    this.#need('willValidate');
    return !b.isDisabled(idOf(this.#element));
  }
  get validity() {
    this.#need('validity');
    return this.#validity;
  }
  get validationMessage() {
    this.#need('validationMessage');
    return this.#message;
  }
  setFormValue(value) {
    this.#need('setFormValue', true);
    this.#value = value === null || value === undefined ? null : typeof value === 'object' ? value : text(value);
  }
  setValidity(flags = {}, message = '') {
    this.#need('setValidity', true);
    const faults = lists.filter(FLAGS, (name) => flags?.[name]);
    if (faults.length > 0 && text(message) === '') {
      throw new TypeError("Failed to execute 'setValidity' on 'ElementInternals': The second argument should not be empty if one or more flags in the first argument are true.");
    }
    this.#faults = faults;
    this.#message = faults.length === 0 ? '' : text(message);
  }
  checkValidity() {
    this.#need('checkValidity', true);
    if (this.#faults.length === 0 || !this.willValidate) return true;
    fire(this.#element, 'Event', 'invalid', { cancelable: true });
    return false;
  }
  reportValidity() { return this.checkValidity(); }
  #need(member, isMethod = false) {
    if (core.custom?.definitionOf(this.#element)?.ofForms) return;
    throw domError((isMethod ? "Failed to execute '" + member + "' on" : "Failed to read the '" + member + "' property from")
      + " 'ElementInternals': The target element is not a form-associated custom element.", 'NotSupportedError');
  }
}
// Roles and the like, which nobody reads here, are kept.
for (const name of each(Object.getOwnPropertyNames(require('dom/element').Element.prototype))) {
  if (name !== 'role' && !texts.startsWith(name, 'aria')) continue;
  const values = new WeakMap();
  Object.defineProperty(ElementInternals.prototype, name, {
    get() { return values.get(this) ?? null; }, set(value) { values.set(this, value === null ? null : text(value)); }, enumerable: true, configurable: true,
  });
}
define(ElementInternals, 'ElementInternals');
define(CustomStateSet, 'CustomStateSet');

/** `attachInternals` of an element. */
function attach(element) {
  const wrong = (why) => domError("Failed to execute 'attachInternals' on 'HTMLElement': " + why, 'NotSupportedError');
  const definition = core.custom.definitionOf(element);
  if (definition === undefined) throw wrong('Unable to attach ElementInternals to non-custom elements.');
  if (known.has(element)) throw wrong('ElementInternals for the specified element was already attached.');
  return new ElementInternals(KEY, element);
}

/** Adds what an element gives to the entries of its form. */
function addEntries(element, name, entries) {
  const value = known.get(element)?.value() ?? null;
  if (value === null) return;
  const isData = typeof value === 'object' && isLoaded('internal/form_data') && value instanceof require('internal/form_data').FormData;
  if (!isData) {
    if (name) lists.push(entries, [name, value]);
    return;
  }
  for (const { 0: key, 1: one } of each(require('internal/form_data').entriesIn(value))) lists.push(entries, [key, one]);
}

/** Checks an element of the page's own that belongs to forms; nothing for another one. */
function checkOf(element) {
  const definition = core.custom.definitionOf(element);
  if (definition === undefined) return undefined;
  return definition.ofForms ? known.get(element)?.check ?? (() => true) : () => true;
}

module.exports = { checkOf, ElementInternals, CustomStateSet, ValidityState, attach, addEntries };
