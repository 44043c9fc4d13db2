'use strict';
// app.getAppMetrics(): what the system knows of each process of the app.

const fs = require('fs');
const os = require('os');
const native = binding('dipole');
const { kState, owners } = require('dipole/process_link');

// Of `/proc`: this many clock ticks are a second on every Linux.
const TICKS = 100;

// What was last seen of a process: its processor time in seconds, and when.
const before = new Map();

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function kilobytes(status, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
}

function metric(pid, type, extra) {
  const status = read(`/proc/${pid}/status`);
  // Behind the name, which may have spaces and brackets.
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const boot = Number(/^btime (\d+)$/m.exec(read('/proc/stat'))?.[1] ?? 0);
  const used = (Number(fields[11]) + Number(fields[12])) / TICKS || 0;
  const now = performance.now() / 1000;
  const last = before.get(pid);
  before.set(pid, { used, now });
  return {
    pid,
    type,
    creationTime: boot * 1000 + (Number(fields[19]) || 0) * (1000 / TICKS),
    cpu: {
      percentCPUUsage: last === undefined || now <= last.now ? 0 : ((used - last.used) / (now - last.now)) * (100 / os.cpus().length),
      idleWakeupsPerSecond: 0,
      cumulativeCPUUsage: used,
    },
    memory: { workingSetSize: kilobytes(status, 'VmRSS'), peakWorkingSetSize: kilobytes(status, 'VmHWM') },
    sandboxed: false,
    ...extra,
  };
}

// One entry for main and one for each other process.
function all() {
  const children = owners().filter((owner) => owner[kState].link !== 0).map((owner) => {
    const { link, name, preferences } = owner[kState];
    return preferences === undefined
      ? metric(native.pid(link), 'Utility', { name, serviceName: 'node.mojom.NodeService' })
      : metric(native.pid(link), 'Tab', { sandboxed: native.isConfined(link) });
  });
  const metrics = [metric(process.pid, 'Browser', {}), ...children];
  for (const pid of before.keys()) if (!metrics.some((one) => one.pid === pid)) before.delete(pid);
  return metrics;
}

module.exports = { all };
