'use strict';
// TextEncoder/TextDecoder, and the event classes for realms that have no DOM.

const { Object, each } = require('internal/intrinsics');
const { TextEncoder, TextDecoder } = require('internal/text_codec');
exports.TextEncoder = TextEncoder;
exports.TextDecoder = TextDecoder;
const events = ['EventTarget', 'Event', 'AbortController', 'AbortSignal'];
for (const name of each(events)) {
  Object.defineProperty(exports, name, {
    get: () => require('internal/event_target')[name], enumerable: true, configurable: true,
  });
}
