'use strict';
// The state of web contents: what is loaded, by which process, and what waits for it.

const native = binding('dipole');
const path = require('path');
const { pathToFileURL } = require('url');
const info = require('dipole/info');
const { getPath } = require('dipole/app_paths');
const { Event, ROUTING_ID } = require('dipole/ipc_events');
const windows = require('dipole/opened');
const storage = require('dipole/storage');
const { kState, launch, forget } = require('dipole/process_link');
const { ABORTED, FAILED, complaint, leaveUnheard, loadError, revive, refusal, tellFailure } = require('dipole/load_errors');

// The steps of loading, in their order.
const STEPS = [
  'did-start-loading', 'did-fail-load', 'did-navigate', 'dom-ready', 'did-finish-load', 'did-stop-loading',
];

let loads = 0;
let loadWatcher = null;
let lastToken = 0;

function countLoad(by) {
  loads += by;
  native.setLoading(loads);
}

class PageState {
  link = 0;
  opened = new Set();
  openedTooMany = false;
  navigation = 0;
  // Counts pages: a message belongs to the page that was there when it came.
  frameVersion = 0;
  // How far the page has come, by its own word.
  step = 0;
  // What main has asked for last.
  url = '';
  // The last address that the program itself has named, and no page.
  named = '';
  // What is there: until the process says that it has begun with another page, its messages are the old one's.
  frameUrl = '';
  title = '';
  loading = false;
  crashed = false;
  // The link whose process the app itself has ended.
  crashing = 0;
  destroyed = false;
  closing = null;
  visible = true;
  hidden = false;
  shown = false;
  window = null;
  frame = null;
  ipc = undefined;
  frameIpc = undefined;
  session = undefined;
  windowOpenHandler = null;
  waiter = null;
  lastFailure = null;
  scripts = [];
  // Asks a new page for what the last one had not done yet.
  acting = null;
  // What `sessionStorage` holds, by origin.
  kept = new Map();

  constructor(contents, preferences) {
    this.contents = contents;
    this.preferences = preferences;
    this.frameToken = (++lastToken).toString(16).toUpperCase().padStart(32, '0');
    this.history = {
      getActiveIndex: () => 0,
      length: () => (this.url === '' ? 0 : 1),
      canGoBack: () => false,
      canGoForward: () => false,
      canGoToOffset: () => false,
      clear() {},
    };
  }

  // --- loading -----------------------------------------------------------------------------------

  loadFile(file, options) {
    if (typeof file !== 'string') throw new TypeError('Must pass filePath as a string');
    const url = pathToFileURL(path.resolve(info.appPath, file));
    if (options?.query) for (const [key, value] of Object.entries(options.query)) url.searchParams.set(key, value);
    if (options?.search) url.search = options.search;
    if (options?.hash) url.hash = options.hash;
    return this.loadNamed(url.href);
  }

  // The program names the page itself, and trusts it: what lies beside it is the page's.
  loadNamed(url) {
    if (complaint(url) === undefined) this.named = url;
    return this.load(url);
  }

  // `byPage`: the page has asked for it, and not the program.
  load(url, byPage = false) {
    this.settle(loadError(ABORTED, url));
    const promise = new Promise((resolve, reject) => { this.waiter = { resolve, reject, url, byPage }; });
    this.waiter.promise = promise;
    this.navigation += 1;
    this.step = 0;
    this.lastFailure = null;
    if (loadWatcher !== null) loadWatcher();
    if (!this.loading) countLoad(1);
    this.loading = true;
    const problem = complaint(url);
    if (problem !== undefined) {
      const { navigation } = this;
      setImmediate(() => this.failed(navigation, problem[0], problem[1], url));
      return promise;
    }
    this.crashed = false;
    this.url = url;
    const isFirst = this.link === 0;
    if (isFirst) {
      this.link = launch(this.contents);
      // Nothing else has ever been there.
      this.frameUrl = url;
    }
    try {
      this.allowFiles();
      native.tell(this.link, 'load', [this.request(url)]);
      if (isFirst) native.shows(this.link);
    } catch {
      // A renderer that does not read what it is sent.
      const { navigation } = this;
      setImmediate(() => this.failed(navigation, FAILED[0], FAILED[1], url));
    }
    return promise;
  }

  // What main will read for the page, unless that reads its files itself.
  allowFiles() {
    const { preload, mayRead } = this.preferences;
    const listed = Array.isArray(mayRead) ? mayRead.filter((item) => typeof item === 'string') : [];
    const userData = getPath('userData', require('dipole/app').app.name);
    native.mayRead(this.link, [info.appPath, userData], this.named,
      typeof preload === 'string' ? preload : '', listed.map((item) => path.resolve(info.appPath, item)));
  }

  request(url) {
    const { preload, ...preferences } = this.preferences;
    if (native.isWatched()) require('dipole/watched').loads(url, preload);
    return {
      url,
      preload: typeof preload === 'string' ? preload : null,
      preferences: plain(preferences),
      appPath: info.appPath,
      argv: process.argv.slice(0, 1),
      env: binding('host').changedEnv(),
      navigation: this.navigation,
      storage: storage.given(this, url),
    };
  }

  reload(byPage = false) {
    if (this.url === '') return false;
    if (byPage && !native.mayOpen(this.link, this.url, true)) return false;
    this.load(this.url, byPage);
    return true;
  }

  // Most programs do not look at the promise: unless nobody else tells of the failure, its rejection is no event. Nor is
  // it where the page has asked: nothing that a page does raises an exception here.
  settle(error, isTold = true) {
    const { waiter } = this;
    this.waiter = null;
    if (waiter === null) return;
    if (error !== undefined && waiter.byPage && !isTold) tellFailure(error, this.contents.id);
    if (isTold || waiter.byPage) waiter.promise.catch(() => {});
    if (error === undefined) waiter.resolve();
    else waiter.reject(error);
  }

  stopLoading() {
    if (!this.loading) return;
    this.loading = false;
    countLoad(-1);
  }

  failed(navigation, code, description, url) {
    if (this.destroyed || navigation !== this.navigation) return;
    this.stopLoading();
    const isHeard = this.contents.listenerCount('did-fail-load') > 0;
    this.contents.emit('did-fail-load', new Event({ sender: this.contents }), code, description, url, true,
      this.link, ROUTING_ID);
    const error = loadError([code, description], url);
    this.lastFailure = error.message;
    this.settle(error, isHeard || !leaveUnheard(error, this.contents.id));
    this.runScripts();
  }

  // --- what the renderer tells -------------------------------------------------------------------

  system(name, args) {
    if (this.destroyed) return;
    switch (name) {
      case 'load-event': return this.loadEvent(args[0], args[1]);
      case 'console': return this.consoleMessage(...args);
      case 'preload-error': return this.preloadError(...args);
      case 'uncaught': return this.uncaught(...args);
      case 'window': return this.windowRequest(...args);
      case 'storage': return storage.changed(this, ...args);
      default: return undefined;
    }
  }

  loadEvent(name, detail) {
    if (this.navigation === 0 || (detail.navigation ?? this.navigation) !== this.navigation) return;
    // No step is taken twice, and none back: a title alone comes at any time.
    if (name !== 'page-title-updated') {
      const step = STEPS.indexOf(name);
      if (step < this.step) return;
      this.step = step + 1;
      this.frameUrl = this.url;
      native.shows(this.link);
    }
    this.loadStep(name, detail);
    if (loadWatcher !== null) loadWatcher();
  }

  loadStep(name, detail) {
    const { contents } = this;
    const event = new Event({ sender: contents });
    switch (name) {
      case 'did-start-loading':
        this.frameVersion += 1;
        native.reroute(this.link);
        contents.emit(name, event);
        break;
      case 'did-navigate':
        contents.emit(name, event, this.url, 200, 'OK');
        break;
      case 'page-title-updated':
        this.title = detail.title ?? '';
        contents.emit(name, event, this.title, true);
        this.window?.pageTitle(event, this.title);
        break;
      case 'did-finish-load':
        this.stopLoading();
        this.readyToShow();
        contents.emit('did-frame-finish-load', event, true, this.link, ROUTING_ID);
        contents.emit(name, event);
        this.settle();
        this.runScripts();
        break;
      case 'did-fail-load':
        this.failed(this.navigation, detail.errorCode ?? FAILED[0], detail.errorDescription ?? FAILED[1], this.url);
        break;
      default:
        contents.emit(name, event);
    }
  }

  readyToShow() {
    if (this.shown || this.window === null) return;
    this.shown = true;
    this.window.emit('ready-to-show', new Event({ sender: this.window }));
  }

  consoleMessage(level, message, lineNumber, sourceId) {
    const details = new Event({ message, level, lineNumber, sourceId, frame: this.frame });
    const number = { debug: 0, info: 1, warning: 2, error: 3 }[level] ?? 1;
    this.contents.emit('console-message', details, number, message, lineNumber, sourceId);
  }

  // An error that nobody caught in the page is one more line of its console.
  uncaught(problem, kind) {
    const head = problem.name === '' ? problem.message : `${problem.name}: ${problem.message}`;
    const text = problem.stack || head;
    native.problem(kind === 'rejection' ? 'unhandled-rejection' : 'uncaught-error', this.contents.id, text,
      `Uncaught ${text}`, problem.file ?? this.frameUrl, problem.line ?? 0);
    this.consoleMessage('error', `Uncaught ${head}`, problem.line ?? 0, problem.file ?? this.frameUrl);
  }

  // The console has told of it.
  preloadError(preloadPath, problem) {
    if (this.contents.listenerCount('preload-error') === 0) {
      native.problem('preload-failed', this.contents.id, problem.stack || problem.message, '', preloadPath, problem.line);
    }
    this.contents.emit('preload-error', new Event({ sender: this.contents }), preloadPath, revive(problem));
  }

  windowRequest(verb, ...args) {
    switch (verb) {
      case 'close': return this.contents.close();
      case 'reload': return void this.reload(true);
      case 'navigate': return this.navigate(args[0]);
      case 'open': return this.open(...args);
      case 'beforeunload-prevented': return this.keepOpen();
      case 'acts': return native.acts();
      default: return undefined;
    }
  }

  navigate(url) {
    if (!native.mayOpen(this.link, url, true)) return;
    const event = new Event({ sender: this.contents, url, isMainFrame: true, isSameDocument: false });
    this.contents.emit('will-navigate', event, url);
    if (!event.defaultPrevented && !this.destroyed) this.load(url, true);
  }

  open(url, frameName, features) {
    if (!native.mayOpen(this.link, url, false)) return;
    const answer = this.windowOpenHandler?.({
      url, frameName, features, disposition: 'foreground-tab', referrer: { url: this.frameUrl, policy: '' },
    });
    if (answer?.action === 'deny') return;
    const refused = windows.refusal(this.opened.size);
    if (refused !== undefined) {
      if (!this.openedTooMany) console.warn(`WebContents #${this.contents.id} ${refused}`);
      this.openedTooMany = true;
      return;
    }
    const { BrowserWindow } = require('dipole/window');
    const child = new BrowserWindow({
      ...answer?.overrideBrowserWindowOptions,
      webPreferences: { ...this.preferences, ...answer?.overrideBrowserWindowOptions?.webPreferences },
    });
    windows.opened(child);
    this.opened.add(child);
    child.once('closed', () => this.opened.delete(child));
    this.contents.emit('did-create-window', child, { url, frameName, options: {} });
    if (url === '' || child.isDestroyed()) return;
    const page = child.webContents[kState];
    page.named = this.named;
    page.load(url, true);
  }

  // --- scripts run in the page -------------------------------------------------------------------

  execute(code, world) {
    return new Promise((resolve, reject) => {
      const run = () => this.ask('execute-javascript', [code, world], resolve, reject);
      if (this.loading || this.url === '') this.scripts.push({ run, reject });
      else run();
    });
  }

  // Asks the renderer; settles with its answer as the page would have seen it.
  ask(channel, args, resolve, reject) {
    try {
      native.invoke(this.link, channel, args, (status, value) => {
        if (status === 'ok') resolve(value);
        else reject(refusal(status, value));
      });
    } catch (error) {
      reject(error);
    }
  }

  runScripts() {
    if (this.acting !== null) this.acting();
    const waiting = this.scripts;
    this.scripts = [];
    for (const { run } of waiting) run();
  }

  dropScripts(text) {
    const waiting = this.scripts;
    this.scripts = [];
    for (const { reject } of waiting) reject(new Error(text));
  }

  // --- the process -------------------------------------------------------------------------------

  linkReady() {}

  // The process gives no sign of life, or gives one again.
  linkSilent(silent) {
    if (this.destroyed) return;
    const name = silent ? 'unresponsive' : 'responsive';
    this.contents.emit(name, new Event({ sender: this.contents }));
    this.window?.emit(name, new Event({ sender: this.window }));
  }

  linkGone(link, reason, exitCode, text, clean) {
    forget(link);
    if (link !== this.link) return;
    this.link = 0;
    if (this.closing !== null) {
      const done = this.closing;
      this.closing = null;
      done();
      return;
    }
    if (this.destroyed) return;
    this.crashed = true;
    this.frameVersion += 1;
    this.stopLoading();
    const error = loadError(FAILED, this.url);
    error.message += `: the renderer process ${text}`;
    this.settle(error);
    this.dropScripts(`the renderer process ${text}`);
    const details = { reason, exitCode };
    if (!clean && link !== this.crashing) this.tellGone(reason, text);
    this.contents.emit('render-process-gone', new Event({ sender: this.contents }), details);
    const { app } = require('dipole/app');
    app.emit('render-process-gone', new Event(), this.contents, details);
    require('dipole/app_quit').updateStay();
  }

  // A program that listens knows what to do about it; why one could not be started has been told.
  tellGone(reason, text) {
    const { app } = require('dipole/app');
    const isHeard = [this.contents, app].some((emitter) => emitter.listenerCount('render-process-gone') > 0);
    if (isHeard) return;
    const told = reason === 'launch-failed' ? '' : `main-proc: renderer ${this.contents.id} ${text}`;
    native.crashed(this.contents.id, `renderer ${this.contents.id} ${text}`, told);
  }

  // What the app asks for is no news to it, and no failure.
  crash() {
    this.crashing = this.link;
    native.kill(this.link);
  }

  // Lets the page end by itself; `done` is called when it has.
  close(done) {
    if (this.closing !== null) return;
    this.closing = done;
    if (this.link !== 0) {
      native.stop(this.link);
      return;
    }
    setImmediate(() => {
      if (this.closing === null) return;
      this.closing = null;
      done();
    });
  }

  keepOpen() {
    if (this.closing === null) return;
    const event = new Event({ sender: this.contents });
    this.contents.emit('will-prevent-unload', event);
    if (event.defaultPrevented) {
      native.kill(this.link);
      return;
    }
    this.closing = null;
    native.resume(this.link);
    require('dipole/app_quit').prevented();
  }

  destroy() {
    this.destroyed = true;
    native.reroute(this.link);
    this.closing = null;
    this.stopLoading();
    this.settle(loadError(ABORTED, this.url));
    this.dropScripts('Object has been destroyed');
    if (this.link !== 0) {
      native.stop(this.link);
      this.link = 0;
    }
  }
}

// What a renderer needs of the preferences, if it is what it should be.
function plain({ contextIsolation, nodeIntegration, sandbox, additionalArguments, errors }) {
  const flag = (value) => (typeof value === 'boolean' ? value : undefined);
  return {
    contextIsolation: flag(contextIsolation), nodeIntegration: flag(nodeIntegration), sandbox: flag(sandbox),
    additionalArguments: Array.isArray(additionalArguments) ? additionalArguments.map(String) : [],
    errors: typeof errors === 'string' ? errors : null,
  };
}

// `watcher` is called whenever a load begins.
function watchLoads(watcher) {
  loadWatcher = watcher;
}

module.exports = { PageState, watchLoads };
