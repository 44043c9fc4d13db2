'use strict';
// This process as Electron's main process: what is the same whoever has started it.

const { advice } = require('./advice.js');
const { save } = require('./code.js');
const { createHost } = require('./host.js');
const life = require('./life.js');
const { native, sources } = require('./addon.js');

const headOf = (error) => {
  const isError = error !== null && typeof error === 'object' && typeof error.message === 'string';
  return isError ? `${error.name}: ${error.message}` : `Uncaught ${life.textOf(error)}`;
};

/**
 * Makes this process a main process. `settings` has `host`, the addon's options, and what is known of the app; `driver` hears
 * what concerns whoever started this. `exit` ends the app where that is not the process's own end.
 */
function createMain(settings, driver, exit = undefined) {
  let over = false;
  const state = { loaded: false };

  function tell(kind, error, told) {
    const [file, line] = life.placeOf(error);
    const text = typeof error?.stack === 'string' ? error.stack : life.textOf(error);
    try {
      native.problemOfMain(kind, text, told, file, line);
    } catch {
      process.stderr.write(`${told}\n`);
    }
  }

  function tellUncaught(error) {
    tell('uncaught-error', error, `A JavaScript error occurred in the main process\n${life.textOf(error)}${advice(error)}`);
  }

  function uncaught(error) {
    if (!state.loaded) driver.mainFailed(headOf(error), advice(error));
    tellUncaught(error);
    if (!state.loaded) (exit ?? process.exit)(1);
  }

  function rejection(error) {
    const load = host.hooks()?.failedLoad(error);
    if (load) native.problem('load-failed', load.contents, load.text, load.told, load.url, 0);
    else tell('unhandled-rejection', error, `(node:${process.pid}) UnhandledPromiseRejectionWarning: ${life.textOf(error)}${advice(error)}`);
  }

  const host = createHost({ native, sources, options: settings.host, driver, uncaught, exit });
  const { appPath, main, package: found, userData, dialogs } = settings;
  const known = { appPath, main, package: found, env: {} };
  if (userData) known.userData = userData;
  if (dialogs) known.dialogs = dialogs;
  host.start(known);
  const control = host.internal('dipole/control');

  /** The end of the app, whatever the process does. */
  function end(code) {
    if (over) return;
    over = true;
    driver.ends(code);
    native.shutdown();
    save();
  }

  life.install({
    uncaught, rejection, exit: end, stays: driver.stays,
    beforeExit: () => { if (!over) driver.resting(); },
    ...(exit === undefined ? { exitFailed: tellUncaught } : {}),
  });

  return {
    host,
    control,
    /** Main's script has come to its end: the app may be ready. */
    ready() {
      if (state.loaded || over) return;
      state.loaded = true;
      control.ready();
    },
    isLoaded: () => state.loaded,
    end(code) {
      end(code);
      life.install(null);
    },
    /** A signal has come, by way of the system or of the command line; whether anything was done. */
    signal: (number) => control.signal(number, true),
  };
}

module.exports = { createMain };
