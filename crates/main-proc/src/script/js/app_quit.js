'use strict';
// How an app ends: the last window, app.quit(), app.exit().

const native = binding('dipole');
const { isLoaded, exit: exitApp } = binding('host');
const { Event, tell } = require('dipole/ipc_events');

let quitting = false;
let ending = false;
// The exit code when a signal is what the app quits for.
let signalCode = 0;
// Whether the program wanted to stay when its last window closed.
let staying = false;

function app() {
  return require('dipole/app').app;
}

function windows() {
  // An app that has made none has not loaded what they are made of.
  if (!isLoaded('dipole/window')) return [];
  return require('dipole/window').BaseWindow.getAllWindows();
}

// Tells the loop whether an app that does nothing is to be kept: it has windows that work, or wants to stay.
function updateStay() {
  const works = ({ webContents }) => !webContents || !webContents.isDestroyed() && !webContents.isCrashed();
  native.setStay(staying || windows().some(works));
}

function quit() {
  if (quitting || ending) return;
  const event = new Event();
  tell(app(), 'before-quit', event);
  if (event.defaultPrevented) return;
  quitting = true;
  for (const window of windows()) {
    window.close();
    if (!quitting) return;
  }
  if (windows().length === 0) leave();
}

function bySignal(code) {
  signalCode = code;
  quit();
}

// A window does not close: the app does not quit either.
function prevented() {
  quitting = false;
}

function windowClosed() {
  updateStay();
  if (ending || windows().length > 0) return;
  if (quitting) {
    leave();
    return;
  }
  const listeners = app().listenerCount('window-all-closed');
  if (listeners === 0) {
    quit();
    return;
  }
  staying = true;
  updateStay();
  tell(app(), 'window-all-closed');
}

// The last question; then the end, when the running script is done.
function leave() {
  if (ending) return;
  const event = new Event();
  tell(app(), 'will-quit', event);
  if (event.defaultPrevented) {
    quitting = false;
    return;
  }
  finish(wanted() || signalCode);
}

function finish(code) {
  if (ending) return;
  ending = true;
  setImmediate(() => end(code));
}

// The exit code that the program has set. A host that ends apps itself has more in its process than the app.
function wanted() {
  return exitApp === undefined ? Number(process.exitCode) || 0 : 0;
}

// What the program has set as its exit code counts unless there is one already.
function end(code) {
  ending = true;
  code ||= wanted();
  tellQuit(code);
  process.off('exit', tellQuit);
  if (exitApp !== undefined) exitApp(code);
  else process.exit(code);
}

let told = false;
// What is done when the program has been told.
const last = [];

function tellQuit(code) {
  if (told) return;
  told = true;
  tell(app(), 'quit', new Event(), code);
  for (const work of last.splice(0)) work();
}

// The last that an app does; `work` does not throw.
function atEnd(work) {
  last.push(work);
}

// From now on also a program that calls process.exit is told that it quits.
function watchExit() {
  process.prependListener('exit', tellQuit);
}

function exit(code = 0) {
  if (ending) return;
  // Before the last window is gone, which would end the app in its own way, with code 0.
  ending = true;
  for (const window of windows()) window.destroy();
  setImmediate(() => end(Number(code) | 0));
}

module.exports = { quit, watchExit, bySignal, exit, end, atEnd, prevented, windowClosed, updateStay, isQuitting: () => quitting || ending };
