'use strict';
// Functions over texts and regular expressions, whatever a page has made of their methods.

const { Reflect, originals } = require('internal/intrinsics');
const { apply } = Reflect;

// A method of all texts as a function, which is given the text first. None of these looks anything up in a text.
function method(name) {
  const own = originals[name];
  return (on, first, second) => apply(own, on, [first, second]);
}
const slice = method('slice');
const split = method('split');
const indexOf = method('indexOf');

// What a regular expression finds, as its `exec` gives it, which looks nothing up but `lastIndex`.
const match = (on, regex) => apply(originals.exec, regex, [on]);
const test = (on, regex) => match(on, regex) !== null;

// Puts a text, or what a function makes of what was found, in the place of what a regular expression finds: the first
// or, with the flag `g`, all of it. It has to find something, not nothing at some place.
function replace(on, regex, by) {
  let done = '';
  let from = 0;
  regex.lastIndex = 0;
  do {
    const found = match(on, regex);
    if (found === null) break;
    done += slice(on, from, found.index) + (typeof by === 'string' ? by : by(found));
    from = found.index + found[0].length;
  } while (regex.lastIndex > 0);
  return from === 0 ? on : done + slice(on, from);
}

const SPACES = /[ \t\n\f\r]+/g;
// White space is what HTML takes for it.
const squeeze = (on) => {
  const joined = replace(on, SPACES, ' ');
  return slice(joined, joined[0] === ' ' ? 1 : 0, joined[joined.length - 1] === ' ' ? -1 : undefined);
};
const words = (on) => {
  const joined = squeeze(on);
  return joined === '' ? [] : split(joined, ' ');
};

module.exports = {
  texts: {
    __proto__: null, indexOf, match, replace, slice, split, squeeze, test, words, SPACES,
    includes: (on, other) => indexOf(on, other) >= 0,
    codePointAt: method('codePointAt'),
    // `[object Array]` and the like, of any value.
    kindOf: method('kindOf'),
    lastIndexOf: method('lastIndexOf'),
    lower: method('toLowerCase'),
    startsWith: (on, other) => slice(on, 0, other.length) === other,
    toWellFormed: method('toWellFormed'),
    trim: method('trim'),
    upper: method('toUpperCase'),
  },
};
