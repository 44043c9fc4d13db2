'use strict';
// From tokens to values. The addon has checked what it hands over; everything is checked here once more where that costs
// little, so that no bytes make this code crash, hang, or take memory out of proportion.

const { Tag, ERRORS, VIEWS } = require('./codec_tokens.js');

/** The longest source of a regular expression, ... */
const REGEXP = 16 << 10;
/** ... how deep containers nest, how many tokens a value has, ... */
const DEPTH = 2_000;
const TOKENS = 4_000_000;
/** ... and the memory that a value may take once it is decoded: so many times its bytes, so much at least and at most. */
const MADE_PER_BYTE = 64;
const MADE_AT_LEAST = 1 << 20;
const MADE_AT_MOST = 256 << 20;
/** So many holes may become memory of an array; further ones are only counted. */
const HOLES = 1 << 16;
/** Bytes from this length on come in memory of their own, where there is such. */
const APART = 64 << 10;

const { defineProperty } = Object;
const plain = Object.prototype;
const utf8 = Buffer.prototype.utf8Slice;
const { fromCharCode } = String;
const push = Array.prototype.push;
const mapSet = Map.prototype.set;
const setAdd = Set.prototype.add;
const floats = new Float64Array(1);
const floatBytes = new Uint8Array(floats.buffer);
const asBuffer = (bytes) => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

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

// What a container takes next.
const ROOT = 0, ELEMENT = 1, NAMED_ELEMENT = 2, NAME = 3, MAP_KEY = 4, MAP_VALUE = 5, MEMBER = 6, ERROR_NAME = 7;
/** The properties that an error does not show. */
const hiddenOfErrors = new Set(['message', 'stack', 'cause', 'name']);

/** Property names that have come before, by a hash of their bytes: most names of most messages. */
const known = new Array(512).fill('');

class Decoder {
  constructor(src, end, ports, parts) {
    this.src = src;
    this.at = 0;
    this.end = end;
    this.ports = ports;
    this.parts = parts;
    this.objects = [];
    this.names = [];
    /** Whether a plain object has something of that name already: `__proto__`, `toString`. */
    this.odd = [];
    this.made = 0;
    this.most = Math.min(MADE_AT_LEAST + end * MADE_PER_BYTE, MADE_AT_MOST);
    if (parts !== null) for (const part of parts) this.most += part.byteLength;
    this.holes = 0;
  }

  // --- bytes. Reading behind the end of the memory gives `undefined`, which no check below lets pass.

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

  /** A value of one token that is no object. */
  primitive(tag) {
    switch (tag) {
      case Tag.False: return false;
      case Tag.True: return true;
      case Tag.Int: return this.integer();
      case Tag.Uint: return this.wide();
      case Tag.Float: return this.float();
      case Tag.BigInt: return this.bigint();
      case Tag.Str: return this.text();
      default: return bad(`token ${tag} in a boxed primitive`, this.at - 1);
    }
  }
  view() {
    const kind = VIEWS[this.src[this.at++]];
    if (kind === undefined) bad('a view of no kind', this.at - 1);
    const offset = this.number(), length = this.number();
    const number = this.objects.push(null) - 1;
    const tag = this.src[this.at++];
    let buffer;
    if (tag === Tag.Buffer) buffer = this.buffer();
    else if (tag === Tag.Ref) buffer = this.objects[this.number()];
    if (!(buffer instanceof ArrayBuffer)) bad('a view of no buffer', this.at);
    if (offset % kind.size !== 0 || length % kind.size !== 0 || !(offset + length <= buffer.byteLength)) bad(`a view of ${length} bytes at ${offset} on a buffer of ${buffer.byteLength}`, this.at);
    this.makes(120);
    return (this.objects[number] = new kind.View(buffer, offset, length / kind.size));
  }
  buffer() {
    let most;
    if (this.flag()) most = this.number();
    let own = this.bytes(160);
    if (most !== undefined) {
      if (most < own.byteLength) bad('a buffer that is larger than its own limit', this.at);
      const bytes = own;
      own = new ArrayBuffer(bytes.byteLength, { maxByteLength: most });
      new Uint8Array(own).set(new Uint8Array(bytes));
    }
    this.objects.push(own);
    return own;
  }
  error() {
    const Kind = ERRORS[this.src[this.at++]];
    if (Kind === undefined) bad('an error of no class', this.at - 1);
    this.makes(240);
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    let error;
    try {
      error = new Kind();
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    // It has the stack that came along, if one has.
    delete error.stack;
    return error;
  }
  regexp() {
    const at = this.at;
    const source = this.text();
    if (this.at - at > REGEXP) throw new MalformedValue(`a regular expression of ${this.at - at} bytes is longer than ${REGEXP}; send its source as text`);
    const flags = this.text();
    this.makes(240);
    return new RegExp(source, flags);
  }

  value() {
    const { src, end, objects, names } = this;
    const stack = [];
    let state = ROOT, holder = null, name = '', odd = false, mapKey = undefined, length = 0, root;
    let tokens = 0;
    for (;;) {
      if (this.at >= end) this.short();
      if (++tokens > TOKENS) bad(`the value has more than ${TOKENS} parts; split it`);
      let tag = src[this.at++];

      if (tag === Tag.End) {
        if (state === ROOT || state === MAP_VALUE) bad('an end where a value belongs', this.at - 1);
        ({ state, holder, mapKey, length } = stack.pop());
        if (state === ROOT) break;
        continue;
      }

      // What names the value in its container.
      if (tag === Tag.Key || tag === Tag.KeyRef) {
        if (state === ELEMENT) state = NAMED_ELEMENT;
        if (state !== NAME && state !== NAMED_ELEMENT && state !== ERROR_NAME) bad('a property name where a value belongs', this.at - 1);
        if (tag === Tag.Key) {
          name = this.name();
          odd = name in plain;
          names.push(name);
          this.odd.push(odd);
        } else {
          const number = this.number();
          if (!(number < names.length)) bad(`reference to key ${number}, but only ${names.length} came before it`, this.at);
          name = names[number];
          odd = this.odd[number];
        }
        if (state === NAMED_ELEMENT && isOfArrays(name)) bad("an array's element or length given as a property of it", this.at);
        if (this.at >= end) this.short();
        tokens++;
        tag = src[this.at++];
      } else if (state === NAME || state === NAMED_ELEMENT || state === ERROR_NAME) {
        bad(`token ${tag} where a property name belongs`, this.at - 1);
      }

      let value, opens = -1;
      switch (tag) {
        case Tag.Undefined: value = undefined; break;
        case Tag.Null: value = null; break;
        case Tag.False: value = false; break;
        case Tag.True: value = true; break;
        case Tag.Int: value = this.integer(); break;
        case Tag.Uint: value = this.wide(); break;
        case Tag.Float: value = this.float(); break;
        case Tag.BigInt: value = this.bigint(); break;
        case Tag.Str: value = this.text(); break;
        case Tag.Holes: {
          if (state !== ELEMENT) bad('a hole outside of an array\'s elements', this.at - 1);
          this.addHoles(holder, this.number());
          continue;
        }
        case Tag.Ref: {
          const number = this.number();
          if (!(number < objects.length)) bad(`reference to object ${number}, but only ${objects.length} came before it`, this.at);
          value = objects[number];
          break;
        }
        case Tag.Array: value = []; opens = ELEMENT; this.makes(32); objects.push(value); break;
        case Tag.Object: value = {}; opens = NAME; this.makes(56); objects.push(value); break;
        case Tag.Map: value = new Map(); opens = MAP_KEY; this.makes(260); objects.push(value); break;
        case Tag.Set: value = new Set(); opens = MEMBER; this.makes(260); objects.push(value); break;
        case Tag.Error: value = this.error(); opens = ERROR_NAME; objects.push(value); break;
        case Tag.Date: value = new Date(this.float()); this.makes(96); objects.push(value); break;
        case Tag.RegExp: value = this.regexp(); objects.push(value); break;
        case Tag.Boxed: {
          const number = objects.push(null) - 1;
          if (this.at >= end) this.short();
          value = objects[number] = Object(this.primitive(src[this.at++]));
          break;
        }
        case Tag.Buffer: value = this.buffer(); break;
        case Tag.View: value = this.view(); break;
        case Tag.Bytes: value = new Uint8Array(this.bytes(240)); objects.push(value); break;
        case Tag.Port: {
          const place = this.number();
          if (this.ports === null || !(place < this.ports.length)) bad(`the message names port ${place}, which was not transferred with it`);
          value = this.ports[place];
          break;
        }
        default: bad(tag > Tag.End ? 'a number that stands for nothing' : `token ${tag} where a value belongs`, this.at - 1);
      }

      switch (state) {
        case ELEMENT: push.call(holder, value); break;
        case NAME:
          if (odd) defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
          else holder[name] = value;
          break;
        case NAMED_ELEMENT: defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true }); break;
        case ERROR_NAME: defineProperty(holder, name, { value, writable: true, enumerable: !hiddenOfErrors.has(name), configurable: true }); break;
        case MAP_KEY: mapKey = value; state = MAP_VALUE; break;
        case MAP_VALUE: mapSet.call(holder, mapKey, value); mapKey = undefined; state = MAP_KEY; break;
        case MEMBER: setAdd.call(holder, value); break;
        default: root = value;
      }
      if (opens >= 0) {
        if (stack.length >= DEPTH) bad(`the value is nested deeper than ${DEPTH} levels; flatten it`);
        stack.push({ state, holder, mapKey, length });
        state = opens;
        holder = value;
        continue;
      }
      if (state === ROOT) break;
    }
    if (this.at !== end) bad(`${end - this.at} bytes follow the value; encode several values as one array`);
    return root;
  }

  addHoles(array, run) {
    if (run === 0 || array.length + run > 4294967295) bad(run === 0 ? 'an empty run of holes' : 'an array longer than 4294967295 elements', this.at);
    this.holes += run;
    if (this.holes <= HOLES) {
      array.length += run;
      return;
    }
    // An element that is not as others are makes the engine keep the array as a table, in which holes take no memory.
    const last = array.length + run - 1;
    defineProperty(array, last, { value: undefined, writable: true, enumerable: false, configurable: true });
    delete array[last];
  }
}

/** Whether that is the name of what an array has already: its length, or an element. */
function isOfArrays(name) {
  if (name === 'length' || name === '0') return true;
  return /^[1-9]\d{0,9}$/.test(name) && Number(name) < 4294967295;
}

/**
 * The value that the first `length` of these bytes describe. `ports` are the ports that came along; `parts` are bytes that
 * lie in memory of their own (ArrayBuffers), which then belong to the value.
 */
function decode(bytes, length = bytes.byteLength, ports = null, parts = null) {
  const src = asBuffer(bytes);
  if (length > src.length) length = src.length;
  if (length === 1 && src[0] === 0) return undefined;
  return new Decoder(src, length, ports, parts).value();
}

module.exports = { decode, MalformedValue };
