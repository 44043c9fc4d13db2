'use strict';
// How many windows pages may open by themselves. Each is a process: what a page may do without end, main could not bear.

// At a time: those of one page, and those of all pages of the app.
const OF_ONE = 16;
const OF_ALL = 64;
// So many of all pages may follow each other at once, and so many a second go on doing so.
const AT_ONCE = 64;
const A_SECOND = 8;

let open = 0;
let ready = AT_ONCE;
let counted;

// Why a page that has `own` windows open gets no other one; undefined if it does.
function refusal(own) {
  if (own >= OF_ONE) return `has ${OF_ONE} windows open and gets no more before it closes some.`;
  if (open >= OF_ALL) return `gets no more windows before some close: pages of this app have ${OF_ALL} open.`;
  const now = performance.now();
  ready = Math.min(AT_ONCE, ready + ((now - (counted ?? now)) / 1000) * A_SECOND);
  counted = now;
  if (ready < 1) return `gets no more windows for now: pages of this app open them faster than ${A_SECOND} a second.`;
  ready -= 1;
  return undefined;
}

// A page has opened a window with these contents.
function opened(contents) {
  open += 1;
  contents.once('destroyed', () => { open -= 1; });
}

module.exports = { refusal, opened };
