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

  handle = (channel, listener) => {
    if (this[handlersOf].has(channel)) {
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
