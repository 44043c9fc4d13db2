'use strict';
// util.inspect. The output is Node's, byte for byte; the steps follow from that.

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

// Set before the parts are loaded, since they need this module too.
Object.assign(exports, { inspect, formatValue, formatProperty, formatLoose, plain, isBuiltIn, targetOf });

const layout = require('internal/inspect_layout');
const text = require('internal/inspect_text');
const kinds = require('internal/inspect_kinds');
const { classify, noParts } = require('internal/inspect_classify');
const types = binding('types');

const { prefix } = kinds;

const DEFAULTS = {
  showHidden: false,
  depth: 2,
  colors: false,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100,
  maxStringLength: 10000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
  numericSeparator: false,
};

const BUILT_IN = new Set([
  'AggregateError', 'Array', 'ArrayBuffer', 'Atomics', 'BigInt', 'BigInt64Array', 'BigUint64Array',
  'Boolean', 'DataView', 'Date', 'Error', 'EvalError', 'FinalizationRegistry', 'Float32Array',
  'Float64Array', 'Function', 'Infinity', 'Int16Array', 'Int32Array', 'Int8Array', 'JSON', 'Map',
  'Math', 'NaN', 'Number', 'Object', 'Promise', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect',
  'RegExp', 'Set', 'SharedArrayBuffer', 'String', 'Symbol', 'SyntaxError', 'TypeError', 'URIError',
  'Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakRef', 'WeakSet',
]);

/** Whether `name` names a class of the language itself. */
function isBuiltIn(name) {
  return BUILT_IN.has(name);
}

/** The object behind a proxy (and behind the proxy behind it); null when that was revoked. */
function targetOf(value) {
  let target = value;
  while (types.isProxy(target)) {
    target = detailsOf(target)?.[0] ?? null;
    if (target === null) return null;
  }
  return target;
}

/** `[target, handler]` of a proxy; undefined when it was revoked. */
function detailsOf(proxy) {
  try {
    const details = types.getProxyDetails(proxy);
    return details?.[0] === null ? undefined : details;
  } catch {
    return undefined;
  }
}

function plain(value) {
  return value;
}

function colored(value, style) {
  const color = inspect.styles[style];
  if (color === undefined) return value;
  const codes = inspect.colors[color];
  return `\u001b[${codes[0]}m${value}\u001b[${codes[1]}m`;
}

function inspect(value, opts, depth, colors) {
  const ctx = {
    budget: {},
    indentationLvl: 0,
    seen: [],
    currentDepth: 0,
    stylize: plain,
    ...DEFAULTS,
  };
  // The form with positions is older than the one with options.
  if (depth !== undefined) ctx.depth = depth;
  if (colors !== undefined) ctx.colors = colors;
  if (typeof opts === 'boolean') {
    ctx.showHidden = opts;
  } else if (opts) {
    for (const key of Object.keys(opts)) {
      if (Object.hasOwn(DEFAULTS, key) || key === 'stylize') ctx[key] = opts[key];
      else if (ctx.userOptions === undefined) ctx.userOptions = opts;
    }
  }
  if (ctx.colors) ctx.stylize = colored;
  if (ctx.maxArrayLength === null) ctx.maxArrayLength = Infinity;
  if (ctx.maxStringLength === null) ctx.maxStringLength = Infinity;
  return formatValue(ctx, value, 0);
}

inspect.custom = CUSTOM;

Object.defineProperty(inspect, 'defaultOptions', {
  configurable: false,
  enumerable: true,
  get: () => DEFAULTS,
  set(options) {
    require('internal/errors').needObject(options, 'options');
    Object.assign(DEFAULTS, options);
  },
});

/** Shows a value inside a text, whatever it is. */
function formatLoose(value) {
  return typeof value === 'symbol' ? value.toString() : `${value}`;
}

function userOptions(ctx) {
  const options = { stylize: ctx.stylize, showHidden: ctx.showHidden, depth: ctx.depth };
  for (const key of Object.keys(DEFAULTS)) options[key] = ctx[key];
  return { ...options, ...ctx.userOptions };
}

/** Shows one value. `typedArray` is set for the buffer of a typed array, shown by size only. */
function formatValue(ctx, value, recurseTimes, typedArray) {
  if (value === null) return ctx.stylize('null', 'null');
  if (typeof value !== 'object' && typeof value !== 'function') {
    return text.formatPrimitive(ctx.stylize, value, ctx);
  }
  let target = value;
  if (types.isProxy(value)) {
    const details = detailsOf(value);
    if (ctx.showProxy && details !== undefined) return kinds.formatProxy(ctx, details, recurseTimes);
    // No trap of a proxy runs: what is shown is what it stands for.
    target = targetOf(value);
    if (target === null) return ctx.stylize('<Revoked Proxy>', 'special');
  }
  if (ctx.customInspect) {
    const custom = target[CUSTOM];
    if (typeof custom === 'function' && custom !== inspect && !isPrototype(target)) {
      const depth = ctx.depth === null ? null : ctx.depth - recurseTimes;
      const result = custom.call(value, depth, userOptions(ctx), inspect);
      if (result !== value) {
        const shown = typeof result === 'object' ? formatValue(ctx, result, recurseTimes) : formatLoose(result);
        return shown.replaceAll('\n', `\n${' '.repeat(ctx.indentationLvl)}`);
      }
    }
  }
  if (ctx.seen.includes(target)) {
    ctx.circular ??= new Map();
    let index = ctx.circular.get(target);
    if (index === undefined) {
      index = ctx.circular.size + 1;
      ctx.circular.set(target, index);
    }
    return ctx.stylize(`[Circular *${index}]`, 'special');
  }
  return formatRaw(ctx, target, recurseTimes, typedArray);
}

// Class prototypes are shown as they are: their `custom` method expects an instance.
function isPrototype(value) {
  return value.constructor && value.constructor.prototype === value;
}

/** The name of the class of `object`: null without prototype, `Foo <Bar>` for unusual chains. */
function className(object, ctx, recurseTimes, protoProps) {
  let first;
  let current = object;
  while (current !== null) {
    const found = Object.getOwnPropertyDescriptor(current, 'constructor')?.value;
    if (typeof found === 'function' && found.name !== '' && isInstance(object, found)) {
      if (protoProps !== undefined && (first !== current || !BUILT_IN.has(found.name))) {
        addPrototypeKeys(ctx, object, first || object, recurseTimes, protoProps);
      }
      return String(found.name);
    }
    current = Object.getPrototypeOf(current);
    if (first === undefined) first = current;
  }
  if (first === null) return null;
  const own = types.getConstructorName(object);
  if (recurseTimes > ctx.depth && ctx.depth !== null) return `${own} <Complex prototype>`;
  const parent = className(first, ctx, recurseTimes + 1, protoProps);
  if (parent !== null) return `${own} <${parent}>`;
  return `${own} <${inspect(first, { ...ctx, customInspect: false, depth: -1 })}>`;
}

function isInstance(object, found) {
  try {
    return object instanceof found;
  } catch {
    return false;
  }
}

// With showHidden, the getters and values that an object's own classes define are shown too.
function addPrototypeKeys(ctx, main, from, recurseTimes, output) {
  let object = from;
  let seen = new Set();
  let keys = [];
  for (let depth = 0; depth < 3; depth++) {
    if (depth !== 0 || main === object) {
      object = Object.getPrototypeOf(object);
      if (object === null) break;
      const found = Object.getOwnPropertyDescriptor(object, 'constructor')?.value;
      if (typeof found === 'function' && BUILT_IN.has(found.name)) break;
    }
    for (const key of keys) seen.add(key);
    keys = Reflect.ownKeys(object);
    ctx.seen.push(main);
    for (const key of keys) {
      if (key === 'constructor' || Object.hasOwn(main, key) || (depth !== 0 && seen.has(key))) continue;
      const desc = Object.getOwnPropertyDescriptor(object, key);
      if (typeof desc.value === 'function') continue;
      const shown = formatProperty(ctx, object, recurseTimes, key, layout.OBJECT, desc, main);
      output.push(ctx.colors ? `\u001b[2m${shown}\u001b[22m` : shown);
    }
    ctx.seen.pop();
  }
}

function formatRaw(ctx, value, recurseTimes, typedArray) {
  let protoProps;
  if (ctx.showHidden && (recurseTimes <= ctx.depth || ctx.depth === null)) protoProps = [];
  const constructor = className(value, ctx, recurseTimes, protoProps);
  if (protoProps !== undefined && protoProps.length === 0) protoProps = undefined;

  let tag = value[Symbol.toStringTag];
  // An own tag is listed among the keys.
  const listed = ctx.showHidden ? Object.hasOwn : (object, key) => Object.prototype.propertyIsEnumerable.call(object, key);
  if (typeof tag !== 'string' || (tag !== '' && listed(value, Symbol.toStringTag))) tag = '';

  const found = classify(ctx, value, constructor, tag, recurseTimes, protoProps, typedArray);
  if (found.done !== undefined) return found.done;
  let { base = '' } = found;
  const { keys, braces = ['{', '}'], parts = noParts, kind = layout.OBJECT } = found;

  if (recurseTimes > ctx.depth && ctx.depth !== null) {
    const name = prefix(constructor, tag, 'Object').slice(0, -1);
    return ctx.stylize(constructor !== null ? `[${name}]` : name, 'special');
  }
  const times = recurseTimes + 1;
  ctx.seen.push(value);
  ctx.currentDepth = times;
  let output;
  const level = ctx.indentationLvl;
  try {
    output = parts(ctx, value, times, parts === kinds.formatIterator ? braces : keys);
    for (const key of keys) output.push(formatProperty(ctx, value, times, key, kind));
    if (protoProps !== undefined) output.push(...protoProps);
  } catch (error) {
    return tooDeep(ctx, error, constructor, tag, level);
  }
  if (ctx.circular !== undefined) {
    const index = ctx.circular.get(value);
    if (index !== undefined) {
      const reference = ctx.stylize(`<ref *${index}>`, 'special');
      if (ctx.compact === true) braces[0] = `${reference} ${braces[0]}`;
      else base = base === '' ? reference : `${reference} ${base}`;
    }
  }
  ctx.seen.pop();
  if (ctx.sorted) sortParts(ctx, output, keys, kind);

  const result = layout.join(ctx, output, base, braces, kind, times, value);
  // Against objects whose text grows without end: from here on show only names.
  const spent = (ctx.budget[ctx.indentationLvl] || 0) + result.length;
  ctx.budget[ctx.indentationLvl] = spent;
  if (spent > 2 ** 27) ctx.depth = -1;
  return result;
}

function sortParts(ctx, output, keys, kind) {
  const order = ctx.sorted === true ? undefined : ctx.sorted;
  if (kind === layout.OBJECT) {
    output.sort(order);
  } else if (keys.length > 1) {
    const from = output.length - keys.length;
    output.push(...output.splice(from).sort(order));
  }
}

function tooDeep(ctx, error, constructor, tag, level) {
  const overflow = (error instanceof RangeError || error instanceof Error) && /call stack/i.test(error.message);
  if (!overflow) throw error;
  ctx.seen.pop();
  ctx.indentationLvl = level;
  const name = prefix(constructor, tag, 'Object').slice(0, -1);
  return ctx.stylize(
    `[${name}: Inspection interrupted prematurely. Maximum call stack size exceeded.]`, 'special');
}

/** Shows `key: value`, or the value alone for the items of an array. */
function formatProperty(ctx, value, recurseTimes, key, kind, descriptor, original = value) {
  const desc = descriptor || Object.getOwnPropertyDescriptor(value, key) ||
    { value: value[key], configurable: true, enumerable: true };
  let gap = ' ';
  let shown;
  if (desc.value !== undefined) {
    const indent = ctx.compact !== true || kind !== layout.OBJECT ? 2 : 3;
    ctx.indentationLvl += indent;
    shown = formatValue(ctx, desc.value, recurseTimes);
    if (indent === 3 && ctx.breakLength < text.width(shown, ctx.colors)) {
      gap = `\n${' '.repeat(ctx.indentationLvl)}`;
    }
    ctx.indentationLvl -= indent;
  } else if (desc.get !== undefined) {
    shown = formatGetter(ctx, desc, recurseTimes, original);
  } else if (desc.set !== undefined) {
    shown = ctx.stylize('[Setter]', 'special');
  } else {
    shown = ctx.stylize('undefined', 'undefined');
  }
  return kind === layout.ITEM ? shown : `${formatKey(ctx, key, desc)}:${gap}${shown}`;
}

function formatKey(ctx, key, desc) {
  if (typeof key === 'symbol') return `[${ctx.stylize(text.escapePlain(key.toString()), 'symbol')}]`;
  if (key === '__proto__') return "['__proto__']";
  if (desc.enumerable === false) return `[${text.escapePlain(String(key))}]`;
  if (/^[a-zA-Z_][a-zA-Z_0-9]*$/.test(key)) return ctx.stylize(key, 'name');
  return ctx.stylize(text.quote(String(key)), 'string');
}

function formatGetter(ctx, desc, recurseTimes, original) {
  const label = desc.set !== undefined ? 'Getter/Setter' : 'Getter';
  const wanted = ctx.getters === true || ctx.getters === (desc.set === undefined ? 'get' : 'set');
  const special = (value) => ctx.stylize(value, 'special');
  if (!wanted) return special(`[${label}]`);
  const labelled = (inner) => `${special(`[${label}:`)} ${inner}${special(']')}`;
  try {
    const got = desc.get.call(original);
    ctx.indentationLvl += 2;
    let shown;
    if (got === null) shown = labelled(ctx.stylize('null', 'null'));
    else if (typeof got === 'object') shown = `${special(`[${label}]`)} ${formatValue(ctx, got, recurseTimes)}`;
    else if (typeof got === 'function') shown = labelled(formatValue(ctx, got, recurseTimes));
    else shown = labelled(text.formatPrimitive(ctx.stylize, got, ctx));
    ctx.indentationLvl -= 2;
    return shown;
  } catch (error) {
    return labelled(`<Inspection threw (${error.message})>`);
  }
}

Object.assign(inspect, require('internal/inspect_colors'));
