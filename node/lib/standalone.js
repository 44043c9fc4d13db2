'use strict';
// Main without a command line: `node --import dipole/register main.js`, and whatever else loads this in a process or a worker
// of its own. Nothing is set up before a program asks for `electron`.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const Module = require('node:module');
const { pathToFileURL } = require('node:url');
const { isMainThread } = require('node:worker_threads');
const resolve = require('./resolve.js');
const life = require('./life.js');
const { renderer } = require('./renderer.js');
const current = require('./current.js');
const { native, sources, importDynamically, file: addon } = require('./addon.js');

/** The nearest folder that has a package.json, and what that says. */
function packageOf(start) {
  for (let folder = start; ; folder = path.dirname(folder)) {
    try {
      return { folder, package: JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8').replace(/^\uFEFF/, '')) };
    } catch {
      if (folder === path.dirname(folder)) return { folder: start, package: {} };
    }
  }
}

const entry = () => (isMainThread && process.argv[1] !== undefined ? path.resolve(process.argv[1]) : '');

function settings() {
  const file = entry();
  const { folder, package: found } = packageOf(file === '' ? process.cwd() : path.dirname(file));
  const permissions = found.dipole?.permissions;
  return {
    main: file,
    appPath: folder,
    package: found,
    resourcesPath: path.dirname(addon),
    userData: process.env.DIPOLE_USER_DATA,
    dialogs: process.env.DIPOLE_DIALOG === undefined ? undefined : JSON.parse(process.env.DIPOLE_DIALOG),
    host: { addon, appPath: folder, renderer: renderer(), untilIdle: true, permissions: permissions === undefined ? null : path.resolve(folder, permissions) },
  };
}

const driver = {
  done() {}, thrown() {}, heard() {}, mainFailed() {}, trace() {}, file() {}, quitsFor() {},
  relaunch(args) {
    if (entry() === '') throw new Error('app.relaunch: there is no main script here that could be started again');
    again = args;
  },
  ends() {
    if (again === null) return;
    // Who comes next may be the first instance.
    native.releaseLock();
    spawn(process.execPath, [...process.execArgv, entry(), ...again], { detached: true, stdio: 'inherit' }).unref();
  },
  watched: () => false,
  failed() { setImmediate(() => main.control.leave(1)); },
  // The loop is empty: what still has something to do holds it, and an app that waits for nothing ends.
  resting() { if (!main.isLoaded()) main.ready(); },
};

/** The arguments with which the app is to be started again when it has ended. */
let again = null;
let main = null;
/** The main process that this thread is by itself, from when it is first asked for. */
function electron() {
  if (main !== null) return main;
  const { createMain } = require('./main.js');
  main = current.state.main = createMain(settings(), driver);
  if (isMainThread) life.hearSignals((number) => { main.signal(number); });
  setImmediate(waitForMain);
  return main;
}

/** The app is ready once the main script has come to its end, where there is one. */
function waitForMain() {
  const file = entry();
  if (file === '' || process.mainModule?.loaded) return main.ready();
  if (process.mainModule !== undefined && !resolve.isModule(file)) return setImmediate(waitForMain);
  return importDynamically(pathToFileURL(fs.realpathSync(file)).href).then(() => setImmediate(() => main.ready()), () => {});
}

current.state.make = electron;
current.install(path.dirname(addon));
const file = entry();
if (file !== '' && resolve.mayImport(file)) resolve.registerImports(current.internal);

module.exports = { electron, sources };
