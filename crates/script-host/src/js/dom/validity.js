'use strict';
// What is wrong with the value of a control, by the rules of its attributes and by what a script says.

const { Object, Math, Number, TypeError, WeakMap, each, lists, parseDate, parseInt } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, wrapAll, text } = core;
const { idOf } = require('dom/node');
const { HTMLElement } = require('dom/html');
const { fire } = require('dom/target');
const { define, accessors } = require('dom/define');
const forms = () => require('dom/forms');
const isNaN = (number) => number !== number;
const RegExpOfPage = globalThis.RegExp;

const FLAGS = lists.words('valueMissing typeMismatch patternMismatch tooLong tooShort rangeUnderflow rangeOverflow stepMismatch badInput customError');
// Pages make no states of their own.
const KEY = {};

class ValidityState {
  #faults;
  constructor(key, faults) {
    if (key !== KEY) throw new TypeError('Illegal constructor');
    this.#faults = faults;
  }
  static {
    accessors(this.prototype, lists.table(FLAGS, (name) => (on) => lists.includes(on.#faults(), name)));
  }
  get valid() { return this.#faults().length === 0; }
}

define(ValidityState, 'ValidityState');
/** What is wrong with a control, as scripts see it: `faults` gives the names. */
const validityOf = (faults) => new ValidityState(KEY, faults);

const NONE = [];
// Which rules there are for which types of inputs.
const LENGTHS = lists.words('text search url tel email password');
const UNCHECKED = lists.words('hidden reset button');
const NEVER_MISSING = lists.words('hidden range color submit image reset button');
const NUMBERS = lists.words('number range date month week time datetime-local');
const EMAIL = /^[a-zA-Z0-9.!#$%&'*+/=?^_\x60{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
const WEEK = /^(\d{4,})-W(\d\d)$/;
const MONTH = /^(\d{4,})-(\d\d)$/;
const TIME = /^\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/;
const DAY = 86400000;
// In what an input of a type counts, what its `step` is a multiple of, and what it is by default.
const STEPS = {
  __proto__: null, number: [1, 1], range: [1, 1], date: [DAY, 1], month: [1, 1], week: [7 * DAY, 1], time: [1000, 60], 'datetime-local': [1000, 60],
};
// 1970-01-01 was a Thursday: weeks begin three days before.
const WEEK_BASE = -3 * DAY;

const custom = new WeakMap();
const attr = (on, name) => b.attr(idOf(on), name);
const typeOf = (on) => (on.localName === 'input' ? forms().inputType(on) : on.localName);

/** Whether a user could put right what is wrong with a control. */
function isCandidate(on) {
  const id = idOf(on);
  if (on.localName === 'fieldset' || on.localName === 'output') return false;
  const type = typeOf(on);
  if (b.isDisabled(id) || b.closest(id, 'datalist') >= 0) return false;
  if (type === 'button') return on.localName === 'button' && on.type === 'submit';
  if (lists.includes(UNCHECKED, type)) return false;
  return attr(on, 'readonly') === undefined || on.localName === 'select' || on.localName === 'button';
}

/** A value as a number, as the rules compare them; NaN for none. */
function toNumber(type, value) {
  if (value === '') return NaN;
  switch (type) {
    case 'date': return parseDate(value + 'T00:00Z');
    case 'datetime-local': return parseDate(value + 'Z');
    case 'time': return texts.test(value, TIME) ? parseDate('1970-01-01T' + value + 'Z') : NaN;
    case 'month': {
      const found = texts.match(value, MONTH);
      return found === null ? NaN : (parseInt(found[1], 10) - 1970) * 12 + parseInt(found[2], 10) - 1;
    }
    case 'week': {
      const found = texts.match(value, WEEK);
      if (found === null) return NaN;
      // The first week is that of January 4th.
      const fourth = parseDate(found[1] + '-01-04T00:00Z');
      const monday = fourth - ((fourth - WEEK_BASE) % (7 * DAY) + 7 * DAY) % (7 * DAY);
      return monday + (parseInt(found[2], 10) - 1) * 7 * DAY;
    }
    default: return Number(value);
  }
}

function isMissing(on, type, value) {
  if (attr(on, 'required') === undefined || lists.includes(NEVER_MISSING, type)) return false;
  if (type === 'checkbox') return !on.checked;
  if (type === 'radio') return !lists.some(forms().groupOf(on), (one) => one.checked);
  if (type === 'file') return on.files.length === 0;
  return value === '';
}

function isOfType(on, type, value) {
  if (value === '') return true;
  if (type === 'url') return b.split(value).length > 0;
  if (type !== 'email') return true;
  const all = attr(on, 'multiple') === undefined ? [value] : lists.map(texts.split(value, ','), texts.trim);
  return lists.every(all, (one) => texts.test(one, EMAIL));
}

function matchesPattern(on, value) {
  const pattern = attr(on, 'pattern');
  if (pattern === undefined || value === '') return true;
  let regex = null;
  for (const flags of each(['v', 'u'])) {
    try {
      regex ??= new RegExpOfPage('^(?:' + pattern + ')$', flags);
    } catch {
      // A pattern that is none is no rule.
    }
  }
  return regex === null || texts.test(value, regex);
}

function stepOf(on, type) {
  const { 0: scale, 1: standard } = STEPS[type];
  const given = attr(on, 'step');
  if (given !== undefined && texts.lower(given) === 'any') return null;
  const step = Number(given);
  return (given !== undefined && step > 0 ? step : standard) * scale;
}

// A range is from 0 to 100 where nothing else is said.
const limit = (on, type, name) => {
  const given = toNumber(type, attr(on, name) ?? '');
  return isNaN(given) && type === 'range' ? (name === 'min' ? 0 : 100) : given;
};

function misfit(on, type, number) {
  const step = stepOf(on, type);
  if (step === null || isNaN(number)) return null;
  let base = toNumber(type, attr(on, 'min') ?? '');
  if (isNaN(base)) base = toNumber(type, attr(on, 'value') ?? '');
  if (isNaN(base)) base = type === 'week' ? WEEK_BASE : 0;
  const steps = (number - base) / step;
  if (Math.round(steps) - steps < 1e-9 && steps - Math.round(steps) < 1e-9) return null;
  return [base + Math.floor(steps) * step, base + (Math.floor(steps) + 1) * step];
}

/** The names of what is wrong with a control. */
function faultsOf(on) {
  if (!isCandidate(on)) return NONE;
  const faults = [];
  const add = (name, is) => { if (is) lists.push(faults, name); };
  const type = typeOf(on);
  const value = type === 'button' ? '' : on.value;
  add('valueMissing', isMissing(on, type, value));
  if (on.localName === 'input') {
    add('typeMismatch', !isOfType(on, type, value));
    if (lists.includes(LENGTHS, type)) add('patternMismatch', !matchesPattern(on, value));
    if (lists.includes(NUMBERS, type)) {
      const number = toNumber(type, value);
      add('rangeUnderflow', number < limit(on, type, 'min'));
      add('rangeOverflow', number > limit(on, type, 'max'));
      add('stepMismatch', type !== 'range' && misfit(on, type, number) !== null);
    }
  }
  if ((lists.includes(LENGTHS, type) || type === 'textarea') && b.isTyped(idOf(on)) && value !== '') {
    add('tooLong', value.length > parseInt(attr(on, 'maxlength') ?? '', 10));
    add('tooShort', value.length < parseInt(attr(on, 'minlength') ?? '', 10));
  }
  add('customError', custom.has(on) && custom.get(on) !== '');
  return faults;
}

const MISSING = {
  __proto__: null, checkbox: 'Please check this box if you want to proceed.', radio: 'Please select one of these options.',
  select: 'Please select an item in the list.', file: 'Please select a file.',
};

function messageOf(on) {
  const faults = faultsOf(on);
  if (faults.length === 0) return '';
  if (lists.includes(faults, 'customError')) return custom.get(on);
  const type = typeOf(on);
  const { value } = on;
  switch (faults[0]) {
    case 'valueMissing': return MISSING[type] ?? 'Please fill out this field.';
    case 'typeMismatch':
      if (type === 'url') return 'Please enter a URL.';
      return texts.includes(value, '@') ? 'Please enter an email address.'
        : "Please include an '@' in the email address. '" + value + "' is missing an '@'.";
    case 'patternMismatch': return 'Please match the requested format.';
    case 'rangeUnderflow': return 'Value must be greater than or equal to ' + (attr(on, 'min') ?? '0') + '.';
    case 'rangeOverflow': return 'Value must be less than or equal to ' + (attr(on, 'max') ?? '100') + '.';
    case 'stepMismatch': {
      const near = misfit(on, type, toNumber(type, value));
      return type === 'number' ? 'Please enter a valid value. The two nearest valid values are ' + near[0] + ' and ' + near[1] + '.' : 'Please enter a valid value.';
    }
    case 'tooLong':
      return 'Please shorten this text to ' + attr(on, 'maxlength') + ' characters or less (you are currently using ' + value.length + ' characters).';
    default:
      return 'Please lengthen this text to ' + attr(on, 'minlength') + ' characters or more (you are currently using ' + value.length + ' characters).';
  }
}

const states = new WeakMap();
const validity = {
  willValidate: isCandidate,
  validationMessage: messageOf,
  validity: (on) => {
    if (!states.has(on)) states.set(on, validityOf(() => faultsOf(on)));
    return states.get(on);
  },
};

class Control extends HTMLElement {
  checkValidity() { return check(this); }
  reportValidity() { return report([this]); }
  setCustomValidity(message) { custom.set(this, text(message)); }
}

/** Whether nothing is wrong with a control; it is told if something is, and `failed` if nobody takes care of it. */
function check(on, failed = () => {}) {
  const ofPage = core.custom === null ? undefined : require('dom/internals').checkOf(on);
  if (ofPage !== undefined) return ofPage();
  if (faultsOf(on).length === 0) return true;
  if (fire(on, 'Event', 'invalid', { cancelable: true })) failed(on);
  return false;
}

/** The same of several, with the first that nobody cares for in focus. */
function report(all) {
  let first = null;
  const faulty = lists.filter(all, (one) => !check(one, (on) => { first ??= on; }));
  first?.focus();
  return faulty.length === 0;
}

/** To be called before a search in a tree that asks what is valid: the tree keeps what was found. */
function mark(root) {
  const faulty = [];
  for (const on of each(wrapAll(b.queryAll(root, 'input, select, textarea, button')))) {
    const faults = faultsOf(on);
    const type = typeOf(on);
    const limited = lists.includes(NUMBERS, type) && (attr(on, 'min') !== undefined || attr(on, 'max') !== undefined);
    const isOut = lists.includes(faults, 'rangeUnderflow') || lists.includes(faults, 'rangeOverflow');
    // 1 valid, 2 not; 4 in its range, 8 not.
    b.setValidity(idOf(on), (isCandidate(on) ? (faults.length === 0 ? 1 : 2) : 0) + (limited ? (isOut ? 8 : 4) : 0));
    if (faults.length > 0 && on.form) lists.push(faulty, on.form);
  }
  for (const form of each(wrapAll(b.queryAll(root, 'form, fieldset')))) {
    const isFaulty = form.localName === 'form' ? lists.includes(faulty, form) : b.query(idOf(form), 'input:invalid, select:invalid, textarea:invalid') >= 0;
    b.setValidity(idOf(form), isFaulty ? 2 : 1);
  }
}

Object.freeze(validity);
module.exports = { FLAGS, ValidityState, validityOf, validity, Control, check, report, mark, toNumber };
