'use strict';
// The path module, for both kinds of paths. The two differ in their separators and in what can
// stand before the first one.

const process = require('process');
const { defineLazy } = binding('host');
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
};

/** What each kind has besides its functions. */
function finish(path) {
  path.posix = posix;
  path._makeLong = path.toNamespacedPath;
  require('internal/lacking')(path, 'path', ['matchesGlob']);
  return path;
}

function makeWin32() {
  const win32 = require('internal/path_windows')({ fold, lastPart, extensionOf, baseName, format, parse });
  win32.win32 = win32;
  return finish(win32);
}

defineLazy(posix, 'win32', true, makeWin32);
finish(posix);

module.exports = process.platform === 'win32' ? posix.win32 : posix;
