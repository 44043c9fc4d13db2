'use strict';
// BaseWindow and BrowserWindow: the state of a window that nobody sees, and the page that is in one of the second kind.

const EventEmitter = require('events');
const path = require('path');
const native = binding('dipole');
const { Event, tell } = require('dipole/ipc_events');
const { kState, kEnded, kTitled, guard } = require('dipole/process_link');
const contentsModule = require('dipole/contents');
const windowState = require('dipole/window_state');
const quit = require('dipole/app_quit');
const { methods } = require('dipole/support');

const windows = new Map();
const kWindow = Symbol('window');
let lastId = 0;
let focused = null;

class BaseWindow extends EventEmitter {
  constructor(options) {
    const { app } = require('dipole/app');
    if (!app.isReady()) {
      throw new Error(`Cannot create ${new.target === BaseWindow ? 'BaseWindow' : 'BrowserWindow'} before app is ready`);
    }
    super();
    const given = options ?? {};
    lastId += 1;
    Object.defineProperty(this, 'id', { value: lastId, enumerable: true });
    Object.defineProperty(this, kWindow, {
      value: { contents: null, view: undefined, destroyed: false, ...windowState.initial(given) },
    });
    if (given.parent !== undefined && given.parent !== null) this.setParentWindow(given.parent);
    windows.set(this.id, this);
    quit.updateStay();
    // A program hears of what befalls the window itself, and so does whoever only makes believe that it does.
    for (const name of ['blur', 'focus']) this.on(name, (event) => app.emit(`browser-window-${name}`, event, this));
    if (this[kWindow].visible) setFocused(this, setImmediate);
  }

  get title() { return this[kWindow].title; }
  set title(title) { this.setTitle(title); }
  isDestroyed() { return this[kWindow].destroyed; }

  setTitle(title) { this[kWindow].title = String(title); }
  getTitle() { return this[kWindow].title; }

  get contentView() { return this[kWindow].view ??= require('dipole/views').contentView(this); }
  set contentView(view) { this.setContentView(view); }
  getContentView() { return this.contentView; }
  setContentView(view) { this[kWindow].view = require('dipole/views').adopt(this, view); }

  // Asks to close: listeners and the page may object.
  close() {
    const state = this[kWindow];
    if (state.destroyed || state.closing === true || (state.contents !== null && state.contents[kState].ending.isClosing)) return;
    const event = new Event({ sender: this });
    tell(this, 'close', event);
    if (state.destroyed) return;
    if (event.defaultPrevented) {
      quit.prevented();
      return;
    }
    if (state.contents !== null) {
      state.contents[kState].ending.close(() => this.destroy());
      return;
    }
    state.closing = true;
    setImmediate(() => this.destroy());
  }

  destroy() {
    if (this[kWindow].destroyed) return;
    if (this[kWindow].contents === null) this[kEnded]();
    else this[kWindow].contents.destroy();
  }

  // The page is gone, and the window with it; its children first, so that it is the last of them that is told of.
  [kEnded]() {
    const state = this[kWindow];
    if (state.destroyed || state.ending === true) return;
    state.ending = true;
    for (const child of this.getChildWindows()) child.destroy();
    state.destroyed = true;
    windows.delete(this.id);
    if (focused === this) focused = null;
    tell(this, 'closed', new Event({ sender: this }));
    quit.windowClosed();
  }

  focus() { if (this[kWindow].visible) setFocused(this); }
  blur() { if (focused === this) setFocused(null); }
  isFocused() { return focused === this; }

  static getAllWindows() { return [...windows.values()]; }
  static fromId(id) { return windows.get(id) ?? null; }
  static getFocusedWindow() { return focused; }
}
windowState.extend(BaseWindow.prototype, kWindow, setFocused);

class BrowserWindow extends BaseWindow {
  constructor(options) {
    super(options);
    const state = this[kWindow];
    const given = options?.webContents;
    state.contents = given === undefined || given === null ? contentsModule.create(preferences(options?.webPreferences), this)
      : contentsModule.attach(given, this);
    state.contents[kState].visible = state.visible;
    require('dipole/app').app.emit('browser-window-created', new Event(), this);
  }

  get webContents() { return this[kWindow].contents; }

  // The page has a new title; a listener may keep it from the window.
  [kTitled](source, title, isSet) {
    const event = new Event({ sender: this });
    this.emit('page-title-updated', event, title, isSet);
    if (!event.defaultPrevented && !source.defaultPrevented) this[kWindow].title = title;
  }

  // Views over the page, as programs had them before there was `contentView`.
  getBrowserViews() { return [...require('dipole/views').listOf(this)]; }
  getBrowserView() {
    const views = this.getBrowserViews();
    if (views.length > 1) throw new Error('BrowserWindow have multiple BrowserViews, use getBrowserViews() instead');
    return views[0] ?? null;
  }
  setBrowserView(view) { require('dipole/views').setBrowserView(this, view); }
  addBrowserView(view) { require('dipole/views').addBrowserView(this, view); }
  removeBrowserView(view) { require('dipole/views').removeBrowserView(this, view); }
  setTopBrowserView(view) { require('dipole/views').setTopBrowserView(this, view); }

  static getAllWindows() { return [...windows.values()].filter((window) => window instanceof BrowserWindow); }
  static fromId(id) { return BrowserWindow.getAllWindows().find((window) => window.id === id) ?? null; }
  static fromWebContents(contents) { return contents?.getOwnerBrowserWindow() ?? null; }
  static fromBrowserView(view) { return view?.ownerWindow ?? null; }
  static getFocusedWindow() { return focused instanceof BrowserWindow ? focused : null; }
}
// What a window does by its page.
for (const name of [
  'loadURL', 'getURL', 'loadFile', 'reload', 'send', 'openDevTools', 'closeDevTools', 'isDevToolsOpened', 'isDevToolsFocused',
  'toggleDevTools', 'inspectElement', 'inspectSharedWorker', 'inspectServiceWorker', 'showDefinitionForSelection', 'capturePage',
  'getBackgroundThrottling', 'setBackgroundThrottling',
]) {
  methods(BrowserWindow.prototype, {
    [name](...args) {
      const { contents } = this[kWindow];
      return contents[name](...args);
    },
  });
}
methods(BrowserWindow.prototype, {
  focusOnWebView() { this[kWindow].contents.focus(); },
  blurWebView() {},
});
const OPEN = ['isDestroyed', 'destroy'];
guard(BaseWindow.prototype, (window) => window[kWindow].destroyed, OPEN);
guard(BrowserWindow.prototype, (window) => window[kWindow].destroyed, OPEN);
native.markUncloneable(BaseWindow.prototype);

// `later` tells of it when the running script is done: a new window has no listeners yet.
function setFocused(window, later = (work) => work()) {
  if (focused === window) return;
  const before = focused;
  focused = window;
  later(() => {
    if (before !== null && !before[kWindow].destroyed) before.emit('blur', new Event({ sender: before }));
    if (window !== null && !window[kWindow].destroyed) window.emit('focus', new Event({ sender: window }));
  });
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

module.exports = { BaseWindow, BrowserWindow, preferences };
