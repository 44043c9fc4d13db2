'use strict';
// What a page asks main for that is no file, or that the app has a handler for: its document, scripts, modules and what it
// fetches. A page is believed nothing: who it is and where it is, main knows.

const native = binding('dipole');
const { Event, ROUTING_ID } = require('dipole/ipc_events');
const { kState, contentsOf, owners } = require('dipole/process_link');
const { LONGEST_URL } = require('dipole/load_errors');
const { NetError, netError } = require('dipole/net_errors');
const { answerTo, header, schemeOf, typeOf } = require('dipole/answers');
const { isAttachment } = require('dipole/download_names');
const { whole } = require('dipole/bodies');
const { Sharing, originOf, sendable } = require('dipole/cors');
const { privilegesOf } = require('dipole/protocol');
const { completed, refererFor } = require('dipole/sent');
const { given } = require('dipole/storage');

// So many answers a page may have under way, and so large may each be.
const MOST = 256;
const LARGEST = 256 * 1024 * 1024;
// So many bytes of bodies main holds for a page until servers have answered.
const LARGEST_BODIES = 128 * 1024 * 1024;
const KINDS = { document: 'mainFrame', script: 'script', module: 'script', style: 'stylesheet', fetch: 'xhr' };
const ABORTED = -3;
// Blobs have no other names in pages: what a program is told of one names nobody else.
const OWN_BLOB = /^blob:null\/[0-9a-f-]{1,64}$/;

class Serving {
  #state;
  // What is being asked for, and what has been answered in part.
  #open = new Map();
  #last = 0;
  #bodies = 0;

  constructor(state) {
    this.#state = state;
  }

  // A page asks; `reply` takes a part.
  asked([kind, url, offset, version, sent], most, reply) {
    const answer = (part) => { reply('ok', part); };
    const work = version === 0 ? this.#begin(kind, url, sent ?? null, most) : this.#goOn(version, offset, most);
    work.then(answer, (error) => {
      const { errno, code, text } = netError(error);
      answer({ refused: { code: errno, name: code, text } });
    });
  }

  async #begin(kind, named, asks, most) {
    if (named.length > LONGEST_URL) throw new NetError(-300);
    const url = kind === 'document' ? named : plainly(named);
    // Scripts and documents are asked for as the platform does it, and no page has a say in that.
    const sent = kind === 'fetch' ? asks : null;
    const method = methodOf(sent);
    const headers = sendable(sent?.headers ?? []);
    const bytes = sent?.body?.length ?? 0;
    if (this.#bodies + bytes > LARGEST_BODIES) throw new NetError(-12, `it sends more than ${LARGEST_BODIES} bytes at a time`);
    this.#makeRoom();
    const number = this.#last += 1;
    const abort = new AbortController();
    const one = { kind, abort, body: null, left: null, offset: 0, isAsked: true };
    this.#open.set(number, one);
    this.#bodies += bytes;
    try {
      const request = {
        url: bare(url), method, headers, body: sent?.body ?? null,
        referrer: this.#state.frameUrl, signal: abort.signal, ...(kind === 'document' ? this.#ofDocument() : {}),
      };
      const stopped = new Promise((_, reject) => {
        abort.signal.addEventListener('abort', () => reject(new NetError(ABORTED)), { once: true });
      });
      stopped.catch(() => {});
      const found = await Promise.race([this.#find(kind, request, sent), stopped]);
      if (kind === 'document' && isAttachment(header(found.headers, 'content-disposition'))) this.#isFile(number, one, url, found);
      one.body = found.body;
      const { status, statusText, type } = found;
      const part = await Promise.race([this.#part(number, one, most), stopped]);
      const shown = found.headers.filter(([name]) => name !== 'set-cookie' && name !== 'set-cookie2');
      const storage = kind === 'document' ? { storage: given(this.#state, found.url) } : {};
      const head = { status, statusText, url: found.url, headers: shown, ...(type === undefined ? {} : { type }), ...storage };
      return { ...part, version: number, head };
    } catch (error) {
      this.#end(number);
      throw error;
    } finally {
      this.#bodies -= bytes;
    }
  }

  // It is kept as a file, and no page.
  #isFile(number, { abort }, url, answer) {
    const state = this.#state;
    this.#open.delete(number);
    const { take, isRefused } = require('dipole/downloads');
    if (state.byPage && isRefused(state.contents)) answer.body.cancel();
    else take(state.contents.session, state.contents, { url, name: '', byPage: state.byPage }, answer, abort);
    throw new NetError(ABORTED);
  }

  // A page wants that to be kept as a file: `bytes` are what it has of a blob.
  download(url, name, bytes, type) {
    const state = this.#state;
    const { contents, link, frameUrl } = state;
    if (url.length > LONGEST_URL) return undefined;
    const { take, begin, isRefused } = require('dipole/downloads');
    const scheme = schemeOf(url);
    const about = { url, name, byPage: true };
    if (!isOwn(scheme, url, frameUrl)) return state.navigate(url, false);
    if (isRefused(contents)) return undefined;
    if (scheme === 'blob') {
      if (!(bytes instanceof Uint8Array) || !OWN_BLOB.test(url)) return undefined;
      const headers = [['content-type', isText(type) ? type : '']];
      return take(contents.session, contents, about, { url, status: 200, headers, body: whole(bytes), size: bytes.length });
    }
    if (scheme !== 'data' && !native.mayOpen(link, url, true)) return undefined;
    const check = (to) => { if (scheme !== 'data') this.#check('script', to, null); };
    const asking = { url, headers: [], referrer: frameUrl, initiator: frameUrl, isNavigation: true };
    return begin(contents.session, contents, about, completed(asking, contents.getUserAgent(), refererFor(frameUrl, url)), {
      file: (asked) => ({ ...fileOfPage(link, asked.url), url: asked.url }), redirected: (from, to) => check(to),
      login: (asked, info, back) => this.#login(asked, info, back), begin: () => check(url),
    });
  }

  // Pages leave answers that they do not read to the end: of too many, the one goes that was left first.
  #makeRoom() {
    if (this.#open.size < MOST) return;
    for (const [number, one] of this.#open) {
      if (!one.isAsked) return this.#end(number);
    }
    throw new NetError(-12, `it has ${MOST} answers under way`);
  }

  // What a program has wanted to be sent for the document.
  #ofDocument() {
    const { headers = [], referrer = '', body = null } = this.#state.sent;
    return { method: body === null ? 'GET' : 'POST', headers, referrer, body };
  }

  async #goOn(number, offset, most) {
    const one = this.#open.get(number);
    if (one === undefined || one.isAsked || one.offset !== offset) throw new NetError(-2, 'there is no such answer');
    one.isAsked = true;
    // The last that was asked for is the last to go.
    this.#open.delete(number);
    this.#open.set(number, one);
    try {
      return await this.#part(number, one, most);
    } catch (error) {
      this.#end(number);
      throw error;
    }
  }

  async #part(number, one, most) {
    const bytes = one.left ?? await one.body.next();
    one.isAsked = false;
    if (bytes === null) {
      this.#open.delete(number);
      return { bytes: new Uint8Array(0), size: one.offset };
    }
    const part = bytes.length > most ? bytes.subarray(0, most) : bytes;
    one.left = bytes.length > most ? bytes.subarray(most) : null;
    one.offset += part.length;
    if (one.offset > LARGEST) throw new NetError(-8, `a page is given ${LARGEST} bytes at most`);
    // Only its own bytes travel.
    return { bytes: part.slice(), size: 0, more: true };
  }

  #end(number) {
    const one = this.#open.get(number);
    this.#open.delete(number);
    if (one === undefined) return;
    one.abort.abort();
    one.body?.cancel();
  }

  // Nobody wants those any more: all, or those for a document.
  drop(kind) {
    for (const [number, one] of [...this.#open]) if (kind === undefined || one.kind === kind) this.#end(number);
  }

  async #find(kind, asking, sent) {
    const state = this.#state;
    const { session } = state.contents;
    const scheme = schemeOf(asking.url);
    const file = (asked) => ({ ...fileOfPage(state.link, asked.url), url: asked.url });
    if (kind === 'preload' || KINDS[kind] === undefined) {
      if (scheme !== 'file') throw new NetError(-10, 'a preload script is a file');
      return file(asking);
    }
    const isDocument = kind === 'document';
    const isForScripts = kind === 'fetch' || kind === 'module';
    const sharing = isForScripts ? new Sharing(originOf(state.frameUrl), sent, asking.headers, state.preferences.webSecurity !== false) : null;
    const redirect = kind === 'fetch' && ['error', 'manual'].includes(sent?.redirect) ? sent.redirect : 'follow';
    const request = {
      ...asking, redirect, headers: sharing?.headersFor(asking.url, asking.headers) ?? asking.headers,
      hasCredentials: (url) => sharing === null || sharing.hasCredentials(url),
      headersFor: (url, headers, method) => sharing?.headersFor(url, headers, method) ?? headers,
      initiator: isDocument ? state.sent.initiator : state.frameUrl, isNavigation: isDocument,
    };
    if (isDocument && (state.asked === null || state.stopped === state.navigation)) throw new NetError(ABORTED);
    if (isDocument && request.url !== bare(state.asked.url)) throw new NetError(-10, 'main has asked for another page');
    if (!isDocument) this.#check(kind, request.url, sharing);
    else if (state.byPage) this.#checkServer(request.url);
    const details = {
      url: request.url, method: request.method, resourceType: KINDS[kind], referrer: request.referrer,
      webContents: state.contents, webContentsId: state.contents.id, frame: state.frame,
    };
    const redirected = (from, to) => {
      if (isDocument) return this.#redirects(to);
      sharing?.led(from, to);
      return this.#check(kind, to, sharing);
    };
    const login = (url, info, back) => this.#login(url, info, back);
    const ask = (asked) => answerTo(session, asked, { file, redirected, login });
    const go = async (asked) => {
      // The app sees that question as well, and may answer it.
      await sharing?.prepare(asked, (first) => session.webRequest.through({ ...details, url: first.url, method: first.method }, first, ask));
      return ask(asked);
    };
    const referer = isDocument ? request.referrer : refererFor(request.referrer, request.url);
    const found = await session.webRequest.through(details, completed(request, state.contents.getUserAgent(), referer), go, redirected);
    if (isDocument) this.#arrives(found);
    return sharing?.seen(found, redirect === 'manual') ?? found;
  }

  // Whether the page that is there may ask for that.
  #check(kind, url, sharing) {
    const { frameUrl, preferences } = this.#state;
    const scheme = schemeOf(url);
    if (scheme === 'file' && schemeOf(frameUrl) !== 'file') throw new NetError(-10, 'a page that is no file gets no files');
    this.#checkServer(url);
    if (kind === 'fetch' && !mayFetch(scheme)) throw new NetError(-2, `URL scheme '${scheme}' is not supported`);
    if (sharing === null) return;
    sharing.check(url);
    if (sharing.crosses(url) && !sharing.isOpaque && preferences.webSecurity !== false && !isShared(scheme)) {
      throw new NetError(-2, `'${scheme}:' is not for other origins (corsEnabled)`);
    }
  }

  // A page that was taken over could otherwise send anybody what it knows.
  #checkServer(url) {
    const origin = originOf(url);
    if (mayAsk(this.#state, url)) return;
    throw new NetError(-10, `a page gets what is of the server that main has loaded; webPreferences.mayRead lists others ('${origin}')`);
  }

  // A server wants a name and a password: the program is asked, if it listens; false if nobody will say them.
  #login(url, info, back) {
    const { contents, link } = this.#state;
    const event = new Event({ sender: contents });
    const args = [{ url, pid: native.pid(link) }, info, back];
    contents.emit('login', event, ...args);
    require('dipole/app').app.emit('login', event, contents, ...args);
    return event.defaultPrevented;
  }

  // The document is elsewhere.
  #redirects(url) {
    const state = this.#state;
    const { contents, link } = state;
    if (!native.mayOpen(link, url, true)) throw new NetError(-10, 'the page may not open that one');
    const event = state.navigated(url, false);
    contents.emit('will-redirect', event, url, false, true, link, ROUTING_ID);
    if (event.defaultPrevented) throw new NetError(ABORTED);
    // Main may be led anywhere, a page no further than it may go itself.
    if (state.byPage) this.#checkServer(url);
    state.tellOfStart('did-redirect-navigation', state.navigated(url, false), url, false, true, link, ROUTING_ID);
  }

  #arrives({ url, status, statusText, body }) {
    const state = this.#state;
    if (status === 204 || status === 205) {
      body.cancel();
      throw new NetError(ABORTED);
    }
    state.answered = { status, statusText };
    if (url === bare(state.asked.url)) return;
    state.asked.url = state.source = url;
    if (!state.byPage) state.url = url;
    native.redirected(state.link, url);
  }
}

/** Whether a page may ask the server at that URL: the one that it is from, that main has named, or one that the app lists. */
function mayAsk({ frameUrl, named, preferences }, url) {
  if (!isWeb(url)) return true;
  const origin = originOf(url);
  const listed = Array.isArray(preferences.mayRead) ? preferences.mayRead.map(String) : [];
  return (isWeb(frameUrl) && origin === originOf(frameUrl)) || origin === originOf(named) || listed.includes(origin);
}

// An address as the listeners of the app know addresses, however a page has written it.
function plainly(url) {
  if (!isWeb(url)) return url;
  if (!URL.canParse(url)) throw new NetError(-300);
  return new URL(url).href;
}

// Whether that is the page's to keep, and no place to go to. What has no origin is of one with nothing, itself included.
function isOwn(scheme, url, frameUrl) {
  if (scheme === 'data' || scheme === 'blob') return true;
  if (scheme === 'file') return schemeOf(frameUrl) === 'file';
  const own = originOf(frameUrl);
  return own !== 'null' && originOf(url) === own;
}

// How a page may ask: as the Fetch standard has it.
function methodOf(sent) {
  const method = sent?.method ?? 'GET';
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(method) || /^(?:connect|trace|track)$/i.test(method)) {
    throw new NetError(-2, 'no page may ask with that method');
  }
  return method;
}

const bare = (url) => url.replace(/#.*$/s, '');
const isWeb = (url) => /^https?:/i.test(url);
const mayFetch = (scheme) => ['file', 'data', 'http', 'https'].includes(scheme) || privilegesOf(scheme).supportFetchAPI === true;
const isShared = (scheme) => ['file', 'data', 'http', 'https'].includes(scheme) || privilegesOf(scheme).corsEnabled === true;

// A file that the page may have, read as it takes it.
function fileOfPage(link, url) {
  const part = (offset, version) => {
    const { bytes, size, version: next, refused } = native.filePart(link, url, offset, version);
    if (refused !== undefined) throw new NetError(Number(refused[0]), refused[2]);
    return { bytes: new Uint8Array(bytes), size, next };
  };
  const first = part(0, '0');
  let [waiting, offset] = [first.bytes, first.bytes.length];
  const type = typeOf(url.replace(/[?#].*$/s, ''));
  return {
    status: 200,
    statusText: 'OK',
    headers: type === undefined ? [] : [['content-type', type]],
    body: first.size <= offset ? whole(first.bytes) : {
      async next() {
        const given = waiting ?? (offset < first.size ? part(offset, first.next).bytes : null);
        if (waiting === null && given !== null) offset += given.length;
        waiting = null;
        return given !== null && given.length === 0 ? null : given;
      },
      cancel() { offset = first.size; waiting = null; },
    },
  };
}

/** A page asks main's runtime for something. */
function asked(link, name, args, most, reply) {
  const state = contentsOf(link)?.[kState];
  const isPage = state !== undefined && !state.destroyed && state.asksForFiles !== undefined;
  if (name === 'read' && isPage) state.serving.asked(args, most, reply);
  else if (name === 'read') reply('ok', { refused: { code: ABORTED, name: 'ERR_ABORTED', text: '' } });
  else answerAtOnce(reply, () => (isPage ? answerOf(state, args) : null));
}

const isText = (value) => typeof value === 'string';

// What a page asks with may be anything.
const answerOf = (state, [verb, ...args]) => {
  if (verb === 'cookie') return require('dipole/cookies').ofPage(state, args[0]);
  if (verb === 'download') return void (isText(args[0]) && isText(args[1]) && state.serving.download(...args));
  return state.opener.asked([verb, ...args]);
};

// The page waits, also where the program throws.
function answerAtOnce(reply, work) {
  let value = null;
  try {
    value = work();
  } finally {
    reply('ok', value);
  }
}

/** The app wants to see files from now on, or no more. */
function filesAreWanted(session) {
  for (const contents of owners()) {
    const state = contents[kState];
    if (state.asksForFiles !== undefined && state.link !== 0 && contents.session === session) state.asksForFiles();
  }
}

module.exports = { Serving, asked, filesAreWanted, mayAsk };
