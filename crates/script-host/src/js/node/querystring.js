'use strict';
// The querystring module.

const { Buffer } = require('buffer');

function escape(value) {
  const text = typeof value === 'string' ? value : typeof value === 'object' ? String(value) : `${value}`;
  try {
    return encodeURIComponent(text);
  } catch {
    throw require('internal/errors').coded(URIError, 'ERR_INVALID_URI', 'URI malformed', escape);
  }
}

/** Decodes percent signs to bytes; what is no escape stays. */
function unescapeBuffer(text) {
  const source = Buffer.from(String(text));
  const out = Buffer.alloc(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const pair = source[i] === 37 ? source.latin1Slice(i + 1, i + 3) : '';
    if (/^[0-9a-fA-F]{2}$/.test(pair)) {
      out[length++] = Number.parseInt(pair, 16);
      i += 2;
    } else {
      out[length++] = source[i];
    }
  }
  return out.subarray(0, length);
}

function unescape(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return exports.unescapeBuffer(text).toString();
  }
}

function primitive(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return `${value}`;
  if (typeof value === 'bigint' || typeof value === 'boolean') return `${value}`;
  return '';
}

function stringify(object, separator, equals, options) {
  const sep = separator || '&';
  const eq = equals || '=';
  const encode = typeof options?.encodeURIComponent === 'function' ? options.encodeURIComponent : exports.escape;
  if (object === null || typeof object !== 'object') return '';
  const parts = [];
  for (const key of Object.keys(object)) {
    const name = encode(primitive(key));
    const values = Array.isArray(object[key]) ? object[key] : [object[key]];
    for (const value of values) parts.push(`${name}${eq}${encode(primitive(value))}`);
  }
  return parts.join(sep);
}

function parse(text, separator, equals, options) {
  const result = Object.create(null);
  if (typeof text !== 'string' || text.length === 0) return result;
  const sep = separator ? `${separator}` : '&';
  const eq = equals ? `${equals}` : '=';
  const most = typeof options?.maxKeys === 'number' ? options.maxKeys : 1000;
  const decode = typeof options?.decodeURIComponent === 'function' ? options.decodeURIComponent : exports.unescape;
  const plain = (part) => {
    const spaced = part.replaceAll('+', ' ');
    if (!spaced.includes('%') && decode === unescape) return spaced;
    try {
      return decode(spaced);
    } catch {
      return unescape(spaced);
    }
  };
  let parts = text.split(sep).filter((part) => part !== '');
  if (most > 0) parts = parts.slice(0, most);
  for (const part of parts) {
    const at = part.indexOf(eq);
    const key = plain(at === -1 ? part : part.slice(0, at));
    const value = at === -1 ? '' : plain(part.slice(at + eq.length));
    if (!(key in result)) result[key] = value;
    else if (Array.isArray(result[key])) result[key].push(value);
    else result[key] = [result[key], value];
  }
  return result;
}

Object.assign(exports, { unescapeBuffer, unescape, escape, stringify, encode: stringify, parse, decode: parse });
