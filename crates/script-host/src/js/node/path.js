'use strict';
// The path module, for both kinds of paths. The two differ in their separators and in what can
// stand before the first one.

const process = require('process');
const { needObject, needString } = require('internal/errors');

/** Drops `.` and empty parts and applies `..`, which may lead out of a relative path. */
function fold(parts, rooted) {
  const kept = [];
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept[kept.length - 1] !== '..') kept.pop();
    else if (!rooted) kept.push('..');
  }
  return kept;
}

/** Where the last part of `path` is: `[start, end]`, not counting separators at the end. */
function lastPart(path, from, isSep) {
  let end = path.length;
  while (end > from && isSep(path[end - 1])) end--;
  let start = end;
  while (start > from && !isSep(path[start - 1])) start--;
  return [start, end];
}

function extensionOf(base) {
  const dot = base.lastIndexOf('.');
  return dot <= 0 || base === '..' ? '' : base.slice(dot);
}

function baseName(path, suffix, from, isSep) {
  const [start, end] = lastPart(path, from, isSep);
  const base = path.slice(start, end);
  if (suffix === undefined || suffix === '') return base;
  // A path that is only the suffix has no name; a name that is only the suffix stays.
  if (suffix === path) return '';
  return base.endsWith(suffix) && base !== suffix ? base.slice(0, -suffix.length) : base;
}

function format(sep, pathObject) {
  needObject(pathObject, 'pathObject');
  const dir = pathObject.dir || pathObject.root;
  const ext = pathObject.ext ? `${pathObject.ext[0] === '.' ? '' : '.'}${pathObject.ext}` : '';
  const base = pathObject.base || `${pathObject.name || ''}${ext}`;
  if (!dir) return base;
  return dir === pathObject.root ? `${dir}${base}` : `${dir}${sep}${base}`;
}

function parse(path, root, isSep) {
  const result = { root, dir: '', base: '', ext: '', name: '' };
  const [start, end] = lastPart(path, root.length, isSep);
  result.base = path.slice(start, end);
  result.ext = extensionOf(result.base);
  result.name = result.base.slice(0, result.base.length - result.ext.length);
  result.dir = start > root.length ? path.slice(0, start - 1) : root;
  return result;
}

// --- POSIX ---

const isSlash = (char) => char === '/';

const posix = {
  resolve(...args) {
    let resolved = '';
    for (let i = args.length - 1; i >= -1 && resolved[0] !== '/'; i--) {
      const path = i >= 0 ? args[i] : process.cwd();
      if (i >= 0) needString(path, `paths[${i}]`);
      if (path !== '') resolved = resolved === '' ? path : `${path}/${resolved}`;
    }
    const rooted = resolved[0] === '/';
    const folded = fold(resolved.split('/'), rooted).join('/');
    return rooted ? `/${folded}` : folded || '.';
  },

  normalize(path) {
    needString(path, 'path');
    if (path === '') return '.';
    const rooted = path[0] === '/';
    const folded = fold(path.split('/'), rooted).join('/');
    if (folded === '') return rooted ? '/' : path.endsWith('/') ? './' : '.';
    return `${rooted ? '/' : ''}${folded}${path.endsWith('/') ? '/' : ''}`;
  },

  isAbsolute(path) {
    needString(path, 'path');
    return path[0] === '/';
  },

  join(...args) {
    for (const arg of args) needString(arg, 'path');
    return posix.normalize(args.filter((arg) => arg !== '').join('/'));
  },

  relative(from, to) {
    needString(from, 'from');
    needString(to, 'to');
    if (from === to) return '';
    const a = posix.resolve(from).split('/').filter(Boolean);
    const b = posix.resolve(to).split('/').filter(Boolean);
    let same = 0;
    while (same < a.length && same < b.length && a[same] === b[same]) same++;
    return [...a.slice(same).fill('..'), ...b.slice(same)].join('/');
  },

  toNamespacedPath(path) {
    return path;
  },

  dirname(path) {
    needString(path, 'path');
    if (path === '') return '.';
    const [start] = lastPart(path, 0, isSlash);
    if (start === 0) return path[0] === '/' ? '/' : '.';
    // Only one separator is dropped, except at the very start: `//a` is in `//`.
    const dir = path.slice(0, start - 1);
    return dir === '' ? '/' : start === 2 && path[0] === '/' ? '//' : dir;
  },

  basename(path, suffix) {
    if (suffix !== undefined) needString(suffix, 'suffix');
    needString(path, 'path');
    return baseName(path, suffix, 0, isSlash);
  },

  extname(path) {
    needString(path, 'path');
    return extensionOf(baseName(path, undefined, 0, isSlash));
  },

  format: format.bind(null, '/'),

  parse(path) {
    needString(path, 'path');
    return parse(path, path[0] === '/' ? '/' : '', isSlash);
  },

  sep: '/',
  delimiter: ':',
  win32: null,
  posix: null,
};

// --- Windows ---

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
  win32: null,
  posix: null,
};

posix.win32 = win32.win32 = win32;
posix.posix = win32.posix = posix;

module.exports = process.platform === 'win32' ? win32 : posix;

for (const path of [posix, win32]) {
  path._makeLong = path.toNamespacedPath;
  require('internal/lacking')(path, 'path', ['matchesGlob']);
}
