'use strict';
// The state of web contents: what is loaded, by which process, and how loading goes on.

const native = binding('dipole');
const { isLoaded } = binding('host');
const path = require('path');
const { pathToFileURL } = require('url');
const info = require('dipole/info');
const { pathOf } = require('dipole/app_paths');
const { Event, ROUTING_ID } = require('dipole/ipc_events');
const storage = require('dipole/storage');
const told = require('dipole/contents_told');
const { Asks } = require('dipole/contents_asks');
const { Denials } = require('dipole/contents_denied');
const { Ending } = require('dipole/contents_end');
const { History } = require('dipole/contents_history');
const { Steps } = require('dipole/contents_steps');
const { launch } = require('dipole/process_link');
const { ABORTED, FAILED, LONGEST_URL, complaint, normal, leaveUnheard, loadError, tellFailure } = require('dipole/load_errors');

let loads = 0;
let loadWatcher = null;
let lastToken = 0;

function countLoad(by) {
  loads += by;
  native.setLoading(loads);
}

class PageState {
  link = 0;
  navigation = 0;
  // The one whose page is there, and how many there have been.
  shownNavigation = 0;
  navigations = 0;
  // What was asked of the page's process that is not there yet, and what it is in the history.
  asked = null;
  as = undefined;
  // Told of a load that begins, a program begins another one.
  starting = false;
  // The load that the program has stopped.
  stopped = 0;
  // The process of which is told that it has a frame.
  frameLink = 0;
  // Counts pages: a message belongs to the page that was there when it came.
  frameVersion = 0;
  // The address that programs are told: what the program has asked for, or what is there.
  url = '';
  // What the request for that has.
  sent = {};
  // Whether a page has asked for that.
  byPage = false;
  // The last address that the program itself has named, and no page.
  named = '';
  // What is there: until the process says that another page is there, its messages are the old one's.
  frameUrl = '';
  // Whose page that is, and the one that is asked for: an address, which for what a page has made of itself (`data:`, `about:`)
  // is that of the page it has come from.
  frameSource = '';
  source = '';
  title = '';
  loading = false;
  crashed = false;
  // What has become of its last process, in words.
  goneText = '';
  destroyed = false;
  visible = true;
  hidden = false;
  shown = false;
  window = null;
  // What it is in, if not in a window by itself.
  view = null;
  type = 'window';
  frame = null;
  ipc = undefined;
  frameIpc = undefined;
  session = undefined;
  waiter = null;
  lastFailure = null;
  // What `sessionStorage` holds, by origin; and the origins of which pages have made the first `localStorage`, with those of the
  // windows that they have opened.
  kept = new Map();
  madeOf = new Set();
  // The answer to the last request for a document.
  answered = null;
  #serving = null;
  #denials = new Denials(this);
  // Who says what becomes of windows that the page would open, the contents that have opened this one, and what they call it.
  openHandler = null;
  openedBy = null;
  frameName = '';
  #opener = null;

  constructor(contents, preferences) {
    this.contents = contents;
    this.preferences = preferences;
    this.frameToken = (++lastToken).toString(16).toUpperCase().padStart(32, '0');
    this.history = new History(this);
    this.steps = new Steps(this);
    this.asks = new Asks(this);
    this.ending = new Ending(this);
  }

  // What the page asks main for, and the windows that it opens: most apps have no use for them.
  get serving() {
    return (this.#serving ??= new (require('dipole/resources').Serving)(this));
  }

  get opener() {
    return (this.#opener ??= new (require('dipole/contents_opens').Opener)(this));
  }

  // Nobody wants that any more: all of it, or what is of that kind.
  dropServed(kind) {
    this.#serving?.drop(kind);
  }

  // The window that shows it, if it is one with a page.
  ownerWindow() {
    if (this.window !== null) return this.window;
    const found = this.view === null ? null : require('dipole/views').windowOf(this.view);
    return found instanceof require('dipole/window').BrowserWindow ? found : null;
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
  loadNamed(url, sent) {
    if (this.complaint(url) === undefined) this.named = url;
    return this.load(url, false, undefined, sent);
  }

  // `byPage`: the page has asked for it, and not the program.
  // `as` says what becomes of it in the history: see there. `sent` is what the request for it has: see sent.js.
  // `asker` is the page that has asked, where that is another one.
  load(given, byPage = false, as = undefined, sent = {}, asker = this) {
    const url = normal(given);
    if (this.starting) return this.refuse(url);
    if (byPage && this.#denials.isDenied(url, asker)) return this.#denials.deny(url, asker);
    if (as === undefined && this.isWithin(url)) return this.history.goInPage(url, 0);
    const problem = this.complaint(url);
    if (problem !== undefined) return this.#fails(problem, url, byPage);
    this.steps.replace();
    this.settle(loadError(ABORTED, url));
    const promise = new Promise((resolve, reject) => { this.waiter = { resolve, reject, url, byPage }; });
    this.waiter.promise = promise;
    this.navigation = this.navigations += 1;
    this.as = as ?? (url === this.history.current?.url ? 'replace' : 'push');
    this.wake();
    if (!this.loading) countLoad(1);
    this.loading = true;
    this.crashed = false;
    this.source = this.#sourceOf(url, asker);
    // Nobody is told that a page is there which another one would only like to go to.
    if (!byPage) this.url = url;
    this.byPage = byPage;
    this.sent = sent;
    const isFirst = this.link === 0;
    if (isFirst) {
      this.link = launch(this.contents);
      // Nothing else has ever been there.
      this.url = this.frameUrl = url;
      this.frameSource = this.source;
      this.shownNavigation = 0;
    }
    this.demand(this.request(url));
    if (isFirst) native.shows(this.link);
    return promise;
  }

  // Nothing could be asked for that: whatever goes on goes on.
  #fails(problem, url, byPage) {
    const promise = new Promise((resolve, reject) => {
      this.wake();
      setImmediate(() => {
        const error = loadError(problem, url);
        const waiter = { promise, resolve, reject, byPage };
        if (this.destroyed) return this.#settleOne(waiter, error, true);
        const isHeard = this.contents.listenerCount('did-fail-load') > 0;
        this.tellFailed(...problem, url);
        if (this.url === '') this.lastFailure = error.message;
        this.#settleOne(waiter, error, isHeard || !leaveUnheard(error, this.contents.id));
        if (!this.loading) this.asks.run();
      });
    });
    return promise;
  }

  // The index of the entry that is being loaded again and is not there yet, if it is one.
  comingIndex() {
    return this.loading && typeof this.as === 'number' && this.asked !== null ? this.as : undefined;
  }

  #sourceOf(url, asker) {
    if (!/^(?:data|about):/i.test(url) || url === this.named) return url;
    return this.history.sourceOf(this.as, url) ?? asker.frameSource;
  }

  // What is wrong with a URL, if anything.
  complaint(url) {
    return complaint(url, (scheme) => this.contents.session.protocol.handlerOf(scheme) !== undefined);
  }

  demand(request) {
    this.asked = request;
    this.dropServed('document');
    this.answered = null;
    try {
      this.allowFiles();
      native.tell(this.link, 'load', [request]);
    } catch {
      // A renderer that does not read what it is sent.
      setImmediate(() => this.steps.failed(request.navigation, ...FAILED));
    }
  }

  // While a program is told that a load begins it begins no other one.
  refuse(url) {
    this.tellFailed(FAILED[0], FAILED[1], url);
    return Promise.reject(loadError(FAILED, url));
  }

  // Whether it is a place in the page that is there.
  isWithin(url) {
    const bare = (whole) => whole.replace(/#.*$/s, '');
    return url.includes('#') && url !== this.frameUrl && bare(url) === bare(this.frameUrl) && !this.loading && !this.crashed &&
      this.link !== 0 && this.shownNavigation !== 0 && this.lastFailure === null;
  }

  // The event of a navigation of the page.
  navigated(url, isSameDocument) {
    return new Event({ sender: this.contents, url, isSameDocument, isMainFrame: true, frame: this.frame, initiator: null });
  }

  // Nothing more is wanted of what is being loaded. Where its page is there already, nothing is told of that any more.
  stop() {
    if (!this.loading) return;
    const { contents, asked } = this;
    const url = asked?.url ?? this.url;
    this.stopped = this.navigation;
    this.dropServed('document');
    this.stopLoading();
    if (asked === null) this.tellFailed(...ABORTED, url);
    else this.steps.tellGivenUp(url);
    this.settle(loadError(asked === null ? ABORTED : FAILED, url));
    this.url = this.frameUrl;
    contents.emit('did-stop-loading', new Event({ sender: contents }));
    this.asks.run();
  }

  // What main will read for the page, unless that reads its files itself.
  allowFiles() {
    const { preload, mayRead } = this.preferences;
    const given = Array.isArray(mayRead) ? mayRead.filter((item) => typeof item === 'string') : [];
    const listed = [...given, ...this.contents.session.getPreloads()];
    const userData = pathOf('userData', require('dipole/app').app.name);
    this.asksForFiles();
    native.mayRead(this.link, [info.appPath, userData], this.named,
      typeof preload === 'string' ? preload : '', listed.map((item) => path.resolve(info.appPath, item)));
  }

  // Whether native code asks here for files too: the app wants to see them, or the page is no file and gets none.
  asksForFiles() {
    const wanted = require('dipole/session').wantsFiles(this.contents.session);
    native.asksForFiles(this.link, wanted || !/^(?:file|data|about):/i.test(this.source));
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
      sessionPreloads: this.contents.session.getPreloads(),
      frameToken: this.frameToken,
      opener: this.openedBy?.id ?? 0,
      frameName: this.frameName,
      userAgent: this.contents.getUserAgent(),
      referrer: this.sent.referrer ?? '',
      history: this.history.once(this.as),
      dark: isLoaded('dipole/native_theme') && require('dipole/native_theme').nativeTheme.shouldUseDarkColors,
      force: false,
    };
  }

  reload(byPage = false) {
    const url = this.asked?.url ?? this.url;
    if (url === '') return false;
    if (byPage && !native.mayOpen(this.link, url, true)) return false;
    this.load(url, byPage, 'replace', this.sent).catch(() => {});
    return true;
  }

  settle(error, isTold = true) {
    const { waiter } = this;
    this.waiter = null;
    if (waiter !== null) this.#settleOne(waiter, error, isTold);
  }

  // Most programs do not look at the promise: unless nobody else tells of the failure, its rejection is no event. Nor is
  // it where the page has asked: nothing that a page does raises an exception here.
  #settleOne({ promise, resolve, reject, byPage }, error, isTold) {
    if (error !== undefined && byPage && !isTold) tellFailure(error, this.contents.id);
    if (isTold || byPage) promise.catch(() => {});
    if (error === undefined) resolve();
    else reject(error);
  }

  stopLoading() {
    if (!this.loading) return;
    this.loading = false;
    countLoad(-1);
  }

  tellFailed(code, description, url) {
    this.contents.emit('did-fail-load', new Event({ sender: this.contents }), code, description, url, true, this.link, ROUTING_ID);
  }

  wake() {
    if (loadWatcher !== null) loadWatcher();
  }

  // --- what the renderer tells -------------------------------------------------------------------

  system(name, args) {
    if (this.destroyed) return;
    switch (name) {
      case 'load-event': return this.steps.told(args[0], args[1]);
      case 'console': return told.consoleMessage(this, ...args);
      case 'preload-error': return told.preloadError(this, ...args);
      case 'uncaught': return told.uncaught(this, ...args);
      case 'window': return this.windowRequest(...args);
      case 'storage': return storage.changed(this, ...args);
      default: return undefined;
    }
  }

  // Tells a program of what begins; meanwhile it begins nothing else.
  tellOfStart(name, ...args) {
    this.starting = true;
    try {
      this.contents.emit(name, ...args);
    } finally {
      this.starting = false;
    }
  }

  readyToShow() {
    if (this.shown || this.window === null) return;
    this.shown = true;
    this.window.emit('ready-to-show', new Event({ sender: this.window }));
  }

  windowRequest(verb, ...args) {
    switch (verb) {
      case 'close': return this.ending.closeByPage();
      case 'reload': return void this.reload(true);
      case 'navigate': return this.navigate(...args);
      case 'in-page': return this.history.wentInPage(...args);
      case 'go': return this.history.goBy(args[0]);
      // What a link opens: what that one knows of this one, its features do not say.
      case 'open': return this.opener.open(args[0], args[1], '', args[2]);
      case 'beforeunload-prevented': return this.ending.keepOpen();
      case 'acts': return native.acts();
      default: return undefined;
    }
  }

  navigate(url, replace) {
    if (url.length > LONGEST_URL || !native.mayOpen(this.link, url, true)) return;
    for (const name of ['will-frame-navigate', 'will-navigate']) {
      const event = this.navigated(url, false);
      this.contents.emit(name, event, url, false, true, this.link, ROUTING_ID);
      if (event.defaultPrevented || this.destroyed) return;
    }
    const { refererFor } = require('dipole/sent');
    const sent = { referrer: refererFor(this.frameUrl, url), initiator: this.frameUrl };
    this.load(url, true, replace ? 'replace' : undefined, sent).catch(() => {});
  }

  linkReady() {}
  linkSilent(silent) { this.ending.linkSilent(silent); }
  linkGone(...how) { this.ending.linkGone(...how); }

  destroy() {
    this.destroyed = true;
    native.reroute(this.link);
    this.stopLoading();
    this.settle(loadError(ABORTED, this.url));
    this.ending.destroy();
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

// `watcher` is called whenever a load begins, and with each of its steps.
function watchLoads(watcher) {
  loadWatcher = watcher;
}

module.exports = { PageState, watchLoads };
