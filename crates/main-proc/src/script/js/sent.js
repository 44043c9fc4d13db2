'use strict';
// What is sent with a request of a page besides its address: who asks for it, whence, and what a program has given to `loadURL`.

const { unsupported } = require('dipole/support');

/** The options of `loadURL`: `{ userAgent }` and what its request has, all of it optional: `{ headers, referrer, body }`. A page's has an `initiator`. */
function askedOf(options) {
  const { httpReferrer, userAgent, extraHeaders, postData } = options ?? {};
  const sent = {};
  if (typeof extraHeaders === 'string') sent.headers = linesOf(extraHeaders);
  const referrer = typeof httpReferrer === 'object' && httpReferrer !== null ? httpReferrer.url : httpReferrer;
  if (typeof referrer === 'string') sent.referrer = referrer;
  if (Array.isArray(postData)) sent.body = require('buffer').Buffer.concat(postData.map(partOf));
  return { sent, userAgent: typeof userAgent === 'string' ? userAgent : undefined };
}

// `name: value`, one a line.
function linesOf(text) {
  const found = [];
  for (const line of text.split('\n')) {
    const [, name, value] = /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) found.push([name.toLowerCase(), value]);
  }
  return found;
}

function partOf(part) {
  if (part?.type === 'rawData') return require('buffer').Buffer.from(part.bytes);
  if (part?.type === 'file') {
    const bytes = require('fs').readFileSync(part.filePath);
    const from = part.offset ?? 0;
    return bytes.subarray(from, (part.length ?? -1) < 0 ? undefined : from + part.length);
  }
  throw unsupported(`webContents.loadURL with postData of the type '${String(part?.type)}' ('rawData' and 'file' can be sent)`);
}

/** What a server is told of the page that asks: what 'strict-origin-when-cross-origin' leaves of its address. */
function refererFor(from, to) {
  if (!/^https?:/i.test(from) || !/^https?:/i.test(to) || !URL.canParse(from) || !URL.canParse(to)) return '';
  const [page, asked] = [new URL(from), new URL(to)];
  if (page.protocol === 'https:' && asked.protocol === 'http:') return '';
  if (page.origin !== asked.origin) return `${page.origin}/`;
  page.hash = page.username = page.password = '';
  return page.href;
}

/** A request to a server, with what it is sent by itself. */
function completed(request, userAgent, referer) {
  if (!/^https?:/i.test(request.url)) return request;
  const has = (name) => request.headers.some(([known]) => known.toLowerCase() === name);
  const more = [];
  if (!has('user-agent')) more.push(['user-agent', userAgent]);
  if (referer !== '' && !has('referer')) more.push(['referer', referer]);
  return { ...request, headers: [...request.headers, ...more] };
}

module.exports = { askedOf, refererFor, completed };
