'use strict';
// session.cookies: kept in memory. No page has any, since there is no network that would carry them.

const EventEmitter = require('events');

const SAME_SITE = ['unspecified', 'no_restriction', 'lax', 'strict'];
const INVALID = 'Failed to set cookie - The cookie was set with an invalid Domain attribute.';

function parsed(url) {
  try {
    const { hostname, pathname, protocol } = new URL(url);
    return hostname === '' ? undefined : { hostname, pathname, protocol };
  } catch {
    return undefined;
  }
}

function fits(domain, host) {
  const bare = domain.replace(/^\./, '');
  return host === bare || (domain.startsWith('.') && host.endsWith(`.${bare}`));
}

const isBelow = (path, folder) => path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

class Cookies extends EventEmitter {
  #all = new Map();

  #expire() {
    const now = Date.now() / 1000;
    for (const [key, { expirationDate }] of this.#all) if (expirationDate !== undefined && expirationDate <= now) this.#all.delete(key);
  }

  async get(filter = {}) {
    this.#expire();
    const { url, name, domain, path, secure, session, httpOnly } = filter;
    const from = url === undefined || url === '' ? undefined : parsed(url);
    if (url !== undefined && url !== '' && from === undefined) return [];
    const same = (wanted, value) => wanted === undefined || wanted === value;
    return [...this.#all.values()].filter((cookie) => {
      if (from !== undefined && !(fits(cookie.domain, from.hostname) && isBelow(from.pathname, cookie.path))) return false;
      if (from !== undefined && cookie.secure && from.protocol !== 'https:') return false;
      const bare = cookie.domain.replace(/^\./, '');
      const wanted = domain?.replace(/^\./, '');
      if (wanted !== undefined && bare !== wanted && !bare.endsWith(`.${wanted}`)) return false;
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
    const host = domain?.replace(/^\.?/, '.');
    if (host !== undefined && host !== '.' && !fits(host, from.hostname)) throw new Error(INVALID);
    const cookie = {
      name: String(name), value: String(value), domain: host === undefined || host === '.' ? from.hostname : host,
      hostOnly: host === undefined || host === '.', path, secure, httpOnly, session: expirationDate === undefined, sameSite,
    };
    if (expirationDate !== undefined) cookie.expirationDate = Number(expirationDate);
    const key = [cookie.domain, path, cookie.name].join('\0');
    const old = this.#all.get(key);
    if (old !== undefined) this.#change(old, 'overwrite', true);
    this.#all.set(key, cookie);
    this.#change(cookie, 'inserted', false);
  }

  async remove(url, name) {
    for (const cookie of await this.get({ url, name })) {
      this.#all.delete([cookie.domain, cookie.path, cookie.name].join('\0'));
      this.#change(cookie, 'explicit', true);
    }
  }

  async flushStore() {}

  #change(cookie, cause, removed) {
    this.emit('changed', {}, { ...cookie }, cause, removed);
  }
}

module.exports = { Cookies };
