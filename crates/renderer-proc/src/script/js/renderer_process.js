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

exports.process = process;
exports.emitLoaded = () => { process.emit('loaded'); };
exports.emitExit = () => { process.emit('exit', 0); };
