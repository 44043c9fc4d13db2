'use strict';
// What files that are downloaded are called. Servers and pages say what they like: a name here is one name, and no way out of a
// folder.

const { Buffer } = require('buffer');
const { TYPES } = require('dipole/answers');

// As of the file systems, with room for what makes a name another one.
const LONGEST = 230;
// So much of what somebody says is looked at.
const LOOKED_AT = 4096;
const EXTENSIONS = { 'text/html': 'html', 'image/jpeg': 'jpg', 'text/javascript': 'js', 'text/plain': 'txt', 'text/csv': 'csv', 'application/zip': 'zip',
  'application/octet-stream': '' };

/** The name that the answer asks for, else that which the page does, else what the address ends with. */
function nameOf(url, disposition, wanted, type) {
  const name = [fromDisposition(disposition), wanted, fromUrl(url)].map(clean).find((one) => one !== '') ?? 'download';
  return name.includes('.') ? name : withExtension(name, type);
}

function clean(given) {
  let name = String(given ?? '').slice(0, LOOKED_AT).toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"*/:<>?\\|~]/gu, '_');
  name = name.replace(/^[\s.]+|[\s.]+$/g, '');
  if (Buffer.byteLength(name) <= LONGEST) return name;
  const [, base, extension] = /^(.*?)((?:\.[A-Za-z0-9]{1,10}){0,2})$/s.exec(name);
  let kept = '';
  for (const letter of base) {
    if (Buffer.byteLength(kept + letter + extension) > LONGEST) break;
    kept += letter;
  }
  return kept + extension;
}

function withExtension(name, type) {
  const kind = String(type ?? '').replace(/;.*$/s, '').trim().toLowerCase();
  const known = EXTENSIONS[kind] ?? Object.keys(TYPES).find((one) => TYPES[one] === kind) ?? '';
  return known === '' ? name : `${name}.${known}`;
}

const isAttachment = (disposition) => /^\s*attachment\s*(?:;|$)/i.test(disposition ?? '');

function fromDisposition(text) {
  if (text === undefined) return '';
  const [, encoded] = /;\s*filename\*\s*=\s*(?:utf-8|iso-8859-1)'[^']*'([^;\s]+)/i.exec(text) ?? [];
  if (encoded !== undefined) return unescaped(encoded);
  const [, quoted, bare] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(text) ?? [];
  return unescaped(quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '');
}

function fromUrl(url) {
  if (/^(?:data|blob|about|javascript):/i.test(url) || !URL.canParse(url)) return '';
  const { hostname, pathname } = new URL(url);
  return unescaped(pathname.slice(pathname.lastIndexOf('/') + 1)) || hostname;
}

function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `a.txt`, then `a (1).txt` and so on. */
function numbered(name, number) {
  if (number === 0) return name;
  const [, base, extension] = /^(.+?)((?:\.tar)?\.[^.]+)?$/s.exec(name);
  return `${base} (${number})${extension ?? ''}`;
}

module.exports = { nameOf, numbered, isAttachment };
