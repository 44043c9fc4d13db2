'use strict';
// The modules of this folder, as the addon has them: the value of this script is the function that requires them.

const vm = require('node:vm');

// --- compiling

const NODE = process.version;
/** What V8 compiled in earlier processes, by the names of the scripts; and the scripts of this one. */
let saved = new Map();
const scripts = new Map();
let isComplete = true;
let isSpoilt = false;

/** The saved code: how long its list is, the list, `[[name, length], ...]`, and then what it lists. */
function unpack(bytes) {
  let at = 4 + bytes.readUInt32LE(0);
  return new Map(JSON.parse(bytes.toString('utf8', 4, at)).map(([name, length]) => [name, bytes.subarray(at, at += length)]));
}

function pack(all) {
  const list = Buffer.from(JSON.stringify([...all].map(([name, bytes]) => [name, bytes.length])));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(list.length);
  return Buffer.concat([length, list, ...all.values()]);
}

try {
  const bytes = native.savedCode(NODE);
  if (bytes !== null) saved = unpack(bytes);
} catch {
  // Without it everything is compiled.
}

/** A text as a function with these parameters. */
function compile(text, parameters, filename) {
  const head = `(function (${parameters.join(', ')}) {`;
  const name = `${filename}(${parameters.length})`;
  const script = new vm.Script(`${head}${text}\n})`, { filename, columnOffset: -head.length, cachedData: saved.get(name) });
  // Those of a V8 with other options are of no use.
  if (script.cachedDataRejected !== false) isComplete = false;
  scripts.set(name, script);
  return script.runInThisContext();
}

/** Saves what V8 has compiled by now, functions included, if there is more of it than was saved. */
function save() {
  if (isComplete || isSpoilt) return;
  isComplete = true;
  try {
    const compiled = [...scripts].map(([name, script]) => [name, script.createCachedData()]);
    native.saveCode(NODE, pack(new Map([...saved, ...compiled])));
  } catch {
    // The next process compiles everything, as this one has.
  }
}

// --- modules

const loaded = new Map();

function load(name) {
  if (!name.startsWith('./')) return require(name);
  const file = name.slice(2);
  const known = loaded.get(file);
  if (known !== undefined) return known.exports;
  const text = sources.node[file];
  if (text === undefined) throw new Error(`the addon has no '${file}': build it again`);
  const module = { exports: {} };
  loaded.set(file, module);
  const run = compile(text, ['exports', 'require', 'module'], `node:dipole/${file}`);
  run.call(module.exports, module.exports, load, module);
  return module.exports;
}

// What only the addon gives.
loaded.set('addon.js', { exports: { native, sources, importDynamically, file: typeof file === 'undefined' ? undefined : file } });
loaded.set('code.js', { exports: { compile, save, spoil() { isSpoilt = true; } } });

return load;
