'use strict';
// `Intl`, and the methods of numbers, dates and texts that go by it.

const { defineLazies } = binding('host');
const { canonicalList } = require('intl/locales');

const CLASSES = {
  __proto__: null, NumberFormat: 'numbers', PluralRules: 'numbers', DateTimeFormat: 'dates', Collator: 'texts', ListFormat: 'texts',
  RelativeTimeFormat: 'texts', DisplayNames: 'texts', Segmenter: 'texts', Locale: 'texts',
};
const Intl = {
  getCanonicalLocales(locales) { return canonicalList(locales); },
  supportedValuesOf(key) {
    switch (String(key)) {
      case 'calendar': return ['gregory'];
      case 'collation': return ['default'];
      case 'currency': return ['EUR', 'GBP', 'JPY', 'USD'];
      case 'numberingSystem': return ['latn'];
      case 'timeZone': return ['UTC'];
      case 'unit': return Object.keys(require('intl/numbers').UNITS).sort();
      default: throw new RangeError(`Invalid key : ${String(key)}`);
    }
  },
};
for (const name of Object.keys(Intl)) Object.defineProperty(Intl, name, { enumerable: false });
Object.defineProperty(Intl, Symbol.toStringTag, { value: 'Intl', configurable: true });
defineLazies(Intl, Object.keys(CLASSES), false, (name) => require(`intl/${CLASSES[name]}`)[name]);

// The last formatter of each kind that was made without options, which most calls use again.
const kept = new Map();
function cached(kind, locales, options, make) {
  if (options !== undefined || (locales !== undefined && typeof locales !== 'string')) return make();
  const key = `${kind} ${locales}`;
  let made = kept.get(key);
  if (made === undefined) {
    if (kept.size > 32) kept.clear();
    kept.set(key, made = make());
  }
  return made;
}

const number = (value, locales, options) => {
  const { NumberFormat } = require('intl/numbers');
  return cached('number', locales, options, () => new NumberFormat(locales, options)).format(value);
};
const date = (name, needed, standard) => ({ [name](locales, options) {
  const time = Reflect.apply(Date.prototype.getTime, this, []);
  if (Number.isNaN(time)) return 'Invalid Date';
  return cached(name, locales, options, () => require('intl/dates').forDate(locales, options, needed, standard)).format(time);
} }[name]);

const methods = {
  Number: { toLocaleString(locales, options) { return number(Reflect.apply(Number.prototype.valueOf, this, []), locales, options); } },
  BigInt: { toLocaleString(locales, options) { return number(Reflect.apply(BigInt.prototype.valueOf, this, []), locales, options); } },
  Date: {
    toLocaleString: date('toLocaleString', 'any', 'all'), toLocaleDateString: date('toLocaleDateString', 'date', 'date'),
    toLocaleTimeString: date('toLocaleTimeString', 'time', 'time'),
  },
  String: {
    localeCompare(that, locales, options) {
      if (this === undefined || this === null) throw new TypeError('String.prototype.localeCompare called on null or undefined');
      const { Collator } = require('intl/texts');
      return cached('collator', locales, options, () => new Collator(locales, options)).compare(String(this), String(that));
    },
  },
};

module.exports = { Intl, methods };
