'use strict';
// Where in a value its culprit is, as a JavaScript programmer would write it: `args[0].db.get("socket")`.

/** Paths are for people: a part of it longer than this is cut, ... */
const LONGEST_KEY = 64;
/** ... and of a path that is deeper than this many parts only its beginning is shown. */
const MOST_PARTS = 32;

const cut = (text) => JSON.stringify(Array.from(text.slice(0, 2 * LONGEST_KEY)).slice(0, LONGEST_KEY).join(''));

class Path {
  constructor(root) {
    this.text = root;
    this.parts = 0;
  }
  push(part) {
    this.parts += 1;
    if (this.parts <= MOST_PARTS) this.text += part;
  }
  index(index) { this.push(`[${index}]`); }
  key(name) {
    if (name === '' || /^0\d+$/.test(name)) this.push(`[${JSON.stringify(name)}]`);
    else if (/^\d+$/.test(name)) this.push(`[${name}]`);
    else if (name.length <= LONGEST_KEY && /^[\p{Alphabetic}_$][\p{Alphabetic}\p{N}_$]*$/u.test(name)) this.push(`.${name}`);
    else this.push(`[${cut(name)}]`);
  }
  mapValue(key) { this.push(`.get(${cut(key)})`); }
  entry(collection, index) { this.push(`.${collection}()[${index}]`); }
  finish() { return this.parts > MOST_PARTS ? `${this.text}...` : this.text; }
}

module.exports = { Path };
