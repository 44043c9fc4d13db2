'use strict';
// AbortController and AbortSignal.

const { WeakMap, DOMException, TypeError, each, lists } = require('internal/intrinsics');
const { EventTarget, fire } = require('dom/target');
const { setTimeout } = require('internal/timers');
const { define } = require('dom/define');
const { addHandlers } = require('dom/handlers');

const reasons = new WeakMap();
let making = false;

function makeSignal() {
  making = true;
  try {
    return new AbortSignal();
  } finally {
    making = false;
  }
}

function abort(signal, reason = new DOMException('signal is aborted without reason', 'AbortError')) {
  if (signal.aborted) return;
  reasons.set(signal, { reason });
  fire(signal, 'Event', 'abort', {});
}

class AbortSignal extends EventTarget {
  constructor() {
    if (!making) throw new TypeError('Illegal constructor');
    super();
  }
  get aborted() { return reasons.has(this); }
  get reason() { return reasons.get(this)?.reason; }
  throwIfAborted() {
    if (this.aborted) throw this.reason;
  }
  static abort(reason) {
    const signal = makeSignal();
    abort(signal, reason);
    return signal;
  }
  static timeout(milliseconds) {
    const signal = makeSignal();
    setTimeout(() => abort(signal, new DOMException('signal timed out', 'TimeoutError')), milliseconds);
    return signal;
  }
  static any(signals) {
    const signal = makeSignal();
    for (const one of each(lists.gather(signals))) {
      if (one.aborted) {
        abort(signal, one.reason);
        break;
      }
      one.addEventListener('abort', () => abort(signal, one.reason), { once: true });
    }
    return signal;
  }
}
addHandlers(AbortSignal.prototype, 'onabort', () => undefined);
define(AbortSignal, 'AbortSignal');

class AbortController {
  #signal = makeSignal();
  get signal() { return this.#signal; }
  abort(reason) { abort(this.#signal, reason); }
}
define(AbortController, 'AbortController');

module.exports = { AbortController, AbortSignal };
