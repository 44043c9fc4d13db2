'use strict';
// BrowserWindow: a page and the state of a window that nobody sees.

const EventEmitter = require('events');
const path = require('path');
const native = binding('dipole');
const { Event, tell } = require('dipole/ipc_events');
const { kState, guard } = require('dipole/process_link');
const contentsModule = require('dipole/contents');
const windowState = require('dipole/window_state');
const quit = require('dipole/app_quit');

const windows = new Map();
const kWindow = Symbol('window');
let lastId = 0;
let focused = null;

class BrowserWindow extends EventEmitter {
  constructor(options) {
    const { app } = require('dipole/app');
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    super();
    const given = options ?? {};
    lastId += 1;
    Object.defineProperty(this, 'id', { value: lastId, enumerable: true });
    Object.defineProperty(this, kWindow, {
      value: { contents: null, destroyed: false, ...windowState.initial(given) },
    });
    this[kWindow].contents = contentsModule.create(preferences(given.webPreferences), this);
    this[kWindow].contents[kState].visible = this[kWindow].visible;
    windows.set(this.id, this);
    quit.updateStay();
    if (this[kWindow].visible) setFocused(this);
    app.emit('browser-window-created', new Event(), this);
  }

  get webContents() { return this[kWindow].contents; }
  get accessibleTitle() { return this[kWindow].title; }
  get title() { return this[kWindow].title; }
  set title(title) { this.setTitle(title); }

  loadURL(url, options) { return this[kWindow].contents.loadURL(url, options); }
  loadFile(file, options) { return this[kWindow].contents.loadFile(file, options); }
  reload() { this[kWindow].contents.reload(); }
  isDestroyed() { return this[kWindow].destroyed; }

  setTitle(title) { this[kWindow].title = String(title); }
  getTitle() { return this[kWindow].title; }

  // Asks to close: listeners and the page may object.
  close() {
    const state = this[kWindow];
    if (state.destroyed || state.contents[kState].closing !== null) return;
    const event = new Event({ sender: this });
    tell(this, 'close', event);
    if (state.destroyed) return;
    if (event.defaultPrevented) {
      quit.prevented();
      return;
    }
    state.contents[kState].close(() => this.destroy());
  }

  destroy() {
    if (this[kWindow].destroyed) return;
    this[kWindow].contents.destroy();
  }

  // The page is gone, and the window with it.
  contentsDestroyed() {
    const state = this[kWindow];
    if (state.destroyed) return;
    state.destroyed = true;
    windows.delete(this.id);
    if (focused === this) focused = null;
    tell(this, 'closed', new Event({ sender: this }));
    quit.windowClosed();
  }

  // The page has a new title; a listener may keep it from the window.
  pageTitle(source, title) {
    const event = new Event({ sender: this });
    this.emit('page-title-updated', event, title, true);
    if (!event.defaultPrevented && !source.defaultPrevented) this[kWindow].title = title;
  }

  focus() { if (this[kWindow].visible) setFocused(this); }
  blur() { if (focused === this) setFocused(null); }
  isFocused() { return focused === this; }

  static getAllWindows() { return [...windows.values()]; }
  static fromId(id) { return windows.get(id) ?? null; }
  static fromWebContents(contents) { return contents?.[kState]?.window ?? null; }
  static fromBrowserView() { return null; }
  static getFocusedWindow() { return focused; }
}
windowState.extend(BrowserWindow.prototype, kWindow, setFocused);
for (const name of ['contentsDestroyed', 'pageTitle']) {
  Object.defineProperty(BrowserWindow.prototype, name, { enumerable: false });
}
guard(BrowserWindow.prototype, (window) => window[kWindow].destroyed,
  ['isDestroyed', 'destroy', 'contentsDestroyed', 'pageTitle']);
native.markUncloneable(BrowserWindow.prototype);

function setFocused(window) {
  if (focused === window) return;
  const before = focused;
  focused = window;
  const { app } = require('dipole/app');
  if (before !== null && !before[kWindow].destroyed) {
    before.emit('blur', new Event({ sender: before }));
    app.emit('browser-window-blur', new Event(), before);
  }
  if (window !== null) {
    window.emit('focus', new Event({ sender: window }));
    app.emit('browser-window-focus', new Event(), window);
  }
}

// What a page may do, with Electron's defaults.
function preferences(given) {
  const nodeIntegration = given?.nodeIntegration === true;
  const result = {
    contextIsolation: true,
    nodeIntegration: false,
    sandbox: !nodeIntegration,
    webSecurity: true,
    additionalArguments: [],
    ...given,
  };
  if (typeof result.preload === 'string' && !path.isAbsolute(result.preload)) {
    console.error(`preload script must have absolute path: ${result.preload}`);
    delete result.preload;
  }
  return result;
}

module.exports = { BrowserWindow, preferences, windowCount: () => windows.size };
