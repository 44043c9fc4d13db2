'use strict';
// What the native side asks for: starting, ending, and the operations of its driver. Each operation tells its end by
// `native.done(token, ok, text)`.

const native = binding('dipole');
const { kState } = require('dipole/process_link');

const BARE_PREFERENCES = {
  nodeIntegration: true, contextIsolation: false, sandbox: false, webSecurity: true, additionalArguments: [],
};

// What waits for the first window.
const waiting = [];

function setUp(known) {
  Object.assign(require('dipole/info'), known);
  require('dipole/dispatch').install();
}

function ready() {
  require('dipole/app').start();
}

function leave(code) {
  require('dipole/app_quit').end(code);
}

const SIGNALS = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 15: 'SIGTERM' };

// A signal has come: to the program's own listeners, or else the app quits. Whether anything was done.
function signal(number) {
  const name = SIGNALS[number];
  if (name === undefined) return false;
  if (process.listenerCount(name) > 0) {
    process.emit(name, name, number);
    return true;
  }
  if (name === 'SIGQUIT') return false;
  native.quitsFor(128 + number);
  require('dipole/app_quit').bySignal(name === 'SIGTERM' ? 0 : 128 + number);
  return true;
}

function contentsOf(id) {
  const { webContents } = require('dipole/contents');
  const contents = webContents.fromId(id);
  if (contents === undefined) throw new Error(`there are no web contents with the number ${id}`);
  return contents;
}

// An error for the user of the command line; for a value that cannot be cloned, with the part that is to blame.
function textOf(error) {
  if (!(error instanceof Error)) return String(error);
  const { message, path } = error;
  return message.endsWith('An object could not be cloned.') && typeof path === 'string' ? `${message} (${path})` : message;
}

// Runs an operation; what it throws or rejects with is its failure.
function operation(run) {
  return (token, ...args) => {
    const failed = (error) => native.done(token, false, textOf(error));
    try {
      Promise.resolve(run(...args)).then((text) => native.done(token, true, text), failed);
    } catch (error) {
      failed(error);
    }
  };
}

function json(value) {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? part.toString() : part));
}

function ask(contents, channel, args) {
  return new Promise((resolve, reject) => {
    const state = contents[kState];
    const run = () => state.ask(channel, args, resolve, reject);
    if (state.loading || state.url === '') state.scripts.push({ run, reject });
    else run();
  });
}

// Looks for the first window's page, now or when the program has made one.
function firstPage() {
  const { BrowserWindow } = require('dipole/window');
  const [window] = BrowserWindow.getAllWindows();
  if (window !== undefined) return loaded(window.webContents);
  return new Promise((resolve, reject) => {
    waiting.push(() => loaded(BrowserWindow.getAllWindows()[0].webContents).then(resolve, reject));
    require('dipole/contents_load').watchLoads(notice);
  });
}

function notice() {
  const { BrowserWindow } = require('dipole/window');
  if (BrowserWindow.getAllWindows().length === 0) return;
  for (const wake of waiting.splice(0)) wake();
}

function loaded(contents) {
  const state = contents[kState];
  return new Promise((resolve, reject) => {
    const ended = () => {
      if (state.destroyed) reject(new Error('the first window was closed before its page had loaded'));
      else if (state.crashed) reject(new Error('the renderer process of the first window is gone'));
      else if (state.lastFailure !== null) reject(new Error(state.lastFailure));
      else resolve(String(contents.id));
    };
    if (!state.loading && state.url !== '') ended();
    else state.scripts.push({ run: ended, reject });
  });
}

function openBare() {
  const contents = require('dipole/contents').create(BARE_PREFERENCES, null);
  contents[kState].hidden = true;
  return contents.loadURL('about:blank').then(() => String(contents.id));
}

function call(id, verb, channel, args) {
  return ask(contentsOf(id), 'call', [verb, channel, JSON.parse(args)]).then(json);
}

function evaluate(id, code) {
  return contentsOf(id).executeJavaScript(code).then(json);
}

function click(id, selector) {
  return ask(contentsOf(id), 'click', [selector]).then(() => undefined);
}

function listen(id, channel) {
  native.send(contentsOf(id)[kState].link, true, 'listen', [channel]);
}

// What the driver asks without waiting: JSON.

function windows() {
  return JSON.stringify(require('dipole/window').BrowserWindow.getAllWindows().map((window) => window.webContents.id));
}

// The channels that any page reaches, whatever it is.
function channels() {
  const { ipcMain, handlersOf } = require('dipole/ipc_main');
  const listened = ipcMain.eventNames().filter((name) => typeof name === 'string' && name !== 'error');
  return JSON.stringify({ handled: [...ipcMain[handlersOf].keys()].map(String), listened });
}

module.exports = {
  setUp, ready, leave, signal, windows, channels,
  firstPage: operation(firstPage), openBare: operation(openBare), call: operation(call),
  evaluate: operation(evaluate), click: operation(click), listen: operation(listen),
};
