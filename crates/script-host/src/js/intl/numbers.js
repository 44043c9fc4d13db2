'use strict';
// Intl.NumberFormat and Intl.PluralRules.

const { resolve, choice, integer, finish } = require('intl/locales');

const SYMBOLS = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', CNY: 'CN¥', INR: '₹', KRW: '₩', BRL: 'R$', CAD: 'CA$', AUD: 'A$', MXN: 'MX$', NZD: 'NZ$', ILS: '₪', VND: '₫' };
const WITHOUT_CENTS = ['JPY', 'KRW', 'VND', 'CLP', 'ISK', 'PYG', 'UGX', 'XAF', 'XOF', 'XPF'];
const CURRENCY_NAMES = { USD: ['US dollar', 'US dollars'], EUR: ['euro', 'euros'], GBP: ['British pound', 'British pounds'], JPY: ['Japanese yen', 'Japanese yen'] };
const UNITS = {
  byte: ['byte', 'bytes', 'byte'], kilobyte: ['kilobyte', 'kilobytes', 'kB'], megabyte: ['megabyte', 'megabytes', 'MB'], gigabyte: ['gigabyte', 'gigabytes', 'GB'],
  terabyte: ['terabyte', 'terabytes', 'TB'], bit: ['bit', 'bits', 'bit'], percent: ['percent', 'percent', '%'], second: ['second', 'seconds', 'sec'],
  minute: ['minute', 'minutes', 'min'], hour: ['hour', 'hours', 'hr'], day: ['day', 'days', 'day'], week: ['week', 'weeks', 'wk'], month: ['month', 'months', 'mth'],
  year: ['year', 'years', 'yr'], millisecond: ['millisecond', 'milliseconds', 'ms'], meter: ['meter', 'meters', 'm'], kilometer: ['kilometer', 'kilometers', 'km'],
  centimeter: ['centimeter', 'centimeters', 'cm'], mile: ['mile', 'miles', 'mi'], liter: ['liter', 'liters', 'L'], gram: ['gram', 'grams', 'g'],
  kilogram: ['kilogram', 'kilograms', 'kg'], celsius: ['degree Celsius', 'degrees Celsius', '°C'], fahrenheit: ['degree Fahrenheit', 'degrees Fahrenheit', '°F'],
};
const COMPACT = [[1e12, 'T', 'trillion'], [1e9, 'B', 'billion'], [1e6, 'M', 'million'], [1e3, 'K', 'thousand']];

// A number as decimal digits: the shortest that mean it, and the place of the point.
function digitsOf(value) {
  if (typeof value === 'bigint') {
    const digits = String(value < 0n ? -value : value);
    return { negative: value < 0n, digits, point: digits.length };
  }
  const [mantissa, exponent] = Math.abs(value).toExponential().split('e');
  return { negative: value < 0 || Object.is(value, -0), digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

// Rounded half away from zero, behind so many of the digits.
function rounded({ negative, digits, point }, keep) {
  if (keep >= digits.length) return { negative, digits, point };
  if (keep < 0) return { negative, digits: '0', point: 1 };
  const list = [...digits.slice(0, keep)].map(Number);
  if (digits[keep] >= '5') {
    let at = keep - 1;
    while (at >= 0 && list[at] === 9) list[at--] = 0;
    if (at >= 0) list[at] += 1;
    else {
      list.unshift(1);
      point += 1;
    }
  }
  return list.length === 0 ? { negative, digits: '0', point: 1 } : { negative, digits: list.join(''), point };
}

// Both sides of the point, with zeros as wanted.
function sides(number, { leastInteger = 1, leastFraction = 0 }) {
  const { digits, point } = number;
  const whole = (point > 0 ? digits.slice(0, point).padEnd(point, '0') : '').padStart(leastInteger, '0');
  const fraction = (point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits).replace(/0+$/, '');
  return [whole.replace(/^0+(?=\d)/, (zeros) => (whole.length - zeros.length < leastInteger ? zeros.slice(whole.length - leastInteger) : '')), fraction.padEnd(leastFraction, '0')];
}

class NumberFormat {
  #data;
  #set;
  #bound;

  constructor(locales, given = {}) {
    const { locale, data } = resolve(locales);
    if (given === null) throw new TypeError('Cannot convert undefined or null to object');
    const options = Object(given);
    this.#data = data;
    const style = choice(options, 'style', ['decimal', 'percent', 'currency', 'unit'], 'decimal');
    const currency = options.currency === undefined ? undefined : String(options.currency).toUpperCase();
    if (currency !== undefined && !/^[A-Z]{3}$/.test(currency)) throw new RangeError(`Invalid currency code : ${currency}`);
    if (style === 'currency' && currency === undefined) throw new TypeError('Currency code is required with currency style.');
    const unit = options.unit === undefined ? undefined : String(options.unit);
    if (unit !== undefined && !unit.split('-per-').every((one) => UNITS[one] !== undefined)) {
      throw new RangeError(`Invalid unit argument for Intl.NumberFormat() '${unit}'`);
    }
    if (style === 'unit' && unit === undefined) throw new TypeError('Required option "unit" must not be undefined');
    const notation = choice(options, 'notation', ['standard', 'scientific', 'engineering', 'compact'], 'standard');
    const cents = style === 'currency' && notation === 'standard' ? (WITHOUT_CENTS.includes(currency) ? 0 : 2) : 0;
    const least = integer(options, 'minimumFractionDigits', 0, 100, undefined);
    const most = integer(options, 'maximumFractionDigits', 0, 100, undefined);
    if (least !== undefined && most !== undefined && least > most) throw new RangeError('maximumFractionDigits value is out of range.');
    const standard = style === 'percent' || notation === 'compact' ? 0 : style === 'currency' ? cents : 3;
    const grouping = options.useGrouping;
    this.#set = {
      locale, numberingSystem: 'latn', style, currency: style === 'currency' ? currency : undefined,
      currencyDisplay: style === 'currency' ? choice(options, 'currencyDisplay', ['code', 'symbol', 'narrowSymbol', 'name'], 'symbol') : undefined,
      currencySign: style === 'currency' ? choice(options, 'currencySign', ['standard', 'accounting'], 'standard') : undefined,
      unit: style === 'unit' ? unit : undefined,
      unitDisplay: style === 'unit' ? choice(options, 'unitDisplay', ['short', 'narrow', 'long'], 'short') : undefined,
      minimumIntegerDigits: integer(options, 'minimumIntegerDigits', 1, 21, 1),
      minimumFractionDigits: least ?? Math.min(cents, most ?? cents), maximumFractionDigits: most ?? Math.max(least ?? 0, standard),
      minimumSignificantDigits: integer(options, 'minimumSignificantDigits', 1, 21, undefined),
      maximumSignificantDigits: integer(options, 'maximumSignificantDigits', 1, 21, undefined),
      useGrouping: grouping === undefined || grouping === true || grouping === 'true' ? (notation === 'compact' ? 'min2' : 'auto') : grouping === 'false' ? false : grouping || false,
      notation, compactDisplay: notation === 'compact' ? choice(options, 'compactDisplay', ['short', 'long'], 'short') : undefined,
      signDisplay: choice(options, 'signDisplay', ['auto', 'never', 'always', 'exceptZero', 'negative'], 'auto'),
      roundingIncrement: 1, roundingMode: 'halfExpand', roundingPriority: 'auto', trailingZeroDisplay: 'auto',
    };
    const { minimumSignificantDigits: low, maximumSignificantDigits: high } = this.#set;
    if (low !== undefined && high !== undefined && low > high) throw new RangeError('maximumSignificantDigits value is out of range.');
    if (low !== undefined || high !== undefined) {
      this.#set.minimumSignificantDigits = low ?? 1;
      this.#set.maximumSignificantDigits = high ?? 21;
      delete this.#set.minimumFractionDigits;
      delete this.#set.maximumFractionDigits;
    }
    this.#set.own = { compact: notation === 'compact' && least === undefined && most === undefined && low === undefined && high === undefined };
  }

  get format() { return this.#bound ??= (value) => this.formatToParts(value).map((part) => part.value).join(''); }
  formatRange(from, to) {
    const [first, last] = [this.format(from), this.format(to)];
    return first === last ? `~${first}` : `${first}–${last}`;
  }
  resolvedOptions() {
    const { own, ...told } = this.#set;
    return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
  }

  formatToParts(given) {
    const set = this.#set;
    let value = typeof given === 'bigint' ? given : typeof given === 'string' && /^\s*[+-]?\d{16,}\s*$/.test(given) ? BigInt(given.trim()) : Number(given);
    if (set.style === 'percent') value = typeof value === 'bigint' ? value * 100n : Number(`${value}e2`) || value * 100;
    const parts = [];
    const number = Number.isNaN(value) || value === Infinity || value === -Infinity ? null : this.#rounded(value, parts);
    const negative = number === null ? value < 0 : number.negative;
    if (number === null) parts.push({ type: Number.isNaN(value) ? 'nan' : 'infinity', value: Number.isNaN(value) ? 'NaN' : '∞' });
    return this.#around(parts, negative, number === null ? false : /^0*$/.test(number.digits), value);
  }

  // Puts the digits into `parts`.
  #rounded(value, parts) {
    const set = this.#set;
    let number = digitsOf(value);
    let suffix = null;
    let exponent = null;
    if (set.notation === 'compact') {
      // Rounded first: 999,999 is a million.
      const size = Math.abs(Number(value));
      for (const [scale, letter, word] of COMPACT) {
        const power = String(scale).length - 1;
        const near = size >= scale / 10 ? this.#places({ ...number, point: number.point - power }) : null;
        if (size >= scale || (near !== null && near.point > 0 && near.digits !== '0' && size * 1.0005 >= scale * 0.9995)) {
          number = { ...number, point: number.point - power };
          suffix = set.compactDisplay === 'long' ? ` ${word}` : letter;
          break;
        }
      }
    } else if (set.notation !== 'standard' && number.digits !== '0') {
      const by = set.notation === 'engineering' ? Math.floor((number.point - 1) / 3) * 3 : number.point - 1;
      exponent = by;
      number = { ...number, point: number.point - by };
    } else if (set.notation !== 'standard') exponent = 0;
    number = this.#places(number);
    // Rounded to the next power of ten.
    if (exponent !== null && number.point > 1 && set.notation === 'scientific') {
      exponent += number.point - 1;
      number = { ...number, point: 1 };
    }
    let leastFraction = set.minimumFractionDigits ?? 0;
    if (set.minimumSignificantDigits !== undefined) {
      const isZero = /^0*$/.test(number.digits);
      leastFraction = Math.max(0, set.minimumSignificantDigits - (isZero ? 1 : number.point));
    }
    const [whole, fraction] = sides(number, { leastInteger: set.minimumIntegerDigits, leastFraction });
    this.#group(whole, parts);
    if (fraction !== '') parts.push({ type: 'decimal', value: this.#data.decimal }, { type: 'fraction', value: fraction });
    if (suffix !== null) {
      if (suffix[0] === ' ') parts.push({ type: 'literal', value: ' ' });
      parts.push({ type: 'compact', value: suffix.trim() });
    }
    if (exponent !== null) {
      parts.push({ type: 'exponentSeparator', value: 'E' });
      if (exponent < 0) parts.push({ type: 'exponentMinusSign', value: '-' });
      parts.push({ type: 'exponentInteger', value: String(Math.abs(exponent)) });
    }
    return number;
  }

  #places(number) {
    const set = this.#set;
    if (set.own.compact) return rounded(number, Math.max(number.point, 2));
    if (set.maximumSignificantDigits !== undefined) return rounded(number, set.maximumSignificantDigits);
    return rounded(number, number.point + set.maximumFractionDigits);
  }

  #group(whole, parts) {
    const { useGrouping } = this.#set;
    const least = useGrouping === 'min2' ? 2 : useGrouping === 'always' ? 1 : this.#data.least ?? 1;
    if (useGrouping === false || whole.length < 3 + least) {
      parts.push({ type: 'integer', value: whole });
      return;
    }
    const first = whole.length % 3 || 3;
    parts.push({ type: 'integer', value: whole.slice(0, first) });
    for (let at = first; at < whole.length; at += 3) {
      parts.push({ type: 'group', value: this.#data.group }, { type: 'integer', value: whole.slice(at, at + 3) });
    }
  }

  // Sign, currency, percent and unit around a number.
  #around(number, negative, isZero, value) {
    const set = this.#set;
    const { signDisplay } = set;
    const minus = negative && signDisplay !== 'never' && !(isZero && (signDisplay === 'exceptZero' || signDisplay === 'negative'));
    const plus = !negative && (signDisplay === 'always' || (signDisplay === 'exceptZero' && !isZero && !Number.isNaN(value)));
    const sign = minus ? [{ type: 'minusSign', value: '-' }] : plus ? [{ type: 'plusSign', value: '+' }] : [];
    if (set.style === 'percent') {
      const { percent } = this.#data;
      const gap = percent.length > 1 ? [{ type: 'literal', value: percent[0] }] : [];
      return [...sign, ...number, ...gap, { type: 'percentSign', value: '%' }];
    }
    const isOne = number.length === 1 && number[0].value === '1';
    if (set.style === 'unit') {
      const [one, per] = set.unit.split('-per-');
      const [single, many, abbreviated] = UNITS[one];
      let text = set.unitDisplay === 'long' ? ` ${isOne ? single : many}` : abbreviated.startsWith('°') || abbreviated === '%' ? abbreviated
        : set.unitDisplay === 'narrow' ? abbreviated : ` ${['day', 'byte', 'bit'].includes(one) && !isOne && one === 'day' ? 'days' : abbreviated}`;
      if (per !== undefined) text += set.unitDisplay === 'long' ? ` per ${UNITS[per][0]}` : `/${UNITS[per][2][0]}`;
      const gap = text[0] === ' ' ? [{ type: 'literal', value: ' ' }] : [];
      return [...sign, ...number, ...gap, { type: 'unit', value: text.trim() }];
    }
    if (set.style !== 'currency') return [...sign, ...number];
    const { currency, currencyDisplay } = set;
    if (currencyDisplay === 'name') {
      const names = CURRENCY_NAMES[currency] ?? [currency, currency];
      return [...sign, ...number, { type: 'literal', value: ' ' }, { type: 'currency', value: names[isOne ? 0 : 1] }];
    }
    const symbol = currencyDisplay === 'code' ? currency : currencyDisplay === 'narrowSymbol' ? (SYMBOLS[currency] ?? currency).replace(/^[A-Z]+(?=[^A-Z])/, '')
      : this.#data.symbols?.[currency] ?? SYMBOLS[currency] ?? currency;
    const mark = { type: 'currency', value: symbol };
    const gap = (text) => (text === '' ? [] : [{ type: 'literal', value: text }]);
    const pattern = this.#data.currency;
    if (pattern[0] === '#') return [...sign, ...number, ...gap(pattern.slice(1, -1)), mark];
    const between = gap(pattern.slice(1, -1) || (/[A-Z]$/.test(symbol) && number[0].type === 'integer' ? '\u00a0' : ''));
    if (set.currencySign === 'accounting' && minus) return [{ type: 'literal', value: '(' }, mark, ...between, ...number, { type: 'literal', value: ')' }];
    return [...sign, mark, ...between, ...number];
  }
}

class PluralRules {
  #data;
  #locale;
  #type;
  #format;
  constructor(locales, given = {}) {
    const { locale, data } = resolve(locales);
    const options = Object(given);
    this.#locale = locale;
    this.#data = data;
    this.#type = choice(options, 'type', ['cardinal', 'ordinal'], 'cardinal');
    this.#format = new NumberFormat('en-US', { ...options, style: 'decimal', useGrouping: false });
  }
  select(given) {
    const text = this.#format.format(Math.abs(Number(given)));
    const isEnglish = this.#data.hour12 === true || this.#locale.startsWith('en');
    if (this.#type === 'ordinal') {
      if (!isEnglish || text.includes('.')) return 'other';
      const [ten, hundred] = [Number(text) % 10, Number(text) % 100];
      return ten === 1 && hundred !== 11 ? 'one' : ten === 2 && hundred !== 12 ? 'two' : ten === 3 && hundred !== 13 ? 'few' : 'other';
    }
    if (this.#data.plural === 'other') return 'other';
    if (this.#data.plural === 'zero-one') return Math.abs(Number(text)) < 2 ? 'one' : 'other';
    return text === '1' ? 'one' : 'other';
  }
  resolvedOptions() {
    const pluralCategories = this.#type === 'ordinal' ? ['few', 'one', 'two', 'other'] : this.#data.plural === 'other' ? ['other'] : ['one', 'other'];
    const { minimumIntegerDigits, minimumFractionDigits, maximumFractionDigits } = this.#format.resolvedOptions();
    return { locale: this.#locale, type: this.#type, minimumIntegerDigits, minimumFractionDigits, maximumFractionDigits, pluralCategories };
  }
}

module.exports = { NumberFormat: finish(NumberFormat, 'NumberFormat', true), PluralRules: finish(PluralRules, 'PluralRules'), UNITS };
