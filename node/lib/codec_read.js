'use strict';
// The bytes of tokens: numbers, texts, names and bytes, read from memory that may hold anything; and what the value that is made
// of them may take.

/** The memory that a value may take once it is decoded: so many times its bytes, so much at least and at most. */
const MADE_PER_BYTE = 64;
const MADE_AT_LEAST = 1 << 20;
const MADE_AT_MOST = 256 << 20;
/** Bytes from this length on come in memory of their own, where there is such. */
const APART = 64 << 10;

const utf8 = Buffer.prototype.utf8Slice;
const { fromCharCode } = String;
const floats = new Float64Array(1);
const floatBytes = new Uint8Array(floats.buffer);

/** The bytes are no value, or one that is more than this process takes. */
class MalformedValue extends Error {
  constructor(what) {
    super(what);
    this.code = 'ERR_BAD_VALUE';
  }
}
function bad(what, at) {
  throw new MalformedValue(at === undefined ? what : `malformed value: ${what}, at byte ${at}; its sender is broken or speaks another version`);
}

/** Property names that have come before, by a hash of their bytes: most names of most messages. */
const known = new Array(512).fill('');

/** Values smaller than this are over before a clock tells anything, ... */
const SMALL = 2048;
/** ... and so many tokens are followed between two looks at it. */
const STEPS = 256;

/** The time that decoding may take, in milliseconds: some, and more for each byte. `clock` is this thread's own, which tells how long it has worked. */
const budget = { time: 50, perByte: 60e-6, clock: () => performance.now() };

class Reader {
  constructor(src, end, parts) {
    this.src = src;
    this.steps = 0;
    this.begun = end < SMALL ? Infinity : budget.clock();
    this.at = 0;
    this.end = end;
    this.parts = parts;
    this.made = 0;
    this.most = Math.min(MADE_AT_LEAST + end * MADE_PER_BYTE, MADE_AT_MOST);
    if (parts !== null) for (const part of parts) this.most += part.byteLength;
  }

  /** One more token: objects that share a hash make V8's tables take the square of their number. */
  step() {
    if (++this.steps < STEPS) return;
    this.steps = 0;
    this.look();
  }
  look() {
    const limit = budget.time + budget.perByte * this.end;
    if (budget.clock() - this.begun > limit) bad(`decoding a value of ${this.end} bytes took more than ${Math.round(limit)} ms of processor time; split it`);
  }

  // Reading behind the end of the memory gives `undefined`, which no check below lets pass.

  number() {
    const { src } = this;
    const first = src[this.at++];
    if (first < 251) return first;
    const at = this.at;
    if (first === 251) {
      this.at += 2;
      if (this.at > this.end) this.short();
      return src[at] | (src[at + 1] << 8);
    }
    if (first === 252) {
      this.at += 4;
      if (this.at > this.end) this.short();
      return src.readUInt32LE(at);
    }
    if (first === 253) {
      this.at += 8;
      if (this.at > this.end) this.short();
      return src.readUInt32LE(at) + src.readUInt32LE(at + 4) * 4294967296;
    }
    return this.at > this.end ? this.short() : bad('a number of another layout', at - 1);
  }
  short() {
    throw new MalformedValue('the value ends early; its sender is broken or was cut off');
  }
  /** The length of bytes that follow, all of which are there. */
  length() {
    const length = this.number();
    if (!(this.at + length <= this.end)) this.short();
    return length;
  }
  float() {
    if (this.at + 8 > this.end) this.short();
    for (let i = 0; i < 8; i++) floatBytes[i] = this.src[this.at++];
    return floats[0];
  }
  makes(bytes) {
    this.made += bytes;
    if (this.made > this.most) bad(`decoded, a value of ${this.end} bytes would take more than ${this.most} bytes; split it`);
  }
  text() {
    const n = this.length();
    const { src, at } = this;
    const end = (this.at += n);
    if (n < 20) {
      let text = '';
      for (let i = at; i < end; i++) {
        const c = src[i];
        if (c > 127) return this.utf8(at, end);
        text += fromCharCode(c);
      }
      return text;
    }
    return this.utf8(at, end);
  }
  utf8(at, end) {
    const text = utf8.call(this.src, at, end);
    return text.includes('\uFFFD') ? this.wtf8(at, end) : text;
  }
  /** Text that is not UTF-8, or has that character itself. */
  wtf8(at, end) {
    const { src } = this;
    const from = at;
    const parts = [];
    let units = [];
    const cut = () => bad('text that is not WTF-8', from);
    const next = () => {
      const c = src[at++];
      if (at > end || (c & 0xc0) !== 0x80) cut();
      return c & 63;
    };
    while (at < end) {
      const c = src[at++];
      if (c < 0x80) {
        units.push(c);
      } else if (c >= 0xc2 && c < 0xe0) {
        units.push(((c & 31) << 6) | next());
      } else if (c >= 0xe0 && c < 0xf0) {
        const unit = ((c & 15) << 12) | (next() << 6) | next();
        const last = units[units.length - 1];
        if (unit < 0x800 || (unit >= 0xdc00 && unit < 0xe000 && last >= 0xd800 && last < 0xdc00 && units.lone)) cut();
        units.push(unit);
        units.lone = unit >= 0xd800 && unit < 0xdc00;
        continue;
      } else if (c >= 0xf0 && c < 0xf5) {
        const point = (((c & 7) << 18) | (next() << 12) | (next() << 6) | next()) - 0x10000;
        if (point < 0 || point > 0xfffff) cut();
        units.push(0xd800 + (point >> 10), 0xdc00 + (point & 0x3ff));
      } else {
        cut();
      }
      units.lone = false;
      if (units.length > 4096) {
        parts.push(fromCharCode.apply(null, units));
        units = [];
      }
    }
    parts.push(fromCharCode.apply(null, units));
    return parts.join('');
  }
  /** A property name. */
  name() {
    const n = this.length();
    const { src, at } = this;
    this.at += n;
    if (n > 24 || n === 0) {
      this.makes(n + 16);
      return this.utf8(at, this.at);
    }
    const slot = (n * 31 + src[at] * 7 + src[at + (n >> 1)] * 13 + src[this.at - 1] * 3) & 511;
    const guess = known[slot];
    if (guess.length === n) {
      let i = 0;
      while (i < n && guess.charCodeAt(i) === src[at + i]) i++;
      if (i === n && guess.charCodeAt(n - 1) < 128) return guess;
    }
    const name = this.utf8(at, this.at);
    if (name.length === n) known[slot] = name;
    return name;
  }
  /** Bytes of their own: those that follow, or the next part. */
  bytes(cost) {
    const n = this.number();
    if (this.parts !== null && n >= APART) {
      const part = this.parts.shift();
      if (part === undefined || part.byteLength !== n) bad('bytes that have not come along', this.at);
      return part;
    }
    if (!(this.at + n <= this.end)) this.short();
    this.makes(n + cost);
    const own = new ArrayBuffer(n);
    if (n > 0) new Uint8Array(own).set(this.src.subarray(this.at, this.at + n));
    this.at += n;
    return own;
  }
  integer() {
    const { src } = this;
    if (src[this.at] !== 253) {
      const n = this.number();
      return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
    }
    if (this.at + 9 > this.end) this.short();
    const low = src.readUInt32LE(this.at + 1), rest = src.readUInt32LE(this.at + 5) * 2147483648 + (low >>> 1);
    if (rest <= Number.MAX_SAFE_INTEGER) {
      this.at += 9;
      return low & 1 ? -rest - 1 : rest;
    }
    // What a number cannot hold exactly is a BigInt.
    const wide = src.readBigUInt64LE(this.at + 1);
    this.at += 9;
    return wide & 1n ? -(wide >> 1n) - 1n : wide >> 1n;
  }
  bigint() {
    const negative = this.flag();
    const n = this.length();
    const { src, at } = this;
    this.at += n;
    if (n === 0 ? negative : src[this.at - 1] === 0) bad('a BigInt that is not in its shortest form', at);
    if (n === 0) return 0n;
    this.makes(n * 4);
    const magnitude = BigInt(`0x${Buffer.from(src.subarray(at, this.at)).reverse().toString('hex')}`);
    return negative ? -magnitude : magnitude;
  }
  flag() {
    const flag = this.src[this.at++];
    if (flag > 1) bad('a number that stands for nothing', this.at - 1);
    return flag === 1;
  }
  wide() {
    const { src } = this;
    if (src[this.at] === 253) {
      if (this.at + 9 > this.end) this.short();
      const n = src.readBigUInt64LE(this.at + 1);
      this.at += 9;
      return n;
    }
    return BigInt(this.number());
  }
}

module.exports = { Reader, MalformedValue, bad, budget };
