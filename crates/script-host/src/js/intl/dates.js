'use strict';
// Intl.DateTimeFormat.

const { resolve, choice, integer, finish } = require('intl/locales');

const DATE = ['weekday', 'year', 'month', 'day'];
const TIME = ['hour', 'minute', 'second', 'fractionalSecondDigits', 'dayPeriod'];
const STYLES = ['full', 'long', 'medium', 'short'];
const two = (number) => String(number).padStart(2, '0');

// A zone that is known: UTC, one of a fixed distance, or (undefined) that of this process.
function zoneOf(given) {
  const name = String(given);
  const upper = name.toUpperCase();
  if (['UTC', 'GMT', 'ETC/UTC', 'ETC/GMT', 'UCT', 'ZULU', 'ETC/UCT', 'ETC/ZULU'].includes(upper)) return { name: 'UTC', minutes: 0 };
  const offset = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(name);
  if (offset !== null && Number(offset[2]) < 24 && Number(offset[3] ?? 0) < 60) {
    const minutes = (Number(offset[2]) * 60 + Number(offset[3] ?? 0)) * (offset[1] === '-' ? -1 : 1);
    return { name: `${minutes < 0 ? '-' : '+'}${offset[2]}:${offset[3] ?? '00'}`, minutes };
  }
  const fixed = /^ETC\/GMT([+-]\d{1,2})$/.exec(upper);
  if (fixed !== null && Math.abs(Number(fixed[1])) <= 14) return { name: `Etc/GMT${fixed[1]}`, minutes: -60 * Number(fixed[1]) };
  if (upper === ownZone().toUpperCase()) return undefined;
  if (/^[A-Za-z_]+(\/[A-Za-z_+-]+)*$/.test(name) && name.length < 64) {
    throw new RangeError(`Invalid time zone specified: ${name} (only UTC, fixed offsets and the zone of this process are known here)`);
  }
  throw new RangeError(`Invalid time zone specified: ${name}`);
}

// The name of the zone of this process.
let zone;
function ownZone() {
  if (zone !== undefined) return zone;
  const told = binding('zone').name();
  if (told !== '') return (zone = told);
  const [winter, summer] = [0, 6].map((month) => new Date(2024, month, 1).getTimezoneOffset());
  if (winter !== summer) return (zone = 'Etc/Unknown');
  if (winter === 0) return (zone = 'UTC');
  return (zone = winter % 60 === 0 ? `Etc/GMT${winter > 0 ? '+' : ''}${winter / 60}` : `${winter > 0 ? '-' : '+'}${two(Math.floor(Math.abs(winter) / 60))}:${two(Math.abs(winter) % 60)}`);
}

class DateTimeFormat {
  #data;
  #set;
  #zone;
  #bound;

  constructor(locales, given = {}, needed = 'any', standard = 'date') {
    const { locale, data, extensions } = resolve(locales);
    if (given === null) throw new TypeError('Cannot convert undefined or null to object');
    const options = Object(given);
    this.#data = data;
    this.#zone = options.timeZone === undefined ? undefined : zoneOf(options.timeZone);
    const digits = ['numeric', '2-digit'];
    const names = ['narrow', 'short', 'long'];
    const set = {
      weekday: choice(options, 'weekday', names), era: choice(options, 'era', names), year: choice(options, 'year', digits),
      month: choice(options, 'month', [...digits, ...names]), day: choice(options, 'day', digits), dayPeriod: choice(options, 'dayPeriod', names),
      hour: choice(options, 'hour', digits), minute: choice(options, 'minute', digits), second: choice(options, 'second', digits),
      fractionalSecondDigits: integer(options, 'fractionalSecondDigits', 1, 3, undefined),
      timeZoneName: choice(options, 'timeZoneName', ['short', 'long', 'shortOffset', 'longOffset', 'shortGeneric', 'longGeneric']),
      dateStyle: choice(options, 'dateStyle', STYLES), timeStyle: choice(options, 'timeStyle', STYLES),
    };
    const hasParts = [...DATE, ...TIME, 'era', 'timeZoneName'].some((name) => set[name] !== undefined);
    if (set.dateStyle !== undefined || set.timeStyle !== undefined) {
      const wrong = [...DATE, ...TIME, 'timeZoneName'].find((name) => set[name] !== undefined);
      if (hasParts) throw new TypeError(`Can't set option ${wrong} when ${set.dateStyle === undefined ? 'timeStyle' : 'dateStyle'} is used`);
      if (needed === 'date' && set.timeStyle !== undefined) throw new TypeError('Invalid option : timeStyle');
      if (needed === 'time' && set.dateStyle !== undefined) throw new TypeError('Invalid option : dateStyle');
      this.#style(set);
    } else {
      const has = (names) => names.some((name) => set[name] !== undefined);
      const isThere = needed === 'date' ? has(DATE) : needed === 'time' ? has(TIME) : has([...DATE, ...TIME]);
      if (!isThere && standard !== 'time') for (const name of ['year', 'month', 'day']) set[name] ??= 'numeric';
      if (!isThere && standard !== 'date') for (const name of ['hour', 'minute', 'second']) set[name] ??= 'numeric';
    }
    if (set.hour !== undefined) {
      const asked = /-hc-(h1[12]|h2[34])/.exec(extensions.match(/-u-.*$/)?.[0] ?? '')?.[1];
      const cycle = choice(options, 'hourCycle', ['h11', 'h12', 'h23', 'h24'], asked ?? (data.hour12 ? 'h12' : 'h23'));
      set.hourCycle = options.hour12 === undefined ? cycle : options.hour12 ? 'h12' : 'h23';
      set.hour12 = set.hourCycle === 'h12' || set.hourCycle === 'h11';
      if (set.minute !== undefined) set.minute = '2-digit';
      if (set.second !== undefined) set.second = '2-digit';
      if (!set.hour12 && set.minute !== undefined) set.hour = '2-digit';
    } else if (set.minute !== undefined && set.second !== undefined) {
      set.minute = set.second = '2-digit';
    }
    this.#set = { locale, calendar: 'gregory', numberingSystem: 'latn', ...set };
  }

  #style(set) {
    const { dateStyle, timeStyle } = set;
    if (dateStyle !== undefined) {
      const english = this.#data.numeric === 'm/d/y';
      Object.assign(set, dateStyle === 'short' ? { year: english || this.#data.numeric === 'd.m.y' ? '2-digit' : 'numeric', month: english ? 'numeric' : '2-digit', day: english ? 'numeric' : '2-digit' }
        : { year: 'numeric', month: dateStyle === 'medium' ? 'short' : 'long', day: 'numeric' });
      if (dateStyle === 'full') set.weekday = 'long';
    }
    if (timeStyle !== undefined) {
      Object.assign(set, { hour: 'numeric', minute: '2-digit' });
      if (timeStyle !== 'short') set.second = '2-digit';
      if (timeStyle === 'long') set.timeZoneName = 'short';
      if (timeStyle === 'full') set.timeZoneName = 'long';
    }
  }

  get format() { return this.#bound ??= (date) => this.formatToParts(date).map((part) => part.value).join(''); }
  formatRange(from, to) {
    const [first, last] = [this.format(from), this.format(to)];
    return first === last ? first : `${first} – ${last}`;
  }
  formatRangeToParts(from, to) {
    const shared = (source) => (part) => ({ ...part, source });
    return [...this.formatToParts(from).map(shared('startRange')), { type: 'literal', value: ' – ', source: 'shared' }, ...this.formatToParts(to).map(shared('endRange'))];
  }

  resolvedOptions() {
    const { locale, calendar, numberingSystem, ...rest } = this.#set;
    const told = { locale, calendar, numberingSystem, timeZone: this.#zone?.name ?? ownZone() };
    const hidden = rest.dateStyle !== undefined || rest.timeStyle !== undefined ? [...DATE, ...TIME, 'timeZoneName'] : ['dateStyle', 'timeStyle'];
    for (const name of ['hourCycle', 'hour12', 'weekday', 'era', 'year', 'month', 'day', 'dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits', 'timeZoneName', 'dateStyle', 'timeStyle']) {
      if (rest[name] !== undefined && !hidden.includes(name)) told[name] = rest[name];
    }
    return told;
  }

  #fields(given) {
    const time = given === undefined ? Date.now() : Number(given);
    if (!(Math.abs(time) <= 8.64e15)) throw new RangeError('Invalid time value');
    const zone = this.#zone;
    const local = new Date(time);
    const minutes = zone === undefined ? -local.getTimezoneOffset() : zone.minutes;
    const date = new Date(time + minutes * 60_000);
    return {
      minutes, year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate(), weekday: date.getUTCDay(), hour: date.getUTCHours(),
      minute: date.getUTCMinutes(), second: date.getUTCSeconds(), ms: date.getUTCMilliseconds(),
    };
  }

  formatToParts(given) {
    const fields = this.#fields(given);
    const date = this.#date(fields);
    const time = this.#time(fields);
    if (date.length === 0) return time;
    if (time.length === 0) return date;
    const { dateStyle, month } = this.#set;
    if (date.length === 1 && date[0].type === 'weekday') return [...date, { type: 'literal', value: ' ' }, ...time];
    const isLong = dateStyle === 'long' || dateStyle === 'full' || (dateStyle === undefined && month === 'long');
    return [...date, { type: 'literal', value: dateStyle === 'medium' ? ', ' : this.#data.join[isLong ? 1 : 0] }, ...time];
  }

  #date({ year, month, day, weekday }) {
    const set = this.#set;
    const data = this.#data;
    const shown = year <= 0 && set.era !== undefined ? 1 - year : year;
    const years = () => ({ type: 'year', value: set.year === '2-digit' ? two(((shown % 100) + 100) % 100) : String(shown) });
    const number = (kind, value, least) => ({ type: kind, value: set[kind] === '2-digit' || least === 2 ? two(value) : String(value) });
    const isText = ['long', 'short', 'narrow'].includes(set.month);
    const wanted = (set.year === undefined ? '' : 'y') + (set.month === undefined ? '' : 'm') + (set.day === undefined ? '' : 'd');
    const dayName = set.weekday === undefined ? null
      : { type: 'weekday', value: set.weekday === 'long' ? data.days[weekday] : set.weekday === 'short' ? data.daysShort[weekday] : data.days[weekday][0].toUpperCase() };
    let pattern;
    if (set.dateStyle === 'medium' && data.medium !== undefined) pattern = data.medium;
    else if (isText && wanted === 'm') pattern = 'M';
    else if (isText) pattern = data.text[wanted] ?? [...wanted].map((one) => (one === 'm' ? 'M' : one)).join(' ');
    else pattern = this.#numeric(wanted);
    const parts = [];
    const add = (part) => {
      const last = parts.at(-1);
      if (part.type === 'literal' && last?.type === 'literal') last.value += part.value;
      else parts.push(part);
    };
    for (const token of pattern.match(/dd|mm|[dmyM]|[^dmyM]+/g) ?? []) {
      switch (token) {
        case 'dd': add(number('day', day, 2)); break;
        case 'd': add(number('day', day)); break;
        case 'mm': add(number('month', month + 1, 2)); break;
        case 'm': add(number('month', month + 1)); break;
        case 'M': add({ type: 'month', value: set.month === 'long' ? data.months[month] : set.month === 'short' ? data.monthsShort[month] : data.months[month][0].toUpperCase() }); break;
        case 'y': add(years()); break;
        default: add({ type: 'literal', value: token });
      }
    }
    if (set.era !== undefined) parts.push({ type: 'literal', value: ' ' }, { type: 'era', value: year > 0 ? (set.era === 'long' ? 'Anno Domini' : set.era === 'narrow' ? 'A' : 'AD') : (set.era === 'long' ? 'Before Christ' : set.era === 'narrow' ? 'B' : 'BC') });
    if (dayName === null) return parts;
    if (parts.length === 0) return [dayName];
    if (set.weekday === 'short' && data.dot !== undefined) dayName.value += data.dot;
    return [dayName, { type: 'literal', value: isText ? data.text.weekday.slice(1) : ', ' }, ...parts];
  }

  // The pattern of what is wanted with numbers: that of whole dates without the rest.
  #numeric(wanted) {
    if (wanted === '') return '';
    const pattern = this.#data.numeric;
    if (wanted === 'ymd') return pattern;
    const kept = pattern.split(/([^dmy]+)/).filter((one, at) => at % 2 === 0 && wanted.includes(one[0]));
    return kept.join(/[^dmy]/.exec(pattern)[0]) + (pattern === 'd.m.y' && wanted === 'md' ? '.' : '');
  }

  #time({ hour, minute, second, ms, minutes }) {
    const set = this.#set;
    const parts = [];
    const put = (type, value, gap) => {
      if (parts.length > 0) parts.push({ type: 'literal', value: gap });
      parts.push({ type, value });
    };
    if (set.hour !== undefined) {
      const shown = { h12: hour % 12 || 12, h11: hour % 12, h23: hour, h24: hour || 24 }[set.hourCycle];
      put('hour', set.hour === '2-digit' ? two(shown) : String(shown), '');
    }
    if (set.minute !== undefined) put('minute', set.minute === '2-digit' ? two(minute) : String(minute), ':');
    if (set.second !== undefined) put('second', set.second === '2-digit' ? two(second) : String(second), ':');
    if (set.fractionalSecondDigits !== undefined) put('fractionalSecond', String(ms).padStart(3, '0').slice(0, set.fractionalSecondDigits), this.#data.decimal);
    if (set.hour !== undefined && set.hour12) put('dayPeriod', (this.#data.halves ?? ['AM', 'PM'])[hour < 12 ? 0 : 1], ' ');
    else if (set.hour !== undefined && set.minute === undefined && this.#data.hour !== undefined) parts.push({ type: 'literal', value: this.#data.hour });
    if (set.timeZoneName !== undefined) put('timeZoneName', this.#zoneName(minutes), ' ');
    return parts;
  }

  #zoneName(minutes) {
    const { timeZoneName } = this.#set;
    const isUtc = (this.#zone?.name ?? ownZone()) === 'UTC';
    if (isUtc && timeZoneName === 'long') return this.#data.utc ?? 'Coordinated Universal Time';
    if (isUtc && timeZoneName === 'short') return 'UTC';
    if (minutes === 0) return 'GMT';
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    const isLong = timeZoneName.startsWith('long');
    return `GMT${minutes < 0 ? '-' : '+'}${isLong ? two(hours) : hours}${rest > 0 || isLong ? `:${two(rest)}` : ''}`;
  }
}

// What the methods of dates need: a time or a date, if nothing is asked for.
const forDate = (locales, options, needed, standard) => new DateTimeFormat(locales, options, needed, standard);
const Callable = finish(class extends DateTimeFormat { constructor(locales, options) { super(locales, options); } }, 'DateTimeFormat', true);

module.exports = { DateTimeFormat: Callable, forDate };
