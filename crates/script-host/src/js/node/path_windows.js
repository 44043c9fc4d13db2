'use strict';
// Paths of Windows: made when they are first asked for, which few programs elsewhere do.

const process = require('process');
const { needString } = require('internal/errors');

/** Makes them of what both kinds of paths have in common. */
module.exports = function makeWin32({ fold, lastPart, extensionOf, baseName, format, parse }) {
  const isEither = (char) => char === '/' || char === '\\';

  /**
   * Splits off what stands before the parts: `{ device, rooted, length }`, where device is `C:`
   * or `\\server\share` and length is how much of the path both take.
   */
  function rootOf(path, folding = false) {
    if (/^[a-zA-Z]:/.test(path)) {
      const rooted = isEither(path[2]);
      return { device: path.slice(0, 2), rooted, length: rooted ? 3 : 2 };
    }
    // Only what folds parts treats `\\?\` as the root.
    const namespace = folding && /^[\\/]{2}([.?])[\\/](?=[^\\/])/.exec(path);
    if (namespace) return { device: `\\\\${namespace[1]}`, rooted: true, length: 4 };
    const share = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)([\\/]?)/.exec(path);
    if (share) {
      return { device: `\\\\${share[1]}\\${share[2]}`, rooted: true, length: share[0].length };
    }
    const rooted = isEither(path[0]);
    return { device: '', rooted, length: rooted ? 1 : 0 };
  }

  function currentOf(device) {
    const path = device === '' ? process.cwd() : (process.env[`=${device}`] ?? process.cwd());
    if (device !== '' && path.slice(0, 2).toLowerCase() !== device.toLowerCase() && path[2] === '\\') {
      return `${device}\\`;
    }
    return path;
  }

  const win32 = {
    resolve(...args) {
      let device = '';
      let tail = '';
      let rooted = false;
      for (let i = args.length - 1; i >= -1 && !(rooted && device !== ''); i--) {
        const path = i >= 0 ? args[i] : currentOf(device);
        if (i >= 0) needString(path, `paths[${i}]`);
        if (path === '') continue;
        const root = rootOf(path, true);
        if (root.device !== '') {
          if (device !== '' && device.toLowerCase() !== root.device.toLowerCase()) continue;
          device = device || root.device;
        }
        if (!rooted) {
          tail = `${path.slice(root.length)}\\${tail}`;
          rooted = root.rooted;
        }
      }
      const folded = fold(tail.split(/[\\/]/), rooted).join('\\');
      return `${device}${rooted ? '\\' : ''}${folded}` || '.';
    },

    normalize(path) {
      needString(path, 'path');
      if (path === '') return '.';
      const root = rootOf(path, true);
      const rest = path.slice(root.length);
      let folded = fold(rest.split(/[\\/]/), root.rooted).join('\\');
      if (folded === '' && !root.rooted) folded = '.';
      if (folded !== '' && isEither(path[path.length - 1]) && (rest !== '' || root.length === 0)) folded += '\\';
      // A relative path must not become one on a drive: `a\..\C:`.
      if (!root.rooted && root.device === '' && (/^[a-zA-Z]:/.test(folded) || /:(?:[\\/]|$)/.test(path))) {
        return `.\\${folded}`;
      }
      return `${root.device}${root.rooted ? '\\' : ''}${folded}`;
    },

    isAbsolute(path) {
      needString(path, 'path');
      return /^(?:[\\/]|[a-zA-Z]:[\\/])/.test(path);
    },

    join(...args) {
      for (const arg of args) needString(arg, 'path');
      const parts = args.filter((arg) => arg !== '');
      if (parts.length === 0) return '.';
      let joined = parts.join('\\');
      // Two separators at the start mean a server only when the first argument says so.
      if (!/^[\\/]{2}[^\\/]/.test(parts[0])) joined = joined.replace(/^[\\/]{2,}/, '\\');
      return win32.normalize(joined);
    },

    relative(from, to) {
      needString(from, 'from');
      needString(to, 'to');
      if (from === to) return '';
      const fullFrom = win32.resolve(from);
      const fullTo = win32.resolve(to);
      if (fullFrom.toLowerCase() === fullTo.toLowerCase()) return '';
      const a = fullFrom.split('\\').filter(Boolean);
      const b = fullTo.split('\\').filter(Boolean);
      let same = 0;
      while (same < a.length && same < b.length && a[same].toLowerCase() === b[same].toLowerCase()) same++;
      // Nothing leads from one drive or server to another.
      if (same === 0) return fullTo;
      return [...a.slice(same).fill('..'), ...b.slice(same)].join('\\');
    },

    toNamespacedPath(path) {
      if (typeof path !== 'string' || path === '') return path;
      const full = win32.resolve(path);
      if (/^\\\\[^?.]/.test(full)) return `\\\\?\\UNC\\${full.slice(2)}`;
      if (/^[a-zA-Z]:\\/.test(full)) return `\\\\?\\${full}`;
      return path;
    },

    dirname(path) {
      needString(path, 'path');
      if (path === '') return '.';
      const { length } = rootOf(path);
      const [start] = lastPart(path, length, isEither);
      if (start > length) return path.slice(0, start - 1);
      return length > 0 ? path.slice(0, length) : '.';
    },

    basename(path, suffix) {
      if (suffix !== undefined) needString(suffix, 'suffix');
      needString(path, 'path');
      return baseName(path, suffix, /^[a-zA-Z]:/.test(path) ? 2 : 0, isEither);
    },

    extname(path) {
      needString(path, 'path');
      return extensionOf(win32.basename(path));
    },

    format: format.bind(null, '\\'),

    parse(path) {
      needString(path, 'path');
      return parse(path, path.slice(0, rootOf(path).length), isEither);
    },

    sep: '\\',
    delimiter: ';',
  };

  return win32;
};
