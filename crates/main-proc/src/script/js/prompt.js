'use strict';
// A prompt over the running app: code typed for main or for a page.

const { kState } = require('dipole/process_link');
const { defineLazies } = binding('host');

// As in Electron's own prompt, and in Node's: the modules by their names.
function open() {
  const info = require('dipole/info');
  const electron = require('electron');
  const { createRequire, Module } = require('internal/cjs');
  const missing = (names) => names.filter((name) => !(name in globalThis) && /^[A-Za-z_$][\w$]*$/.test(name));
  const required = createRequire(`${info.appPath}/REPL`);
  defineLazies(globalThis, missing(['require']), false, () => required);
  defineLazies(globalThis, missing(['electron']), false, () => electron);
  defineLazies(globalThis, missing(Object.getOwnPropertyNames(electron)), false, (name) => electron[name]);
  defineLazies(globalThis, missing(Module.builtinModules), false, (name) => required(name));
}

function contentsOf(id) {
  const contents = require('dipole/contents').webContents.fromId(id);
  if (contents === undefined) throw new Error(`there is no window with the number ${id}`);
  return contents;
}

// Asks the page at once: what is typed may be meant for one that is loading.
function ask(id, verb, ...args) {
  return new Promise((resolve, reject) => {
    contentsOf(id)[kState].asks.ask('prompt', [verb, ...args], resolve, reject);
  }).then((text) => {
    if (typeof text !== 'string') throw new Error('the page has sent something else than asked');
    return text;
  });
}

function run(id, code, colors) {
  // Colours of a page would be any escape sequences that it likes.
  return id === 0 ? require('internal/prompt').run(code, colors !== '') : ask(id, 'run', code);
}

function complete(id, text) {
  return id === 0 ? require('internal/prompt').complete(text) : ask(id, 'complete', text);
}

module.exports = { open, run, complete };
