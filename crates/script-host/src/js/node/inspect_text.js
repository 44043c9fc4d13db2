'use strict';
// How util.inspect shows primitives, and how wide text is.

const { grouped } = require('internal/errors');

const NEEDS_ESCAPE = /[\x00-\x1f'\\\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const ESCAPED = /[\x00-\x1f\\\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SHORT = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\\': '\\\\' };

function escapeOne(char) {
  if (SHORT[char]) return SHORT[char];
  const code = char.charCodeAt(0);
  const hex = code.toString(16);
  return code < 256 ? `\\x${hex.toUpperCase().padStart(2, '0')}` : `\\u${hex}`;
}

/** The string as a literal: in single quotes unless it contains them and other quotes do better. */
function quote(text) {
  if (!NEEDS_ESCAPE.test(text)) return `'${text}'`;
  let mark = "'";
  if (text.includes("'")) {
    if (!text.includes('"')) mark = '"';
    else if (!text.includes('`') && !text.includes('${')) mark = '`';
  }
  const escaped = text.replace(ESCAPED, escapeOne);
  return `${mark}${mark === "'" ? escaped.replace(/'/g, "\\'") : escaped}${mark}`;
}

/** Escapes what cannot be shown in a symbol's description. */
function escapePlain(text) {
  return text.replace(ESCAPED, escapeOne);
}

/** Shows a number; with `separate`, digits in groups of three. */
function formatNumber(stylize, number, separate) {
  const text = Object.is(number, -0) ? '-0' : String(number);
  if (!separate || !Number.isFinite(number) || text.includes('e')) return stylize(text, 'number');
  const [whole, fraction] = text.split('.');
  if (fraction === undefined) return stylize(grouped(whole), 'number');
  return stylize(`${grouped(whole)}.${fraction.replace(/(\d{3})(?=\d)/g, '$1_')}`, 'number');
}

function formatBigInt(stylize, value, separate) {
  const text = String(value);
  return stylize(`${separate ? grouped(text) : text}n`, 'bigint');
}

function formatString(stylize, value, ctx) {
  let text = value;
  let trailer = '';
  if (text.length > ctx.maxStringLength) {
    const rest = text.length - ctx.maxStringLength;
    text = text.slice(0, ctx.maxStringLength);
    trailer = `... ${rest} more character${rest > 1 ? 's' : ''}`;
  }
  if (ctx.compact !== true && text.length > 16 && text.length > ctx.breakLength - ctx.indentationLvl - 4) {
    const lines = text.split(/(?<=\n)/).map((line) => stylize(quote(line), 'string'));
    return lines.join(` +\n${' '.repeat(ctx.indentationLvl + 2)}`) + trailer;
  }
  return stylize(quote(text), 'string') + trailer;
}

function formatPrimitive(stylize, value, ctx) {
  switch (typeof value) {
    case 'string': return formatString(stylize, value, ctx);
    case 'number': return formatNumber(stylize, value, ctx.numericSeparator);
    case 'bigint': return formatBigInt(stylize, value, ctx.numericSeparator);
    case 'boolean': return stylize(String(value), 'boolean');
    case 'symbol': return stylize(String(value), 'symbol');
    default: return stylize('undefined', 'undefined');
  }
}

const CONTROL = new RegExp(
  '[\\u001B\\u009B][[\\]()#;?]*' +
  '(?:(?:(?:(?:;[-a-zA-Z\\d\\/\\#&.:=?%@~_]+)*|[a-zA-Z\\d]+(?:;[-a-zA-Z\\d\\/\\#&.:=?%@~_]*)*)?' +
  '(?:\\u0007|\\u001B\\u005C|\\u009C))|' +
  '(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-nq-uy=><~]))', 'g');

/** The text without terminal control sequences. */
function stripControl(text) {
  return text.replace(CONTROL, '');
}

// Two columns wide: CJK, Hangul, kana, full-width forms and emoji.
function isWide(code) {
  return code >= 0x1100 && (
    code <= 0x115f || code === 0x2329 || code === 0x232a || code === 0x231a || code === 0x231b ||
    (code >= 0x23e9 && code <= 0x23ec) || code === 0x23f0 || code === 0x23f3 ||
    (code >= 0x2614 && code <= 0x2615) || (code >= 0x2648 && code <= 0x2653) || code === 0x267f ||
    code === 0x26a1 || code === 0x2705 || code === 0x2728 || code === 0x274c || code === 0x274e ||
    (code >= 0x2753 && code <= 0x2755) || code === 0x2757 || code === 0x2b50 || code === 0x2b55 ||
    (code >= 0x2e80 && code <= 0x3247 && code !== 0x303f) || (code >= 0x3250 && code <= 0x4dbf) ||
    (code >= 0x4e00 && code <= 0xa4c6) || (code >= 0xa960 && code <= 0xa97c) ||
    (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe10 && code <= 0xfe19) || (code >= 0xfe30 && code <= 0xfe6b) ||
    (code >= 0xff01 && code <= 0xff60) || (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1b000 && code <= 0x1b001) || (code >= 0x1f200 && code <= 0x1f251) ||
    (code >= 0x1f300 && code <= 0x1f64f) || (code >= 0x1f680 && code <= 0x1f6ff) ||
    (code >= 0x1f900 && code <= 0x1f9ff) || (code >= 0x1fa70 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd));
}

/** How many terminal columns `text` takes. */
function width(text, colors) {
  const plain = colors ? stripControl(text) : text;
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  let columns = 0;
  for (const char of plain.normalize('NFC')) {
    if (isWide(char.codePointAt(0))) columns += 2;
    else if (!/[\p{M}\p{Cc}\p{Cf}]/u.test(char)) columns += 1;
  }
  return columns;
}

Object.assign(exports, { quote, escapePlain, formatNumber, formatBigInt, formatPrimitive, stripControl, width });
