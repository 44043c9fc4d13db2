'use strict';
// What a worker has besides what its page has too: its page, and the texts of scripts.

const native = binding('worker');
const { lists } = require('internal/intrinsics');
const { setHooks } = require('dom');
const { lazy } = require('dom/define');
const scope = require('dom/worker_scope');

const asked = new Map();
let last = 0;

/** What the page finds; it goes on meanwhile. */
const read = (...given) => new Promise((resolve, reject) => {
  last += 1;
  asked.set(last, { resolve, reject });
  native.ask(last, given);
});

const ports = () => require('internal/message_ports');
lazy(['MessageChannel', 'MessagePort'], false, (name) => ports()[name]);

setHooks({ isPort: (value) => ports().isPort(value), read, readSync: () => { throw new DOMException('A worker cannot wait for what a network says: use fetch.', 'NetworkError'); } });
scope.install({
  name: native.name,
  isModule: native.isModule,
  isShared: native.isShared,
  post: (message, given) => {
    if (given.length === 0) return native.post(message, [], []);
    const moved = ports().take(given, 'window');
    native.post(message, lists.map(moved, (port) => port.id), lists.map(moved, (port) => port.object));
    lists.forEach(moved, (port) => { port.gone(); });
    return undefined;
  },
  detach: (buffers) => binding('renderer').detachBuffers(buffers),
  close: native.close,
  evaluate: native.evaluate,
});

/** The page's answer to a question. */
exports.answer = (value, number, isValue) => {
  const question = asked.get(number);
  asked.delete(number);
  if (isValue) question?.resolve(value);
  else question?.reject(new TypeError(String(value)));
};
exports.message = (data, _number, _isValue, given) => scope.message(data, given);
/** A message, or an answer, of which nothing could be made. */
exports.unreadable = (number) => {
  if (number === 0) scope.unreadable();
  else exports.answer('The answer could not be read.', number, false);
};
