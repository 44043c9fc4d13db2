'use strict';
// Where web contents have been, and the way back there.

const native = binding('dipole');
const { Event, ROUTING_ID } = require('dipole/ipc_events');
const { titleOf } = require('dipole/contents_told');
const { LONGEST_URL } = require('dipole/load_errors');

// So many places are kept, as in Chromium; the first go.
const MOST = 50;

/**
 * Whether a page may call itself that without being loaded anew, as in Chromium: what has no origin stays the document that it is.
 * Files are of one, as Electron has them by default: the paths of a router are theirs.
 */
function isPlaceOf(url, page) {
  if ([url, page].every((one) => /^file:\/\/\//i.test(one))) return true;
  const bare = (whole) => whole.replace(/[?#].*$/s, '');
  const { originOf } = require('dipole/cors');
  const origin = originOf(page);
  return origin === 'null' ? bare(url) === bare(page) : originOf(url) === origin;
}

class History {
  #state;
  // Whom to tell when the page has come to that place of itself, and which one that is.
  #inPage = null;
  #inPageIndex = undefined;
  // Before anything is loaded there is a place already, of which nothing is told.
  #entries = [];
  #at = 0;

  constructor(state) {
    this.#state = state;
    // What programs see as `navigationHistory`.
    this.api = {
      getActiveIndex: () => this.index,
      length: () => Math.max(1, this.#entries.length),
      getEntryAtIndex: (index) => (index === 0 && this.#entries.length === 0 ? { url: '', title: '' } : this.#shown(this.#entries[index])),
      getAllEntries: () => this.#entries.map((entry) => this.#shown(entry)),
      canGoBack: () => this.#has(this.index - 1),
      canGoForward: () => this.#has(this.index + 1),
      canGoToOffset: (offset) => this.#has(this.index + offset),
      goBack: () => this.#go(this.index - 1),
      goForward: () => this.#go(this.index + 1),
      goToIndex: (index) => (index === this.index ? undefined : this.#go(index)),
      goToOffset: (offset) => this.#go(this.index + offset),
      clear: () => {
        this.#entries = this.#entries.slice(this.#at, this.#at + 1);
        this.#at = 0;
      },
      removeEntryAtIndex: (index) => this.#remove(index),
      restore: (options) => this.#restore(options),
    };
  }

  // Where it is, or where it is on its way to.
  get index() { return this.#inPageIndex ?? this.#state.comingIndex() ?? this.#at; }
  get length() { return Math.max(1, this.#entries.length); }
  get current() { return this.#entries[this.#at]; }

  #shown(entry) {
    if (entry === undefined) return null;
    const { url, pageState } = entry;
    const title = titleOf(entry.title, url);
    return pageState === undefined ? { url, title } : { url, title, pageState };
  }

  #has(index) {
    return Number.isInteger(index) && index !== this.index && this.#entries[index] !== undefined;
  }

  #go(index) {
    if (!Number.isInteger(index) || this.#entries[index] === undefined) return undefined;
    const { url, document, sent } = this.#entries[index];
    const { shownNavigation, loading, crashed } = this.#state;
    const isHere = document !== undefined && document === shownNavigation && !loading && !crashed;
    const by = index - this.index;
    if (isHere && by !== 0) {
      this.#inPageIndex = index;
      return this.goInPage(null, by);
    }
    return this.#state.load(url, false, index, sent);
  }

  /** The same for a page that asks, by so many places. */
  goBy(offset) {
    const index = this.index + offset;
    if (!this.#has(index) || !native.mayOpen(this.#state.link, this.#entries[index].url, true)) return;
    // What becomes of it is told by events: what a page does raises nothing here.
    this.#go(index)?.catch(() => {});
  }

  // Has the page go to another place of itself: at that address, or by so many places of its history.
  goInPage(url, by) {
    this.#inPage?.();
    const promise = new Promise((resolve) => { this.#inPage = resolve; });
    try {
      native.tell(this.#state.link, 'go-in-page', [url, by]);
    } catch (error) {
      return Promise.reject(error);
    }
    return promise;
  }

  // The page is at another place of itself. One that names another document is not believed.
  wentInPage(url, replace, by) {
    const state = this.#state;
    if (url.length > LONGEST_URL || !isPlaceOf(url, state.frameUrl)) return;
    const { contents, link } = state;
    const isSameDocument = true;
    state.frameUrl = url;
    // Another page may be on its way meanwhile.
    if (state.asked === null || state.byPage) state.url = url;
    const how = by !== 0 ? this.#at + by : replace ? 'replace' : 'push';
    const of = { sent: this.current?.sent ?? {}, source: state.frameSource };
    if (by === 0 || this.#entries[how] !== undefined) this.commit(url, how, state.shownNavigation, of);
    this.title(state.title);
    contents.emit('did-start-navigation', state.navigated(url, isSameDocument), url, isSameDocument, true, link, ROUTING_ID);
    contents.emit('did-navigate-in-page', new Event({ sender: contents }), url, true, link, ROUTING_ID);
    const done = this.#inPage;
    this.#inPage = null;
    done?.();
  }

  #remove(index) {
    if (index === this.#at || this.#entries[index] === undefined) return false;
    this.#entries.splice(index, 1);
    if (index < this.#at) this.#at -= 1;
    return true;
  }

  async #restore(options) {
    const { entries, index = (entries?.length ?? 0) - 1 } = options ?? {};
    if (!Array.isArray(entries)) throw new Error('Invalid entries: an array of navigation entries is needed');
    if (this.#entries.length > 0) throw new Error('Cannot restore history on webContents that have previously loaded a page.');
    if (index < 0 || entries[index] === undefined) {
      throw new Error('Invalid index. Index must be a positive integer and within the bounds of the entries length.');
    }
    this.#entries = entries.map(({ url, title = '', pageState }) => ({ url: String(url), title: String(title), pageState }));
    this.#at = index;
    await this.#go(index);
  }

  /**
   * A page, or another place in one, is there now: behind the one before, in its place (`replace`), or again one that was
   * there already, by its index.
   */
  commit(url, how, document, { sent, source } = this.#state) {
    this.#inPageIndex = undefined;
    const entry = { url, title: '', document, sent, source };
    if (typeof how === 'number' && this.#entries[how] !== undefined) {
      this.#at = how;
      Object.assign(this.#entries[how], { url, document, sent, source });
      return;
    }
    if (this.#entries.length === 0) this.#entries.push(entry);
    else if (how === 'replace') this.#entries[this.#at] = entry;
    else {
      this.#at += 1;
      this.#entries.length = this.#at;
      this.#entries.push(entry);
    }
    if (this.#entries.length > MOST) {
      this.#entries.shift();
      this.#at -= 1;
    }
  }

  /** How many places there are once a page has come, and at which of them it is: see `commit`. */
  once(how) {
    const count = this.#entries.length;
    if (typeof how === 'number' && how < count) return [count, how];
    const index = how === 'replace' || count === 0 ? this.#at : Math.min(this.#at + 1, MOST - 1);
    return [how === 'replace' ? Math.max(1, count) : index + 1, index];
  }

  /** Whose page it is, if it was there: see contents_load.js. */
  sourceOf(how, url) {
    const entry = typeof how === 'number' ? this.#entries[how] : how === 'replace' ? this.current : undefined;
    return entry?.url === url ? entry.source ?? url : undefined;
  }

  title(text) {
    if (this.current !== undefined) this.current.title = text;
  }
}

module.exports = { History };
