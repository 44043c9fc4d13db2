'use strict';
// A line of a console in Playwright's words.

const TYPES = { info: 'log' };

class ConsoleMessage {
  #line;
  #page;
  constructor(line, page) {
    this.#line = line;
    this.#page = page;
  }
  /** `log`, `debug`, `warning` or `error`. */
  type() { return TYPES[this.#line.level] ?? this.#line.level ?? 'log'; }
  text() { return this.#line.text; }
  page() { return this.#page ?? null; }
  location() { return { url: this.#line.file ?? '', lineNumber: Math.max((this.#line.line ?? 1) - 1, 0), columnNumber: 0 }; }
  args() { return []; }
  toString() { return this.text(); }
}

module.exports = { ConsoleMessage };
