'use strict';
// TransformStream, and those that the platform has: text to bytes and back.

const { define } = require('internal/web_class');
const { deferred, highWaterMarkOf } = require('internal/stream_queue');
const { ReadableStream } = require('internal/readable');
const { WritableStream } = require('internal/writable');

const controllers = new WeakMap();
let making = false;

class TransformStreamDefaultController {
  constructor() { if (!making) throw new TypeError('Illegal constructor'); }
  get desiredSize() { return controllers.get(this).readable().desiredSize; }
  enqueue(chunk) {
    const own = controllers.get(this);
    own.readable().enqueue(chunk);
    own.filled();
  }
  error(error) { controllers.get(this).fail(error); }
  terminate() { controllers.get(this).terminate(); }
}
define(TransformStreamDefaultController, 'TransformStreamDefaultController');

class TransformStream {
  #readable;
  #writable;

  constructor(transformer = {}, writableStrategy = {}, readableStrategy = {}) {
    const given = transformer ?? {};
    let reading;
    let writing;
    // Who writes waits until somebody wants to read.
    let wanted = deferred();
    let isWanted = false;
    const want = () => {
      isWanted = true;
      wanted.resolve(undefined);
    };
    making = true;
    const controller = new TransformStreamDefaultController();
    making = false;
    const fail = (error) => {
      reading.error(error);
      writing.error(error);
      want();
    };
    controllers.set(controller, {
      readable: () => reading,
      filled() { isWanted = false; },
      fail,
      terminate() {
        reading.close();
        writing.error(new TypeError('The transform stream has been terminated'));
        want();
      },
    });
    this.#readable = new ReadableStream({
      start(made) { reading = made; },
      pull() { want(); },
      async cancel(reason) {
        writing.error(reason);
        want();
        await given.cancel?.call(given, reason);
      },
    }, { highWaterMark: highWaterMarkOf(readableStrategy, 0), size: readableStrategy?.size });
    const begun = deferred();
    this.#writable = new WritableStream({
      start(made) {
        writing = made;
        return begun.promise;
      },
      async write(chunk) {
        if (!isWanted && !(reading.desiredSize > 0)) await wanted.promise;
        // What makes nothing of a chunk is still waited for.
        wanted = deferred();
        try {
          if (given.transform === undefined) controller.enqueue(chunk);
          else await given.transform.call(given, chunk, controller);
        } catch (error) {
          fail(error);
          throw error;
        }
      },
      async close() {
        try {
          await given.flush?.call(given, controller);
        } catch (error) {
          fail(error);
          throw error;
        }
        if (reading.desiredSize !== null) {
          try {
            reading.close();
          } catch {
            // Closed by the transformer itself.
          }
        }
      },
      async abort(reason) {
        reading.error(reason);
        await given.cancel?.call(given, reason);
      },
    }, { highWaterMark: highWaterMarkOf(writableStrategy, 1), size: writableStrategy?.size });
    const started = given.start?.call(given, controller);
    begun.resolve(started);
  }

  get readable() { return this.#readable; }
  get writable() { return this.#writable; }
}
define(TransformStream, 'TransformStream');

class TextEncoderStream {
  #pair;
  constructor() {
    const encoder = new TextEncoder();
    // Half of a pair may end a chunk.
    let high = '';
    this.#pair = new TransformStream({
      transform(chunk, controller) {
        let text = high + String(chunk);
        high = /[\ud800-\udbff]$/.test(text) ? text.slice(-1) : '';
        if (high !== '') text = text.slice(0, -1);
        if (text !== '') controller.enqueue(encoder.encode(text));
      },
      flush(controller) { if (high !== '') controller.enqueue(encoder.encode(high)); },
    });
  }
  get encoding() { return 'utf-8'; }
  get readable() { return this.#pair.readable; }
  get writable() { return this.#pair.writable; }
}
define(TextEncoderStream, 'TextEncoderStream');

class TextDecoderStream {
  #pair;
  #decoder;
  constructor(label, options) {
    const decoder = this.#decoder = new TextDecoder(label, options);
    this.#pair = new TransformStream({
      transform(chunk, controller) {
        const text = decoder.decode(chunk, { stream: true });
        if (text !== '') controller.enqueue(text);
      },
      flush(controller) {
        const text = decoder.decode();
        if (text !== '') controller.enqueue(text);
      },
    });
  }
  get encoding() { return this.#decoder.encoding; }
  get fatal() { return this.#decoder.fatal; }
  get ignoreBOM() { return this.#decoder.ignoreBOM; }
  get readable() { return this.#pair.readable; }
  get writable() { return this.#pair.writable; }
}
define(TextDecoderStream, 'TextDecoderStream');

module.exports = { TransformStream, TransformStreamDefaultController, TextEncoderStream, TextDecoderStream };
