'use strict';
// What main asks of this world by its own channels.

const { Reflect, String, Symbol, TypeError, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const describe = require('internal/describe_error');
const native = binding('renderer');
const { evaluate } = binding('prompt');

// Main waits for an answer, whatever the page has made of its errors and of what is built in.
function described(error) {
  try {
    return describe(error);
  } catch {
    const text = 'an error that cannot be shown';
    return { text, name: 'Error', message: text, code: null, stack: null, cause: null };
  }
}

async function answer(id, work) {
  let result;
  try {
    result = await work();
  } catch (error) {
    native.replyError(id, described(error));
    return;
  }
  native.reply(id, result);
}

/** Runs a classic script here and answers with its value, awaited. */
exports.execute = (id, code) => {
  answer(id, () => native.evaluate(native.ownId(), String(code), '<anonymous>'));
};

const AWAIT = /\bawait\b/;

/** The same for the command line, where `await` may stand at the top level. */
exports.evaluate = (id, code) => {
  answer(id, async () => {
    return texts.test(code, AWAIT) ? (await evaluate(code, '<anonymous>')).value : native.evaluate(native.ownId(), code, '<anonymous>');
  });
};

const VERBS = ['invoke', 'send', 'sendSync', 'postMessage'];

// The stream that the command line reads.
let stream = null;

/** A result that may come item by item: whether it does, and else what it is. */
async function iterate(call) {
  const result = await call();
  const comes = typeof result?.[Symbol.asyncIterator] === 'function';
  stream = comes ? result : null;
  return [comes, comes ? null : result];
}

/** The next item: whether there is none, and what it is. */
async function next() {
  const { done, value } = await stream.next();
  return [done === true, value];
}

/** Calls a method of `ipcRenderer`, for the command line. */
exports.call = (id, verb, channel, args = []) => {
  answer(id, () => {
    if (verb === 'next') return next();
    if (verb === 'iterate') {
      const { ipcRenderer } = require('internal/ipc_renderer');
      return iterate(() => Reflect.apply(ipcRenderer.invoke, ipcRenderer, lists.joined([channel], args)));
    }
    if (!lists.includes(VERBS, verb)) throw new TypeError("ipcRenderer has no method '" + verb + "' that could be called");
    // An answer that never comes is an error here, and no object that an app could have answered with as well.
    if (verb === 'sendSync') return Reflect.apply(native.askSync, native, lists.joined([channel], args));
    const { ipcRenderer } = require('internal/ipc_renderer');
    return Reflect.apply(ipcRenderer[verb], ipcRenderer, lists.joined([channel], args));
  });
};

/** Does what the command line asks for in its user's place; `act.js` has what. */
exports.act = (id, verb, ms, args) => {
  answer(id, () => require('internal/act')(verb, ms, args));
};

/** Becomes a utility process that runs a program. */
exports.utility = (id, request) => {
  answer(id, () => require('internal/utility')(request));
};

/** What a prompt asks: to run a line, to complete one. */
exports.prompt = (id, verb, text) => {
  answer(id, () => (verb === 'complete' ? require('internal/prompt').complete(text) : require('internal/prompt').run(text)));
};
