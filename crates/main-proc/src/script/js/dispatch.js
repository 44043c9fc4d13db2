'use strict';
// Where what arrives from renderers goes: frame, then web contents, then ipcMain.

const native = binding('dipole');
const { ipcMain, handlersOf } = require('dipole/ipc_main');
const events = require('dipole/ipc_events');
const { tell } = events;
const { kState, contentsOf } = require('dipole/process_link');
const ports = require('dipole/ports');
const { failedLoad } = require('dipole/load_errors');
const { about } = require('internal/instead');
const streams = require('dipole/streams');
const signals = require('dipole/signals');

const CLONE_ERROR = 'An object could not be cloned.';

// The first emitter for which `has` holds, in the order a message passes them; those nobody has asked for do not
// exist.
function firstScope(state, has) {
  if (state.frameIpc !== undefined && has(state.frameIpc)) return state.frameIpc;
  if (state.ipc !== undefined && has(state.ipc)) return state.ipc;
  return has(ipcMain) ? ipcMain : undefined;
}

function emitAll(state, channel, event, args) {
  if (state.frameIpc !== undefined) state.frameIpc.emit(channel, event, ...args);
  if (state.ipc !== undefined) state.ipc.emit(channel, event, ...args);
  ipcMain.emit(channel, event, ...args);
}

// What the runtime of a renderer says: checked and made anew by native code (`told.rs`).
function system(link, name, args) {
  contentsOf(link)?.[kState].system(name, args);
}

function send(link, channel, args) {
  const contents = contentsOf(link);
  if (contents === undefined) return;
  const state = contents[kState];
  if (state.destroyed) return;
  if (state.receive !== undefined) {
    state.receive(channel, args);
    return;
  }
  const event = new events.IpcMainEvent(contents, state);
  if (contents.listenerCount('ipc-message') > 0) contents.emit('ipc-message', event, channel, ...args);
  emitAll(state, channel, event, args);
}

// Whether nothing of ipcMain's is for the sender: it is gone, or a utility process.
function isNoPage(contents) {
  return contents === undefined || contents[kState].destroyed || contents[kState].receive !== undefined;
}

function sync(link, channel, args, reply) {
  const contents = contentsOf(link);
  if (isNoPage(contents)) return;
  const state = contents[kState];
  const event = new events.IpcMainSyncEvent(contents, state, reply);
  const heard = contents.listenerCount('ipc-message-sync') > 0 ||
    firstScope(state, (emitter) => emitter.listenerCount(channel) > 0) !== undefined;
  if (!heard) {
    console.warn(
      `WebContents #${contents.id} called ipcRenderer.sendSync() with '${native.shown(channel)}' channel without listeners.`);
    reply('never-replied');
    return;
  }
  if (contents.listenerCount('ipc-message-sync') > 0) contents.emit('ipc-message-sync', event, channel, ...args);
  emitAll(state, channel, event, args);
}

function post(link, channel, message, transferred) {
  const contents = contentsOf(link);
  if (isNoPage(contents)) return;
  const state = contents[kState];
  emitAll(state, channel, new events.IpcMainPostEvent(contents, state, transferred), [message]);
}

function invoke(link, channel, args, answered, id) {
  const contents = contentsOf(link);
  const reply = (...how) => {
    const done = answered(...how);
    signals.settled(link, id);
    return done;
  };
  if (isNoPage(contents)) {
    refuse(reply, contents === undefined ? 'WebContents does not exist' : 'WebContents was destroyed');
    return;
  }
  const state = contents[kState];
  const target = firstScope(state, (emitter) => emitter[handlersOf].has(channel));
  if (target === undefined) {
    logHandlerError(channel, new Error(`No handler registered for '${native.shown(channel)}'`));
    reply('no-handler');
    return;
  }
  const event = new events.IpcMainInvokeEvent(contents, state, id);
  let result;
  try {
    result = target[handlersOf].get(channel)(event, ...args);
    if (isObject(result) && typeof result.then === 'function') {
      later(channel, result, reply);
      return;
    }
  } catch (error) {
    fail(channel, error, reply);
    return;
  }
  answer(channel, result, reply);
}

// A handler that was called on the short way goes on.
function goesOn(channel, promise, reply, event, id) {
  const link = event.processId;
  signals.goesOn(event, link, id);
  later(channel, promise, (...how) => {
    const done = reply(...how);
    signals.settled(link, id);
    return done;
  });
}

function ended(event, id) {
  signals.settled(event.processId, id);
}

function later(channel, promise, reply) {
  Promise.resolve(promise).then((value) => answer(channel, value, reply), (error) => fail(channel, error, reply));
}

function isObject(value) {
  return value !== null && (typeof value === 'object' || typeof value === 'function');
}

function answer(channel, value, reply) {
  try {
    if (streams.isStream(value)) streams.begin(value, reply, (error) => streamFailed(channel, error));
    else reply('ok', value);
  } catch (error) {
    refused(channel, error, reply);
  }
}

// The result could not be sent.
function refused(channel, error, reply) {
  if (error?.code === 'ERR_MESSAGE_TOO_LARGE') {
    logHandlerError(channel, error);
    reply('too-large');
    return;
  }
  if (error?.message !== CLONE_ERROR) {
    fail(channel, error, reply);
    return;
  }
  // A fresh error: its trace begins with its text.
  logHandlerError(channel, Object.assign(new Error(CLONE_ERROR), { path: error.path }));
  reply('not-cloneable', error.path);
}

function streamFailed(channel, error) {
  logHandlerError(channel, error);
  return describe(error);
}

function fail(channel, error, reply) {
  logHandlerError(channel, error);
  reply('failed', describe(error));
}

function refuse(reply, text) {
  reply('failed', { text, name: 'Error', message: text, code: null, stack: null, cause: null });
}

// A page chooses the channels that it asks for: none of them acts on a terminal or looks like another's line.
function logHandlerError(channel, error) {
  console.error(`Error occurred in handler for '${native.shown(channel)}':`, error);
  const next = about(error);
  if (next !== '') console.error(next.trim());
}

// All of an error that can travel. Hostile ones (throwing getters) lose what cannot be read.
function describe(error) {
  const text = read(() => String(error)) ?? '[object]';
  const property = (name) => {
    const value = isObject(error) ? read(() => error[name]) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const cause = isObject(error) ? read(() => error.cause) : undefined;
  return {
    text,
    name: property('name') ?? '',
    message: property('message') ?? text,
    code: property('code') ?? null,
    stack: property('stack') ?? null,
    cause: cause === undefined ? null : read(() => String(cause)) ?? null,
    own: error instanceof Error ? ownOf(error) : null,
  };
}

const TOLD = ['name', 'message', 'stack', 'code', 'cause'];

// What an error has of its own besides, as far as it can travel.
function ownOf(error) {
  let own = null;
  for (const name of read(() => Object.keys(error)) ?? []) {
    const value = TOLD.includes(name) ? undefined : read(() => error[name]);
    if (value === undefined || read(() => native.check(value) ?? true) !== true) continue;
    own ??= {};
    Object.defineProperty(own, name, { value, enumerable: true });
  }
  return own;
}

function read(get) {
  try {
    return get();
  } catch {
    return undefined;
  }
}

// Whether anybody would look at a message on that channel.
function hears(link, verb, channel) {
  const contents = contentsOf(link);
  if (contents === undefined || contents[kState].destroyed) return false;
  const state = contents[kState];
  if (state.receive !== undefined) return verb === 'send';
  if (verb === 'invoke') return firstScope(state, (emitter) => emitter[handlersOf].has(channel)) !== undefined;
  const all = { send: 'ipc-message', sync: 'ipc-message-sync' }[verb];
  return (all !== undefined && contents.listenerCount(all) > 0) ||
    firstScope(state, (emitter) => emitter.listenerCount(channel) > 0) !== undefined;
}

// What the short way of messages needs (see `swift.rs`), if they go to `ipcMain` alone.
function route(link) {
  const contents = contentsOf(link);
  if (isNoPage(contents)) return undefined;
  const state = contents[kState];
  if (state.ipc !== undefined || state.frameIpc !== undefined || state.link !== link) return undefined;
  return { contents, ...events.samples(contents, state) };
}

function linkReady(link) {
  const contents = contentsOf(link);
  if (contents !== undefined) contents[kState].linkReady();
}

function linkIdle(link) {
  contentsOf(link)?.[kState].linkIdle?.();
}

function linkSilent(link, silent) {
  contentsOf(link)?.[kState].linkSilent?.(silent);
}

function linkGone(link, reason, exitCode, text, clean) {
  signals.gone(link);
  const contents = contentsOf(link);
  if (contents !== undefined) contents[kState].linkGone(link, reason, exitCode, text, clean);
}

// What a utility process has printed into a pipe; null at its end.
function output(link, stream, bytes) {
  require('dipole/child_stream').receive(link, stream, bytes);
}

// Another instance of the app has been started.
function secondInstance([argv, folder, data]) {
  tell(require('dipole/app').app, 'second-instance', new events.Event(), argv, folder, data);
}

exports.describe = describe;
exports.hooks = {
  system, send, sync, invoke, post, linkReady, linkIdle, linkSilent, linkGone, port: ports.port, portClosed: ports.portClosed,
  failedLoad, advice: (name, message, code) => about({ name, message, code }), route, hears, output, secondInstance, later: goesOn, cancelled: signals.cancelled,
  refused: (channel, error, reply, event, id) => ended(event, id, refused(channel, error, reply)),
  failed: (channel, error, reply, event, id) => ended(event, id, fail(channel, error, reply)),
  asked: (...given) => require('dipole/resources').asked(...given),
};
exports.install = () => native.install(exports.hooks);
