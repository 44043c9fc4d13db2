'use strict';
// For `run --watch`: the files of main, and loading pages again.

const { fileURLToPath } = require('url');
const native = binding('dipole');

const PART = /\.(?:m?js|cjs|css|svg)$/i;

function windows() {
  return require('dipole/window').BrowserWindow.getAllWindows().map((window) => window.webContents);
}

function fileOf(url) {
  try {
    return url.startsWith('file:') ? fileURLToPath(url.replace(/[?#].*$/, '')) : undefined;
  } catch {
    return undefined;
  }
}

// What main has required.
exports.loaded = () => Object.keys(require('internal/cjs').Module._cache);

// A page is about to be loaded.
exports.loads = (url, preload) => {
  for (const file of [fileOf(url), preload]) if (typeof file === 'string') native.showsFile(file);
};

exports.reload = (changed) => {
  const parts = changed.some((file) => PART.test(file));
  const reloaded = windows().filter((contents) => {
    const file = fileOf(contents.getURL());
    if (file === undefined) return false;
    const { preload } = contents.getLastWebPreferences();
    return parts || changed.includes(file) || changed.includes(preload);
  });
  for (const contents of reloaded) contents.reload();
  return reloaded.map((contents) => contents.id);
};
