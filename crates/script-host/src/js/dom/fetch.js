'use strict';
// fetch and XMLHttpRequest, for what a page may have: files and data: URLs. There is no network here.

const { Object, DOMException, Error, RangeError, Reflect, Symbol, TypeError, each, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const { b, later, report, text } = require('dom/core');
const { define, constants } = require('dom/define');
const { EventTarget } = require('dom/target');

const TYPES = {
  __proto__: null,
  css: 'text/css', gif: 'image/gif', htm: 'text/html', html: 'text/html', jpeg: 'image/jpeg', jpg: 'image/jpeg',
  js: 'text/javascript', json: 'application/json', mjs: 'text/javascript', png: 'image/png', svg: 'image/svg+xml',
  txt: 'text/plain', wasm: 'application/wasm', webp: 'image/webp', xml: 'text/xml',
};
const NULL_BODY = [101, 103, 204, 205, 304];

/** Names in lower case with their values, in the order of the names. */
class Headers {
  #entries = [];
  constructor(init) {
    if (init === undefined || init === null) return;
    if (init instanceof Headers) this.#entries = lists.map(init.#entries, (entry) => [entry[0], entry[1]]);
    else if (typeof init[Symbol.iterator] === 'function') {
      for (const pair of each(lists.gather(init))) this.append(pair[0], pair[1]);
    } else {
      for (const name of each(Object.keys(init))) this.append(name, init[name]);
    }
  }
  #at(name) {
    const wanted = texts.lower(text(name));
    return lists.findIndex(this.#entries, (entry) => entry[0] === wanted);
  }
  append(name, value) {
    const at = this.#at(name);
    if (at >= 0) this.#entries[at][1] += ', ' + texts.trim(text(value));
    else lists.push(this.#entries, [texts.lower(text(name)), texts.trim(text(value))]);
  }
  set(name, value) {
    this.delete(name);
    this.append(name, value);
  }
  get(name) { return this.#entries[this.#at(name)]?.[1] ?? null; }
  has(name) { return this.#at(name) >= 0; }
  delete(name) {
    const at = this.#at(name);
    this.#entries = lists.filter(this.#entries, (_, index) => index !== at);
  }
  entries() { return lists.iterate(lists.map(this.#entries, (entry) => [entry[0], entry[1]])); }
  keys() { return lists.iterate(lists.map(this.#entries, (entry) => entry[0])); }
  values() { return lists.iterate(lists.map(this.#entries, (entry) => entry[1])); }
  forEach(callback, self) {
    for (const entry of each(this.#entries)) Reflect.apply(callback, self, [entry[1], entry[0], this]);
  }
  [Symbol.iterator]() { return this.entries(); }
}
define(Headers, 'Headers');

/** The bytes of a body, and the type that it has by itself. */
function bodyOf(given) {
  if (given === undefined || given === null) return [null, null];
  const bytes = b.bytesOf(given);
  return bytes === null ? [b.toBytes(text(given)), 'text/plain;charset=UTF-8'] : [bytes, null];
}

/** What requests and answers have in common. */
class Body {
  #bytes = null;
  #used = false;
  #headers;
  constructor(bytes, headers) {
    this.#bytes = bytes;
    this.#headers = headers;
  }
  get headers() { return this.#headers; }
  get bodyUsed() { return this.#used; }
  async arrayBuffer() { return this.#take() ?? b.toBytes(''); }
  async bytes() { return b.viewOf(this.#take() ?? b.toBytes('')); }
  async text() { return b.toText(this.#take()); }
  async json() { return b.parseJson(b.toText(this.#take())); }
  #take() {
    const bytes = this.#copy();
    this.#used = bytes !== null;
    return bytes;
  }
  #copy() {
    if (this.#used) throw new TypeError("Failed to execute 'text' on 'Body': body stream already read");
    return this.#bytes === null ? null : b.bytesOf(this.#bytes);
  }
  static copyOf(body) { return body.#copy(); }
}
define(Body, 'Body');
const { copyOf } = Body;
delete Body.copyOf;

class Request extends Body {
  #url;
  #method;
  #signal;
  constructor(input, init) {
    const from = input instanceof Request ? input : null;
    const url = from === null ? b.resolve(text(input)) : from.url;
    if (url === undefined || url === null) {
      throw new TypeError("Failed to construct 'Request': Failed to parse URL from " + text(input));
    }
    const { 0: bytes, 1: type } = bodyOf(init?.body);
    const headers = new Headers(init?.headers ?? from?.headers);
    if (type !== null && !headers.has('content-type')) headers.set('content-type', type);
    super(bytes, headers);
    this.#url = url;
    this.#method = texts.upper(text(init?.method ?? from?.method ?? 'GET'));
    this.#signal = init?.signal ?? from?.signal ?? null;
    if (bytes !== null && (this.#method === 'GET' || this.#method === 'HEAD')) {
      throw new TypeError("Failed to construct 'Request': Request with GET/HEAD method cannot have body.");
    }
  }
  get url() { return this.#url; }
  get method() { return this.#method; }
  get signal() { return this.#signal; }
  clone() { return new Request(this); }
}
define(Request, 'Request');

class Response extends Body {
  #status;
  #statusText;
  #url = '';
  #type = 'default';
  constructor(body, init) {
    const status = init?.status ?? 200;
    if (!(status >= 200 && status <= 599)) {
      throw new RangeError("Failed to construct 'Response': The status provided (" + text(status)
        + ') is outside the range [200, 599].');
    }
    if (body !== undefined && body !== null && lists.includes(NULL_BODY, status)) {
      throw new TypeError("Failed to construct 'Response': Response with null body status cannot have body");
    }
    const { 0: bytes, 1: type } = bodyOf(body);
    const headers = new Headers(init?.headers);
    if (type !== null && !headers.has('content-type')) headers.set('content-type', type);
    super(bytes, headers);
    this.#status = status;
    this.#statusText = text(init?.statusText ?? '');
  }
  get url() { return this.#url; }
  get type() { return this.#type; }
  get status() { return this.#status; }
  get statusText() { return this.#statusText; }
  get ok() { return this.#status >= 200 && this.#status <= 299; }
  get redirected() { return false; }
  clone() {
    const init = { status: this.#status, statusText: this.#statusText, headers: this.headers };
    const copy = new Response(copyOf(this), init);
    copy.#url = this.#url;
    copy.#type = this.#type;
    return copy;
  }
  static json(value, init) {
    const made = new Response(b.toJson(value), init);
    if (!new Headers(init?.headers).has('content-type')) made.headers.set('content-type', 'application/json');
    return made;
  }
  static of(url, bytes) {
    const headers = { 'content-type': typeOf(url) };
    const made = new Response(bytes, { status: 200, statusText: 'OK', headers });
    made.#url = url;
    made.#type = 'basic';
    return made;
  }
}
define(Response, 'Response');
const answer = Response.of;
delete Response.of;

function typeOf(url) {
  const parts = b.split(url);
  if (parts[0] === 'data:') {
    const kind = texts.split(parts[2], ',')[0];
    return kind === '' || kind === ';base64' ? 'text/plain;charset=US-ASCII' : texts.split(kind, ';base64')[0];
  }
  const pieces = texts.split(parts[2], '.');
  return TYPES[texts.lower(pieces[pieces.length - 1])] ?? '';
}

/** The bytes at a URL; throws what says why there are none. */
function read(url, method) {
  const { 0: scheme } = b.split(url);
  if (scheme !== 'file:' && scheme !== 'data:') throw new Error('There is no network here.');
  if (method !== 'GET' && method !== 'HEAD') throw new Error('A ' + scheme + ' URL takes no ' + method + '.');
  const found = b.read(url);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

// Programs compare the message; why it is so is in the cause.
async function fetch(input, init) {
  const request = new Request(input, init);
  if (request.signal?.aborted) throw request.signal.reason;
  try {
    return answer(request.url, read(request.url, request.method));
  } catch (cause) {
    throw new TypeError('Failed to fetch', { cause });
  }
}

const STATES = { __proto__: null, UNSENT: 0, OPENED: 1, HEADERS_RECEIVED: 2, LOADING: 3, DONE: 4 };
const STEPS = ['readystatechange', 'loadstart', 'progress', 'abort', 'error', 'load', 'timeout', 'loadend'];

class XMLHttpRequest extends EventTarget {
  #state = 0;
  #method = 'GET';
  #url = '';
  #async = true;
  #answer = null;
  #sent = 0;
  timeout = 0;
  responseType = '';
  withCredentials = false;
  constructor() {
    super();
    for (const name of each(STEPS)) this['on' + name] = null;
  }
  get readyState() { return this.#state; }
  get status() { return this.#answer === null ? 0 : 200; }
  get statusText() { return this.#answer === null ? '' : 'OK'; }
  get responseURL() { return this.#answer === null ? '' : this.#url; }
  get responseText() { return this.#answer === null ? '' : b.toText(this.#answer); }
  get response() {
    if (this.#answer === null) return this.responseType === '' || this.responseType === 'text' ? '' : null;
    switch (this.responseType) {
      case 'arraybuffer': return this.#answer;
      case 'json':
        try {
          return b.parseJson(this.responseText);
        } catch {
          return null;
        }
      default: return this.responseText;
    }
  }
  open(method, url, isAsync = true) {
    const found = b.resolve(text(url));
    if (found === undefined || found === null) {
      throw new DOMException("Failed to execute 'open' on 'XMLHttpRequest': Invalid URL", 'SyntaxError');
    }
    this.#sent += 1;
    this.#method = texts.upper(text(method));
    this.#url = found;
    this.#async = isAsync !== false;
    this.#answer = null;
    this.#step(STATES.OPENED);
  }
  setRequestHeader() {}
  overrideMimeType() {}
  getResponseHeader(name) {
    return this.#answer !== null && texts.lower(text(name)) === 'content-type' ? typeOf(this.#url) : null;
  }
  getAllResponseHeaders() { return this.#answer === null ? '' : 'content-type: ' + typeOf(this.#url) + '\r\n'; }
  send() {
    if (this.#state !== STATES.OPENED) {
      throw new DOMException("Failed to execute 'send' on 'XMLHttpRequest': The object's state must be OPENED.",
        'InvalidStateError');
    }
    const sent = this.#sent;
    if (!this.#async) return this.#run(sent);
    this.#fire('loadstart');
    later(() => this.#run(sent));
    return undefined;
  }
  abort() {
    this.#sent += 1;
    if (this.#state === STATES.UNSENT || this.#state === STATES.DONE) return;
    this.#answer = null;
    this.#step(STATES.DONE);
    this.#fire('abort');
    this.#fire('loadend');
    this.#state = STATES.UNSENT;
  }
  #run(sent) {
    if (sent !== this.#sent) return;
    try {
      this.#answer = read(this.#url, this.#method);
    } catch {
      this.#answer = null;
    }
    const isThere = this.#answer !== null;
    if (isThere) for (const state of each([STATES.HEADERS_RECEIVED, STATES.LOADING])) this.#step(state);
    this.#step(STATES.DONE);
    this.#fire(isThere ? 'load' : 'error');
    this.#fire('loadend');
  }
  #step(state) {
    this.#state = state;
    this.#fire('readystatechange');
  }
  #fire(type) {
    const event = new (require('dom/events').Event)(type);
    try {
      if (typeof this['on' + type] === 'function') this['on' + type](event);
    } catch (error) {
      report(error);
    }
    this.dispatchEvent(event);
  }
}
define(XMLHttpRequest, 'XMLHttpRequest');
constants(XMLHttpRequest, STATES);

module.exports = { fetch, Headers, Request, Response, XMLHttpRequest };
