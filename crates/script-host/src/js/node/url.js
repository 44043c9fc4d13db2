'use strict';
// The url module: URL by the URL standard, paths of files, and the old functions.

const parser = require('internal/url_parser');
const { coded, invalidArgType, invalidArgValue, needString } = require('internal/errors');
const host = require('internal/url_host');
const search = require('internal/url_search');

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const usv = (value) => `${value}`.toWellFormed();

function invalidUrl(input, base) {
  const error = coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL', URL);
  error.input = input;
  if (base !== undefined) error.base = base;
  return error;
}

function parseWithBase(input, base) {
  let record = null;
  if (base !== undefined) {
    record = parser.parse(usv(base));
    if (record === null) return null;
  }
  return parser.parse(usv(input), record);
}

class URL {
  #url;
  #params;

  constructor(input, base = undefined) {
    if (arguments.length === 0) {
      throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified', URL);
    }
    const url = parseWithBase(input, base);
    if (url === null) throw invalidUrl(usv(input), base === undefined ? undefined : usv(base));
    this.#url = url;
  }

  static canParse(input, base = undefined) {
    if (arguments.length === 0) {
      throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified', URL.canParse);
    }
    return parseWithBase(input, base) !== null;
  }

  static createObjectURL() {
    throw coded(Error, 'ERR_METHOD_NOT_IMPLEMENTED', 'Blob URLs are not supported', URL.createObjectURL);
  }

  static revokeObjectURL() {}

  /** The parts of `url` for url.format(). */
  static record(url) {
    return #url in url ? url.#url : undefined;
  }

  get href() {
    return parser.serialize(this.#url);
  }

  set href(value) {
    const url = parser.parse(usv(value));
    if (url === null) throw invalidUrl(usv(value));
    this.#url = url;
    this.#refresh();
  }

  get origin() {
    return parser.origin(this.#url);
  }

  get protocol() {
    return `${this.#url.scheme}:`;
  }

  set protocol(value) {
    parser.parse(`${usv(value)}:`, null, this.#url, 'schemeStart');
  }

  get username() {
    return this.#url.username;
  }

  set username(value) {
    if (this.#mayHaveCredentials()) this.#url.username = host.percentEncode(usv(value), parser.inUserinfo);
  }

  get password() {
    return this.#url.password;
  }

  set password(value) {
    if (this.#mayHaveCredentials()) this.#url.password = host.percentEncode(usv(value), parser.inUserinfo);
  }

  #mayHaveCredentials() {
    return this.#url.host !== null && this.#url.host !== '' && this.#url.scheme !== 'file';
  }

  get host() {
    return parser.hostOf(this.#url);
  }

  set host(value) {
    if (typeof this.#url.path !== 'string') this.#change(usv(value), 'host');
  }

  get hostname() {
    return this.#url.host ?? '';
  }

  set hostname(value) {
    if (typeof this.#url.path !== 'string') this.#change(usv(value), 'hostname');
  }

  get port() {
    return this.#url.port === null ? '' : `${this.#url.port}`;
  }

  set port(value) {
    if (!this.#mayHaveCredentials()) return;
    const text = usv(value);
    if (text === '') this.#url.port = null;
    else if (/^[\t\n\r]*\d/.test(text)) this.#change(text, 'port');
  }

  get pathname() {
    return parser.pathOf(this.#url);
  }

  set pathname(value) {
    if (typeof this.#url.path === 'string') return;
    this.#url.path = [];
    parser.parse(usv(value), null, this.#url, 'pathStart');
  }

  get search() {
    const { query } = this.#url;
    return query === null || query === '' ? '' : `?${query}`;
  }

  set search(value) {
    const text = usv(value);
    if (text === '') {
      this.#url.query = null;
    } else {
      this.#url.query = '';
      parser.parse(text[0] === '?' ? text.slice(1) : text, null, this.#url, 'query');
    }
    this.#refresh();
  }

  get searchParams() {
    this.#params ??= search.attached(this.#url.query ?? '', (query) => {
      this.#url.query = query === '' ? null : query;
    });
    return this.#params;
  }

  get hash() {
    const { fragment } = this.#url;
    return fragment === null || fragment === '' ? '' : `#${fragment}`;
  }

  set hash(value) {
    const text = usv(value);
    if (text === '') {
      this.#url.fragment = null;
      return;
    }
    this.#url.fragment = '';
    parser.parse(text[0] === '#' ? text.slice(1) : text, null, this.#url, 'fragment');
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }

  #refresh() {
    if (this.#params !== undefined) search.refresh(this.#params, this.#url.query ?? '');
  }

  // A part that does not parse changes nothing.
  #change(text, state) {
    const copy = { ...this.#url };
    if (parser.parse(text, null, copy, state) !== null) Object.assign(this.#url, copy);
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
const { record } = URL;
delete URL.record;

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
  if (url.hostname !== '') return `\\\\${host.toUnicode(url.hostname)}${decoded}`;
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
  return toDomain(`${domain}`, (name) => name);
}

function domainToUnicode(domain) {
  return toDomain(`${domain}`, host.toUnicode);
}

function toDomain(domain, show) {
  const parsed = parser.parse(`ws://${domain}`);
  return parsed === null ? '' : show(parsed.host);
}

/** Shows a URL without some of its parts, or an object of the old kind. */
function format(value, options) {
  const url = value instanceof URL ? record(value) : undefined;
  if (url === undefined) return require('internal/url_legacy').format(value);
  if (options) require('internal/errors').needObject(options, 'options');
  const { fragment = true, unicode = false, search: query = true, auth = true } = options ?? {};
  const shown = unicode && url.host !== null ? { ...url, host: host.toUnicode(url.host) } : url;
  return parser.serialize(shown, { fragment: Boolean(fragment), auth: Boolean(auth), search: Boolean(query) });
}

Object.assign(exports, {
  URL,
  URLSearchParams: search.URLSearchParams,
  domainToASCII,
  domainToUnicode,
  fileURLToPath,
  pathToFileURL,
  urlToHttpOptions,
  format,
});

for (const name of ['Url', 'parse', 'resolve', 'resolveObject']) {
  Object.defineProperty(exports, name, {
    enumerable: true,
    configurable: true,
    get: () => require('internal/url_legacy')[name],
  });
}
