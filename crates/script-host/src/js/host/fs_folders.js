'use strict';
// Of `fs`: copying whole folders, and folders that are read entry by entry.

const { dirname, resolve } = require('path');
const { coded, invalidArgType, needFunction, needObject } = require('internal/errors');
const { queueCompletion } = require('internal/timers');
const { calls, pathOf } = require('fs')._calls;

// --- cp ------------------------------------------------------------------------------------------

const FLAGS = { dereference: false, errorOnExist: false, force: true, preserveTimestamps: false, recursive: false, verbatimSymlinks: false };

function optionsOf(options = {}) {
  needObject(options, 'options');
  const given = { ...FLAGS, ...options };
  for (const name of Object.keys(FLAGS)) {
    if (typeof given[name] !== 'boolean') throw invalidArgType(`options.${name}`, 'boolean', given[name]);
  }
  if (given.filter !== undefined && typeof given.filter !== 'function') throw invalidArgType('options.filter', 'function', given.filter);
  return given;
}

// As Node's own checks fail, in its words.
function refusal(code, text, errno, name, why, path) {
  const error = coded(Error, code, `${text}: cp returned ${name} (${why}) ${path}`);
  error.name = 'SystemError';
  return Object.assign(error, { errno, syscall: 'cp', path });
}

const refused = {
  folder: (from) => refusal('ERR_FS_EISDIR', 'Path is a directory', 22, 'EISDIR', `${from} is a directory (not copied)`, from),
  same: (to) => refusal('ERR_FS_CP_EINVAL', 'Invalid src or dest', 22, 'EINVAL', 'src and dest cannot be the same', to),
  within: (from, to) => refusal('ERR_FS_CP_EINVAL', 'Invalid src or dest', 22, 'EINVAL', `cannot copy ${from} to a subdirectory of self ${to}`, to),
  overFile: (from, to) => refusal('ERR_FS_CP_DIR_TO_NON_DIR', 'Cannot overwrite non-directory with directory', 21, 'EISDIR',
    `cannot overwrite non-directory ${to} with directory ${from}`, to),
  overFolder: (from, to) => refusal('ERR_FS_CP_NON_DIR_TO_DIR', 'Cannot overwrite directory with non-directory', 20, 'ENOTDIR',
    `cannot overwrite directory ${to} with non-directory ${from}`, to),
  there: (to) => refusal('ERR_FS_CP_EEXIST', 'Target already exists', 17, 'EEXIST', `${to} already exists`, to),
  unknown: (to) => refusal('ERR_FS_CP_UNKNOWN', 'Cannot copy an unknown file type', 22, 'EINVAL', `cannot copy an unknown file type: ${to}`, to),
};

const isSame = (one, other) => one.ino === other.ino && one.dev === other.dev;

// Copies, and asks for each whether it is to be copied: whoever goes on with this says so.
function* copying(source, target, options) {
  const look = options.dereference ? calls.stat : calls.lstat;
  const list = [[source, target]];
  while (list.length > 0) {
    const [from, to] = list.pop();
    if (!(yield [from, to])) continue;
    const found = look(from);
    const there = look(to, { throwIfNoEntry: false });
    if (there !== undefined && isSame(found, there)) throw refused.same(to);
    if (found.isDirectory()) {
      if (!options.recursive) throw refused.folder(from);
      if (there !== undefined && !there.isDirectory()) throw refused.overFile(from, to);
      if (`${resolve(to)}/`.startsWith(`${resolve(from)}/`)) throw refused.within(from, to);
      if (there === undefined) calls.mkdir(to, { recursive: true, mode: found.mode & 0o777 });
      for (const name of calls.readdir(from)) list.push([`${from}/${name}`, `${to}/${name}`]);
    } else {
      if (there?.isDirectory()) throw refused.overFolder(from, to);
      if (there === undefined) calls.mkdir(dirname(to), { recursive: true });
      copyOne(found, from, to, there, options);
    }
  }
}

function copyOne(found, from, to, there, options) {
  if (!found.isFile() && !found.isSymbolicLink()) throw refused.unknown(to);
  if (there !== undefined) {
    if (!options.force && options.errorOnExist) throw refused.there(to);
    if (!options.force) return;
    // Not what a link of that name leads to.
    calls.unlink(to);
  }
  if (found.isSymbolicLink()) {
    const place = calls.readlink(from);
    calls.symlink(options.verbatimSymlinks ? place : resolve(dirname(from), place), to);
    return;
  }
  calls.copyFile(from, to, options.mode);
  calls.chmod(to, found.mode & 0o7777);
  if (options.preserveTimestamps) calls.utimes(to, found.atime, found.mtime);
}

function begin(source, target, given) {
  const options = optionsOf(given);
  return [copying(pathOf(source, 'src'), pathOf(target, 'dest'), options), options.filter ?? (() => true)];
}

function cpSync(source, target, given) {
  const [work, filter] = begin(source, target, given);
  for (let step = work.next(); !step.done;) {
    const wanted = filter(...step.value);
    if (typeof wanted?.then === 'function') throw coded(TypeError, 'ERR_INVALID_RETURN_VALUE', 'Expected boolean to be returned from the "filter" function but got an instance of Promise.');
    step = work.next(wanted);
  }
}

async function go([work, filter]) {
  for (let step = work.next(); !step.done;) step = work.next(await filter(...step.value));
}

function cp(source, target, options, callback) {
  if (typeof options === 'function') [options, callback] = [undefined, options];
  needFunction(callback, 'cb');
  go(begin(source, target, options)).then(() => queueCompletion(() => callback(null)), (error) => queueCompletion(() => callback(error)));
}

// --- opendir -------------------------------------------------------------------------------------

class Dir {
  #path;
  #entries;
  #at = 0;
  #isOver = false;

  constructor(path, entries) {
    this.#path = path;
    this.#entries = entries;
  }

  get path() { return this.#path; }

  readSync() {
    if (this.#isOver) throw coded(Error, 'ERR_DIR_CLOSED', 'Directory handle was closed');
    const entry = this.#entries[this.#at];
    this.#at += 1;
    return entry ?? null;
  }

  closeSync() {
    if (this.#isOver) throw coded(Error, 'ERR_DIR_CLOSED', 'Directory handle was closed');
    this.#isOver = true;
  }

  // With a callback, or a promise without one.
  read(callback) { return settled(() => this.readSync(), callback); }
  close(callback) { return settled(() => this.closeSync(), callback); }

  async* [Symbol.asyncIterator]() {
    try {
      for (let entry = this.readSync(); entry !== null; entry = this.readSync()) yield entry;
    } finally {
      if (!this.#isOver) this.closeSync();
    }
  }
  entries() { return this[Symbol.asyncIterator](); }
}
if (Symbol.asyncDispose !== undefined) Dir.prototype[Symbol.asyncDispose] = Dir.prototype.close;

function settled(work, callback) {
  if (callback !== undefined) {
    needFunction(callback, 'cb');
    const result = work();
    queueCompletion(() => callback(null, result));
    return undefined;
  }
  return new Promise((done) => {
    const result = work();
    queueCompletion(() => done(result));
  });
}

function opendirSync(path, options) {
  path = pathOf(path);
  const { encoding = 'utf8', recursive = false } = typeof options === 'string' ? { encoding: options } : options ?? {};
  try {
    return new Dir(path, calls.readdir(path, { encoding, recursive, withFileTypes: true }));
  } catch (error) {
    if (error.syscall === 'scandir') {
      error.message = error.message.replace(', scandir ', ', opendir ');
      error.syscall = 'opendir';
    }
    throw error;
  }
}

function opendir(path, options, callback) {
  if (typeof options === 'function') [options, callback] = [undefined, options];
  needFunction(callback, 'cb');
  let [error, folder] = [null, undefined];
  try {
    folder = opendirSync(path, options);
  } catch (caught) {
    if (caught.syscall === undefined) throw caught;
    error = caught;
  }
  queueCompletion(() => callback(error, folder));
}

module.exports = { cp, cpSync, Dir, opendir, opendirSync, copy: (...given) => go(begin(...given)) };
