'use strict';
// session: what windows of one partition have in common. There is no cache; settings are kept.

const EventEmitter = require('events');
const path = require('path');
const native = binding('dipole');
const { unsupported, noNetwork, noChromium, methods, quiet, rejecting, throwing } = require('dipole/support');

const sessions = new Map();
/** Whether the app wants to see which files pages of that session ask for. */
let wantsFiles;
/** Where what that session downloads is put. */
let downloadFolder;
/** The name of its partition; nothing for what is no session. */
let partitionOf;

class Session extends EventEmitter {
  #partition;
  #userAgent;
  #handlers = {};
  #folder;
  #proxies = null;
  #preloads = [];
  #lastPreload = 0;
  // What has been asked for of what belongs to it.
  #parts = {};
  #spelling = { enabled: false, languages: ['en-US'], words: new Set() };

  constructor(partition, folder) {
    super();
    this.#partition = partition;
    this.#folder = folder;
    const changed = () => require('dipole/resources').filesAreWanted(this);
    const parts = {
      cookies: () => new (require('dipole/cookies').Cookies)(this.#folder),
      protocol: () => new (require('dipole/protocol').Protocol)(changed),
      webRequest: () => new (require('dipole/web_request').WebRequest)(changed),
      extensions: () => new Extensions(),
      serviceWorkers: () => new ServiceWorkers(),
      netLog: () => require('dipole/desktop').netLog,
    };
    const made = this.#parts;
    for (const [name, make] of Object.entries(parts)) {
      Object.defineProperty(this, name, { get: () => (made[name] ??= make()), enumerable: true, configurable: true });
    }
  }

  static {
    partitionOf = (session) => (typeof session === 'object' && session !== null && #partition in session ? session.#partition : undefined);
    downloadFolder = (session) => session.#handlers.downloads ?? require('dipole/app').app.getPath('downloads');
    wantsFiles = (session) => {
      const { protocol, webRequest } = session.#parts;
      return protocol?.handlerOf('file') !== undefined || webRequest?.isUsed === true;
    };
  }

  getUserAgent() { return this.#userAgent ?? require('dipole/app').app.userAgentFallback; }
  setUserAgent(text) {
    if (typeof text !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
    this.#userAgent = text;
  }
  // Everything, or what is of these kinds and origins.
  #clear(kinds, origins, others) {
    const { originOf, clear } = require('dipole/storage');
    const has = (kind) => kinds === undefined || kinds.includes(kind);
    const list = (given) => (Array.isArray(given) ? given.map((url) => originOf(String(url))) : undefined);
    const [wanted, kept] = [list(origins), list(others)];
    if (has('localstorage')) clear(this.#partition, (origin) => wanted?.includes(origin) ?? !kept?.includes(origin));
    const hosts = (given) => given?.map((origin) => origin.replace(/^[^/]*\/\/|:\d+$/g, ''));
    const [own, not] = [hosts(wanted), hosts(kept)];
    if (has('cookies')) this.cookies.clear((host) => own?.includes(host) ?? !not?.includes(host));
  }

  async clearAuthCache() { require('dipole/logins').forget(this); }
  isPersistent() { return this.#folder !== null; }
  getStoragePath() {
    if (this.#folder !== null) require('dipole/app_paths').make(this.#folder);
    return this.#folder;
  }
  get storagePath() { return this.getStoragePath(); }

  // --- preload scripts ---

  registerPreloadScript(script) {
    const { type, filePath, id = `preload-${++this.#lastPreload}` } = script ?? {};
    if (type !== 'frame' && type !== 'service-worker') throw new TypeError("script.type must be 'frame' or 'service-worker'");
    if (typeof filePath !== 'string' || !path.isAbsolute(filePath)) {
      throw new Error(`Preload script must have absolute path: ${filePath}`);
    }
    if (this.#preloads.some((other) => other.id === id)) throw new Error(`Cannot register preload script with existing ID '${id}'`);
    this.#preloads.push({ type, id, filePath });
    return id;
  }

  unregisterPreloadScript(id) {
    const at = this.#preloads.findIndex((script) => script.id === id);
    if (at < 0) throw new Error(`Cannot unregister preload script with non-existing ID '${id}'`);
    this.#preloads.splice(at, 1);
  }

  getPreloadScripts() { return this.#preloads.map((script) => ({ ...script })); }
  getPreloads() { return this.#preloads.filter(({ type }) => type === 'frame').map(({ filePath }) => filePath); }
  setPreloads(list) {
    this.#preloads = this.#preloads.filter(({ type }) => type !== 'frame');
    for (const filePath of list) this.registerPreloadScript({ type: 'frame', filePath });
  }

  // --- handlers: there is nothing that they would be called for but a page's permissions ---

  static {
    const names = {
      setPermissionRequestHandler: 'request', setPermissionCheckHandler: 'check', setDevicePermissionHandler: 'device',
      setCertificateVerifyProc: 'certificate', setDisplayMediaRequestHandler: 'media', setBluetoothPairingHandler: 'bluetooth',
      setUSBProtectedClassesHandler: 'usb',
    };
    for (const [name, which] of Object.entries(names)) {
      methods(Session.prototype, {
        [name](handler) {
          if (handler !== null && handler !== undefined && typeof handler !== 'function') {
            throw new TypeError('Must pass null or function');
          }
          this.#handlers[which] = handler ?? null;
        },
      });
    }
  }

  // --- spelling ---

  get availableSpellCheckerLanguages() { return ['en-US', 'en-GB', 'de', 'es', 'fr', 'it', 'pt-BR', 'ru']; }
  isSpellCheckerEnabled() { return this.#spelling.enabled; }
  setSpellCheckerEnabled(on) { this.#spelling.enabled = Boolean(on); }
  get spellCheckerEnabled() { return this.#spelling.enabled; }
  set spellCheckerEnabled(on) { this.setSpellCheckerEnabled(on); }
  getSpellCheckerLanguages() { return [...this.#spelling.languages]; }
  setSpellCheckerLanguages(languages) {
    const known = this.availableSpellCheckerLanguages;
    const wrong = languages.find((language) => !known.includes(language));
    if (wrong !== undefined) throw new Error(`Invalid language code provided: "${wrong}" is not a valid language code`);
    this.#spelling.languages = [...languages];
  }
  addWordToSpellCheckerDictionary(word) {
    if (this.#folder === null || typeof word !== 'string' || word === '') return false;
    this.#spelling.words.add(word);
    return true;
  }
  removeWordFromSpellCheckerDictionary(word) { return this.#spelling.words.delete(word); }
  async listWordsInSpellCheckerDictionary() { return [...this.#spelling.words]; }

  // --- what is kept nowhere else ---

  async clearStorageData({ origin, storages } = {}) {
    this.#clear(Array.isArray(storages) ? storages.map((name) => String(name).toLowerCase()) : undefined, typeof origin === 'string' ? [origin] : undefined);
  }
  async clearData({ dataTypes, origins, excludeOrigins } = {}) {
    this.#clear(Array.isArray(dataTypes) ? dataTypes.map((name) => String(name).toLowerCase()) : undefined, origins, excludeOrigins);
  }
  downloadURL(url, options) { require('dipole/downloads').byProgram(this, null, url, options); }
  async getCacheSize() { return 0; }
  async setProxy(config) { (this.#proxies ??= new (require('dipole/proxies').Proxies)()).set(config, 'session.setProxy'); }
  async resolveProxy(url) { return this.#proxies?.for(String(url)) ?? 'DIRECT'; }
  async resolveHost(host, options) { return require('dipole/hosts').resolveHost('session.resolveHost', host, options); }
  async getSharedDictionaryInfo() { return []; }
  async getSharedDictionaryUsageInfo() { return []; }
  getAllExtensions() { return []; }
  getExtension() { return null; }
  setDownloadPath(folder) {
    if (typeof folder !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
    this.#handlers.downloads = folder;
  }
  setCodeCachePath(folder) {
    if (typeof folder !== 'string' || !path.isAbsolute(folder)) {
      throw new Error('Absolute path must be provided to store code cache.');
    }
  }
}
// There is nothing to clear, to close or to set up.
for (const name of [
  'clearCache', 'clearCodeCaches', 'clearHostResolverCache', 'clearSharedDictionaryCache',
  'clearSharedDictionaryCacheForIsolationKey', 'closeAllConnections', 'forceReloadProxyConfig',
]) {
  methods(Session.prototype, { async [name]() {} });
}
quiet(Session.prototype, [
  'flushStorageData', 'preconnect', 'enableNetworkEmulation', 'disableNetworkEmulation', 'allowNTLMCredentialsForDomains',
  'setSSLConfig', 'setSpellCheckerDictionaryDownloadURL', 'removeExtension',
]);
rejecting(Session.prototype, 'session', ['getBlobData'], noNetwork);
methods(Session.prototype, { fetch(input, init) { return require('dipole/net').fetchIn(this, input, init); } });
rejecting(Session.prototype, 'session', ['loadExtension'], noChromium);
throwing(Session.prototype, 'session', ['createInterruptedDownload'], noNetwork);
native.markUncloneable(Session.prototype);

class Extensions extends EventEmitter {
  getAllExtensions() { return []; }
  getExtension() { return null; }
  removeExtension() {}
}
rejecting(Extensions.prototype, 'session.extensions', ['loadExtension'], noChromium);

class ServiceWorkers extends EventEmitter {
  getAllRunning() { return {}; }
  getFromVersionID() { throw new Error('Could not find service worker with that version_id'); }
  getInfoFromVersionID() { throw new Error('Could not find service worker with that version_id'); }
  getWorkerFromVersionID() { return undefined; }
}
rejecting(ServiceWorkers.prototype, 'session.serviceWorkers', ['startWorkerForScope'], noChromium);

function ready() {
  if (!require('dipole/app').app.isReady()) throw new TypeError('Session can only be received when app is ready');
}

function obtain(key, folder) {
  if (!sessions.has(key)) {
    const made = new Session(key, folder());
    sessions.set(key, made);
    require('dipole/app').app.emit('session-created', made);
  }
  return sessions.get(key);
}

const session = {
  fromPartition(partition) {
    if (typeof partition !== 'string') throw new TypeError('partition must be a string');
    ready();
    return obtain(partition, () => {
      const base = require('dipole/app_paths').pathOf('sessionData', require('dipole/app').app.name);
      if (partition === '') return base;
      return partition.startsWith('persist:') ? path.join(base, 'Partitions', partition.slice('persist:'.length)) : null;
    });
  },
  fromPath(folder) {
    if (typeof folder !== 'string' || !path.isAbsolute(folder)) throw new TypeError('An absolute path was not provided.');
    ready();
    return obtain(`persist:${folder}`, () => folder);
  },
  get defaultSession() { return session.fromPartition(''); },
  Session,
};

module.exports = { session, Session, wantsFiles, downloadFolder, partitionOf };
