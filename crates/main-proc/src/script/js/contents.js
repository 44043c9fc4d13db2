'use strict';
// WebContents: a page, the process that shows it, and its events.

const EventEmitter = require('events');
const native = binding('dipole');
const { IpcMainImpl } = require('dipole/ipc_main');
const { Event, ROUTING_ID } = require('dipole/ipc_events');
const { WebFrameMain } = require('dipole/frame');
const { titleOf } = require('dipole/contents_told');
const { kState, kEnded, guard } = require('dipole/process_link');
const { PageState } = require('dipole/contents_load');
const view = require('dipole/contents_view');
const { methods } = require('dipole/support');

const all = new Map();
let lastId = 0;
let making = false;

// What each has as properties of its own, made when it is first asked for.
const OWN = {
  ipc: {
    get() {
      const state = this[kState];
      if (state.ipc === undefined) {
        state.ipc = new IpcMainImpl();
        native.reroute(state.link);
      }
      return state.ipc;
    },
    enumerable: true,
  },
  navigationHistory: { get() { return this[kState].history.api; }, enumerable: true },
};

function sessionOf({ session: given, partition }) {
  const { session, Session } = require('dipole/session');
  if (given instanceof Session) return given;
  return typeof partition === 'string' ? session.fromPartition(partition) : session.defaultSession;
}

class WebContents extends EventEmitter {
  constructor(...args) {
    if (!making) throw new TypeError('Illegal constructor');
    super();
    const [preferences] = args;
    lastId += 1;
    Object.defineProperty(this, 'id', { value: lastId, enumerable: true });
    Object.defineProperty(this, kState, { value: new PageState(this, preferences) });
    Object.defineProperties(this, OWN);
    this[kState].frame = new WebFrameMain(this);
    all.set(this.id, this);
  }

  send(channel, ...args) {
    return this[kState].frame.send(channel, ...args);
  }

  postMessage(...args) {
    return this[kState].frame.postMessage(...args);
  }

  // What a page has for that channel with `ipcRenderer.handle`: Electron has nothing of the kind.
  invoke(channel, ...args) {
    if (typeof channel !== 'string') return Promise.reject(new TypeError('Missing required channel argument'));
    return this[kState].asks.invoke(channel, args);
  }

  // The same with `timeout` in milliseconds, or with a signal that ends the waiting.
  invokeWith(options, channel, ...args) {
    if (typeof channel !== 'string') return Promise.reject(new TypeError('Missing required channel argument'));
    const { timeout, signal } = options ?? {};
    if (timeout !== undefined && !(timeout > 0)) return Promise.reject(new TypeError('options.timeout must be a number of milliseconds above 0'));
    return this[kState].asks.invoke(channel, args, { timeout, signal });
  }

  sendToFrame(frameId, channel, ...args) {
    const wanted = Array.isArray(frameId) ? frameId : [this[kState].link, frameId];
    if (!wanted.every((part) => typeof part === 'number') || wanted.length !== 2) {
      throw new Error('Missing required frame argument (must be number or [processId, frameId])');
    }
    const { frame, link } = this[kState];
    if (wanted[0] !== link || wanted[1] !== ROUTING_ID) return false;
    return frame.send(channel, ...args) !== false;
  }

  get mainFrame() { return this[kState].frame; }
  get focusedFrame() { return this.isFocused() ? this[kState].frame : null; }
  get opener() {
    const by = this[kState].openedBy;
    return by === null || by.isDestroyed() ? null : by.mainFrame;
  }
  get hostWebContents() { return null; }
  get debugger() { return this[kState].debugger ??= new (require('dipole/debugger').Debugger)(); }
  get session() { return this[kState].session ??= sessionOf(this[kState].preferences); }

  loadURL(url, options) {
    if (options === undefined) return this[kState].loadNamed(String(url));
    const { sent, userAgent } = require('dipole/sent').askedOf(options);
    if (userAgent !== undefined) this.setUserAgent(userAgent);
    return this[kState].loadNamed(String(url), sent);
  }
  loadFile(path, options) { return this[kState].loadFile(path, options); }
  reload() { this[kState].reload(); }
  reloadIgnoringCache() { this[kState].reload(); }
  stop() { this[kState].stop(); }
  getURL() { return this[kState].url; }
  getTitle() { return titleOf(this[kState].title, this[kState].frameUrl); }
  isLoading() { return this[kState].loading; }
  isLoadingMainFrame() { return this[kState].loading; }
  isWaitingForResponse() { return false; }
  isCrashed() { return this[kState].crashed; }
  isDestroyed() { return this[kState].destroyed; }

  executeJavaScript(code, userGesture) {
    return this[kState].asks.execute(String(code), 0);
  }

  executeJavaScriptInIsolatedWorld(worldId, scripts, userGesture) {
    if (!Number.isInteger(worldId) || worldId < 0) {
      return Promise.reject(new TypeError(`a world's number is an integer from 0, not ${String(worldId)}`));
    }
    const code = scripts.map((script) => script.code).join('\n;');
    return this[kState].asks.execute(code, worldId);
  }

  getOSProcessId() { return native.pid(this[kState].link); }
  getProcessId() { return this[kState].link; }
  forcefullyCrashRenderer() { this[kState].ending.crash(); }
  getLastWebPreferences() { return { ...this[kState].preferences }; }
  getType() { return this[kState].type; }
  getOwnerBrowserWindow() { return this[kState].ownerWindow(); }

  // Ends the page, which is asked only if the program wants that. A window closes with its page.
  close(options) {
    if (options?.waitForBeforeUnload === true) this[kState].ending.closeByPage();
    else this.destroy();
  }

  destroy() {
    const state = this[kState];
    if (state.destroyed) return;
    state.destroy();
    all.delete(this.id);
    if (state.window !== null) state.window[kEnded]();
    this.emit('destroyed', new Event({ sender: this }));
  }
}
// Where it has been, by the names that these methods had before `navigationHistory`.
for (const name of ['canGoBack', 'canGoForward', 'canGoToOffset', 'goBack', 'goForward', 'goToIndex', 'goToOffset']) {
  methods(WebContents.prototype, { [name](...args) { return this.navigationHistory[name](...args); } });
}
methods(WebContents.prototype, { clearHistory() { this.navigationHistory.clear(); } });
view.extend(WebContents.prototype);
guard(WebContents.prototype, (contents) => contents[kState].destroyed, ['isDestroyed', 'destroy', 'close']);
native.markUncloneable(WebContents.prototype);

// The page of a window, or of nothing when `window` is null.
function create(preferences, window) {
  making = true;
  let contents;
  try {
    contents = new WebContents(preferences);
  } finally {
    making = false;
  }
  contents[kState].window = window;
  require('dipole/app').app.emit('web-contents-created', new Event(), contents);
  return contents;
}

// Contents that are there already become those of a window.
function attach(contents, window) {
  const state = contents?.[kState];
  if (!(contents instanceof WebContents) || state.destroyed) throw new TypeError('options.webContents must be a WebContents');
  if (state.window !== null || state.view !== null) throw new Error('options.webContents is already attached to a window');
  state.window = window;
  return contents;
}

// What programs see as `webContents`; they do not make any themselves.
const webContents = {
  fromId(id) { return all.get(id); },
  getAllWebContents() { return [...all.values()].filter((contents) => !contents[kState].hidden); },
  getFocusedWebContents() {
    return require('dipole/window').BrowserWindow.getFocusedWindow()?.webContents ?? null;
  },
  fromDevToolsTargetId() { return undefined; },
  // What Electron has not: sends to all pages, or to those that `fits` is true for; how many those are.
  broadcast(channel, ...args) { return webContents.broadcastTo(() => true, channel, ...args); },
  broadcastTo(fits, channel, ...args) {
    if (typeof fits !== 'function') throw new TypeError('the first argument must be a function that takes web contents');
    const pages = webContents.getAllWebContents().filter((contents) => contents[kState].link !== 0 && fits(contents));
    for (const contents of pages) contents.send(channel, ...args);
    return pages.length;
  },
  fromFrame(frame) {
    if (!(frame instanceof WebFrameMain)) {
      throw new TypeError('Error processing argument at index 0, conversion failure');
    }
    return webContents.getAllWebContents().find((contents) => contents[kState].frame === frame);
  },
};

module.exports = { WebContents, webContents, create, attach, allContents: () => [...all.values()] };
