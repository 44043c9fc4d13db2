'use strict';
// session.webRequest: the listeners are kept, and called for what goes over a network.

const { methods } = require('dipole/support');

const NAMES = ['onBeforeRequest', 'onBeforeSendHeaders', 'onSendHeaders', 'onHeadersReceived', 'onResponseStarted',
  'onBeforeRedirect', 'onCompleted', 'onErrorOccurred'];

class WebRequest {
  #listeners = new Map();

  static {
    for (const name of NAMES) {
      methods(WebRequest.prototype, {
        // (filter, listener) or (listener); null takes it away.
        [name](...args) {
          const listener = args.length > 1 || typeof args[0] === 'object' && args[0] !== null ? args[1] : args[0];
          if (listener !== null && typeof listener !== 'function') throw new TypeError('Must pass null or a Function');
          if (listener === null) this.#listeners.delete(name);
          else this.#listeners.set(name, { filter: args.length > 1 ? args[0] : null, listener });
        },
      });
    }
  }
}

module.exports = { WebRequest };
