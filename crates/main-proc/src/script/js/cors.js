'use strict';
// What a page may ask other origins for, and what it may see of their answers: cross-origin resource sharing, as the Fetch
// standard has it.

const { NetError } = require('dipole/net_errors');
const { header, schemeOf } = require('dipole/answers');
const { whole } = require('dipole/bodies');

const SIMPLE_METHODS = ['GET', 'HEAD', 'POST'];
const SIMPLE_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
// What pages see of other origins' answers in any case.
const SHOWN = ['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma'];
// What no page says itself.
const FORBIDDEN = ['accept-charset', 'accept-encoding', 'access-control-request-headers', 'access-control-request-method', 'connection',
  'content-length', 'cookie', 'cookie2', 'date', 'dnt', 'expect', 'host', 'keep-alive', 'origin', 'referer', 'set-cookie', 'te', 'trailer',
  'transfer-encoding', 'upgrade', 'via'];
// So many a page may send, and so long in all.
const MOST = 1024;
const LONGEST = 256 * 1024;
const LONGEST_VALUE = 128;
const LONGEST_VALUES = 1024;

function originOf(url) {
  if (schemeOf(url) === 'file') return 'null';
  try {
    const { protocol, host } = new URL(url);
    return host === '' ? 'null' : `${protocol}//${host}`;
  } catch {
    return 'null';
  }
}

/** The headers that a page may send. */
function sendable(headers) {
  if (headers.length > MOST || headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0) > LONGEST) {
    throw new NetError(-12, `a page sends ${MOST} headers and ${LONGEST} letters of them at most`);
  }
  if (headers.some(([name, value]) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[\0\r\n\u0100-\uffff]/.test(value))) {
    throw new NetError(-2, 'a header has letters that no header may have');
  }
  const all = headers.map(([name, value]) => [name.toLowerCase(), value]);
  return all.filter(([name]) => !FORBIDDEN.includes(name) && !/^(?:proxy|sec)-/.test(name));
}

// Whether forms could send that header too.
function isSimple([name, value]) {
  if (value.length > LONGEST_VALUE) return false;
  switch (name) {
    case 'accept': return !/[\0-\x08\n-\x1f"():<>?@[\\\]{}\x7f]/.test(value);
    case 'accept-language': case 'content-language': return /^[0-9A-Za-z *,.;=-]*$/.test(value);
    case 'content-type':
      return !/[\0-\x08\n-\x1f"():<>?@[\\\]{}\x7f]/.test(value) && SIMPLE_TYPES.includes(/^[^;]*/.exec(value)[0].trim().toLowerCase());
    case 'range': return /^bytes=\d+-\d*$/.test(value);
    default: return false;
  }
}

// The names of those that forms could not send.
function namesToAsk(headers) {
  const simple = headers.filter(isSimple);
  const isLong = simple.reduce((sum, [, value]) => sum + value.length, 0) > LONGEST_VALUES;
  const names = headers.filter((one) => isLong || !simple.includes(one)).map(([name]) => name);
  return [...new Set(names)].sort();
}

const listOf = (headers, name) => headers.filter(([known]) => known === name).flatMap(([, value]) => value.split(',')).map((one) => one.trim());

/** One request of a page for what may be of another origin. */
class Sharing {
  #own;
  #isOn;
  #mode;
  #credentials;
  #method;
  #names;
  #isUnderWay = false;
  // Whether it has been led to another origin, and what it says of its own after that.
  #hasCrossed = false;
  #told;

  /** `own` is the page's origin, `sent` what it asks with, and `isOn` whether other origins are kept from it. */
  constructor(own, sent, headers, isOn) {
    this.#own = this.#told = own;
    this.#isOn = isOn;
    this.#mode = sent?.mode ?? 'cors';
    this.#credentials = sent?.credentials ?? 'same-origin';
    this.#method = sent?.method ?? 'GET';
    this.#names = namesToAsk(headers);
  }

  get #hasCredentials() { return this.#credentials === 'include'; }

  /** Whether cookies, and what a server has been told of who asks, go along to that place. */
  hasCredentials(url) { return this.#hasCredentials || (this.#credentials !== 'omit' && !this.#isForeign(url)); }

  get isOpaque() { return this.#mode === 'no-cors'; }
  get #isToBeAsked() { return this.#isOn && (!SIMPLE_METHODS.includes(this.#method) || this.#names.length > 0); }

  // What was of another origin once stays so, where it is led back.
  #isForeign(url) { return this.#hasCrossed || this.crosses(url); }

  crosses(url) { return this.#own === 'null' ? schemeOf(url) !== 'file' : this.#own !== originOf(url); }

  /** Throws where a request may not go to that place. */
  check(url) {
    if (!this.crosses(url)) return;
    if (this.#mode === 'same-origin') throw new NetError(-2, "the mode is 'same-origin', and it is of another origin");
    if (this.isOpaque && this.#isToBeAsked) throw new NetError(-2, "the mode is 'no-cors', and forms could not ask that");
    // The place that was asked has answered for itself alone.
    if (this.#isUnderWay && this.#isToBeAsked) throw new NetError(-2, 'a request that had to be asked for is led to another origin');
  }

  /** A request is led elsewhere; throws where it may not go. */
  led(from, url) {
    // Who has been led by one to a third is nobody's that the third would know.
    if (this.#isForeign(from) && originOf(from) !== originOf(url)) this.#told = 'null';
    this.#hasCrossed ||= this.crosses(url);
    this.check(url);
  }

  /** What the request says of where it comes from. */
  headersFor(url, headers, method = this.#method) {
    const isRead = method === 'GET' || method === 'HEAD';
    const isToTell = this.#isForeign(url) ? !this.isOpaque || !isRead : !isRead;
    return isToTell ? [...headers, ['origin', this.#told]] : headers;
  }

  /** Asks that place whether it takes such a request, if forms could not make it; `ask` has a request answered. */
  async prepare(request, ask) {
    this.check(request.url);
    this.#isUnderWay = true;
    if (!this.#isToBeAsked || !this.crosses(request.url)) return;
    const headers = [['accept', '*/*'], ['access-control-request-method', this.#method], ['origin', this.#own]];
    if (this.#names.length > 0) headers.push(['access-control-request-headers', this.#names.join(',')]);
    const answer = await ask({ ...request, method: 'OPTIONS', headers, body: null, redirect: 'manual', hasCredentials: () => false });
    answer.body.cancel();
    const refuse = (why) => { throw new NetError(-2, `Response to preflight request doesn't pass access control check: ${why}`); };
    if (answer.status < 200 || answer.status > 299) refuse('It does not have HTTP ok status.');
    if (!this.#isAllowed(answer.headers)) refuse(`No 'Access-Control-Allow-Origin' for '${this.#own}'.`);
    const takes = (name, wanted) => {
      const list = listOf(answer.headers, `access-control-allow-${name}`).map((one) => (name === 'headers' ? one.toLowerCase() : one));
      return list.includes(wanted) || (list.includes('*') && !this.#hasCredentials && wanted !== 'authorization');
    };
    if (!SIMPLE_METHODS.includes(this.#method) && !takes('methods', this.#method)) {
      refuse(`Method ${this.#method} is not allowed by Access-Control-Allow-Methods.`);
    }
    const missing = this.#names.find((name) => !takes('headers', name));
    if (missing !== undefined) refuse(`Request header field ${missing} is not allowed by Access-Control-Allow-Headers.`);
  }

  #isAllowed(headers) {
    const allowed = header(headers, 'access-control-allow-origin');
    if (!this.#hasCredentials) return allowed === '*' || allowed === this.#told;
    return allowed === this.#told && header(headers, 'access-control-allow-credentials') === 'true';
  }

  /** An answer as the page may see it. */
  seen(found, isManual) {
    const { url, status, headers, body } = found;
    const isElsewhere = isManual && [301, 302, 303, 307, 308].includes(status);
    if (isElsewhere || (this.isOpaque && this.#isForeign(url))) {
      body.cancel();
      return { url: isElsewhere ? url : '', status: 0, statusText: '', headers: [], body: whole(new Uint8Array(0)), type: isElsewhere ? 'opaqueredirect' : 'opaque' };
    }
    const visible = headers.filter(([name]) => name !== 'set-cookie' && name !== 'set-cookie2');
    if (!this.#isForeign(url)) return { ...found, headers: visible, type: 'basic' };
    if (!this.#isOn) return { ...found, headers: visible, type: 'cors' };
    if (!this.#isAllowed(headers)) {
      body.cancel();
      throw new NetError(-2, `the answer has no 'Access-Control-Allow-Origin' for '${this.#told}'${this.#hasCredentials ? ' with credentials' : ''}`);
    }
    const more = listOf(headers, 'access-control-expose-headers').map((name) => name.toLowerCase());
    const isShown = (name) => SHOWN.includes(name) || more.includes(name) || (more.includes('*') && !this.#hasCredentials);
    return { ...found, headers: visible.filter(([name]) => isShown(name)), type: 'cors' };
  }
}

module.exports = { Sharing, originOf, sendable };
