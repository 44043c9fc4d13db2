'use strict';
// What Electron adds to `process`.

const fs = require('node:fs');

const ELECTRON = '40.0.0';
const CHROME = '144.0.7559.0';

function proc(name) {
  try {
    return fs.readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** A number behind a name in a file of /proc, in KiB. */
function kilobytes(file, name) {
  const match = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(proc(file));
  return match === null ? 0 : Number(match[1]);
}

const TICKS_A_SECOND = 100;
let asked = { cpu: 0, at: 0 };

const methods = {
  crash() { process.kill(process.pid, 'SIGABRT'); },
  hang() { for (;;); },
  getCreationTime() {
    const booted = /^btime (\d+)/m.exec(proc('stat'));
    const text = proc('self/stat');
    const started = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
    return booted === null ? null : (Number(booted[1]) + started / TICKS_A_SECOND) * 1000;
  },
  getHeapStatistics() {
    const heap = require('node:v8').getHeapStatistics();
    const kib = (bytes) => Math.ceil(bytes / 1024);
    return {
      totalHeapSize: kib(heap.total_heap_size), totalHeapSizeExecutable: kib(heap.total_heap_size_executable), totalPhysicalSize: kib(heap.total_physical_size),
      totalAvailableSize: kib(heap.total_available_size), usedHeapSize: kib(heap.used_heap_size), heapSizeLimit: kib(heap.heap_size_limit),
      mallocedMemory: kib(heap.malloced_memory), peakMallocedMemory: kib(heap.peak_malloced_memory), doesZapGarbage: heap.does_zap_garbage !== 0,
    };
  },
  // There is no Blink: of its memory nothing is in use.
  getBlinkMemoryInfo() { return { allocated: 0, total: 0 }; },
  async getProcessMemoryInfo() {
    const [resident, shared] = [kilobytes('self/status', 'VmRSS'), kilobytes('self/status', 'RssFile')];
    return { residentSet: resident, private: resident - shared, shared };
  },
  getSystemMemoryInfo() {
    const [total, free, swapTotal, swapFree] = ['MemTotal', 'MemFree', 'SwapTotal', 'SwapFree'].map((name) => kilobytes('meminfo', name));
    return { total, free, swapTotal, swapFree };
  },
  getSystemVersion() { return proc('sys/kernel/osrelease').trim(); },
  getCPUUsage() {
    const { user, system } = process.cpuUsage();
    const now = { cpu: (user + system) / 1e6, at: process.uptime() };
    const percent = (Math.max(now.cpu - asked.cpu, 0) / Math.max(now.at - asked.at, 1e-3)) * 100;
    asked = now;
    return { percentCPUUsage: percent, cumulativeCPUUsage: now.cpu, idleWakeupsPerSecond: 0 };
  },
  setFdLimit(maxDescriptors) {
    if (!Number.isInteger(maxDescriptors)) throw Object.assign(new TypeError('The "maxDescriptors" argument must be of type number'), { code: 'ERR_INVALID_ARG_TYPE' });
  },
  takeHeapSnapshot(file) {
    require('node:v8').writeHeapSnapshot(String(file));
    return true;
  },
  getIOCounters() { throw new Error('process.getIOCounters is there on Windows alone'); },
};

const hidden = new WeakMap();

/** What packages take of Electron's own bindings (@electron/remote does): values that belong to objects, and what a build has. */
const bindings = {
  electron_common_v8_util: {
    getHiddenValue: (object, key) => hidden.get(object)?.get(key),
    setHiddenValue(object, key, value) {
      if (!hidden.has(object)) hidden.set(object, new Map());
      hidden.get(object).set(key, value);
    },
    deleteHiddenValue(object, key) { hidden.get(object)?.delete(key); },
  },
  electron_common_features: {},
};

function install({ version, resourcesPath, type = 'browser' }) {
  const add = (name, value, enumerable = true) => Object.defineProperty(process, name, { value, writable: true, enumerable, configurable: true });
  add('versions', Object.freeze({ ...process.versions, electron: ELECTRON, chrome: CHROME, dipole: version }));
  add('type', type);
  if (type === 'browser') add('defaultApp', true);
  if (resourcesPath !== undefined && resourcesPath !== null) add('resourcesPath', resourcesPath);
  add('noAsar', false);
  const { _linkedBinding } = process;
  add('_linkedBinding', (name) => bindings[name] ?? Reflect.apply(_linkedBinding, process, [name]));
  for (const [name, method] of Object.entries(methods)) if (name !== 'getIOCounters') add(name, method);
}

module.exports = { install };
