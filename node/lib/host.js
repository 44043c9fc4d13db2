'use strict';
// Electron's modules (`dipole/...`, the same files that the built-in engine runs) over the addon: the binding that they
// expect, and the hooks by which the addon calls them. Bytes are the addon's, values are made of them here.

const { compile, spoil } = require('./code.js');
const codec = require('./codec.js');
const { begin, taking, lent, detach, portHooks, portBinding } = require('./wire.js');
const { wellFormed } = require('./codec_tokens.js');

/** Longer texts are encoded here. */
const SHORT = 256;

/** What the addon encodes itself: what is no object, and short. */
function isPlain(value) {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'undefined': return true;
    case 'object': return value === null;
    case 'string': return value.length < SHORT && value.length * 4 < codec.limits.frame && wellFormed(value);
    default: return false;
  }
}

/** A clock that a test replaces is the program's: the runtime's own deadlines keep to the real one. */
const clock = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate, Date };

/** The names under which programs require what is here. */
const PUBLIC = { electron: 'electron', 'electron/main': 'electron', 'electron/common': 'electron', 'electron/renderer': 'electron_renderer', 'electron/utility': 'electron', 'original-fs': 'original_fs' };

const { execPath } = process;

/** The program that is a utility process: Node with `utility_child.js`. What it needs stands here, as its environment is the app's. */
function utilityCommand(addon, execArgv, file) {
  const text = `(function (require) {
  var addon = { exports: {} };
  process.dlopen(addon, ${JSON.stringify(addon)});
  var sources = addon.exports.sources();
  var names = ['native', 'sources', 'require', 'importDynamically', 'file'];
  require('vm').compileFunction(sources.node['load.js'], names, { filename: 'node:dipole/load.js' })(addon.exports, sources, require, function (name) { return import(name); }, ${JSON.stringify(addon)})('./utility_child.js');
})(require);`;
  // The last word is for whoever looks at the system's processes.
  return [execPath, ...execArgv, '-e', text, '--', file];
}

/**
 * A host. `native` is the addon, `sources` the texts of the modules, `options` what the addon's `start` takes; `driver` hears
 * of what the command line asked for; `uncaught` takes errors that nobody catches, `exit` ends the app.
 */
function createHost({ native, sources, options, driver, uncaught, exit }) {
  let hooks = null;
  const raw = {};

  // --- answers

  const never = new FinalizationRegistry(({ link, id, state }) => {
    if (state.open) native.reply(link, id, 'never-replied');
  });
  /** A function `(status, value) => boolean` that answers once; later calls do nothing. */
  function replier(link, id, state) {
    return (status, value) => {
      if (!state.open) return false;
      if (status === 'ok' && isPlain(value)) {
        native.answer(link, id, value);
        state.open = false;
        return true;
      }
      if (status === 'stream') {
        if (!native.replyStream(link, id, value('detach'))) return false;
        state.open = false;
        return true;
      }
      if (status === 'ok' || status === 'failed' || status === 'not-cloneable') {
        const encoded = codec.encode(value, 'result', null, true);
        // The encoding ran getters, which may have answered.
        if (!state.open) return false;
        native.reply(link, id, status, ...lent(encoded));
      } else {
        native.reply(link, id, status);
      }
      state.open = false;
      return true;
    };
  }
  function answered(link, id, run) {
    const state = { open: true };
    const reply = replier(link, id, state);
    try {
      run(reply);
    } finally {
      // When the last that could answer is collected, nobody will.
      if (state.open) never.register(reply, { link, id, state });
    }
  }

  // --- what the addon calls

  raw.system = (link, name, p) => taking(p, null, (args) => hooks.system(link, name, args));
  raw.send = (link, channel, p) => taking(p, null, (args) => hooks.send(link, channel, args));
  raw.sync = (link, channel, p, id) => taking(p, null, (args) => answered(link, id, (reply) => hooks.sync(link, channel, args, reply)));
  raw.invoke = (link, channel, p, id) => taking(p, null, (args) => answered(link, id, (reply) => hooks.invoke(link, channel, args, reply, id)));
  // The short way of both: the arguments are no objects, and channels have numbers.
  let names = null;
  raw.sent = (link, channel, ...args) => { hooks.send(link, names[channel], args); };
  raw.invoked = (link, channel, id, ...args) => {
    const state = { open: true };
    const reply = replier(link, id, state);
    try {
      hooks.invoke(link, names[channel], args, reply, id);
    } finally {
      if (state.open) never.register(reply, { link, id, state });
    }
  };
  const { adopt, ...ofPorts } = portHooks(() => hooks);
  Object.assign(raw, ofPorts);
  raw.post = (link, channel, p, ends) => {
    // Making ports runs no code of the program; the bytes are still there behind it.
    const ports = adopt(ends);
    return taking(p, ports, (message) => hooks.post(link, channel, message, ports));
  };
  const told = new Set();
  raw.output = (link, place, chunk) => {
    if (!told.has(`${link}:${place}`)) hooks.output(link, place, chunk);
    else if (chunk !== null) native.printed(link, place, chunk);
    else told.delete(`${link}:${place}`);
  };
  for (const name of ['linkReady', 'linkIdle', 'linkSilent', 'linkGone']) raw[name] = (...args) => { hooks[name](...args); };
  // A page asks for something that the app's own code has, or of a window: it is answered as a call is.
  raw.asked = (link, name, p, most, id) => taking(p, null, (args) => answered(link, id, (reply) => hooks.asked(link, name, args, most, reply)));
  raw.cancelled = (link, id) => { hooks.cancelled(link, id); };
  raw.hears = (link, verb, channel) => hooks.hears(link, verb, channel);
  raw.secondInstance = (p) => taking(p, null, (told) => hooks.secondInstance(told));
  raw.heard = (contents, channel, p) => taking(p, null, (args) => driver.heard(contents, channel, args));
  raw.print = driver.print ?? ((isError, text) => { (isError ? process.stderr : process.stdout).write(text); });
  raw.collect = () => collect();
  raw.failed = (text) => { driver.failed(text); };
  raw.trace = (...event) => { driver.trace(...event); };

  const calls = new Map();
  let lastCall = 0;
  raw.settled = (key, status, value) => {
    const callback = calls.get(key);
    calls.delete(key);
    if (callback === undefined) return undefined;
    if (status === 'gone' || status === 'bad-reply') callback(status, value);
    else if (value === undefined) callback(status, undefined);
    else {
      const bad = taking(value, null, (result) => callback(status, result));
      if (bad !== undefined) callback('bad-reply', bad);
    }
    return undefined;
  };
  const call = (name) => (link, channel, args, callback) => {
    const encoded = codec.encodeArgs(args, null, true);
    const key = (lastCall = (lastCall + 1) >>> 0);
    calls.set(key, callback);
    try {
      native[name](link, channel, key, ...lent(encoded));
    } catch (error) {
      calls.delete(key);
      throw error;
    }
  };

  let gc = null;
  function collect() {
    if (gc === null) {
      // With other options V8 would not take what it compiled.
      spoil();
      require('node:v8').setFlagsFromString('--expose-gc');
      gc = require('node:vm').runInNewContext('gc');
    }
    gc();
  }

  // --- what the modules call

  const binding = {
    install(given) { hooks = given; },
    ...portBinding,
    check(message) { codec.encode(message, 'message'); },
    send(link, channel, args) {
      if (native.isFull(link)) return false;
      return native.send(link, channel, ...lent(codec.encodeArgs(args, null, true)));
    },
    tell(link, name, args) { return native.tell(link, name, ...lent(codec.encodeArgs(args, null, true))); },
    invoke: call('invoke'),
    invokePage: call('invokePage'),
    post(link, channel, message, ports, holders) {
      const encoded = codec.encode(message, 'message', ports, true);
      native.post(link, channel, detach(holders), ...lent(encoded));
    },
    requestLock(folder, told) { return native.requestLock(folder, ...lent(codec.encode(told, 'additionalData'))); },
    fork(cwd, env, streams, execArgv, file) {
      // Where everything is told as JSON lines, so is what it writes to this process's streams.
      const kinds = options.json ? streams.map((kind) => (kind === 'inherit' ? 'pipe' : kind)) : streams;
      const link = native.fork(cwd, env ?? null, kinds, utilityCommand(options.addon, execArgv, file));
      kinds.forEach((kind, place) => {
        if (kind === streams[place]) return;
        told.add(`${link}:${place}`);
        native.readOutput(link, place, true);
      });
      return link;
    },
    done: (token, value) => driver.done(token, value),
    failed: (token, name, message) => driver.thrown(token, name, message),
    isWatched: () => driver.watched(),
    showsFile: (path) => driver.file(path),
    quitsFor(code) {
      native.quitsFor(code);
      driver.quitsFor(code);
    },
    acts() { native.acts(); },
    relaunch(args) { driver.relaunch(args); },
    // The short cuts of the built-in engine.
    setIpcMain() {}, setHandler() {}, reroute() {}, currentRequest() {},
  };
  for (const name of [
    'spawn', 'readOutput', 'closeOutput', 'release', 'mayRead', 'stop', 'resume', 'kill', 'pid', 'shows', 'stays', 'isCommandLine', 'mayOpen', 'isConfined',
    'asksForFiles', 'filePart', 'redirected', 'hasLock', 'releaseLock', 'setStay', 'setLoading', 'setLost', 'note', 'say', 'crashed', 'problem', 'shown', 'decodePicture',
    'encodePicture', 'obscure', 'reveal',
  ]) {
    binding[name] = (...args) => native[name](...args);
  }

  const environment = { ...process.env };
  const host = {
    isLoaded: (name) => loaded.has(name),
    native: { report: uncaught },
    exit,
    get webFetch() { return globalThis.fetch; },
    changedEnv: () => [...new Set([...Object.keys(environment), ...Object.keys(process.env)])]
      .filter((name) => environment[name] !== process.env[name]).map((name) => [name, process.env[name] ?? null]),
    defineLazies(target, names, enumerable, make) {
      for (const name of names) {
        Object.defineProperty(target, name, {
          get() {
            const value = make(name);
            Object.defineProperty(target, name, { value, writable: true, enumerable, configurable: true });
            return value;
          },
          set(value) { Object.defineProperty(target, name, { value, writable: true, enumerable, configurable: true }); },
          enumerable,
          configurable: true,
        });
      }
    },
  };

  // --- modules

  const loaded = new Map();
  const bindings = (name) => (name === 'dipole' ? binding : host);
  /** The value of one of Electron's modules. */
  function internal(name) {
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const file = PUBLIC[name] ?? name.replace(/^dipole\//, '');
    if (name !== file && loaded.has(file)) return loaded.get(file).exports;
    const text = sources.modules[file];
    if (text === undefined) throw new Error(`there is no module '${name}'`);
    const module = { exports: {} };
    loaded.set(name, module);
    loaded.set(file, module);
    const run = compile(text, ['exports', 'require', 'module', 'binding', ...Object.keys(clock)], `node:electron/${file}.js`);
    run.call(module.exports, module.exports, requireInternal, module, bindings, ...Object.values(clock));
    return module.exports;
  }
  function requireInternal(name) {
    if (name.startsWith('dipole/') || name in PUBLIC) return internal(name);
    if (name === 'internal/cjs') return { Module: require('node:module'), createRequire: require('node:module').createRequire };
    if (name === 'internal/instead') return { about: require('./advice.js').advice };
    if (name === 'internal/prompt') return require('./prompt.js');
    return require(name);
  }

  return {
    internal,
    hooks: () => hooks,
    /** Sets the modules up, then the addon: from here on renderers can be started. */
    start(known) {
      // The modules first: they install the hooks.
      internal('dipole/control').setUp(known);
      const started = native.start(raw, JSON.stringify(options));
      ({ names } = started);
      begin(started);
    },
  };
}

module.exports = { createHost, PUBLIC };
