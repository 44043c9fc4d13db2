'use strict';
// `location` and `history`.

const { Set, Math, TypeError } = require('internal/intrinsics');
const { b, text, domError } = require('dom/core');
const { define } = require('dom/define');
const { fire } = require('dom/target');

const OPAQUE = new Set(['about:', 'data:', 'blob:', 'javascript:']);

// Scheme, authority, path, query, fragment of the page's address.
const parts = () => b.split(b.url());
const hostOf = (authority) => authority.slice(authority.lastIndexOf('@') + 1);

function originOf({ 0: scheme, 1: authority }) {
  return scheme === undefined || OPAQUE.has(scheme) ? 'null' : `${scheme}//${hostOf(authority)}`;
}

function resolve(url, method, on) {
  const found = b.resolve(text(url));
  if (found === undefined) throw domError(`Failed to execute '${method}' on '${on}': '${url}' is not a valid URL.`, 'SyntaxError');
  return found;
}

const withoutHash = (url) => url.replace(/#.*$/s, '');

/** Goes to a URL: within the page if only the fragment differs, else the host is asked. */
function go(url, replace) {
  const old = b.url();
  if (url.includes('#') && withoutHash(url) === withoutHash(old)) {
    if (url === old) return;
    b.setUrl(url);
    if (replace) entries[at] = { state: null, url };
    else push(null, url);
    require('internal/timers').setTimeout(() => fire(globalThis, 'HashChangeEvent', 'hashchange', { oldURL: old, newURL: url }), 0);
    return;
  }
  b.navigate(url, replace);
}

class Location {
  constructor(token) { if (token !== own) throw new TypeError('Illegal constructor'); }
  get href() { return b.url(); }
  set href(url) { go(resolve(url, 'href', 'Location'), false); }
  get protocol() { return parts()[0] ?? ':'; }
  get host() { return hostOf(parts()[1] ?? ''); }
  get hostname() { return this.host.replace(/:\d+$/, ''); }
  get port() { return /:(\d+)$/.exec(this.host)?.[1] ?? ''; }
  get pathname() { return parts()[2] ?? ''; }
  get search() { const query = parts()[3] ?? ''; return query === '?' ? '' : query; }
  set search(query) { go(`${b.url().replace(/[?#].*$/s, '')}?${text(query).replace(/^\?/, '')}`, false); }
  get hash() { const hash = parts()[4] ?? ''; return hash === '#' ? '' : hash; }
  set hash(value) { go(`${withoutHash(b.url())}#${text(value).replace(/^#/, '')}`, false); }
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

function change(method, state, url, store) {
  const target = url === undefined || url === null ? b.url() : resolve(url, method, 'History');
  if (originOf(b.split(target)) !== originOf(parts())) {
    throw domError(`Failed to execute '${method}' on 'History': A history state object with URL '${target}' cannot be created in a document with origin '${originOf(parts())}' and URL '${b.url()}'.`, 'SecurityError');
  }
  const copy = structuredClone(state);
  b.setUrl(target);
  store(copy, target);
}

class History {
  constructor(token) { if (token !== own) throw new TypeError('Illegal constructor'); }
  get length() { return entries.length; }
  get state() { return entries[at].state; }
  get scrollRestoration() { return 'auto'; }
  set scrollRestoration(_value) {}
  pushState(state, _title, url) { change('pushState', state, url, push); }
  replaceState(state, _title, url) {
    change('replaceState', state, url, (copy, target) => { entries[at] = { state: copy, url: target }; });
  }
  go(by = 0) {
    if (by === 0) { b.reload(); return; }
    setTimeout(() => {
      const next = at + Math.trunc(by);
      if (next < 0 || next >= entries.length) return;
      const old = b.url();
      at = next;
      b.setUrl(entries[at].url);
      fire(globalThis, 'PopStateEvent', 'popstate', { state: entries[at].state });
      if (withoutHash(old) === withoutHash(b.url()) && old !== b.url()) {
        fire(globalThis, 'HashChangeEvent', 'hashchange', { oldURL: old, newURL: b.url() });
      }
    }, 0);
  }
  back() { this.go(-1); }
  forward() { this.go(1); }
}
define(History, 'History');

module.exports = { Location, History, location: new Location(own), history: new History(own) };
