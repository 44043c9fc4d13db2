'use strict';
// session.cookies: sent to the servers of pages, which set them too, as pages themselves do. Those with an end are kept in a
// file, if the session has a folder.

const EventEmitter = require('events');
const { isAddress, isShared } = require('dipole/sites');

const SAME_SITE = ['unspecified', 'no_restriction', 'lax', 'strict'];
const INVALID = 'Failed to set cookie - The cookie was set with an invalid Domain attribute.';
const CONTROL = 'Failed to set cookie - The cookie contains ASCII control characters';
// What names, values, domains and paths may not have: they would end there.
const ENDS = /[\x00-\x08\x0a-\x1f\x7f;]/;
// So many there may be, as in Chromium: of a domain, and in all. The oldest go first.
const MOST_OF_DOMAIN = 180;
const MOST = 3300;
const LARGEST = 4096;
// So long one is kept, in seconds, as in Chromium: 400 days.
const LONGEST = 400 * 24 * 60 * 60;

function parsed(url) {
  try {
    const { hostname, pathname, protocol } = new URL(url);
    return hostname === '' ? undefined : { hostname, pathname, protocol };
  } catch {
    return undefined;
  }
}

const bare = (domain) => domain.replace(/^\./, '');
const isOf = (host, domain) => host === domain || host.endsWith(`.${domain}`);
const fits = (domain, host) => (domain.startsWith('.') ? isOf(host, bare(domain)) : host === domain);
const isBelow = (path, folder) => path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
const isSafe = ({ hostname, protocol }) => protocol === 'https:' || protocol === 'wss:' || isLocal(hostname);
const isLocal = (host) => host === 'localhost' || host.endsWith('.localhost') || /^127\./.test(host) || host === '[::1]';
const keyOf = ({ domain, path, name }) => [domain, path, name].join('\0');

class Cookies extends EventEmitter {
  #all = new Map();
  #file = null;

  constructor(folder = null) {
    super();
    if (folder === null) return;
    this.#file = new (require('dipole/cookie_file').CookieFile)(folder, () => [...this.#all.values()]);
    for (const cookie of this.#file.read().slice(-MOST)) this.#all.set(keyOf(cookie), cookie);
  }

  #expire() {
    const now = Date.now() / 1000;
    for (const [key, { expirationDate }] of this.#all) if (expirationDate !== undefined && expirationDate <= now) this.#all.delete(key);
  }

  // Those that are sent there.
  #for(place) {
    this.#expire();
    const { hostname, pathname } = place;
    return [...this.#all.values()].filter(({ domain, path, secure }) => fits(domain, hostname) && isBelow(pathname, path) && (!secure || isSafe(place)));
  }

  async get(filter = {}) {
    this.#expire();
    const { url, name, domain, path, secure, session, httpOnly } = filter;
    const from = url === undefined || url === '' ? undefined : parsed(url);
    if (url !== undefined && url !== '' && from === undefined) return [];
    const same = (wanted, value) => wanted === undefined || wanted === value;
    const wanted = domain === undefined ? undefined : bare(domain).toLowerCase();
    return (from === undefined ? [...this.#all.values()] : this.#for(from)).filter((cookie) => {
      const own = bare(cookie.domain);
      if (wanted !== undefined && !isOf(own, wanted) && !fits(cookie.domain, wanted)) return false;
      return same(name, cookie.name) && same(path, cookie.path) && same(secure, cookie.secure) && same(session, cookie.session) &&
        same(httpOnly, cookie.httpOnly);
    }).map((cookie) => ({ ...cookie }));
  }

  async set(details) {
    const from = parsed(details?.url);
    if (from === undefined) throw new Error(INVALID);
    const { name = '', value = '', domain, path = '/', secure = false, httpOnly = false, expirationDate, sameSite = 'lax' } = details;
    if (!SAME_SITE.includes(sameSite)) {
      throw new Error(`Failed to convert '${sameSite}' to an appropriate cookie same site value`);
    }
    if ([name, value, domain ?? '', path].some((one) => ENDS.test(String(one)))) throw new Error(CONTROL);
    const problem = this.#put(from, { name, value, domain, path, secure, httpOnly, expirationDate, sameSite });
    if (problem !== undefined) throw new Error(problem);
  }

  // Takes one that a program or a server wants to be kept; what is wrong with it, if anything.
  #put(from, { name, value, domain = '', path, secure, httpOnly, expirationDate, sameSite }, byPage = false) {
    const wanted = bare(domain).toLowerCase();
    if (wanted !== '' && wanted !== from.hostname && (isAddress(from.hostname) || isShared(wanted) || !isOf(from.hostname, wanted))) return INVALID;
    const hostOnly = wanted === '' || isAddress(wanted) || isShared(wanted);
    const cookie = {
      name: String(name), value: String(value), domain: hostOnly ? from.hostname : `.${wanted}`, hostOnly, path, secure, httpOnly,
      session: expirationDate === undefined, sameSite,
    };
    if (expirationDate !== undefined) cookie.expirationDate = Number(expirationDate);
    const key = keyOf(cookie);
    const old = this.#all.get(key);
    if (old?.httpOnly && byPage) return undefined;
    const isExpired = cookie.expirationDate <= Date.now() / 1000;
    if (old !== undefined) {
      // One that is written over stays where it was.
      if (isExpired) this.#all.delete(key);
      this.#change(old, isExpired ? 'expired-overwrite' : 'overwrite', true);
    }
    if (isExpired) return undefined;
    this.#all.set(key, cookie);
    this.#bound(cookie.domain);
    this.#change(cookie, old?.value === cookie.value ? 'inserted-no-value-change-overwrite' : 'inserted', false);
    return undefined;
  }

  // One that is not secure neither writes over a secure one nor comes before it (RFC 6265bis).
  #isHeldBack({ name, domain, path, secure }, from) {
    if (secure || isSafe(from)) return false;
    const wanted = bare(domain).toLowerCase() || from.hostname;
    const meet = (one, other) => isOf(one, other) || isOf(other, one);
    return [...this.#all.values()].some((old) => old.secure && old.name === name && meet(bare(old.domain), wanted) && isBelow(path, old.path));
  }

  #bound(domain) {
    const all = [...this.#all];
    const mine = all.filter(([, cookie]) => bare(cookie.domain) === bare(domain));
    const gone = [...mine.slice(0, Math.max(0, mine.length - MOST_OF_DOMAIN)), ...all.slice(0, Math.max(0, all.length - MOST))];
    for (const [key, cookie] of gone) if (this.#all.delete(key)) this.#change(cookie, 'evicted', true);
  }

  async remove(url, name) {
    for (const cookie of await this.get({ url, name })) {
      this.#all.delete(keyOf(cookie));
      this.#change(cookie, 'explicit', true);
    }
  }

  async flushStore() { this.#file?.flush(); }

  #change(cookie, cause, removed) {
    if (!cookie.session) this.#file?.changed();
    this.emit('changed', {}, { ...cookie }, cause, removed);
  }

  // --- for the session ---

  /** Lets go of those for which `goes` says so, given their hosts. */
  clear(goes) {
    for (const [key, cookie] of [...this.#all]) {
      if (!goes(bare(cookie.domain))) continue;
      this.#all.delete(key);
      this.#change(cookie, 'explicit', true);
    }
  }

  /** What a server at that address is sent: `a=1; b=2`. `sites` says of which `sameSite` the request is: see answers.js. */
  header(url, sites = 'strict') {
    const from = this.#all.size === 0 ? undefined : parsed(url);
    if (from === undefined) return '';
    return text(this.#for(from).filter((cookie) => goesAlong(cookie, sites)));
  }

  /** What a page at that address sees of them. */
  seenBy(url) {
    const from = this.#all.size === 0 ? undefined : parsed(url);
    return from === undefined ? '' : text(this.#for(from).filter(({ httpOnly }) => !httpOnly));
  }

  /** A page at that address sets one, as a server would; those that are for servers alone it neither makes nor changes. */
  setBy(url, given) {
    const from = parsed(url);
    const cookie = from === undefined || given.length > LARGEST ? undefined : said(given, from);
    if (cookie === undefined || cookie.httpOnly || !mayCome(cookie) || this.#isHeldBack(cookie, from)) return;
    this.#put(from, cookie, true);
  }

  /** A server at that address has sent these `Set-Cookie` headers; what is wrong is passed by. */
  take(url, headers, sites = 'strict') {
    const from = headers.length === 0 ? undefined : parsed(url);
    if (from === undefined) return;
    for (const given of headers) {
      if (given.length > LARGEST) continue;
      const cookie = said(given, from);
      if (cookie !== undefined && (sites !== 'none' || goesAlong(cookie, sites)) && mayCome(cookie) && !this.#isHeldBack(cookie, from)) {
        this.#put(from, cookie);
      }
    }
  }
}

const text = (cookies) => cookies.sort((one, other) => other.path.length - one.path.length)
  .map(({ name, value }) => (name === '' ? value : `${name}=${value}`)).join('; ');

// Whether a request that comes from another site has it, unless it leads a window there (`lax`). One that does not say is lax.
function goesAlong({ sameSite }, sites) {
  return sites === 'strict' || sameSite === 'no_restriction' || (sites === 'lax' && sameSite !== 'strict');
}

// What the beginnings of names promise, and that what goes along everywhere is secure.
function mayCome({ name, value, secure, domain, path, sameSite }) {
  if (sameSite === 'no_restriction' && !secure) return false;
  // Of one without a name a server sees the value alone.
  if (name === '' && /^__(?:host|secure)-/i.test(value)) return false;
  if (/^__host-/i.test(name)) return secure && domain === '' && path === '/';
  return secure || !/^__secure-/i.test(name);
}

/** What `Set-Cookie` says, if it is one. */
function said(given, from) {
  const { pathname } = from;
  const [first, ...rest] = given.split(';').map((part) => part.trim());
  const at = first.indexOf('=');
  const [name, value] = at < 0 ? ['', first] : [first.slice(0, at).trim(), first.slice(at + 1).trim()];
  if ((name === '' && value === '') || ENDS.test(given.replaceAll(';', ''))) return undefined;
  const folder = pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')));
  const cookie = { name, value, domain: '', path: folder, secure: false, httpOnly: false, expirationDate: undefined, sameSite: 'unspecified' };
  let age;
  for (const part of rest) {
    const [, key, wanted = ''] = /^([^=]*?)\s*(?:=\s*(.*))?$/s.exec(part);
    switch (key.toLowerCase()) {
      case 'domain': cookie.domain = wanted; break;
      case 'path': cookie.path = wanted.startsWith('/') ? wanted : folder; break;
      case 'secure': cookie.secure = true; break;
      case 'httponly': cookie.httpOnly = true; break;
      case 'max-age': if (/^-?\d+$/.test(wanted)) age = Number(wanted); break;
      case 'expires': if (!Number.isNaN(Date.parse(wanted))) cookie.expirationDate = Date.parse(wanted) / 1000; break;
      case 'samesite': cookie.sameSite = { none: 'no_restriction', lax: 'lax', strict: 'strict' }[wanted.toLowerCase()] ?? 'unspecified'; break;
      default:
    }
  }
  if (age !== undefined) cookie.expirationDate = age <= 0 ? 0 : Date.now() / 1000 + age;
  if (cookie.expirationDate !== undefined) cookie.expirationDate = Math.min(cookie.expirationDate, Date.now() / 1000 + LONGEST);
  return cookie.secure && !isSafe(from) ? undefined : cookie;
}

/** `document.cookie` of a page: with a text it is set. Where the page is, main knows. */
function ofPage({ frameUrl, contents }, given) {
  if (!/^https?:/i.test(frameUrl)) return '';
  if (typeof given !== 'string') return contents.session.cookies.seenBy(frameUrl);
  contents.session.cookies.setBy(frameUrl, given);
  return '';
}

module.exports = { Cookies, ofPage };
