'use strict';
// What `process` has that few programs ask for: numbers of the system, and what Electron adds.

const own = binding('process');
const process = require('process');
const unsupported = (...names) => require('internal/absent').unsupported(...names);

// A number behind a name in a file of /proc, in KiB.
function kilobytes(file, name) {
  const match = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(own.proc(file));
  return match === null ? 0 : Number(match[1]);
}

// The fields of /proc/self/stat behind the name of the program, which may have anything in it.
function stat() {
  const text = own.proc('self/stat');
  return text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
}

// The kernel counts in these.
const TICKS_A_SECOND = 100;

// --- Electron's ----------------------------------------------------------------------------------

exports.crash = function crash() { own.raise(11); };

exports.hang = function hang() { for (;;); };

exports.getCreationTime = function getCreationTime() {
  const booted = /^btime (\d+)/m.exec(own.proc('stat'));
  return booted === null ? null : (Number(booted[1]) + stat()[19] / TICKS_A_SECOND) * 1000;
};

exports.getHeapStatistics = function getHeapStatistics() {
  const { heapUsed } = own.memoryUsage();
  const used = Math.ceil(heapUsed / 1024);
  return {
    totalHeapSize: used,
    totalHeapSizeExecutable: 0,
    totalPhysicalSize: used,
    totalAvailableSize: kilobytes('meminfo', 'MemAvailable'),
    usedHeapSize: used,
    heapSizeLimit: kilobytes('meminfo', 'MemTotal'),
    mallocedMemory: used,
    peakMallocedMemory: used,
    doesZapGarbage: false,
  };
};

// There is no Blink: of its memory nothing is in use.
exports.getBlinkMemoryInfo = function getBlinkMemoryInfo() { return { allocated: 0, total: 0 }; };

exports.getProcessMemoryInfo = async function getProcessMemoryInfo() {
  const [resident, shared] = [kilobytes('self/status', 'VmRSS'), kilobytes('self/status', 'RssFile')];
  return { residentSet: resident, private: resident - shared, shared };
};

exports.getSystemMemoryInfo = function getSystemMemoryInfo() {
  const [total, free, swapTotal, swapFree] =
    ['MemTotal', 'MemFree', 'SwapTotal', 'SwapFree'].map((name) => kilobytes('meminfo', name));
  return { total, free, swapTotal, swapFree };
};

exports.getSystemVersion = function getSystemVersion() { return own.proc('sys/kernel/osrelease').trim(); };

let asked = { cpu: 0, at: 0 };

exports.getCPUUsage = function getCPUUsage() {
  const { user, system } = own.cpuUsage();
  const now = { cpu: (user + system) / 1e6, at: own.uptime() };
  const passed = Math.max(now.at - asked.at, 1e-3);
  const percent = Math.max(now.cpu - asked.cpu, 0) / passed * 100;
  asked = now;
  return { percentCPUUsage: percent, cumulativeCPUUsage: now.cpu, idleWakeupsPerSecond: 0 };
};

exports.setFdLimit = function setFdLimit(maxDescriptors) {
  if (!Number.isInteger(maxDescriptors)) {
    throw require('internal/errors').invalidArgType('maxDescriptors', 'number', maxDescriptors);
  }
  own.setFdLimit(maxDescriptors);
};

exports.takeHeapSnapshot = function takeHeapSnapshot() { throw unsupported('process', 'takeHeapSnapshot'); };

// --- Node's --------------------------------------------------------------------------------------

exports.resourceUsage = function resourceUsage() {
  const { user, system } = own.cpuUsage();
  const fields = stat();
  return {
    userCPUTime: user, systemCPUTime: system, maxRSS: kilobytes('self/status', 'VmHWM'),
    sharedMemorySize: 0, unsharedDataSize: 0, unsharedStackSize: 0,
    minorPageFault: fields[7], majorPageFault: fields[9], swappedOut: 0, fsRead: 0, fsWrite: 0,
    ipcSent: 0, ipcReceived: 0, signalsCount: 0,
    voluntaryContextSwitches: kilobytes('self/status', 'voluntary_ctxt_switches'),
    involuntaryContextSwitches: kilobytes('self/status', 'nonvoluntary_ctxt_switches'),
  };
};

exports.availableMemory = function availableMemory() { return kilobytes('meminfo', 'MemAvailable') * 1024; };
exports.constrainedMemory = function constrainedMemory() { return 0; };
exports.getActiveResourcesInfo = function getActiveResourcesInfo() { return []; };
exports.getgroups = function getgroups() {
  const match = /^Groups:\s*(.*)$/m.exec(own.proc('self/status'));
  return match === null || match[1].trim() === '' ? [] : match[1].trim().split(/\s+/).map(Number);
};

exports.getBuiltinModule = function getBuiltinModule(id) {
  if (typeof id !== 'string') throw require('internal/errors').invalidArgType('id', 'string', id);
  return binding('host').userBuiltin(id)?.exports;
};

exports.allowedNodeEnvironmentFlags = new Set();
exports.setSourceMapsEnabled = function setSourceMapsEnabled() {};

for (const name of ['initgroups', 'loadEnvFile', 'setegid', 'seteuid', 'setgid', 'setgroups', 'setuid']) {
  exports[name] = { [name]() { throw unsupported('process', name); } }[name];
}

exports.report = Object.fromEntries(['getReport', 'writeReport'].map(
  (name) => [name, () => { throw unsupported('process', `report.${name}`); }]));

exports.stdin = (() => {
  const EventEmitter = require('events');
  const input = new EventEmitter();
  const refuse = (name) => function() { throw unsupported('process', `stdin.${name}`); };
  const nothing = () => input;
  Object.assign(input, {
    fd: 0, isTTY: own.isTerminal(0) || undefined, readable: false,
    pause: nothing, ref: nothing, unref: nothing, setEncoding: nothing, end: nothing, destroy: nothing,
  });
  for (const name of ['read', 'resume', 'pipe', 'setRawMode', Symbol.asyncIterator]) input[name] = refuse(String(name));
  input.on('newListener', (name) => {
    if (name === 'data' || name === 'readable') refuse(`on('${name}')`)();
  });
  return input;
})();
