'use strict';
// Buffer: a Uint8Array with text encodings. Nothing is pooled, so every buffer made here from
// text or by size has an ArrayBuffer of its own.

const { coded, invalidArgType, needInteger, needNumber, outOfRange } = require('internal/errors');
const text = require('internal/buffer_text');
const { MAX_LENGTH, isBytes, fillWith, needRange, search } = require('internal/buffer_search');

const MAX_STRING_LENGTH = 2 ** 29 - 24;

let inspectMaxBytes = 50;
let warnedConstructor = false;

class FastBuffer extends Uint8Array {}

function Buffer(value, encodingOrOffset, length) {
  if (!warnedConstructor) {
    warnedConstructor = true;
    require('process').emitWarning(
      'Buffer() is deprecated due to security and usability issues. Please use the Buffer.alloc(), ' +
      'Buffer.allocUnsafe(), or Buffer.from() methods instead.', 'DeprecationWarning', 'DEP0005', Buffer);
  }
  if (typeof value === 'number') {
    if (typeof encodingOrOffset === 'string') throw invalidArgType('string', 'string', value);
    return Buffer.alloc(value);
  }
  return Buffer.from(value, encodingOrOffset, length);
}

FastBuffer.prototype.constructor = Buffer;
Buffer.prototype = FastBuffer.prototype;
Object.setPrototypeOf(Buffer, Uint8Array);
// For map(), filter() and the like.
Object.defineProperty(Buffer, Symbol.species, { configurable: true, enumerable: false, get: () => FastBuffer });

// --- making ---

function isArrayBuffer(value) {
  return value instanceof ArrayBuffer ||
    (typeof value === 'object' && value !== null && require('internal/types').isAnyArrayBuffer(value));
}

function wrap(array) {
  return new FastBuffer(array.buffer, array.byteOffset, array.byteLength);
}

Buffer.from = function from(value, encodingOrOffset, length) {
  if (typeof value === 'string') return fromString(value, encodingOrOffset);
  if (typeof value === 'object' && value !== null) {
    if (isArrayBuffer(value)) return fromArrayBuffer(value, encodingOrOffset, length);
    const inner = value.valueOf && value.valueOf();
    if (inner !== undefined && inner !== null && inner !== value &&
        (typeof inner === 'string' || typeof inner === 'object')) {
      return from(inner, encodingOrOffset, length);
    }
    const made = fromObject(value);
    if (made) return made;
    if (typeof value[Symbol.toPrimitive] === 'function') {
      const primitive = value[Symbol.toPrimitive]('string');
      if (typeof primitive === 'string') return fromString(primitive, encodingOrOffset);
    }
  }
  throw invalidArgType(
    'first argument', ['string', 'Buffer', 'ArrayBuffer', 'Array', 'Array-like Object'], value);
};

function fromString(value, encoding) {
  const codec = typeof encoding === 'string' ? text.need(encoding) : text.utf8;
  return value === '' ? new FastBuffer() : wrap(codec.encode(value));
}

function fromArrayBuffer(buffer, byteOffset, length) {
  const offset = +byteOffset || 0;
  const rest = buffer.byteLength - offset;
  if (rest < 0) throw outsideOf('offset');
  if (length === undefined) return new FastBuffer(buffer, offset, rest);
  const wanted = +length;
  if (wanted > rest) throw outsideOf('length');
  return new FastBuffer(buffer, offset, wanted > 0 ? wanted : 0);
}

function outsideOf(name) {
  return coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', `"${name}" is outside of buffer bounds`, fromArrayBuffer);
}

function fromObject(value) {
  if (value.length !== undefined || isArrayBuffer(value.buffer)) {
    return typeof value.length === 'number' ? fromArrayLike(value) : new FastBuffer();
  }
  if (value.type === 'Buffer' && Array.isArray(value.data)) return fromArrayLike(value.data);
  return undefined;
}

function fromArrayLike(value) {
  if (value.length <= 0) return new FastBuffer();
  if (value.length > MAX_LENGTH) throw outOfRange('length', `>= 0 && <= ${MAX_LENGTH}`, value.length);
  const made = new FastBuffer(value.length);
  made.set(value, 0);
  return made;
}

function checkSize(size) {
  needNumber(size, 'size');
  if (!(size >= 0 && size <= MAX_LENGTH)) throw outOfRange('size', `>= 0 && <= ${MAX_LENGTH}`, size);
}

Buffer.alloc = function alloc(size, fill, encoding) {
  checkSize(size);
  const made = new FastBuffer(size);
  if (fill === undefined || fill === 0 || size === 0) return made;
  return fillWith(made, fill, 0, made.length, encoding);
};

Buffer.allocUnsafe = function allocUnsafe(size) {
  checkSize(size);
  return new FastBuffer(size);
};

Buffer.allocUnsafeSlow = function allocUnsafeSlow(size) {
  checkSize(size);
  return new FastBuffer(size);
};

Buffer.of = function of(...items) {
  return fromArrayLike(items);
};

Buffer.copyBytesFrom = function copyBytesFrom(view, offset, length) {
  if (!ArrayBuffer.isView(view) || view instanceof DataView) throw invalidArgType('view', ['TypedArray'], view);
  if (offset !== undefined) needInteger(offset, 'offset', 0);
  if (length !== undefined) needInteger(length, 'length', 0);
  const from = offset ?? 0;
  const part = view.slice(from, length === undefined ? undefined : from + length);
  return new FastBuffer(part.buffer, part.byteOffset, part.byteLength);
};

Buffer.isBuffer = function isBuffer(value) {
  return value instanceof Buffer;
};

Buffer.isEncoding = function isEncoding(encoding) {
  return typeof encoding === 'string' && encoding !== '' && text.find(encoding) !== undefined;
};

Buffer.byteLength = function byteLength(value, encoding) {
  if (typeof value !== 'string') {
    if (ArrayBuffer.isView(value) || isArrayBuffer(value)) return value.byteLength;
    throw invalidArgType('string', ['string', 'Buffer', 'ArrayBuffer'], value);
  }
  return ((encoding && text.find(encoding)) || text.utf8).size(value);
};

function needBytes(value, name) {
  if (!isBytes(value)) throw invalidArgType(name, ['Buffer', 'Uint8Array'], value);
}

function order(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

Buffer.compare = function compare(a, b) {
  needBytes(a, 'buf1');
  needBytes(b, 'buf2');
  return a === b ? 0 : order(a, b);
};

Buffer.concat = function concat(list, length) {
  if (!Array.isArray(list)) throw invalidArgType('list', 'Array', list);
  if (list.length === 0) return new FastBuffer();
  let total = length;
  if (total === undefined) {
    total = 0;
    for (const item of list) if (item.length) total += item.length;
  } else {
    needInteger(total, 'length', 0, MAX_LENGTH);
  }
  const made = new FastBuffer(total);
  let at = 0;
  list.forEach((item, i) => {
    needBytes(item, `list[${i}]`);
    const part = at + item.length > total ? item.subarray(0, total - at) : item;
    made.set(part, at);
    at += part.length;
  });
  return made;
};

Buffer.poolSize = 8192;

// --- text ---

const proto = Buffer.prototype;

proto.toString = function toString(encoding, start, end) {
  const { length } = this;
  const from = start > 0 ? Math.min(Math.trunc(start), length) : 0;
  const to = end === undefined || end > length ? length : Math.trunc(end) || 0;
  const codec = encoding === undefined ? text.utf8 : text.find(encoding);
  if (to <= from) return '';
  return (codec ?? text.need(`${encoding}`)).decode(this.buffer, this.byteOffset + from, to - from);
};
proto.toLocaleString = proto.toString;

proto.write = function write(string, offset, length, encoding) {
  let codec = encoding;
  let from = offset;
  let most = length;
  if (from === undefined) {
    from = 0;
    most = this.length;
  } else if (most === undefined && typeof from === 'string') {
    codec = from;
    from = 0;
    most = this.length;
  } else {
    needInteger(from, 'offset', 0, this.length);
    if (most === undefined) {
      most = this.length - from;
    } else if (typeof most === 'string') {
      codec = most;
      most = this.length - from;
    } else {
      needInteger(most, 'length', 0, this.length);
      most = Math.min(most, this.length - from);
    }
  }
  const { encode, whole } = text.need(codec);
  if (typeof string !== 'string') {
    throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'argument must be a string', write);
  }
  const encoded = encode(string);
  const count = encoded.length <= most ? encoded.length : whole(encoded, most);
  this.set(encoded.subarray(0, count), from);
  return count;
};

for (const name of ['utf8', 'latin1', 'ascii', 'hex', 'base64', 'base64url', 'ucs2']) {
  proto[`${name}Slice`] = function(start, end) {
    return this.toString(name, start, end);
  };
  proto[`${name}Write`] = function(string, offset = 0, length = this.length - offset) {
    return this.write(string, offset, length, name);
  };
}

proto.toJSON = function toJSON() {
  return { type: 'Buffer', data: Array.from(this) };
};

proto[Symbol.for('nodejs.util.inspect.custom')] = function inspectBuffer(recurseTimes, ctx) {
  const shown = Math.min(inspectMaxBytes, this.length);
  const parts = [];
  for (let i = 0; i < shown; i++) parts.push(this[i].toString(16).padStart(2, '0'));
  let shownText = parts.join(' ');
  const rest = this.length - shown;
  if (rest > 0) shownText += ` ... ${rest} more byte${rest > 1 ? 's' : ''}`;
  if (ctx) {
    const keys = ctx.showHidden ? Reflect.ownKeys(this) : Object.keys(this);
    const extras = Object.create(null);
    let any = false;
    for (const key of keys) {
      if (typeof key === 'string' && /^\d+$/.test(key)) continue;
      extras[key] = this[key];
      any = true;
    }
    if (any) {
      const { inspect } = require('internal/inspect');
      if (this.length !== 0) shownText += ', ';
      // Without the `[Object: null prototype] {` and the `}` around them.
      shownText += inspect(extras, { ...ctx, breakLength: Infinity, compact: true }).slice(27, -2);
    }
  }
  return `<${this.constructor.name} ${shownText}>`;
};

// --- parts, copies, comparison ---

function clamp(value, length) {
  const offset = Math.trunc(value) || 0;
  if (offset < 0) return Math.max(offset + length, 0);
  return Math.min(offset, length);
}

proto.subarray = function subarray(start, end) {
  const from = clamp(start, this.length);
  const to = end === undefined ? this.length : clamp(end, this.length);
  return new FastBuffer(this.buffer, this.byteOffset + from, to > from ? to - from : 0);
};

// Unlike slice() of other typed arrays: the bytes are shared, not copied.
proto.slice = function slice(start, end) {
  return this.subarray(start, end);
};

function toInteger(value, fallback) {
  const number = +value;
  if (Number.isNaN(number)) return fallback;
  return Math.trunc(number);
}

proto.copy = function copy(target, targetStart, sourceStart, sourceEnd) {
  if (!isBytes(target)) throw invalidArgType('target', ['Buffer', 'Uint8Array'], target);
  const at = targetStart === undefined ? 0 : toInteger(targetStart, 0);
  if (at < 0) throw outOfRange('targetStart', '>= 0', targetStart);
  const from = sourceStart === undefined ? 0 : toInteger(sourceStart, 0);
  if (from < 0 || from > this.length) {
    throw outOfRange('sourceStart', `>= 0 && <= ${this.length}`, sourceStart);
  }
  const to = sourceEnd === undefined ? this.length : toInteger(sourceEnd, 0);
  if (to < 0) throw outOfRange('sourceEnd', '>= 0', sourceEnd);
  if (at >= target.length || from >= to) return 0;
  const count = Math.min(to - from, target.length - at, this.length - from);
  target.set(Uint8Array.prototype.subarray.call(this, from, from + count), at);
  return count;
};

proto.equals = function equals(other) {
  needBytes(other, 'otherBuffer');
  return this === other || (this.byteLength === other.byteLength && order(this, other) === 0);
};

proto.compare = function compare(target, targetStart = 0, targetEnd, sourceStart = 0, sourceEnd) {
  needBytes(target, 'target');
  needInteger(targetStart, 'targetStart', 0, MAX_LENGTH);
  if (targetEnd !== undefined) needInteger(targetEnd, 'targetEnd', 0, target.length);
  needInteger(sourceStart, 'sourceStart', 0, MAX_LENGTH);
  if (sourceEnd !== undefined) needInteger(sourceEnd, 'sourceEnd', 0, this.length);
  const a = this.subarray(sourceStart, Math.max(sourceStart, sourceEnd ?? this.length));
  const b = proto.subarray.call(target, targetStart, Math.max(targetStart, targetEnd ?? target.length));
  return order(a, b);
};

// --- filling and searching ---

proto.fill = function fill(value, offset, end, encoding) {
  return fillWith(this, value, offset, end, encoding);
};

proto.indexOf = function indexOf(value, byteOffset, encoding) {
  return search(this, value, byteOffset, encoding, true);
};

proto.lastIndexOf = function lastIndexOf(value, byteOffset, encoding) {
  return search(this, value, byteOffset, encoding, false);
};

proto.includes = function includes(value, byteOffset, encoding) {
  return search(this, value, byteOffset, encoding, true) !== -1;
};

// --- swapping ---

for (const bits of [16, 32, 64]) {
  const size = bits / 8;
  proto[`swap${bits}`] = function() {
    if (this.length % size !== 0) {
      throw coded(RangeError, 'ERR_INVALID_BUFFER_SIZE', `Buffer size must be a multiple of ${bits}-bits`);
    }
    for (let at = 0; at < this.length; at += size) {
      Uint8Array.prototype.subarray.call(this, at, at + size).reverse();
    }
    return this;
  };
}

require('internal/buffer_numbers').addTo(proto);

for (const [name, key] of [['parent', 'buffer'], ['offset', 'byteOffset']]) {
  Object.defineProperty(proto, name, {
    enumerable: true,
    get() {
      return this instanceof Buffer ? this[key] : undefined;
    },
  });
}

/** The old form of Buffer.allocUnsafeSlow(). */
function SlowBuffer(size) {
  return Buffer.allocUnsafeSlow(size);
}

Object.assign(exports, {
  Buffer,
  SlowBuffer,
  kMaxLength: MAX_LENGTH,
  kStringMaxLength: MAX_STRING_LENGTH,
  constants: Object.freeze({ MAX_LENGTH, MAX_STRING_LENGTH }),
  atob: (value) => globalThis.atob(value),
  btoa: (value) => globalThis.btoa(value),
  isAscii: (value) => Uint8Array.prototype.every.call(viewOf(value), (byte) => byte < 128),
  isUtf8(value) {
    const bytes = viewOf(value);
    return binding('encoding').isUtf8(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  },
  transcode(source, fromEncoding, toEncoding) {
    needBytes(source, 'source');
    return Buffer.from(proto.toString.call(source, fromEncoding), toEncoding);
  },
});

function viewOf(value) {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (isArrayBuffer(value)) return new Uint8Array(value);
  throw invalidArgType('input', ['ArrayBuffer', 'Buffer', 'TypedArray'], value);
}

Object.defineProperty(exports, 'INSPECT_MAX_BYTES', {
  enumerable: true,
  configurable: true,
  get: () => inspectMaxBytes,
  set(value) {
    needRange(value, 'INSPECT_MAX_BYTES', 0);
    inspectMaxBytes = value;
  },
});

require('internal/lacking')(exports, 'buffer', ['Blob', 'resolveObjectURL', 'File']);
