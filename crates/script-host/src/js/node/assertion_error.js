'use strict';
// AssertionError and the texts it makes from what was compared.

const TITLES = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: 'Values have same structure but are not reference-equal:',
};

// Longer texts are compared line by line without looking for what moved.
const MOST_LINES = 500;

function show(value) {
  return require('internal/inspect').inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Infinity,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
    breakLength: Infinity,
  });
}

/** The lines of both texts, marked `+` and `-` where they differ. */
function difference(actual, expected) {
  const a = actual.split('\n');
  const b = expected.split('\n');
  // A comma at the end of a line only says that another follows.
  const same = (i, j) => a[i] === b[j] || a[i].replace(/,$/, '') === b[j].replace(/,$/, '');
  const out = [];
  let from = 0;
  const shared = (i, j) => out.push(`  ${a[i].length > b[j].length ? a[i] : b[j]}`);
  while (from < a.length && from < b.length && same(from, from)) {
    shared(from, from);
    from++;
  }
  let endA = a.length;
  let endB = b.length;
  while (endA > from && endB > from && same(endA - 1, endB - 1)) {
    endA--;
    endB--;
  }
  let i = from;
  let j = from;
  const common = endA - from > MOST_LINES || endB - from > MOST_LINES ? [] : commonLines(from, endA, endB, same);
  for (const [x, y] of [...common, [endA, endB]]) {
    while (i < x) out.push(`+ ${a[i++]}`);
    while (j < y) out.push(`- ${b[j++]}`);
    if (i < endA && j < endB) {
      shared(i++, j++);
    }
  }
  for (let k = endA; k < a.length; k++) shared(k, k - endA + endB);
  return out.join('\n');
}

/** The longest list of line pairs that both texts have in the same order. */
function commonLines(from, endA, endB, same) {
  const columns = endB - from + 1;
  const lengths = new Uint16Array((endA - from + 1) * columns);
  const at = (i, j) => (i - from) * columns + (j - from);
  for (let i = endA - 1; i >= from; i--) {
    for (let j = endB - 1; j >= from; j--) {
      lengths[at(i, j)] = same(i, j) ?
        lengths[at(i + 1, j + 1)] + 1 :
        Math.max(lengths[at(i + 1, j)], lengths[at(i, j + 1)]);
    }
  }
  const pairs = [];
  let i = from;
  let j = from;
  while (i < endA && j < endB) {
    if (same(i, j)) pairs.push([i++, j++]);
    else if (lengths[at(i + 1, j)] >= lengths[at(i, j + 1)]) i++;
    else j++;
  }
  return pairs;
}

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function differing(actual, expected, operator) {
  const shownA = show(actual);
  const shownB = show(expected);
  if (shownA === shownB) return `${TITLES.notIdentical}\n\n${shownA}\n`;
  const objects = isObject(actual) && isObject(expected);
  const title = operator === 'strictEqual' && objects ? TITLES.strictEqualObject : TITLES[operator];
  const single = !shownA.includes('\n') && !shownB.includes('\n');
  if (single && !objects && shownA.length + shownB.length <= 12) {
    return `${title}\n\n${shownA} !== ${shownB}\n`;
  }
  return `${title}\n+ actual - expected\n\n${difference(shownA, shownB)}`;
}

function alike(actual, operator) {
  const title = operator === 'notStrictEqual' && isObject(actual) ? TITLES.notStrictEqualObject : TITLES[operator];
  const shown = show(actual);
  if (!shown.includes('\n')) return `${title}${shown.length > 5 ? '\n\n' : ' '}${shown}`;
  return operator === 'notDeepEqual' ? `${title}\n\n${shown}` : `${title}\n\n${shown}\n`;
}

function describe(actual, expected, operator) {
  switch (operator) {
    case 'deepStrictEqual':
    case 'strictEqual':
      return differing(actual, expected, operator);
    case 'notDeepStrictEqual':
    case 'notStrictEqual':
    case 'notDeepEqual':
      return alike(actual, operator);
    case 'deepEqual':
      return `${TITLES.deepEqual}\n\n${show(actual)}\n\nshould loosely deep-equal\n\n${show(expected)}`;
    default:
      return `${show(actual)} ${operator} ${show(expected)}`;
  }
}

class AssertionError extends Error {
  constructor(options) {
    require('internal/errors').needObject(options, 'options');
    const { message, operator, actual, expected, stackStartFn } = options;
    super(message !== undefined && message !== null ? String(message) : describe(actual, expected, operator));
    this.generatedMessage = message === undefined || message === null;
    Object.defineProperty(this, 'name', {
      value: 'AssertionError', enumerable: false, writable: true, configurable: true,
    });
    this.code = 'ERR_ASSERTION';
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    if (Error.captureStackTrace) Error.captureStackTrace(this, stackStartFn ?? AssertionError);
    const head = `${this.name} [${this.code}]: ${this.message}`;
    const plain = `${this.name}: ${this.message}`;
    const stack = String(this.stack ?? '');
    const frames = stack.startsWith(plain) ? stack.slice(plain.length) : `\n${stack}`;
    require('internal/errors').hidden(this, 'stack', `${head}${frames}`.trimEnd());
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

module.exports = AssertionError;
