'use strict';
// The part of WebContents that is about showing a page. Nothing is shown here: what can be asked back is kept, and
// what would need a display says so.

const { kState } = require('dipole/process_link');

const quiet = [
  'openDevTools', 'closeDevTools', 'toggleDevTools', 'inspectElement', 'inspectSharedWorker', 'inspectServiceWorker',
  'undo', 'redo', 'cut', 'copy', 'paste', 'pasteAndMatchStyle', 'delete', 'selectAll', 'unselect', 'centerSelection',
  'focus', 'invalidate', 'setIgnoreMenuShortcuts', 'setBackgroundThrottling', 'setWebRTCIPHandlingPolicy',
  'setVisualZoomLevelLimits', 'setImageAnimationPolicy', 'goBack', 'goForward', 'goToIndex', 'goToOffset',
  'clearHistory', 'adjustSelection', 'replace', 'replaceMisspelling', 'copyImageAt', 'showDefinitionForSelection',
  'enableDeviceEmulation', 'disableDeviceEmulation', 'startDrag', 'setDevToolsWebContents', 'setDevToolsTitle',
];
const never = ['isDevToolsOpened', 'isDevToolsFocused', 'isBeingCaptured', 'isCurrentlyAudible', 'canGoBack',
  'canGoForward', 'isOffscreen', 'isPainting'];
const unsupported = ['capturePage', 'printToPDF', 'print', 'savePage', 'takeHeapSnapshot', 'sendInputEvent',
  'beginFrameSubscription', 'findInPage', 'downloadURL', 'getPrintersAsync'];

let styles = 0;

function extend(prototype) {
  const define = (name, value) =>
    Object.defineProperty(prototype, name, { value, writable: true, enumerable: false, configurable: true });
  for (const name of quiet) define(name, { [name]() {} }[name]);
  for (const name of never) define(name, { [name]() { return false; } }[name]);
  for (const name of unsupported) {
    define(name, { [name]() { throw new Error(`not supported without a display: webContents.${name}`); } }[name]);
  }
  define('stopFindInPage', function stopFindInPage() {});
  define('insertText', async function insertText() {});
  define('insertCSS', async function insertCSS() { return String(++styles); });
  define('removeInsertedCSS', async function removeInsertedCSS() {});
  define('setWindowOpenHandler', function setWindowOpenHandler(handler) { this[kState].windowOpenHandler = handler; });
  kept(prototype, 'zoomLevel', 'ZoomLevel', 0);
  kept(prototype, 'zoomFactor', 'ZoomFactor', 1);
  kept(prototype, 'frameRate', 'FrameRate', 60);
  kept(prototype, 'userAgent', 'UserAgent', `Mozilla/5.0 (X11; Linux) Electron/${process.versions.electron}`);
  kept(prototype, 'audioMuted', 'AudioMuted', false, 'is');
  define('getBackgroundThrottling', function getBackgroundThrottling() { return true; });
  define('getDevToolsTitle', function getDevToolsTitle() { return ''; });
}

// A property with a getter and a setter method of its own, as Electron has several.
function kept(prototype, name, suffix, initial, verb = 'get') {
  const values = new WeakMap();
  const read = (object) => (values.has(object) ? values.get(object) : initial);
  Object.defineProperty(prototype, name, {
    get() { return read(this); },
    set(value) { values.set(this, value); },
    enumerable: false,
    configurable: true,
  });
  const get = `${verb}${suffix}`;
  const set = `set${suffix}`;
  Object.defineProperty(prototype, get, {
    value: { [get]() { return read(this); } }[get], writable: true, enumerable: false, configurable: true,
  });
  Object.defineProperty(prototype, set, {
    value: { [set](value) { values.set(this, value); } }[set], writable: true, enumerable: false, configurable: true,
  });
}

module.exports = { extend, kept };
