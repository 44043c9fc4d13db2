'use strict';
// The bodies of answers, whatever they were given as: read part by part, and no further than somebody wants.

const { Buffer } = require('buffer');

// A body is `{ next(), cancel() }`; `next` gives the next bytes, or null at the end.

function whole(bytes) {
  let left = bytes.length > 0 ? bytes : null;
  return {
    async next() {
      const given = left;
      left = null;
      return given;
    },
    cancel() { left = null; },
  };
}

function bytesOf(chunk) {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new TypeError('a part of a body is neither bytes nor text');
}

function ofIterator(iterator) {
  return {
    async next() {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return null;
        const bytes = bytesOf(value);
        if (bytes.length > 0) return bytes;
      }
    },
    cancel() { Promise.resolve(iterator.return?.()).catch(() => {}); },
  };
}

function ofReader(reader) {
  return ofIterator({ next: () => reader.read(), return: () => reader.cancel() });
}

// A stream of Node's kind that is no async iterator: it is paused while nobody wants more.
function ofEmitter(stream) {
  const ready = [];
  let wake = () => {};
  stream.on('data', (chunk) => {
    ready.push({ done: false, value: chunk });
    stream.pause?.();
    wake();
  });
  for (const name of ['end', 'close']) stream.on(name, () => { ready.push({ done: true }); wake(); });
  stream.on('error', (error) => { ready.push({ error }); wake(); });
  return ofIterator({
    async next() {
      if (ready.length === 0) {
        stream.resume?.();
        await new Promise((done) => { wake = done; });
      }
      const first = ready.shift();
      if ('error' in first) throw first.error;
      return first;
    },
    return: () => stream.destroy?.(),
  });
}

/** The body that is given as bytes, text, a web or another stream, or nothing. */
function bodyFrom(given) {
  if (given === null || given === undefined) return whole(new Uint8Array(0));
  if (typeof given === 'string' || ArrayBuffer.isView(given) || given instanceof ArrayBuffer) return whole(bytesOf(given));
  if (typeof given.getReader === 'function') return ofReader(given.getReader());
  if (typeof given[Symbol.asyncIterator] === 'function') return ofIterator(given[Symbol.asyncIterator]());
  if (typeof given.on === 'function') return ofEmitter(given);
  throw new TypeError('a body is bytes, a text or a stream');
}

/** All of a body. */
async function all(body) {
  const parts = [];
  for (let part = await body.next(); part !== null; part = await body.next()) parts.push(part);
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}

/** The same as a web stream. */
function streamOf(body) {
  return new ReadableStream({
    async pull(controller) {
      const part = await body.next();
      if (part === null) controller.close();
      else controller.enqueue(part.slice());
    },
    cancel() { body.cancel(); },
  }, { highWaterMark: 0 });
}

module.exports = { bodyFrom, whole, all, streamOf };
