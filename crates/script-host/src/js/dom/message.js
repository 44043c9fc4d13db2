'use strict';
// `window.postMessage` to the window itself.

const { Object, Array, ArrayBuffer, TypeError, lists } = require('internal/intrinsics');
const core = require('dom/core');
const { domError, hooks } = core;
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
  const targetOrigin = options.targetOrigin === undefined ? '/' : `${options.targetOrigin}`;
  const transfer = options.transfer === undefined || options.transfer === null ? [] : copyOf(options.transfer);
  const { origin } = require('dom/address').location;
  const wanted = targetOrigin === '*' || targetOrigin === '/' ? targetOrigin : originOf(targetOrigin);
  const buffers = lists.filter(transfer, isBuffer);
  const ports = lists.filter(transfer, (one) => !isBuffer(one));
  if (ports.length > 0 && hooks.sendPorts === null) {
    throw domError("Failed to execute 'postMessage' on 'Window': transferring is not supported here.", 'DataCloneError');
  }
  const data = clone(message, buffers);
  const tokens = ports.length > 0 ? hooks.sendPorts(ports) : null;
  require('internal/timers').setTimeout(() => {
    if (wanted !== '*' && wanted !== '/' && wanted !== origin) {
      console.error(`Failed to execute 'postMessage' on 'DOMWindow': The target origin provided ('${wanted}') does not match the recipient window's origin ('${origin}').`);
      return;
    }
    receiveMessage(data, origin, tokens);
  }, 0);
}

const isBuffer = (one) => one instanceof ArrayBuffer;

// An iterable of the page's, gone over as the page's own script would.
function copyOf(given) {
  return Array.isArray(given) ? lists.map(given, (one) => one) : [...given];
}

function originOf(text) {
  if (/^file:/i.test(text)) return 'file://';
  try {
    return new URL(text).origin;
  } catch {
    throw domError(`Failed to execute 'postMessage' on 'Window': Invalid target origin '${text}' in a call to 'postMessage'.`, 'SyntaxError');
  }
}

function clone(message, buffers) {
  try {
    return hooks.clone(message, buffers.length > 0 ? { transfer: buffers } : undefined);
  } catch (error) {
    if (error?.name !== 'DataCloneError') throw error;
    throw domError(`Failed to execute 'postMessage' on 'Window': ${error.message}`, 'DataCloneError');
  }
}

/** Dispatches a message that is already a copy; `tokens` are what `sendPorts` gave. */
function receiveMessage(data, origin, tokens) {
  const event = createTrusted('MessageEvent', 'message', { data, origin, source: globalThis });
  const state = stateOf(event);
  state.portTokens = tokens;
  if (tokens !== null) state.fields.ports = () => Object.freeze(hooks.receivePorts(tokens));
  dispatch(globalThis, event);
}

module.exports = { postMessage, receiveMessage };
