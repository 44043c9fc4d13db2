'use strict';
// The `process` object.

const { native, hooks } = binding('host');
const host = binding('host');
const own = binding('process');
const EventEmitter = require('events');

const process = Object.create(Object.create(EventEmitter.prototype, {
  constructor: { value: function process() {}, writable: true, configurable: true },
}));
EventEmitter.call(process);
module.exports = process;

Object.defineProperty(process, Symbol.toStringTag, {
  value: 'process', writable: false, enumerable: false, configurable: true,
});

const info = own.info();
process.version = info.versions.node === undefined ? '' : `v${info.versions.node}`;
process.versions = Object.freeze(info.versions);
process.arch = info.arch;
process.platform = info.platform;
process.release = { name: 'node' };
process.title = info.title;
process.argv = info.argv;
process.execArgv = info.execArgv;
process.execPath = info.execPath;
process.pid = info.pid;
process.ppid = info.ppid;
process.argv0 = info.argv[0] ?? '';
process.debugPort = 9229;
process.features = { inspector: false, debug: false, uv: false, ipv6: false, tls: false };
process.config = { target_defaults: {}, variables: {} };
if (info.type !== undefined) process.type = info.type;
if (info.defaultApp) process.defaultApp = true;
if (info.resourcesPath !== undefined) process.resourcesPath = info.resourcesPath;

// The environment: values are strings, as in Node. Main's changes go to its children.
const changed = new Set();
host.changedEnv = () => Array.from(changed, (name) => [name, process.env[name] ?? null]);

process.env = new Proxy(Object.assign(Object.create(Object.prototype), info.env), {
  set(target, name, value) {
    if (typeof name === 'symbol' || typeof value === 'symbol') {
      throw new TypeError('Cannot convert a Symbol value to a string');
    }
    target[name] = String(value);
    changed.add(name);
    return true;
  },
  defineProperty(target, name, descriptor) {
    if ('value' in descriptor) descriptor = { ...descriptor, value: String(descriptor.value) };
    if (typeof name === 'string') changed.add(name);
    return Reflect.defineProperty(target, name, descriptor);
  },
  deleteProperty(target, name) {
    if (typeof name === 'string') changed.add(name);
    return Reflect.deleteProperty(target, name);
  },
});

process.cwd = function cwd() { return own.cwd(); };
process.chdir = function chdir(directory) {
  if (typeof directory !== 'string') {
    throw require('internal/errors').invalidArgType('directory', 'string', directory);
  }
  own.chdir(directory);
};
process.umask = function umask() { return 0o22; };
process.uptime = function uptime() { return own.uptime(); };
process.memoryUsage = function memoryUsage() { return own.memoryUsage(); };
process.memoryUsage.rss = function rss() { return own.memoryUsage().rss; };
process.cpuUsage = function cpuUsage() { return own.cpuUsage(); };
process.getuid = function getuid() { return info.uid; };
process.geteuid = process.getuid;
process.getgid = function getgid() { return info.gid; };
process.getegid = process.getgid;

process.hrtime = function hrtime(previous) {
  const now = own.hrtime();
  let seconds = Number(now / 1_000_000_000n);
  let nanos = Number(now % 1_000_000_000n);
  if (previous !== undefined) {
    if (!Array.isArray(previous)) {
      throw require('internal/errors').invalidArgType('time', 'Array', previous);
    }
    seconds -= previous[0];
    nanos -= previous[1];
    if (nanos < 0) {
      seconds -= 1;
      nanos += 1_000_000_000;
    }
  }
  return [seconds, nanos];
};
process.hrtime.bigint = function bigint() { return own.hrtime(); };

if (own.kill !== undefined) {
  process.kill = function kill(pid, signal = 'SIGTERM') {
    const { coded, invalidArgType } = require('internal/errors');
    if (typeof pid === 'symbol' || `${pid | 0}` !== `${pid}`) throw invalidArgType('pid', 'number', pid);
    const { signals } = require('os').constants;
    const number = typeof signal === 'number' ? signal : signals[signal];
    if (number === undefined) throw coded(TypeError, 'ERR_UNKNOWN_SIGNAL', `Unknown signal: ${signal}`, kill);
    const failed = own.kill(pid | 0, number | 0);
    if (failed === 0) return true;
    throw require('util')._errnoException(-failed, 'kill');
  };
}
process.binding = function binding(name) {
  throw new Error(`No such module: ${name}`);
};
process.abort = function abort() { own.raise(6); };

process.dlopen = function dlopen(module, filename) {
  if (typeof filename !== 'string') throw require('internal/errors').invalidArgType('filename', 'string', filename);
  const why = require('fs').existsSync(filename) ?
    'a native addon cannot be loaded: it is linked with Node.js and V8, which this program does not have: ' +
    require('internal/instead')() :
    'cannot open shared object file: No such file or directory. Besides, native addons cannot be loaded here: ' +
    require('internal/instead')();
  const error = new Error(`${filename}: ${why}`);
  error.code = 'ERR_DLOPEN_FAILED';
  throw error;
};

// --- streams -------------------------------------------------------------------------------------

function stream(fd) {
  const out = new EventEmitter();
  out.fd = fd;
  out.isTTY = own.isTerminal(fd) ? true : undefined;
  out.writable = true;
  out.columns = out.isTTY ? 80 : undefined;
  out.write = function write(chunk, encoding, callback) {
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = undefined;
    }
    if (typeof chunk === 'string') {
      if (encoding === undefined || encoding === 'utf8' || encoding === 'utf-8') own.writeText(fd, chunk);
      else own.writeBytes(fd, Buffer.from(chunk, encoding));
    } else if (ArrayBuffer.isView(chunk)) {
      own.writeBytes(fd, new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    } else {
      throw require('internal/errors').invalidArgType(
        'chunk', ['string', 'Buffer', 'TypedArray', 'DataView'], chunk);
    }
    if (typeof callback === 'function') process.nextTick(callback, null);
    return true;
  };
  out.end = function end(chunk, encoding, callback) {
    if (chunk !== undefined && typeof chunk !== 'function') out.write(chunk, encoding, callback);
    return out;
  };
  out.getColorDepth = () => 1;
  out.hasColors = () => false;
  return out;
}
host.defineLazy(process, 'stdout', true, () => stream(1));
host.defineLazy(process, 'stderr', true, () => stream(2));

host.defineLazies(process, [
  'crash', 'hang', 'getCreationTime', 'getHeapStatistics', 'getBlinkMemoryInfo', 'getProcessMemoryInfo',
  'getSystemMemoryInfo', 'getSystemVersion', 'getCPUUsage', 'setFdLimit', 'takeHeapSnapshot',
  'allowedNodeEnvironmentFlags', 'availableMemory', 'constrainedMemory', 'getActiveResourcesInfo', 'getBuiltinModule',
  'getgroups', 'initgroups', 'loadEnvFile', 'report', 'resourceUsage', 'setSourceMapsEnabled', 'setegid', 'seteuid',
  'setgid', 'setgroups', 'setuid', 'stdin',
], true, (name) => require('internal/process_more')[name]);

// --- nextTick ------------------------------------------------------------------------------------

const ticks = [];
let next = 0;

process.nextTick = function nextTick(callback, ...args) {
  if (typeof callback !== 'function') {
    throw require('internal/errors').invalidArgType('callback', 'function', callback);
  }
  if (exiting) return;
  if (ticks.length === 0) native.ticks();
  ticks.push(args.length === 0 ? callback : () => callback(...args));
};

host.ticks = function runTicks() {
  while (next < ticks.length) {
    const tick = ticks[next];
    ticks[next++] = undefined;
    if (next > 1000) {
      ticks.splice(0, next);
      next = 0;
    }
    try {
      tick();
    } catch (error) {
      native.report(error);
    }
  }
  ticks.length = next = 0;
};

// --- warnings ------------------------------------------------------------------------------------

process.emitWarning = function emitWarning(warning, type, code) {
  let detail;
  if (type !== null && typeof type === 'object') {
    ({ code, detail } = type);
    type = type.type;
  } else if (typeof type === 'function') {
    type = code = undefined;
  }
  if (typeof code === 'function') code = undefined;
  if (typeof warning === 'string') {
    const error = new Error(warning);
    error.name = String(type || 'Warning');
    if (code !== undefined) error.code = code;
    if (detail !== undefined) error.detail = detail;
    // Once more, because the stack begins with the name.
    Error.captureStackTrace(error, emitWarning);
    warning = error;
  } else if (!(warning instanceof Error)) {
    throw require('internal/errors').invalidArgType('warning', ['string', 'Error'], warning);
  }
  if (warning.name === 'DeprecationWarning') {
    if (process.noDeprecation) return;
    if (process.throwDeprecation) {
      process.nextTick(() => { throw warning; });
      return;
    }
  }
  process.nextTick(() => {
    printWarning(warning);
    process.emit('warning', warning);
  });
};

function printWarning(warning) {
  if (process.noWarnings || info.env.NODE_NO_WARNINGS === '1') return;
  const code = warning.code === undefined ? '' : `[${warning.code}] `;
  const trace = warning.name === 'DeprecationWarning' ? process.traceDeprecation : process.traceWarnings;
  const stacked = (process.traceWarnings || trace) && warning.stack;
  let text = `(${process.release.name}:${process.pid}) ${code}${stacked ? warning.stack : `${warning.name}: ${warning.message}`}`;
  if (typeof warning.detail === 'string') text += `\n${warning.detail}`;
  own.writeText(2, `${text}\n`);
}

// --- the end -------------------------------------------------------------------------------------

let exiting = false;
let exitCode;

// A text of digits stays one, but counts as its number.
Object.defineProperty(process, 'exitCode', {
  get() { return exitCode; },
  set(code) {
    if (code !== null && code !== undefined) {
      const number = typeof code === 'string' && code !== '' ? Number(code) : code;
      if (typeof number !== 'number' || (Number.isNaN(number) && typeof code === 'string')) {
        throw require('internal/errors').invalidArgType('code', 'number', code);
      }
      if (!Number.isInteger(number)) throw require('internal/errors').outOfRange('code', 'an integer', number);
    }
    exitCode = code;
  },
  enumerable: true,
  configurable: false,
});

process.exit = function exit(code) {
  if (code !== undefined) process.exitCode = code;
  native.exit(emitExit(0));
};
process.reallyExit = function reallyExit(code) { native.exit(Number(code) | 0); };

// Tells the listeners once; gives the code they leave.
function emitExit(code) {
  if (!exiting) {
    exiting = true;
    process._exiting = true;
    if (exitCode === undefined && code !== 0) exitCode = code;
    try {
      process.emit('exit', exitCode || 0);
    } catch (error) {
      // Node's code for it. Nothing runs any more that could take the error.
      native.report(error);
      exitCode = 1;
    }
  }
  return Number(exitCode) | 0;
}
hooks.exit = emitExit;

// --- uncaught ------------------------------------------------------------------------------------

let capture = null;

process.setUncaughtExceptionCaptureCallback = function setUncaughtExceptionCaptureCallback(callback) {
  capture = callback;
};
process.hasUncaughtExceptionCaptureCallback = function hasUncaughtExceptionCaptureCallback() {
  return capture !== null;
};

hooks.uncaught = function uncaught(error, origin) {
  // Of a rejection in its main process Electron warns, and no listener of errors hears.
  if (origin === 'unhandledRejection' && process.type === 'browser') return false;
  if (capture !== null) {
    capture(error);
    return true;
  }
  process.emit('uncaughtExceptionMonitor', error, origin);
  return process.emit('uncaughtException', error, origin);
};

hooks.rejection = function rejection(reason, promise) {
  return process.emit('unhandledRejection', reason, promise);
};

// Of what its listeners have heard of, or would have.
hooks.handled = function handled(promise) {
  process.emit('rejectionHandled', promise);
};
