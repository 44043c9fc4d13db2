'use strict';
// `ipcRenderer`.

const EventEmitter = require('events');
const describe = require('internal/describe_error');
const native = binding('renderer');

const SEND = 0;
const POST = 1;
const INVOKE = 2;
const FAILURE = 3;
const STREAMS = 5;

const handlers = new Map();

class IpcRenderer extends EventEmitter {
  postMessage(channel, message, transfer) {
    const ports = transfer === undefined ? [] : require('internal/message_ports').take(transfer, 'ipc');
    native.postMessage(channel, message, ports.map((port) => port.id), ports.map((port) => port.object));
    for (const port of ports) port.gone();
  }

  // There is no <webview> here that could host this page.
  sendToHost() {}

  /**
   * As `invoke`, with what ends the waiting: `signal`, an AbortSignal, and `timeout` in milliseconds. The handler in main
   * hears of that by `event.signal`.
   */
  invokeWith(options, channel, ...args) {
    return require('internal/invoke_with')(options, channel, args);
  }

  /** Listens until the function that it gives is called, or `signal` is aborted. */
  subscribe(channel, listener, options) {
    return require('internal/invoke_with').subscribe(ipcRenderer, channel, listener, options);
  }

  /** Answers the requests that main makes with `webContents.invoke`. */
  handle(channel, handler, options) {
    if (handlers.has(channel) && options?.replace !== true) throw new Error(`Attempted to register a second handler for '${channel}'`);
    if (typeof handler !== 'function') {
      throw new TypeError(`Expected handler to be a function, but found type '${typeof handler}'`);
    }
    handlers.set(channel, handler);
  }

  handleOnce(channel, handler) {
    this.handle(channel, (...args) => {
      handlers.delete(channel);
      return handler(...args);
    });
  }

  removeHandler(channel) {
    handlers.delete(channel);
  }

  /** The channels that have a handler, and whether one has. */
  handlers() { return [...handlers.keys()]; }
  hasHandler(channel) { return handlers.has(channel); }
}

for (const name of ['invoke', 'send', 'sendSync']) {
  Object.defineProperty(IpcRenderer.prototype, name, {
    value: native[name], writable: true, enumerable: false, configurable: true,
  });
}

const ipcRenderer = new IpcRenderer();
native.markUncloneable(ipcRenderer);
// No page gets hold of it through the context bridge.
require('internal/bridge_agent').opaque.add(ipcRenderer);

function makeEvent(ports) {
  const event = { sender: ipcRenderer, ports };
  native.markUncloneable(event);
  return event;
}

function receive(kind, subject, value, extra) {
  switch (kind) {
    case SEND:
      ipcRenderer.emit(subject, makeEvent([]), ...value);
      return undefined;
    case POST:
      // Ports that nobody takes are closed.
      if (!ipcRenderer.emit(subject, makeEvent(extra), value)) for (const port of extra) port.close();
      return undefined;
    case INVOKE:
      answer(subject, value, extra);
      return undefined;
    case STREAMS:
      return require('internal/streams').open(value, (remote) => failure(subject, remote));
    default:
      return kind === FAILURE ? failure(subject, value) : refusal(subject, value, extra);
  }
}

async function answer(channel, args, id) {
  const handler = handlers.get(channel);
  if (handler === undefined) {
    native.replyNoHandler(id);
    return;
  }
  let result;
  try {
    result = await handler(makeEvent([]), ...args);
  } catch (error) {
    console.error(`Error occurred in handler for '${channel}':`, error);
    native.replyError(id, describe(error));
    return;
  }
  native.reply(id, result);
}

function hide(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
}

// What the error had of its own besides.
function own(error, given) {
  if (given === null || typeof given !== 'object') return;
  for (const name of Object.keys(given)) if (!(name in error)) error[name] = given[name];
}

/** Main's error: Electron's text, and the error itself as `remote`. */
function failure(channel, remote) {
  let error;
  if (native.faithfulErrors && remote.name !== '') {
    error = new Error(remote.message);
    if (remote.name !== 'Error') hide(error, 'name', remote.name);
    if (typeof remote.stack === 'string') hide(error, 'stack', remote.stack);
    if (typeof remote.code === 'string') error.code = remote.code;
    if (typeof remote.cause === 'string') hide(error, 'cause', remote.cause);
    own(error, remote.own);
  } else {
    error = new Error(`Error invoking remote method '${channel}': ${remote.text}`);
  }
  hide(error, 'remote', remote);
  return error;
}

function refusal(channel, text, path) {
  const reason = text === undefined ? `Error: No handler registered for '${channel}'` : text;
  const error = new Error(`Error invoking remote method '${channel}': ${reason}`);
  if (path !== undefined) hide(error, 'path', path);
  return error;
}

native.onMessage(receive);

module.exports = { ipcRenderer };
