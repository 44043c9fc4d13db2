'use strict';
// Finds and loads the addon: the native half of this package.

const fs = require('node:fs');
const path = require('node:path');

/** Where it may be: what the environment names, in this package, or where cargo has built it. */
function find() {
  const named = process.env.DIPOLE_ADDON;
  if (named) {
    if (!fs.existsSync(named)) throw new Error(`DIPOLE_ADDON is set to '${named}', which is not there. Correct it, or unset it`);
    return fs.realpathSync(named);
  }
  const built = ['release', 'debug'].map((kind) => path.join(__dirname, '../target', kind, 'libnode_host.so')).filter((file) => fs.existsSync(file));
  const newest = built.sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs)[0];
  const file = [path.join(__dirname, 'bin/dipole.node'), newest].find((place) => place !== undefined && fs.existsSync(place));
  if (file === undefined) throw new Error('dipole has no addon for this system: build it with `cargo build -p node-host -p main-proc`, or name it in DIPOLE_ADDON');
  return file;
}

const NEXT = 'Build it again with `cargo build -p node-host`, install the package again, or correct DIPOLE_ADDON';

let loaded = null;

/** The addon, and the function that requires the modules that it brings. */
function load(importDynamically) {
  if (loaded !== null) return loaded;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Error(`dipole needs Node 20.19 or later, and this is ${process.version}`);
  const file = find();
  const module = { exports: {} };
  try {
    process.dlopen(module, file);
  } catch (error) {
    throw new Error(`the addon '${file}' cannot be loaded by Node ${process.version}: ${error.message}. ${NEXT}`, { cause: error });
  }
  const native = module.exports;
  if (typeof native.version !== 'function' || typeof native.sources !== 'function') {
    throw new Error(`'${file}' is an addon, but not the one of this package. ${NEXT}`);
  }
  const { version } = require('./package.json');
  if (native.version() !== version) {
    throw new Error(`the addon '${file}' is of version ${native.version()}, and this package of version ${version}. ${NEXT}`);
  }
  const sources = native.sources();
  const { compileFunction } = require('node:vm');
  const run = compileFunction(sources.node['load.js'], ['native', 'sources', 'require', 'importDynamically', 'file'], { filename: 'node:dipole/load.js' });
  loaded = { file, native, sources, require: run(native, sources, require, importDynamically, file) };
  return loaded;
}

module.exports = { find, load };
