'use strict';
// The modules of this folder, as the addon has them: the value of this script is the function that requires them.

const vm = require('node:vm');

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
  const run = vm.compileFunction(text, ['exports', 'require', 'module'], { filename: `node:dipole/${file}` });
  run.call(module.exports, module.exports, load, module);
  return module.exports;
}

// What only the addon gives.
loaded.set('addon.js', { exports: { native, sources, importDynamically, file: typeof file === 'undefined' ? undefined : file } });

return load;
