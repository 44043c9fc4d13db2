'use strict';
// The `fs` module: each call once, synchronous; callbacks and promises are made of these.

const native = binding('fs');
const { constants, flagsOf } = require('internal/fs_constants');
const { Stats, Dirent } = require('internal/fs_stats');
const { queueCompletion } = require('internal/timers');

// Loaded when the first file is read: many programs only ask whether files exist.
const buffers = () => require('buffer').Buffer;
const errors = () => require('internal/errors');

// --- arguments -----------------------------------------------------------------------------------

function pathOf(path, name = 'path') {
  if (typeof path === 'object' && path !== null) {
    if (path instanceof URL) path = require('url').fileURLToPath(path);
    else if (path instanceof Uint8Array) path = buffers().from(path).toString();
  }
  if (typeof path !== 'string') {
    throw errors().invalidArgType(name, ['string', 'Buffer', 'URL'], path);
  }
  if (path.includes('\0')) {
    const error = new TypeError(`The argument '${name}' must be a string, Uint8Array, or URL without null bytes. Received ${require('util').inspect(path)}`);
    error.code = 'ERR_INVALID_ARG_VALUE';
    throw error;
  }
  return path;
}

function optionsOf(options, defaults) {
  if (options === undefined || options === null || typeof options === 'function') return defaults;
  if (typeof options === 'string') {
    if (!buffers().isEncoding(options) && options !== 'buffer') {
      const error = new TypeError(`The argument 'encoding' is invalid encoding. Received '${options}'`);
      error.code = 'ERR_INVALID_ARG_VALUE';
      throw error;
    }
    return { ...defaults, encoding: options };
  }
  if (typeof options !== 'object') throw errors().invalidArgType('options', ['string', 'Object'], options);
  return { ...defaults, ...options };
}

function fdOf(fd) {
  if (typeof fd !== 'number') throw errors().invalidArgType('fd', 'number', fd);
  return fd;
}

function modeOf(mode, fallback) {
  if (mode === undefined || mode === null) return fallback;
  return typeof mode === 'string' ? Number.parseInt(mode, 8) : mode >>> 0;
}

// Bytes of what may be written: text or a view.
function bytesOf(data, encoding) {
  if (typeof data === 'string') return buffers().from(data, encoding ?? 'utf8');
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw errors().invalidArgType('data', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
}

function toBuffer(bytes) {
  return buffers().from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decoded(bytes, encoding) {
  const buffer = toBuffer(bytes);
  return encoding === undefined || encoding === null || encoding === 'buffer' ? buffer : buffer.toString(encoding);
}

function textOrBuffer(text, options) {
  return options.encoding === 'buffer' ? buffers().from(text) : text;
}

// --- the calls -----------------------------------------------------------------------------------

function ownerOf(number, name) {
  require('internal/errors').needInteger(number, name, -1, 2 ** 32 - 1);
  return number;
}

const calls = {
  readFile(path, options) {
    options = optionsOf(options, { flag: 'r' });
    const bytes = typeof path === 'number'
      ? native.readAll(path)
      : native.readFile(pathOf(path), flagsOf(options.flag));
    return decoded(bytes, options.encoding);
  },
  writeFile(path, data, options) {
    options = optionsOf(options, { encoding: 'utf8', mode: 0o666, flag: 'w' });
    const bytes = bytesOf(data, options.encoding);
    if (typeof path === 'number') writeAll(path, bytes);
    else native.writeFile(pathOf(path), bytes, flagsOf(options.flag), modeOf(options.mode, 0o666));
  },
  appendFile(path, data, options) {
    calls.writeFile(path, data, { ...optionsOf(options, { encoding: 'utf8' }), flag: options?.flag ?? 'a' });
  },
  access(path, mode = constants.F_OK) { native.access(pathOf(path), mode); },
  stat(path, options) { return stats(() => native.stat(pathOf(path)), options); },
  lstat(path, options) { return stats(() => native.lstat(pathOf(path)), options); },
  fstat(fd) { return new Stats(native.fstat(fdOf(fd))); },
  readdir(path, options) {
    options = optionsOf(options, { encoding: 'utf8' });
    return listFolder(pathOf(path), options);
  },
  mkdir(path, options) {
    path = pathOf(path);
    const recursive = typeof options === 'object' && options !== null && options.recursive === true;
    const mode = modeOf(typeof options === 'object' && options !== null ? options.mode : options, 0o777);
    return recursive ? native.mkdirs(path, mode) : native.mkdir(path, mode);
  },
  mkdtemp(prefix, options) {
    return textOrBuffer(native.mkdtemp(pathOf(prefix, 'prefix')), optionsOf(options, {}));
  },
  rmdir(path, options) {
    if (options?.recursive) calls.rm(path, { recursive: true, force: true });
    else native.rmdir(pathOf(path));
  },
  rm(path, options) {
    const { recursive = false, force = false } = options ?? {};
    path = pathOf(path);
    let found;
    try {
      found = new Stats(native.lstat(path));
    } catch (error) {
      if (force && error.code === 'ENOENT') return;
      throw error;
    }
    if (!found.isDirectory()) {
      native.unlink(path);
    } else if (recursive) {
      native.removeAll(path);
    } else {
      const error = new Error(`Path is a directory: rm returned EISDIR (is a directory) ${path}`);
      error.name = 'SystemError';
      Object.assign(error, { code: 'ERR_FS_EISDIR', errno: 21, syscall: 'rm', path });
      throw error;
    }
  },
  unlink(path) { native.unlink(pathOf(path)); },
  rename(from, to) { native.rename(pathOf(from, 'oldPath'), pathOf(to, 'newPath')); },
  copyFile(from, to, mode = 0) {
    native.copyFile(pathOf(from, 'src'), pathOf(to, 'dest'), (mode & constants.COPYFILE_EXCL) !== 0);
  },
  realpath(path, options) { return textOrBuffer(native.realpath(pathOf(path)), optionsOf(options, {})); },
  readlink(path, options) { return textOrBuffer(native.readlink(pathOf(path)), optionsOf(options, {})); },
  symlink(target, path) { native.symlink(pathOf(target, 'target'), pathOf(path)); },
  link(from, to) { native.link(pathOf(from, 'existingPath'), pathOf(to, 'newPath')); },
  chmod(path, mode) { native.chmod(pathOf(path), modeOf(mode, 0o666)); },
  chown(path, uid, gid) { native.chown(pathOf(path), ownerOf(uid, 'uid'), ownerOf(gid, 'gid')); },
  lchown(path, uid, gid) { native.lchown(pathOf(path), ownerOf(uid, 'uid'), ownerOf(gid, 'gid')); },
  utimes(path, accessed, modified) { native.utimes(pathOf(path), seconds(accessed), seconds(modified)); },
  truncate(path, length = 0) { native.truncate(pathOf(path), length); },
  ftruncate(fd, length = 0) { native.ftruncate(fdOf(fd), length); },
  fsync(fd) { native.fsync(fdOf(fd)); },
  fdatasync(fd) { native.fsync(fdOf(fd)); },
  open(path, flags = 'r', mode = 0o666) {
    return native.open(pathOf(path), flagsOf(flags), modeOf(mode, 0o666));
  },
  close(fd) { native.close(fdOf(fd)); },
};

function seconds(time) {
  if (time instanceof Date) return time.getTime() / 1000;
  return Number(time);
}

function stats(read, options) {
  if (options?.throwIfNoEntry !== false) return new Stats(read());
  try {
    return new Stats(read());
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function listFolder(root, options) {
  const found = [];
  const folders = [''];
  while (folders.length > 0) {
    const folder = folders.shift();
    const path = folder === '' ? root : `${root}/${folder}`;
    for (const [name, kind] of native.readdir(path)) {
      const relative = folder === '' ? name : `${folder}/${name}`;
      found.push(options.withFileTypes
        ? new Dirent(textOrBuffer(name, options), path, kind)
        : textOrBuffer(relative, options));
      if (options.recursive && kind === constants.UV_DIRENT_DIR) folders.push(relative);
    }
  }
  return found;
}

function writeAll(fd, bytes) {
  let done = 0;
  while (done < bytes.length) done += native.write(fdOf(fd), bytes, done, bytes.length - done, -1);
}

// read(fd, buffer, offset, length, position) and read(fd, buffer, { offset, length, position }).
function readSync(fd, buffer, offset, length, position) {
  if (!ArrayBuffer.isView(buffer)) {
    throw errors().invalidArgType('buffer', ['Buffer', 'TypedArray', 'DataView'], buffer);
  }
  if (typeof offset === 'object' && offset !== null) ({ offset, length, position } = offset);
  offset ??= 0;
  length ??= buffer.byteLength - offset;
  const view = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return native.read(fdOf(fd), view, offset, length, typeof position === 'bigint' ? Number(position) : position ?? -1);
}

// write(fd, buffer, offset, length, position) and write(fd, string, position, encoding).
function writeSync(fd, data, offset, length, position) {
  if (typeof data === 'string') {
    const bytes = buffers().from(data, typeof length === 'string' ? length : 'utf8');
    return native.write(fdOf(fd), bytes, 0, bytes.length, typeof offset === 'number' ? offset : -1);
  }
  const bytes = bytesOf(data);
  if (typeof offset === 'object' && offset !== null) ({ offset, length, position } = offset);
  offset ??= 0;
  return native.write(fdOf(fd), bytes, offset, length ?? bytes.length - offset, position ?? -1);
}

// --- the three forms -----------------------------------------------------------------------------

function needCallback(callback) {
  if (typeof callback !== 'function') throw errors().invalidArgType('cb', 'function', callback);
}

function takeCallback(args) {
  return typeof args.at(-1) === 'function' ? args.pop() : undefined;
}

// Does the work now and tells of it later, as an operation that took its time.
function later(callback, work) {
  needCallback(callback);
  let error = null;
  let results = [];
  try {
    results = work();
  } catch (caught) {
    // Wrong arguments are thrown to the caller; failures of the system go to the callback.
    if (caught.syscall === undefined) throw caught;
    error = caught;
  }
  queueCompletion(() => {
    if (error !== null) callback(error);
    else callback(null, ...results);
  });
}

for (const [name, call] of Object.entries(calls)) {
  exports[`${name}Sync`] = named(`${name}Sync`, (...args) => call(...args));
  exports[name] = named(name, (...args) => {
    const callback = takeCallback(args);
    later(callback, () => {
      const result = call(...args);
      return result === undefined ? [] : [result];
    });
  });
}

function named(name, value) {
  Object.defineProperty(value, 'name', { value: name, configurable: true });
  return value;
}

exports.existsSync = function existsSync(path) {
  try {
    return native.exists(pathOf(path));
  } catch {
    return false;
  }
};
exports.exists = function exists(path, callback) {
  needCallback(callback);
  const found = exports.existsSync(path);
  queueCompletion(() => callback(found));
};
exports.readSync = readSync;
exports.writeSync = writeSync;
exports.read = function read(fd, buffer, ...rest) {
  const callback = takeCallback(rest) ?? (typeof buffer === 'function' ? buffer : undefined);
  if (buffer === undefined || typeof buffer === 'function') buffer = buffers().alloc(16384);
  if (!ArrayBuffer.isView(buffer) && typeof buffer === 'object') {
    rest = [buffer];
    buffer = buffer.buffer ?? buffers().alloc(16384);
  }
  later(callback, () => [readSync(fd, buffer, ...rest), buffer]);
};
exports.write = function write(fd, data, ...rest) {
  const callback = takeCallback(rest);
  later(callback, () => [writeSync(fd, data, ...rest), data]);
};
exports.realpathSync.native = exports.realpathSync;
exports.realpath.native = exports.realpath;

for (const name of ['watch', 'watchFile', 'unwatchFile', 'createReadStream', 'createWriteStream']) {
  exports[name] = named(name, () => {
    const error = new Error(`fs.${name}() is not supported: ${require('internal/instead')()}`);
    error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
    throw error;
  });
}

exports.constants = constants;
for (const name of ['F_OK', 'R_OK', 'W_OK', 'X_OK']) exports[name] = constants[name];
exports.Stats = Stats;
exports.Dirent = Dirent;
Object.defineProperty(exports, 'promises', {
  get: () => require('fs/promises'), enumerable: true, configurable: true,
});
Object.defineProperty(exports, '_calls', { value: { calls, readSync, writeSync, pathOf } });
binding('host').defineLazies(exports, ['opendir', 'opendirSync', 'cp', 'cpSync', 'Dir'], true, (name) => require('internal/fs_folders')[name]);

require('internal/lacking')(exports, 'fs', ('fchown fchownSync fchmod fchmodSync futimes futimesSync lchmod ' +
  'lchmodSync lutimes lutimesSync openAsBlob readv readvSync statfs statfsSync writev writevSync ReadStream ' +
  'WriteStream FileReadStream FileWriteStream _toUnixTimestamp').split(' '));
