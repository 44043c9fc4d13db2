'use strict';
// What main prints while whoever started it wants JSON on each line (docs/json-output.md): its console's lines and what it
// writes itself go through the addon, which writes them so.

const { format, inspect } = require('node:util');

const LEVELS = { debug: 'debug', trace: 'error', log: 'info', info: 'info', dir: 'info', warn: 'warning', error: 'error' };

/** Where the program has called its console: [file, line]. */
function caller(below) {
  const holder = {};
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 1;
  Error.prepareStackTrace = (_, sites) => sites[0];
  Error.captureStackTrace(holder, below);
  const site = holder.stack;
  Error.stackTraceLimit = stackTraceLimit;
  Error.prepareStackTrace = prepareStackTrace;
  const file = site?.getFileName?.();
  if (typeof file !== 'string' || file.startsWith('node:')) return [undefined, undefined];
  return [file.startsWith('file:') ? require('node:url').fileURLToPath(file) : file, site.getLineNumber()];
}

/** Sends main's output by the addon; the functions that write to the streams themselves. */
function install(native) {
  const real = {};
  for (const [isError, stream] of [[false, process.stdout], [true, process.stderr]]) {
    const write = stream.write.bind(stream);
    real[isError] = write;
    stream.write = function (chunk, encoding, callback) {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      native.written(isError, text);
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
  }
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name] = {
      [name](...args) {
        const [file, line] = caller(console[name]);
        let text = name === 'dir' ? inspect(args[0], { customInspect: false, ...args[1] }) : format(...args);
        if (name === 'trace') {
          const trace = { name: 'Trace', message: text };
          Error.captureStackTrace(trace, console.trace);
          text = trace.stack;
        }
        native.consoleLine(level, text, file, line);
      },
    }[name];
  }
  return (isError, text) => { real[isError](text); };
}

module.exports = { install };
