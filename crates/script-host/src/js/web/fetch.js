'use strict';
// fetch and XMLHttpRequest: files, data: and blob: URLs, and whatever main has an answer for.

const { define } = require('internal/web_class');
const { EventTarget, fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');
const { b, later, hooks } = require('dom/core');
const blobs = require('internal/blob');
const { Request, Response, Headers, place, unseen, bodyOf } = require('internal/fetch_classes');

const TYPES = {
  css: 'text/css', gif: 'image/gif', htm: 'text/html', html: 'text/html', jpeg: 'image/jpeg', jpg: 'image/jpeg', js: 'text/javascript',
  json: 'application/json', mjs: 'text/javascript', png: 'image/png', svg: 'image/svg+xml', txt: 'text/plain', wasm: 'application/wasm',
  webp: 'image/webp', xml: 'text/xml',
};

function typeOf(url) {
  if (/^data:/i.test(url)) {
    const type = /^data:([^,]*?)(?:;\s*base64)?,/is.exec(url)?.[1].trim() ?? '';
    return type === '' ? 'text/plain;charset=US-ASCII' : type[0] === ';' ? `text/plain${type}` : type;
  }
  return TYPES[/\.([a-z0-9]+)(?:[?#].*)?$/is.exec(url)?.[1].toLowerCase()] ?? '';
}

// What is at a URL; throws what says why there is nothing.
function answerOf(request) {
  const blob = blobs.blobAt(request.url.replace(/#.*$/s, ''));
  if (blob !== undefined) {
    return new Response(blob, { statusText: 'OK', headers: { 'content-type': blob.type, 'content-length': String(blob.size) } });
  }
  const scheme = schemeOf(request.url);
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Error(`A ${scheme} URL takes no ${request.method}.`);
  const found = b.read(request.url);
  if (typeof found === 'string') throw new Error(found);
  return new Response(found, { statusText: 'OK', headers: { 'content-type': typeOf(request.url) } });
}

const LOCAL = ['file:', 'data:', 'blob:'];
const NULL_BODY = [204, 205, 304];
const schemeOf = (url) => url.slice(0, url.indexOf(':') + 1).toLowerCase();

// Whether main is asked for it.
function isRemote(url) {
  if (LOCAL.includes(schemeOf(url))) return false;
  if (hooks.read === null) throw new Error('There is no network here.');
  return true;
}

const sentOf = ({ method, headers, mode, credentials, redirect }, body) => ({ method, headers: [...headers], body, mode, credentials, redirect });

// The answer that begins with that part; `more` gives what is behind it.
function responseOf(part, request, more) {
  if (part.refused) throw new Error(`net::${part.refused.name}: ${part.refused.text}`);
  const { status, statusText, url, headers, type } = part.head ?? { status: 200, statusText: 'OK', url: request.url, headers: [] };
  // Of which the page may not even know how it went.
  if (type === 'opaque' || type === 'opaqueredirect') return unseen(type, url);
  const body = NULL_BODY.includes(status) || request.method === 'HEAD' ? null : part.more ? more(part) : part.bytes;
  return place(new Response(body, { status, statusText, headers }), url, url !== request.url.replace(/#.*$/s, ''), type);
}

// As the page takes it: main reads no more before it does.
function streamOf(first, url) {
  let waiting = first.bytes.length > 0 ? first : null;
  let offset = first.bytes.length;
  const next = async () => {
    const part = await hooks.read('fetch', url, offset, first.version);
    if (part.refused) throw new TypeError('network error', { cause: new Error(`net::${part.refused.name}: ${part.refused.text}`) });
    offset += part.bytes.length;
    return part;
  };
  return new (require('internal/readable').ReadableStream)({
    async pull(controller) {
      let part = waiting ?? await next();
      waiting = null;
      while (part.more && part.bytes.length === 0) part = await next();
      if (part.bytes.length > 0) controller.enqueue(part.bytes);
      if (!part.more) controller.close();
    },
  }, { highWaterMark: 0 });
}

async function remoteAnswer(request) {
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD' && request.body !== null;
  const body = hasBody ? new Uint8Array(await request.arrayBuffer()) : null;
  const part = await Promise.race([hooks.read('fetch', request.url, 0, 0, sentOf(request, body)), aborted(request.signal)]);
  return responseOf(part, request, (first) => streamOf(first, request.url));
}

function aborted(signal) {
  return new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

// The same, for which everything waits.
function remoteAnswerAtOnce(request, body) {
  const part = hooks.readSync('fetch', request.url, 0, 0, sentOf(request, body));
  return responseOf(part, request, (first) => {
    const parts = [first.bytes];
    let offset = first.bytes.length;
    for (let next = first; next.more;) {
      next = hooks.readSync('fetch', request.url, offset, first.version);
      if (next.refused) throw new Error(`net::${next.refused.name}`);
      parts.push(next.bytes);
      offset += next.bytes.length;
    }
    return blobs.bytes(new blobs.Blob(parts));
  });
}

async function fetch(input, init) {
  const request = new Request(input, init);
  if (request.signal.aborted) throw request.signal.reason;
  try {
    return isRemote(request.url) ? await remoteAnswer(request) : place(answerOf(request), request.url);
  } catch (cause) {
    if (request.signal.aborted) throw request.signal.reason;
    // Programs compare the message; why it is so is in the cause.
    throw new TypeError('Failed to fetch', { cause });
  }
}

const STATES = ['UNSENT', 'OPENED', 'HEADERS_RECEIVED', 'LOADING', 'DONE'];
const EVENTS = 'onabort onerror onload onloadend onloadstart onprogress ontimeout';

class XMLHttpRequestEventTarget extends EventTarget {}
addHandlers(XMLHttpRequestEventTarget.prototype, EVENTS, () => undefined);
define(XMLHttpRequestEventTarget, 'XMLHttpRequestEventTarget');

class XMLHttpRequestUpload extends XMLHttpRequestEventTarget {}
define(XMLHttpRequestUpload, 'XMLHttpRequestUpload');

const wrong = (message) => new DOMException(message, 'InvalidStateError');

class XMLHttpRequest extends XMLHttpRequestEventTarget {
  #state = 0;
  #request = null;
  #response = null;
  #bytes = null;
  #run = 0;
  #upload = new XMLHttpRequestUpload();
  #override = null;
  #made;
  responseType = '';
  timeout = 0;
  withCredentials = false;

  get readyState() { return this.#state; }
  get status() { return this.#response?.status ?? 0; }
  get statusText() { return this.#response?.statusText ?? ''; }
  get responseURL() { return this.#response?.url ?? ''; }
  get responseXML() {
    const type = /^[^;]*/.exec(this.#override ?? this.getResponseHeader('content-type') ?? 'text/xml')[0].trim();
    const isWanted = this.#bytes !== null && (this.responseType === '' || this.responseType === 'document') && !b.isWorker;
    if (!isWanted || (type === 'text/html' ? this.responseType === '' : !/[/+]xml$/.test(type))) return null;
    return this.#made ??= this.#document(type);
  }
  #document(type) {
    const { DOMParser } = require('internal/parsing');
    const page = new DOMParser().parseFromString(new TextDecoder().decode(this.#bytes), type === 'text/html' ? type : 'text/xml');
    return page.querySelector('parsererror') === null ? page : null;
  }
  get upload() { return this.#upload; }

  open(method, url, async = true) {
    this.#run += 1;
    this.#request = { method: String(method), url: new URL(String(url), b.baseUrl()).href, headers: new Headers(), async: async !== false };
    this.#response = this.#bytes = null;
    this.#made = undefined;
    this.#set(1);
  }
  setRequestHeader(name, value) {
    if (this.#state !== 1) throw wrong("Failed to execute 'setRequestHeader' on 'XMLHttpRequest': The object's state must be OPENED.");
    this.#request.headers.append(name, value);
  }
  overrideMimeType(type) { this.#override = String(type); }

  send(body = null) {
    if (this.#state !== 1) throw wrong("Failed to execute 'send' on 'XMLHttpRequest': The object's state must be OPENED.");
    const run = this.#run;
    const { url, method, headers, async } = this.#request;
    const given = /^(get|head)$/i.test(method) ? null : body;
    const settle = (response, bytes) => {
      if (run !== this.#run) return;
      this.#response = response;
      this.#bytes = bytes;
      this.#arrive();
    };
    const ask = () => {
      if (run !== this.#run) return;
      try {
        const request = new Request(url, { method, headers, body: given, credentials: this.withCredentials ? 'include' : 'same-origin' });
        if (isRemote(url)) {
          if (async) return void this.#askMain(request, settle);
          const response = remoteAnswerAtOnce(request, given === null ? null : bodyOf(request));
          settle(response, bodyOf(response));
        } else {
          const response = place(answerOf(request), request.url);
          settle(response, bodyOf(response));
        }
      } catch {
        settle(null, null);
      }
    };
    if (!async) return ask();
    this.#tell('loadstart', 0);
    later(ask);
    return undefined;
  }
  async #askMain(request, settle) {
    try {
      const response = await remoteAnswer(request);
      settle(response, new Uint8Array(await response.arrayBuffer()));
    } catch {
      settle(null, null);
    }
  }
  #arrive() {
    if (this.#bytes === null) {
      this.#set(4);
      this.#tell('error', 0);
      this.#tell('loadend', 0);
      return;
    }
    const { length } = this.#bytes;
    this.#set(2);
    this.#set(3);
    this.#tell('progress', length);
    this.#set(4);
    this.#tell('load', length);
    this.#tell('loadend', length);
  }
  abort() {
    this.#run += 1;
    const isSent = this.#state > 1 && this.#state < 4;
    this.#response = this.#bytes = null;
    if (isSent) {
      this.#set(4);
      this.#tell('abort', 0);
      this.#tell('loadend', 0);
    }
    this.#state = 0;
  }

  #set(state) {
    this.#state = state;
    fire(this, 'Event', 'readystatechange', {});
  }
  #tell(name, loaded) { fire(this, 'ProgressEvent', name, { lengthComputable: loaded > 0, loaded, total: loaded }); }

  getResponseHeader(name) { return this.#response?.headers.get(name) ?? null; }
  getAllResponseHeaders() {
    return this.#response === null ? '' : [...this.#response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }
  get responseText() {
    if (this.responseType !== '' && this.responseType !== 'text') {
      throw wrong(`Failed to read the 'responseText' property from 'XMLHttpRequest': The value is only accessible if the object's 'responseType' is '' or 'text' (was '${this.responseType}').`);
    }
    return this.#bytes === null ? '' : new TextDecoder().decode(this.#bytes);
  }
  get response() {
    if (this.responseType === '' || this.responseType === 'text') return this.responseText;
    if (this.#state !== 4 || this.#bytes === null) return null;
    this.#made ??= this.#convert();
    return this.#made;
  }
  #convert() {
    switch (this.responseType) {
      case 'arraybuffer': return this.#bytes.slice().buffer;
      case 'blob': return new blobs.Blob([this.#bytes], { type: this.#override ?? this.getResponseHeader('content-type') ?? '' });
      case 'json':
        try {
          return JSON.parse(new TextDecoder().decode(this.#bytes));
        } catch {
          return null;
        }
      case 'document': return this.responseXML;
      default: return null;
    }
  }
}
STATES.forEach((name, value) => {
  for (const where of [XMLHttpRequest, XMLHttpRequest.prototype]) Object.defineProperty(where, name, { value, enumerable: true });
});
addHandlers(XMLHttpRequest.prototype, 'onreadystatechange', () => undefined);
define(XMLHttpRequest, 'XMLHttpRequest');

Object.assign(exports, { fetch, XMLHttpRequest, XMLHttpRequestUpload, XMLHttpRequestEventTarget });
