'use strict';
// `location` and `history`.

const { Set, Math, TypeError } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const { b, text, domError, hooks, later } = require('dom/core');
const { define } = require('dom/define');
const { fire } = require('dom/target');

const OPAQUE = new Set(['about:', 'data:', 'blob:', 'javascript:']);

// Scheme, authority, path, query, fragment of the page's address.
const parts = () => b.split(b.url());
const userOf = (authority) => texts.slice(authority, 0, Math.max(0, texts.lastIndexOf(authority, '@')));
const hostOf = (authority) => texts.slice(authority, texts.lastIndexOf(authority, '@') + 1);

/** The parts of a URL by their names, of what `b.split` gives. */
const partOf = {
  __proto__: null,
  protocol: ({ 0: scheme = ':' }) => scheme,
  username: ({ 1: authority = '' }) => texts.split(userOf(authority), ':')[0],
  password: ({ 1: authority = '' }) => texts.slice(userOf(authority), partOf.username({ 1: authority }).length + 1),
  host: ({ 1: authority = '' }) => hostOf(authority),
  hostname: (all) => upTo(partOf.host(all), PORT),
  port: (all) => texts.match(partOf.host(all), PORT)?.[1] ?? '',
  pathname: ({ 2: path = '' }) => path,
  // What stands alone is not shown.
  search: ({ 3: query = '' }) => (query === '?' ? '' : query),
  hash: ({ 4: hash = '' }) => (hash === '#' ? '' : hash),
};

function originOf({ 0: scheme, 1: authority }) {
  return scheme === undefined || OPAQUE.has(scheme) ? 'null' : scheme + '//' + hostOf(authority);
}

function resolve(url, method, on) {
  const found = b.resolve(text(url));
  if (found === undefined) throw domError("Failed to execute '" + method + "' on '" + on + "': '" + text(url) + "' is not a valid URL.", 'SyntaxError');
  return found;
}

const upTo = (url, regex) => texts.replace(url, regex, '');
const HASH = /#.*$/s;
const QUERY = /[?#].*$/s;
const PORT = /:(\d+)$/;
const AFTER_SCHEME = /:.*$/s;
const withoutHash = (url) => upTo(url, HASH);
// What a part of a URL is set to may have its mark or not.
const unmarked = (part, mark) => (part[0] === mark ? texts.slice(part, 1) : part);

/** Goes to a URL: within the page if only the fragment differs, else the host is asked. */
function go(url, replace) {
  const old = b.url();
  if (texts.includes(url, '#') && withoutHash(url) === withoutHash(old)) {
    if (url === old) return;
    b.setUrl(url);
    if (replace) entries[at] = { state: null, url };
    else push(null, url);
    b.inPage(url, replace, 0);
    fire(globalThis, 'PopStateEvent', 'popstate', { state: null });
    later(() => fire(globalThis, 'HashChangeEvent', 'hashchange', { oldURL: old, newURL: url }));
    return;
  }
  b.navigate(url, replace);
}

/** Goes to the page's address with other parts: an address without a server has none that could be set. */
function goTo(named) {
  const { 0: scheme, 1: authority, 2: path = '', 3: query = '', 4: hash = '' } = parts();
  if (authority === undefined) return;
  const { protocol = scheme, host = hostOf(authority), pathname = path } = named;
  const user = userOf(authority);
  go(resolve(protocol + '//' + (user === '' ? '' : user + '@') + host + pathname + query + hash, 'assign', 'Location'), false);
}

const rooted = (path) => (path[0] === '/' ? path : '/' + path);
const asPath = (path) => texts.replace(texts.replace(path, MARKS.query, '%3F'), MARKS.hash, '%23');
const MARKS = { __proto__: null, query: /\?/g, hash: /#/g };

class Location {
  constructor(token) { if (token !== own) throw new TypeError('Illegal constructor'); }
  get href() { return b.url(); }
  set href(url) { go(resolve(url, 'href', 'Location'), false); }
  get protocol() { return partOf.protocol(parts()); }
  set protocol(name) { goTo({ __proto__: null, protocol: upTo(text(name), AFTER_SCHEME) + ':' }); }
  get host() { return partOf.host(parts()); }
  set host(host) { goTo({ __proto__: null, host: text(host) }); }
  get hostname() { return partOf.hostname(parts()); }
  set hostname(name) { goTo({ __proto__: null, host: text(name) + (this.port === '' ? '' : ':' + this.port) }); }
  get port() { return partOf.port(parts()); }
  set port(port) { goTo({ __proto__: null, host: this.hostname + (text(port) === '' ? '' : ':' + text(port)) }); }
  get pathname() { return partOf.pathname(parts()); }
  set pathname(path) { goTo({ __proto__: null, pathname: asPath(rooted(text(path))) }); }
  get search() { return partOf.search(parts()); }
  set search(query) { go(upTo(b.url(), QUERY) + '?' + unmarked(text(query), '?'), false); }
  get hash() { return partOf.hash(parts()); }
  set hash(value) { go(withoutHash(b.url()) + '#' + unmarked(text(value), '#'), false); }
  get origin() { return originOf(parts()); }
  get ancestorOrigins() { return []; }
  assign(url) { go(resolve(url, 'assign', 'Location'), false); }
  replace(url) { go(resolve(url, 'replace', 'Location'), true); }
  reload() { b.reload(); }
  toString() { return this.href; }
}
const own = {};
define(Location, 'Location');

// The entries of this page; those of other pages are the host's.
const entries = [{ state: null, url: b.url() }];
let at = 0;

function push(state, url) {
  entries.length = ++at;
  entries[at] = { state, url };
}

function copyOf(state, method) {
  try {
    return hooks.clone(state);
  } catch (error) {
    throw require('dom/message').refused(error, state, 'History', method);
  }
}

function change(method, state, url, replace) {
  const target = url === undefined || url === null ? b.url() : resolve(url, method, 'History');
  const origin = originOf(parts());
  // As in Chromium: what has no origin stays the document that it is. Pages of files are as Electron has them by default:
  // of one origin, so that the paths of a router are theirs.
  const stays = origin === 'null' ? upTo(target, QUERY) === upTo(b.url(), QUERY) : originOf(b.split(target)) === origin;
  if (!stays) {
    throw domError("Failed to execute '" + method + "' on 'History': A history state object with URL '" + target + "' cannot be created in a document with origin '" + origin + "' and URL '" + b.url() + "'.", 'SecurityError');
  }
  const copy = copyOf(state, method);
  b.setUrl(target);
  if (replace) entries[at] = { state: copy, url: target };
  else push(copy, target);
  b.inPage(target, replace, 0);
}

/** Goes back or forth by so many places of this page, if there are so many. */
function traverse(by) {
  const next = at + by;
  if (next < 0 || next >= entries.length) return false;
  const old = b.url();
  at = next;
  b.setUrl(entries[at].url);
  b.inPage(entries[at].url, false, by);
  fire(globalThis, 'PopStateEvent', 'popstate', { state: entries[at].state });
  if (withoutHash(old) === withoutHash(b.url()) && old !== b.url()) {
    fire(globalThis, 'HashChangeEvent', 'hashchange', { oldURL: old, newURL: b.url() });
  }
  return true;
}

/** What the host asks for: another fragment, or a place where the page has been. */
function goInPage(url, by) {
  if (typeof url === 'string') go(url, false);
  else traverse(by);
}

class History {
  constructor(token) { if (token !== own) throw new TypeError('Illegal constructor'); }
  get length() { return b.historyLength(); }
  get state() { return entries[at].state; }
  get scrollRestoration() { return 'auto'; }
  set scrollRestoration(_value) {}
  pushState(state, _title, url) { change('pushState', state, url, false); }
  replaceState(state, _title, url) { change('replaceState', state, url, true); }
  go(by = 0) {
    const places = Math.trunc(by) || 0;
    if (places === 0) { b.reload(); return; }
    // Pages before and behind this one are the host's.
    later(() => { if (!traverse(places)) b.go(places); });
  }
  back() { this.go(-1); }
  forward() { this.go(1); }
}
define(History, 'History');

module.exports = { Location, History, originOf, partOf, go, goInPage, location: new Location(own), history: new History(own) };
