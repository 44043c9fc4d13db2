'use strict';
// The life of a main process in Node: errors that nobody catches, signals, beginnings and ends, as Electron has them. What
// is here shows in no list of listeners: a program's own come first, and where it has none, Electron's rule holds.

let rules = null;
let isInstalled = false;

/**
 * Puts the rules in place, instead of earlier ones. `given` has `uncaught(error, origin)`, `rejection(error, promise)`,
 * `beforeExit(code)` and `exit(code)`, `stays` where an empty loop ends nothing, and `exitFailed(error)` where the process is the app's
 * alone; without it none holds any more.
 */
function install(given) {
  rules = given;
  if (isInstalled || given === null) return;
  isInstalled = true;
  const { emit } = process;
  const own = function (name, ...args) {
    if (rules === null) return emit.call(this, name, ...args);
    switch (name) {
      case 'uncaughtException':
        if (process.listenerCount(name) > 0) break;
        rules.uncaught(args[0], args[1]);
        return true;
      case 'unhandledRejection':
        if (process.listenerCount(name) > 0) break;
        rules.rejection(args[0], args[1]);
        return true;
      case 'beforeExit': {
        // While the app stays, an empty loop is no end of the process.
        const heard = rules.stays === true ? false : emit.call(this, name, ...args);
        rules.beforeExit(args[0]);
        return heard;
      }
      case 'exit': {
        // The last word is the program's.
        try {
          return emit.call(this, name, ...args);
        } catch (error) {
          if (rules?.exitFailed === undefined) throw error;
          rules.exitFailed(error);
          process.exitCode = 1;
          return true;
        } finally {
          rules?.exit(args[0]);
        }
      }
    }
    return emit.call(this, name, ...args);
  };
  Object.defineProperty(own, 'name', { value: 'emit' });
  Object.defineProperty(process, 'emit', { value: own, writable: true, enumerable: false, configurable: true });
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** Hears of the signals that end an app, beside the program's own listeners. */
function hearSignals(heard) {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    const { Signal } = process.binding('signal_wrap');
    for (const [name, number] of Object.entries(SIGNALS)) {
      const wrap = new Signal();
      wrap.unref();
      wrap.onsignal = () => {
        // The program's own listeners have it.
        if (process.listenerCount(name) === 0) heard(number);
      };
      wrap.start(number);
    }
  } catch {
    // A Node that hides them: listeners show.
    for (const [name, number] of Object.entries(SIGNALS)) process.on(name, () => { if (process.listenerCount(name) === 1) heard(number); });
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** The frames of our own hooks of imports, whose file is their whole text. */
const OF_HOOKS = /^ +at (?:async )?(?:\w+ \()?(?:data:text\/javascript,|node:dipole\/imports).*\n?/gm;

/** An error as it is printed: with its stack, as Node shows it. */
function textOf(error) {
  return shown(error).replace(OF_HOOKS, '');
}

function shown(error) {
  const isError = require('node:util').types.isNativeError(error) || error instanceof Error;
  if (isError && typeof error.stack === 'string' && Object.keys(error).length === 0 && !('cause' in error)) return error.stack;
  try {
    return typeof error === 'string' ? error : require('node:util').inspect(error);
  } catch {
    return 'an error that cannot be shown';
  }
}

/** Where an error was made, as far as its stack tells: [file, line]. */
function placeOf(error) {
  const found = /\(?((?:file:\/\/)?\/[^\n()]*?):(\d+):\d+\)?$/m.exec(typeof error?.stack === 'string' ? error.stack : '');
  if (found === null) return [undefined, undefined];
  const file = found[1].startsWith('file:') ? require('node:url').fileURLToPath(found[1]) : found[1];
  return [file, Number(found[2])];
}

module.exports = { install, hearSignals, textOf, placeOf };
