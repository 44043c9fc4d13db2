'use strict';
// Main, started by the command line (`main-proc run APP --main node`), which stays the parent: it says over the socket that is
// this process's standard input what is to be done, and hears what comes of it. A JSON object a line, both ways;
// `script/in_node.rs` of main-proc is the other side.

const fs = require('node:fs');
const net = require('node:net');
const Module = require('node:module');
const { pathToFileURL } = require('node:url');
const resolve = require('./resolve.js');
const { native, importDynamically } = require('./addon.js');
const { answering, createAsked } = require('./asked.js');
const { createMain } = require('./main.js');
const life = require('./life.js');

const settings = JSON.parse(process.env.DIPOLE_DRIVEN);
for (const name of ['DIPOLE_DRIVEN', 'DIPOLE_ADDON_FILE', 'DIPOLE_LINK', 'DIPOLE_MAIN']) delete process.env[name];

require('./entry.js').disguise([]);

// --- the socket

// Where it is standard input it is moved away from there, so that nothing the program starts has it.
const FD = Number(process.env.DIPOLE_CONTROL ?? 0) || native.takeInput();
delete process.env.DIPOLE_CONTROL;
const socket = new net.Socket({ fd: FD, readable: true, writable: true });
socket.on('error', () => {});

function say(message) {
  socket.write(`${JSON.stringify(message)}\n`);
}

/** The same, when there is no turn of the loop left. */
function sayLast(message) {
  let rest = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let tries = 0; rest.length > 0 && tries < 1000; tries++) {
    try {
      rest = rest.subarray(fs.writeSync(FD, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

// --- what is told

const { setTimeout, setImmediate } = globalThis;
let asked = 0;
let watching = false;
let waitsForMain = null;
/** The arguments with which the app is to be started again when it has ended. */
let again = null;

const driver = {
  ...answering(say),
  stays: true,
  mainFailed(text, next) { sayLast({ event: 'main-error', text, next }); },
  // The first error that nobody catches ends the app.
  failed() { setImmediate(() => main.control.leave(1)); },
  watched: () => watching,
  file(path) { say({ event: 'file', path }); },
  quitsFor(code) { say({ event: 'quits-for', code }); },
  relaunch(args) { again = args; },
  // Nothing is left to do in this process.
  resting() {
    if (waitsForMain !== null) {
      // A script that waits for what comes behind it has come as far as it can.
      waitsForMain();
      return;
    }
    const lost = native.lost();
    const quiet = settings.host.untilIdle && native.isQuiet();
    if (settings.host.untilIdle && !quiet && !lost) {
      setTimeout(() => {}, 10);
      return;
    }
    for (const id of idleFor.splice(0)) driver.done(id, lost);
    say({ event: 'idle', heard: asked, quiet, lost });
    // Whoever started this decides what comes of it.
    socket.ref();
  },
  ends() {
    const ended = { event: 'end', relaunch: again };
    for (const name of ['lost', 'lastLoss', 'failedFor', 'recordedPermissions']) ended[name] = native[name]();
    sayLast(ended);
  },
};

require('./process.js').install({ version: native.version(), resourcesPath: settings.resourcesPath });
if (settings.host.json) driver.print = require('./output.js').install(native);
const main = createMain(settings, driver);
resolve.install(main.host.internal);
if (resolve.mayImport(settings.main)) resolve.registerImports(main.host.internal);
life.hearSignals((number) => { main.signal(number); });
const idleFor = [];
// Tests ask for more than the command line does; with `idle`, what is answered once nothing is left to do.
const more = settings.tests === true ? require('./tested.js').createTested(main, driver, say, (id) => { idleFor.push(id); }) : {};
const asks = createAsked(main, driver, say, more);

function take(message) {
  if (typeof message.id === 'number') asked = message.id;
  switch (message.do) {
    case 'start': return setImmediate(begin);
    case 'trace': return native.setTrace(true);
    case 'watch': watching = true; return undefined;
    case 'operation':
    case 'ask': return asks.take(message);
    case 'signal':
      if (!main.signal(message.number) && message.number === 3) tellPending();
      return say({ event: 'signalled' });
    case 'leave': return main.control.leave(message.code);
  }
  return undefined;
}

function tellPending() {
  const lines = [...asks.answers.pending(), ...asks.answers.openWindows()];
  native.say(lines.length === 0 ? 'waiting, with nothing to do' : 'waiting for');
  for (const line of lines) native.say(`  ${line}`);
}

/** Runs main's script as Node runs its own. */
function begin() {
  let done = false;
  const loaded = () => {
    if (done) return;
    done = true;
    waitsForMain = null;
    main.ready();
    say({ event: 'started' });
  };
  waitsForMain = loaded;
  Module.runMain(settings.main);
  setImmediate(() => {
    if (process.mainModule?.loaded) return loaded();
    // A module: it is waited for with all that it awaits. What it throws is told as what nobody catches.
    return importDynamically(pathToFileURL(fs.realpathSync(settings.main)).href).then(() => setImmediate(loaded), () => {});
  });
}

say({ event: 'hello' });

let rest = '';
socket.setEncoding('utf8');
socket.on('data', (chunk) => {
  // Whatever holds this process now is the app's.
  socket.unref();
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) take(JSON.parse(line));
});
// Whoever started this is gone.
socket.on('close', () => process.exit(143));
