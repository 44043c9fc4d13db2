'use strict';
// The util module. Inspection, formatting and comparison are in files of their own, loaded on use.

const PROMISIFY = Symbol.for('nodejs.util.promisify.custom');

function errors() {
  return require('internal/errors');
}

function format(...args) {
  return require('internal/format').format(...args);
}

function formatWithOptions(options, ...args) {
  return require('internal/format').formatWithOptions(options, ...args);
}

/** Makes a function that takes a callback `(error, value)` return a promise. */
function promisify(original) {
  errors().needFunction(original, 'original');
  const timer = timerForm(original);
  if (timer !== undefined) return timer;
  if (original[PROMISIFY]) {
    const custom = original[PROMISIFY];
    errors().needFunction(custom, 'util.promisify.custom');
    return Object.defineProperty(custom, PROMISIFY, { value: custom, configurable: true });
  }
  function promisified(...args) {
    return new Promise((resolve, reject) => {
      original.call(this, ...args, (error, value) => {
        if (error) reject(error);
        else resolve(value);
      });
    });
  }
  Object.setPrototypeOf(promisified, Object.getPrototypeOf(original));
  Object.defineProperty(promisified, PROMISIFY, { value: promisified, configurable: true });
  return Object.defineProperties(promisified, Object.getOwnPropertyDescriptors(original));
}

promisify.custom = PROMISIFY;

// The timers do not take their callback last; their promise forms are written by hand.
function timerForm(original) {
  if (original !== globalThis.setTimeout && original !== globalThis.setImmediate) return undefined;
  const forms = require('timers/promises');
  return original === globalThis.setTimeout ? forms.setTimeout : forms.setImmediate;
}

/** Makes a function that returns a promise take a callback `(error, value)` last. */
function callbackify(original) {
  errors().needFunction(original, 'original');
  function callbackified(...args) {
    const callback = args.pop();
    errors().needFunction(callback, 'last argument');
    const done = callback.bind(this);
    original.apply(this, args).then(
      (value) => require('process').nextTick(done, null, value),
      (reason) => require('process').nextTick(done, reason || falsyReason(reason)));
  }
  const descriptors = Object.getOwnPropertyDescriptors(original);
  if (typeof descriptors.length.value === 'number') descriptors.length.value += 1;
  if (typeof descriptors.name.value === 'string') descriptors.name.value += 'Callbackified';
  return Object.defineProperties(callbackified, descriptors);
}

// A callback tells failure by a true first argument.
function falsyReason(reason) {
  const error = errors().coded(Error, 'ERR_FALSY_VALUE_REJECTION', 'Promise was rejected with falsy value');
  error.reason = reason;
  return error;
}

function inherits(constructor, superConstructor) {
  if (constructor === undefined || constructor === null) {
    throw errors().invalidArgType('ctor', 'Function', constructor);
  }
  if (superConstructor === undefined || superConstructor === null) {
    throw errors().invalidArgType('superCtor', 'Function', superConstructor);
  }
  if (superConstructor.prototype === undefined) {
    throw errors().invalidArgType('superCtor.prototype', 'Object', superConstructor.prototype);
  }
  Object.defineProperty(constructor, 'super_', { value: superConstructor, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, superConstructor.prototype);
}

const warnedCodes = new Set();

/** Wraps `fn` so that its first call warns that it is deprecated. */
function deprecate(fn, message, code) {
  const process = require('process');
  if (process.noDeprecation === true) return fn;
  if (code !== undefined) errors().needString(code, 'code');
  let warned = false;
  function deprecated(...args) {
    if (!warned) {
      warned = true;
      if (code === undefined) {
        process.emitWarning(message, 'DeprecationWarning', deprecated);
      } else if (!warnedCodes.has(code)) {
        warnedCodes.add(code);
        process.emitWarning(message, 'DeprecationWarning', code, deprecated);
      }
    }
    return new.target ? Reflect.construct(fn, args, new.target) : Reflect.apply(fn, this, args);
  }
  Object.setPrototypeOf(deprecated, fn);
  if (fn.prototype) deprecated.prototype = fn.prototype;
  return deprecated;
}

function debugEnabled(section) {
  const wanted = (require('process').env.NODE_DEBUG ?? '').split(/[\s,]+/).filter(Boolean);
  return wanted.some((pattern) => {
    const source = pattern.replace(/[|\\{}()[\]^$+?.]/g, '\\$&').replaceAll('*', '.*');
    return new RegExp(`^${source}$`, 'i').test(section);
  });
}

/** A function that writes to stderr when NODE_DEBUG names the section. */
function debuglog(section, onFirstUse) {
  const name = String(section).toUpperCase();
  let enabled;
  const isEnabled = () => {
    enabled ??= debugEnabled(name);
    return enabled;
  };
  const log = (...args) => {
    if (typeof onFirstUse === 'function') {
      const tell = onFirstUse;
      onFirstUse = undefined;
      tell(log);
    }
    if (!isEnabled()) return;
    const { pid, stderr } = require('process');
    stderr.write(`${name} ${pid}: ${format(...args)}\n`);
  };
  return Object.defineProperty(log, 'enabled', { get: isEnabled, configurable: true, enumerable: true });
}

function stripVTControlCharacters(text) {
  errors().needString(text, 'str');
  return require('internal/inspect_text').stripControl(text);
}

/**
 * Puts the terminal codes of one or more of `inspect.colors` around `text`, unless it is for a
 * stream that is no terminal.
 */
function styleText(style, text, { validateStream = true, stream = require('process').stdout } = {}) {
  errors().needString(text, 'text');
  const { inspect } = require('internal/inspect');
  let before = '';
  let after = '';
  for (const key of Array.isArray(style) ? style : [style]) {
    const codes = inspect.colors[key];
    if (codes === undefined) {
      const names = Object.keys(inspect.colors).map((name) => `'${name}'`);
      throw errors().invalidArgValue('format', key, `must be one of: ${names.join(', ')}`);
    }
    before += `\u001b[${codes[0]}m`;
    after = `\u001b[${codes[1]}m${after}`;
  }
  return validateStream && !stream?.isTTY ? text : `${before}${text}${after}`;
}

function toUSVString(value) {
  return String(value).toWellFormed();
}

function aborted(signal, resource) {
  if (signal === undefined) throw errors().invalidArgType('signal', 'AbortSignal', signal);
  errors().needSignal(signal, 'signal');
  errors().needObject(resource, 'resource');
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

// The old type tests of util.
const checks = {
  isArray: Array.isArray,
  isBoolean: (value) => typeof value === 'boolean',
  isBuffer: (value) => require('buffer').Buffer.isBuffer(value),
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: (value) => typeof value === 'number',
  isString: (value) => typeof value === 'string',
  isSymbol: (value) => typeof value === 'symbol',
  isUndefined: (value) => value === undefined,
  isRegExp: (value) => require('internal/types').isRegExp(value),
  isObject: (value) => value !== null && typeof value === 'object',
  isDate: (value) => require('internal/types').isDate(value),
  isError: (value) => require('internal/inspect_error').isError(value),
  isFunction: (value) => typeof value === 'function',
  isPrimitive: (value) => value === null || (typeof value !== 'object' && typeof value !== 'function'),
};

Object.assign(exports, {
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  styleText,
  formatWithOptions,
  inherits,
  ...checks,
  promisify,
  stripVTControlCharacters,
  toUSVString,
  aborted,
  isDeepStrictEqual: (a, b) => require('internal/deep_equal').isDeepStrictEqual(a, b),
});

/** A property that loads what it names when it is first read. */
function lazy(name, load) {
  Object.defineProperty(exports, name, {
    enumerable: true,
    configurable: true,
    get() {
      const value = load();
      Object.defineProperty(exports, name, { value, enumerable: true, configurable: true, writable: true });
      return value;
    },
    set(value) {
      Object.defineProperty(exports, name, { value, enumerable: true, configurable: true, writable: true });
    },
  });
}

exports._extend = function _extend(target, source) {
  return source !== null && typeof source === 'object' ? Object.assign(target, source) : target;
};
exports.log = function log(...args) {
  const now = new Date();
  const time = now.toTimeString().slice(0, 8);
  console.log('%s - %s', `${now.getDate()} ${now.toDateString().slice(4, 7)} ${time}`, exports.format(...args));
};
exports.getSystemErrorName = function getSystemErrorName(number) {
  const { needNumber } = require('internal/errors');
  needNumber(number, 'err');
  const { errno } = require('os').constants;
  return Object.keys(errno).find((name) => errno[name] === -number);
};
exports._errnoException = function _errnoException(number, syscall, original) {
  const code = exports.getSystemErrorName(number) ?? String(number);
  const message = original ? `${syscall} ${code} ${original}` : `${syscall} ${code}`;
  return Object.assign(new Error(message), { errno: number, code, syscall });
};

lazy('inspect', () => require('internal/inspect').inspect);
lazy('parseArgs', () => require('internal/parse_args'));
lazy('types', () => require('internal/types'));
lazy('TextDecoder', () => globalThis.TextDecoder);
lazy('TextEncoder', () => globalThis.TextEncoder);

require('internal/lacking')(exports, 'util', ('_exceptionWithHostPort getSystemErrorMap transferableAbortSignal transferableAbortController parseEnv ' +
  'MIMEType MIMEParams').split(' '));
