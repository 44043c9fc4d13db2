'use strict';
// What Linux tells about itself in /proc, and its users. Each function throws where that cannot be
// read.

const { readFileSync } = require('fs');

function read(path) {
  return readFileSync(`/proc/${path}`, 'latin1').trim();
}

function memory(name) {
  const line = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(read('meminfo'));
  return Number(line[1]) * 1024;
}

function fields(path) {
  return read(path).split(/\s+/).map(Number);
}

function cpus() {
  const info = read('cpuinfo');
  const models = [...info.matchAll(/^model name\s*: (.*)$/gm)].map((match) => match[1]);
  const speeds = [...info.matchAll(/^cpu MHz\s*: (.*)$/gm)].map((match) => Math.trunc(Number(match[1])));
  // A tick is a hundredth of a second.
  return [...read('stat').matchAll(/^cpu\d+ (.*)$/gm)].map((match, i) => {
    const [user, nice, sys, idle, , irq] = match[1].split(' ').map((ticks) => Number(ticks) * 10);
    return { model: models[i] ?? 'unknown', speed: speeds[i] ?? 0, times: { user, nice, sys, idle, irq } };
  });
}

function username() {
  const uid = String(require('process').getuid());
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  return users.find((user) => user[2] === uid)[0];
}

Object.assign(exports, {
  availableParallelism: () => cpus().length,
  cpus,
  freemem: () => memory('MemAvailable'),
  hostname: () => read('sys/kernel/hostname'),
  loadavg: () => fields('loadavg').slice(0, 3),
  release: () => read('sys/kernel/osrelease'),
  totalmem: () => memory('MemTotal'),
  username,
  uptime: () => fields('uptime')[0],
  version: () => read('sys/kernel/version'),
});
