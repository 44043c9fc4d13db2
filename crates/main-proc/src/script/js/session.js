'use strict';
// session, protocol, net: there is no network and no cache; settings are kept, requests are refused.

const EventEmitter = require('events');

const sessions = new Map();

function noNetwork(what) {
  return new Error(`${what} is not supported: pages are loaded from files, there is no network stack`);
}

class Cookies extends EventEmitter {
  async get() { return []; }
  async set() { throw noNetwork('session.cookies.set'); }
  async remove() {}
  async flushStore() {}
}

class Session extends EventEmitter {
  #userAgent = '';
  #handlers = {};

  constructor(partition) {
    super();
    this.partition = partition;
    this.cookies = new Cookies();
    this.protocol = protocol;
    this.webRequest = webRequest;
  }

  getUserAgent() { return this.#userAgent; }
  setUserAgent(text) { this.#userAgent = String(text); }
  setPermissionRequestHandler(handler) { this.#handlers.request = handler; }
  setPermissionCheckHandler(handler) { this.#handlers.check = handler; }
  setDevicePermissionHandler(handler) { this.#handlers.device = handler; }
  setCertificateVerifyProc(handler) { this.#handlers.certificate = handler; }
  setDisplayMediaRequestHandler(handler) { this.#handlers.media = handler; }
  setProxy() { return Promise.resolve(); }
  setPreloads() { throw new Error('session.setPreloads is not supported: use webPreferences.preload'); }
  getPreloads() { return []; }
  registerPreloadScript() {
    throw new Error('session.registerPreloadScript is not supported: use webPreferences.preload');
  }
  isPersistent() { return this.partition.startsWith('persist:'); }
  getStoragePath() { return null; }
  get storagePath() { return null; }
  async clearCache() {}
  async clearStorageData() {}
  async clearData() {}
  async getCacheSize() { return 0; }
  flushStorageData() {}
  async resolveProxy() { return 'DIRECT'; }
  async closeAllConnections() {}
  setSpellCheckerLanguages() {}
  setSpellCheckerEnabled() {}
  async fetch() { throw noNetwork('session.fetch'); }
}

const schemes = new Set();
const protocol = {
  registerSchemesAsPrivileged(list) { for (const { scheme } of list) schemes.add(scheme); },
  handle(scheme) { throw noNetwork(`protocol.handle('${scheme}')`); },
  unhandle() {},
  isProtocolHandled: () => false,
  registerFileProtocol(scheme) { throw noNetwork(`protocol.registerFileProtocol('${scheme}')`); },
  registerBufferProtocol(scheme) { throw noNetwork(`protocol.registerBufferProtocol('${scheme}')`); },
  registerStringProtocol(scheme) { throw noNetwork(`protocol.registerStringProtocol('${scheme}')`); },
  registerHttpProtocol(scheme) { throw noNetwork(`protocol.registerHttpProtocol('${scheme}')`); },
  isProtocolRegistered: () => false,
  unregisterProtocol: () => false,
};

// Nothing is ever requested, so these handlers are never called.
const webRequest = {};
for (const name of ['onBeforeRequest', 'onBeforeSendHeaders', 'onSendHeaders', 'onHeadersReceived',
  'onResponseStarted', 'onBeforeRedirect', 'onCompleted', 'onErrorOccurred']) {
  webRequest[name] = () => {};
}

const session = {
  fromPartition(partition) {
    if (typeof partition !== 'string') throw new TypeError('partition must be a string');
    if (!sessions.has(partition)) sessions.set(partition, new Session(partition));
    return sessions.get(partition);
  },
  fromPath(path) { return session.fromPartition(`persist:${path}`); },
  get defaultSession() { return session.fromPartition(''); },
  Session,
};

const net = {
  fetch: async () => { throw noNetwork('net.fetch'); },
  request() { throw noNetwork('net.request'); },
  resolveHost: async () => { throw noNetwork('net.resolveHost'); },
  isOnline: () => false,
  online: false,
};

module.exports = { session, protocol, net };
