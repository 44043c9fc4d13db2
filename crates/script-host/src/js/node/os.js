'use strict';
// The os module.

const process = require('process');

// What the system tells, where it does; else the environment is asked.
function told(name, fallback) {
  if (process.platform === 'linux') {
    try {
      return require('internal/os_linux')[name]();
    } catch {
      // Not readable here.
    }
  }
  return fallback();
}

const windows = process.platform === 'win32';
const TYPES = { linux: 'Linux', darwin: 'Darwin', win32: 'Windows_NT', freebsd: 'FreeBSD', openbsd: 'OpenBSD' };

const MACHINES = { x64: 'x86_64', arm64: process.platform === 'linux' ? 'aarch64' : 'arm64', ia32: 'i686' };

function unsupported(name) {
  return () => {
    throw require('internal/errors').coded(
      Error, 'ERR_METHOD_NOT_IMPLEMENTED', `os.${name}() is not supported here`, os[name]);
  };
}

function withoutSlash(path) {
  return path.length > 1 && /[\\/]$/.test(path) && !/^[a-zA-Z]:\\$/.test(path) ? path.slice(0, -1) : path;
}

const os = {
  arch: () => process.arch,
  availableParallelism: () => told('availableParallelism', () => 1),
  cpus() {
    const one = () => ({ model: 'unknown', speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } });
    return told('cpus', () => Array.from({ length: os.availableParallelism() }, one));
  },
  endianness: () => (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 'LE' : 'BE'),
  freemem: () => told('freemem', unsupported('freemem')),
  homedir: () => (windows ? process.env.USERPROFILE ?? 'C:\\' : process.env.HOME ?? '/'),
  hostname: () => told('hostname', () => process.env.HOSTNAME ?? process.env.COMPUTERNAME ?? 'localhost'),
  loadavg: () => told('loadavg', () => [0, 0, 0]),
  machine: () => MACHINES[process.arch] ?? process.arch,
  networkInterfaces: unsupported('networkInterfaces'),
  platform: () => process.platform,
  release: () => told('release', () => ''),
  tmpdir() {
    const { env } = process;
    if (!windows) return withoutSlash(env.TMPDIR || env.TMP || env.TEMP || '/tmp');
    return withoutSlash(env.TEMP || env.TMP || `${env.SystemRoot || env.windir}\\temp`);
  },
  totalmem: () => told('totalmem', unsupported('totalmem')),
  type: () => TYPES[process.platform] ?? process.platform,
  uptime: () => told('uptime', () => process.uptime()),
  userInfo() {
    const { env } = process;
    return Object.assign(Object.create(null), {
      uid: process.getuid?.() ?? -1,
      gid: process.getgid?.() ?? -1,
      username: told('username', () => env.USER ?? env.USERNAME ?? env.LOGNAME ?? ''),
      homedir: os.homedir(),
      shell: windows ? null : env.SHELL ?? null,
    });
  },
  version: () => told('version', () => ''),
  EOL: windows ? '\r\n' : '\n',
  devNull: windows ? '\\\\.\\nul' : '/dev/null',
};

Object.defineProperty(os, 'constants', {
  enumerable: true, configurable: true, get: () => require('internal/os_constants'),
});

module.exports = os;

require('internal/lacking')(os, 'os', ['getPriority', 'setPriority']);
