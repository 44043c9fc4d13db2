'use strict';
// The host of a URL, by the URL standard: domains, IPv4 and IPv6 addresses, opaque hosts.

const FORBIDDEN_HOST = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const FORBIDDEN_DOMAIN = /[\0-\x20"#%/:<>?@[\\\]^`{|}\x7f]/;

const utf8 = () => require('internal/buffer_text').utf8;

/** Percent-encodes the characters for which `inSet` holds. */
function percentEncode(text, inSet) {
  let out = '';
  for (const char of text) {
    if (!inSet(char)) {
      out += char;
      continue;
    }
    for (const byte of utf8().encode(char)) out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** Decodes percent signs; what is not UTF-8 then becomes U+FFFD. */
function percentDecode(text) {
  if (!text.includes('%')) return text;
  const source = utf8().encode(text);
  const out = new Uint8Array(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const pair = source[i] === 37 ? String.fromCharCode(source[i + 1] ?? 0, source[i + 2] ?? 0) : '';
    if (/^[0-9a-fA-F]{2}$/.test(pair)) {
      out[length++] = Number.parseInt(pair, 16);
      i += 2;
    } else {
      out[length++] = source[i];
    }
  }
  return utf8().decode(out.buffer, 0, length);
}

const isC0 = (char) => char < ' ' || char > '~';

/** The host as it is written out, or null when `input` is none. */
function parseHost(input, special) {
  if (input[0] === '[') {
    if (!input.endsWith(']')) return null;
    const pieces = parseIpv6(input.slice(1, -1));
    return pieces && `[${showIpv6(pieces)}]`;
  }
  if (!special) return FORBIDDEN_HOST.test(input) ? null : percentEncode(input, isC0);
  const domain = toAscii(percentDecode(input));
  if (domain === null || domain === '' || FORBIDDEN_DOMAIN.test(domain)) return null;
  return endsInNumber(domain) ? showIpv4(parseIpv4(domain)) : domain;
}

// --- names ---

/**
 * The domain in lower case, with punycode for labels that are not ASCII. Characters are mapped
 * by NFKC, which for names in use agrees with the tables of UTS 46.
 */
function toAscii(domain) {
  const ascii = /^[\0-\x7f]*$/.test(domain);
  const mapped = ascii ? domain.toLowerCase() : mapName(domain);
  const labels = [];
  for (const label of mapped.split('.')) {
    if (/^[\0-\x7f]*$/.test(label)) {
      if (label.startsWith('xn--') && punycodeDecode(label.slice(4)) === null) return null;
      labels.push(label);
      continue;
    }
    if (/[\ufffd\p{Cc}\p{Cs}\p{Cn}\p{Co}\p{Zs}]/u.test(label) || /^(?:xn--|\p{M})/u.test(label)) return null;
    labels.push(`xn--${punycodeEncode(label)}`);
  }
  return labels.join('.');
}

function mapName(domain) {
  return domain
    .replace(/[\u3002\uff0e\uff61]/g, '.')
    .replace(/[\u00ad\u200b\u2060\ufeff\ufe00-\ufe0f]/g, '')
    .toLowerCase()
    .normalize('NFKC')
    .toLowerCase();
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

function punycodeEncode(label) {
  const points = Array.from(label, (char) => char.codePointAt(0));
  const basic = points.filter((point) => point < 128);
  let out = String.fromCharCode(...basic);
  if (out !== '') out += '-';
  let handled = basic.length;
  let n = 128;
  let delta = 0;
  let bias = 72;
  while (handled < points.length) {
    const next = Math.min(...points.filter((point) => point >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta++;
      if (point !== n) continue;
      let q = delta;
      for (let k = 36; ; k += 36) {
        const t = threshold(k, bias);
        if (q < t) break;
        out += digit(t + ((q - t) % (36 - t)));
        q = Math.floor((q - t) / (36 - t));
      }
      out += digit(q);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
    delta++;
    n++;
  }
  return out;
}

/** The label that a punycode text stands for, or null. */
function punycodeDecode(text) {
  const cut = text.lastIndexOf('-');
  const points = cut > 0 ? Array.from(text.slice(0, cut), (char) => char.codePointAt(0)) : [];
  let n = 128;
  let i = 0;
  let bias = 72;
  let at = cut > 0 ? cut + 1 : 0;
  if (text === '' || at >= text.length) return null;
  while (at < text.length) {
    const before = i;
    let weight = 1;
    for (let k = 36; ; k += 36) {
      const char = text[at++] ?? '';
      const value = /[a-z]/.test(char) ? char.charCodeAt(0) - 97 : /[0-9]/.test(char) ? char.charCodeAt(0) - 22 : -1;
      if (value < 0) return null;
      i += value * weight;
      const t = threshold(k, bias);
      if (value < t) break;
      weight *= 36 - t;
      if (weight > 2 ** 40) return null;
    }
    bias = adapt(i - before, points.length + 1, before === 0);
    n += Math.floor(i / (points.length + 1));
    i %= points.length + 1;
    if (n > 0x10ffff) return null;
    points.splice(i++, 0, n);
  }
  return String.fromCodePoint(...points);
}

/** The domain with its punycode labels shown as what they stand for. */
function toUnicode(domain) {
  return domain.split('.').map((label) => {
    const decoded = label.startsWith('xn--') ? punycodeDecode(label.slice(4)) : null;
    return decoded ?? label;
  }).join('.');
}

// --- addresses ---

function endsInNumber(domain) {
  const parts = domain.split('.');
  if (parts[parts.length - 1] === '') {
    if (parts.length === 1) return false;
    parts.pop();
  }
  const last = parts[parts.length - 1];
  return /^[0-9]+$/.test(last) || /^0[xX][0-9a-fA-F]*$/.test(last);
}

function ipv4Number(text) {
  if (/^0[xX][0-9a-fA-F]*$/.test(text)) return text.length === 2 ? 0 : Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(?:0|[1-9][0-9]*)$/.test(text) ? Number(text) : NaN;
}

function parseIpv4(domain) {
  const parts = domain.split('.');
  if (parts[parts.length - 1] === '' && parts.length > 1) parts.pop();
  if (parts.length > 4) return null;
  const numbers = parts.map(ipv4Number);
  if (numbers.some(Number.isNaN)) return null;
  const last = numbers.pop();
  if (numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) return null;
  return numbers.reduce((sum, number, i) => sum + number * 256 ** (3 - i), last);
}

function showIpv4(address) {
  if (address === null) return null;
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Eight numbers, or null. */
function parseIpv6(text) {
  let source = text;
  const dotted = /^(.*:)((?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3})$/.exec(text);
  if (dotted) {
    const bytes = dotted[2].split('.').map(Number);
    if (bytes.some((byte) => byte > 255)) return null;
    const group = (a, b) => (a * 256 + b).toString(16);
    source = `${dotted[1]}${group(bytes[0], bytes[1])}:${group(bytes[2], bytes[3])}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return null;
  const groups = (half) => (half === '' ? [] : half.split(':'));
  const head = groups(halves[0]);
  const tail = groups(halves[1] ?? '');
  const all = [...head, ...tail];
  if (!all.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return null;
  if (halves.length === 1 ? all.length !== 8 : all.length > 7) return null;
  const zeros = new Array(8 - all.length).fill('0');
  return [...head, ...zeros, ...tail].map((part) => Number.parseInt(part, 16));
}

function showIpv6(pieces) {
  // The first of the longest runs of zeros is left out, when it has more than one.
  let best = { start: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && pieces[i + length] === 0) length++;
    if (length > best.length) best = { start: i, length };
    i += length;
  }
  const show = (part) => part.map((piece) => piece.toString(16)).join(':');
  if (best.start === -1) return show(pieces);
  return `${show(pieces.slice(0, best.start))}::${show(pieces.slice(best.start + best.length))}`;
}

Object.assign(exports, { parseHost, percentEncode, percentDecode, toAscii, toUnicode, isC0 });
