'use strict';
// Headers, Request and Response.

const { define } = require('internal/web_class');
const blobs = require('internal/blob');

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NULL_BODY = [101, 103, 204, 205, 304];

class Headers {
  #list = new Map();

  constructor(init) {
    if (init === undefined || init === null) return;
    if (typeof init !== 'object') {
      throw new TypeError("Failed to construct 'Headers': The provided value is not of type '(record<ByteString, ByteString> or sequence<sequence<ByteString>>)'.");
    }
    const pairs = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
    for (const pair of pairs) {
      const [name, value, ...more] = pair;
      if (value === undefined || more.length > 0) throw new TypeError("Failed to construct 'Headers': Invalid value");
      this.append(name, value);
    }
  }

  append(given, value) {
    const name = nameOf('append', given);
    const list = this.#list.get(name);
    if (list === undefined) this.#list.set(name, [valueOf('append', value)]);
    else list.push(valueOf('append', value));
  }
  set(name, value) { this.#list.set(nameOf('set', name), [valueOf('set', value)]); }
  get(name) { return this.#list.get(nameOf('get', name))?.join(', ') ?? null; }
  has(name) { return this.#list.has(nameOf('has', name)); }
  delete(name) { this.#list.delete(nameOf('delete', name)); }
  getSetCookie() { return [...this.#list.get('set-cookie') ?? []]; }
  #entries() {
    const all = [];
    for (const name of [...this.#list.keys()].sort()) {
      const values = this.#list.get(name);
      for (const value of name === 'set-cookie' ? values : [values.join(', ')]) all.push([name, value]);
    }
    return all;
  }
  forEach(callback, self) { for (const [name, value] of this.#entries()) callback.call(self, value, name, this); }
  *entries() { yield* this.#entries(); }
  *keys() { for (const [name] of this.#entries()) yield name; }
  *values() { for (const [, value] of this.#entries()) yield value; }
  [Symbol.iterator]() { return this.entries(); }
}
define(Headers, 'Headers');

function nameOf(method, given) {
  const name = String(given);
  if (!NAME.test(name)) throw new TypeError(`Failed to execute '${method}' on 'Headers': Invalid name`);
  return name.toLowerCase();
}

function valueOf(method, given) {
  const value = String(given).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (/[\0\n\r]|[^\0-\xff]/.test(value)) throw new TypeError(`Failed to execute '${method}' on 'Headers': Invalid value`);
  return value;
}

const isStream = (value) => value instanceof require('internal/readable').ReadableStream;

// What a body is given as: its bytes or stream, and the type that goes with it.
function extract(given) {
  if (given === null || given === undefined) return { source: null, type: null };
  if (blobs.is(given)) return { source: blobs.bytes(given), type: given.type || null };
  if (given instanceof ArrayBuffer) return { source: new Uint8Array(given.slice(0)), type: null };
  if (ArrayBuffer.isView(given)) {
    return { source: new Uint8Array(given.buffer.slice(given.byteOffset, given.byteOffset + given.byteLength)), type: null };
  }
  if (typeof given === 'object' && isStream(given)) {
    if (given.locked) throw new TypeError('Response body object should not be disturbed or locked');
    return { source: given, type: null };
  }
  if (given instanceof URLSearchParams) {
    return { source: new TextEncoder().encode(String(given)), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (typeof FormData === 'function' && given instanceof FormData) return multipart(given);
  return { source: new TextEncoder().encode(String(given)), type: 'text/plain;charset=UTF-8' };
}

function multipart(form) {
  const boundary = `----WebKitFormBoundary${Math.random().toString(36).slice(2, 18)}`;
  const parts = [];
  const quoted = (text) => text.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22');
  for (const [name, value] of form) {
    const file = blobs.is(value) ? `; filename="${quoted(value.name ?? 'blob')}"\r\nContent-Type: ${value.type || 'application/octet-stream'}` : '';
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${file}\r\n\r\n`, value, '\r\n');
  }
  parts.push(`--${boundary}--\r\n`);
  return { source: blobs.bytes(new blobs.Blob(parts)), type: `multipart/form-data; boundary=${boundary}` };
}

// What requests and responses have in common.
class Body {
  #source;
  #stream;
  #used = false;

  constructor(source) { this.#source = source; }

  get body() {
    if (this.#source === null) return null;
    return this.#stream ??= isStream(this.#source) ? this.#source : new blobs.Blob([this.#source]).stream();
  }

  get bodyUsed() {
    return this.#used || (this.#stream !== undefined && require('internal/readable').isDisturbed(this.#stream));
  }

  async #bytes(method) {
    if (this.bodyUsed || this.#stream?.locked) {
      throw new TypeError(`Failed to execute '${method}' on '${this[Symbol.toStringTag]}': body stream already read`);
    }
    if (this.#source === null) return new Uint8Array(0);
    this.#used = true;
    if (this.#stream === undefined && !isStream(this.#source)) return this.#source;
    const chunks = [];
    for await (const chunk of this.body) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('Received a chunk that is not a Uint8Array');
      chunks.push(chunk);
    }
    return blobs.bytes(new blobs.Blob(chunks));
  }

  async arrayBuffer() { return (await this.#bytes('arrayBuffer')).slice().buffer; }
  async bytes() { return (await this.#bytes('bytes')).slice(); }
  async blob() { return new blobs.Blob([await this.#bytes('blob')], { type: this.headers.get('content-type') ?? '' }); }
  async text() { return new TextDecoder().decode(await this.#bytes('text')); }
  async json() { return JSON.parse(new TextDecoder().decode(await this.#bytes('json'))); }
  async formData() {
    const type = this.headers.get('content-type') ?? '';
    if (!/^application\/x-www-form-urlencoded\b/i.test(type)) throw new TypeError("Failed to execute 'formData': only application/x-www-form-urlencoded is supported");
    const form = new FormData();
    for (const [name, value] of new URLSearchParams(await this.text())) form.append(name, value);
    return form;
  }

  // The bytes of a body that has them already.
  static bodyOf(from) { return from.#source ?? new Uint8Array(0); }

  // The same body once more, of one that was not used.
  static copy(from) {
    if (from.bodyUsed || from.#stream?.locked) throw new TypeError("Failed to execute 'clone': body is already used");
    if (from.#source === null || (from.#stream === undefined && !isStream(from.#source))) return from.#source;
    const [mine, other] = from.body.tee();
    from.#source = from.#stream = mine;
    return other;
  }
}
const { copy, bodyOf } = Body;
delete Body.copy;
delete Body.bodyOf;
binding('host').native.makeEnumerable(Body.prototype);

class Response extends Body {
  #init;

  constructor(body = null, init = {}) {
    const { status = 200, statusText = '', headers } = init ?? {};
    if (!(Number(status) >= 200 && Number(status) <= 599)) {
      throw new RangeError(`Failed to construct 'Response': The status provided (${status}) is outside the range [200, 599].`);
    }
    const { source, type } = extract(body);
    if (source !== null && NULL_BODY.includes(Number(status))) {
      throw new TypeError("Failed to construct 'Response': Response with null body status cannot have body");
    }
    super(source);
    const list = new Headers(headers);
    if (type !== null && !list.has('content-type')) list.append('content-type', type);
    this.#init = { status: Math.trunc(Number(status)), statusText: String(statusText), headers: list, url: '', type: 'default', redirected: false };
  }

  get status() { return this.#init.status; }
  get statusText() { return this.#init.statusText; }
  get ok() { return this.status >= 200 && this.status <= 299; }
  get headers() { return this.#init.headers; }
  get url() { return this.#init.url; }
  get type() { return this.#init.type; }
  get redirected() { return this.#init.redirected; }

  clone() {
    const made = new Response(copy(this), this.#init.status === 0 ? {} : this);
    made.#init = { ...this.#init, headers: new Headers(this.headers) };
    return made;
  }

  static json(value, init) {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError("Failed to execute 'json' on 'Response': The data is not JSON serializable");
    const made = new Response(text, init);
    if (!new Headers(init?.headers).has('content-type')) made.headers.set('content-type', 'application/json');
    return made;
  }
  static error() {
    const made = new Response();
    Object.assign(made.#init, { status: 0, type: 'error' });
    return made;
  }
  static redirect(url, status = 302) {
    if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError("Failed to execute 'redirect' on 'Response': Invalid status code");
    return new Response(null, { status, headers: { location: String(url) } });
  }
  static place(response, url, redirected = false, type = 'basic') {
    Object.assign(response.#init, { url, type, redirected });
    return response;
  }
  // One of which nothing is to be seen.
  static unseen(type, url) {
    const made = new Response();
    Object.assign(made.#init, { status: 0, type, url });
    return made;
  }
}
const { place, unseen } = Response;
delete Response.place;
delete Response.unseen;
define(Response, 'Response');

const WORDS = {
  mode: ['RequestMode', 'cors', 'no-cors', 'same-origin'],
  credentials: ['RequestCredentials', 'omit', 'same-origin', 'include'],
  redirect: ['RequestRedirect', 'follow', 'error', 'manual'],
};
const SIMPLE = ['accept', 'accept-language', 'content-language', 'content-type'];
const SIMPLE_TYPE = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain) *(?:;|$)/i;
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];

class Request extends Body {
  #init;

  constructor(input, init = {}) {
    const from = input instanceof Request ? input : null;
    const base = globalThis.document?.baseURI ?? globalThis.location?.href;
    let url;
    try {
      url = from?.url ?? new URL(String(input), base).href;
    } catch {
      throw new TypeError(`Failed to construct 'Request': Failed to parse URL from ${String(input)}`);
    }
    const given = init ?? {};
    const asked = String(given.method ?? from?.method ?? 'GET');
    const method = METHODS.includes(asked.toUpperCase()) ? asked.toUpperCase() : asked;
    if (!NAME.test(method) || ['CONNECT', 'TRACE', 'TRACK'].includes(method.toUpperCase())) {
      throw new TypeError(`Failed to construct 'Request': '${asked}' is not a valid HTTP method.`);
    }
    const hasBody = given.body !== undefined && given.body !== null;
    if (hasBody && (method === 'GET' || method === 'HEAD')) {
      throw new TypeError("Failed to construct 'Request': Request with GET/HEAD method cannot have body.");
    }
    const { source, type } = hasBody ? extract(given.body) : { source: from === null ? null : copy(from), type: null };
    super(source);
    const headers = new Headers(given.headers ?? from?.headers);
    if (type !== null && !headers.has('content-type')) headers.append('content-type', type);
    const kept = (name, standard) => {
      const value = given[name] ?? from?.[name] ?? standard;
      const [type, ...words] = WORDS[name] ?? [];
      if (type === undefined || words.includes(String(value))) return type === undefined ? value : String(value);
      throw new TypeError(`Failed to construct 'Request': ${value === 'navigate' ? 'Cannot construct a Request with a RequestInit whose mode member is set as \'navigate\'.' : `Failed to read the '${name}' property from 'RequestInit': The provided value '${value}' is not a valid enum value of type ${type}.`}`);
    };
    this.#init = {
      url, method, headers, signal: given.signal ?? from?.signal ?? new AbortController().signal, mode: kept('mode', 'cors'),
      credentials: kept('credentials', 'same-origin'), cache: kept('cache', 'default'), redirect: kept('redirect', 'follow'),
      referrer: kept('referrer', 'about:client'), referrerPolicy: kept('referrerPolicy', ''), integrity: kept('integrity', ''),
      keepalive: Boolean(kept('keepalive', false)), destination: '', duplex: 'half',
    };
    if (this.mode !== 'no-cors') return;
    if (!['GET', 'HEAD', 'POST'].includes(method)) throw new TypeError(`Failed to construct 'Request': '${method}' is unsupported in no-cors mode.`);
    // What a form could not send is left out.
    for (const [name, value] of [...headers]) if (!SIMPLE.includes(name) || (name === 'content-type' && !SIMPLE_TYPE.test(value))) headers.delete(name);
  }

  clone() { return new Request(this, this.method === 'GET' || this.method === 'HEAD' ? {} : { body: copy(this) ?? undefined }); }

  static {
    for (const name of ['url', 'method', 'headers', 'signal', 'mode', 'credentials', 'cache', 'redirect', 'referrer', 'referrerPolicy',
      'integrity', 'keepalive', 'destination', 'duplex']) {
      Object.defineProperty(Request.prototype, name, {
        get: { [name]() { return this.#init[name]; } }[name], enumerable: true, configurable: true,
      });
    }
  }
}
define(Request, 'Request');

module.exports = { Headers, Request, Response, place, unseen, bodyOf };
