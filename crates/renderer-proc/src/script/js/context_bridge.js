'use strict';
// `contextBridge`.

const native = binding('renderer');
const toSource = Function.prototype.toString;
const { apply } = Reflect;
const PAGE = 0;

function needIsolation() {
  if (!native.isolated) throw new Error('contextBridge API can only be used when contextIsolation is enabled');
}

function needKey(key, index) {
  if (typeof key === 'string') return;
  throw new TypeError(`Error processing argument at index ${index}, conversion failure from ${describe(key)}`);
}

function describe(value) {
  return value !== null && typeof value === 'object' ? '#<Object>' : String(value);
}

module.exports = {
  exposeInMainWorld(key, api) {
    needIsolation();
    needKey(key, 0);
    require('internal/bridge').expose(PAGE, key, api);
  },

  exposeInIsolatedWorld(world, key, api) {
    needIsolation();
    if (!Number.isInteger(world)) {
      throw new TypeError(`Error processing argument at index 0, conversion failure from ${describe(world)}`);
    }
    needKey(key, 1);
    require('internal/bridge').expose(world, key, api);
  },

  executeInMainWorld(script) {
    needIsolation();
    if (script === null || typeof script !== 'object') throw new Error('Invalid script');
    const { func, args = [] } = script;
    if (typeof func !== 'function') throw new Error("Function 'func' is required in script");
    if (!Array.isArray(args)) throw new Error("'args' must be an array");
    let source;
    try {
      source = apply(toSource, func, []);
    } catch {
      throw new Error('Failed to serialize function');
    }
    return require('internal/bridge').execute(PAGE, source, args);
  },
};
