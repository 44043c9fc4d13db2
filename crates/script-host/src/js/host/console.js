'use strict';
// The console: formats as Node does and hands lines to the host.

const { native } = binding('host');
const { Array: { isArray }, Error, Math, Object, Reflect, Map, String, Symbol, lists, originals, text } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const DEBUG = 0, INFO = 1, WARN = 2, ERROR = 3;

// Text of the arguments; `util` is loaded only for what needs it.
function format(args) {
  const { length } = args;
  if (length === 1 && typeof args[0] === 'string') return args[0];
  let line = '';
  for (let i = 0; i < length; i++) {
    const part = simple(args[i]);
    if (part === undefined || (i === 0 && texts.includes(part, '%'))) return formatAll(args);
    line += i === 0 ? part : ' ' + part;
  }
  return line;
}

// A page may have replaced what values are shown with; its console never throws for that.
function show(args, make) {
  try {
    return make();
  } catch (error) {
    if (!native.consoleLocation) throw error;
    return lists.join(lists.map(args, (one) => simple(one) ?? '[' + typeof one + ']'), ' ');
  }
}

const formatAll = (args) => show(args, () => Reflect.apply(require('util').format, undefined, args));

function simple(value) {
  switch (typeof value) {
    case 'string': return value;
    case 'number': return Object.is(value, -0) ? '-0' : text(value);
    case 'boolean':
    case 'undefined': return text(value);
    case 'bigint': return text(value) + 'n';
    default: return value === null ? 'null' : undefined;
  }
}

// A line of this process's console, and what it was made of.
function send(level, line, args) {
  if (!native.consoleLocation) {
    native.write(level, line, '', 0);
    return;
  }
  const place = caller();
  native.write(level, line, place[0], place[1], args === undefined ? undefined : plain(args, line));
}

// What Chromium has as the text of a message: the values as texts. Undefined where that is the line itself.
function plain(args, line) {
  let told = '';
  for (let i = 0; i < args.length; i++) told += (i === 0 ? '' : ' ') + plainText(args[i], 0);
  return told === line ? undefined : told;
}

// As V8's: lists are written within lists, to this depth and so many of their values, and other objects are not looked into.
const DEPTH = 16;
const MOST = 1000;
const LONGEST = 1 << 20;

function plainText(value, depth) {
  switch (typeof value) {
    case 'bigint': return text(value) + 'n';
    case 'symbol': return String(value);
    case 'function': break;
    case 'object':
      if (value === null) return 'null';
      break;
    default: return text(value);
  }
  // What a page gives its objects to be shown with may throw.
  try {
    if (isArray(value)) return depth < DEPTH ? plainList(value, depth + 1) : '';
    const kind = Reflect.apply(originals.kindOf, value, []);
    const tells = typeof value === 'function' || kind === '[object Error]' || kind === '[object Date]' || kind === '[object RegExp]';
    return tells ? text(value) : kind;
  } catch {
    return '[object]';
  }
}

function plainList(list, depth) {
  let told = '';
  for (let i = 0; i < list.length && i < MOST && told.length < LONGEST; i++) {
    const value = list[i];
    told += (i === 0 ? '' : ',') + (value === null || value === undefined ? '' : plainText(value, depth));
  }
  return told;
}

// File and line of the first frame outside the host's own scripts. A program that tampers with Error gets no place.
function caller() {
  try {
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = (_, sites) => sites;
    try {
      const sites = new Error().stack;
      for (let i = 0; i < sites.length; i++) {
        const site = sites[i];
        const file = site.getFileName();
        if (typeof file === 'string' && file !== '' && !site.isNative()) {
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
  if (ms < 1000) return text(Math.round(ms * 1000) / 1000) + 'ms';
  const all = Math.round(ms);
  const seconds = Math.floor(all / 1000);
  const thousandths = '.' + padded(all % 1000, 3);
  if (seconds < 60) return seconds + thousandths + 's';
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = padded(seconds % 60, 2);
  if (hours === 0) return minutes + ':' + rest + thousandths + ' (m:ss.mmm)';
  return hours + ':' + padded(minutes, 2) + ':' + rest + ' (h:mm:ss)';
}

function padded(number, length) {
  let digits = text(number);
  while (digits.length < length) digits = '0' + digits;
  return digits;
}

const LINE_END = /\n/g;
// A page's console is V8's inspector's, which has other texts and levels than Node's.
const OF_NODE = native.nodeGlobals;
const COUNTED = OF_NODE ? INFO : DEBUG;

// A console whose lines go to `output`, with its level.
function makeConsole(output) {
  let indent = '';
  const counts = new Map();
  const timers = new Map();

  function write(level, line, args) {
    output(level, indent === '' ? line : indent + texts.replace(line, LINE_END, '\n' + indent), args);
  }

  function elapsed(label, method) {
    const start = timers.get(label);
    if (start === undefined) {
      warn(OF_NODE ? "No such label '" + label + "' for console." + method + '()' : "Timer '" + label + "' does not exist");
      return undefined;
    }
    return duration(native.now() - start);
  }

  function warn(message) {
    if (OF_NODE) require('process').emitWarning(message);
    else write(WARN, message);
  }

  function timeLine(label, method, data, level) {
    const name = text(label);
    const time = elapsed(name, method);
    if (time === undefined) return;
    write(level, name + ': ' + time + (data.length === 0 ? '' : ' ' + format(data)));
  }

  const console = {
    log(...args) { write(INFO, format(args), args); },
    warn(...args) { write(WARN, format(args), args); },
    dir(value, options) {
      write(INFO, show([value], () => require('util').inspect(value, { customInspect: false, ...options })));
    },
    time(label = 'default') {
      const name = text(label);
      if (timers.has(name)) {
        warn(OF_NODE ? "Label '" + name + "' already exists for console.time()" : "Timer '" + name + "' already exists");
        return;
      }
      timers.set(name, native.now());
    },
    timeEnd(label = 'default') {
      timeLine(label, 'timeEnd', [], COUNTED);
      timers.delete(text(label));
    },
    timeLog(label = 'default', ...data) { timeLine(label, 'timeLog', data, INFO); },
    trace(...args) {
      const error = new Error();
      error.name = 'Trace';
      error.message = format(args);
      const lines = texts.split(String(error.stack), '\n');
      const frames = lists.filter(lines, (line, at) => at > 0 && !texts.includes(line, '(node:internal/console:'));
      const first = error.message === '' ? 'Trace' : 'Trace: ' + error.message;
      const line = lists.join(lists.joined([first], frames), '\n');
      if (OF_NODE) write(ERROR, line);
      else write(INFO, line, args.length === 0 ? ['console.trace'] : args);
    },
    assert(condition, ...args) {
      if (condition) return;
      const given = lists.joined([], args);
      let told = args;
      if (typeof args[0] === 'string') told[0] = 'Assertion failed: ' + args[0];
      else told = lists.joined([args.length === 0 ? 'Assertion failed' : 'Assertion failed:'], args);
      write(ERROR, format(told), args.length === 0 ? ['console.assert'] : given);
    },
    clear() {},
    count(label = 'default') {
      const name = text(label);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      write(COUNTED, name + ': ' + count);
    },
    countReset(label = 'default') {
      const name = text(label);
      if (!counts.delete(name)) warn("Count for '" + name + "' does not exist");
    },
    group(...labels) {
      if (labels.length > 0) write(INFO, format(labels));
      indent += '  ';
    },
    groupEnd() { indent = texts.slice(indent, 2); },
    table(data, columns) {
      if (data === null || typeof data !== 'object') {
        write(INFO, format([data]));
        return;
      }
      write(INFO, show([data], () => require('internal/console_table')(data, columns)));
    },
    debug(...args) { write(DEBUG, format(args), args); },
    info(...args) { write(INFO, format(args), args); },
    dirxml(...args) { write(INFO, format(args), args); },
    error(...args) { write(ERROR, format(args), args); },
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

if (OF_NODE) {
  binding('host').defineLazy(console, 'Console', true, () => require('internal/console_class').Console);
}

module.exports = { console, makeConsole, WARN };
