'use strict';
// The url module: URL by the URL standard, paths of files, and the old functions.

const native = binding('url');
const { coded, invalidArgType, invalidArgValue, needString } = require('internal/errors');
const { defineLazy } = binding('host');

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

function invalidUrl(input, base) {
  const error = coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL', URL);
  error.input = input.toWellFormed();
  if (base !== undefined) error.base = base.toWellFormed();
  return error;
}

// The URL that `parts` of the native side are of, with its parts by name.
class Parts {
  constructor([href, schemeEnd, usernameEnd, hostStart, hostEnd, port, pathStart, searchStart, hashStart]) {
    this.href = href;
    this.schemeEnd = schemeEnd;
    this.usernameEnd = usernameEnd;
    this.hostStart = hostStart;
    this.hostEnd = hostEnd;
    this.portNumber = port;
    this.pathStart = pathStart;
    this.hashStart = hashStart === -1 ? href.length : hashStart;
    this.searchStart = searchStart === -1 ? this.hashStart : searchStart;
  }

  get protocol() { return this.href.slice(0, this.schemeEnd + 1); }
  get hasAuthority() { return this.href.startsWith('://', this.schemeEnd); }
  get username() { return this.hasAuthority ? this.href.slice(this.schemeEnd + 3, this.usernameEnd) : ''; }
  get password() {
    if (!this.hasAuthority || this.href[this.usernameEnd] !== ':') return '';
    return this.href.slice(this.usernameEnd + 1, this.hostStart - 1);
  }
  get hostname() { return this.href.slice(this.hostStart, this.hostEnd); }
  get port() { return this.portNumber === -1 ? '' : `${this.portNumber}`; }
  get host() { return this.portNumber === -1 ? this.hostname : `${this.hostname}:${this.port}`; }
  get pathname() { return this.href.slice(this.pathStart, this.searchStart); }
  // What stands alone is not shown.
  get search() { return this.hashStart - this.searchStart > 1 ? this.href.slice(this.searchStart, this.hashStart) : ''; }
  get hash() { return this.href.length - this.hashStart > 1 ? this.href.slice(this.hashStart) : ''; }
}

class URL {
  #parts;
  #params;

  constructor(input, base = undefined) {
    if (arguments.length === 0) {
      throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified', URL);
    }
    input = `${input}`;
    if (base !== undefined) base = `${base}`;
    const parts = native.parse(input, base);
    if (parts === undefined) throw invalidUrl(input, base);
    this.#parts = new Parts(parts);
  }

  static canParse(input, base = undefined) {
    if (arguments.length === 0) {
      throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified', URL.canParse);
    }
    return native.parse(`${input}`, base === undefined ? undefined : `${base}`) !== undefined;
  }

  static createObjectURL(blob) { return require('internal/blob').createObjectURL(blob); }
  static revokeObjectURL(url) { require('internal/blob').revokeObjectURL(url); }

  /** The parts of `url` for url.format(). */
  static parts(url) {
    return #parts in url ? url.#parts : undefined;
  }

  get href() { return this.#parts.href; }
  set href(value) {
    value = `${value}`;
    const parts = native.parse(value);
    if (parts === undefined) throw invalidUrl(value);
    this.#parts = new Parts(parts);
    this.#refresh();
  }

  get origin() { return native.origin(this.#parts.href); }

  get protocol() { return this.#parts.protocol; }
  set protocol(value) { this.#change('protocol', value); }

  get username() { return this.#parts.username; }
  set username(value) { this.#change('username', value); }

  get password() { return this.#parts.password; }
  set password(value) { this.#change('password', value); }

  get host() { return this.#parts.host; }
  set host(value) { this.#change('host', value); }

  get hostname() { return this.#parts.hostname; }
  set hostname(value) { this.#change('hostname', value); }

  get port() { return this.#parts.port; }
  set port(value) { this.#change('port', value); }

  get pathname() { return this.#parts.pathname; }
  set pathname(value) { this.#change('pathname', value); }

  get search() { return this.#parts.search; }
  set search(value) {
    this.#change('search', value);
    this.#refresh();
  }

  get searchParams() {
    this.#params ??= require('internal/url_search').attached(this.#parts.search.slice(1), (query) => this.#change('search', query));
    return this.#params;
  }

  get hash() { return this.#parts.hash; }
  set hash(value) { this.#change('hash', value); }

  toString() { return this.#parts.href; }

  toJSON() { return this.#parts.href; }

  #refresh() {
    if (this.#params !== undefined) require('internal/url_search').refresh(this.#params, this.#parts.search.slice(1));
  }

  // What does not parse changes nothing.
  #change(part, value) {
    const parts = native.change(this.#parts.href, part, `${value}`);
    if (parts !== undefined) this.#parts = new Parts(parts);
  }

  [CUSTOM](depth, options) {
    if (typeof depth === 'number' && depth < 0) return this;
    const shown = {};
    for (const key of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port',
      'pathname', 'search', 'searchParams', 'hash']) {
      shown[key] = this[key];
    }
    const name = this.constructor?.name ?? 'URL';
    return `${name} ${require('internal/inspect').inspect(shown, options)}`;
  }
}

for (const name of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname',
  'search', 'searchParams', 'hash', 'toString', 'toJSON']) {
  Object.defineProperty(URL.prototype, name, { enumerable: true });
}
Object.defineProperty(URL.prototype, Symbol.toStringTag, { value: 'URL', configurable: true });
const { parts: partsOf } = URL;
delete URL.parts;

// --- paths of files ---

function onWindows() {
  return require('process').platform === 'win32';
}

function isURL(value) {
  return Boolean(value?.href && value.protocol && value.auth === undefined && value.path === undefined);
}

/** The path of a `file:` URL, on Windows or not. */
function fileURLToPath(path, { windows = onWindows() } = {}) {
  const url = typeof path === 'string' ? new URL(path) : path;
  if (!isURL(url)) throw invalidArgType('path', ['string', 'URL'], path);
  if (url.protocol !== 'file:') {
    throw coded(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file', fileURLToPath);
  }
  const invalid = (what) => coded(TypeError, 'ERR_INVALID_FILE_URL_PATH', `File URL path ${what}`, fileURLToPath);
  if (!windows) {
    if (url.hostname !== '') {
      throw coded(TypeError, 'ERR_INVALID_FILE_URL_HOST',
        `File URL host must be "localhost" or empty on ${require('process').platform}`, fileURLToPath);
    }
    if (/%2f/i.test(url.pathname)) throw invalid('must not include encoded / characters');
    return decodeURIComponent(url.pathname);
  }
  if (/%2f|%5c/i.test(url.pathname)) throw invalid('must not include encoded \\ or / characters');
  const decoded = decodeURIComponent(url.pathname.replaceAll('/', '\\'));
  if (url.hostname !== '') return `\\\\${native.toUnicode(url.hostname)}${decoded}`;
  if (!/^\\[a-zA-Z]:/.test(decoded)) throw invalid('must be absolute');
  return decoded.slice(1);
}

/** The `file:` URL of a path. */
function pathToFileURL(filepath, { windows = onWindows() } = {}) {
  needString(filepath, 'path');
  const path = windows ? require('path').win32 : require('path').posix;
  const url = new URL('file:///');
  let resolved = path.resolve(filepath);
  if (windows && filepath.startsWith('\\\\')) {
    const share = /^\\\\([^\\]+)(\\.*)$/.exec(resolved);
    if (share === null) throw invalidArgValue('path', resolved, 'Missing UNC resource path');
    [, url.hostname, resolved] = share;
  } else if (/[\\/]$/.test(filepath) && !resolved.endsWith(path.sep) && (windows || filepath.endsWith('/'))) {
    resolved += path.sep;
  }
  let escaped = resolved.replaceAll('%', '%25');
  if (!windows) escaped = escaped.replaceAll('\\', '%5C');
  url.pathname = escaped
    .replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('\t', '%09')
    .replaceAll('?', '%3F').replaceAll('#', '%23');
  return url;
}

function urlToHttpOptions(url) {
  const { hostname, pathname, port, username, password, search: query } = url;
  const options = Object.assign(Object.create(null), url, {
    protocol: url.protocol,
    hostname: typeof hostname === 'string' && hostname[0] === '[' ? hostname.slice(1, -1) : hostname,
    hash: url.hash,
    search: query,
    pathname,
    path: `${pathname || ''}${query || ''}`,
    href: url.href,
  });
  if (port !== '') options.port = Number(port);
  if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

function domainToASCII(domain) {
  const parts = native.parse(`ws://${domain}`);
  return parts === undefined ? '' : new Parts(parts).hostname;
}

function domainToUnicode(domain) {
  return native.toUnicode(domainToASCII(domain));
}

/** Shows a URL without some of its parts, or an object of the old kind. */
function format(value, options) {
  const parts = value instanceof URL ? partsOf(value) : undefined;
  if (parts === undefined) return require('internal/url_legacy').format(value);
  if (options) require('internal/errors').needObject(options, 'options');
  const { fragment = true, unicode = false, search: query = true, auth = true } = options ?? {};
  const { href } = parts;
  const host = unicode ? native.toUnicode(parts.hostname) : parts.hostname;
  const start = href.slice(0, auth ? parts.hostStart : parts.schemeEnd + (parts.hasAuthority ? 3 : 1));
  const path = href.slice(parts.hostEnd, parts.searchStart);
  const shownQuery = query ? href.slice(parts.searchStart, parts.hashStart) : '';
  return `${start}${host}${path}${shownQuery}${fragment ? href.slice(parts.hashStart) : ''}`;
}

Object.assign(exports, {
  URL,
  domainToASCII,
  domainToUnicode,
  fileURLToPath,
  pathToFileURL,
  urlToHttpOptions,
  format,
});
defineLazy(exports, 'URLSearchParams', true, () => require('internal/url_search').URLSearchParams);

for (const name of ['Url', 'parse', 'resolve', 'resolveObject']) {
  Object.defineProperty(exports, name, {
    enumerable: true,
    configurable: true,
    get: () => require('internal/url_legacy')[name],
  });
}
