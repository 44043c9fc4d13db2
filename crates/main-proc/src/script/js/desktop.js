'use strict';
// The parts of Electron that belong to a desktop. What only shows something keeps its state; what would have to answer
// with something that is not there throws.

const EventEmitter = require('events');
const native = binding('dipole');
const { Event } = require('dipole/ipc_events');
const { text, conversion, unsupported, noNetwork, noChromium, quiet, rejecting, throwing } = require('dipole/support');

function isReady() {
  return require('dipole/app').app.isReady();
}

// An object of which some functions throw, and others return a promise that rejects.
function lacking(name, { throws = [], rejects = [], make = unsupported }, extra) {
  const object = Object.assign(new EventEmitter(), extra);
  throwing(object, name, throws, make);
  rejecting(object, name, rejects, make);
  return object;
}

// The trays that there are, and their menus: tests click them.
const trays = new Map();

class Tray extends EventEmitter {
  #state = { title: '', toolTip: '', doubleClicks: false };

  constructor(image, guid) {
    if (!isReady()) throw new Error('Cannot create Tray before app is ready');
    super();
    this.setImage(image);
    if (guid !== undefined && typeof guid !== 'string') throw new TypeError('Invalid GUID format');
    this.#state.guid = guid ?? null;
    trays.set(this, null);
  }

  setImage(image) {
    if (typeof image !== 'string' && typeof image?.isEmpty !== 'function') {
      throw new TypeError('Error processing argument at index 0, conversion failure');
    }
  }
  setPressedImage(image) { this.setImage(image); }
  setToolTip(text) { this.#state.toolTip = String(text); }
  setTitle(text) { this.#state.title = String(text); }
  getTitle() { return this.#state.title; }
  setContextMenu(menu) { if (trays.has(this)) trays.set(this, menu); }
  popUpContextMenu(menu) { (menu ?? trays.get(this))?.popup(); }
  closeContextMenu() { trays.get(this)?.closePopup(); }
  setIgnoreDoubleClickEvents(ignore) { this.#state.doubleClicks = Boolean(ignore); }
  getIgnoreDoubleClickEvents() { return this.#state.doubleClicks; }
  getGUID() { return this.#state.guid; }
  getBounds() { return { x: 0, y: 0, width: 0, height: 0 }; }
  destroy() { trays.delete(this); }
  isDestroyed() { return !trays.has(this); }
}
quiet(Tray.prototype, ['displayBalloon', 'removeBalloon', 'focus']);

class Notification extends EventEmitter {
  constructor(options) {
    super();
    Object.assign(this, {
      title: '', subtitle: '', body: '', silent: false, hasReply: false, timeoutType: 'default', replyPlaceholder: '', sound: '',
      urgency: 'normal', actions: [], closeButtonText: '', toastXml: '', ...options,
    });
  }
  // Nobody will ever see it: the program hears that, as where notifications are switched off.
  show() { setImmediate(() => this.emit('failed', new Event({ sender: this }), unsupported('Notification.show').message)); }
  close() {}
  static isSupported() { return false; }
}

const shortcuts = new Map();
let suspended = false;

function accelerator(key) {
  if (!isReady()) throw new Error('globalShortcut cannot be used before the app is ready');
  if (!require('dipole/keys').isAccelerator(text(key))) throw conversion(key);
  return key;
}

const globalShortcut = {
  register(key, callback) {
    if (typeof callback !== 'function') throw new TypeError('Error processing argument at index 1, conversion failure');
    if (shortcuts.has(accelerator(key))) return false;
    shortcuts.set(key, callback);
    return true;
  },
  registerAll(keys, callback) { for (const key of keys) globalShortcut.register(key, callback); },
  isRegistered: (key) => shortcuts.has(accelerator(key)),
  unregister(key) { shortcuts.delete(accelerator(key)); },
  unregisterAll() { shortcuts.clear(); },
  setSuspended(on) { suspended = Boolean(on); },
  isSuspended: () => suspended,
};

const blockers = new Set();
let lastBlocker = 0;
const powerSaveBlocker = {
  start(type) {
    if (type !== 'prevent-app-suspension' && type !== 'prevent-display-sleep') {
      throw new TypeError('Error processing argument at index 0, conversion failure');
    }
    blockers.add(++lastBlocker);
    return lastBlocker;
  },
  stop: (id) => blockers.delete(id),
  isStarted: (id) => blockers.has(id),
};

// Nothing is opened: what would have been is told on stderr, and may be asked for by a test there.
function told(what, value) {
  if (typeof value !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
  native.note(`shell.${what}(${JSON.stringify(value)}) is not done: there is no desktop`);
}

const shell = {
  beep() {},
  async openExternal(url) { told('openExternal', url); },
  async openPath(path) { told('openPath', path); return ''; },
  showItemInFolder(path) { told('showItemInFolder', path); },
};
rejecting(shell, 'shell', ['trashItem']);
throwing(shell, 'shell', ['writeShortcutLink', 'readShortcutLink']);

const reported = new Map();
let uploads = false;
const crashReporter = {
  start(options) {
    const { uploadToServer = true, submitURL, extra = {} } = options ?? {};
    if (uploadToServer && !submitURL) throw new Error('submitURL must be specified when uploadToServer is true');
    uploads = Boolean(uploadToServer);
    for (const [key, value] of Object.entries(extra)) reported.set(key, String(value));
  },
  getLastCrashReport: () => null,
  getUploadedReports: () => [],
  getUploadToServer: () => uploads,
  setUploadToServer(on) { uploads = Boolean(on); },
  addExtraParameter(key, value) { reported.set(String(key), String(value)); },
  removeExtraParameter(key) { reported.delete(String(key)); },
  getParameters: () => Object.fromEntries(reported),
};

let feed = '';
const autoUpdater = Object.assign(new EventEmitter(), {
  setFeedURL(options) {
    const url = typeof options === 'string' ? options : options?.url;
    if (typeof url !== 'string') throw new TypeError('Expected options object to contain a \'url\' string property in setFeedUrl call');
    feed = url;
  },
  getFeedURL: () => feed,
  // There is nothing that could be updated: the program hears that as it hears of any other failure.
  checkForUpdates() {
    const error = feed === '' ? new Error('Update URL is not set') : noNetwork('autoUpdater.checkForUpdates');
    setImmediate(() => autoUpdater.emit('error', error, error.message));
  },
  quitAndInstall() {
    const error = new Error('No update available, can\'t quit and install');
    setImmediate(() => autoUpdater.emit('error', error, error.message));
  },
});

// A constructor that cannot be used.
function never(name) {
  return { [name]: class { constructor() { throw unsupported(name); } } }[name];
}

module.exports = {
  trays, shortcuts,
  Tray, Notification, globalShortcut, powerSaveBlocker, shell, crashReporter, autoUpdater,
  powerMonitor: lacking('powerMonitor', { throws: ['getSystemIdleTime'] }, {
    getSystemIdleState(threshold) {
      if (!Number.isInteger(threshold) || threshold <= 0) throw new TypeError('Invalid idle threshold, must be greater than 0');
      return 'unknown';
    },
    getCurrentThermalState: () => 'unknown', isOnBatteryPower: () => false, onBatteryPower: false,
  }),
  systemPreferences: lacking('systemPreferences', {
    throws: ['getColor', 'getAccentColor', 'getSystemColor', 'getMediaAccessStatus', 'getUserDefault', 'setUserDefault'],
    rejects: ['askForMediaAccess', 'promptTouchID'],
  }, {
    getAnimationSettings: () => ({
      shouldRenderRichAnimation: false, scrollAnimationsEnabledBySystem: false, prefersReducedMotion: false,
    }),
  }),
  contentTracing: lacking('contentTracing', {
    rejects: ['startRecording', 'stopRecording', 'getCategories', 'getTraceBufferUsage', 'enableHeapProfiling'], make: noChromium,
  }),
  desktopCapturer: lacking('desktopCapturer', { rejects: ['getSources'] }),
  inAppPurchase: lacking('inAppPurchase', { rejects: ['purchaseProduct', 'getProducts'] }, { canMakePayments: () => false }),
  netLog: lacking('netLog', { rejects: ['startLogging'], make: noNetwork }, {
    currentlyLogging: false, async stopLogging() { throw new Error('No net log in progress'); },
  }),
  pushNotifications: lacking('pushNotifications', { rejects: ['registerForAPNSNotifications'] }),
  TouchBar: never('TouchBar'), ShareMenu: never('ShareMenu'),
};
