'use strict';
// The bytes of tokens: where they are written, numbers, texts, names, and bytes that are lent rather than copied.

const { Tag, wellFormed } = require('./codec_tokens.js');

/** What a message may be; the host tells what its links take (`start`). */
const limits = { frame: 64 << 20, tokens: 4_000_000, depth: 2_000 };

/** Bytes from this length on are lent rather than copied, where that is allowed. */
const LARGE = 32 << 10;

const byteLengthOf = Buffer.byteLength;
const write = Buffer.prototype.utf8Write ?? Buffer.prototype.write;
const floats = new Float64Array(1);
const floatBytes = new Uint8Array(floats.buffer);

/** What cannot travel, or what a message may not have more of; thrown inwards only. */
class Fault {
  constructor(what, size) {
    this.what = what;
    this.size = size;
  }
}

/** Runs what may run a program's code; what that throws is a fault that says what threw. */
function attempt(what, run) {
  try {
    return run();
  } catch {
    throw new Fault(what);
  }
}

/** A method, or a getter, as a function of its object. */
const uncurry = (prototype, name) => Function.prototype.call.bind(Object.getOwnPropertyDescriptor(prototype, name)?.get ?? prototype[name]);

class Writer {
  constructor() {
    this.out = Buffer.allocUnsafeSlow(4 << 10);
    this.at = 0;
    this.lent = null;
    this.lentAt = 0;
    this.lentLength = 0;
    this.clear(false);
  }

  /** Begins anew, in the same memory. */
  clear(lends) {
    this.at = 0;
    this.lent = null;
    this.lentLength = 0;
    this.lends = lends;
    this.tokens = 0;
    this.names = null;
    this.order = [];
    this.follows = [];
    this.last = 0;
  }

  room(more) {
    const needed = this.at + more;
    if (needed <= this.out.length) return;
    const bigger = Buffer.allocUnsafeSlow(Math.max(this.out.length * 2, needed + 64));
    bigger.set(this.out.subarray(0, this.at));
    this.out = bigger;
  }
  /** One byte that is a token; there is room. */
  tag(tag) {
    this.room(16);
    this.tokens++;
    this.out[this.at++] = tag;
  }
  /** A number up to 2^53; there is room for nine bytes. */
  number(n) {
    const { out } = this;
    if (n < 251) {
      out[this.at++] = n;
    } else if (n < 65536) {
      out[this.at++] = 251;
      out[this.at++] = n & 255;
      out[this.at++] = n >>> 8;
    } else if (n < 4294967296) {
      out[this.at++] = 252;
      out.writeUInt32LE(n, this.at);
      this.at += 4;
    } else {
      this.wide(n >>> 0, Math.floor(n / 4294967296));
    }
  }
  wide(low, high) {
    this.out[this.at++] = 253;
    this.out.writeUInt32LE(low, this.at);
    this.out.writeUInt32LE(high, this.at + 4);
    this.at += 8;
  }
  float(n) {
    floats[0] = n;
    for (let i = 0; i < 8; i++) this.out[this.at++] = floatBytes[i];
  }
  within(more) {
    const size = this.at + this.lentLength + more;
    if (size > limits.frame) throw new Fault(`more than ${limits.frame} bytes`, size);
    if (this.tokens > limits.tokens) throw new Fault(`more than ${limits.tokens} parts`, this.tokens);
  }
  /** A token that is a text, or a text alone behind another token (tag -1). */
  text(tag, text) {
    const n = text.length;
    this.room(n < 40 ? n * 3 + 16 : 16);
    const { out } = this;
    if (tag >= 0) {
      this.tokens++;
      out[this.at++] = tag;
    }
    if (n < 40) {
      // Short ASCII goes letter by letter: a call of the native writer costs more.
      let at = this.at;
      out[at++] = n;
      let i = 0;
      for (; i < n; i++) {
        const c = text.charCodeAt(i);
        if (c > 127) break;
        out[at++] = c;
      }
      if (i === n) {
        this.at = at;
        return;
      }
    }
    if (!wellFormed(text)) return this.surrogates(text);
    const length = byteLengthOf(text);
    this.within(length);
    this.number(length);
    this.room(length + 16);
    this.at += write.call(this.out, text, this.at, length);
  }
  /** A text with lone surrogates: each is three bytes, as WTF-8 has it. */
  surrogates(text) {
    let length = 0;
    for (const part of text) length += part.codePointAt(0) < 0x80 ? 1 : part.codePointAt(0) < 0x800 ? 2 : part.length === 1 ? 3 : 4;
    this.within(length);
    this.number(length);
    this.room(length + 16);
    const { out } = this;
    for (const part of text) {
      const c = part.codePointAt(0);
      if (c < 0x80) out[this.at++] = c;
      else if (c < 0x800) {
        out[this.at++] = 0xc0 | (c >> 6);
        out[this.at++] = 0x80 | (c & 63);
      } else if (c < 0x10000) {
        out[this.at++] = 0xe0 | (c >> 12);
        out[this.at++] = 0x80 | ((c >> 6) & 63);
        out[this.at++] = 0x80 | (c & 63);
      } else {
        out[this.at++] = 0xf0 | (c >> 18);
        out[this.at++] = 0x80 | ((c >> 12) & 63);
        out[this.at++] = 0x80 | ((c >> 6) & 63);
        out[this.at++] = 0x80 | (c & 63);
      }
    }
  }
  /** Bytes behind their length, or lent: as they are when the message is sent, which is before other scripts run. */
  bytes(u8) {
    const length = u8.byteLength;
    this.within(length);
    this.room(16);
    this.number(length);
    if (length >= LARGE && this.lends && this.lent === null) {
      this.lent = u8;
      this.lentAt = this.at;
      this.lentLength = length;
      return;
    }
    this.room(length + 16);
    this.out.set(u8, this.at);
    this.at += length;
  }
  /** A property name: in full the first time, then by number. Names tend to come in the order in which they came before. */
  key(name) {
    const { order } = this;
    let number = this.follows[this.last];
    if (number === undefined || order[number] !== name) {
      number = this.names === null ? undefined : this.names.get(name);
      if (number === undefined) {
        number = order.length;
        order.push(name);
        (this.names ??= new Map()).set(name, number);
        this.follows[this.last] = number;
        this.last = number;
        this.text(Tag.Key, name);
        return;
      }
      this.follows[this.last] = number;
    }
    this.last = number;
    this.tag(Tag.KeyRef);
    this.number(number);
  }
  integer(v) {
    const rest = v < 0 ? -v - 1 : v;
    const low = ((rest % 2147483648) * 2 + (v < 0 ? 1 : 0)) >>> 0;
    const high = Math.floor(rest / 2147483648);
    if (high === 0) this.number(low);
    else this.wide(low, high);
  }
  /** Before a program's code may run, bytes that were lent are copied: they are to be those of this moment. */
  settle() {
    if (this.lent === null) return;
    const { lent, lentAt, lentLength } = this;
    this.lent = null;
    this.lentLength = 0;
    if (lent.byteLength !== lentLength) throw new Fault('detached ArrayBuffer');
    this.room(lentLength + 16);
    this.out.copyWithin(lentAt + lentLength, lentAt, this.at);
    this.out.set(lent, lentAt);
    this.at += lentLength;
  }
}

module.exports = { Writer, Fault, attempt, uncurry, limits };
