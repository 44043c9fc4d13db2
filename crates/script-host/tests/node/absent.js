'use strict';
// Writes the table of the modules of Node.js that are not built in: what they export, by name and kind.
//
//   node tests/node/absent.js > src/js/node/absent.txt
//   node tests/node/absent.js TABLE > LATER_TABLE
//
// The second, with a later Node, adds the modules that the table lacks. The one that is there is Node 20's, with those of Node 24.
//
// A line is the name of a module and its exports in JSON: 0 is a function; [parent, methods, statics] a class; a text
// what another module exports (`module:name`) or is (`module:`); {v} a value, {s} a symbol, {r} a regular expression, {o} an
// object of such exports. The name `()` stands for the module itself where that is a function.

const fs = require('node:fs');
const { builtinModules, isBuiltin } = require('node:module');

const BUILT_IN = ['assert', 'assert/strict', 'buffer', 'console', 'constants', 'diagnostics_channel', 'events', 'fs',
  'fs/promises', 'module', 'os', 'path', 'path/posix', 'path/win32', 'process', 'punycode', 'querystring',
  'string_decoder', 'timers', 'timers/promises', 'url', 'util', 'util/types'];
// These have no name without the scheme.
const SCHEMED = ['node:sea', 'node:sqlite', 'node:test', 'node:test/reporters'].filter(isBuiltin);
// What the modules that are built in lack.
const LACKING = {
  assert: 'CallTracker',
  buffer: 'Blob resolveObjectURL File',
  events: 'EventEmitterAsyncResource',
  fs: 'fchown fchownSync fchmod fchmodSync futimes futimesSync lchmod ' +
    'lchmodSync lutimes lutimesSync openAsBlob readv readvSync statfs statfsSync writev writevSync ' +
    'ReadStream WriteStream FileReadStream FileWriteStream _toUnixTimestamp Dir',
  'fs/promises': 'statfs lchmod lutimes',
  os: 'getPriority setPriority',
  path: 'matchesGlob',
  timers: '_unrefActive active unenroll enroll',
  util: '_exceptionWithHostPort getSystemErrorMap transferableAbortSignal transferableAbortController ' +
    'parseEnv parseArgs MIMEType MIMEParams',
};
// Values of the process that the table is made in, or of things that only grow.
const CHANGING = {
  'tls.rootCertificates': [], 'cluster.workers': {}, 'cluster.settings': {},
  'worker_threads.resourceLimits': {}, 'async_hooks.asyncWrapProviders': {}, 'repl.builtinModules': [],
};

const absent = [...builtinModules.filter((name) => !BUILT_IN.includes(name) && !name.startsWith('node:')), ...SCHEMED];
// Names with an underscore are old ones of what others export.
absent.sort((a, b) => a.startsWith('_') - b.startsWith('_') || (a < b ? -1 : 1));

const known = new Map();

function methods(object, skipped) {
  return Object.entries(Object.getOwnPropertyDescriptors(object))
    .filter(([name, { value }]) => typeof value === 'function' && !skipped.includes(name)).map(([name]) => name);
}

// The nearest of the classes it extends that a module exports.
function parent(Class) {
  for (let at = Object.getPrototypeOf(Class.prototype ?? {}); at; at = Object.getPrototypeOf(at)) {
    const name = known.get(at.constructor);
    if (at.constructor !== Class && name !== undefined) return name;
  }
  return '';
}

function isClass(name, value) {
  return value.prototype !== undefined &&
    (Object.getOwnPropertyNames(value.prototype).length > 1 || /^[A-Z]/.test(name));
}

function describe(module, name, value) {
  if (`${module}.${name}` in CHANGING) return { v: CHANGING[`${module}.${name}`] };
  const place = known.get(value);
  if (place !== undefined && ![`${module}:${name}`, `${module}:`].includes(place)) return place;
  if (place === `${module}:` && name !== '()') return place;
  if (typeof value === 'symbol') return { s: value.description };
  if (value instanceof RegExp) return { r: value.source };
  if (typeof value === 'function') {
    if (!isClass(name, value)) return 0;
    const statics = methods(value, []).filter((key) => !/^[A-Z]/.test(key)).join(' ');
    return [parent(value), methods(value.prototype, ['constructor']).join(' '), statics];
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { v: value };
  // `globalAgent`: programs set its options.
  if (name === 'globalAgent') return { v: { defaultPort: value.defaultPort, protocol: value.protocol, options: {} } };
  const entries = Object.getPrototypeOf(value)?.constructor === Object || Object.getPrototypeOf(value) === null ?
    Object.entries(value) : methods(Object.getPrototypeOf(value), ['constructor']).map((key) => [key, value[key]]);
  if (!entries.some(([, one]) => typeof one === 'function' || typeof one === 'symbol')) return { v: value };
  return { o: Object.fromEntries(entries.map(([key, one]) => [key, describe(module, `${name}.${key}`, one)])) };
}

const load = (name) => require(`node:${name.replace('node:', '')}`);
const things = ['events', 'util', 'buffer', 'stream', ...absent];
const addWhole = (name) => known.has(load(name)) || known.set(load(name), `${name}:`);
things.filter((name) => !name.startsWith('_')).forEach(addWhole);
for (const name of things) {
  for (const [key, value] of Object.entries(load(name))) {
    const thing = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (thing && !known.has(value)) known.set(value, `${name}:${key}`);
  }
}

absent.forEach(addWhole);

function table() {
  const lines = [];
  for (const name of absent) {
    const exports = load(name);
    const whole = known.get(exports);
    if (whole !== `${name}:`) {
      lines.push(`${name} ${JSON.stringify(whole)}`);
      continue;
    }
    const own = typeof exports === 'function' ? { '()': describe(name, '()', exports) } : {};
    for (const [key, value] of Object.entries(exports)) {
      if (!(name === 'cluster' && key.startsWith('_'))) own[key] = describe(name, key, value);
    }
    lines.push(`${name} ${JSON.stringify(own)}`);
  }
  for (const [name, lacking] of Object.entries(LACKING)) {
    const own = lacking.split(' ').filter((key) => key in load(name)).map((key) => [key, describe(name, key, load(name)[key])]);
    lines.push(`${name} ${JSON.stringify(Object.fromEntries(own))}`);
  }
  return lines.join('\n');
}

/** A table with the modules that a later one has besides. */
function merged(earlier, later) {
  const nameOf = (line) => line.slice(0, line.indexOf(' '));
  const lines = earlier.trim().split('\n');
  const known = new Set(lines.map(nameOf));
  return [...lines, ...later.split('\n').filter((line) => !known.has(nameOf(line)))].join('\n');
}

exports.table = table;
if (require.main === module) console.log(process.argv.length > 2 ? merged(fs.readFileSync(process.argv[2], 'utf8'), table()) : table());
