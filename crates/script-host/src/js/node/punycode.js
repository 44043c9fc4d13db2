'use strict';
// Punycode (RFC 3492), with the names and errors of the package that Node has.

const MAX = 2 ** 31 - 1;
const SEPARATORS = /[\x2e\u3002\uff0e\uff61]/g;

const overflow = () => new RangeError('Overflow: input needs wider integers to process');
const invalid = () => new RangeError('Invalid input');

function ucs2decode(text) {
  return Array.from(text, (char) => char.codePointAt(0));
}

function ucs2encode(points) {
  let out = '';
  for (const point of points) out += String.fromCodePoint(point);
  return out;
}

function adapt(delta, count, first) {
  let rest = first ? Math.floor(delta / 700) : delta >> 1;
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor((36 * rest) / (rest + 38));
}

const digit = (value) => String.fromCharCode(value < 26 ? value + 97 : value + 22);
const threshold = (k, bias) => Math.min(Math.max(k - bias, 1), 26);

function digitValue(code) {
  if (code >= 48 && code < 58) return code - 22;
  if (code >= 65 && code < 91) return code - 65;
  return code >= 97 && code < 123 ? code - 97 : 36;
}

function encode(input) {
  const points = ucs2decode(input);
  let out = '';
  for (const point of points) if (point < 128) out += String.fromCharCode(point);
  const basic = out.length;
  if (basic > 0) out += '-';
  const rest = [...new Set(points.filter((point) => point >= 128))].sort((a, b) => a - b);
  let [handled, delta, bias, n] = [basic, 0, 72, 128];
  for (const next of rest) {
    if (next - n > Math.floor((MAX - delta) / (handled + 1))) throw overflow();
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of points) {
      if (point < n && ++delta > MAX) throw overflow();
      if (point !== n) continue;
      let q = delta;
      for (let k = 36; ; k += 36) {
        const t = threshold(k, bias);
        if (q < t) break;
        out += digit(t + ((q - t) % (36 - t)));
        q = Math.floor((q - t) / (36 - t));
      }
      out += digit(q);
      bias = adapt(delta, handled + 1, handled === basic);
      delta = 0;
      handled++;
    }
    delta++;
    n++;
  }
  return out;
}

function decode(input) {
  const cut = Math.max(input.lastIndexOf('-'), 0);
  const points = [];
  for (let at = 0; at < cut; at++) {
    if (input.charCodeAt(at) >= 128) throw new RangeError('Illegal input >= 0x80 (not a basic code point)');
    points.push(input.charCodeAt(at));
  }
  let [n, i, bias, at] = [128, 0, 72, cut > 0 ? cut + 1 : 0];
  while (at < input.length) {
    const before = i;
    for (let [weight, k] = [1, 36]; ; k += 36) {
      if (at >= input.length) throw invalid();
      const value = digitValue(input.charCodeAt(at++));
      if (value >= 36) throw invalid();
      if (value > Math.floor((MAX - i) / weight)) throw overflow();
      i += value * weight;
      const t = threshold(k, bias);
      if (value < t) break;
      if (weight > Math.floor(MAX / (36 - t))) throw overflow();
      weight *= 36 - t;
    }
    const length = points.length + 1;
    bias = adapt(i - before, length, before === 0);
    if (Math.floor(i / length) > MAX - n) throw overflow();
    n += Math.floor(i / length);
    i %= length;
    if (n > 0x10ffff) throw invalid();
    points.splice(i++, 0, n);
  }
  return ucs2encode(points);
}

// Of an address, the part behind the `@` is the domain.
function mapDomain(text, change) {
  const at = text.indexOf('@');
  const last = text.lastIndexOf('@');
  const [before, domain] = at === -1 ? ['', text] :
    [text.slice(0, at + 1), at === last ? text.slice(at + 1) : text.slice(at + 1, text.indexOf('@', at + 1))];
  return before + domain.replace(SEPARATORS, '.').split('.').map(change).join('.');
}

function toASCII(text) {
  return mapDomain(text, (label) => (/[^\0-\x7f]/.test(label) ? `xn--${encode(label)}` : label));
}

function toUnicode(text) {
  return mapDomain(text, (label) => (label.startsWith('xn--') ? decode(label.slice(4).toLowerCase()) : label));
}

Object.assign(exports, {
  version: '2.1.0', ucs2: { decode: ucs2decode, encode: ucs2encode }, decode, encode, toASCII, toUnicode,
});
