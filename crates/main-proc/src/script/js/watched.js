'use strict';
// For `run --watch`: the files of main, and loading pages again.

const { fileURLToPath } = require('url');

const PART = /\.(?:m?js|cjs|css|svg)$/i;

function windows() {
  return require('dipole/window').BrowserWindow.getAllWindows().map((window) => window.webContents);
}

function fileOf(contents) {
  const url = contents.getURL();
  try {
    return url.startsWith('file:') ? fileURLToPath(url.replace(/[?#].*$/, '')) : undefined;
  } catch {
    return undefined;
  }
}

// What main has required.
exports.loaded = () => Object.keys(require('internal/cjs').Module._cache);

// The files that windows show, and their preload scripts.
exports.shown = () => windows().flatMap((contents) => [fileOf(contents), contents.getLastWebPreferences().preload])
  .filter((file) => typeof file === 'string');

exports.reload = (changed) => {
  const parts = changed.some((file) => PART.test(file));
  const reloaded = windows().filter((contents) => {
    const file = fileOf(contents);
    if (file === undefined) return false;
    const { preload } = contents.getLastWebPreferences();
    return parts || changed.includes(file) || changed.includes(preload);
  });
  for (const contents of reloaded) contents.reload();
  return reloaded.map((contents) => contents.id);
};
