'use strict';
// Main, started by the command line (`main-proc run APP --main node`), which stays the parent: it says over the socket that is
// this process's standard input what is to be done, and hears what comes of it. A JSON object a line, both ways;
// `script/in_node.rs` of main-proc is the other side.

const fs = require('node:fs');
const net = require('node:net');
const Module = require('node:module');
const { pathToFileURL } = require('node:url');
const codec = require('./codec.js');
const resolve = require('./resolve.js');
const { native, importDynamically } = require('./addon.js');
const { createMain } = require('./main.js');
const life = require('./life.js');

const settings = JSON.parse(process.env.DIPOLE_DRIVEN);
for (const name of ['DIPOLE_DRIVEN', 'DIPOLE_ADDON_FILE', 'DIPOLE_LINK', 'DIPOLE_MAIN']) delete process.env[name];

// This is no `node -e` to the program.
for (const name of Module.builtinModules) {
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  if (property?.get !== undefined && name !== 'crypto' && name !== 'process') delete globalThis[name];
}
for (const name of ['module', 'exports', 'require', '__filename', '__dirname']) delete globalThis[name];
Reflect.deleteProperty(process, '_eval');
process.execArgv = [];

// --- the socket

const FD = Number(process.env.DIPOLE_CONTROL ?? 0);
delete process.env.DIPOLE_CONTROL;
const socket = new net.Socket({ fd: FD, readable: true, writable: true });
socket.on('error', () => {});
let empty = null;
if (FD === 0) Object.defineProperty(process, 'stdin', {
  get() {
    if (empty === null) {
      empty = require('node:stream').Readable.from([]);
      empty.fd = 0;
    }
    return empty;
  },
  configurable: true,
  enumerable: true,
});

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

const hex = (encoded) => {
  const bytes = encoded.out.subarray(0, encoded.at);
  if (encoded.lent === null) return bytes.toString('hex');
  return bytes.subarray(0, encoded.lentAt).toString('hex') + Buffer.from(encoded.lent).toString('hex') + bytes.subarray(encoded.lentAt).toString('hex');
};

// --- what is told

let asked = 0;
let watching = false;
let waitsForMain = null;

const driver = {
  done(id, value) { say({ id, value: hex(codec.encode(value, 'result')) }); },
  thrown(id, name, message) { say({ id, error: { name, message } }); },
  heard(contents, channel, args) { say({ event: 'heard', contents, channel, value: hex(codec.encode(args)) }); },
  mainFailed(text) { sayLast({ event: 'main-error', text }); },
  // The first error that nobody catches ends the app.
  failed() { setImmediate(() => main.control.leave(1)); },
  trace(link, contents, pid, incoming, verb, channel, requestId, status, bytes) {
    say({ event: 'trace', link, contents, pid, incoming, verb, channel, requestId, status, encoded: Buffer.from(bytes).toString('hex') });
  },
  watched: () => watching,
  file(path) { say({ event: 'file', path }); },
  quitsFor(code) { say({ event: 'quits-for', code }); },
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
    const ended = { event: 'end' };
    for (const name of ['lost', 'lastLoss', 'failedFor', 'recordedPermissions']) ended[name] = native[name]();
    sayLast(ended);
  },
};

require('./process.js').install({ version: native.version(), resourcesPath: settings.resourcesPath });
if (settings.host.json) driver.print = require('./output.js').install(native);
const main = createMain(settings, driver);
resolve.install(main.host.internal);
if (resolve.isModule(settings.main)) resolve.registerImports(main.host.internal);
life.hearSignals((number) => { main.signal(number); });

// --- what is asked

const answers = {
  pages: () => JSON.parse(main.control.pageList()),
  windows: () => JSON.parse(main.control.windows()),
  channels: () => JSON.parse(main.control.channels()),
  openWindows: () => JSON.parse(main.control.describePages()).filter((page) => page.window).map((page) => {
    const title = native.shown(page.title);
    return `window ${page.id}${title === '' ? '' : ` '${title}'`} is open: ${addressOf(page)}${page.crashed ? ', whose renderer is gone' : ''}`;
  }),
  pending() {
    const lines = JSON.parse(main.control.describePages()).filter((page) => page.loading).map((page) => `renderer ${page.id}: loads ${addressOf(page)}`);
    const { Timeout = 0, Immediate = 0, ...others } = counts(process.getActiveResourcesInfo());
    lines.push(...native.pending());
    if (Timeout > 0) lines.push(Timeout === 1 ? 'main: a timer' : `main: ${Timeout} timers`);
    for (const name of ['PipeWrap', 'TTYWrap', 'SignalWrap', 'TCPSocketWrap']) if (name !== 'TCPSocketWrap') delete others[name];
    if (Object.keys(others).length > 0) lines.push(`main: ${Object.entries(others).map(([name, count]) => (count === 1 ? name : `${count} ${name}`)).join(', ')}`);
    return lines;
  },
  hasRenderer: (contents) => native.hasRenderer(contents),
  isOpen: (contents) => native.isOpen(contents),
  hasActed: () => native.hasActed(),
  ending: (contents) => native.ending(contents),
  lost: () => native.lost(),
  lastLoss: () => native.lastLoss(),
  failedFor: () => native.failedFor(),
  recordedPermissions: () => native.recordedPermissions(),
  loadedFiles: () => Object.keys(Module._cache),
  reloadPages: (changed) => main.host.internal('dipole/watched').reload(changed),
  stopTyped: () => false,
};

/** What tests ask for besides what the command line does. */
const operations = {
  // A function of the test, as text, with Electron's module and an argument; what it gives is the answer.
  async evaluateMain(id, text, argument) {
    try {
      const run = require('node:vm').runInThisContext(`(${text})`, { filename: 'evaluate' });
      driver.done(id, await run(main.host.internal('electron'), argument));
    } catch (error) {
      driver.thrown(id, error?.name ?? 'Error', error?.message ?? String(error));
    }
  },
  // Nothing is left to do in any process of the app: the answer is what says so.
  idle(id) { idleFor.push(id); },
};
const idleFor = [];

function counts(names) {
  const found = {};
  for (const name of names) found[name] = (found[name] ?? 0) + 1;
  return found;
}

function addressOf({ url }) {
  return url === '' ? 'no page' : native.shown(url.slice(0, 200)) + (url.length > 200 ? '...' : '');
}

const given = (arg) => (arg !== null && typeof arg === 'object' && typeof arg.value === 'string' ? codec.decode(Buffer.from(arg.value, 'hex')) : arg);

function take(message) {
  if (typeof message.id === 'number') asked = message.id;
  switch (message.do) {
    case 'start': return setImmediate(begin);
    case 'trace': return native.setTrace(true);
    case 'watch': watching = true; return undefined;
    case 'operation': {
      let args;
      try {
        args = message.args.map(given);
      } catch (error) {
        return driver.thrown(message.id, 'Error', error.message);
      }
      const run = Object.hasOwn(operations, message.name) ? operations[message.name] : main.control[message.name];
      return run(message.id, ...args);
    }
    case 'ask': {
      let value = null;
      try {
        value = answers[message.name](...message.args) ?? null;
      } catch (error) {
        process.emitWarning(error);
      }
      return say({ id: message.id, value });
    }
    case 'signal':
      if (!main.signal(message.number) && message.number === 3) tellPending();
      return say({ event: 'signalled' });
    case 'leave': return main.control.leave(message.code);
  }
  return undefined;
}

function tellPending() {
  const lines = [...answers.pending(), ...answers.openWindows()];
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
