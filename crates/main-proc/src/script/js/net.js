'use strict';
// net: requests of main itself. Handlers of `protocol`, files and data: URLs are answered here; a network has the host, or
// nobody.

const EventEmitter = require('events');
const { Buffer } = require('buffer');
const { answerTo, schemeOf, webFetch } = require('dipole/answers');
const { streamOf } = require('dipole/bodies');
const { Readable } = require('dipole/readable');

const NULL_BODY = [204, 205, 304];

async function fetchIn(session, input, init = {}) {
  const request = new Request(input, init);
  const bypass = init?.bypassCustomProtocolHandlers === true;
  const isWeb = /^https?$/.test(schemeOf(request.url)) && (bypass || session.protocol.handlerOf(schemeOf(request.url)) === undefined);
  if (isWeb) {
    const fetch = webFetch();
    if (fetch === undefined) throw noWeb('net.fetch');
    const sent = new Headers(request.headers);
    if (!sent.has('user-agent')) sent.set('user-agent', session.getUserAgent());
    const isKnown = request.credentials === 'include';
    const cookies = isKnown ? session.cookies.header(request.url) : '';
    if (cookies !== '' && !sent.has('cookie')) sent.set('cookie', cookies);
    const response = await fetch(input, { ...init, headers: sent });
    if (isKnown) session.cookies.take(response.url || request.url, response.headers.getSetCookie?.() ?? []);
    return response;
  }
  const { url, method, headers, signal, redirect } = request;
  if (signal?.aborted) throw signal.reason;
  const body = method === 'GET' || method === 'HEAD' ? null : new Uint8Array(await request.arrayBuffer());
  const found = await answerTo(session, { url, method, headers: [...headers], body, signal, redirect, referrer: '' }, { bypass });
  const { status, statusText } = found;
  const made = new Response(NULL_BODY.includes(status) || method === 'HEAD' ? null : streamOf(found.body), { status, statusText, headers: found.headers });
  Object.defineProperty(made, 'url', { value: found.url, configurable: true });
  return made;
}

function noWeb(what) {
  return new Error(`${what} of http: and https: is not supported with the built-in engine, which has no network: run main in Node ('--main node')`);
}

const sessionOf = ({ session: given, partition } = {}) => {
  const { session } = require('dipole/session');
  return given ?? (typeof partition === 'string' ? session.fromPartition(partition) : session.defaultSession);
};

// What a response says, and its body as a stream.
class IncomingMessage extends Readable {
  #response;

  // `failed` is told why the body does not come to its end.
  constructor(response, failed) {
    const body = response.body?.getReader();
    const state = { wanted: false, reading: false, over: false };
    super({
      want(more) {
        state.wanted = more;
        if (more) take();
      },
      closed() {
        state.over = true;
        body?.cancel().catch(() => {});
      },
    });
    const take = async () => {
      if (state.reading) return;
      state.reading = true;
      try {
        while (state.wanted && !state.over) {
          const part = await body?.read();
          if (state.over) return;
          state.over = part?.done ?? true;
          this.receive(state.over ? null : part.value);
        }
      } catch (error) {
        state.over = true;
        failed(error);
      } finally {
        state.reading = false;
      }
    };
    this.#response = response;
    this.headers = {};
    this.rawHeaders = [];
    for (const [name, value] of response.headers) {
      this.rawHeaders.push(name, value);
      this.headers[name] = name === 'set-cookie' ? [...this.headers[name] ?? [], value] : value;
    }
  }

  get statusCode() { return this.#response.status; }
  get statusMessage() { return this.#response.statusText; }
  get httpVersion() { return '1.1'; }
  get httpVersionMajor() { return 1; }
  get httpVersionMinor() { return 1; }
}

// A request that is sent with `end()`.
class ClientRequest extends EventEmitter {
  #url;
  #session;
  #method;
  #redirect;
  #headers = new Map();
  #body = [];
  #abort = new AbortController();
  #sent = false;
  #ended = false;
  #closed = false;
  #message = null;

  constructor(given) {
    super();
    if (!require('dipole/app').app.isReady()) throw new Error('net module can only be used after app is ready');
    const options = typeof given === 'string' || given instanceof URL ? { url: String(given) } : { ...given };
    const { protocol = 'http:', hostname = 'localhost', port, path: place = '/' } = options;
    this.#url = new URL(options.url ?? `${protocol}//${options.host ?? (port === undefined ? hostname : `${hostname}:${port}`)}${place}`).href;
    this.#session = sessionOf(options);
    this.#method = String(options.method ?? 'GET').toUpperCase();
    this.#redirect = options.redirect ?? 'follow';
    this.chunkedEncoding = false;
    for (const [name, value] of Object.entries(options.headers ?? {})) this.setHeader(name, value);
  }

  setHeader(name, value) {
    if (typeof name !== 'string') throw new TypeError('`name` should be a string in setHeader(name, value)');
    if (value === undefined || value === null) throw new Error('`value` required in setHeader("' + name + '", value)');
    if (this.#sent) throw new Error("Can't set headers after they are sent");
    this.#headers.set(name.toLowerCase(), String(value));
  }
  getHeader(name) { return this.#headers.get(String(name).toLowerCase()); }
  removeHeader(name) {
    if (this.#sent) throw new Error("Can't remove headers after they are sent");
    this.#headers.delete(String(name).toLowerCase());
  }

  write(chunk, encoding, callback) {
    if (this.#ended) throw new Error('Write after end');
    this.#body.push(Buffer.from(chunk, typeof encoding === 'string' ? encoding : undefined));
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') setImmediate(done);
    return true;
  }

  end(chunk, encoding, callback) {
    if (this.#ended) return this;
    if (typeof chunk !== 'function' && chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    this.#ended = this.#sent = true;
    const done = [chunk, encoding, callback].find((one) => typeof one === 'function');
    if (done !== undefined) setImmediate(done);
    this.#run();
    return this;
  }

  abort() {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    this.#message?.destroy();
    setImmediate(() => { this.emit('abort'); this.#close(); });
  }
  followRedirect() {}
  getUploadProgress() { return { active: false, started: this.#sent, current: 0, total: 0 }; }

  async #run() {
    try {
      const body = this.#body.length > 0 && this.#method !== 'GET' && this.#method !== 'HEAD' ? { body: Buffer.concat(this.#body) } : {};
      const response = await fetchIn(this.#session, this.#url, {
        method: this.#method, headers: [...this.#headers], redirect: this.#redirect, signal: this.#abort.signal, ...body,
      });
      setImmediate(() => this.emit('finish'));
      const message = this.#message = new IncomingMessage(response, (error) => this.#cutOff(error));
      this.emit('response', message);
      message.once('close', () => this.#close());
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.emit('error', error);
      this.#close();
    }
  }

  // The response does not come to its end: the request says why, and the response to those who listen. Who has aborted it knows.
  #cutOff(error) {
    if (this.#abort.signal.aborted) return;
    this.emit('error', error);
    const isHeard = this.#message.listenerCount('error') > 0;
    this.#message.destroy(isHeard ? error : undefined);
  }

  #close() {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('close');
  }
}

const isOnline = () => webFetch() !== undefined;
const net = {
  isOnline,
  get online() { return isOnline(); },
  fetch: async (input, init) => fetchIn(require('dipole/session').session.defaultSession, input, init),
  resolveHost: (host, options) => require('dipole/hosts').resolveHost('net.resolveHost', host, options),
  request: (options) => new ClientRequest(options),
};

module.exports = { net, fetchIn, ClientRequest };
