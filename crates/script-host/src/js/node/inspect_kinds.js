'use strict';
// How util.inspect shows each kind of object: functions, collections, buffers, promises.

const { ITEM, ARRAY_EXTRAS, join } = require('internal/inspect_layout');
const { formatNumber, formatBigInt, formatPrimitive } = require('internal/inspect_text');
const types = binding('types');
// These two modules need each other; its functions are read when they are called.
const inspector = require('internal/inspect');

const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const typedArrayKind = Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag).get;
const typedArrayLength = Object.getOwnPropertyDescriptor(typedArray, 'length').get;

/** What stands before the braces: `Foo(2) [Tag] `. */
function prefix(constructor, tag, fallback, size = '') {
  if (constructor === null) {
    const shown = `[${fallback}${size}: null prototype] `;
    return tag !== '' && fallback !== tag ? `${shown}[${tag}] ` : shown;
  }
  return tag !== '' && constructor !== tag ? `${constructor}${size} [${tag}] ` : `${constructor}${size} `;
}

function more(count, what = 'item') {
  return `... ${count} more ${what}${count > 1 ? 's' : ''}`;
}

function limit(ctx, length) {
  return Math.min(Math.max(0, ctx.maxArrayLength), length);
}

/** Runs `body` with what it shows indented by two more columns. */
function indented(ctx, body) {
  ctx.indentationLvl += 2;
  const result = body();
  ctx.indentationLvl -= 2;
  return result;
}

// --- functions ---

function functionBase(value, constructor, tag) {
  const source = Function.prototype.toString.call(value);
  if (source.startsWith('class') && source.endsWith('}')) {
    const rest = source.slice(5, -1);
    const brace = rest.indexOf('{');
    const head = rest.slice(0, brace);
    // `class(a) {}` would be a method of that name, unless the parenthesis is in a comment.
    if (brace !== -1 && (!head.includes('(') || /^\s+[^(]*?\{/.test(stripComments(rest)))) {
      return classBase(value, constructor, tag);
    }
  }
  if (isBuiltinClass(value, source)) return classBase(value, constructor, tag);
  let kind = 'Function';
  if (types.isGeneratorFunction(value)) kind = `Generator${kind}`;
  if (types.isAsyncFunction(value)) kind = `Async${kind}`;
  let base = `[${kind}`;
  if (constructor === null) base += ' (null prototype)';
  base += value.name === '' ? ' (anonymous)' : `: ${inspector.formatLoose(value.name)}`;
  base += ']';
  if (constructor !== kind && constructor !== null) base += ` ${constructor}`;
  if (tag !== '' && constructor !== tag) base += ` [${tag}]`;
  return base;
}

// Classes of the builtin modules come without their text. Unlike those of the engine they are compiled functions,
// and unlike other functions they have a fixed prototype.
function isBuiltinClass(value, source) {
  return source.endsWith('[native code]\n}') && types.isSameClass(value, functionBase)
    && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

function stripComments(source) {
  return source.replace(/\/\/.*?\n|\/\*[\s\S]*?\*\//g, '');
}

function classBase(value, constructor, tag) {
  const name = (Object.hasOwn(value, 'name') && value.name) || '(anonymous)';
  let base = `class ${name}`;
  if (constructor !== 'Function' && constructor !== null) base += ` [${constructor}]`;
  if (tag !== '' && constructor !== tag) base += ` [${tag}]`;
  if (constructor === null) {
    base += ' extends [null prototype]';
  } else {
    const superName = Object.getPrototypeOf(value).name;
    if (superName) base += ` extends ${superName}`;
  }
  return `[${base}]`;
}

// --- boxed primitives ---

const BOXES = [
  ['Number', 'isNumberObject', Number.prototype.valueOf],
  ['String', 'isStringObject', String.prototype.valueOf],
  ['Boolean', 'isBooleanObject', Boolean.prototype.valueOf],
  ['BigInt', 'isBigIntObject', BigInt.prototype.valueOf],
  ['Symbol', 'isSymbolObject', Symbol.prototype.valueOf],
];

function boxedBase(value, ctx, keys, constructor, tag) {
  const [kind, , valueOf] = BOXES.find(([, is]) => types[is](value));
  // The characters of a string are keys of it; they are shown already.
  if (kind === 'String') keys.splice(0, value.length);
  let base = `[${kind}`;
  if (kind !== constructor) base += constructor === null ? ' (null prototype)' : ` (${constructor})`;
  base += `: ${formatPrimitive((text) => text, valueOf.call(value), ctx)}]`;
  if (tag !== '' && tag !== constructor) base += ` [${tag}]`;
  if (keys.length !== 0 || ctx.stylize === inspector.plain) return base;
  return ctx.stylize(base, kind.toLowerCase());
}

// --- arrays and buffers ---

function formatArray(ctx, value, recurseTimes) {
  const length = limit(ctx, value.length);
  const output = [];
  for (let i = 0; i < length; i++) {
    if (!Object.hasOwn(value, i)) return formatHoles(ctx, value, recurseTimes, length, output, i);
    output.push(inspector.formatProperty(ctx, value, recurseTimes, i, ITEM));
  }
  if (value.length > length) output.push(more(value.length - length));
  return output;
}

// Goes over the keys, so that a huge array with few items costs little.
function formatHoles(ctx, value, recurseTimes, length, output, from) {
  const empty = (count) => ctx.stylize(`<${count} empty item${count > 1 ? 's' : ''}>`, 'undefined');
  const keys = Object.keys(value);
  let index = from;
  for (let i = from; i < keys.length && output.length < length; i++) {
    const key = keys[i];
    if (!/^(?:0|[1-9]\d*)$/.test(key) || Number(key) > 2 ** 32 - 2) break;
    if (String(index) !== key) {
      output.push(empty(key - index));
      index = Number(key);
      if (output.length === length) break;
    }
    output.push(inspector.formatProperty(ctx, value, recurseTimes, key, ITEM));
    index++;
  }
  const rest = value.length - index;
  if (rest > 0) output.push(output.length === length ? more(rest) : empty(rest));
  return output;
}

function formatTypedArray(ctx, original, recurseTimes) {
  // Without a prototype it has no `length` and so on.
  const value = Object.getPrototypeOf(original) === null ? copyOf(original) : original;
  const length = limit(ctx, value.length);
  const format = typeof value[0] === 'bigint' ? formatBigInt : formatNumber;
  const output = [];
  for (let i = 0; i < length; i++) output.push(format(ctx.stylize, value[i], ctx.numericSeparator));
  if (value.length > length) output.push(more(value.length - length));
  if (ctx.showHidden) {
    indented(ctx, () => {
      for (const key of ['BYTES_PER_ELEMENT', 'length', 'byteLength', 'byteOffset', 'buffer']) {
        output.push(`[${key}]: ${inspector.formatValue(ctx, value[key], recurseTimes, true)}`);
      }
    });
  }
  return output;
}

function copyOf(typedArray) {
  return new globalThis[typedArrayKind.call(typedArray)](typedArray);
}

function formatArrayBuffer(ctx, value) {
  let bytes;
  try {
    bytes = new Uint8Array(value);
  } catch {
    return [ctx.stylize('(detached)', 'special')];
  }
  const shown = limit(ctx, bytes.length);
  let hex = '';
  for (let i = 0; i < shown; i++) hex += `${i > 0 ? ' ' : ''}${bytes[i].toString(16).padStart(2, '0')}`;
  if (bytes.length > shown) hex += ` ${more(bytes.length - shown, 'byte')}`;
  return [`${ctx.stylize('[Uint8Contents]', 'special')}: <${hex}>`];
}

// --- collections ---

const setValues = Set.prototype.values;
const mapEntries = Map.prototype.entries;
const setSize = Object.getOwnPropertyDescriptor(Set.prototype, 'size').get;
const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get;

/** The true size, whatever the object's own `size` says. */
function sizeOf(value) {
  return types.isMap(value) ? mapSize.call(value) : setSize.call(value);
}

function formatSet(ctx, value, recurseTimes) {
  return formatItems(ctx, setValues.call(value), sizeOf(value),
    (item) => inspector.formatValue(ctx, item, recurseTimes));
}

function formatMap(ctx, value, recurseTimes) {
  return formatItems(ctx, mapEntries.call(value), sizeOf(value), ([key, item]) =>
    `${inspector.formatValue(ctx, key, recurseTimes)} => ${inspector.formatValue(ctx, item, recurseTimes)}`);
}

function formatItems(ctx, iterator, size, show) {
  const most = limit(ctx, size);
  const output = [];
  indented(ctx, () => {
    for (const item of iterator) {
      if (output.length >= most) break;
      output.push(show(item));
    }
  });
  if (size > most) output.push(more(size - most));
  return output;
}

function formatIterator(ctx, value, recurseTimes, braces) {
  // An engine that cannot look into an iterator without moving it has no `previewEntries`.
  if (types.previewEntries === undefined) return formatWeak(ctx);
  const [entries, pairs] = types.previewEntries(value);
  if (!pairs) {
    return formatItems(ctx, entries, entries.length, (item) => inspector.formatValue(ctx, item, recurseTimes));
  }
  braces[0] = braces[0].replace(/ Iterator] {$/, ' Entries] {');
  const rows = [];
  for (let i = 0; i < entries.length; i += 2) rows.push([entries[i], entries[i + 1]]);
  return formatItems(ctx, rows, rows.length, (row) => {
    const shown = row.map((item) => inspector.formatValue(ctx, item, recurseTimes));
    return join(ctx, shown, '', ['[', ']'], ARRAY_EXTRAS, recurseTimes);
  });
}

function iteratorBraces(kind, tag) {
  const shown = tag === `${kind} Iterator` || tag === '' ? '' : `${tag}] [`;
  return [`[${shown}${kind} Iterator] {`, '}'];
}

function formatWeak(ctx) {
  return [ctx.stylize('<items unknown>', 'special')];
}

// --- others ---

const PENDING = 0;
const REJECTED = 2;

function formatPromise(ctx, value, recurseTimes) {
  const [state, result] = types.getPromiseDetails(value);
  if (state === PENDING) return [ctx.stylize('<pending>', 'special')];
  const shown = indented(ctx, () => inspector.formatValue(ctx, result, recurseTimes));
  return [state === REJECTED ? `${ctx.stylize('<rejected>', 'special')} ${shown}` : shown];
}

function formatProxy(ctx, [target, handler], recurseTimes) {
  if (recurseTimes > ctx.depth && ctx.depth !== null) return ctx.stylize('Proxy [Array]', 'special');
  const times = recurseTimes + 1;
  const shown = indented(ctx, () => [
    inspector.formatValue(ctx, target, times),
    inspector.formatValue(ctx, handler, times),
  ]);
  return join(ctx, shown, '', ['Proxy [', ']'], ARRAY_EXTRAS, times);
}

function formatNamespace(ctx, value, recurseTimes, keys) {
  const output = keys.map((key) => {
    try {
      return inspector.formatProperty(ctx, value, recurseTimes, key, 0);
    } catch {
      // A binding that is not initialised yet.
      const name = /^[a-zA-Z_]\w*$/.test(key) ? key : `'${key}'`;
      return `${ctx.stylize(name, 'name')}: ${ctx.stylize('<uninitialized>', 'special')}`;
    }
  });
  keys.length = 0;
  return output;
}

Object.assign(exports, {
  prefix,
  functionBase,
  boxedBase,
  formatArray,
  formatTypedArray,
  formatArrayBuffer,
  formatSet,
  formatMap,
  formatIterator,
  iteratorBraces,
  formatWeak,
  formatPromise,
  formatProxy,
  formatNamespace,
  sizeOf,
  lengthOf: (value) => typedArrayLength.call(value),
  kindOf: (value) => typedArrayKind.call(value),
});
