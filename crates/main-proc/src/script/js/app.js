'use strict';
// app: the life of the program.

const EventEmitter = require('events');
const native = binding('dipole');
const info = require('dipole/info');
const { Event } = require('dipole/ipc_events');
const { kState, owners } = require('dipole/process_link');
const quit = require('dipole/app_quit');
const paths = require('dipole/app_paths');

let ready = false;
let resolveReady;
const whenReady = new Promise((resolve) => { resolveReady = resolve; });
let name = info.package.productName ?? info.package.name ?? 'Electron';
let userAgent = `Electron/${process.versions.electron}`;
let accessibility = false;
let badges = 0;
let menu = null;

// What can be called and does nothing here: it would change a desktop.
const quiet = [
  'focus', 'hide', 'show', 'addRecentDocument', 'clearRecentDocuments', 'setAppUserModelId', 'setUserTasks',
  'setJumpList', 'disableHardwareAcceleration', 'disableDomainBlockingFor3DAPIs', 'enableSandbox', 'setAboutPanelOptions',
  'showAboutPanel', 'showEmojiPanel', 'setLoginItemSettings', 'releaseSingleInstanceLock', 'setSecureKeyboardEntryEnabled',
  'startAccessingSecurityScopedResource', 'setActivationPolicy', 'invalidateCurrentActivity', 'setUserActivity',
  'setClientCertRequestPasswordHandler', 'configureHostResolver', 'setProxy',
];

class App extends EventEmitter {
  isReady() { return ready; }
  whenReady() { return whenReady; }
  quit() { quit.quit(); }
  exit(code) { quit.exit(code); }

  relaunch() {
    throw new Error('app.relaunch is not supported: start the program again from where it was started');
  }

  getName() { return name; }
  setName(value) { name = String(value); }
  get name() { return name; }
  set name(value) { this.setName(value); }
  getVersion() { return String(info.package.version ?? process.versions.electron); }
  getAppPath() { return info.appPath; }
  setAppPath(value) { info.appPath = String(value); }
  getPath(which) { return paths.getPath(which, name); }
  setPath(which, value) { paths.setPath(which, value); }
  setAppLogsPath(value) { paths.setLogsPath(value, name); }
  getLocale() { return (process.env.LC_ALL || process.env.LANG || 'en-US').split('.')[0].replace('_', '-'); }
  getLocaleCountryCode() { return this.getLocale().split('-')[1] ?? ''; }
  getSystemLocale() { return this.getLocale(); }
  getPreferredSystemLanguages() { return [this.getLocale()]; }
  get isPackaged() { return info.isPackaged; }
  get commandLine() { return require('dipole/command_line'); }
  get userAgentFallback() { return userAgent; }
  set userAgentFallback(value) { userAgent = String(value); }
  get accessibilitySupportEnabled() { return accessibility; }
  set accessibilitySupportEnabled(on) { accessibility = Boolean(on); }
  isAccessibilitySupportEnabled() { return accessibility; }
  setAccessibilitySupportEnabled(on) { accessibility = Boolean(on); }
  get badgeCount() { return badges; }
  set badgeCount(count) { badges = Number(count) || 0; }
  getBadgeCount() { return badges; }
  setBadgeCount(count = 0) { badges = Number(count) || 0; return true; }
  get applicationMenu() { return menu; }
  set applicationMenu(value) { menu = value; }

  // There is no list of instances: each is the only one.
  requestSingleInstanceLock() { return true; }
  hasSingleInstanceLock() { return true; }
  isDefaultProtocolClient() { return false; }
  setAsDefaultProtocolClient() { return false; }
  removeAsDefaultProtocolClient() { return false; }
  getApplicationNameForProtocol() { return ''; }
  getLoginItemSettings() { return { openAtLogin: false }; }
  getGPUFeatureStatus() { return {}; }
  async getGPUInfo() { throw new Error('not supported without a display: app.getGPUInfo'); }
  async getFileIcon() { throw new Error('not supported without a display: app.getFileIcon'); }
  isHardwareAccelerationEnabled() { return false; }
  isEmojiPanelSupported() { return false; }
  isSecureKeyboardEntryEnabled() { return false; }
  isInApplicationsFolder() { return false; }
  getRecentDocuments() { return []; }

  // One entry for main and one for each other process.
  getAppMetrics() {
    const metric = (pid, type, extra) => ({
      pid, type, creationTime: 0, cpu: { percentCPUUsage: 0, idleWakeupsPerSecond: 0, cumulativeCPUUsage: 0 },
      memory: { workingSetSize: 0, peakWorkingSetSize: 0 }, sandboxed: false, ...extra,
    });
    const children = owners().filter((owner) => owner[kState].link !== 0).map((owner) => {
      const { link, name, preferences } = owner[kState];
      return preferences === undefined
        ? metric(native.pid(link), 'Utility', { name, serviceName: 'node.mojom.NodeService' })
        : metric(native.pid(link), 'Tab', { sandboxed: native.isConfined(link) });
    });
    return [metric(process.pid, 'Browser', {}), ...children];
  }
}
for (const method of quiet) {
  Object.defineProperty(App.prototype, method, {
    value: { [method]() {} }[method], writable: true, enumerable: false, configurable: true,
  });
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
