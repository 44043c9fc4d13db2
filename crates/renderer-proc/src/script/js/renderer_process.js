'use strict';
// What a renderer's `process` has besides Node's.

const native = binding('renderer');
const process = require('process');

process.contextIsolated = native.isolated;
process.sandboxed = native.sandboxed;
process.isMainFrame = true;
process.contextId = `${process.pid}-1`;
process.crash = function crash() { native.crash(); };
process.abort = function abort() { native.crash(); };
process.hang = function hang() { native.hang(); };

// What packages take of Electron's own bindings: @electron/remote asks which context it is in.
if (!native.sandboxed) {
  process._linkedBinding = function _linkedBinding(name) {
    if (name === 'electron_common_features') return {};
    if (name !== 'electron_common_v8_util') throw new Error(`No such binding was linked: ${name}`);
    return { getHiddenValue: (object, key) => (key === 'contextId' ? process.contextId : undefined) };
  };
}

exports.process = process;
exports.emitLoaded = () => { process.emit('loaded'); };
// The code that a utility process leaves; a page leaves none.
exports.emitExit = () => {
  const code = () => (process.type === 'utility' ? Number(process.exitCode) | 0 : 0);
  process.emit('exit', code());
  return code();
};
