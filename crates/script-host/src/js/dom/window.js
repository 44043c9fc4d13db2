'use strict';
// The global object as a window.

const { Object, Map, Set, Symbol, DOMException, Number, TypeError, each, lists } = require('internal/intrinsics');
const { b, later, wrap, text, report, nodes, hooks } = require('dom/core');
const { define, accessors, lazy } = require('dom/define');
const { EventTarget, Listeners, WINDOW, current } = require('dom/target');
const { COMMON, WINDOW_ONLY, addHandlers } = require('dom/handlers');
const { postMessage } = require('dom/message');
const { now } = require('dom/events');
const { defineLazies } = binding('host');

class Window extends EventTarget {
  constructor() {
    super();
    throw new TypeError('Illegal constructor');
  }
}

// --- elements with an id as globals ---

const names = Object.create(EventTarget.prototype);
let known = 0;

/** Defines the names that came up since the last time. Each looks its element up when it is used. */
function showNames() {
  if (b.nameCount() === known) return;
  const fresh = b.namesSince(known);
  known += fresh.length;
  for (const name of each(fresh)) {
    if (name in EventTarget.prototype) continue;
    Object.defineProperty(names, name, {
      get() { return wrap(b.named(name)) ?? undefined; },
      // Assigning makes an ordinary global of it.
      set(value) {
        Object.defineProperty(globalThis, name, { value, writable: true, enumerable: true, configurable: true });
      },
      configurable: true,
    });
  }
}

// --- animation frames ---

const FRAME = 16;
let frames = new Map();
let nextFrame = 1;

function runFrames() {
  const running = frames;
  frames = new Map();
  const time = now();
  for (const { 0: id, 1: callback } of each(running)) {
    if (cancelled.delete(id)) continue;
    try {
      callback(time);
    } catch (error) {
      report(error);
    }
  }
}
const cancelled = new Set();

const functions = {
  postMessage,
  requestAnimationFrame(callback) {
    if (typeof callback !== 'function') {
      throw new TypeError("Failed to execute 'requestAnimationFrame' on 'Window': parameter 1 is not of type 'Function'.");
    }
    if (frames.size === 0) require('internal/timers').setTimeout(runFrames, FRAME);
    frames.set(nextFrame, callback);
    return nextFrame++;
  },
  cancelAnimationFrame(id) {
    // Also one that is about to be called by the frame that is running.
    if (!frames.has(id)) cancelled.add(id);
    else frames.set(id, () => {});
  },
  requestIdleCallback: (callback) => Number(later(() => callback({ didTimeout: false, timeRemaining: () => 50 }))),
  cancelIdleCallback: (id) => require('internal/timers').clearTimeout(id),
  alert(message = '') { b.dialog('alert', text(message)); },
  confirm(message = '') {
    b.dialog('confirm', text(message));
    return false;
  },
  prompt(message = '') {
    b.dialog('prompt', text(message));
    return null;
  },
  print() { throw new DOMException('Printing is not supported.', 'NotSupportedError'); },
  open(url = '', target = '_blank', features = '') { return require('dom/opened').open(text(url), text(target), text(features)); },
  close() { b.close(); },
  stop() { b.stop(); },
  focus() {},
  blur() {},
  moveTo() {},
  moveBy() {},
  resizeTo() {},
  resizeBy() {},
  scroll() {},
  scrollTo() {},
  scrollBy() {},
  getComputedStyle(element) {
    const id = nodes.idOf(element);
    if (id === undefined) {
      throw new TypeError("Failed to execute 'getComputedStyle' on 'Window': parameter 1 is not of type 'Element'.");
    }
    const { CSSStyleDeclaration } = require('dom/attributes');
    // What the style attribute says; there is no cascade.
    return new CSSStyleDeclaration(() => b.attr(id, 'style') ?? '', () => {
      throw new DOMException("Failed to set a property on 'CSSStyleDeclaration': These styles are computed, and therefore the property is read-only.", 'NoModificationAllowedError');
    });
  },
  matchMedia(media) { return require('dom/media').matchMedia(text(media)); },
  getSelection: () => require('internal/ranges').selection,
  reportError(error) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'reportError' on 'Window': 1 argument required, but only 0 present.");
    }
    report(error);
  },
  fetch: async (input, init) => require('internal/fetch').fetch(input, init),
};

function makeNavigator() {
  class Navigator {}
  define(Navigator, 'Navigator');
  const { Clipboard } = require('dom/storage');
  const devices = 'mediaDevices serviceWorker storage permissions geolocation bluetooth usb serial hid connection '
    + 'userActivation credentials wakeLock mediaSession locks keyboard scheduling windowControlsOverlay virtualKeyboard';
  defineLazies(Navigator.prototype, devices, true, (name) => require('internal/devices').navigator[name]());
  const { texts } = require('internal/texts');
  const userAgent = b.userAgent();
  return Object.setPrototypeOf({
    userAgent, appVersion: texts.startsWith(userAgent, 'Mozilla/') ? texts.slice(userAgent, 'Mozilla/'.length) : userAgent, appName: 'Netscape', product: 'Gecko',
    appCodeName: 'Mozilla', vendor: 'Google Inc.', language: 'en-US', languages: Object.freeze(['en-US']),
    platform: b.platform, onLine: true, cookieEnabled: true, hardwareConcurrency: 1, maxTouchPoints: 0, webdriver: false,
    clipboard: new Clipboard(), pdfViewerEnabled: false, doNotTrack: null, plugins: [], mimeTypes: [], javaEnabled: () => false,
    userAgentData: {
      brands: [{ brand: 'Chromium', version: '144' }], mobile: false, platform: 'Linux',
      getHighEntropyValues: async () => ({ brands: [{ brand: 'Chromium', version: '144' }], mobile: false, platform: 'Linux' }),
    },
    // Nothing is sent, and nothing shakes.
    registerProtocolHandler() {}, unregisterProtocolHandler() {}, async setAppBadge() {}, async clearAppBadge() {},
    getBattery: async () => Object.assign(new EventTarget(), { charging: true, chargingTime: 0, dischargingTime: Infinity, level: 1 }),
    async requestMIDIAccess() { throw new DOMException('Platform dependent initialization failed.', 'InvalidStateError'); },
    sendBeacon: () => false, vibrate: () => false, getGamepads: () => [], vendorSub: '', productSub: '20030107', deviceMemory: 8,
  }, Navigator.prototype);
}

const screen = {
  width: 800, height: 600, availWidth: 800, availHeight: 600, colorDepth: 24, pixelDepth: 24, availLeft: 0, availTop: 0,
  orientation: { type: 'landscape-primary', angle: 0, onchange: null },
};

const plain = {
  status: '', length: 0, closed: false, frameElement: null,
  innerWidth: 800, innerHeight: 600, outerWidth: 800, outerHeight: 600, devicePixelRatio: 1, scrollX: 0, scrollY: 0,
  pageXOffset: 0, pageYOffset: 0, screenX: 0, screenY: 0, screenLeft: 0, screenTop: 0, isSecureContext: true,
  crossOriginIsolated: false, screen,
};

const TIMELINE = 'mark measure clearMarks clearMeasures clearResourceTimings getEntries getEntriesByType getEntriesByName '
  + 'setResourceTimingBufferSize';

/** Makes the global object a window. Everything can be redefined by scripts, which often reuse such names. */
function installWindow() {
  const value = (name, given) => Object.defineProperty(globalThis, name, {
    value: given, writable: true, enumerable: true, configurable: true,
  });
  for (const name of each(['window', 'self', 'top', 'parent', 'frames'])) value(name, globalThis);
  for (const name of each(Object.keys(plain))) value(name, plain[name]);
  for (const name of each(Object.keys(functions))) value(name, functions[name]);
  lazy('visualViewport', true, () => Object.assign(new EventTarget(), {
    offsetLeft: 0, offsetTop: 0, pageLeft: 0, pageTop: 0, width: plain.innerWidth, height: plain.innerHeight, scale: 1,
  }));
  defineLazies(performance, TIMELINE, true, (name) => require('internal/performance').methods[name]);
  defineLazies(performance, 'navigation eventCounts', true, (name) => require('internal/performance').properties[name]());
  // The registry is the page's own world's, as its classes are.
  lazy('customElements', true, () => (b.isPage ? require('dom/custom').registry : null));
  lazy('localStorage sessionStorage', true, (name) => new (require('dom/storage').Storage)(name === 'sessionStorage'));
  lazy('document', true, () => wrap(0));
  lazy('navigator', true, makeNavigator);
  lazy('history', true, () => require('dom/address').history);
  lazy('name', true, () => (hooks.frameName === null ? '' : hooks.frameName()));
  lazy('opener', true, () => require('dom/opened').opener());
  lazy('origin', true, () => require('dom/address').location.origin);
  Object.defineProperty(globalThis, 'location', {
    get: () => require('dom/address').location,
    set: (url) => { require('dom/address').location.href = url; },
    enumerable: true, configurable: true,
  });

  addHandlers(Window.prototype, COMMON + ' ' + WINDOW_ONLY, () => WINDOW);
  accessors(Window.prototype, { event: () => current.event });
  define(Window, 'Window');
  Object.defineProperty(Window.prototype, 'constructor', { value: Window, writable: true, configurable: true });
  Object.setPrototypeOf(Window.prototype, names);
  Object.setPrototypeOf(globalThis, Window.prototype);
  Object.defineProperty(globalThis, Symbol.toStringTag, { value: 'Window', configurable: true });
  Listeners.add(globalThis);
}

module.exports = { Window, installWindow, showNames };
