'use strict';
// SharedWorker: one worker for all scripts of this page that ask for it by the same URL and name. Pages are processes, so
// other pages have their own.

const { define } = require('internal/web_class');
const { EventTarget, fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');
const { b, hooks } = require('dom/core');
const { beginShared } = require('internal/worker');

// Those that have not ended, by what they are asked for.
const shared = new Map();

class SharedWorker extends EventTarget {
  #port;
  constructor(url, options) {
    if (arguments.length === 0) throw new TypeError("Failed to construct 'SharedWorker': 1 argument required, but only 0 present.");
    super();
    const given = typeof options === 'object' && options !== null ? options : { name: options };
    const name = String(given.name ?? '');
    const type = String(given.type ?? 'classic');
    const asked = String(url);
    const key = JSON.stringify([URL.canParse(asked, b.baseUrl()) ? new URL(asked, b.baseUrl()).href : asked, name, type]);
    const worker = shared.get(key) ?? begin(key, asked, { name, type });
    // That its script could not be had. What it throws later is told as the page's own error, and to none of these.
    worker.addEventListener('error', ({ message }) => {
      if (message === undefined) fire(this, 'Event', 'error', { cancelable: true });
    });
    const [own, other] = hooks.channel();
    this.#port = own;
    worker.postMessage(null, [other]);
  }
  get port() { return this.#port; }
}
addHandlers(SharedWorker.prototype, 'onerror', () => undefined);
define(SharedWorker, 'SharedWorker');

// An error does not end it, so that it stays the one that is asked for.
function begin(key, url, options) {
  const worker = beginShared(url, options, () => {
    if (shared.get(key) === worker) shared.delete(key);
  });
  shared.set(key, worker);
  return worker;
}

module.exports = { SharedWorker };
