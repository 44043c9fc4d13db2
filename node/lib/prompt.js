'use strict';
// A prompt in main: code that is typed, run as Node's own prompt runs it, through V8's inspector: with `await` at its top
// level, and names that stay.

const inspector = require('node:inspector');
const { inspect } = require('node:util');

let session = null;
const KEY = Symbol.for('dipole.prompt');

function post(method, params) {
  if (session === null) {
    session = new inspector.Session();
    session.connect();
  }
  return new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error ? reject(new Error(error.message)) : resolve(result)));
  });
}

/** The value that the inspector speaks of. */
async function valueOf(remote) {
  if (remote.objectId === undefined) {
    if (remote.type === 'undefined') return undefined;
    if (remote.unserializableValue !== undefined) return remote.type === 'bigint' ? BigInt(remote.unserializableValue.slice(0, -1)) : Number(remote.unserializableValue);
    return remote.value;
  }
  const kept = {};
  Object.defineProperty(globalThis, KEY, { value: (value) => { kept.value = value; }, configurable: true });
  try {
    await post('Runtime.callFunctionOn', { objectId: remote.objectId, functionDeclaration: `function () { globalThis[Symbol.for('dipole.prompt')](this); }` });
  } finally {
    delete globalThis[KEY];
  }
  return kept.value;
}

async function run(code, colors) {
  // V8 compiles for nobody else; enabled for longer, it would keep what the app's console says.
  await post('Runtime.enable');
  const compiled = await post('Runtime.compileScript', { expression: code, sourceURL: 'REPL', persistScript: false })
    .finally(() => post('Runtime.disable'));
  const text = compiled.exceptionDetails?.exception?.description ?? '';
  if (/^SyntaxError: (?:Unexpected end of input|missing \) after argument list|Unterminated template literal)/.test(text)) {
    return JSON.stringify({ kind: 'incomplete' });
  }
  // An object that stands alone is one, as in Node.
  const expression = /^\s*\{/.test(code) && !/;\s*$/.test(code) ? `(${code.trim()})` : code;
  let answer = await post('Runtime.evaluate', { expression, replMode: true, awaitPromise: true });
  if (answer.exceptionDetails?.exception?.className === 'SyntaxError' && expression !== code) answer = await post('Runtime.evaluate', { expression: code, replMode: true, awaitPromise: true });
  const value = await valueOf(answer.result);
  if (answer.exceptionDetails !== undefined) {
    const isError = value instanceof Error;
    return JSON.stringify({ kind: 'error', text: `Uncaught ${isError ? String(value.stack) : inspect(value)}` });
  }
  await post('Runtime.evaluate', { expression: 'undefined', replMode: true });
  globalThis._ = value;
  return JSON.stringify({ kind: 'value', text: inspect(value, { colors }) });
}

/** What could stand at the end of that text; none of the program's code runs for it, but getters on the way. */
async function complete(_text) {
  const match = /([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*\.)?([A-Za-z_$][\w$]*)?$/.exec(_text);
  const [path = '', prefix = ''] = [match?.[1], match?.[2]];
  let names;
  if (path === '') {
    const { names: lexical } = await post('Runtime.globalLexicalScopeNames', {});
    names = [...lexical, ...Object.getOwnPropertyNames(globalThis)];
  } else {
    const found = await post('Runtime.evaluate', { expression: path.slice(0, -1), throwOnSideEffect: true });
    if (found.exceptionDetails !== undefined) return JSON.stringify({ prefix, names: [] });
    let value = await valueOf(found.result);
    names = [];
    for (value = value === null || value === undefined ? null : Object(value); value !== null; value = Object.getPrototypeOf(value)) names.push(...Object.getOwnPropertyNames(value));
  }
  const fitting = [...new Set(names)].filter((name) => name.startsWith(prefix) && /^[A-Za-z_$][\w$]*$/.test(name)).sort();
  return JSON.stringify({ prefix, names: fitting });
}

module.exports = { run, complete };
