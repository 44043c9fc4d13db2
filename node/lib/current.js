'use strict';
// The main process of this thread, if there is one: an app's, or the thread's own.

const resolve = require('./resolve.js');
const { native } = require('./addon.js');

const state = { main: null, make: null };

/** Makes Electron's modules known in this thread; `resourcesPath` is where the app's would be. */
function install(resourcesPath) {
  require('./process.js').install({ version: native.version(), resourcesPath });
  resolve.install(internal);
}

function internal(name) {
  if (state.main === null && state.make === null) {
    throw new Error('no app runs here any more: launch one before electron is asked for something');
  }
  return (state.main ?? state.make()).host.internal(name);
}

module.exports = { state, install, internal };
