'use strict';
// Where a page may not go by itself, and what is told of its trying.

const told = require('dipole/contents_told');
const { DENIED, loadError, tellFailure } = require('dipole/load_errors');

// So many are told at once, and so many a second: a page may ask without end.
const AT_ONCE = 16;
const A_SECOND = 1;

class Denials {
  #state;
  #ready = AT_ONCE;
  #counted = 0;
  #isTold = false;

  constructor(state) {
    this.#state = state;
  }

  /** Whether no page may go there: the address that main knows of a page is never one that the page has just named. */
  isDenied(url, asker) {
    if (/^https?:/i.test(url)) return ![this.#state, asker].some((one) => require('dipole/resources').mayAsk(one, url));
    return /^file:/i.test(url) && !/^(?:(?:file|data|about):|$)/i.test(asker.frameSource);
  }

  /**
   * An empty page is there instead, as Chromium has it for what a renderer may not ask for; before a file the page stays, as it
   * does where it asks too often.
   */
  deny(url, asker) {
    const state = this.#state;
    if (this.#isTooMany()) return Promise.resolve();
    const isHeard = state.contents.listenerCount('did-fail-load') > 0;
    const isFile = /^file:/i.test(url);
    if (isFile) told.consoleMessage(state, 'error', `Not allowed to load local resource: ${url}`, 0, state.frameUrl);
    state.tellFailed(DENIED[0], DENIED[1], url);
    if (!isHeard) tellFailure(loadError(DENIED, url), state.contents.id);
    return isFile && state.link !== 0 ? Promise.resolve() : state.load('about:blank#blocked', true, undefined, {}, asker);
  }

  #isTooMany() {
    const now = performance.now();
    this.#ready = Math.min(AT_ONCE, this.#ready + ((now - this.#counted) / 1000) * A_SECOND);
    this.#counted = now;
    if (this.#ready >= 1) {
      this.#ready -= 1;
      this.#isTold = false;
      return false;
    }
    if (!this.#isTold) console.warn(`WebContents #${this.#state.contents.id} asks for pages that it may not have again and again: of more than ${A_SECOND} a second nothing is told.`);
    this.#isTold = true;
    return true;
  }
}

module.exports = { Denials };
