'use strict';
// The windows that a page opens, and what it may know of them and do with them.

const native = binding('dipole');
const windows = require('dipole/opened');
const storage = require('dipole/storage');
const { kState } = require('dipole/process_link');
const { LONGEST_URL } = require('dipole/load_errors');
const { refererFor } = require('dipole/sent');

// What holds for windows that a page with these preferences opens, unless the program says otherwise.
const KEPT_SAFE = { contextIsolation: true, nodeIntegration: false, sandbox: true, javascript: false, webviewTag: false };
// A window's name is kept as long as it is open.
const LONGEST_NAME = 4096;
const KEPT = ['partition', 'session', 'errors', 'webSecurity'];

class Opener {
  #state;
  // The contents that it has opened and that are open, by the names of their frames if they have any.
  #opened = new Map();
  #toldTooMany = false;

  constructor(state) {
    this.#state = state;
  }

  // Opens a window, or finds the one with that name: its contents; nothing if there is to be none.
  open(url, target, features, asked = features) {
    const { link } = this.#state;
    if (url.length > LONGEST_URL || target.length > LONGEST_NAME) return null;
    const frameName = target === '_blank' ? '' : target;
    if (!native.mayOpen(link, url === '' ? 'about:blank' : url, false)) return null;
    const known = frameName === '' ? undefined : this.#opened.get(frameName);
    if (known !== undefined) {
      if (url !== '') known[kState].navigate(url, false);
      return known;
    }
    const { options, noopener, noreferrer, isPopup } = require('dipole/window_features').asked(asked);
    const referrer = { url: noreferrer ? '' : this.#state.frameUrl, policy: 'strict-origin-when-cross-origin' };
    const details = { url: url === '' ? 'about:blank' : url, frameName, features, disposition: isPopup ? 'new-window' : 'foreground-tab', referrer };
    const answer = this.#ask(details);
    if (answer === null || this.#isTooMany()) return null;
    const child = this.#make(details, options, answer);
    if (child === null) return null;
    const state = child[kState];
    if (!noopener && !noreferrer) state.openedBy = this.#state.contents;
    state.frameName = frameName;
    state.named = this.#state.named;
    state.madeOf = this.#state.madeOf;
    const initiator = this.#state.frameUrl;
    const sent = noreferrer ? { initiator } : { initiator, referrer: refererFor(initiator, details.url) };
    state.load(details.url, true, undefined, sent, this.#state).catch(() => {});
    return noopener || noreferrer ? null : child;
  }

  // What the program says to that; null if there is to be no window.
  #ask(details) {
    if (this.#state.openHandler === null) return {};
    const answer = this.#state.openHandler(details);
    if (typeof answer !== 'object' || answer === null) {
      const what = answer === null ? 'null' : `of type '${typeof answer}'`;
      console.error(`The window open handler response must be an object, but was instead ${what}.`);
      return null;
    }
    if (answer.action === 'allow') return answer;
    if (answer.action !== 'deny') {
      console.error("The window open handler response must be an object with an 'action' property of 'allow' or 'deny'.");
    }
    return null;
  }

  #isTooMany() {
    const refused = windows.refusal(new Set(this.#opened.values()).size);
    if (refused === undefined) return false;
    if (!this.#toldTooMany) console.warn(`WebContents #${this.#state.contents.id} ${refused}`);
    this.#toldTooMany = true;
    return true;
  }

  #make(details, wanted, { overrideBrowserWindowOptions, outlivesOpener, createWindow }) {
    const { contents } = this.#state;
    const given = typeof overrideBrowserWindowOptions === 'object' && overrideBrowserWindowOptions !== null ? overrideBrowserWindowOptions : {};
    const options = {
      show: true, width: 800, height: 600, ...wanted, ...given,
      webPreferences: { ...inherited(this.#state.preferences), ...given.webPreferences },
    };
    const { BrowserWindow, preferences } = require('dipole/window');
    const guest = require('dipole/contents').create(preferences(options.webPreferences), null);
    this.#keep(guest, details.frameName, outlivesOpener === true);
    if (typeof createWindow === 'function') {
      const made = createWindow({ ...options, webContents: guest });
      if (made !== guest) {
        guest.destroy();
        throw new Error('Invalid webContents. Created window should be connected to webContents passed with options object.');
      }
      return guest.isDestroyed() ? null : guest;
    }
    const window = new BrowserWindow({ ...options, webContents: guest });
    const { url, frameName, disposition, referrer } = details;
    contents.emit('did-create-window', window, { url, frameName, options, disposition, referrer });
    return window.isDestroyed() ? null : guest;
  }

  // A window that is open ends with the one that has opened it.
  #keep(guest, frameName, outlives) {
    const { contents } = this.#state;
    const key = frameName === '' ? Symbol('unnamed') : frameName;
    this.#opened.set(key, guest);
    windows.opened(guest);
    const end = () => guest.destroy();
    if (!outlives) contents.once('destroyed', end);
    guest.once('destroyed', () => {
      contents.removeListener('destroyed', end);
      if (this.#opened.get(key) === guest) this.#opened.delete(key);
    });
  }

  // --- what the page asks, and waits for ---

  asked([verb, ...args]) {
    if (verb === 'open') {
      const [url, target, features] = args;
      if (![url, target, features].every((text) => typeof text === 'string')) return 0;
      return this.open(url, target, features)?.id ?? 0;
    }
    const [id, ...more] = args;
    const other = this.#known(id);
    if (other === undefined) return verb === 'closed' ? true : null;
    return this.#answer(verb, other, other[kState], more);
  }

  // A window that this page may talk to: one that it has opened, or that has opened it. What has ended is none any more.
  #known(id) {
    const { openedBy } = this.#state;
    const found = openedBy?.id === id ? openedBy : [...this.#opened.values()].find((one) => one.id === id);
    return found !== undefined && !found.isDestroyed() ? found : undefined;
  }

  #answer(verb, other, state, [first, second]) {
    const isOwn = state.openedBy === this.#state.contents;
    switch (verb) {
      case 'closed': return state.ending.isClosing;
      case 'opener': return isOwn;
      case 'href': return this.#maySee(state) ? state.frameUrl || 'about:blank' : null;
      case 'close':
        if (isOwn) state.ending.closeByPage();
        return null;
      case 'focus':
        state.window?.focus();
        return null;
      case 'navigate':
        if (typeof first === 'string' && native.mayOpen(this.#state.link, first, false)) state.navigate(first, second === true);
        return null;
      case 'post': return this.#post(state, first, second);
      default: return null;
    }
  }

  // An empty page is of the origin of the one that has opened it.
  #maySee(state) {
    const own = storage.originOf(this.#state.frameUrl);
    const isEmpty = (one) => one.frameUrl === '' || /^about:blank\b/i.test(one.frameUrl);
    return isEmpty(state) || (own !== '' && own === storage.originOf(state.frameUrl));
  }

  // What the other window's origin is, if that is not the one that was meant.
  #post(state, data, wanted) {
    const originOf = (one) => storage.originOf(one.frameUrl) || 'null';
    if (wanted !== '*' && wanted !== originOf(state)) return originOf(state);
    try {
      native.tell(state.link, 'window-message', [data, originOf(this.#state), this.#state.contents.id]);
    } catch {
      // One that does not read what it is sent misses the message.
    }
    return null;
  }
}

// What a window that a page opens has of the page's preferences. A preload script is for pages that the program has chosen.
function inherited(preferences) {
  const given = {};
  for (const [name, safe] of Object.entries(KEPT_SAFE)) if (preferences[name] === safe) given[name] = safe;
  for (const name of KEPT) if (preferences[name] !== undefined) given[name] = preferences[name];
  return given;
}

module.exports = { Opener };
