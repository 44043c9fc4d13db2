'use strict';
// url.parse(), format() and resolve(): the URL functions from before the URL standard.

const { coded, invalidArgType, needString } = require('internal/errors');

const SLASHED = new Set(['http', 'https', 'ftp', 'gopher', 'file', 'ws', 'wss'].map((name) => `${name}:`));
const HOSTLESS = new Set(['javascript:']);
// Escaped wherever they are after the host.
const ESCAPES = /[\t\n\r "'<>\\^`{|}]/g;

function Url() {
  this.protocol = null;
  this.slashes = null;
  this.auth = null;
  this.host = null;
  this.port = null;
  this.hostname = null;
  this.hash = null;
  this.search = null;
  this.query = null;
  this.pathname = null;
  this.path = null;
  this.href = null;
}

function escapeChar(char) {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function invalid(url) {
  const error = coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL', parse);
  error.input = url;
  return error;
}

/** Cuts `rest` at the first of `marks`: `[before, from there on]`. */
function cut(rest, marks) {
  const at = rest.search(marks);
  return at === -1 ? [rest, ''] : [rest.slice(0, at), rest.slice(at)];
}

Url.prototype.parse = function(url, parseQueryString, slashesDenoteHost) {
  needString(url, 'url');
  let text = url.trim();
  // Before the query, back slashes are slashes, as in browsers.
  const [front, tail] = cut(text, /[?#]/);
  text = front.replaceAll('\\', '/') + tail;

  const scheme = /^[a-z0-9.+-]+:/i.exec(text)?.[0];
  let rest = text;
  if (scheme !== undefined) {
    this.protocol = scheme.toLowerCase();
    rest = rest.slice(scheme.length);
  }
  const hostless = HOSTLESS.has(this.protocol);
  const slashes = rest.startsWith('//') && (slashesDenoteHost || scheme !== undefined || /^\/\/[^@/]+@[^@/]+/.test(rest));
  if (slashes && !hostless) {
    rest = rest.slice(2);
    this.slashes = true;
  }
  if (!hostless && (slashes || (scheme !== undefined && !SLASHED.has(this.protocol)))) {
    rest = this.takeHost(rest, url);
  }
  if (!hostless) rest = rest.replace(ESCAPES, escapeChar);
  const [beforeHash, hash] = cut(rest, /#/);
  const [pathname, search] = cut(beforeHash, /\?/);
  if (hash !== '') this.hash = hash;
  if (search !== '') {
    this.search = search;
    this.query = search.slice(1);
    if (parseQueryString) this.query = require('querystring').parse(this.query);
  } else if (parseQueryString) {
    this.search = null;
    this.query = Object.create(null);
  }
  if (pathname !== '') this.pathname = pathname;
  if (SLASHED.has(this.protocol) && this.hostname && !this.pathname) this.pathname = '/';
  if (this.pathname || this.search) this.path = `${this.pathname ?? ''}${this.search ?? ''}`;
  this.href = this.format();
  return this;
};

Url.prototype.takeHost = function(text, url) {
  const [front, tail] = cut(text, /[/?#]/);
  let hostPart = front;
  let rest = tail;
  const at = hostPart.lastIndexOf('@');
  if (at !== -1) {
    this.auth = decodeURIComponent(hostPart.slice(0, at));
    hostPart = hostPart.slice(at + 1);
  }
  // What cannot be in a host starts the path.
  const [host, extra] = cut(hostPart, /[\t\n\r "'<>\\^`{|};%]/);
  rest = extra + rest;
  const port = /:([0-9]*)$/.exec(host);
  this.hostname = (port ? host.slice(0, port.index) : host).toLowerCase();
  if (port && port[1] !== '') [, this.port] = port;
  const bracketed = /^\[.*\]$/.test(this.hostname);
  if (!bracketed && this.hostname.includes(':')) throw invalid(url);
  if (!bracketed && this.hostname !== '') {
    const ascii = binding('url').toAscii(this.hostname);
    if (ascii === undefined) throw invalid(url);
    this.hostname = ascii;
  }
  this.host = `${this.hostname}${this.port ? `:${this.port}` : ''}`;
  if (bracketed) this.hostname = this.hostname.slice(1, -1);
  return rest !== '' && !/^[/?#]/.test(rest) ? `/${rest}` : rest;
};

Url.prototype.format = function() {
  let auth = this.auth || '';
  if (auth) auth = `${encodeURIComponent(auth).replace(/%3A/i, ':')}@`;
  let protocol = this.protocol || '';
  if (protocol && !protocol.endsWith(':')) protocol += ':';
  let host = '';
  if (this.host) {
    host = auth + this.host;
  } else if (this.hostname) {
    const shown = this.hostname.includes(':') && !this.hostname.startsWith('[') ? `[${this.hostname}]` : this.hostname;
    host = `${auth}${shown}${this.port ? `:${this.port}` : ''}`;
  }
  let pathname = (this.pathname || '').replace(/[?#]/g, escapeChar);
  let query = '';
  if (this.query !== null && typeof this.query === 'object') query = require('querystring').stringify(this.query);
  let search = this.search || (query && `?${query}`) || '';
  if (search && !search.startsWith('?')) search = `?${search}`;
  search = search.replaceAll('#', '%23');
  let hash = this.hash || '';
  if (hash && !hash.startsWith('#')) hash = `#${hash}`;
  if (this.slashes || SLASHED.has(protocol)) {
    if (this.slashes || host) {
      if (pathname && !pathname.startsWith('/')) pathname = `/${pathname}`;
      host = `//${host}`;
    } else if (protocol === 'file:') {
      host = '//';
    }
  }
  return `${protocol}${host}${pathname}${search}${hash}`;
};

function parse(url, parseQueryString, slashesDenoteHost) {
  if (url instanceof Url) return url;
  return new Url().parse(url, parseQueryString, slashesDenoteHost);
}

function format(value) {
  if (typeof value === 'string') return parse(value).format();
  if (typeof value !== 'object' || value === null) {
    throw invalidArgType('urlObject', ['Object', 'string'], value);
  }
  return Url.prototype.format.call(value);
}

/** Where `target` leads from `source`. */
function resolveObject(source, target) {
  const base = source instanceof Url ? source : parse(source, false, true);
  const relative = target instanceof Url ? target : parse(target, false, true);
  const result = Object.assign(new Url(), base, { hash: relative.hash });
  if (relative.href === '') {
    result.href = result.format();
    return result;
  }
  const other = relative.protocol && relative.protocol !== base.protocol;
  if (other && !SLASHED.has(relative.protocol)) {
    return Object.assign(result, relative);
  }
  if (other || relative.host || (relative.slashes && !relative.protocol)) {
    Object.assign(result, relative, { protocol: relative.protocol ?? base.protocol });
    result.slashes = relative.slashes || base.slashes;
    result.pathname = fold(relative.pathname ?? '', Boolean(result.host) || SLASHED.has(result.protocol));
  } else if (!relative.pathname) {
    if (relative.search !== null) {
      result.search = relative.search;
      result.query = relative.query;
    }
  } else {
    result.search = relative.search;
    result.query = relative.query;
    const from = base.pathname ?? '';
    const joined = relative.pathname.startsWith('/') ?
      relative.pathname :
      `${from.slice(0, from.lastIndexOf('/') + 1)}${relative.pathname}`;
    result.pathname = fold(joined, Boolean(base.host) || joined.startsWith('/'));
  }
  if (result.pathname === '') result.pathname = null;
  result.path = result.pathname || result.search ? `${result.pathname ?? ''}${result.search ?? ''}` : null;
  result.href = result.format();
  return result;
}

/** Applies `.` and `..` parts; a path that starts at the root does not lead out of it. */
function fold(path, rooted) {
  const parts = path.split('/');
  const directory = /^\.{0,2}$/.test(parts[parts.length - 1]);
  const kept = [];
  for (const [i, part] of parts.entries()) {
    if (part === '.' || (part === '' && (i === 0 || i === parts.length - 1))) continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept[kept.length - 1] !== '..') kept.pop();
    else if (!rooted) kept.push('..');
  }
  const joined = kept.join('/');
  const folded = directory && joined !== '' ? `${joined}/` : joined;
  return rooted ? `/${folded}` : folded;
}

function resolve(source, target) {
  return resolveObject(source, target).href;
}

Object.assign(exports, { Url, parse, format, resolve, resolveObject });
