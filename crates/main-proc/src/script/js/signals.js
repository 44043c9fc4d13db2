'use strict';
// `event.signal` of requests: aborted when the page gives up, or is gone. Made for those alone that ask for it.

const native = binding('dipole');

// By link and number of the request.
const open = new Map();
// Which request an event is of, where its handler goes on after it has returned.
const requests = new WeakMap();

const keyOf = (link, id) => `${link}:${id}`;

/** The signal of an event; `link` and `id` say of which request it is, else it is the one that is being handled. */
function signalOf(event, link, id) {
  const known = requests.get(event);
  if (known?.signal !== undefined) return known.signal;
  const request = known ?? (id === undefined ? native.currentRequest() : [link, id]);
  // It has been answered.
  if (request === null || request === undefined) return AbortSignal.abort(new Error('the request has been answered'));
  const key = keyOf(request[0], request[1]);
  let abort = open.get(key);
  if (abort === undefined) open.set(key, abort = new AbortController());
  requests.set(event, { 0: request[0], 1: request[1], signal: abort.signal });
  return abort.signal;
}

/** The handler of that event goes on. */
function goesOn(event, link, id) {
  if (!requests.has(event)) requests.set(event, [link, id]);
}

/** It has been answered. */
function settled(link, id) {
  if (open.size > 0) open.delete(keyOf(link, id));
}

/** Whoever asked wants no answer any more. */
function cancelled(link, id) {
  const abort = open.get(keyOf(link, id));
  if (abort === undefined) return;
  open.delete(keyOf(link, id));
  abort.abort(new DOMException('The page has given up its request.', 'AbortError'));
}

function gone(link) {
  for (const key of [...open.keys()]) if (key.startsWith(`${link}:`)) cancelled(link, key.slice(key.indexOf(':') + 1));
}

module.exports = { signalOf, goesOn, settled, cancelled, gone };
