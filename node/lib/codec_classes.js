'use strict';
// The classes of what cannot be cloned, for the error that says so.

const types = require('node:util').types;

/** The class of a host object, as its prototype tells it. */
function hostLabel(v) {
  try {
    const { name } = v.constructor;
    if (typeof name === 'string' && name !== '' && name !== 'Object') return name;
  } catch {}
  return 'host object';
}

const OTHERS = [
  ['isPromise', 'Promise'], ['isWeakMap', 'WeakMap'], ['isWeakSet', 'WeakSet'], ['isSharedArrayBuffer', 'SharedArrayBuffer'], ['isExternal', 'host object'],
  ['isGeneratorObject', 'Generator'], ['isMapIterator', 'Map Iterator'], ['isSetIterator', 'Set Iterator'], ['isModuleNamespaceObject', 'module namespace'],
  ['isKeyObject', 'KeyObject'], ['isCryptoKey', 'CryptoKey'],
].filter(([is]) => is in types);

/** The class of what nobody can clone; `null` of an object that is one of the program's own classes. */
function otherClass(v) {
  for (const [is, name] of OTHERS) if (types[is](v)) return name;
  if (v instanceof WeakRef) return 'WeakRef';
  if (typeof MessagePort === 'function' && (v instanceof MessagePort || v instanceof MessageChannel)) return hostLabel(v);
  return null;
}

module.exports = { hostLabel, otherClass };
