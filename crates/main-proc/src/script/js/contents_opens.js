'use strict';
// The windows that a page opens.

const native = binding('dipole');
const windows = require('dipole/opened');
const { kState } = require('dipole/process_link');

class Opener {
  #state;
  #opened = new Set();
  #toldTooMany = false;
  // What the program has set to be asked.
  handler = null;

  constructor(state) {
    this.#state = state;
  }

  open(url, frameName, features) {
    const { contents, link, frameUrl } = this.#state;
    if (!native.mayOpen(link, url, false)) return;
    const answer = this.handler?.({
      url, frameName, features, disposition: 'foreground-tab', referrer: { url: frameUrl, policy: '' },
    });
    if (answer?.action === 'deny') return;
    const refused = windows.refusal(this.#opened.size);
    if (refused !== undefined) {
      if (!this.#toldTooMany) console.warn(`WebContents #${contents.id} ${refused}`);
      this.#toldTooMany = true;
      return;
    }
    const { BrowserWindow } = require('dipole/window');
    const child = new BrowserWindow({
      ...answer?.overrideBrowserWindowOptions,
      webPreferences: { ...inherited(this.#state.preferences), ...answer?.overrideBrowserWindowOptions?.webPreferences },
    });
    windows.opened(child);
    this.#opened.add(child);
    child.once('closed', () => this.#opened.delete(child));
    contents.emit('did-create-window', child, {
      url, frameName, options: answer?.overrideBrowserWindowOptions ?? {}, disposition: 'foreground-tab',
      referrer: { url: frameUrl, policy: '' },
    });
    if (url === '' || child.isDestroyed()) return;
    const page = child.webContents[kState];
    page.named = this.#state.named;
    page.load(url, true);
  }
}

// What a window that a page opens has of the page's preferences. A preload script is for pages that the program has chosen.
function inherited({ contextIsolation, nodeIntegration, sandbox, webSecurity, partition, session, errors }) {
  const given = { contextIsolation, nodeIntegration, sandbox, webSecurity, partition, session, errors };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

module.exports = { Opener };
