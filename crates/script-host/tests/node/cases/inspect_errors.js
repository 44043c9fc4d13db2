'use strict';
const { inspect } = require('util');
const i = inspect;

// Stacks differ between engines, so every case sets its own. (A stack whose head contradicts a name given later is not
// among them: V8 writes the head when the stack is first read, QuickJS when the error is made, and the head is mended.)
const FRAMES = '\n    at first (/a/b.js:1:2)\n    at second (/a/c.js:3:4)\n    at third (/a/d.js:5:6)\n    at fourth (/a/e.js:7:8)\n    at fifth (/a/f.js:9:1)';
function made(error, head = `${error.name}: ${error.message}`, frames = FRAMES) {
  Object.defineProperty(error, 'stack', { value: head + frames, writable: true, enumerable: false, configurable: true });
  return error;
}
class Mine extends Error {}
class MyError extends Error {}
class Named extends Error {
  constructor(message) {
    super(message);
    this.name = 'Named';
  }
}

module.exports = [
  () => i(made(new Error('boom'))), () => i(made(new TypeError('boom'))), () => i(made(new Error('boom'), 'Error: boom', '')), () => i(made(new Error(''), 'Error')), () => i(made(new Error(''), 'Error', '')),
  () => i({ e: made(new Error('boom')) }), () => i([made(new Error('boom'))]), () => i({ a: { e: made(new RangeError('x')) } }), () => i({ a: { b: { c: made(new RangeError('x')) } } }),
  () => i(made(Object.assign(new Error('boom'), { code: 'E1' }))), () => i(made(Object.assign(new Error('boom'), { a: { b: { c: { d: 1 } } }, list: [1, 2] }))),
  () => i(made(Object.assign(new Error('boom'), { code: 'E1' }), 'Error: boom', '')), () => i({ e: made(Object.assign(new Error('boom'), { code: 'E1' })) }),
  () => i(made(new Mine('boom'))), () => i(made(new MyError('boom'))), () => i(made(new Named('boom'))), () => i(made(new MyError(''), 'Error', '')), () => i(made(new MyError('boom'), 'Error: boom', '')),
  () => i(made(new Error('boom', { cause: made(new Error('inner')) }))), () => i(made(new Error('boom', { cause: 'text' }))), () => i(made(new Error('boom', { cause: undefined }))), () => i(made(new Error('boom', { cause: { a: 1 } }))),
  () => i(made(new Error('boom', { cause: made(new Error('inner'), 'Error: inner', '\n    at first (/a/b.js:1:2)') }))), () => i(made(new Error('outer', { cause: made(new TypeError('mid', { cause: made(new Error('in'), 'Error: in', '') }), 'TypeError: mid', '') }), 'Error: outer', '')),
  () => i(made(new AggregateError([made(new Error('one'), 'Error: one', ''), 2], 'many'))), () => i(made(new AggregateError([], 'many'), 'AggregateError: many', '')), () => i(made(Object.assign(new Error('boom'), { errors: [1] }))),
  () => i(made(Object.assign(new Error('boom'), { name: 'Custom' }))), () => i(made(Object.assign(new Error('boom'), { message: 'changed' }), 'Error: boom')),
  () => i(made(Object.setPrototypeOf(new Error('boom'), null), 'Error: boom')), () => i(made(Object.assign(new Error('boom'), { [Symbol('s')]: 1 }))), () => i(made(new Error('multi\nline'))), () => i({ e: made(new Error('multi\nline')) }),
  () => i(made(new Error('boom'), 'Error [ERR_X]: boom')), () => i(made(Object.assign(new Error('boom'), { code: 'ERR_X' }), 'Error [ERR_X]: boom')), () => i(made(new (class FooError extends TypeError {})('boom'))), () => i(made(new (class Foo extends TypeError {})('boom'))),
  () => i(made(new Error('boom'), '', '')), () => i(made(new (class X extends Error { get [Symbol.toStringTag]() { return 'Tag'; } })('boom'))), () => i(Object.create(Error.prototype)), () => i(Object.create(made(new Error('p')))), () => i(Error.prototype), () => i(TypeError.prototype),
  () => i(made(new Error('boom')), { compact: false }), () => i(made(Object.assign(new Error('boom'), { a: 1 })), { compact: true }), () => i(made(new Error('boom'), 'Error: boom', '\n    at node:internal/x:1:2\n    at me (/a.js:1:1)')),
  () => i(Object.defineProperty(new Error('boom'), 'stack', { value: 'plain words', configurable: true })), () => i(Object.defineProperty(new Error('boom'), 'stack', { value: undefined })), () => i(Object.defineProperty(new Error('boom'), 'stack', { value: 5 })),
  () => i({ name: 'Error', message: 'fake' }), () => i(made(new Error('boom at    at place'))), () => i(new Map([[made(new Error('k'), 'Error: k', ''), made(new Error('v'))]])), () => i(Promise.resolve(made(new Error('v'), 'Error: v', ''))), () => i(made(new SyntaxError('bad'))), () => i(made(Object.assign(new Error(''), { x: 1 }), 'Error')),
  () => { const e = made(new Error('loop')); e.self = e; return i(e); }, () => { const e = made(new Error('loop'), 'Error: loop', ''); e.cause = e; return i(e); },
];
