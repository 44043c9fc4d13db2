'use strict';
// The steps of loading, as a page's process tells of them, and what programs hear of that. Until the process says that another
// page is there, the one before it goes on; where none comes in the end, it stays.

const native = binding('dipole');
const { Event, ROUTING_ID } = require('dipole/ipc_events');
const told = require('dipole/contents_told');
const { ABORTED, FAILED, leaveUnheard, loadError } = require('dipole/load_errors');

// By their places. It fails before there is a page or, if that wants no more, later.
const STEPS = {
  __proto__: null,
  'did-start-loading': 0, 'did-navigate': 1, 'dom-ready': 2, 'did-finish-load': 3, 'did-fail-load': 3, 'did-stop-loading': 4,
};

// So much of what a page calls itself is kept, as in Chromium.
const LONGEST_TITLE = 4096;

class Steps {
  #state;
  // How far the page has come that was asked for last.
  #next = 0;
  // The navigation whose steps these are.
  #navigation = 0;

  constructor(state) {
    this.#state = state;
  }

  // The process says that it has come that far.
  told(name, detail) {
    const state = this.#state;
    const navigation = detail.navigation ?? state.navigation;
    if (name === 'page-title-updated') {
      // The page that is there may call itself something else while another one is on its way.
      if (navigation !== 0 && navigation === state.shownNavigation) this.#titled(detail.title ?? '');
      state.wake();
      return;
    }
    if (navigation === 0 || navigation !== state.navigation) return;
    if (this.#navigation !== navigation) {
      this.#navigation = navigation;
      this.#next = 0;
    }
    // No step is taken twice, and none back.
    const step = STEPS[name];
    if (step < this.#next) return;
    this.#next = step + 1;
    const [code, description] = [detail.errorCode ?? FAILED[0], detail.errorDescription ?? FAILED[1]];
    const isGivenUp = name === 'did-fail-load' && code === ABORTED[0];
    if (step > 0 && state.asked !== null && !isGivenUp) this.#arrives();
    if (name === 'did-fail-load') this.failed(navigation, code, description);
    else if (state.stopped !== navigation) this.#step(name);
    else if (name === 'did-navigate') this.#commit();
    state.wake();
  }

  #step(name) {
    const state = this.#state;
    const { contents, link } = state;
    const event = new Event({ sender: contents });
    switch (name) {
      case 'did-start-loading':
        this.#tellFrame();
        this.#tellStart(event);
        break;
      case 'did-navigate':
        this.#commit();
        this.#tellNavigated(name, event);
        break;
      case 'dom-ready':
        contents.emit(name, event);
        state.frame.emit(name);
        break;
      case 'did-finish-load':
        // A file that calls itself nothing has the name that it is stored under.
        if (state.title === '' && /^file:/i.test(state.url)) told.title(state, event, told.titleOf('', state.url), false);
        state.stopLoading();
        this.#readyToShow();
        contents.emit('did-frame-finish-load', event, true, link, ROUTING_ID);
        contents.emit(name, event);
        state.settle();
        state.asks.run();
        break;
      default:
        contents.emit(name, event);
    }
  }

  #titled(given) {
    const state = this.#state;
    const title = given.slice(0, LONGEST_TITLE);
    if (state.stopped === state.shownNavigation) state.title = title;
    else told.title(state, new Event({ sender: state.contents }), title, true);
  }

  // A page is there, and the one before it over.
  #arrives() {
    const state = this.#state;
    state.url = state.frameUrl = state.asked.url;
    state.frameSource = state.source;
    state.asked = null;
    state.lastFailure = null;
    state.shownNavigation = state.navigation;
    native.shows(state.link);
    state.asksForFiles();
    // What the page before has asked for.
    state.dropServed();
    state.frameVersion += 1;
    native.reroute(state.link);
  }

  #commit() {
    const state = this.#state;
    state.title = '';
    state.history.commit(state.url, state.as, state.navigation);
  }

  #tellNavigated(name, event) {
    const { contents, url, answered, link } = this.#state;
    const isBlank = /^about:/i.test(url);
    const { status, statusText } = answered ?? (isBlank ? { status: -1, statusText: '' } : { status: 200, statusText: 'OK' });
    contents.emit('did-frame-navigate', event, url, status, statusText, true, link, ROUTING_ID);
    contents.emit(name, event, url, status, statusText);
  }

  #tellStart(event) {
    const state = this.#state;
    const { url } = state.asked;
    state.tellOfStart('did-start-loading', event);
    state.contents.emit('did-start-navigation', state.navigated(url, false), url, false, true, state.link, ROUTING_ID);
  }

  // Of a new process's frame, once.
  #tellFrame() {
    const state = this.#state;
    if (state.frameLink === state.link) return;
    state.frameLink = state.link;
    state.contents.emit('frame-created', new Event({ sender: state.contents }), { frame: state.frame });
  }

  #readyToShow() {
    const { window } = this.#state;
    if (this.#state.shown || window === null) return;
    this.#state.shown = true;
    window.emit('ready-to-show', new Event({ sender: window }));
  }

  // --- loads that fail ---------------------------------------------------------------------------

  failed(navigation, code, description) {
    const state = this.#state;
    if (state.destroyed || navigation !== state.navigation) return;
    if (state.asked !== null && code === ABORTED[0]) {
      this.#givenUp();
      return;
    }
    if (navigation === state.stopped) return;
    const { contents } = state;
    const url = state.asked?.url ?? state.url;
    state.stopLoading();
    const isHeard = contents.listenerCount('did-fail-load') > 0;
    if (code !== ABORTED[0]) {
      // What is shown is a page that says so.
      if (state.asked === null) this.#commit();
      this.#tellProvisional(code, description, url);
    }
    state.tellFailed(code, description, url);
    const error = loadError([code, description], url);
    state.lastFailure = error.message;
    state.settle(error, isHeard || !leaveUnheard(error, contents.id));
    if (state.asked !== null && !state.destroyed) this.#remains();
    state.asks.run();
  }

  #tellProvisional(code, description, url) {
    const { contents, link } = this.#state;
    contents.emit('did-fail-provisional-load', new Event({ sender: contents }), code, description, url, true, link, ROUTING_ID);
  }

  tellGivenUp(url) {
    if (this.#navigation === this.#state.navigation) this.#tellProvisional(...ABORTED, url);
  }

  // There is nothing to show: an answer without content or a file that is kept, or nobody wants it any more.
  #givenUp() {
    const state = this.#state;
    const { contents } = state;
    const { url } = state.asked;
    const isNews = state.stopped !== state.navigation;
    this.#remains();
    if (!isNews) return;
    const error = loadError(FAILED, url);
    if (state.url === '') state.lastFailure = error.message;
    state.stopLoading();
    this.tellGivenUp(url);
    if (state.destroyed) return;
    state.settle(error);
    contents.emit('did-stop-loading', new Event({ sender: contents }));
    state.asks.run();
  }

  // Another one is to be loaded instead of the one that is on its way.
  replace() {
    const state = this.#state;
    if (state.asked === null || !state.loading || this.#navigation !== state.navigation) return;
    state.tellOfStart('did-fail-provisional-load', new Event({ sender: state.contents }), ...ABORTED, state.asked.url, true,
      state.link, ROUTING_ID);
  }

  // The page has asked to stay: another one is not loaded.
  stay() {
    const state = this.#state;
    const { contents } = state;
    const { url } = state.asked;
    state.stopLoading();
    const isHeard = contents.listenerCount('did-fail-load') > 0;
    state.tellFailed(...ABORTED, url);
    const error = loadError(ABORTED, url);
    state.settle(error, isHeard || !leaveUnheard(error, contents.id));
    if (state.asked !== null && !state.destroyed) this.#remains();
    state.asks.run();
  }

  // The page that was there is still there.
  #remains() {
    const state = this.#state;
    state.asked = null;
    state.dropServed('document');
    state.navigation = this.#navigation = state.shownNavigation;
    this.#next = STEPS['did-stop-loading'] + 1;
    if (state.shownNavigation === 0) state.frameUrl = state.frameSource = '';
    state.url = state.frameUrl;
    state.source = state.frameSource;
    state.sent = state.history.current?.sent ?? {};
    native.stays(state.link);
    state.asksForFiles();
  }
}

module.exports = { Steps };
