'use strict';
// The methods of Buffer that read and write numbers.

const { coded, invalidArgType, needNumber, outOfRange } = require('internal/errors');

const SIZES = { Int8: 1, Int16: 2, Int32: 4, BigInt64: 8, Float: 4, Double: 8 };

/** Throws for a position (or, with `name`, a size) that is no integer or leads out of the buffer. */
function outside(value, last, name) {
  if (Math.floor(value) !== value) {
    needNumber(value, name ?? 'offset');
    throw outOfRange(name ?? 'offset', 'an integer', value);
  }
  if (last < 0) {
    throw coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds', outside);
  }
  throw outOfRange(name ?? 'offset', `>= ${name ? 1 : 0} and <= ${last}`, value);
}

function checkPlace(buffer, offset, size) {
  needNumber(offset, 'offset');
  if (!(Number.isInteger(offset) && offset >= 0 && offset + size <= buffer.length)) {
    outside(offset, buffer.length - size);
  }
}

function checkValue(value, min, max, size) {
  if (value >= min && value <= max) return;
  // NaN is written as zero.
  if (!(value > max || value < min)) return;
  const n = typeof min === 'bigint' ? 'n' : '';
  let range = `>= ${min}${n} and <= ${max}${n}`;
  if (size > 4) {
    const bits = size * 8;
    range = min === 0 || min === 0n ?
      `>= 0${n} and < 2${n} ** ${bits}${n}` :
      `>= -(2${n} ** ${bits - 1}${n}) and < 2${n} ** ${bits - 1}${n}`;
  }
  throw outOfRange('value', range, value);
}

function view(buffer) {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** `[min, max]` of an integer of so many bytes. */
function limits(size, signed, big) {
  const bits = size * 8;
  if (big) {
    return signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n] : [0n, 2n ** BigInt(bits) - 1n];
  }
  return signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

function fixed(proto, kind, unsigned) {
  const size = SIZES[kind];
  const float = kind === 'Float' || kind === 'Double';
  const big = kind === 'BigInt64';
  const integer = `${unsigned ? 'Uint' : 'Int'}${size * 8}`;
  const viewKind = float ? `Float${size * 8}` : big ? `Big${integer}` : integer;
  const nodeKind = unsigned ? (big ? 'BigUInt64' : `U${kind}`) : kind;
  const [min, max] = float ? [] : limits(size, !unsigned, big);
  for (const order of size === 1 ? [''] : ['LE', 'BE']) {
    const little = order === 'LE';
    const methods = {
      [`read${nodeKind}${order}`](offset = 0) {
        checkPlace(this, offset, size);
        return view(this)[`get${viewKind}`](offset, little);
      },
      [`write${nodeKind}${order}`](value, offset = 0) {
        const number = big ? value : +value;
        if (!float) {
          needNumber(offset, 'offset');
          if (big && typeof number !== 'bigint') {
            throw new TypeError('Cannot mix BigInt and other types, use explicit conversions');
          }
          checkValue(number, min, max, size);
        }
        checkPlace(this, offset, size);
        view(this)[`set${viewKind}`](offset, number, little);
        return offset + size;
      },
    };
    for (const [name, method] of Object.entries(methods)) {
      define(proto, name, method);
      if (unsigned) define(proto, name.replace('UInt', 'Uint'), method);
    }
  }
}

function checkSize(size) {
  if (size === undefined) throw invalidArgType('byteLength', 'number', size);
  if (!(Number.isInteger(size) && size >= 1 && size <= 6)) outside(size, 6, 'byteLength');
}

function variable(proto, unsigned) {
  for (const order of ['LE', 'BE']) {
    const kind = `${unsigned ? 'UInt' : 'Int'}${order}`;
    const at = (i, size) => (order === 'LE' ? i : size - 1 - i);
    const methods = {
      [`read${kind}`](offset, byteLength) {
        if (offset === undefined) throw invalidArgType('offset', 'number', offset);
        checkSize(byteLength);
        checkPlace(this, offset, byteLength);
        let value = 0;
        for (let i = byteLength - 1; i >= 0; i--) value = value * 256 + this[offset + at(i, byteLength)];
        return unsigned || value < 2 ** (byteLength * 8 - 1) ? value : value - 2 ** (byteLength * 8);
      },
      [`write${kind}`](value, offset, byteLength) {
        checkSize(byteLength);
        const number = +value;
        needNumber(offset, 'offset');
        const [min, max] = limits(byteLength, !unsigned, false);
        checkValue(number, min, max, byteLength);
        checkPlace(this, offset, byteLength);
        let rest = Math.trunc(number) || 0;
        for (let i = 0; i < byteLength; i++) {
          const byte = ((rest % 256) + 256) % 256;
          this[offset + at(i, byteLength)] = byte;
          rest = (rest - byte) / 256;
        }
        return offset + byteLength;
      },
    };
    for (const [name, method] of Object.entries(methods)) {
      define(proto, name, method);
      if (unsigned) define(proto, name.replace('UInt', 'Uint'), method);
    }
  }
}

function define(proto, name, value) {
  Object.defineProperty(proto, name, { value, writable: true, enumerable: true, configurable: true });
}

/** Adds the methods to `Buffer.prototype`. */
exports.addTo = (proto) => {
  for (const kind of Object.keys(SIZES)) {
    fixed(proto, kind, false);
    if (kind !== 'Float' && kind !== 'Double') fixed(proto, kind, true);
  }
  variable(proto, false);
  variable(proto, true);
};
