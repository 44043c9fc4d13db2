'use strict';
// From tokens to values. The addon has checked what it hands over; everything is checked here once more where that costs
// little, so that no bytes make this code crash, hang, or take memory out of proportion.

const { Tag, ERRORS, VIEWS } = require('./codec_tokens.js');
const { Reader, MalformedValue, bad, budget } = require('./codec_read.js');

/** The longest source of a regular expression, ... */
const REGEXP = 16 << 10;
/** ... how often it may ask for a property of characters, ... */
const PROPERTIES = 50;
/** ... how deep containers nest, how many tokens a value has. */
const DEPTH = 2_000;
const TOKENS = 4_000_000;
/** So many holes may become memory of an array; further ones are only counted. */
const HOLES = 1 << 16;

const { defineProperty } = Object;
const plain = Object.prototype;
const push = Array.prototype.push;
const mapSet = Map.prototype.set;
const setAdd = Set.prototype.add;
const asBuffer = (bytes) => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

// What a container takes next.
const ROOT = 0, ELEMENT = 1, NAMED_ELEMENT = 2, NAME = 3, MAP_KEY = 4, MAP_VALUE = 5, MEMBER = 6, ERROR_NAME = 7;
/** The properties that an error does not show. */
const hiddenOfErrors = new Set(['message', 'stack', 'cause', 'name']);

class Decoder extends Reader {
  constructor(src, end, ports, parts) {
    super(src, end, parts);
    this.ports = ports;
    this.objects = [];
    this.names = [];
    /** Whether a plain object has something of that name already: `__proto__`, `toString`. */
    this.odd = [];
    this.holes = 0;
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
    // Each of these is a set of all of Unicode.
    if (/[uv]/.test(flags) && source.split(/\\p/i, PROPERTIES + 2).length > PROPERTIES + 1) {
      throw new MalformedValue(`a regular expression with more than ${PROPERTIES} properties of characters; send its source as text`);
    }
    this.look();
    return new RegExp(source, flags);
  }

  value() {
    const { src, end, objects, names } = this;
    const stack = [];
    let state = ROOT, holder = null, name = '', odd = false, mapKey = undefined, length = 0, root;
    let tokens = 0;
    for (;;) {
      if (this.at >= end) this.short();
      this.step();
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

module.exports = { decode, MalformedValue, budget };
