'use strict';
// fs.promises, over the calls of `fs`.

const fs = require('fs');
const { Buffer } = require('buffer');
const { queueCompletion } = require('internal/timers');
const { calls, readSync, writeSync } = fs._calls;

// Does the work now; the promise settles later, as an operation that took its time.
function promised(work) {
  return new Promise((resolve, reject) => {
    try {
      const result = work();
      queueCompletion(() => resolve(result));
    } catch (error) {
      queueCompletion(() => reject(error));
    }
  });
}

class FileHandle extends require('events') {
  #fd;

  constructor(fd) {
    super();
    this.#fd = fd;
  }

  get fd() {
    return this.#fd;
  }

  #open() {
    if (this.#fd !== -1) return this.#fd;
    const error = new Error('file closed');
    Object.assign(error, { errno: -9, code: 'EBADF', syscall: 'read' });
    throw error;
  }

  close() {
    return promised(() => {
      const fd = this.#open();
      this.#fd = -1;
      calls.close(fd);
    });
  }

  read(buffer, ...rest) {
    return promised(() => {
      if (!ArrayBuffer.isView(buffer)) {
        rest = [buffer ?? {}];
        buffer = buffer?.buffer ?? Buffer.alloc(16384);
      }
      return { bytesRead: readSync(this.#open(), buffer, ...rest), buffer };
    });
  }

  write(data, ...rest) {
    return promised(() => ({ bytesWritten: writeSync(this.#open(), data, ...rest), buffer: data }));
  }

  readFile(options) {
    return promised(() => calls.readFile(this.#open(), options));
  }

  writeFile(data, options) {
    return promised(() => calls.writeFile(this.#open(), data, options));
  }

  appendFile(data, options) {
    return this.writeFile(data, options);
  }

  stat() {
    return promised(() => calls.fstat(this.#open()));
  }

  truncate(length) {
    return promised(() => calls.ftruncate(this.#open(), length));
  }

  sync() {
    return promised(() => calls.fsync(this.#open()));
  }

  datasync() {
    return this.sync();
  }
}
if (Symbol.asyncDispose !== undefined) FileHandle.prototype[Symbol.asyncDispose] = FileHandle.prototype.close;

for (const [name, call] of Object.entries(calls)) {
  if (['open', 'close', 'fstat', 'ftruncate', 'fsync', 'fdatasync'].includes(name)) continue;
  exports[name] = { [name](...args) { return promised(() => call(fdOf(args[0]) ?? args[0], ...args.slice(1))); } }[name];
}

// A FileHandle may stand for a path.
function fdOf(value) {
  return value instanceof FileHandle ? value.fd : undefined;
}

exports.open = function open(path, flags, mode) {
  return promised(() => new FileHandle(calls.open(path, flags, mode)));
};
exports.constants = fs.constants;
exports.watch = async function watch() { fs.watch(); };
exports.opendir = function opendir(path, options) { return promised(() => fs.opendirSync(path, options)); };
exports.cp = async function cp(source, target, options) { await require('internal/fs_folders').copy(source, target, options); };

require('internal/lacking')(exports, 'fs/promises', ['statfs', 'lchmod', 'lutimes']);
