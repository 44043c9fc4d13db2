'use strict';
// What a worker has besides what its page has too: its page, and the texts of scripts.

const native = binding('worker');
const { setHooks } = require('dom');
const scope = require('dom/worker_scope');

const asked = new Map();
let last = 0;

/** What the page finds; it goes on meanwhile. */
const read = (...given) => new Promise((resolve, reject) => {
  last += 1;
  asked.set(last, { resolve, reject });
  native.ask(last, given);
});

setHooks({ read, readSync: () => { throw new DOMException('A worker cannot wait for what a network says: use fetch.', 'NetworkError'); } });
scope.install({
  name: native.name,
  isModule: native.isModule,
  post: native.post,
  detach: native.detachBuffers,
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
exports.message = (data) => scope.message(data);
/** A message, or an answer, of which nothing could be made. */
exports.unreadable = (number) => {
  if (number === 0) scope.unreadable();
  else exports.answer('The answer could not be read.', number, false);
};
