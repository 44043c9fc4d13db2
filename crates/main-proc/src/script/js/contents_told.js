'use strict';
// What a page tells of itself: lines of its console, errors that nobody caught, preload scripts that failed.

const native = binding('dipole');
const { Event } = require('dipole/ipc_events');
const { revive } = require('dipole/load_errors');
const { kTitled } = require('dipole/process_link');

function consoleMessage({ contents, frame }, level, message, lineNumber, sourceId) {
  const details = new Event({ message, level, lineNumber, sourceId, frame });
  const number = { debug: 0, info: 1, warning: 2, error: 3 }[level] ?? 1;
  contents.emit('console-message', details, number, message, lineNumber, sourceId);
}

// An error that nobody caught in the page is one more line of its console.
function uncaught(state, problem, kind) {
  const head = problem.name === '' ? problem.message : `${problem.name}: ${problem.message}`;
  const text = problem.stack || head;
  native.problem(kind === 'rejection' ? 'unhandled-rejection' : 'uncaught-error', state.contents.id, text,
    `Uncaught ${text}`, problem.file ?? state.frameUrl, problem.line ?? 0);
  consoleMessage(state, 'error', `Uncaught ${head}`, problem.line ?? 0, problem.file ?? state.frameUrl);
}

// The console has told of it.
function preloadError({ contents }, preloadPath, problem) {
  if (contents.listenerCount('preload-error') === 0) {
    native.problem('preload-failed', contents.id, problem.stack || problem.message, '', preloadPath, problem.line);
  }
  contents.emit('preload-error', new Event({ sender: contents }), preloadPath, revive(problem));
}

// What a page calls itself; what has no name goes by its address, and a file by its own.
function titleOf(title, url) {
  if (title !== '' || !/^file:/i.test(url)) return title || url;
  const name = url.replace(/[?#].*$/s, '').replace(/^.*\//s, '');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function title(state, event, text, isSet) {
  state.title = text;
  state.history.title(text);
  state.contents.emit('page-title-updated', event, text, isSet);
  state.window?.[kTitled](event, text, isSet);
}

module.exports = { title, titleOf, consoleMessage, uncaught, preloadError };
