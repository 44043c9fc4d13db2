'use strict';
// What containers hold: properties, elements and holes, entries, in the order in which they are written. The open ones are
// in a list, so that depth costs no stack.

const { Tag } = require('./codec_tokens.js');
const { Fault } = require('./codec_write.js');
const { ViewWriter } = require('./codec_views.js');

const hasOwn = Function.prototype.call.bind(Object.prototype.hasOwnProperty);
const keysOf = Object.keys;
const GETTER = 'getter that throws';

/** The kinds of containers. */
const NAMED = 0, ARRAY = 1, ENTRIES = 2, CAUSE = 3;

class ContentsWriter extends ViewWriter {
  /** Writes what the open containers hold, until none is open. */
  contents() {
    const { frames } = this;
    while (frames.length > 0) {
      const frame = frames[frames.length - 1];
      const opened =
        frame.kind === NAMED ? this.members(frame) : frame.kind === ARRAY ? this.elements(frame) : frame.kind === ENTRIES ? this.list(frame) : this.cause(frame);
      if (opened) continue;
      this.tag(Tag.End);
      frames.pop();
    }
  }
  members(frame) {
    const { value: holder, names } = frame;
    while (frame.next < names.length) {
      const name = names[frame.next++];
      if (this.lent !== null) this.settle();
      let value;
      try {
        value = holder[name];
        // A getter of another property has removed it.
        if (value === undefined && !hasOwn(holder, name)) continue;
      } catch {
        throw new Fault(GETTER);
      }
      this.key(name);
      if (this.value(value)) return true;
    }
    return false;
  }
  elements(frame) {
    const { value: holder } = frame;
    if (frame.names === null) {
      while (frame.elements < frame.length) {
        if (this.lent !== null) this.settle();
        let value;
        try {
          value = holder[frame.elements];
          if (value === undefined && !hasOwn(holder, frame.elements)) break;
        } catch {
          frame.next = frame.elements + 1;
          throw new Fault(GETTER);
        }
        frame.elements++;
        frame.next = frame.elements;
        if (this.value(value)) return true;
      }
      // A hole, or the end of the elements: the names say what else there is.
      frame.names = keysOf(holder);
      frame.next = 0;
      if (frame.elements > 0) while (frame.next < frame.names.length && isIndex(frame.names[frame.next]) && Number(frame.names[frame.next]) < frame.elements) frame.next++;
    }
    const { names } = frame;
    while (frame.next < names.length || frame.elements < frame.length) {
      const upcoming = frame.next < names.length && isIndex(names[frame.next]) ? Number(names[frame.next]) : frame.length;
      const holes = Math.min(upcoming, frame.length) - frame.elements;
      if (holes > 0) {
        this.tag(Tag.Holes);
        this.number(holes);
        frame.elements += holes;
        continue;
      }
      if (frame.next >= names.length) break;
      const name = names[frame.next++];
      if (this.lent !== null) this.settle();
      const element = frame.elements < frame.length;
      // What a getter has put behind the array's end meanwhile was not there when it was looked at.
      if (!element && isIndex(name)) continue;
      let value, gone;
      try {
        value = holder[name];
        gone = value === undefined && !hasOwn(holder, name);
      } catch {
        throw new Fault(GETTER);
      }
      if (element) {
        frame.elements++;
        if (gone) {
          this.tag(Tag.Holes);
          this.number(1);
          continue;
        }
      } else {
        if (gone) continue;
        this.key(name);
      }
      if (this.value(value)) return true;
    }
    return false;
  }
  list(frame) {
    const { entries } = frame;
    while (frame.next < entries.length) if (this.value(entries[frame.next++])) return true;
    return false;
  }
  cause(frame) {
    const cause = frame.entries;
    if (cause === null) return false;
    frame.entries = null;
    this.key('cause');
    return this.value(cause[0]);
  }
}

function isIndex(name) {
  const number = Number(name);
  return number >= 0 && number < 4294967295 && Math.floor(number) === number && String(number) === name;
}

module.exports = { ContentsWriter, NAMED, ARRAY, ENTRIES, CAUSE, hasOwn };
