'use strict';
// fetch where there is no page: for data: and blob: URLs, as Node has it. There is no network in this process.

const blobs = require('internal/blob');
const { Request, Response, place } = require('internal/fetch_classes');

// `data:[type][;base64],data`, its bytes and type.
function dataOf(url) {
  const comma = url.indexOf(',');
  if (comma < 0) throw new Error('invalid data URL');
  const head = url.slice('data:'.length, comma).trim();
  const isBase64 = /;\s*base64$/i.test(head);
  const type = head.replace(/;\s*base64$/i, '').trim();
  const body = unescaped(url.slice(comma + 1).replace(/#.*$/s, ''));
  const bytes = isBase64 ? Uint8Array.from(atob(latin(body)), (char) => char.charCodeAt(0)) : body;
  return [bytes, type === '' ? 'text/plain;charset=US-ASCII' : type[0] === ';' ? `text/plain${type}` : type];
}

// The bytes of a text with escapes.
function unescaped(text) {
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const two = bytes[at] === 0x25 ? String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0) : '';
    const isEscape = /^[0-9a-f]{2}$/i.test(two);
    bytes[length++] = isEscape ? parseInt(two, 16) : bytes[at];
    if (isEscape) at += 2;
  }
  return bytes.slice(0, length);
}

function latin(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

function answerOf(request) {
  const { url } = request;
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase();
  switch (scheme) {
    case 'blob': {
      const blob = blobs.blobAt(url.replace(/#.*$/s, ''));
      if (blob === undefined) throw new Error(`nothing is at ${url}`);
      return new Response(blob, { statusText: 'OK', headers: { 'content-type': blob.type, 'content-length': String(blob.size) } });
    }
    case 'data': {
      const [bytes, type] = dataOf(url);
      return new Response(bytes, { statusText: 'OK', headers: { 'content-type': type } });
    }
    case 'file': throw new Error('not implemented... yet...');
    case 'http':
    case 'https': {
      const error = new Error(`there is no network in this main process: run the app with '--main node' to fetch '${url}'`);
      error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
      throw error;
    }
    default: throw new Error('unknown scheme');
  }
}

async function fetch(input, init) {
  if (arguments.length === 0) throw new TypeError("fetch() requires 1 argument, but only 0 present.");
  const request = new Request(input, init);
  if (request.signal?.aborted) throw request.signal.reason;
  try {
    return place(answerOf(request), request.url);
  } catch (cause) {
    throw new TypeError('fetch failed', { cause });
  }
}

module.exports = { fetch };
