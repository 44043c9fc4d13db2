'use strict';
// What is known of languages: how they write numbers and dates. What is not here is written as in American English, and
// `resolvedOptions().locale` says so.

const words = (list) => list.split(' ');

const EN_MONTHS = words('January February March April May June July August September October November December');
const EN_DAYS = words('Sunday Monday Tuesday Wednesday Thursday Friday Saturday');
const short = (list, length = 3) => list.map((name) => name.slice(0, length));

// Dates with numbers: `d` and `m` as they are, `dd` and `mm` with two digits. `text` has the parts of one with the month's
// name, `join` what stands between date and time: of numbers, and of a long date.
const EN = {
  decimal: '.', group: ',', percent: '%', currency: '\u00a4#', months: EN_MONTHS, monthsShort: short(EN_MONTHS), days: EN_DAYS, daysShort: short(EN_DAYS),
  numeric: 'm/d/y', text: { ymd: 'M d, y', ym: 'M y', md: 'M d', weekday: 'W, ' }, hour12: true, join: [', ', ' at '], plural: 'one', and: ['and', 'or'], oxford: true,
};
const european = {
  decimal: ',', group: '.', percent: '\u00a0%', currency: '#\u00a0\u00a4', hour12: false, join: [', ', ', '], plural: 'one', oxford: false,
};
const LOCALES = {
  'en-US': EN,
  'en-GB': {
    ...EN, monthsShort: [...short(EN_MONTHS).slice(0, 8), 'Sept', 'Oct', 'Nov', 'Dec'], numeric: 'dd/mm/y',
    text: { ymd: 'd M y', ym: 'M y', md: 'd M', weekday: 'W, ' }, hour12: false, halves: ['am', 'pm'], oxford: false,
    symbols: { USD: 'US$', JPY: 'JP¥' },
  },
  de: {
    ...european, months: words('Januar Februar März April Mai Juni Juli August September Oktober November Dezember'),
    monthsShort: words('Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.'),
    days: words('Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag'), daysShort: words('So Mo Di Mi Do Fr Sa'),
    numeric: 'd.m.y', text: { ymd: 'd. M y', ym: 'M y', md: 'd. M', weekday: 'W, ' }, medium: 'dd.mm.y', dot: '.', hour: ' Uhr', join: [', ', ' um '], and: ['und', 'oder'],
    utc: 'Koordinierte Weltzeit', symbols: { CAD: 'CA$', AUD: 'AU$' },
  },
  fr: {
    ...european, group: '\u202f', months: words('janvier février mars avril mai juin juillet août septembre octobre novembre décembre'),
    monthsShort: words('janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.'),
    days: words('dimanche lundi mardi mercredi jeudi vendredi samedi'), daysShort: words('dim. lun. mar. mer. jeu. ven. sam.'),
    numeric: 'dd/mm/y', text: { ymd: 'd M y', ym: 'M y', md: 'd M', weekday: 'W ' }, hour: ' h', join: [' ', ' à '], plural: 'zero-one', and: ['et', 'ou'],
    utc: 'temps universel coordonné', symbols: { USD: '$US', GBP: '£GB', JPY: 'JPY', CAD: '$CA', AUD: '$AU', MXN: '$MX', NZD: '$NZ' },
  },
};

// The names of a language and its places that are known.
const NAMES = { en: 'en-US', 'en-us': 'en-US', 'en-gb': 'en-GB' };
const TAG = /^(?:[a-z]{2,3}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[\da-z]{5,8}|\d[\da-z]{3}))*(?:-[\da-wy-z](?:-[\da-z]{2,8})+)*(?:-x(?:-[\da-z]{1,8})+)?$/i;

function canonical(given) {
  const tag = String(given);
  if (tag.length > 256 || !TAG.test(tag)) throw new RangeError(`Incorrect locale information provided`);
  let at = 0;
  let extended = false;
  return tag.toLowerCase().split('-').map((part) => {
    at += 1;
    extended ||= part.length === 1;
    if (at === 1 || extended) return part;
    if (part.length === 2) return part.toUpperCase();
    return part.length === 4 && /^[a-z]/.test(part) ? part[0].toUpperCase() + part.slice(1) : part;
  }).join('-');
}

function canonicalList(given) {
  if (given === undefined) return [];
  if (given === null) throw new TypeError('Cannot convert undefined or null to object');
  const list = typeof given === 'string' || typeof given === 'object' && 'baseName' in given ? [given] : Array.from(given);
  const all = [];
  for (const one of list) {
    if (typeof one !== 'string' && (typeof one !== 'object' || one === null)) throw new TypeError('Language ID should be string or object.');
    const tag = canonical(one);
    if (!all.includes(tag)) all.push(tag);
  }
  return all;
}

// The key of what is known for a tag.
function known(tag) {
  const [language, ...rest] = tag.toLowerCase().split('-');
  const region = rest.find((part) => part.length === 2);
  return NAMES[region === undefined ? language : `${language}-${region}`] ?? NAMES[language] ?? (LOCALES[language] === undefined ? undefined : language);
}

// The first of some tags that is known, with what is known of it.
function resolve(locales) {
  for (const tag of canonicalList(locales)) {
    const name = known(tag);
    // What is asked for by extensions is said by options too.
    if (name !== undefined) return { locale: tag.replace(/-[\da-wy-z]-.*$/, ''), data: LOCALES[name], extensions: tag };
  }
  return { locale: 'en-US', data: LOCALES['en-US'], extensions: '' };
}

const supported = (locales) => canonicalList(locales).filter((tag) => known(tag) !== undefined);

// One of several words, or a number within bounds, as options have them.
function choice(options, name, allowed, standard) {
  const given = options[name];
  if (given === undefined) return standard;
  const value = String(given);
  if (!allowed.includes(value)) throw new RangeError(`Value ${value} out of range for Intl options property ${name}`);
  return value;
}

function integer(options, name, least, most, standard) {
  const given = options[name];
  if (given === undefined) return standard;
  const value = Number(given);
  if (!(value >= least && value <= most)) throw new RangeError(`${name} value is out of range.`);
  return Math.floor(value);
}

// How the classes of Intl look: to be called with and without `new`, and with what all of them have.
function finish(Class, name, callable = false) {
  const proto = Class.prototype;
  Object.defineProperty(proto, Symbol.toStringTag, { value: `Intl.${name}`, configurable: true });
  const supportedLocalesOf = { supportedLocalesOf(locales) { return supported(locales); } }.supportedLocalesOf;
  Object.defineProperty(Class, 'supportedLocalesOf', { value: supportedLocalesOf, writable: true, configurable: true });
  if (!callable) return Class;
  const made = { [name]: function (...given) { return Reflect.construct(Class, given, new.target ?? made); } }[name];
  Object.defineProperty(made, 'prototype', { value: proto, writable: false });
  Object.defineProperty(made, 'length', { value: 0, configurable: true });
  Object.defineProperty(made, 'supportedLocalesOf', { value: supportedLocalesOf, writable: true, configurable: true });
  Object.defineProperty(proto, 'constructor', { value: made, writable: true, configurable: true });
  return made;
}

module.exports = { canonicalList, canonical, resolve, choice, integer, finish };
