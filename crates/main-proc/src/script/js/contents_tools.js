'use strict';
// Methods of WebContents that few apps call: styles, searching, saving, and the developer tools. See contents_view.js.

const { Event } = require('dipole/ipc_events');
const { kState } = require('dipole/process_link');
const { unsupported } = require('dipole/support');

let styles = 0;

async function insertCSS(css) {
  if (typeof css !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
  const key = String(++styles);
  (this[kState].styles ??= new Set()).add(key);
  return key;
}

async function removeInsertedCSS(key) { this[kState].styles?.delete(key); }

let lastSearch = 0;

// How often the page's text has what is looked for.
function findInPage(text, options) {
  if (typeof text !== 'string' || text === '') throw new TypeError('Must provide a non-empty search content');
  const requestId = ++lastSearch;
  const fold = options?.matchCase === true ? '' : '.toLowerCase()';
  const code = `(document.body?.textContent ?? '')${fold}.split(${JSON.stringify(text)}${fold}).length - 1`;
  this.executeJavaScript(code).then((matches) => {
    if (this.isDestroyed()) return;
    this.emit('found-in-page', new Event({ sender: this }), {
      requestId, activeMatchOrdinal: matches > 0 ? 1 : 0, matches, selectionArea: { x: 0, y: 0, width: 0, height: 0 }, finalUpdate: true,
    });
  }, () => {});
  return requestId;
}

// The page's document as it is now; with what it refers to only Chromium could save it.
async function savePage(file, type) {
  if (typeof file !== 'string' || !require('path').isAbsolute(file)) throw new Error('Path must be absolute');
  if (type !== 'HTMLOnly') throw unsupported(`webContents.savePage with the type '${type}' (only 'HTMLOnly')`);
  const text = await this.executeJavaScript(
    `(document.doctype === null ? '' : '<!DOCTYPE ' + document.doctype.name + '>') + document.documentElement.outerHTML`);
  await require('fs').promises.writeFile(file, String(text));
}

// There are none to be seen: who opens them is told that they are open, and may wait for that.
function setTools(contents, on) {
  const state = contents[kState];
  if (Boolean(state.tools) === on) return;
  state.tools = on;
  setImmediate(() => {
    if (!state.destroyed) contents.emit(on ? 'devtools-opened' : 'devtools-closed', new Event({ sender: contents }));
  });
}

module.exports = {
  insertCSS, removeInsertedCSS, findInPage, savePage,
  openDevTools() { setTools(this, true); },
  closeDevTools() { setTools(this, false); },
  toggleDevTools() { setTools(this, !this.isDevToolsOpened()); },
  isDevToolsOpened() { return Boolean(this[kState].tools); },
  isDevToolsFocused: () => false,
  getDevToolsTitle() { return this[kState].toolsTitle ?? ''; },
  setDevToolsTitle(title) { this[kState].toolsTitle = String(title); },
};
