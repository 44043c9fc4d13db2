'use strict';
// session.webRequest: its listeners are called for what pages ask main for.

const { methods } = require('dipole/support');
const { NetError } = require('dipole/net_errors');
const { headersOf } = require('dipole/answers');

// Those that wait for the listener, and those that tell it alone.
const ASKING = ['onBeforeRequest', 'onBeforeSendHeaders', 'onHeadersReceived'];
const TELLING = ['onSendHeaders', 'onResponseStarted', 'onBeforeRedirect', 'onCompleted', 'onErrorOccurred'];
const BLOCKED = -20;

let lastId = 0;

// A pattern of URLs as an expression: `*://*.example.org/*`.
function expression(pattern) {
  if (pattern === '<all_urls>') return /^/;
  const parts = /^(\*|[a-z][a-z0-9+.-]*):(\/\/[^/]*)?(.*)$/is.exec(pattern);
  if (parts === null) throw new TypeError(`Invalid url pattern ${pattern}: Wrong scheme type.`);
  const plain = (text) => text.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replace(/\*/g, '.*');
  const host = (parts[2] ?? '').replace(/^\/\/\*\./, '//(?:[^/]*\\.)?');
  const hostText = host.includes('(?:') ? `//(?:[^/]*\\.)?${plain(host.slice('//(?:[^/]*\\.)?'.length))}` : plain(host).replace(/\.\*/g, '[^/]*');
  return new RegExp(`^${parts[1] === '*' ? '[a-z][a-z0-9+.-]*' : plain(parts[1])}:${hostText}${plain(parts[3])}$`, 'i');
}

function filterOf(given) {
  if (given === null || given === undefined) return () => true;
  const list = (value) => (Array.isArray(value) ? value.map(String) : []);
  const [urls, not, types] = [list(given.urls).map(expression), list(given.excludeUrls).map(expression), list(given.types)];
  return ({ url, resourceType }) => (urls.length === 0 || urls.some((one) => one.test(url))) && !not.some((one) => one.test(url)) &&
    (types.length === 0 || types.includes(resourceType));
}

// The headers of a request as programs look for them: by the names that Chromium gives to its own.
const OWN = new Set(['user-agent', 'referer', 'authorization', 'content-type', 'accept', 'cookie', 'origin']);
const shown = (headers) => Object.fromEntries(headers.map(([name, value]) => {
  return [OWN.has(name) ? name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()) : name, value];
}));

class WebRequest {
  #listeners = new Map();
  #changed;

  // `changed` is called when there is another listener, or one less.
  constructor(changed = () => {}) {
    this.#changed = changed;
  }

  get isUsed() { return this.#listeners.size > 0; }

  #listener(name, details) {
    const known = this.#listeners.get(name);
    return known !== undefined && known.fits(details) ? known.listener : undefined;
  }

  // What the listener answers.
  #ask(name, details) {
    const listener = this.#listener(name, details);
    if (listener === undefined) return {};
    return new Promise((resolve) => { listener(details, (answer) => resolve(answer ?? {})); }).then((answer) => {
      if (answer.cancel === true) throw new NetError(BLOCKED, 'a listener of webRequest has cancelled it');
      return answer;
    });
  }

  #tell(name, details) {
    this.#listener(name, details)?.(details);
  }

  // Has a request answered by `go`, with what listeners make of it. `redirected` may object to where one leads it.
  async through(details, request, go, redirected = () => {}) {
    if (!this.isUsed) return go(request);
    const about = { id: ++lastId, timestamp: Date.now(), ...details };
    try {
      return await this.#pass(about, request, go, redirected);
    } catch (error) {
      this.#tell('onErrorOccurred', { ...about, error: error?.message ?? String(error), fromCache: false });
      throw error;
    }
  }

  async #pass(details, given, go, redirected) {
    let about = details;
    let request = given;
    const { redirectURL } = await this.#ask('onBeforeRequest', about);
    if (typeof redirectURL === 'string' && redirectURL !== '') {
      const url = new URL(redirectURL, request.url).href;
      redirected(request.url, url);
      this.#tell('onBeforeRedirect', { ...about, redirectURL: url, statusCode: 307, statusLine: 'HTTP/1.1 307 Internal Redirect', fromCache: false });
      request = { ...request, url };
      about = { ...about, url };
    }
    const sent = await this.#ask('onBeforeSendHeaders', { ...about, requestHeaders: shown(request.headers) });
    if (sent.requestHeaders !== undefined) request = { ...request, headers: headersOf(sent.requestHeaders) };
    this.#tell('onSendHeaders', { ...about, requestHeaders: shown(request.headers) });
    const found = await go(request);
    const line = () => `HTTP/1.1 ${found.status} ${found.statusText}`.trim();
    const heads = () => {
      const all = {};
      for (const [name, value] of found.headers) (all[name] ??= []).push(value);
      return all;
    };
    const now = { ...about, url: found.url, statusCode: found.status };
    const received = await this.#ask('onHeadersReceived', { ...now, statusLine: line(), responseHeaders: heads() });
    if (received.responseHeaders !== undefined) found.headers = headersOf(received.responseHeaders);
    const [, status, statusText] = /^HTTP\/\d(?:\.\d)? +([2-5]\d\d)(?: +(.*))?$/.exec(received.statusLine ?? '') ?? [];
    if (status !== undefined) Object.assign(found, { status: Number(status), statusText: statusText ?? '' });
    for (const name of ['onResponseStarted', 'onCompleted']) {
      this.#tell(name, { ...now, statusLine: line(), responseHeaders: heads(), fromCache: false });
    }
    return found;
  }

  static {
    for (const name of [...ASKING, ...TELLING]) {
      methods(WebRequest.prototype, {
        // (filter, listener) or (listener); null takes it away.
        [name](...args) {
          const listener = args.length > 1 || typeof args[0] === 'object' && args[0] !== null ? args[1] : args[0];
          if (listener !== null && typeof listener !== 'function') throw new TypeError('Must pass null or a Function');
          if (listener === null) this.#listeners.delete(name);
          else this.#listeners.set(name, { fits: filterOf(args.length > 1 ? args[0] : null), listener });
          this.#changed();
        },
      });
    }
  }
}

module.exports = { WebRequest };
