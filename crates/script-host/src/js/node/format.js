'use strict';
// util.format: printf-like texts.

const inspector = require('internal/inspect');
const { formatNumber, formatBigInt } = require('internal/inspect_text');

const { inspect, plain } = inspector;

/** Whether String(value) would give `[object Object]` or the like, rather than a text of its class. */
function hasBuiltInToString(proxyOrValue) {
  const value = inspector.targetOf(proxyOrValue);
  if (value === null) return true;
  if (typeof value.toString !== 'function') return true;
  if (Object.hasOwn(value, 'toString')) return false;
  let pointer = value;
  do {
    pointer = Object.getPrototypeOf(pointer);
  } while (!Object.hasOwn(pointer, 'toString'));
  const found = Object.getOwnPropertyDescriptor(pointer, 'constructor')?.value;
  return typeof found === 'function' && inspector.isBuiltIn(found.name);
}

function asText(value, options) {
  if (typeof value === 'number') return formatNumber(plain, value, options?.numericSeparator);
  if (typeof value === 'bigint') return formatBigInt(plain, value, options?.numericSeparator);
  if (typeof value !== 'object' || value === null || !hasBuiltInToString(value)) return String(value);
  return inspect(value, { ...options, depth: 0, colors: false, compact: 3 });
}

function asJson(value) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Engines word this differently; only a cycle is answered with a text.
    if (error instanceof TypeError && /circular|cyclic/i.test(error.message)) return '[Circular]';
    throw error;
  }
}

function asNumber(value, convert, options) {
  const separate = options?.numericSeparator;
  if (typeof value === 'bigint') return formatBigInt(plain, value, separate);
  if (typeof value === 'symbol') return 'NaN';
  return formatNumber(plain, convert(value), separate);
}

function placeholder(letter, value, options) {
  switch (letter) {
    case 's': return asText(value, options);
    case 'j': return asJson(value);
    case 'd': return asNumber(value, Number, options);
    case 'i': return asNumber(value, (item) => Number.parseInt(item), options);
    case 'f': return asNumber(typeof value === 'bigint' ? Number(value) : value, Number.parseFloat, options);
    case 'O': return inspect(value, options);
    case 'o': return inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 });
    case 'c': return '';
    default: return undefined;
  }
}

function formatWithOptions(options, ...args) {
  if (typeof options !== 'object' || options === null) {
    throw require('internal/errors').invalidArgType('inspectOptions', 'object', options);
  }
  return formatArgs(options, args);
}

function format(...args) {
  return formatArgs(undefined, args);
}

function formatArgs(options, args) {
  const first = args[0];
  let next = 0;
  let out = '';
  if (typeof first === 'string') {
    if (args.length === 1) return first;
    let done = 0;
    next = 1;
    let used = false;
    for (let i = 0; i < first.length - 1; i++) {
      if (first[i] !== '%') continue;
      const letter = first[++i];
      let text;
      if (letter === '%') {
        text = '%';
      } else if (next < args.length) {
        text = placeholder(letter, args[next], options);
        if (text === undefined && letter !== 'j') continue;
        next += 1;
      } else {
        continue;
      }
      out += first.slice(done, i - 1) + text;
      done = i + 1;
      used = true;
    }
    out = used ? out + first.slice(done) : first;
  }
  for (let i = next; i < args.length; i++) {
    if (i > 0) out += ' ';
    out += typeof args[i] === 'string' ? args[i] : inspect(args[i], options);
  }
  return out;
}

Object.assign(exports, { format, formatWithOptions });
