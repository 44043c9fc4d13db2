'use strict';
// `window.postMessage` to the window itself.

const { Object, ArrayBuffer, TypeError, lists, text } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const core = require('dom/core');
const { b, domError, hooks, later } = core;
const { dispatch } = require('dom/target');
const { createTrusted, stateOf } = require('dom/events');

/**
 * Sends a copy of a value to the listeners of all worlds, after the running script.
 * Takes `(message, targetOrigin, transfer)` or `(message, { targetOrigin, transfer })`.
 */
function postMessage(message, second, third) {
  if (arguments.length === 0) {
    throw new TypeError("Failed to execute 'postMessage' on 'Window': 1 argument required, but only 0 present.");
  }
  const options = second !== null && typeof second === 'object' ? second : { targetOrigin: second, transfer: third };
  const targetOrigin = options.targetOrigin === undefined ? '/' : text(options.targetOrigin);
  const transfer = options.transfer === undefined || options.transfer === null ? [] : lists.gather(options.transfer);
  const { origin } = require('dom/address').location;
  const wanted = targetOrigin === '*' || targetOrigin === '/' ? targetOrigin : originOf(targetOrigin);
  const buffers = lists.filter(transfer, isBuffer);
  const ports = lists.filter(transfer, (one) => !isBuffer(one));
  if (ports.length > 0 && hooks.sendPorts === null) {
    throw domError("Failed to execute 'postMessage' on 'Window': transferring is not supported here.", 'DataCloneError');
  }
  const data = clone(message, buffers);
  const tokens = ports.length > 0 ? hooks.sendPorts(ports) : null;
  later(() => {
    if (wanted !== '*' && wanted !== '/' && wanted !== origin) {
      require('internal/console').console.error("Failed to execute 'postMessage' on 'DOMWindow': The target origin provided ('" + wanted + "') does not match the recipient window's origin ('" + origin + "').");
      return;
    }
    receiveMessage(data, origin, tokens);
  });
}

const isBuffer = (one) => one instanceof ArrayBuffer;

function originOf(url) {
  const parts = b.split(url);
  if (parts.length > 0) return require('dom/address').originOf(parts);
  throw domError("Failed to execute 'postMessage' on 'Window': Invalid target origin '" + url + "' in a call to 'postMessage'.", 'SyntaxError');
}

function clone(message, buffers) {
  try {
    return hooks.clone(message, buffers.length > 0 ? { transfer: buffers } : undefined);
  } catch (error) {
    if (error?.name !== 'DataCloneError') throw refused(error, message, 'Window');
    throw domError("Failed to execute 'postMessage' on 'Window': " + text(error.message), 'DataCloneError');
  }
}

/**
 * What is thrown where a value cannot be sent or kept, in a browser's words: `error` is what was thrown. Getters of the value have
 * run, and do not again: each of them may send what cannot be sent.
 */
function refused(error, message, name, method = 'postMessage') {
  if (error?.message !== 'An object could not be cloned.' || typeof error.path !== 'string') return error;
  // A function is named by its source.
  const part = typeof message === 'function' ? text(message) : '#<' + texts.slice(error.path, texts.lastIndexOf(error.path, ' (') + 2, -1) + '>';
  return domError("Failed to execute '" + method + "' on '" + name + "': " + part + ' could not be cloned.', 'DataCloneError');
}

/** Dispatches a message that is already a copy; `tokens` are what `sendPorts` gave. */
function receiveMessage(data, origin, tokens, source = globalThis, type = 'message') {
  const event = createTrusted('MessageEvent', type, { data, origin, source });
  const state = stateOf(event);
  state.portTokens = tokens;
  if (tokens !== null) state.fields.ports = () => Object.freeze(hooks.receivePorts(tokens));
  dispatch(globalThis, event);
}

module.exports = { postMessage, receiveMessage, refused, originOf, clone };
