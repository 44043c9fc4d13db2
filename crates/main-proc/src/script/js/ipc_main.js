'use strict';
// ipcMain, and the `ipc` of web contents and frames.

const EventEmitter = require('events');
const native = binding('dipole');

const handlersOf = Symbol('handlers');
const { emit } = EventEmitter.prototype;
const capturing = Object.getOwnPropertySymbols(EventEmitter.prototype).find((key) => key.description === 'kCapture');

class IpcMainImpl extends EventEmitter {
  constructor() {
    super();
    Object.defineProperty(this, handlersOf, { value: new Map() });
    // A renderer that sends on channel 'error' must not bring main down.
    this.on('error', () => {});
  }

  // With `replace`, which Electron has not, in the place of the one that is there.
  handle = (channel, listener, options) => {
    if (this[handlersOf].has(channel) && options?.replace !== true) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    if (typeof listener !== 'function') {
      throw new TypeError(`Expected handler to be a function, but found type '${typeof listener}'`);
    }
    this[handlersOf].set(channel, listener);
    if (this === exports.ipcMain) native.setHandler(channel, listener);
  };

  handleOnce = (channel, listener) => {
    if (typeof listener !== 'function') return this.handle(channel, listener);
    return this.handle(channel, (event, ...args) => {
      this.removeHandler(channel);
      return listener(event, ...args);
    });
  };

  // What Electron has not: the channels that have a handler, and whether one has.
  handlers = () => [...this[handlersOf].keys()];
  hasHandler = (channel) => this[handlersOf].has(channel);

  // Listens until the function that it gives is called, or `signal` is aborted.
  subscribe = (channel, listener, options) => {
    const end = () => { this.removeListener(channel, listener); };
    const signal = options?.signal;
    if (signal?.aborted === true) return end;
    this.on(channel, listener);
    signal?.addEventListener('abort', end, { once: true });
    return end;
  };

  removeHandler = (channel) => {
    this[handlersOf].delete(channel);
    if (this === exports.ipcMain) native.setHandler(channel, undefined);
  };
}
native.markUncloneable(IpcMainImpl.prototype);

exports.IpcMainImpl = IpcMainImpl;
exports.handlersOf = handlersOf;
exports.ipcMain = new IpcMainImpl();
// Most messages go to it alone, and on a way of their own: see `swift.rs`.
native.setIpcMain(exports.ipcMain, emit, capturing, Symbol.asyncIterator);
