'use strict';
// What `stat` and `readdir` tell of a file.

const { constants } = require('internal/fs_constants');

const FIELDS = ['dev', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'blksize', 'ino', 'size', 'blocks',
  'atimeMs', 'mtimeMs', 'ctimeMs', 'birthtimeMs'];
const KINDS = [
  ['isDirectory', constants.S_IFDIR, constants.UV_DIRENT_DIR],
  ['isFile', constants.S_IFREG, constants.UV_DIRENT_FILE],
  ['isBlockDevice', constants.S_IFBLK, constants.UV_DIRENT_BLOCK],
  ['isCharacterDevice', constants.S_IFCHR, constants.UV_DIRENT_CHAR],
  ['isSymbolicLink', constants.S_IFLNK, constants.UV_DIRENT_LINK],
  ['isFIFO', constants.S_IFIFO, constants.UV_DIRENT_FIFO],
  ['isSocket', constants.S_IFSOCK, constants.UV_DIRENT_SOCKET],
];

class Stats {
  constructor(numbers) {
    FIELDS.forEach((name, i) => { this[name] = numbers[i]; });
    for (const name of ['atime', 'mtime', 'ctime', 'birthtime']) {
      this[name] = new Date(Math.round(this[`${name}Ms`]));
    }
  }
}

class Dirent {
  #kind;

  constructor(name, path, kind) {
    this.name = name;
    this.parentPath = path;
    this.path = path;
    this.#kind = kind;
  }

  static is(entry, kind) {
    return entry.#kind === kind;
  }
}
const isKind = Dirent.is;
delete Dirent.is;

for (const [method, type, kind] of KINDS) {
  Stats.prototype[method] = { [method]() { return (this.mode & constants.S_IFMT) === type; } }[method];
  Dirent.prototype[method] = { [method]() { return isKind(this, kind); } }[method];
}

exports.Stats = Stats;
exports.Dirent = Dirent;
