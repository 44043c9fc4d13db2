'use strict';
// app: the life of the program.

const EventEmitter = require('events');
const path = require('path');
const native = binding('dipole');
const info = require('dipole/info');
const { Event } = require('dipole/ipc_events');
const quit = require('dipole/app_quit');
const paths = require('dipole/app_paths');
const { quiet, rejecting, text } = require('dipole/support');

let ready = false;
let resolveReady;
const whenReady = new Promise((resolve) => { resolveReady = resolve; });
let name = [info.package.productName, info.package.name].find((one) => typeof one === 'string') ?? 'Electron';
let userAgent = '';
let accessibility = false;
let badges = 0;
let loginItem = { openAtLogin: false };
let hardware = true;
const protocols = new Set();
const recent = [];

// What can be called and does nothing here: it would change a desktop.
const shown = [
  'focus', 'hide', 'show', 'setAppUserModelId', 'setUserTasks', 'setJumpList', 'setAboutPanelOptions', 'showAboutPanel',
  'showEmojiPanel', 'setSecureKeyboardEntryEnabled', 'startAccessingSecurityScopedResource', 'setActivationPolicy',
  'invalidateCurrentActivity', 'setUserActivity', 'setClientCertRequestPasswordHandler', 'configureHostResolver',
];

class App extends EventEmitter {
  #proxies = null;

  isReady() { return ready; }
  whenReady() { return whenReady; }
  quit() { quit.quit(); }
  exit(code) { quit.exit(code); }

  // Whoever has started the app starts it again, once it has ended.
  relaunch(options) {
    native.relaunch(argumentsOf(options));
    return true;
  }

  // Before the app is ready alone, as in Electron.
  disableHardwareAcceleration() {
    beforeReady('app.disableHardwareAcceleration()');
    hardware = false;
  }
  disableDomainBlockingFor3DAPIs() { beforeReady('app.disableDomainBlockingFor3DAPIs()'); }
  enableSandbox() { beforeReady('app.enableSandbox()'); }

  getName() { return name; }
  setName(value) { name = text(value); }
  get name() { return name; }
  set name(value) { this.setName(value); }
  getVersion() { return String(info.package.version ?? process.versions.electron); }
  getAppPath() { return info.appPath; }
  setAppPath(value) { info.appPath = text(value); }
  getPath(which) { return paths.getPath(which, name); }
  setPath(which, value) { paths.setPath(which, value); }
  setAppLogsPath(value) { paths.setLogsPath(value, name); }
  getLocale() { return this.commandLine.getSwitchValue('lang') || (languages()[0] ?? 'en-US'); }
  getLocaleCountryCode() { return languages()[0]?.split('-')[1] ?? ''; }
  getSystemLocale() { return languages()[0] ?? 'en-US'; }
  getPreferredSystemLanguages() { return languages(); }
  setDesktopName(file) { process.env.CHROME_DESKTOP = String(file); }
  get isPackaged() { return info.isPackaged; }
  get commandLine() { return require('dipole/command_line'); }
  get userAgentFallback() { return userAgent || standardUserAgent(); }
  set userAgentFallback(value) { userAgent = text(value); }
  get accessibilitySupportEnabled() { return accessibility; }
  set accessibilitySupportEnabled(on) { accessibility = Boolean(on); }
  isAccessibilitySupportEnabled() { return accessibility; }
  setAccessibilitySupportEnabled(on) { accessibility = Boolean(on); }
  get badgeCount() { return badges; }
  set badgeCount(count) { badges = Number(count) || 0; }
  getBadgeCount() { return badges; }
  setBadgeCount(count = 0) { badges = Number(count) || 0; return true; }
  get applicationMenu() { return require('dipole/menu').Menu.getApplicationMenu(); }
  set applicationMenu(value) { require('dipole/menu').Menu.setApplicationMenu(value); }

  // Of the instances that have one userData folder, one has the lock.
  requestSingleInstanceLock(data) {
    return native.requestLock(this.getPath('userData'), [process.argv, process.cwd(), data ?? null]);
  }
  hasSingleInstanceLock() { return native.hasLock(); }
  releaseSingleInstanceLock() { native.releaseLock(); }

  // What would be told the desktop is kept as long as the app runs.
  isDefaultProtocolClient(scheme) { return protocols.has(String(scheme)); }
  setAsDefaultProtocolClient(scheme) { protocols.add(String(scheme)); return true; }
  removeAsDefaultProtocolClient(scheme) { return protocols.delete(String(scheme)); }
  getApplicationNameForProtocol() { return ''; }
  getLoginItemSettings() { return { ...loginItem }; }
  setLoginItemSettings(settings) { loginItem = { ...settings, openAtLogin: settings?.openAtLogin === true }; }
  addRecentDocument(file) { recent.unshift(String(file)); }
  clearRecentDocuments() { recent.length = 0; }
  getRecentDocuments() { return [...recent]; }
  getGPUFeatureStatus() { return {}; }
  isHardwareAccelerationEnabled() { return hardware && ready; }
  isEmojiPanelSupported() { return false; }
  isSecureKeyboardEntryEnabled() { return false; }
  isInApplicationsFolder() { return false; }
  isUnityRunning() { return false; }
  async setProxy(config) {
    if (!this.isReady()) throw new Error('app.setProxy() can only be called after app is ready.');
    (this.#proxies ??= new (require('dipole/proxies').Proxies)()).set(config, 'app.setProxy');
  }
  async resolveProxy(url) {
    if (!this.isReady()) throw new Error('app.resolveProxy() can only be called after app is ready.');
    return this.#proxies?.for(String(url)) ?? 'DIRECT';
  }
  importCertificate(options, callback) {
    if (typeof callback !== 'function') throw new TypeError('callback must be a function');
    // As Chromium's network code says that it could not.
    setImmediate(callback, -2);
  }
  getAppMetrics() { return require('dipole/app_metrics').all(); }
}
quiet(App.prototype, shown);
rejecting(App.prototype, 'app', ['getGPUInfo', 'getFileIcon']);

// The user's languages, the dearest first; the system's C is none.
function languages() {
  const { LANGUAGE, LC_ALL, LC_MESSAGES, LANG } = process.env;
  const named = LC_ALL || LC_MESSAGES || LANG || '';
  const all = [...(LANGUAGE ?? '').split(':'), named].map((name) => name.split(/[.@]/)[0].replace('_', '-'));
  return [...new Set(all)].filter((name) => name !== '' && name !== 'C' && name !== 'POSIX');
}

function beforeReady(what) {
  if (ready) throw new Error(`${what} can only be called before app is ready`);
}

// What an app that is started again is to be given: what follows its own path.
function argumentsOf({ args, execPath } = {}) {
  const otherwise = typeof execPath === 'string' ? [] : process.argv.slice(1);
  const all = Array.isArray(args) ? args.map(String) : otherwise;
  const places = [info.main, info.appPath, process.argv[1]];
  return all.length > 0 && places.includes(path.resolve(all[0])) ? all.slice(1) : all;
}

// As Chromium's, with the app's name and Electron's.
function standardUserAgent() {
  const { chrome, electron } = process.versions;
  const own = `${name.replaceAll(/[^\x20-\x7e]|\s/g, '')}/${app.getVersion()}`;
  return `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ${own} Chrome/${chrome} Electron/${electron} Safari/537.36`;
}

const app = new App();
native.markUncloneable(app);

// The main script has run: the rest of the app may begin.
function start() {
  if (ready || quit.isQuitting()) return;
  quit.watchExit();
  app.emit('will-finish-launching');
  ready = true;
  resolveReady();
  app.emit('ready', new Event(), {});
}

module.exports = { app, start };
