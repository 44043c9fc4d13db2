'use strict';
// Cookies that outlive the app: those with an end, in a file of their session's folder. No page is given that file (host's
// `resources.rs`).

const fs = require('fs');
const path = require('path');

const NAME = 'Dipole Cookies';
// One that is larger is nothing that was written here.
const LARGEST = 32 * 1024 * 1024;
// What follows within that time is written with it, in milliseconds.
const SOON = 1000;

class CookieFile {
  #file;
  #list;
  #timer = null;
  #isWatching = false;

  /** `list` gives the cookies that are there. */
  constructor(folder, list) {
    this.#file = path.join(folder, NAME);
    this.#list = list;
  }

  /** What was kept; a file of another make is told of and put aside. */
  read() {
    try {
      const { size } = fs.statSync(this.#file);
      if (size > LARGEST) throw new RangeError(`it has ${size} bytes, and ${LARGEST} are the most`);
      const found = JSON.parse(fs.readFileSync(this.#file, 'utf8'));
      if (!Array.isArray(found?.cookies)) throw new TypeError('it has no list of cookies');
      return found.cookies.filter(isCookie);
    } catch (error) {
      if (error.code === 'ENOENT') return [];
      console.error(`The cookies in ${this.#file} are left out: ${error.message}`);
      if (error.code === undefined) this.#putAside();
      return [];
    }
  }

  #putAside() {
    try {
      fs.renameSync(this.#file, `${this.#file}.broken`);
    } catch {
      // It will be written over.
    }
  }

  /** They have changed: they are written soon, and in any case before the app ends. */
  changed() {
    if (this.#timer !== null) return;
    if (!this.#isWatching) require('dipole/app_quit').atEnd(() => this.#tryToWrite());
    this.#isWatching = true;
    this.#timer = setTimeout(() => this.#tryToWrite(), SOON);
    this.#timer.unref();
  }

  #tryToWrite() {
    try {
      this.flush();
    } catch (error) {
      console.error(error.message);
    }
  }

  /** Writes what has changed, if anything. */
  flush() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    const text = JSON.stringify({ cookies: this.#list().filter(({ session }) => !session) });
    const made = `${this.#file}.new`;
    try {
      fs.mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      fs.rmSync(made, { force: true });
      fs.writeFileSync(made, text, { mode: 0o600, flag: 'wx' });
      fs.renameSync(made, this.#file);
    } catch (error) {
      throw new Error(`The cookies of ${this.#file} are not kept: ${error.message}`);
    }
  }
}

const TEXTS = ['name', 'value', 'domain', 'path', 'sameSite'];
const FLAGS = ['hostOnly', 'secure', 'httpOnly'];

function isCookie(one) {
  return one !== null && typeof one === 'object' && TEXTS.every((name) => typeof one[name] === 'string') &&
    FLAGS.every((name) => typeof one[name] === 'boolean') && one.session === false && typeof one.expirationDate === 'number';
}

module.exports = { CookieFile };
