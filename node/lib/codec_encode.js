'use strict';
// From values to tokens.

const types = require('node:util').types;
const { Path } = require('./codec_path.js');
const { hostLabel, otherClass } = require('./codec_classes.js');
const { ContentsWriter, NAMED, ARRAY, ENTRIES, CAUSE, hasOwn } = require('./codec_contents.js');
const { Tag, ERRORS, FLAGS } = require('./codec_tokens.js');
const { Fault, attempt, uncurry, limits } = require('./codec_write.js');

/** Memory that is kept from one value to the next. */
const KEPT = 1 << 20;
/** Views that share a buffer are found on the way; more passes are needed only by getters that answer differently each time. */
const PASSES = 4;
const MESSAGE = 'An object could not be cloned.';

const { getPrototypeOf, keys: keysOf } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const isSafe = Number.isSafeInteger;
const plain = Object.prototype;
const getTime = uncurry(Date.prototype, 'getTime');
const valueOf = { Number: uncurry(Number.prototype, 'valueOf'), String: uncurry(String.prototype, 'valueOf'), Boolean: uncurry(Boolean.prototype, 'valueOf'), BigInt: uncurry(BigInt.prototype, 'valueOf') };
const sourceOf = uncurry(RegExp.prototype, 'source');
const flags = FLAGS.map(([flag, name]) => [flag, name in RegExp.prototype ? uncurry(RegExp.prototype, name) : () => false]);
const mapEntries = uncurry(Map.prototype, 'forEach');
const setEntries = uncurry(Set.prototype, 'forEach');

/** The error for a value that cannot travel: Electron's text, and `path`, which names the culprit and does not show up in listings. */
class NotCloneable extends Error {
  constructor(message, path, code) {
    super(message);
    const hidden = { writable: true, configurable: true };
    Object.defineProperty(this, 'path', { value: path, ...hidden });
    if (code !== undefined) Object.defineProperty(this, 'code', { value: code, ...hidden });
  }
}
Object.defineProperty(NotCloneable.prototype, 'constructor', { value: Error, writable: true, configurable: true });

const uncloneable = new WeakSet();
let marked = false;

class Encoder extends ContentsWriter {
  static uncloneable = { add(object) { marked = true; uncloneable.add(object); } };

  constructor() {
    super();
    this.start(null, false);
  }

  start(ports, lends) {
    this.begin(lends);
    this.ports = ports !== null && ports.length > 0 ? ports : null;
    this.frames = [];
    this.arg = -1;
  }

  one(value, root, ports, lends) {
    this.run(root, ports, lends, () => {
      if (this.value(value)) this.contents();
    });
  }

  all(args, ports, lends) {
    this.run('args', ports, lends, () => {
      this.tag(Tag.Array);
      this.objects = 1;
      for (let index = 0; index < args.length; index++) {
        this.arg = index;
        if (this.value(args[index])) this.contents();
      }
      this.arg = -1;
      this.tag(Tag.End);
    });
  }

  run(root, ports, lends, write) {
    if (this.out.length > KEPT) this.out = Buffer.allocUnsafeSlow(64 << 10);
    let ranges = null;
    for (let pass = 0; pass < PASSES; pass++) {
      this.start(ports, lends);
      /** Which bytes of shared buffers all their views together need, found by earlier passes. */
      this.ranges = ranges;
      try {
        write();
        this.within(0);
        if (this.lent !== null && this.lent.byteLength !== this.lentLength) throw new Fault('detached ArrayBuffer');
      } catch (error) {
        throw this.explain(root, error);
      }
      const { widened } = this;
      ranges = this.ranges;
      this.seen = this.names = this.sent = this.ports = this.ranges = null;
      this.frames = this.order = [];
      if (!widened) return;
    }
    throw new NotCloneable(MESSAGE, `${root} (value that changes while it is read)`);
  }

  explain(root, error) {
    if (!(error instanceof Fault)) return error;
    const path = new Path(root);
    if (this.arg >= 0) path.index(this.arg);
    for (const frame of this.frames) {
      const index = frame.next - 1;
      if (frame.kind === CAUSE) path.key('cause');
      else if (index < 0) continue;
      else if (frame.kind === NAMED || frame.kind === ARRAY) path.key(String(frame.names === null ? index : frame.names[index]));
      else if (!frame.map) path.entry('values', index);
      else if (index % 2 === 0) path.entry('keys', index / 2);
      else if (typeof frame.entries[index - 1] === 'string') path.mapValue(frame.entries[index - 1]);
      else path.entry('values', (index - 1) / 2);
    }
    const where = path.finish();
    this.frames = [];
    this.seen = this.names = this.sent = this.ports = null;
    if (error.size === undefined) return new NotCloneable(MESSAGE, `${where} (${error.what})`);
    const text = `The message is too large: ${error.what} (${error.size} up to ${where}). Send it in parts, or write a file and send its path.`;
    return new NotCloneable(text, `${where} (${error.what})`, 'ERR_MESSAGE_TOO_LARGE');
  }

  // --- values

  /** Writes a value, of a container its beginning: then it is `true`, and `contents` writes the rest. */
  value(v) {
    this.room(32);
    if (this.at > limits.frame || this.tokens > limits.tokens) this.within(0);
    switch (typeof v) {
      case 'string':
        this.text(Tag.Str, v);
        return false;
      case 'number':
        this.tokens++;
        if (isSafe(v) && (v !== 0 || 1 / v > 0)) {
          this.out[this.at++] = Tag.Int;
          if (v >= 0 && v < 1073741824) this.number(v * 2);
          else this.integer(v);
        } else {
          this.out[this.at++] = Tag.Float;
          this.float(v);
        }
        return false;
      case 'boolean':
        this.tag(v ? Tag.True : Tag.False);
        return false;
      case 'undefined':
        // `document.all` of a page is this too, but there is none here.
        this.tag(Tag.Undefined);
        return false;
      case 'object':
        if (v !== null) return this.object(v);
        this.tag(Tag.Null);
        return false;
      case 'bigint':
        this.bigint(v);
        return false;
      default:
        throw new Fault(typeof v);
    }
  }
  bigint(v) {
    this.tag(Tag.BigInt);
    this.out[this.at++] = v < 0n ? 1 : 0;
    let digits = v === 0n ? '' : (v < 0n ? -v : v).toString(16);
    if (digits.length % 2 !== 0) digits = `0${digits}`;
    const lends = this.lends;
    this.lends = false;
    this.bytes(Buffer.from(digits, 'hex').reverse());
    this.lends = lends;
  }

  object(v) {
    const known = this.seen === null ? undefined : this.seen.get(v);
    if (known !== undefined) {
      this.tag(Tag.Ref);
      this.number(known);
      return false;
    }
    if (this.ports !== null) {
      const place = this.ports.indexOf(v);
      if (place >= 0) {
        this.tag(Tag.Port);
        this.number(place);
        return false;
      }
    }
    if (types.isProxy(v)) throw new Fault('Proxy');
    if (isArray(v)) {
      this.settle();
      this.room_for_container();
      this.tag(Tag.Array);
      this.remember(v);
      this.frames.push({ kind: ARRAY, value: v, names: null, next: 0, length: v.length, elements: 0, entries: null, map: false });
      return true;
    }
    const prototype = getPrototypeOf(v);
    if (marked && this.isMarked(v, prototype)) throw new Fault(hostLabel(v));
    if (prototype !== plain && prototype !== null) return this.special(v);
    if (types.isExternal(v)) throw new Fault('host object');
    if (types.isModuleNamespaceObject(v)) throw new Fault('module namespace');
    return this.named(v);
  }
  isMarked(v, prototype) {
    if (uncloneable.has(v)) return true;
    for (let p = prototype; p !== null && p !== plain; p = getPrototypeOf(p)) {
      if (types.isProxy(p)) throw new Fault('object with a proxy as its prototype');
      if (uncloneable.has(p)) return true;
    }
    return false;
  }
  named(v) {
    this.settle();
    this.room_for_container();
    this.tag(Tag.Object);
    this.remember(v);
    this.frames.push({ kind: NAMED, value: v, names: keysOf(v), next: 0, length: 0, elements: 0, entries: null, map: false });
    return true;
  }
  room_for_container() {
    if (this.frames.length + (this.arg >= 0 ? 1 : 0) >= limits.depth) throw new Fault(`nested deeper than ${limits.depth} levels`);
  }
  /** An object whose class is not that of `{}`. */
  special(v) {
    if (isView(v)) return this.view(v);
    if (types.isDate(v)) {
      this.tag(Tag.Date);
      this.float(getTime(v));
      this.remember(v);
      return false;
    }
    if (types.isMap(v)) {
      const entries = [];
      mapEntries(v, (value, key) => entries.push(key, value));
      return this.entries(v, Tag.Map, entries, true);
    }
    if (types.isSet(v)) {
      const entries = [];
      setEntries(v, (value) => entries.push(value));
      return this.entries(v, Tag.Set, entries, false);
    }
    if (types.isNativeError(v)) return this.error(v);
    if (types.isRegExp(v)) {
      this.text(Tag.RegExp, sourceOf(v));
      let set = '';
      for (const [flag, has] of flags) if (has(v)) set += flag;
      this.text(-1, set);
      this.remember(v);
      return false;
    }
    if (types.isArrayBuffer(v)) return this.buffer(v);
    if (types.isBoxedPrimitive(v)) return this.boxed(v);
    const other = otherClass(v);
    if (other !== null) throw new Fault(other);
    return this.named(v);
  }
  entries(v, tag, entries, map) {
    this.settle();
    this.room_for_container();
    this.tag(tag);
    this.remember(v);
    this.frames.push({ kind: ENTRIES, value: v, names: null, next: 0, length: 0, elements: 0, entries, map });
    return true;
  }
  boxed(v) {
    const kind = types.isNumberObject(v) ? 'Number' : types.isStringObject(v) ? 'String' : types.isBooleanObject(v) ? 'Boolean' : types.isBigIntObject(v) ? 'BigInt' : null;
    if (kind === null) throw new Fault('Symbol');
    this.tag(Tag.Boxed);
    this.remember(v);
    return this.value(valueOf[kind](v));
  }
  error(v) {
    const threw = 'Error with a getter that throws';
    this.settle();
    this.room_for_container();
    const { name, message, cause, stack } = attempt(threw, () => ({
      name: v.name,
      message: hasOwn(v, 'message') ? `${v.message}` : undefined,
      cause: hasOwn(v, 'cause') ? [v.cause] : null,
      stack: v.stack,
    }));
    this.tag(Tag.Error);
    this.out[this.at++] = Math.max(0, ERRORS.findIndex((known) => known.name === name));
    this.remember(v);
    if (message !== undefined) {
      this.key('message');
      this.text(Tag.Str, message);
    }
    if (typeof stack === 'string') {
      this.key('stack');
      this.text(Tag.Str, stack);
    }
    this.frames.push({ kind: CAUSE, value: v, names: null, next: 0, length: 0, elements: 0, entries: cause, map: false });
    return true;
  }
}

module.exports = { Encoder, NotCloneable, limits };
