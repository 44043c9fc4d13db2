'use strict';
// Buffers, and the views that share them: which part of a buffer is in the message, and under which number.

const types = require('node:util').types;
const { Tag, VIEWS, Halves } = require('./codec_tokens.js');
const { Writer, Fault, attempt, uncurry } = require('./codec_write.js');

const { getPrototypeOf } = Object;
const TypedArray = getPrototypeOf(Uint8Array).prototype;
const typed = { name: uncurry(TypedArray, Symbol.toStringTag), buffer: uncurry(TypedArray, 'buffer'), offset: uncurry(TypedArray, 'byteOffset'), length: uncurry(TypedArray, 'byteLength') };
const view = { buffer: uncurry(DataView.prototype, 'buffer'), offset: uncurry(DataView.prototype, 'byteOffset'), length: uncurry(DataView.prototype, 'byteLength') };
const bufferLength = uncurry(ArrayBuffer.prototype, 'byteLength');

class ViewWriter extends Writer {
  /** Begins anew: no object has a number, and no buffer is in the message. */
  begin(lends) {
    this.clear(lends);
    this.seen = null;
    this.objects = 0;
    /** What of each buffer is in the message. */
    this.sent = null;
    this.widened = false;
  }

  remember(v) {
    (this.seen ??= new Map()).set(v, this.objects++);
  }

  buffer(v) {
    const length = bufferLength(v);
    const part = this.sent?.get(v);
    if (part !== undefined) this.widen(v, part, 0, length);
    this.bufferToken(v, 0, length);
    this.remember(v);
    return false;
  }
  /** Writes a part of a buffer and keeps in mind that it is in the message; the caller gives it its number. */
  bufferToken(buffer, start, end) {
    const whole = attempt('detached ArrayBuffer', () => new Uint8Array(buffer, start, end - start));
    this.tag(Tag.Buffer);
    const resizable = buffer.resizable === true;
    this.out[this.at++] = resizable ? 1 : 0;
    if (resizable) this.number(buffer.maxByteLength);
    this.bytes(whole);
    this.note(buffer, start, end, this.objects);
  }
  /** The first part of a buffer is the one that its views share. */
  note(buffer, start, end, number) {
    this.sent ??= new Map();
    if (!this.sent.has(buffer)) this.sent.set(buffer, { start, end, number });
  }
  widen(buffer, part, start, end) {
    this.ranges ??= new Map();
    const needed = this.ranges.get(buffer) ?? { start: part.start, end: part.end };
    // Down to a multiple of the largest element, so that every view stays aligned.
    needed.start = Math.floor(Math.min(needed.start, part.start, start) / 8) * 8;
    needed.end = Math.max(needed.end, part.end, end);
    this.ranges.set(buffer, needed);
    this.widened = true;
  }
  view(v) {
    const name = v instanceof Halves ? 'Float16Array' : (typed.name(v) ?? 'DataView');
    const kind = VIEWS.findIndex((known) => known.name === name);
    const of = name === 'DataView' ? view : typed;
    const { buffer, offset, length } = attempt('detached ArrayBuffer', () => ({ buffer: of.buffer(v), offset: of.offset(v), length: of.length(v) }));
    if (kind < 0 || !types.isArrayBuffer(buffer)) throw new Fault(kind < 0 ? name : 'view of a SharedArrayBuffer');
    const { size } = VIEWS[kind];
    // Small `Buffer`s of Node lie in one pool: they do not share it on purpose, and what is between them is nobody's business.
    if (kind === 1 && Buffer.isBuffer(v) && bufferLength(buffer) !== length) {
      this.plainBytes(buffer, offset, length);
      this.remember(v);
      return false;
    }
    const end = offset + length;
    const fits = (range) => offset >= range.start && end <= range.end && (offset - range.start) % size === 0;
    const part = this.sent?.get(buffer);
    if (part !== undefined) {
      if (part.number !== null && fits(part)) {
        this.viewToken(kind, offset - part.start, length);
        this.tag(Tag.Ref);
        this.number(part.number);
      } else {
        this.widen(buffer, part, offset, end);
      }
      this.remember(v);
      return false;
    }
    const resizable = buffer.resizable === true;
    const needed = this.ranges?.get(buffer);
    const whole = bufferLength(buffer);
    // A resizable buffer is worth nothing in parts.
    const range = resizable ? { start: 0, end: whole } : needed !== undefined && fits(needed) ? { start: needed.start, end: Math.min(needed.end, whole) } : { start: offset, end };
    if (kind === 1 && needed === undefined && !resizable) {
      this.plainBytes(buffer, offset, length);
      this.note(buffer, offset, end, null);
      this.remember(v);
      return false;
    }
    this.viewToken(kind, offset - range.start, length);
    this.remember(v);
    this.bufferToken(buffer, range.start, range.end);
    if (range.start === 0 && range.end === whole) this.remember(buffer);
    // Numbered, but not to be found as the object itself: only a part of it is in the message.
    else this.objects++;
    return false;
  }
  plainBytes(buffer, offset, length) {
    const bytes = attempt('detached ArrayBuffer', () => new Uint8Array(buffer, offset, length));
    this.tag(Tag.Bytes);
    this.bytes(bytes);
  }
  viewToken(kind, offset, length) {
    this.tag(Tag.View);
    this.room(32);
    this.out[this.at++] = kind;
    this.number(offset);
    this.number(length);
  }
}

module.exports = { ViewWriter };
