'use strict';
// URLSearchParams.

const { coded, invalidArgType, needFunction } = require('internal/errors');
const native = binding('url');

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

function parsePairs(text) {
  const list = native.parseForm(text);
  const pairs = [];
  for (let i = 0; i < list.length; i += 2) pairs.push([list[i], list[i + 1]]);
  return pairs;
}

function needArgs(count, args, ...names) {
  if (args.length >= count) return;
  const quoted = names.map((name) => `"${name}"`);
  const verb = names.length > 1 ? 'arguments' : 'argument';
  throw coded(TypeError, 'ERR_MISSING_ARGS', `The ${quoted.join(' and ')} ${verb} must be specified`);
}

const usv = (value) => `${value}`.toWellFormed();

function pairsFrom(init) {
  if (typeof init !== 'object' && typeof init !== 'function') {
    const text = usv(init);
    return parsePairs(text[0] === '?' ? text.slice(1) : text);
  }
  const method = init[Symbol.iterator];
  if (method === undefined || method === null) {
    // One value for each name; the last of the names that become the same counts.
    const record = new Map();
    for (const key of Reflect.ownKeys(init)) {
      if (!Object.getOwnPropertyDescriptor(init, key)?.enumerable) continue;
      if (typeof key === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
      record.set(usv(key), usv(init[key]));
    }
    return [...record];
  }
  if (typeof method !== 'function') {
    throw coded(TypeError, 'ERR_ARG_NOT_ITERABLE', 'Query pairs must be iterable');
  }
  return Array.from(init, (pair) => {
    if (pair === null || typeof pair !== 'object' || typeof pair[Symbol.iterator] !== 'function') {
      throw tuple();
    }
    const items = [...pair];
    if (items.length !== 2) throw tuple();
    return [usv(items[0]), usv(items[1])];
  });
}

function tuple() {
  return coded(TypeError, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
}

class URLSearchParams {
  #pairs = [];
  #changed = undefined;

  constructor(init = undefined) {
    if (init !== undefined && init !== null) this.#pairs = pairsFrom(init);
  }

  /** The parameters of a URL: `changed` is told the new query after each change. */
  static attached(query, changed) {
    const params = new URLSearchParams();
    params.#pairs = parsePairs(query);
    params.#changed = changed;
    return params;
  }

  /** Takes over the query that its URL has now. */
  static refresh(params, query) {
    params.#pairs = parsePairs(query);
  }

  #update() {
    this.#changed?.(this.toString());
  }

  get size() {
    return this.#pairs.length;
  }

  append(name, value) {
    needArgs(2, arguments, 'name', 'value');
    this.#pairs.push([usv(name), usv(value)]);
    this.#update();
  }

  delete(name, value = undefined) {
    needArgs(1, arguments, 'name');
    const wanted = usv(name);
    const only = value === undefined ? undefined : usv(value);
    this.#pairs = this.#pairs.filter(([key, item]) => key !== wanted || (only !== undefined && item !== only));
    this.#update();
  }

  get(name) {
    needArgs(1, arguments, 'name');
    const wanted = usv(name);
    return this.#pairs.find(([key]) => key === wanted)?.[1] ?? null;
  }

  getAll(name) {
    needArgs(1, arguments, 'name');
    const wanted = usv(name);
    return this.#pairs.filter(([key]) => key === wanted).map(([, value]) => value);
  }

  has(name, value = undefined) {
    needArgs(1, arguments, 'name');
    const wanted = usv(name);
    const only = value === undefined ? undefined : usv(value);
    return this.#pairs.some(([key, item]) => key === wanted && (only === undefined || item === only));
  }

  set(name, value) {
    needArgs(2, arguments, 'name', 'value');
    const wanted = usv(name);
    const first = this.#pairs.find(([key]) => key === wanted);
    if (first === undefined) {
      this.#pairs.push([wanted, usv(value)]);
    } else {
      first[1] = usv(value);
      this.#pairs = this.#pairs.filter((pair) => pair[0] !== wanted || pair === first);
    }
    this.#update();
  }

  sort() {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#update();
  }

  forEach(callback, thisArg = undefined) {
    needFunction(callback, 'callback');
    // By index: the callback may change the list.
    for (let i = 0; i < this.#pairs.length; i++) {
      const [name, value] = this.#pairs[i];
      callback.call(thisArg, value, name, this);
    }
  }

  entries() {
    return iterate(() => this.#pairs, ([name, value]) => [name, value]);
  }

  keys() {
    return iterate(() => this.#pairs, ([name]) => name);
  }

  values() {
    return iterate(() => this.#pairs, ([, value]) => value);
  }

  toString() {
    return native.writeForm(this.#pairs.flat());
  }

  [CUSTOM](depth, options) {
    if (typeof depth === 'number' && depth < 0) return options.stylize('[Object]', 'special');
    const { inspect } = require('internal/inspect');
    const inner = { ...options, ...(depth === null ? {} : { depth: depth - 1 }) };
    const shown = this.#pairs.map(([name, value]) => `${inspect(name, inner)} => ${inspect(value, inner)}`);
    return wrapped('URLSearchParams', shown, options);
  }
}

function wrapped(name, shown, options) {
  const { stripControl } = require('internal/inspect_text');
  const length = shown.reduce((sum, part) => sum + stripControl(part).length + 2, -2);
  if (shown.length === 0) return `${name} {}`;
  if (length > options.breakLength) return `${name} {\n  ${shown.join(',\n  ')} }`;
  return `${name} { ${shown.join(', ')} }`;
}

const iteratorPrototype = Object.create(
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())), {
    [Symbol.toStringTag]: { value: 'URLSearchParams Iterator', configurable: true },
  });
const states = new WeakMap();

function iterate(pairs, pick) {
  const iterator = Object.create(iteratorPrototype);
  states.set(iterator, { pairs, pick, at: 0 });
  return iterator;
}

Object.assign(iteratorPrototype, {
  next() {
    const state = states.get(this);
    if (state === undefined) throw invalidArgType('this', 'URLSearchParamsIterator', this);
    const pairs = state.pairs();
    if (state.at >= pairs.length) return { value: undefined, done: true };
    return { value: state.pick(pairs[state.at++]), done: false };
  },
});
Object.defineProperty(iteratorPrototype, CUSTOM, {
  value(depth, options) {
    const { pairs, pick, at } = states.get(this);
    const { inspect } = require('internal/inspect');
    const shown = pairs().slice(at).map((pair) => inspect(pick(pair), options));
    return wrapped('URLSearchParams Iterator', shown, options);
  },
});

for (const name of ['append', 'delete', 'get', 'getAll', 'has', 'set', 'sort', 'entries', 'forEach', 'keys', 'values',
  'toString', 'size']) {
  Object.defineProperty(URLSearchParams.prototype, name, { enumerable: true });
}
Object.defineProperties(URLSearchParams.prototype, {
  [Symbol.toStringTag]: { value: 'URLSearchParams', configurable: true },
  [Symbol.iterator]: { value: URLSearchParams.prototype.entries, configurable: true, writable: true },
});

const { attached, refresh } = URLSearchParams;
delete URLSearchParams.attached;
delete URLSearchParams.refresh;

Object.assign(exports, { URLSearchParams, attached, refresh });
