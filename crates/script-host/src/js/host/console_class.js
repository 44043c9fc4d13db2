'use strict';
// console.Console: a console over streams of the program's choice.

const { makeConsole, WARN } = require('internal/console');

function Console(options, ...rest) {
  if (new.target === undefined) return new Console(options, ...rest);
  if (typeof options?.write === 'function') options = { stdout: options, stderr: rest[0] };
  const { stdout, stderr = stdout } = options ?? {};
  for (const [name, stream] of Object.entries({ stdout, stderr })) {
    if (typeof stream?.write === 'function') continue;
    const { coded } = require('internal/errors');
    throw coded(TypeError, 'ERR_CONSOLE_WRITABLE_STREAM', `Console expects a writable stream instance for ${name}`);
  }
  Object.assign(this, makeConsole((level, text) => {
    (level >= WARN ? stderr : stdout).write(`${text}\n`);
  }));
}

Object.defineProperty(Console.prototype, Symbol.toStringTag, { value: 'console', configurable: true });

exports.Console = Console;
