'use strict';
// What a program that we start with `node -e` sees of that: nothing.

const Module = require('node:module');

/** This is no `node -e` to the program; `execArgv` are Node's options as it is to know them. */
function disguise(execArgv) {
  for (const name of Module.builtinModules) {
    const property = Object.getOwnPropertyDescriptor(globalThis, name);
    if (property?.get !== undefined && name !== 'crypto' && name !== 'process') delete globalThis[name];
  }
  for (const name of ['module', 'exports', 'require', '__filename', '__dirname']) delete globalThis[name];
  Reflect.deleteProperty(process, '_eval');
  process.execArgv = execArgv;
}

module.exports = { disguise };
