'use strict';
// The console: formats as Node does and hands lines to the host.

const { native } = binding('host');
const { Object, Reflect, Map } = require('internal/intrinsics');
const DEBUG = 0, INFO = 1, WARN = 2, ERROR = 3;

// Text of the arguments; `util` is loaded only for what needs it.
function format(args) {
  const { length } = args;
  if (length === 1 && typeof args[0] === 'string') return args[0];
  let text = '';
  for (let i = 0; i < length; i++) {
    const part = simple(args[i]);
    if (part === undefined || (i === 0 && typeof part === 'string' && part.includes('%'))) {
      return formatAll(args);
    }
    text += i === 0 ? part : ` ${part}`;
  }
  return text;
}

// A page may have replaced what this is done with; its console never throws for that.
function formatAll(args) {
  try {
    return Reflect.apply(require('util').format, undefined, args);
  } catch (error) {
    if (!native.consoleLocation) throw error;
    let text = '';
    for (let i = 0; i < args.length; i++) text += `${i === 0 ? '' : ' '}${simple(args[i]) ?? `[${typeof args[i]}]`}`;
    return text;
  }
}

function simple(value) {
  switch (typeof value) {
    case 'string': return value;
    case 'number': return Object.is(value, -0) ? '-0' : `${value}`;
    case 'boolean':
    case 'undefined': return `${value}`;
    case 'bigint': return `${value}n`;
    default: return value === null ? 'null' : undefined;
  }
}

// A line of this process's console.
function send(level, text) {
  if (!native.consoleLocation) {
    native.write(level, text, '', 0);
    return;
  }
  const place = caller();
  native.write(level, text, place[0], place[1]);
}

// File and line of the first frame outside this file. A program that tampers with Error gets no place.
function caller() {
  try {
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = (_, sites) => sites;
    try {
      const sites = new Error().stack;
      for (let i = 0; i < sites.length; i++) {
        const site = sites[i];
        const file = site.getFileName();
        if (typeof file === 'string' && !site.isNative() && file !== 'node:internal/console') {
          return [file, site.getLineNumber()];
        }
      }
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
  } catch {
  }
  return ['', 0];
}

function duration(ms) {
  if (ms < 1000) return `${Number(ms.toFixed(3))}ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(3)}s`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = (seconds % 60).toFixed(3).padStart(6, '0');
  if (hours === 0) return `${minutes}:${rest} (m:ss.mmm)`;
  const whole = String(Math.floor(seconds % 60)).padStart(2, '0');
  return `${hours}:${String(minutes).padStart(2, '0')}:${whole} (h:mm:ss)`;
}

// A console whose lines go to `output`, with its level.
function makeConsole(output) {
  let indent = '';
  const counts = new Map();
  const timers = new Map();

  function write(level, text) {
    if (indent !== '') text = indent + text.replaceAll('\n', `\n${indent}`);
    output(level, text);
  }

  function elapsed(label, method) {
    const start = timers.get(label);
    if (start === undefined) {
      warn(`No such label '${label}' for console.${method}()`);
      return undefined;
    }
    return duration(native.now() - start);
  }

  function warn(message) {
    if (native.nodeGlobals) require('process').emitWarning(message);
    else write(WARN, message);
  }

  function timeLine(label, method, data) {
    label = `${label}`;
    const text = elapsed(label, method);
    if (text === undefined) return;
    write(INFO, data.length === 0 ? `${label}: ${text}` : `${label}: ${text} ${format(data)}`);
  }

  const console = {
    log(...args) { write(INFO, format(args)); },
    warn(...args) { write(WARN, format(args)); },
    dir(value, options) {
      write(INFO, require('util').inspect(value, { customInspect: false, ...options }));
    },
    time(label = 'default') {
      label = `${label}`;
      if (timers.has(label)) {
        warn(`Label '${label}' already exists for console.time()`);
        return;
      }
      timers.set(label, native.now());
    },
    timeEnd(label = 'default') {
      timeLine(label, 'timeEnd', []);
      timers.delete(`${label}`);
    },
    timeLog(label = 'default', ...data) { timeLine(label, 'timeLog', data); },
    trace(...args) {
      const error = new Error();
      error.name = 'Trace';
      error.message = format(args);
      const frames = String(error.stack).split('\n').slice(1)
        .filter((line) => !line.includes('(node:internal/console:'));
      const first = error.message === '' ? 'Trace' : `Trace: ${error.message}`;
      write(ERROR, [first, ...frames].join('\n'));
    },
    assert(condition, ...args) {
      if (condition) return;
      if (typeof args[0] === 'string') args[0] = `Assertion failed: ${args[0]}`;
      else args.unshift(args.length === 0 ? 'Assertion failed' : 'Assertion failed:');
      write(WARN, format(args));
    },
    clear() {},
    count(label = 'default') {
      label = `${label}`;
      const count = (counts.get(label) ?? 0) + 1;
      counts.set(label, count);
      write(INFO, `${label}: ${count}`);
    },
    countReset(label = 'default') {
      label = `${label}`;
      if (!counts.delete(label)) warn(`Count for '${label}' does not exist`);
    },
    group(...labels) {
      if (labels.length > 0) write(INFO, format(labels));
      indent += '  ';
    },
    groupEnd() { indent = indent.slice(2); },
    table(data, columns) {
      if (data === null || typeof data !== 'object') {
        write(INFO, format([data]));
        return;
      }
      write(INFO, require('internal/console_table')(data, columns));
    },
    debug(...args) { write(DEBUG, format(args)); },
    info(...args) { write(INFO, format(args)); },
    dirxml(...args) { write(INFO, format(args)); },
    error(...args) { write(ERROR, format(args)); },
    // For inspectors, of which there is none.
    profile() {},
    profileEnd() {},
    timeStamp() {},
  };
  console.groupCollapsed = console.group;
  return console;
}

const console = makeConsole(send);
Object.defineProperty(console, Symbol.toStringTag, {
  value: 'console', writable: false, enumerable: false, configurable: true,
});

if (native.nodeGlobals) {
  binding('host').defineLazy(console, 'Console', true, () => require('internal/console_class').Console);
}

module.exports = { console, makeConsole, WARN };
