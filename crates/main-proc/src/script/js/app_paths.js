'use strict';
// app.getPath and what belongs to it.

const path = require('path');
const info = require('dipole/info');

const home = process.env.HOME || '/';
const config = process.env.XDG_CONFIG_HOME || path.join(home, '.config');
const folders = {
  home: () => home,
  appData: () => config,
  userData: (name) => info.userData ?? path.join(paths.appData ?? config, name),
  sessionData: (name) => pathOf('userData', name),
  temp: () => process.env.TMPDIR || '/tmp',
  exe: () => process.execPath,
  module: () => process.execPath,
  assets: () => path.dirname(process.execPath),
  desktop: () => path.join(home, 'Desktop'),
  documents: () => path.join(home, 'Documents'),
  downloads: () => path.join(home, 'Downloads'),
  music: () => path.join(home, 'Music'),
  pictures: () => path.join(home, 'Pictures'),
  videos: () => path.join(home, 'Videos'),
  logs: (name) => path.join(pathOf('userData', name), 'logs'),
  crashDumps: (name) => path.join(pathOf('userData', name), 'Crashpad'),
};
const paths = {};

// Where that is, whether it is there or not.
function pathOf(name, appName) {
  if (typeof name !== 'string' || !Object.hasOwn(folders, name)) throw new Error(`Failed to get '${name}' path`);
  return paths[name] ?? folders[name](appName);
}

function getPath(name, appName) {
  const found = pathOf(name, appName);
  // A program keeps its files there from its first start on.
  if (MADE.includes(name)) make(found);
  return found;
}

const MADE = ['userData', 'sessionData', 'crashDumps'];
const made = new Set();

// Whoever writes there is told what is wrong with the folder.
function make(folder) {
  if (made.has(folder)) return;
  made.add(folder);
  try {
    require('fs').mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // As said.
  }
}

function setPath(name, value) {
  if (typeof name !== 'string' || !Object.hasOwn(folders, name)) throw new Error(`Failed to set path`);
  if (typeof value !== 'string' || !path.isAbsolute(value)) throw new Error('Path must be absolute');
  paths[name] = value;
}

function setLogsPath(value, appName) {
  const folder = value ?? getPath('logs', appName);
  if (!path.isAbsolute(folder)) throw new Error('Path must be absolute');
  require('fs').mkdirSync(folder, { recursive: true });
  paths.logs = folder;
}

module.exports = { getPath, pathOf, setPath, setLogsPath, make };
