'use strict';
// What a renderer's `process` has besides Node's.

const native = binding('renderer');
const process = require('process');

process.contextIsolated = native.isolated;
process.sandboxed = native.sandboxed;
process.isMainFrame = true;
process.crash = function crash() { native.crash(); };
process.abort = function abort() { native.crash(); };
process.hang = function hang() { native.hang(); };
process.getCreationTime = function getCreationTime() { return performance.timeOrigin; };
process.getProcessMemoryInfo = async function getProcessMemoryInfo() {
  const kilobytes = Math.round(process.memoryUsage().rss / 1024);
  return { residentSet: kilobytes, private: kilobytes, shared: 0 };
};

exports.process = process;
exports.emitLoaded = () => { process.emit('loaded'); };
exports.emitExit = () => { process.emit('exit', 0); };
