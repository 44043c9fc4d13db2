'use strict';
// The parts of Electron that belong to a desktop. What only shows something does nothing and keeps its state; what
// would have to answer with something that is not there throws.

const EventEmitter = require('events');

function unsupported(what) {
  return new Error(`not supported without a display: ${what}`);
}

// An object whose every method says that it is not supported.
function absent(name, methods, extra) {
  const object = new EventEmitter();
  for (const method of methods) object[method] = () => { throw unsupported(`${name}.${method}`); };
  return Object.assign(object, extra);
}

class Tray extends EventEmitter {
  #state = { title: '', toolTip: '', menu: null, destroyed: false };
  setImage() {}
  setPressedImage() {}
  setToolTip(text) { this.#state.toolTip = String(text); }
  setTitle(text) { this.#state.title = String(text); }
  getTitle() { return this.#state.title; }
  setContextMenu(menu) { this.#state.menu = menu; }
  popUpContextMenu() {}
  closeContextMenu() {}
  setIgnoreDoubleClickEvents() {}
  displayBalloon() {}
  removeBalloon() {}
  focus() {}
  getBounds() { return { x: 0, y: 0, width: 0, height: 0 }; }
  destroy() { this.#state.destroyed = true; }
  isDestroyed() { return this.#state.destroyed; }
}

class Notification extends EventEmitter {
  constructor(options) {
    super();
    Object.assign(this, { title: '', body: '', ...options });
  }
  // Nobody will ever see it: the program hears that, as where notifications are switched off.
  show() { setImmediate(() => this.emit('failed', {}, unsupported('Notification.show').message)); }
  close() {}
  static isSupported() { return false; }
}

const nativeTheme = Object.assign(new EventEmitter(), {
  themeSource: 'system', shouldUseDarkColors: false, shouldUseHighContrastColors: false,
  shouldUseInvertedColorScheme: false, inForcedColorsMode: false, prefersReducedTransparency: false,
});

const board = new Map();
const clipboard = {
  readText: () => board.get('text/plain') ?? '',
  writeText(text) { board.set('text/plain', String(text)); },
  readHTML: () => board.get('text/html') ?? '',
  writeHTML(text) { board.set('text/html', String(text)); },
  readRTF: () => board.get('text/rtf') ?? '',
  writeRTF(text) { board.set('text/rtf', String(text)); },
  write(data) {
    board.clear();
    if (data.text !== undefined) board.set('text/plain', String(data.text));
    if (data.html !== undefined) board.set('text/html', String(data.html));
    if (data.rtf !== undefined) board.set('text/rtf', String(data.rtf));
  },
  availableFormats: () => [...board.keys()],
  has: (format) => board.has(format),
  clear() { board.clear(); },
  readImage() { throw unsupported('clipboard.readImage'); },
  writeImage() { throw unsupported('clipboard.writeImage'); },
};

const shortcuts = new Map();
const globalShortcut = {
  register(key, callback) {
    if (shortcuts.has(key)) return false;
    shortcuts.set(key, callback);
    return true;
  },
  registerAll(keys, callback) { for (const key of keys) this.register(key, callback); },
  isRegistered: (key) => shortcuts.has(key),
  unregister(key) { shortcuts.delete(key); },
  unregisterAll() { shortcuts.clear(); },
};

const blockers = new Set();
let lastBlocker = 0;
const powerSaveBlocker = {
  start() { blockers.add(++lastBlocker); return lastBlocker; },
  stop: (id) => blockers.delete(id),
  isStarted: (id) => blockers.has(id),
};

const shell = {
  beep() {},
  async openExternal(url) { throw unsupported(`shell.openExternal(${JSON.stringify(url)})`); },
  // Electron's own way to say that it did not work.
  async openPath(path) { return unsupported(`shell.openPath(${JSON.stringify(path)})`).message; },
  showItemInFolder() {},
  async trashItem() { throw unsupported('shell.trashItem'); },
};

const nativeImage = {
  createEmpty: () => ({ isEmpty: () => true, getSize: () => ({ width: 0, height: 0 }), isTemplateImage: () => false, setTemplateImage() {} }),
};
for (const name of ['createFromPath', 'createFromBitmap', 'createFromBuffer', 'createFromDataURL', 'createFromNamedImage', 'createThumbnailFromPath']) {
  nativeImage[name] = () => { throw unsupported(`nativeImage.${name}`); };
}

// A constructor that cannot be used.
function never(name) {
  return { [name]: class { constructor() { throw unsupported(name); } } }[name];
}

module.exports = {
  Tray, Notification, nativeTheme, clipboard, globalShortcut, powerSaveBlocker, shell, nativeImage,
  screen: absent('screen', ['getCursorScreenPoint', 'getPrimaryDisplay', 'getDisplayNearestPoint', 'getDisplayMatching'],
    { getAllDisplays: () => [] }),
  powerMonitor: absent('powerMonitor', ['getSystemIdleTime', 'getSystemIdleState'],
    { isOnBatteryPower: () => false, getCurrentThermalState: () => 'unknown' }),
  systemPreferences: absent('systemPreferences', ['getColor', 'getAccentColor', 'getMediaAccessStatus'], {}),
  crashReporter: {
    start() {}, getLastCrashReport: () => null, getUploadedReports: () => [], getUploadToServer: () => false,
    setUploadToServer() {}, addExtraParameter() {}, removeExtraParameter() {}, getParameters: () => ({}),
  },
  safeStorage: absent('safeStorage', ['encryptString', 'decryptString'], { isEncryptionAvailable: () => false }),
  autoUpdater: absent('autoUpdater', ['setFeedURL', 'checkForUpdates', 'quitAndInstall'], { getFeedURL: () => '' }),
  contentTracing: absent('contentTracing', ['startRecording', 'stopRecording', 'getCategories'], {}),
  desktopCapturer: absent('desktopCapturer', ['getSources'], {}),
  inAppPurchase: absent('inAppPurchase', ['purchaseProduct', 'getProducts'], { canMakePayments: () => false }),
  netLog: absent('netLog', ['startLogging', 'stopLogging'], { currentlyLogging: false }),
  pushNotifications: absent('pushNotifications', ['registerForAPNSNotifications'], {}),
  TouchBar: never('TouchBar'), BrowserView: never('BrowserView'), WebContentsView: never('WebContentsView'),
  View: never('View'), ImageView: never('ImageView'), ShareMenu: never('ShareMenu'),
};
