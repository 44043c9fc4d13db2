'use strict';
// What is at a URL, for pages and for `net.fetch`: from a handler of `protocol`, a file, the URL itself or a server.
//
// A request is `{ url, method, headers, body, referrer, signal }`, headers as a list of names with values and the body as bytes
// or null; a page's has an `initiator`, its address, besides what cors.js says of it. An answer is `{ url, status, statusText, headers, body }`, the body as bodies.js has them.

const path = require('path');
const { Buffer } = require('buffer');
const { fileURLToPath } = require('url');
const { NetError, netError } = require('dipole/net_errors');
const { bodyFrom, whole } = require('dipole/bodies');
const logins = require('dipole/logins');
const { isSameSite } = require('dipole/sites');

const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_REDIRECTS = 20;

const TYPES = {
  css: 'text/css', gif: 'image/gif', htm: 'text/html', html: 'text/html', ico: 'image/x-icon', jpeg: 'image/jpeg', jpg: 'image/jpeg',
  js: 'text/javascript', json: 'application/json', mjs: 'text/javascript', mp4: 'video/mp4', pdf: 'application/pdf', png: 'image/png',
  svg: 'image/svg+xml', ttf: 'font/ttf', txt: 'text/plain', wasm: 'application/wasm', webm: 'video/webm', webp: 'image/webp',
  woff: 'font/woff', woff2: 'font/woff2', xhtml: 'application/xhtml+xml', xml: 'text/xml',
};

const schemeOf = (url) => /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1].toLowerCase() ?? '';
const typeOf = (name) => TYPES[/\.([a-z0-9]+)$/i.exec(name)?.[1].toLowerCase()];

/** What the host has for http(s): Node's fetch, or nothing. */
const webFetch = () => binding('host').webFetch;

function headersOf(given) {
  if (given === null || given === undefined) return [];
  const entries = typeof given[Symbol.iterator] === 'function' ? [...given] : Object.entries(given);
  return entries.flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [String(name).toLowerCase(), String(one)]));
}

function header(headers, name) {
  return headers.find(([known]) => known === name)?.[1];
}

// --- handlers ------------------------------------------------------------------------------------

const canHaveBody = (method) => method !== 'GET' && method !== 'HEAD';

async function byHandler(handler, { url, method, headers, body, signal }) {
  let response;
  try {
    const given = canHaveBody(method) && body !== null ? { body, duplex: 'half' } : {};
    response = await handler(new Request(url, { method, headers, signal, ...given }));
  } catch (error) {
    if (signal?.aborted) throw new NetError(-3);
    console.error(error);
    throw new NetError(-9, "the protocol's handler has failed");
  }
  return fromResponse(response, url);
}

function fromResponse(response, url) {
  if (response === null || typeof response !== 'object') throw new NetError(-9, "the protocol's handler has given no Response");
  if (response.type === 'error') throw new NetError(-2);
  const { status = 200, statusText = '', headers, body } = response;
  return { url, status, statusText, headers: headersOf(headers), body: bodyFrom(body) };
}

// `register...Protocol` and `intercept...Protocol`: the handler calls back, once.
function byCallback(kind, handler, request, fetchWeb) {
  const { url, method, headers, body, referrer } = request;
  const given = { url, method, referrer: referrer ?? '', headers: Object.fromEntries(headers) };
  if (body !== null && body !== undefined) given.uploadData = [{ type: 'rawData', bytes: Buffer.from(body) }];
  return new Promise((resolve, reject) => {
    request.signal?.addEventListener('abort', () => reject(new NetError(-3)), { once: true });
    try {
      handler(given, (answer) => {
        Promise.resolve(converted(kind, answer, request, fetchWeb)).then(resolve, (error) => reject(netError(error, -9)));
      });
    } catch (error) {
      console.error(error);
      reject(new NetError(-9, "the protocol's handler has failed"));
    }
  });
}

async function converted(kind, answer, request, fetchWeb) {
  if (typeof answer === 'number') throw new NetError(answer);
  if (typeof answer?.error === 'number') throw new NetError(answer.error);
  const isBare = answer === null || typeof answer !== 'object' || ArrayBuffer.isView(answer) || typeof answer.on === 'function';
  const fields = isBare ? {} : answer;
  const { statusCode = 200, headers, mimeType, charset } = fields;
  const list = headersOf(headers);
  if (mimeType !== undefined && header(list, 'content-type') === undefined) {
    list.push(['content-type', charset === undefined ? String(mimeType) : `${mimeType};charset=${charset}`]);
  }
  const made = (body) => ({ url: request.url, status: statusCode, statusText: '', headers: list, body });
  if (REDIRECTS.includes(statusCode)) return made(bodyFrom(null));
  switch (kind) {
    case 'File': {
      const file = isBare ? answer : fields.path;
      if (typeof file !== 'string') throw new NetError(-9, 'the handler has given no path');
      const found = await fileAt(file);
      return { ...made(found.body), headers: list.concat(header(list, 'content-type') === undefined ? found.headers : []) };
    }
    case 'Http':
      return fetchWeb({ ...request, ...fields, headers: headersOf(fields.headers ?? request.headers), url: String(fields.url ?? request.url) });
    default: {
      const data = isBare ? answer : fields.data;
      if (kind === 'String' && typeof data !== 'string') throw new NetError(-9, 'the handler has given no text');
      return made(bodyFrom(data));
    }
  }
}

// --- what the app itself reads -------------------------------------------------------------------

async function fileAt(file) {
  const { promises: fs } = require('fs');
  let bytes;
  try {
    bytes = await fs.readFile(file);
  } catch (error) {
    throw new NetError(error?.code === 'EACCES' || error?.code === 'EPERM' ? -10 : -6, String(error?.message));
  }
  const type = typeOf(file);
  return { headers: type === undefined ? [] : [['content-type', type]], body: whole(bytes) };
}

async function fileOf(request) {
  let file;
  try {
    file = fileURLToPath(request.url.replace(/[?#].*$/s, ''));
  } catch {
    throw new NetError(-300);
  }
  return { url: request.url, status: 200, statusText: 'OK', ...(await fileAt(path.resolve(file))) };
}

function dataOf({ url }) {
  const [, head, data] = /^data:([^,]*),([^#]*)/is.exec(url) ?? [];
  if (head === undefined) throw new NetError(-300);
  const isBase64 = /;\s*base64$/i.test(head);
  const type = head.replace(/;\s*base64$/i, '');
  let bytes;
  try {
    bytes = isBase64 ? Buffer.from(decodeURIComponent(data), 'base64') : unescaped(data);
  } catch {
    throw new NetError(-300);
  }
  const headers = [['content-type', type === '' ? 'text/plain;charset=US-ASCII' : type]];
  return { url, status: 200, statusText: 'OK', headers, body: whole(bytes) };
}

// Percent-encoding may stand for any bytes.
function unescaped(text) {
  const parts = text.split(/%([0-9a-f]{2})/i);
  return Buffer.concat(parts.map((part, at) => (at % 2 === 0 ? Buffer.from(part) : Buffer.from(part, 'hex'))));
}

async function webOf({ url, method, headers, body, signal }) {
  const fetch = webFetch();
  if (fetch === undefined) throw new NetError(-106, "there is no network with the built-in engine: run main in Node ('--main node')");
  const given = canHaveBody(method) && body !== null && body !== undefined ? { body } : {};
  let response;
  try {
    response = await fetch(url, { method, headers, signal, redirect: 'manual', ...given });
  } catch (error) {
    if (signal?.aborted) throw new NetError(-3);
    const errno = { ECONNREFUSED: -102, ECONNRESET: -101, ENOTFOUND: -105, ETIMEDOUT: -118 }[error?.cause?.code] ?? -2;
    throw new NetError(errno, String(error?.cause?.message ?? error?.message));
  }
  const answer = fromResponse(response, url);
  const length = header(answer.headers, 'content-length');
  if (length !== undefined && header(answer.headers, 'content-encoding') === undefined) answer.size = Number(length);
  // What is decoded already is not what these say of it.
  answer.headers = answer.headers.filter(([name]) => name !== 'content-encoding' && name !== 'content-length');
  return answer;
}

// Whether cookies, and what servers have been told of who asks, go along: a page may ask without.
const sharesCredentials = (request) => request.hasCredentials?.(request.url) !== false;

const isSameOrigin = (one, other) => URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;

// Whose cookies may go along: of those that their servers keep to one site.
function sitesOf({ url, method, initiator, isNavigation }) {
  if (initiator === undefined || isSameSite(initiator, url)) return 'strict';
  return isNavigation === true && !canHaveBody(method) ? 'lax' : 'none';
}

// Cookies travel as UTF-8; what a header holds are letters that stand for bytes.
const toBytes = (text) => Buffer.from(text).toString('latin1');
function fromBytes(letters) {
  const text = Buffer.from(letters, 'latin1').toString();
  return text.includes('\ufffd') ? letters : text;
}

// With the session's cookies.
async function ofServer(session, request) {
  if (!sharesCredentials(request)) return webOf(request);
  const within = sitesOf(request);
  const sent = session.cookies.header(request.url, within);
  const isOwn = header(request.headers, 'cookie') !== undefined;
  const answer = await webOf(sent === '' || isOwn ? request : { ...request, headers: [...request.headers, ['cookie', toBytes(sent)]] });
  session.cookies.take(request.url, answer.headers.filter(([name]) => name === 'set-cookie').map(([, value]) => fromBytes(value)), within);
  return answer;
}

// What one server is told of who asks is not for another one, and what a body is, for none if there is no body any more.
const OF_ORIGIN = ['authorization', 'cookie', 'origin'];
const OF_BODY = ['content-encoding', 'content-language', 'content-length', 'content-location', 'content-type', 'origin'];

function ledTo(url, now, status) {
  const isGet = status === 303 || (status <= 302 && now.method === 'POST');
  const dropped = [...(isSameOrigin(now.url, url) ? [] : OF_ORIGIN), ...(isGet ? OF_BODY : [])];
  const kept = now.headers.filter(([name]) => !dropped.includes(name.toLowerCase()));
  const [method, body] = isGet ? [now.method === 'HEAD' ? 'HEAD' : 'GET', null] : [now.method, now.body];
  const hasOrigin = kept.some(([name]) => name.toLowerCase() === 'origin');
  return { ...now, url, method, body, headers: hasOrigin ? kept : now.headersFor?.(url, kept, method) ?? kept };
}

// --- the way there -------------------------------------------------------------------------------

/**
 * The answer to a request, after redirects. `session` has the handlers, unless they are passed by. `ways.file` reads files, if
 * the app itself may not; `ways.redirected` hears of each redirect and may throw; `ways.login` is asked who asks: see logins.js.
 */
async function answerTo(session, request, ways = {}) {
  const login = (asked) => (sharesCredentials(asked) ? ways.login : undefined);
  const known = (asked) => (login(asked) === undefined ? asked : logins.withKnown(session, asked));
  let now = known(request);
  for (let count = 0; count <= MOST_REDIRECTS; count += 1) {
    const answer = await answerAt(session, now, ways);
    const again = await logins.answered(session, now, answer, login(now));
    if (again !== null) {
      answer.body.cancel();
      now = again;
      continue;
    }
    const place = REDIRECTS.includes(answer.status) ? header(answer.headers, 'location') : undefined;
    if (place === undefined || request.redirect === 'manual') return answer;
    answer.body.cancel();
    if (request.redirect === 'error') throw new NetError(-2, 'it is elsewhere');
    const url = target(place, now.url);
    ways.redirected?.(now.url, url, answer);
    now = known(ledTo(url, now, answer.status));
  }
  throw new NetError(-310);
}

function target(place, from) {
  let url;
  try {
    url = new URL(place, from).href;
  } catch {
    throw new NetError(-300);
  }
  if (['file', 'data', 'about', 'javascript', 'blob'].includes(schemeOf(url)) && schemeOf(from) !== 'file') throw new NetError(-311);
  return url;
}

function answerAt(session, request, ways) {
  const scheme = schemeOf(request.url);
  const found = ways.bypass === true ? undefined : session.protocol.handlerOf(scheme);
  if (typeof found === 'function') return byHandler(found, request);
  if (found !== undefined) return byCallback(found.kind, found.handler, request, webOf);
  switch (scheme) {
    case 'file': return (ways.file ?? fileOf)(request);
    case 'data': return dataOf(request);
    case 'http': case 'https': return ofServer(session, request);
    default: throw new NetError(scheme === '' ? -300 : -302, `nobody has registered '${scheme}:'`);
  }
}

module.exports = { answerTo, headersOf, header, schemeOf, typeOf, webFetch, TYPES };
