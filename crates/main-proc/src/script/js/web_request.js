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

// Whether a text is what a pattern says, in which `*` stands for anything. It takes time by the length of the text alone, as pages
// name the addresses.
function globOf(pattern) {
  const [first, ...rest] = pattern.toLowerCase().split('*');
  const last = rest.pop();
  return (text) => {
    if (last === undefined) return text === first;
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

const PARTS = /^(\*|[a-z][a-z0-9+.-]*):(?:\/\/([^/]*))?(.*)$/is;

// Whether a URL is what a pattern says: `*://*.example.org/*`.
function matcher(pattern) {
  if (pattern === '<all_urls>') return () => true;
  const parts = PARTS.exec(pattern);
  if (parts === null) throw new TypeError(`Invalid url pattern ${pattern}: Wrong scheme type.`);
  const [, scheme, host, way] = parts;
  const isScheme = globOf(scheme);
  const isWay = globOf(way);
  const hosts = host === undefined ? [] : (host.startsWith('*.') ? [host.slice(2), host] : [host]).map(globOf);
  return (url) => {
    const [, ownScheme, ownHost, ownWay] = PARTS.exec(url.toLowerCase()) ?? [];
    if (ownScheme === undefined || !isScheme(ownScheme)) return false;
    if (host === undefined) return isWay(ownHost === undefined ? ownWay : `//${ownHost}${ownWay}`);
    return ownHost !== undefined && hosts.some((isHost) => isHost(ownHost)) && isWay(ownWay);
  };
}

function filterOf(given) {
  if (given === null || given === undefined) return () => true;
  const list = (value) => (Array.isArray(value) ? value.map(String) : []);
  const [urls, not, types] = [list(given.urls).map(matcher), list(given.excludeUrls).map(matcher), list(given.types)];
  return ({ url, resourceType }) => (urls.length === 0 || urls.some((fits) => fits(url))) && !not.some((fits) => fits(url)) &&
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
