'use strict';
// An app in the process of its test: main's script runs in this thread, its pages are renderers as ever. One at a time
// in a thread; each worker may have one.

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { native, importDynamically } = require('./addon.js');
const { advice } = require('./advice.js');
const { answering, createAsked } = require('./asked.js');
const current = require('./current.js');
const resolve = require('./resolve.js');
const { createMain } = require('./main.js');
const { createTested } = require('./tested.js');

const { setTimeout, clearTimeout, setImmediate } = globalThis;
/** So long the script of a module may wait for the app to be ready until it is, in milliseconds. */
const TOP_LEVEL_WAIT = 300;
/** The main scripts that Node has imported: it never does so twice. */
const imported = new Set();

/** Variables and arguments as the app is to see them; the function puts back what was there. */
function borrow({ env, main, args }) {
  const before = {};
  for (const name of Object.keys(env)) {
    before[name] = process.env[name];
    if (env[name] === undefined) delete process.env[name];
    else process.env[name] = env[name];
  }
  const { argv } = process;
  process.argv = [process.execPath, main, ...args];
  return () => {
    process.argv = argv;
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/**
 * Starts an app. `hears` has `told(message)`, `printed(isError, text)` and `ended(code)`; the result takes what is
 * asked for (`say`) and has the app's `electron`.
 */
function start(settings, hears) {
  if (current.state.main !== null) {
    const other = 'or start this one in a process of its own (without `inProcess`)';
    throw new Error(`an app runs in this thread already: close it first, ${other}`);
  }
  const isModule = resolve.isModule(settings.main);
  if (isModule && imported.has(settings.main)) {
    const other = 'start it in a process of its own (without `inProcess`), or each time in another worker';
    throw new Error(`'${settings.main}' is an ES module, which Node imports once in a thread: ${other}`);
  }
  const giveBack = borrow(settings);
  const folder = path.join(fs.realpathSync(settings.appPath), path.sep);
  const loadedBefore = new Set(Object.keys(Module._cache));
  let main = null, over = false;

  const say = (message) => { if (!over || message.event !== undefined) hears.told(message); };
  const driver = {
    ...answering(say),
    mainFailed() {},
    print: (isError, text) => hears.printed(isError, text),
    failed() {}, file() {}, quitsFor() {}, resting() {}, ends() {},
    relaunch(args) { say({ event: 'end', relaunch: args }); },
    watched: () => false,
  };
  function ends(code) {
    if (over) return;
    over = true;
    main?.end(code);
    current.state.main = null;
    giveBack();
    // The next launch begins with the app's modules as they are on the disk. Native addons cannot be loaded again.
    for (const file of Object.keys(Module._cache)) {
      if (file.startsWith(folder) && !loadedBefore.has(file) && !file.endsWith('.node')) delete Module._cache[file];
    }
    hears.ended(code);
  }

  try {
    current.install(settings.resourcesPath);
    main = createMain(settings, driver, ends);
    current.state.main = main;
    resolve.follow();
  } catch (error) {
    ends(1);
    throw error;
  }

  const idle = (id) => {
    // What the thread does besides, and timers of main, nobody can tell apart.
    let quiet = 0;
    const look = () => {
      if (over) return;
      quiet = native.isQuiet() || native.lost() ? quiet + 1 : 0;
      if (quiet > 2) driver.done(id, native.lost());
      else setTimeout(look, 5);
    };
    setImmediate(look);
  };
  const asks = createAsked(main, driver, say, createTested(main, driver, say, idle));

  // A module that waits at its top level for the app to be ready would wait for ever. When nothing is left to do in this thread
  // nobody can tell, so it is time that tells, once somebody waits.
  function readyForWhoWaits() {
    const { app } = main.host.internal('electron');
    let waits;
    const begin = () => { waits ??= setTimeout(() => main.ready(), TOP_LEVEL_WAIT); };
    const listens = (name) => { if (name === 'ready') begin(); };
    const own = Object.getOwnPropertyDescriptor(app, 'whenReady');
    const { whenReady } = app;
    Object.defineProperty(app, 'whenReady', {
      configurable: true, writable: true, enumerable: own?.enumerable ?? false,
      value() {
        begin();
        return whenReady.call(this);
      },
    });
    app.on('newListener', listens);
    return () => {
      clearTimeout(waits);
      app.off('newListener', listens);
      if (own === undefined) delete app.whenReady;
      else Object.defineProperty(app, 'whenReady', own);
    };
  }

  async function begin() {
    try {
      if (isModule) {
        imported.add(settings.main);
        resolve.registerImports(current.internal);
        const settle = readyForWhoWaits();
        await importDynamically(pathToFileURL(fs.realpathSync(settings.main)).href).finally(settle);
      } else {
        Module.createRequire(path.join(settings.appPath, 'package.json'))(fs.realpathSync(settings.main));
      }
    } catch (error) {
      if (error instanceof Error) error.message += advice(error);
      say({ event: 'not-loaded', error });
      return;
    }
    setImmediate(() => {
      main.ready();
      say({ event: 'started' });
    });
  }

  return {
    electron: main.host.internal('electron'),
    say(message) {
      if (over) return;
      if (message.do === 'start') begin();
      else if (message.do === 'leave') main.control.leave(message.code);
      else asks.take(message);
    },
  };
}

module.exports = { start };
