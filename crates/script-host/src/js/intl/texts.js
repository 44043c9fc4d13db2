'use strict';
// Intl.Collator, ListFormat, RelativeTimeFormat, DisplayNames, Segmenter and Locale.

const { resolve, choice, finish, canonical } = require('intl/locales');
const { NumberFormat, PluralRules } = require('intl/numbers');

// --- the order of texts ---

// Of a text: its letters without accents and case, then those with accents, then the text. Signs are before digits, those
// before letters.
function keysOf(text, ignorePunctuation) {
  let plain = text.normalize('NFD');
  if (ignorePunctuation) plain = plain.replace(/[\p{P}\s]/gu, '');
  const folded = plain.replace(/ß/g, 'ss').replace(/æ/g, 'ae').replace(/œ/g, 'oe').replace(/ø/g, 'o').replace(/ł/g, 'l').toLowerCase();
  return { base: folded.replace(/\p{M}/gu, ''), accents: folded, whole: plain };
}

const SIGNS = '_-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$';
const rank = (char) => (/\p{L}/u.test(char) ? 300 : /\p{Nd}/u.test(char) ? 200 : /\s/u.test(char) ? 0 : 1 + (SIGNS.indexOf(char) + 100) % 100);

function compareBase(a, b, numeric) {
  let at = 0;
  let other = 0;
  while (at < a.length && other < b.length) {
    if (numeric) {
      const [one, two] = [/^\d+/.exec(a.slice(at, at + 64)), /^\d+/.exec(b.slice(other, other + 64))];
      if (one !== null && two !== null) {
        const [left, right] = [one[0].replace(/^0+(?=\d)/, ''), two[0].replace(/^0+(?=\d)/, '')];
        if (left.length !== right.length) return left.length < right.length ? -1 : 1;
        if (left !== right) return left < right ? -1 : 1;
        at += one[0].length;
        other += two[0].length;
        continue;
      }
    }
    const [x, y] = [String.fromCodePoint(a.codePointAt(at)), String.fromCodePoint(b.codePointAt(other))];
    if (x !== y) {
      const order = rank(x) - rank(y);
      if (order !== 0) return Math.sign(order);
      return x < y ? -1 : 1;
    }
    at += x.length;
    other += y.length;
  }
  return Math.sign((a.length - at) - (b.length - other));
}

// Of equal letters the one without accents is first.
function compareAccents(a, b) {
  const [one, two] = [a, b].map((text) => text.match(/\P{M}\p{M}*/gu) ?? []);
  for (let at = 0; at < one.length && at < two.length; at++) {
    const [x, y] = [one[at], two[at]].map((letter) => letter.replace(/^\P{M}/u, ''));
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

// Of equal letters the small one is first.
function compareCase(a, b, upperFirst, isLast) {
  for (let at = 0; at < a.length && at < b.length; at++) {
    if (a[at] === b[at]) continue;
    const isLower = a[at] === a[at].toLowerCase();
    if (isLower !== (b[at] === b[at].toLowerCase())) return isLower === upperFirst ? 1 : -1;
  }
  return !isLast || a.length === b.length ? 0 : a < b ? -1 : 1;
}

class Collator {
  #set;
  #bound;
  constructor(locales, given = {}) {
    const { locale, extensions } = resolve(locales);
    const options = Object(given);
    const extended = extensions.match(/-u-.*$/)?.[0] ?? '';
    this.#set = {
      locale, usage: choice(options, 'usage', ['sort', 'search'], 'sort'),
      sensitivity: choice(options, 'sensitivity', ['base', 'accent', 'case', 'variant'], 'variant'),
      ignorePunctuation: Boolean(options.ignorePunctuation), collation: 'default',
      numeric: options.numeric === undefined ? /-kn(?!-false)/.test(extended) : Boolean(options.numeric),
      caseFirst: choice(options, 'caseFirst', ['upper', 'lower', 'false'], /-kf-(upper|lower)/.exec(extended)?.[1] ?? 'false'),
    };
  }
  get compare() {
    return this.#bound ??= (one, two) => {
      const { sensitivity, numeric, ignorePunctuation, caseFirst } = this.#set;
      const [a, b] = [keysOf(String(one), ignorePunctuation), keysOf(String(two), ignorePunctuation)];
      const base = compareBase(a.base, b.base, numeric);
      if (base !== 0 || sensitivity === 'base') return base;
      if (sensitivity !== 'case' && a.accents !== b.accents) return compareAccents(a.accents, b.accents);
      return sensitivity === 'accent' ? 0 : compareCase(a.whole, b.whole, caseFirst === 'upper', sensitivity === 'variant');
    };
  }
  resolvedOptions() { return { ...this.#set }; }
}

// --- lists ---

class ListFormat {
  #data;
  #set;
  constructor(locales, given = {}) {
    const { locale, data } = resolve(locales);
    const options = Object(given);
    this.#data = data;
    this.#set = { locale, type: choice(options, 'type', ['conjunction', 'disjunction', 'unit'], 'conjunction'), style: choice(options, 'style', ['long', 'short', 'narrow'], 'long') };
  }
  format(list) { return this.formatToParts(list).map((part) => part.value).join(''); }
  formatToParts(list) {
    const all = [...list];
    if (all.some((one) => typeof one !== 'string')) throw new TypeError('Iterable yielded a non-String value');
    const { type, style } = this.#set;
    const { and, oxford } = this.#data;
    const word = type === 'disjunction' ? and[1] : style === 'long' || !oxford ? and[0] : style === 'short' ? '&' : '';
    const literal = (value) => ({ type: 'literal', value });
    const joined = word.length === 1 && !/[\w&]/.test(word) ? word : ` ${word} `;
    const last = type === 'unit' ? (style === 'narrow' ? ' ' : ', ') : word === '' ? ', '
      : all.length > 2 && oxford ? `,${joined}` : joined;
    return all.flatMap((value, at) => {
      const part = { type: 'element', value };
      if (at === 0) return [part];
      return [literal(at < all.length - 1 ? (type === 'unit' && style === 'narrow' ? ' ' : ', ') : last), part];
    });
  }
  resolvedOptions() { return { ...this.#set }; }
}

// --- times as seen from now ---

const WORDS = {
  second: { 0: 'now' }, day: { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }, minute: { 0: 'this minute' }, hour: { 0: 'this hour' },
};
for (const unit of ['week', 'month', 'quarter', 'year']) WORDS[unit] = { '-1': `last ${unit}`, 0: `this ${unit}`, 1: `next ${unit}` };
const SHORT = { second: 'sec.', minute: 'min.', hour: 'hr.', day: 'day', week: 'wk.', month: 'mo.', quarter: 'qtr.', year: 'yr.' };

class RelativeTimeFormat {
  #set;
  #format;
  #plural;
  constructor(_locales, given = {}) {
    const options = Object(given);
    // In English alone.
    this.#set = { locale: 'en', style: choice(options, 'style', ['long', 'short', 'narrow'], 'long'), numeric: choice(options, 'numeric', ['always', 'auto'], 'always'), numberingSystem: 'latn' };
    const asked = resolve(_locales).locale;
    if (asked.startsWith('en')) this.#set.locale = asked;
    this.#format = new NumberFormat('en-US');
    this.#plural = new PluralRules('en-US');
  }
  format(value, unit) { return this.formatToParts(value, unit).map((part) => part.value).join(''); }
  formatToParts(given, asked) {
    const value = Number(given);
    if (!Number.isFinite(value)) throw new RangeError('Invalid time value');
    const unit = String(asked).replace(/s$/, '');
    if (SHORT[unit] === undefined) throw new RangeError(`Invalid unit argument for format() '${String(asked)}'`);
    const word = this.#set.numeric === 'auto' ? WORDS[unit][value] : undefined;
    if (word !== undefined) return [{ type: 'literal', value: word }];
    const past = value < 0 || Object.is(value, -0);
    const parts = this.#format.formatToParts(Math.abs(value)).map((part) => ({ ...part, unit }));
    const one = this.#plural.select(value) === 'one';
    const narrow = { second: 's', minute: 'm', hour: 'h', day: 'd', week: 'w', month: 'mo', quarter: 'q', year: 'y' }[unit];
    const name = this.#set.style === 'long' ? unit + (one ? '' : 's') : this.#set.style === 'narrow' ? narrow
      : unit === 'day' || unit === 'quarter' ? (one ? SHORT[unit] : unit === 'day' ? 'days' : 'qtrs.') : SHORT[unit];
    const text = this.#set.style === 'narrow' ? name : ` ${name}`;
    if (past) return [...parts, { type: 'literal', value: `${text} ago` }];
    return [{ type: 'literal', value: 'in ' }, ...parts, { type: 'literal', value: text }];
  }
  resolvedOptions() { return { ...this.#set }; }
}

// --- names ---

const NAMES = {
  language: { en: 'English', de: 'German', fr: 'French', es: 'Spanish', it: 'Italian', pt: 'Portuguese', nl: 'Dutch', ja: 'Japanese', zh: 'Chinese', ru: 'Russian', ko: 'Korean', 'en-US': 'American English', 'en-GB': 'British English' },
  region: { US: 'United States', GB: 'United Kingdom', DE: 'Germany', FR: 'France', ES: 'Spain', IT: 'Italy', JP: 'Japan', CN: 'China', IN: 'India', BR: 'Brazil', NL: 'Netherlands', CH: 'Switzerland', AT: 'Austria', CA: 'Canada' },
  currency: { USD: 'US Dollar', EUR: 'Euro', GBP: 'British Pound', JPY: 'Japanese Yen', CNY: 'Chinese Yuan', INR: 'Indian Rupee', CHF: 'Swiss Franc' },
  script: { Latn: 'Latin', Cyrl: 'Cyrillic', Arab: 'Arabic', Grek: 'Greek', Hans: 'Simplified Han', Hant: 'Traditional Han' },
  calendar: { gregory: 'Gregorian Calendar' }, dateTimeField: { year: 'year', month: 'month', day: 'day', hour: 'hour', minute: 'minute', second: 'second' },
};

class DisplayNames {
  #set;
  constructor(_locales, given) {
    if (given === undefined) throw new TypeError('Cannot convert undefined or null to object');
    const type = choice(Object(given), 'type', Object.keys(NAMES));
    if (type === undefined) throw new TypeError('Required option "type" must not be undefined');
    this.#set = { locale: 'en-US', style: choice(given, 'style', ['long', 'short', 'narrow'], 'long'), type, fallback: choice(given, 'fallback', ['code', 'none'], 'code') };
  }
  of(given) {
    const { type, fallback } = this.#set;
    const code = type === 'language' ? canonical(given) : String(given);
    return Object.hasOwn(NAMES[type], code) ? NAMES[type][code] : fallback === 'code' ? code : undefined;
  }
  resolvedOptions() { return { ...this.#set }; }
}

// --- parts of texts ---

const UNITS = {
  grapheme: /\r\n|\p{RI}\p{RI}|\p{L}?[^\P{Emoji}\d#*](?:[\u{1f3fb}-\u{1f3ff}\ufe0f])*(?:\u200d\p{Emoji}(?:[\u{1f3fb}-\u{1f3ff}\ufe0f])*)*\p{M}*|[^][\p{M}\u200d]*/gu,
  word: /[\p{L}\p{N}_](?:[\p{L}\p{N}\p{M}_]|['.’](?=[\p{L}\p{N}]))*|\s+|[^]\p{M}*/gu,
  sentence: /[^]*?(?:[.!?]+["'”’)]*(?:\s+|$)|\n|$)/gu,
};

class Segmenter {
  #set;
  constructor(locales, given = {}) {
    this.#set = { locale: resolve(locales).locale, granularity: choice(Object(given), 'granularity', Object.keys(UNITS), 'grapheme') };
  }
  segment(given) {
    const input = String(given);
    const { granularity } = this.#set;
    const make = function* () {
      const pattern = new RegExp(UNITS[granularity].source, UNITS[granularity].flags);
      for (let found = pattern.exec(input); found !== null && found[0] !== ''; found = pattern.exec(input)) {
        const one = { segment: found[0], index: found.index, input };
        if (granularity === 'word') one.isWordLike = /[\p{L}\p{N}]/u.test(found[0]);
        yield one;
      }
    };
    return {
      [Symbol.iterator]: make,
      containing(at = 0) { return [...make()].find(({ index, segment }) => at >= index && at < index + segment.length); },
    };
  }
  resolvedOptions() { return { ...this.#set }; }
}

class Locale {
  #tag;
  constructor(given, options = {}) {
    if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) throw new TypeError('First argument to Intl.Locale constructor can\'t be empty or missing');
    const [language, ...rest] = canonical(given).split('-');
    const { language: other = language, script, region } = Object(options);
    const parts = rest.filter((part) => !(script !== undefined && part.length === 4) && !(region !== undefined && /^([A-Z]{2}|\d{3})$/.test(part)));
    this.#tag = canonical([other, ...(script === undefined ? [] : [script]), ...(region === undefined ? [] : [region]), ...parts].join('-'));
  }
  get baseName() { return this.#tag.replace(/-[\da-wy-z]-.*$/, ''); }
  get language() { return this.#tag.split('-')[0]; }
  get script() { return /^[a-z]+-([A-Z][a-z]{3})(?:-|$)/.exec(this.#tag)?.[1]; }
  get region() { return /-([A-Z]{2}|\d{3})(?:-|$)/.exec(this.baseName)?.[1]; }
  get calendar() { return /-u-.*?ca-([\da-z]+)/.exec(this.#tag)?.[1]; }
  get hourCycle() { return /-u-.*?hc-([\da-z]+)/.exec(this.#tag)?.[1]; }
  get numberingSystem() { return /-u-.*?nu-([\da-z]+)/.exec(this.#tag)?.[1]; }
  get numeric() { return /-u-.*?kn(?!-false)/.test(this.#tag); }
  maximize() { return new Locale(this.#tag); }
  minimize() { return new Locale(this.#tag); }
  toString() { return this.#tag; }
}
Object.defineProperty(Locale.prototype, Symbol.toStringTag, { value: 'Intl.Locale', configurable: true });

module.exports = {
  Collator: finish(Collator, 'Collator', true), ListFormat: finish(ListFormat, 'ListFormat'),
  RelativeTimeFormat: finish(RelativeTimeFormat, 'RelativeTimeFormat'), DisplayNames: finish(DisplayNames, 'DisplayNames'),
  Segmenter: finish(Segmenter, 'Segmenter'), Locale,
};
