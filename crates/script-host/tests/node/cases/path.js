'use strict';
const path = require('path');
const { posix, win32 } = path;

const UNIX = [
  '', '.', '..', '/', '//', '///', 'a', '/a', 'a/', '/a/', 'a/b', '/a/b', '/a/b/', 'a//b', '//a', '//a/b', './a', '../a', 'a/..', 'a/../..', '/../a', 'a/./b', './', '../', 'a/b/../../..', '/a/b/../../../c/',
  'file.txt', '.bashrc', '.bashrc.bak', 'a.b.c', 'a.', 'a..', '...', '/a/.b', '/a/b.c/', '/a.b/c', '.a.', 'a/.b.c', ' a ', 'a\\b', '/x/y.tar.gz', 'a/b//', '////a////', '../../..', '..a', 'a/..b', './..', '.../a', 'a/...', '/a//b//c',
];
const DOS = [
  '', '.', '..', '/', '\\', '\\\\', 'C:', 'c:\\', 'C:/', 'C:a', 'C:..', 'C:\\a', 'C:\\a\\b\\', 'C:/a/../b', 'C:\\..', 'a\\b', 'a/b', 'a\\..\\b', '\\a\\b', '\\\\srv\\share', '\\\\srv\\share\\', '\\\\srv\\share\\a\\b', '//srv/share/a', '\\\\srv', 'a\\', 'file.txt', 'C:\\a.b\\c.d', 'C:\\a\\.b',
  '..\\a', 'a\\.\\b', 'a\\\\b', 'C:.', 'C:.\\a', 'c:file.ext', '/a/b', '\\\\?\\C:\\a',
];
const both = (f, list) => list.map((p) => f(p));

module.exports = [
  ...['normalize', 'dirname', 'basename', 'extname', 'parse', 'isAbsolute'].flatMap((name) => [
    ...UNIX.map((p) => () => [name, p, posix[name](p)]),
    ...DOS.map((p) => () => [name, p, win32[name](p)]),
  ]),
  ...UNIX.map((p) => () => posix.format(posix.parse(p))), ...DOS.map((p) => () => win32.format(win32.parse(p))),
  ...UNIX.map((p) => () => both((q) => posix.join(p, q), UNIX)), ...UNIX.map((p) => () => both((q) => posix.resolve('/root', p, q), UNIX)), ...UNIX.map((p) => () => both((q) => posix.relative(`/r/${p}`, `/r/${q}`), UNIX)),
  ...DOS.map((p) => () => both((q) => [p, q, win32.join(p, q)], DOS)), ...DOS.map((p) => () => both((q) => [p, q, win32.resolve('C:\\root', p, q)], DOS)), ...DOS.map((p) => () => both((q) => [p, q, win32.relative(`E:\\r\\${p}`, `E:\\r\\${q}`)], DOS)),
  () => posix.basename('/a/b.txt', '.txt'), () => posix.basename('b.txt', 'b.txt'), () => posix.basename('/a/b.txt', 'b.txt'), () => posix.basename('a/b.txt/', '.txt'), () => posix.basename('aaa', 'a'), () => posix.basename('a.txt', 'xxxxxxxx'), () => posix.basename('.js', '.js'), () => posix.basename('/.js', '.js'), () => posix.basename('bb', 'b'), () => win32.basename('C:\\a\\b.html', '.html'), () => win32.basename('C:b.html', '.html'),
  () => posix.format({ dir: '/a', base: 'b' }), () => posix.format({ root: '/', base: 'b' }), () => posix.format({ root: '/', dir: '/', name: 'f', ext: 'txt' }), () => posix.format({ name: 'f', ext: '.txt' }), () => posix.format({}), () => win32.format({ dir: 'C:\\a', base: 'b' }), () => posix.format(null), () => posix.format('x'),
  () => posix.join(), () => posix.resolve('/'), () => posix.join('a', 5), () => posix.normalize(null), () => posix.resolve({}), () => posix.dirname(), () => posix.basename('a', 5), () => win32.parse(undefined), () => posix.isAbsolute(3n), () => posix.relative('/a/b', '/a/b/c'), () => posix.relative('/a/bc', '/a/b'), () => posix.relative('/', '/a'), () => posix.relative('/a', '/'), () => win32.relative('C:\\a', 'D:\\b'), () => win32.relative('C:\\A\\b', 'c:\\a\\c'), () => win32.toNamespacedPath('C:\\a'), () => win32.toNamespacedPath('\\\\s\\h\\a'), () => posix.toNamespacedPath('/a'),
  () => [path.sep, path.delimiter, path.posix === path, path.win32.sep, path.win32.delimiter, path.posix.posix === path.posix, require('path/posix') === path.posix, require('path/win32') === path.win32], () => posix.resolve() === process.cwd(), () => posix.resolve('a') === `${process.cwd()}/a`,
];
