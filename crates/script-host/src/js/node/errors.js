'use strict';
// Errors with Node's codes and texts. Every maker returns the error; the caller throws it.

const CAPTURE = typeof Error.captureStackTrace === 'function';

/** Makes an error of class `Base` whose stack starts with `Name [CODE]: message`. */
function coded(Base, code, message, caller) {
  const error = new Base(message);
  const plain = `${error.name}: ${message}`;
  const head = `${error.name} [${code}]: ${message}`;
  if (CAPTURE) Error.captureStackTrace(error, caller || coded);
  let frames = typeof error.stack === 'string' ? error.stack : '';
  if (frames.startsWith(plain)) frames = frames.slice(plain.length + 1);
  frames = frames.replace(/\n+$/, '');
  hidden(error, 'stack', frames === '' ? head : `${head}\n${frames}`);
  error.code = code;
  return Object.setPrototypeOf(error, prototypeFor(Base));
}

// Between the error and `Base.prototype`: the toString that shows the code.
const prototypes = new Map();

function prototypeFor(Base) {
  let prototype = prototypes.get(Base);
  if (prototype === undefined) {
    prototype = Object.create(Base.prototype);
    hidden(prototype, 'toString', function toString() {
      return `${this.name} [${this.code}]: ${this.message}`;
    });
    prototypes.set(Base, prototype);
  }
  return prototype;
}

function hidden(object, key, value) {
  Object.defineProperty(object, key, { value, writable: true, enumerable: false, configurable: true });
}

function inspect(value, options) {
  return require('internal/inspect').inspect(value, options);
}

/** `a`, `a or b`, `a, b, or c`. */
function either(words) {
  if (words.length < 3) return words.join(' or ');
  return `${words.slice(0, -1).join(', ')}, or ${words[words.length - 1]}`;
}

/** What was received, in the words of Node's argument errors. */
function received(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name ? `an instance of ${name}` : inspect(value, { depth: -1 });
  }
  return `type ${typeof value} (${shorten(inspect(value), 28)})`;
}

function shorten(text, limit) {
  return text.length > limit ? `${text.slice(0, 25)}...` : text;
}

const TYPE_WORDS = new Set(
  ['string', 'function', 'number', 'object', 'boolean', 'bigint', 'symbol', 'Function', 'Object']);

/** The sentence part that says what an argument must be. */
function mustBe(expected) {
  const types = [];
  const classes = [];
  const others = [];
  for (const word of Array.isArray(expected) ? expected : [expected]) {
    if (TYPE_WORDS.has(word)) types.push(word.toLowerCase());
    else if (/^[A-Z][a-zA-Z0-9]*$/.test(word)) classes.push(word);
    else others.push(word);
  }
  // With classes in the list, Node counts "object" as one of them.
  const at = types.indexOf('object');
  if (classes.length > 0 && at !== -1) {
    types.splice(at, 1);
    classes.push('Object');
  }
  const parts = [];
  if (types.length > 0) parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${either(types)}`);
  if (classes.length > 0) parts.push(`an instance of ${either(classes)}`);
  if (others.length > 1) {
    parts.push(`one of ${either(others)}`);
  } else if (others.length === 1) {
    parts.push(others[0].toLowerCase() === others[0] ? others[0] : `an ${others[0]}`);
  }
  return parts.join(' or ');
}

function subject(name) {
  if (name.endsWith(' argument')) return `The ${name}`;
  return `The "${name}" ${name.includes('.') ? 'property' : 'argument'}`;
}

function invalidArgType(name, expected, actual) {
  const message = `${subject(name)} must be ${mustBe(expected)}. Received ${received(actual)}`;
  return coded(TypeError, 'ERR_INVALID_ARG_TYPE', message, invalidArgType);
}

function invalidArgValue(name, value, reason = 'is invalid', Base = TypeError) {
  let shown = inspect(value);
  if (shown.length > 128) shown = `${shown.slice(0, 128)}...`;
  const kind = name.includes('.') ? 'property' : 'argument';
  const message = `The ${kind} '${name}' ${reason}. Received ${shown}`;
  return coded(Base, 'ERR_INVALID_ARG_VALUE', message, invalidArgValue);
}

/** Digits in groups of three, as Node shows numbers that do not fit 32 bits. */
function grouped(digits) {
  const sign = digits.startsWith('-') ? '-' : '';
  return sign + digits.slice(sign.length).replace(/\B(?=(?:\d{3})+$)/g, '_');
}

function outOfRange(name, range, value) {
  let shown;
  if (Number.isInteger(value) && Math.abs(value) > 2 ** 32) {
    shown = grouped(String(value));
  } else if (typeof value === 'bigint') {
    shown = value > 2n ** 32n || value < -(2n ** 32n) ? grouped(String(value)) : String(value);
    shown += 'n';
  } else {
    shown = inspect(value);
  }
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`;
  return coded(RangeError, 'ERR_OUT_OF_RANGE', message, outOfRange);
}

function needFunction(value, name) {
  if (typeof value !== 'function') throw invalidArgType(name, 'function', value);
}

function needString(value, name) {
  if (typeof value !== 'string') throw invalidArgType(name, 'string', value);
}

function needObject(value, name) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalidArgType(name, 'object', value);
  }
}

function needNumber(value, name) {
  if (typeof value !== 'number') throw invalidArgType(name, 'number', value);
}

/** Throws unless `value` is an integer between `min` and `max`. */
function needInteger(value, name, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER) {
  needNumber(value, name);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}

/** The error that an aborted operation rejects with. */
class AbortError extends Error {
  constructor(message = 'The operation was aborted', options = undefined) {
    super(message, options);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

/** Throws unless `signal` is absent or an AbortSignal. */
function needSignal(signal, name) {
  if (signal !== undefined && (signal === null || typeof signal !== 'object' || !('aborted' in signal))) {
    throw invalidArgType(name, 'AbortSignal', signal);
  }
}

Object.assign(exports, {
  AbortError,
  coded,
  hidden,
  received,
  either,
  grouped,
  invalidArgType,
  invalidArgValue,
  outOfRange,
  needFunction,
  needString,
  needObject,
  needNumber,
  needInteger,
  needSignal,
});
