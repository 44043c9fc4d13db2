'use strict';
// The part of Node's Readable that concerns reading, for streams of the host's: who makes one says where chunks come from.

const EventEmitter = require('events');
const { Buffer } = require('buffer');

// So much may wait for its reader; then the source is told to wait.
const HIGH_WATER_MARK = 64 * 1024;

class Readable extends EventEmitter {
  readable = true;
  readableEnded = false;
  readableFlowing = null;
  destroyed = false;
  #want;
  #closed;
  #chunks = [];
  #size = 0;
  #complete = false;
  #asked = false;
  #decoder = null;
  #pipes = [];
  // Why it has been destroyed.
  #error = null;

  // `want` is told whether more is to be received, `closed` that nobody reads any more.
  constructor({ want, closed }) {
    super();
    this.#want = want;
    this.#closed = closed;
  }

  get readableLength() { return this.#size; }
  get readableHighWaterMark() { return HIGH_WATER_MARK; }
  get readableEncoding() { return this.#decoder?.encoding ?? null; }
  get closed() { return this.readableEnded || this.destroyed; }

  on(name, listener) {
    super.on(name, listener);
    if (name === 'data' && this.readableFlowing !== false) this.resume();
    if (name === 'readable') {
      this.readableFlowing = false;
      this.#ask();
      if (this.#size > 0 || this.#complete) process.nextTick(() => this.emit('readable'));
    }
    return this;
  }

  setEncoding(encoding) {
    const { StringDecoder } = require('string_decoder');
    this.#decoder = new StringDecoder(encoding);
    this.#chunks = this.#chunks.map((chunk) => this.#decoder.write(chunk)).filter((text) => text !== '');
    return this;
  }

  resume() {
    if (this.readableFlowing !== true) {
      this.readableFlowing = true;
      process.nextTick(() => this.#flow());
    }
    return this;
  }

  pause() {
    this.readableFlowing = false;
    this.#tellWant();
    return this;
  }

  isPaused() { return this.readableFlowing === false; }

  // All that is there.
  read() {
    if (this.#chunks.length === 0) {
      this.#ask();
      this.#finish();
      return null;
    }
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#size = 0;
    this.#tellWant();
    if (this.#complete) process.nextTick(() => this.#finish());
    return this.#decoder === null ? Buffer.concat(chunks) : chunks.join('');
  }

  pipe(target, options) {
    const take = (chunk) => {
      if (target.write(chunk) === false && typeof target.once === 'function') {
        this.pause();
        target.once('drain', () => this.resume());
      }
    };
    const end = () => target.end?.();
    this.#pipes.push({ target, take, end });
    this.on('data', take);
    if (options?.end !== false && target !== process.stdout && target !== process.stderr) this.once('end', end);
    target.emit?.('pipe', this);
    return target;
  }

  unpipe(target) {
    const leaving = this.#pipes.filter((one) => target === undefined || one.target === target);
    this.#pipes = this.#pipes.filter((one) => !leaving.includes(one));
    for (const { take, end } of leaving) this.off('data', take).off('end', end);
    if (leaving.length > 0 && this.#pipes.length === 0) this.pause();
    return this;
  }

  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.readable = false;
    this.#error = error ?? null;
    this.#chunks = [];
    this.#size = 0;
    this.#closed();
    process.nextTick(() => {
      if (this.#error !== null) this.emit('error', this.#error);
      this.emit('close');
    });
    return this;
  }

  async *[Symbol.asyncIterator]() {
    let wake = () => {};
    const hear = () => wake();
    this.on('readable', hear).on('close', hear).on('error', hear);
    try {
      while (!this.destroyed && !this.readableEnded) {
        const chunk = this.read();
        if (chunk !== null) yield chunk;
        else if (!this.destroyed && !this.readableEnded) await new Promise((done) => { wake = done; });
      }
      if (this.#error !== null) throw this.#error;
    } finally {
      this.destroy();
      // Its error is told a moment later.
      setImmediate(() => this.off('readable', hear).off('close', hear).off('error', hear));
    }
  }

  // What comes from its source; null at its end.
  receive(bytes) {
    if (bytes === null) {
      this.#complete = true;
      const rest = this.#decoder?.end() ?? '';
      if (rest !== '') this.#keep(rest);
    } else {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const chunk = this.#decoder === null ? buffer : this.#decoder.write(buffer);
      if (chunk !== '') this.#keep(chunk);
    }
    if (this.readableFlowing === true) this.#flow();
    else {
      this.#asked = false;
      this.#tellWant();
      this.emit('readable');
    }
  }

  #keep(chunk) {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  #flow() {
    while (this.readableFlowing === true && this.#chunks.length > 0) {
      const chunk = this.#chunks.shift();
      this.#size -= chunk.length;
      this.emit('data', chunk);
    }
    this.#tellWant();
    if (this.readableFlowing === true) this.#finish();
  }

  // A reader that takes by read() waits for more.
  #ask() {
    this.#asked = true;
    this.#tellWant();
  }

  #tellWant() {
    if (this.#complete || this.destroyed) return;
    this.#want((this.readableFlowing === true || this.#asked) && this.#size < HIGH_WATER_MARK);
  }

  #finish() {
    if (!this.#complete || this.#chunks.length > 0 || this.readableEnded || this.destroyed) return;
    this.readableEnded = true;
    this.readable = false;
    process.nextTick(() => {
      this.emit('end');
      this.destroyed = true;
      this.emit('close');
    });
  }
}
Readable.prototype.addListener = Readable.prototype.on;

module.exports = { Readable };
