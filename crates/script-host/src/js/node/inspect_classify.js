'use strict';
// What kind of object a value is to util.inspect: what stands before its braces, which keys are
// shown, and what makes the parts between the braces.

const layout = require('internal/inspect_layout');
const text = require('internal/inspect_text');
const kinds = require('internal/inspect_kinds');
const errors = require('internal/inspect_error');
const types = binding('types');

const { prefix } = kinds;

function keysOf(value, showHidden) {
  const symbols = Object.getOwnPropertySymbols(value);
  if (showHidden) return Object.getOwnPropertyNames(value).concat(symbols);
  let keys;
  try {
    keys = Object.keys(value);
  } catch {
    // A module namespace with bindings that are not initialised.
    keys = Object.getOwnPropertyNames(value);
  }
  return keys.concat(symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(value, key)));
}

function extraKeys(value, showHidden) {
  return keysOf(value, showHidden).filter((key) => typeof key === 'symbol' || !isIndex(key));
}

function isIndex(key) {
  return /^(?:0|[1-9]\d{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1;
}

function noParts() {
  return [];
}

/**
 * What kind of object it is: `{ base, braces, keys, parts, kind }`, or `{ done }` with the whole
 * text when nothing is to be shown inside.
 */
function classify(ctx, value, constructor, tag, recurseTimes, protoProps, typedArray) {
  const bare = (keys) => keys.length === 0 && protoProps === undefined;
  if (Array.isArray(value)) {
    const before = constructor !== 'Array' || tag !== '' ? prefix(constructor, tag, 'Array', `(${value.length})`) : '';
    const keys = extraKeys(value, ctx.showHidden);
    if (value.length === 0 && bare(keys)) return { done: `${before}[]` };
    return { braces: [`${before}[`, ']'], keys, parts: kinds.formatArray, kind: layout.ARRAY_EXTRAS };
  }
  if (types.isSet(value) || types.isMap(value)) {
    const name = types.isSet(value) ? 'Set' : 'Map';
    const size = kinds.sizeOf(value);
    const before = prefix(constructor, tag, name, `(${size})`);
    const keys = keysOf(value, ctx.showHidden);
    if (size === 0 && bare(keys)) return { done: `${before}{}` };
    return { braces: [`${before}{`, '}'], keys, parts: name === 'Set' ? kinds.formatSet : kinds.formatMap };
  }
  if (types.isTypedArray(value)) {
    const length = kinds.lengthOf(value);
    const before = prefix(constructor, tag, kinds.kindOf(value), `(${length})`);
    const keys = extraKeys(value, ctx.showHidden);
    if (length === 0 && keys.length === 0 && !ctx.showHidden) return { done: `${before}[]` };
    return { braces: [`${before}[`, ']'], keys, parts: kinds.formatTypedArray, kind: layout.ARRAY_EXTRAS };
  }
  const keys = keysOf(value, ctx.showHidden);
  if (types.isMapIterator(value) || types.isSetIterator(value)) {
    const braces = kinds.iteratorBraces(types.isMapIterator(value) ? 'Map' : 'Set', tag);
    return { braces, keys, parts: kinds.formatIterator };
  }
  if (typeof value === 'function') {
    const base = kinds.functionBase(value, constructor, tag);
    return bare(keys) ? { done: ctx.stylize(base, 'special') } : { base, keys };
  }
  if (types.isArgumentsObject(value)) {
    const before = tag !== '' && tag !== 'Arguments' ? prefix(constructor, tag, 'Arguments') : '[Arguments] ';
    return bare(keys) ? { done: `${before}{}` } : { braces: [`${before}{`, '}'], keys };
  }
  if (types.isRegExp(value) || types.isDate(value)) {
    const regexp = types.isRegExp(value);
    let base = regexp ? regexpText(value, constructor) : dateText(value);
    const before = prefix(constructor, tag, regexp ? 'RegExp' : 'Date');
    if (before !== (regexp ? 'RegExp ' : 'Date ')) base = `${before}${base}`;
    const whole = bare(keys) || (regexp && recurseTimes > ctx.depth && ctx.depth !== null);
    return whole ? { done: ctx.stylize(base, regexp ? 'regexp' : 'date') } : { base, keys };
  }
  if (errors.isError(value)) {
    const base = errors.formatError(value, constructor, tag, ctx, keys);
    return bare(keys) ? { done: base } : { base, keys };
  }
  return classifyRest(ctx, value, constructor, tag, keys, bare, typedArray);
}

function classifyRest(ctx, value, constructor, tag, keys, bare, typedArray) {
  const braces = (fallback) => [`${prefix(constructor, tag, fallback)}{`, '}'];
  if (types.isArrayBuffer(value) || types.isSharedArrayBuffer(value)) {
    const name = types.isArrayBuffer(value) ? 'ArrayBuffer' : 'SharedArrayBuffer';
    if (typedArray && bare(keys)) {
      const size = text.formatNumber(ctx.stylize, value.byteLength, false);
      return { done: `${prefix(constructor, tag, name)}{ byteLength: ${size} }` };
    }
    return {
      braces: braces(name),
      keys: ['byteLength', ...keys],
      parts: typedArray ? noParts : kinds.formatArrayBuffer,
    };
  }
  if (types.isDataView(value)) {
    return { braces: braces('DataView'), keys: ['byteLength', 'byteOffset', 'buffer', ...keys] };
  }
  if (types.isPromise(value)) return { braces: braces('Promise'), keys, parts: kinds.formatPromise };
  if (types.isWeakSet(value)) return { braces: braces('WeakSet'), keys, parts: kinds.formatWeak };
  if (types.isWeakMap(value)) return { braces: braces('WeakMap'), keys, parts: kinds.formatWeak };
  if (types.isModuleNamespaceObject(value)) {
    return { braces: braces('Module'), keys, parts: kinds.formatNamespace };
  }
  if (types.isBoxedPrimitive(value)) {
    const base = kinds.boxedBase(value, ctx, keys, constructor, tag);
    return bare(keys) ? { done: base } : { base, keys };
  }
  const name = constructor === null ? ownTag(value) : 'Object';
  const before = constructor === 'Object' && tag === '' ? '' : prefix(constructor, tag, name);
  return bare(keys) ? { done: `${before}{}` } : { braces: [`${before}{`, '}'], keys };
}

function ownTag(value) {
  const tag = Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value;
  return typeof tag === 'string' && tag !== '' ? tag : 'Object';
}

function regexpText(value, constructor) {
  return RegExp.prototype.toString.call(constructor !== null ? value : new RegExp(value));
}

function dateText(value) {
  const time = Date.prototype.getTime.call(value);
  return Number.isNaN(time) ? Date.prototype.toString.call(value) : Date.prototype.toISOString.call(value);
}

Object.assign(exports, { classify, noParts });
