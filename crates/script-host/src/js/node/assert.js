'use strict';
// The assert module.

const AssertionError = require('internal/assertion_error');
const { coded, invalidArgType, needFunction } = require('internal/errors');
const types = require('internal/types');

function inspect(value) {
  return require('internal/inspect').inspect(value);
}

function deep() {
  return require('internal/deep_equal');
}

/** Throws: `message` itself when it is an error, else an AssertionError. */
function raise(details, generated) {
  if (details.message instanceof Error) throw details.message;
  const error = new AssertionError(details);
  if (generated !== undefined) error.generatedMessage = generated;
  throw error;
}

function needTwo(args) {
  if (args.length < 2) {
    throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "actual" and "expected" arguments must be specified');
  }
}

function truthy(args, stackStartFn) {
  const [value, message] = args;
  if (value) return;
  if (args.length === 0) {
    const text = 'No value argument passed to `assert.ok()`';
    raise({ message: text, actual: value, expected: true, operator: '==', stackStartFn }, true);
  }
  raise({ message, actual: value, expected: true, operator: '==', stackStartFn });
}

function assert(...args) {
  truthy(args, assert);
}

function ok(...args) {
  truthy(args, ok);
}

function fail(message) {
  if (message instanceof Error) throw message;
  raise({ message: message ?? 'Failed', operator: 'fail', stackStartFn: fail }, message === undefined);
}

// A comparison `name` that holds when `test` does; `operator` names it in the error.
function comparison(name, test, operator = name) {
  const compare = {
    [name](...args) {
      needTwo(args);
      const [actual, expected, message] = args;
      if (test(actual, expected)) return;
      raise({
        message: withDifference(message, actual, expected, operator),
        actual, expected, operator, stackStartFn: compare,
      }, message === undefined || message === null);
    },
  }[name];
  return compare;
}

// With a text of the caller's, strictEqual still tells two short values.
function withDifference(message, actual, expected, operator) {
  if (operator !== 'strictEqual' || typeof message !== 'string') return message;
  const { message: made } = new AssertionError({ actual, expected, operator });
  const short = /^[^\n]*\n\n([^\n]* !== [^\n]*\n)$/.exec(made);
  return short ? `${message}\n\n${short[1]}` : message;
}

function looselyEqual(a, b) {
  return a == b || (Number.isNaN(a) && Number.isNaN(b));
}

// --- exceptions ---

const NOTHING = Symbol('nothing thrown');

function thrownBy(fn) {
  needFunction(fn, 'fn');
  try {
    fn();
  } catch (error) {
    return error;
  }
  return NOTHING;
}

async function rejectionOf(promiseOrFn) {
  let promise = promiseOrFn;
  if (typeof promiseOrFn === 'function') {
    promise = promiseOrFn();
    if (typeof promise?.then !== 'function') {
      throw coded(TypeError, 'ERR_INVALID_RETURN_VALUE',
        'Expected instance of Promise to be returned from the "promiseFn" function but got ' +
        `${require('internal/errors').received(promise)}.`);
    }
  } else if (typeof promise?.then !== 'function') {
    throw invalidArgType('promiseFn', ['Function', 'Promise'], promiseOrFn);
  }
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return NOTHING;
}

function expectThrown(operator, stackStartFn, actual, expectedOrMessage, givenMessage) {
  let expected = expectedOrMessage;
  let message = givenMessage;
  if (typeof expected === 'string') {
    if (givenMessage !== undefined) {
      throw invalidArgType('error', ['Object', 'Error', 'Function', 'RegExp'], expected);
    }
    message = expected;
    expected = undefined;
    const thrown = typeof actual === 'object' && actual !== null ? actual.message : actual;
    if (thrown === message && actual !== NOTHING) {
      throw coded(TypeError, 'ERR_AMBIGUOUS_ARGUMENT',
        `The "error/message" argument is ambiguous. The error message "${message}" is identical to the message.`);
    }
  } else if (expected !== undefined && expected !== null &&
             typeof expected !== 'object' && typeof expected !== 'function') {
    throw invalidArgType('error', ['Object', 'Error', 'Function', 'RegExp'], expected);
  }
  if (actual === NOTHING) {
    const name = expected?.name ? ` (${expected.name})` : '';
    const what = operator === 'rejects' ? 'rejection' : 'exception';
    raise({
      operator, expected, stackStartFn,
      message: `Missing expected ${what}${name}${message ? `: ${message}` : '.'}`,
    }, false);
  }
  if (expected) checkThrown(operator, stackStartFn, actual, expected, message);
}

function checkThrown(operator, stackStartFn, actual, expected, message) {
  const failed = (text) => raise({
    message: message ?? text, actual, expected, operator, stackStartFn,
  }, message === undefined);
  if (types.isRegExp(expected)) {
    if (expected.exec(String(actual)) !== null) return;
    failed(`The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(String(actual))}\n`);
  }
  if (typeof expected !== 'function') {
    checkThrownParts(operator, stackStartFn, actual, expected, message);
    return;
  }
  if (expected.prototype !== undefined && actual instanceof expected) return;
  if (Object.prototype.isPrototypeOf.call(Error, expected) || expected === Error) {
    const got = types.isNativeError(actual) ? `"${actual.name}"` : `"${inspect(actual)}"`;
    const tail = types.isNativeError(actual) ? `\n\nError message:\n\n${actual.message}` : '';
    failed(`The error is expected to be an instance of "${expected.name}". Received ${got}${tail}`);
  }
  const result = expected.call({}, actual);
  if (result === true) return;
  const name = expected.name ? `"${expected.name}" ` : '';
  const tail = types.isNativeError(actual) ? `\n\nCaught error:\n\n${actual}` : '';
  failed(`The ${name}validation function is expected to return "true". Received ${inspect(result)}${tail}`);
}

// Shows only the compared properties in the error.
class Comparison {
  constructor(source, keys, expected) {
    for (const key of keys) {
      if (!(key in source)) continue;
      const matched = expected !== undefined && typeof source[key] === 'string' &&
        types.isRegExp(expected[key]) && expected[key].exec(source[key]) !== null;
      this[key] = matched ? expected[key] : source[key];
    }
  }
}

function checkThrownParts(operator, stackStartFn, actual, expected, message) {
  const primitive = typeof actual !== 'object' || actual === null;
  const keys = Object.keys(expected);
  if (expected instanceof Error) keys.push('name', 'message');
  if (keys.length === 0) {
    throw coded(TypeError, 'ERR_INVALID_ARG_VALUE',
      `The argument 'error' may not be an empty object. Received ${inspect(expected)}`);
  }
  const same = !primitive && keys.every((key) => key in actual && (
    deep().isDeepStrictEqual(actual[key], expected[key]) ||
    (typeof actual[key] === 'string' && types.isRegExp(expected[key]) && expected[key].exec(actual[key]) !== null)));
  if (same) return;
  const shownActual = primitive ? actual : new Comparison(actual, keys, expected);
  const made = message === undefined ?
    new AssertionError({ actual: shownActual, expected: new Comparison(expected, keys), operator: 'deepStrictEqual' }).message :
    message;
  raise({ message: made, actual, expected, operator, stackStartFn }, message === undefined);
}

function expectNone(operator, stackStartFn, actual, expectedOrMessage, givenMessage) {
  if (actual === NOTHING) return;
  let expected = expectedOrMessage;
  let message = givenMessage;
  if (typeof expected === 'string') {
    message = expected;
    expected = undefined;
  }
  const matches = expected === undefined || (types.isRegExp(expected) ?
    expected.exec(String(actual)) !== null :
    actual instanceof expected);
  if (!matches) throw actual;
  const what = operator === 'doesNotReject' ? 'rejection' : 'exception';
  raise({
    operator, actual, expected, stackStartFn,
    message: `Got unwanted ${what}${message ? `: ${message}` : '.'}\nActual message: "${actual?.message}"`,
  }, false);
}

function throws(fn, ...args) {
  expectThrown('throws', throws, thrownBy(fn), ...args);
}

function doesNotThrow(fn, ...args) {
  expectNone('doesNotThrow', doesNotThrow, thrownBy(fn), ...args);
}

async function rejects(promiseOrFn, ...args) {
  expectThrown('rejects', rejects, await rejectionOf(promiseOrFn), ...args);
}

async function doesNotReject(promiseOrFn, ...args) {
  expectNone('doesNotReject', doesNotReject, await rejectionOf(promiseOrFn), ...args);
}

function ifError(value) {
  if (value === null || value === undefined) return;
  let message = 'ifError got unwanted exception: ';
  if (typeof value === 'object' && typeof value.message === 'string') {
    message += value.message.length === 0 && value.constructor ? value.constructor.name : value.message;
  } else {
    message += inspect(value);
  }
  raise({ message, actual: value, expected: null, operator: 'ifError', stackStartFn: ifError }, false);
}

function matching(name, wanted, says) {
  const check = {
    [name](string, regexp, message) {
      if (!types.isRegExp(regexp)) throw invalidArgType('regexp', 'RegExp', regexp);
      if (typeof string === 'string' && (regexp.exec(string) !== null) === wanted) return;
      const text = typeof string === 'string' ?
        `The input ${says} the regular expression ${inspect(regexp)}. Input:\n\n${inspect(string)}\n` :
        `The "string" argument must be of type string. Received type ${typeof string} (${inspect(string)})`;
      raise({
        message: message ?? text, actual: string, expected: regexp, operator: name, stackStartFn: check,
      }, message === undefined);
    },
  }[name];
  return check;
}

Object.assign(assert, {
  fail,
  AssertionError,
  ok,
  equal: comparison('equal', looselyEqual, '=='),
  notEqual: comparison('notEqual', (a, b) => !looselyEqual(a, b), '!='),
  deepEqual: comparison('deepEqual', (a, b) => deep().isDeepEqual(a, b)),
  notDeepEqual: comparison('notDeepEqual', (a, b) => !deep().isDeepEqual(a, b)),
  deepStrictEqual: comparison('deepStrictEqual', (a, b) => deep().isDeepStrictEqual(a, b)),
  notDeepStrictEqual: comparison('notDeepStrictEqual', (a, b) => !deep().isDeepStrictEqual(a, b)),
  strictEqual: comparison('strictEqual', Object.is),
  notStrictEqual: comparison('notStrictEqual', (a, b) => !Object.is(a, b)),
  throws,
  rejects,
  doesNotThrow,
  doesNotReject,
  ifError,
  match: matching('match', true, 'did not match'),
  doesNotMatch: matching('doesNotMatch', false, 'was expected to not match'),
});

function strict(...args) {
  truthy(args, strict);
}

assert.strict = Object.assign(strict, assert, {
  equal: assert.strictEqual,
  deepEqual: assert.deepStrictEqual,
  notEqual: assert.notStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
assert.strict.strict = assert.strict;

module.exports = assert;

require('internal/lacking')(assert, 'assert', ['CallTracker']);
