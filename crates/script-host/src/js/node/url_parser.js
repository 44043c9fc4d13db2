'use strict';
// The parser of the URL standard, as the state machine that the standard describes.

const { parseHost, percentEncode, isC0 } = require('internal/url_host');

const DEFAULT_PORTS = new Map([
  ['http', 80], ['https', 443], ['ws', 80], ['wss', 443], ['ftp', 21], ['file', null],
]);

const among = (extra, less) => (char) => less(char) || extra.includes(char);
const inFragment = among(' "<>`', isC0);
const inQuery = among(' "#<>', isC0);
const inSpecialQuery = among("'", inQuery);
const inPath = among('?`{}', inQuery);
const inUserinfo = among('/:;=@[\\]^|', inPath);

const isSpecial = (url) => DEFAULT_PORTS.has(url.scheme);
const isDriveLetter = (text) => /^[a-zA-Z][:|]$/.test(text);
const isDot = (part) => /^(?:\.|%2e)$/i.test(part);
const isDoubleDot = (part) => /^(?:\.|%2e){2}$/i.test(part);

/** Whether the rest of the input starts with a drive letter and then ends or goes on with a part. */
function startsWithDrive(chars, from) {
  return isDriveLetter(`${chars[from] ?? ''}${chars[from + 1] ?? ''}`) &&
    (chars[from + 2] === undefined || '/\\?#'.includes(chars[from + 2]));
}

function shorten(url) {
  const { path } = url;
  if (url.scheme === 'file' && path.length === 1 && /^[a-zA-Z]:$/.test(path[0])) return;
  path.pop();
}

function blank() {
  return {
    scheme: '', username: '', password: '', host: null, port: null, path: [], query: null, fragment: null,
  };
}

const hasCredentials = (url) => url.username !== '' || url.password !== '';

/**
 * Parses `text` to a URL record, or null. With `given` and `start`, parses one part of a URL into
 * that record instead, as the setters do; then null means that nothing is to change.
 */
function parse(text, base, given, start) {
  const trimmed = given ? text : text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
  const chars = Array.from(trimmed.replace(/[\t\n\r]/g, ''));
  const machine = new Machine(chars, base, given ?? blank(), start);
  return machine.run();
}

const FAIL = null;
const DONE = Symbol('done');

class Machine {
  constructor(chars, base, url, override) {
    this.chars = chars;
    this.base = base ?? null;
    this.url = url;
    this.override = override;
    this.at = 0;
    this.buffer = '';
    this.sawAt = false;
    this.sawPassword = false;
    this.inBrackets = false;
  }

  /** Each state handles one character and names the next state, `DONE` or `FAIL`. */
  run() {
    // A host name is a host without port.
    let state = this.override === 'hostname' ? 'host' : this.override ?? 'schemeStart';
    for (; ; this.at++) {
      const char = this.chars[this.at];
      const next = this[state](char);
      if (next === FAIL) return null;
      if (next === DONE) return this.url;
      state = next;
      if (char === undefined && this.at >= this.chars.length) return this.url;
    }
  }

  /** Goes to `state` with the same character again. */
  again(state) {
    this.at -= 1;
    return state;
  }

  rest() {
    return this.chars.slice(this.at + 1).join('');
  }

  schemeStart(char) {
    if (char !== undefined && /[a-zA-Z]/.test(char)) {
      this.buffer += char.toLowerCase();
      return 'scheme';
    }
    return this.override ? FAIL : this.again('noScheme');
  }

  scheme(char) {
    const { url } = this;
    if (char !== undefined && /[a-zA-Z0-9+.-]/.test(char)) {
      this.buffer += char.toLowerCase();
      return 'scheme';
    }
    if (char !== ':' && !(this.override && char === undefined)) {
      if (this.override) return FAIL;
      this.buffer = '';
      this.at = -1;
      return 'noScheme';
    }
    if (this.override) {
      if (DEFAULT_PORTS.has(url.scheme) !== DEFAULT_PORTS.has(this.buffer)) return DONE;
      if ((hasCredentials(url) || url.port !== null) && this.buffer === 'file') return DONE;
      if (url.scheme === 'file' && !url.host) return DONE;
      url.scheme = this.buffer;
      if (url.port === DEFAULT_PORTS.get(url.scheme)) url.port = null;
      return DONE;
    }
    url.scheme = this.buffer;
    this.buffer = '';
    if (url.scheme === 'file') return 'file';
    if (isSpecial(url)) {
      return this.base?.scheme === url.scheme ? 'specialRelativeOrAuthority' : 'specialAuthoritySlashes';
    }
    if (this.chars[this.at + 1] === '/') {
      this.at += 1;
      return 'pathOrAuthority';
    }
    url.path = '';
    return 'opaquePath';
  }

  noScheme(char) {
    const { base, url } = this;
    if (base === null || (typeof base.path === 'string' && char !== '#')) return FAIL;
    if (typeof base.path === 'string') {
      Object.assign(url, { scheme: base.scheme, path: base.path, query: base.query, fragment: '' });
      return 'fragment';
    }
    return this.again(base.scheme === 'file' ? 'file' : 'relative');
  }

  specialRelativeOrAuthority(char) {
    if (char === '/' && this.chars[this.at + 1] === '/') {
      this.at += 1;
      return 'specialAuthorityIgnoreSlashes';
    }
    return this.again('relative');
  }

  pathOrAuthority(char) {
    return char === '/' ? 'authority' : this.again('path');
  }

  relative(char) {
    const { base, url } = this;
    url.scheme = base.scheme;
    if (char === '/') return 'relativeSlash';
    if (char === '\\' && isSpecial(url)) return 'relativeSlash';
    this.takeAuthority();
    url.path = [...base.path];
    url.query = base.query;
    return this.afterCopy(char);
  }

  takeAuthority() {
    const { username, password, host, port } = this.base;
    Object.assign(this.url, { username, password, host, port });
  }

  // After the path of the base was taken over.
  afterCopy(char) {
    const { url } = this;
    if (char === '?') {
      url.query = '';
      return 'query';
    }
    if (char === '#') {
      url.fragment = '';
      return 'fragment';
    }
    if (char === undefined) return DONE;
    url.query = null;
    shorten(url);
    return this.again('path');
  }

  relativeSlash(char) {
    if (isSpecial(this.url) && (char === '/' || char === '\\')) return 'specialAuthorityIgnoreSlashes';
    if (char === '/') return 'authority';
    this.takeAuthority();
    return this.again('path');
  }

  specialAuthoritySlashes(char) {
    if (char === '/' && this.chars[this.at + 1] === '/') {
      this.at += 1;
      return 'specialAuthorityIgnoreSlashes';
    }
    return this.again('specialAuthorityIgnoreSlashes');
  }

  specialAuthorityIgnoreSlashes(char) {
    return char === '/' || char === '\\' ? 'specialAuthorityIgnoreSlashes' : this.again('authority');
  }

  endsAuthority(char) {
    return char === undefined || char === '/' || char === '?' || char === '#' ||
      (char === '\\' && isSpecial(this.url));
  }

  authority(char) {
    const { url } = this;
    if (char === '@') {
      let text = this.buffer;
      if (this.sawAt) text = `%40${text}`;
      this.sawAt = true;
      for (const one of text) {
        if (one === ':' && !this.sawPassword) this.sawPassword = true;
        else url[this.sawPassword ? 'password' : 'username'] += percentEncode(one, inUserinfo);
      }
      this.buffer = '';
      return 'authority';
    }
    if (this.endsAuthority(char)) {
      if (this.sawAt && this.buffer === '') return FAIL;
      this.at -= Array.from(this.buffer).length + 1;
      this.buffer = '';
      return 'host';
    }
    this.buffer += char;
    return 'authority';
  }

  host(char) {
    const { url, override } = this;
    if (override && url.scheme === 'file') return this.again('fileHost');
    if (char === ':' && !this.inBrackets) {
      if (this.buffer === '' || override === 'hostname') return FAIL;
      return this.setHost('port');
    }
    if (this.endsAuthority(char)) {
      if (isSpecial(url) && this.buffer === '') return FAIL;
      if (override && this.buffer === '' && (hasCredentials(url) || url.port !== null)) return FAIL;
      this.at -= 1;
      return this.setHost(override ? DONE : 'pathStart');
    }
    if (char === '[') this.inBrackets = true;
    if (char === ']') this.inBrackets = false;
    this.buffer += char;
    return 'host';
  }

  setHost(next) {
    const host = parseHost(this.buffer, isSpecial(this.url));
    if (host === null) return FAIL;
    this.url.host = host;
    this.buffer = '';
    return next;
  }

  port(char) {
    const { url, override } = this;
    if (char !== undefined && /[0-9]/.test(char)) {
      this.buffer += char;
      return 'port';
    }
    if (!this.endsAuthority(char) && !override) return FAIL;
    if (this.buffer !== '') {
      const port = Number(this.buffer);
      if (port > 65535) return FAIL;
      url.port = port === DEFAULT_PORTS.get(url.scheme) ? null : port;
      this.buffer = '';
    }
    return override ? DONE : this.again('pathStart');
  }

  file(char) {
    const { base, url } = this;
    url.scheme = 'file';
    url.host = '';
    if (char === '/' || char === '\\') return 'fileSlash';
    if (base?.scheme !== 'file') return this.again('path');
    url.host = base.host;
    url.path = [...base.path];
    url.query = base.query;
    if (char === undefined || char === '?' || char === '#' || !startsWithDrive(this.chars, this.at)) {
      return this.afterCopy(char);
    }
    url.query = null;
    url.path = [];
    return this.again('path');
  }

  fileSlash(char) {
    const { base, url } = this;
    if (char === '/' || char === '\\') return 'fileHost';
    if (base?.scheme === 'file') {
      url.host = base.host;
      if (!startsWithDrive(this.chars, this.at) && /^[a-zA-Z]:$/.test(base.path[0] ?? '')) url.path.push(base.path[0]);
    }
    return this.again('path');
  }

  fileHost(char) {
    const { url, override } = this;
    if (char !== undefined && !'/\\?#'.includes(char)) {
      this.buffer += char;
      return 'fileHost';
    }
    this.at -= 1;
    if (!override && isDriveLetter(this.buffer)) return 'path';
    if (this.buffer === '') {
      url.host = '';
      return override ? DONE : 'pathStart';
    }
    const host = parseHost(this.buffer, true);
    if (host === null) return FAIL;
    url.host = host === 'localhost' ? '' : host;
    this.buffer = '';
    return override ? DONE : 'pathStart';
  }

  pathStart(char) {
    const { url, override } = this;
    if (isSpecial(url)) return char === '/' || char === '\\' ? 'path' : this.again('path');
    if (!override && char === '?') {
      url.query = '';
      return 'query';
    }
    if (!override && char === '#') {
      url.fragment = '';
      return 'fragment';
    }
    if (char !== undefined) return char === '/' ? 'path' : this.again('path');
    if (override && url.host === null) url.path.push('');
    return DONE;
  }

  path(char) {
    const { url, override } = this;
    const slash = char === '/' || (char === '\\' && isSpecial(url));
    const ends = char === undefined || slash || (!override && (char === '?' || char === '#'));
    if (!ends) {
      this.buffer += percentEncode(char, inPath);
      return 'path';
    }
    if (isDoubleDot(this.buffer)) {
      shorten(url);
      if (!slash) url.path.push('');
    } else if (isDot(this.buffer)) {
      if (!slash) url.path.push('');
    } else {
      if (url.scheme === 'file' && url.path.length === 0 && isDriveLetter(this.buffer)) {
        this.buffer = `${this.buffer[0]}:`;
      }
      url.path.push(this.buffer);
    }
    this.buffer = '';
    if (char === '?') {
      url.query = '';
      return 'query';
    }
    if (char === '#') {
      url.fragment = '';
      return 'fragment';
    }
    return 'path';
  }

  opaquePath(char) {
    const { url } = this;
    if (char === '?') {
      url.query = '';
      return 'query';
    }
    if (char === '#') {
      url.fragment = '';
      return 'fragment';
    }
    if (char !== undefined) url.path += percentEncode(char, isC0);
    return 'opaquePath';
  }

  query(char) {
    const { url } = this;
    if (char === '#' && !this.override) {
      url.fragment = '';
      return 'fragment';
    }
    if (char !== undefined) url.query += percentEncode(char, isSpecial(url) ? inSpecialQuery : inQuery);
    return 'query';
  }

  fragment(char) {
    if (char !== undefined) this.url.fragment += percentEncode(char, inFragment);
    return 'fragment';
  }
}

function pathOf(url) {
  return typeof url.path === 'string' ? url.path : url.path.map((part) => `/${part}`).join('');
}

function hostOf(url) {
  if (url.host === null) return '';
  return url.port === null ? url.host : `${url.host}:${url.port}`;
}

function serialize(url, { fragment = true, auth = true, search = true } = {}) {
  let out = `${url.scheme}:`;
  if (url.host !== null) {
    out += '//';
    if (auth && hasCredentials(url)) out += `${url.username}${url.password === '' ? '' : `:${url.password}`}@`;
    out += hostOf(url);
  } else if (typeof url.path !== 'string' && url.path.length > 1 && url.path[0] === '') {
    // Else the path would read as an authority.
    out += '/.';
  }
  out += pathOf(url);
  if (search && url.query !== null) out += `?${url.query}`;
  if (fragment && url.fragment !== null) out += `#${url.fragment}`;
  return out;
}

function origin(url) {
  if (url.scheme === 'blob') {
    const inner = parse(pathOf(url));
    return inner && /^https?$/.test(inner.scheme) ? origin(inner) : 'null';
  }
  return isSpecial(url) && url.scheme !== 'file' ? `${url.scheme}://${hostOf(url)}` : 'null';
}

Object.assign(exports, { parse, serialize, origin, pathOf, hostOf, isSpecial, inUserinfo });
