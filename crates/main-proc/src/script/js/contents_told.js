'use strict';
// What a page tells of itself: lines of its console, errors that nobody caught, preload scripts that failed.

const native = binding('dipole');
const { Event } = require('dipole/ipc_events');
const { revive } = require('dipole/load_errors');

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

module.exports = { consoleMessage, uncaught, preloadError };
