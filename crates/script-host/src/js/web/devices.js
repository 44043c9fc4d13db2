'use strict';
// What needs a network, a device, a screen or a process of its own, and has none here. The names are there, as pages look for
// them; who uses them hears what they hear where the device is missing.

const { define } = require('internal/web_class');
const { EventTarget, fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');
const { b, later, report } = require('dom/core');

const missing = (what) => new DOMException(`${what} is not supported here`, 'NotSupportedError');
const isAbsolute = (url) => new URL(String(url), b.baseUrl()).href;

function handlers(Class, names) {
  addHandlers(Class.prototype, names, () => undefined);
  return Class;
}

function constants(Class, names) {
  names.forEach((name, value) => {
    for (const place of [Class, Class.prototype]) Object.defineProperty(place, name, { value, enumerable: true });
  });
}

// --- connections: none can be made, which is told as a connection that fails ---

class WebSocket extends EventTarget {
  #url;
  #state = 0;
  constructor(url, protocols) {
    super();
    this.#url = isAbsolute(url).replace(/^http/, 'ws');
    if (!/^wss?:/.test(this.#url)) {
      throw new DOMException(`Failed to construct 'WebSocket': The URL's scheme must be either 'http', 'https', 'ws', or 'wss'. '${this.#url.split(':')[0]}:' is not allowed.`, 'SyntaxError');
    }
    this.binaryType = 'blob';
    later(() => {
      if (this.#state === 3) return;
      this.#state = 3;
      fire(this, 'Event', 'error', {});
      fire(this, 'CloseEvent', 'close', { code: 1006, reason: '', wasClean: false });
    });
  }
  get url() { return this.#url; }
  get readyState() { return this.#state; }
  get bufferedAmount() { return 0; }
  get extensions() { return ''; }
  get protocol() { return ''; }
  send() {
    if (this.#state === 0) throw new DOMException("Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.", 'InvalidStateError');
  }
  close() {
    if (this.#state !== 0) return;
    this.#state = 2;
  }
}
constants(WebSocket, ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED']);
define(handlers(WebSocket, 'onopen onmessage onerror onclose'), 'WebSocket');

class EventSource extends EventTarget {
  #url;
  #state = 0;
  constructor(url) {
    super();
    this.#url = isAbsolute(url);
    later(() => {
      if (this.#state === 2) return;
      this.#state = 2;
      fire(this, 'Event', 'error', {});
    });
  }
  get url() { return this.#url; }
  get readyState() { return this.#state; }
  get withCredentials() { return false; }
  close() { this.#state = 2; }
}
constants(EventSource, ['CONNECTING', 'OPEN', 'CLOSED']);
define(handlers(EventSource, 'onopen onmessage onerror'), 'EventSource');

// --- classes of which no object can be made ---

function refusing(name) {
  return define({ [name]: class { constructor() { throw missing(name); } } }[name], name);
}

function illegal(name) {
  return define({ [name]: class { constructor() { throw new TypeError('Illegal constructor'); } } }[name], name);
}

class MediaStream extends EventTarget {
  getTracks() { return []; }
  getAudioTracks() { return []; }
  getVideoTracks() { return []; }
  get active() { return false; }
}
define(MediaStream, 'MediaStream');

class SpeechSynthesisUtterance extends EventTarget {
  constructor(text = '') {
    super();
    Object.assign(this, { text: String(text), lang: '', voice: null, volume: 1, rate: 1, pitch: 1 });
  }
}
define(handlers(SpeechSynthesisUtterance, 'onstart onend onerror onpause onresume onmark onboundary'), 'SpeechSynthesisUtterance');

class SpeechSynthesis extends EventTarget {
  get pending() { return false; }
  get speaking() { return false; }
  get paused() { return false; }
  getVoices() { return []; }
  speak(utterance) { later(() => fire(utterance, 'Event', 'error', {})); }
  cancel() {}
  pause() {}
  resume() {}
}
define(SpeechSynthesis, 'SpeechSynthesis');

// Nobody would see it: as where they are switched off.
class Notification extends EventTarget {
  constructor(title, options = {}) {
    if (arguments.length === 0) throw new TypeError("Failed to construct 'Notification': 1 argument required, but only 0 present.");
    super();
    for (const name of ['body', 'tag', 'icon', 'lang', 'dir', 'data', 'silent']) {
      Object.defineProperty(this, name, { value: options?.[name] ?? (name === 'data' ? null : ''), enumerable: true, configurable: true });
    }
    Object.defineProperty(this, 'title', { value: String(title), enumerable: true, configurable: true });
    later(() => fire(this, 'Event', 'error', {}));
  }
  close() {}
  static get permission() { return 'denied'; }
  static get maxActions() { return 2; }
  static async requestPermission(callback) {
    callback?.('denied');
    return 'denied';
  }
}
define(handlers(Notification, 'onclick onclose onerror onshow'), 'Notification');

// --- what is kept of answers of a network ---

class CacheStorage {
  async open() { throw missing('caches.open'); }
  async has() { return false; }
  async delete() { return false; }
  async keys() { return []; }
  async match() { return undefined; }
}
define(CacheStorage, 'CacheStorage');

// --- texts that are said to be safe: each policy says that of what it makes ---

class TrustedTypePolicyFactory {
  createPolicy(name, rules = {}) {
    const policy = { name: String(name) };
    for (const kind of ['createHTML', 'createScript', 'createScriptURL']) {
      policy[kind] = (...given) => {
        if (typeof rules[kind] !== 'function') throw new TypeError(`Failed to execute '${kind}' on 'TrustedTypePolicy': Policy ${policy.name}'s TrustedTypePolicyOptions did not specify a '${kind}' member.`);
        return rules[kind](...given);
      };
    }
    return Object.freeze(policy);
  }
  isHTML() { return false; }
  isScript() { return false; }
  isScriptURL() { return false; }
  get emptyHTML() { return ''; }
  get emptyScript() { return ''; }
  get defaultPolicy() { return null; }
  getAttributeType() { return null; }
  getPropertyType() { return null; }
}
define(TrustedTypePolicyFactory, 'TrustedTypePolicyFactory');

// --- of `navigator` ---

const rejects = (what) => async () => { throw missing(what); };

function mediaDevices() {
  const absent = (what) => async () => { throw new DOMException(`${what}: Requested device not found`, 'NotFoundError'); };
  return Object.assign(new EventTarget(), {
    enumerateDevices: async () => [], getSupportedConstraints: () => ({}), getUserMedia: absent('getUserMedia'),
    getDisplayMedia: absent('getDisplayMedia'), ondevicechange: null,
  });
}

function serviceWorker() {
  return Object.assign(new EventTarget(), {
    controller: null, ready: new Promise(() => {}), register: rejects('navigator.serviceWorker.register'),
    getRegistration: async () => undefined, getRegistrations: async () => [], startMessages() {},
  });
}

const navigator = {
  mediaDevices,
  serviceWorker,
  storage: () => ({
    estimate: async () => ({ quota: 0, usage: 0 }), persist: async () => false, persisted: async () => false,
    getDirectory: rejects('navigator.storage.getDirectory'),
  }),
  permissions: () => ({
    query: async (descriptor) => Object.assign(new EventTarget(), { name: String(descriptor?.name), state: 'denied', onchange: null }),
  }),
  geolocation: () => {
    const fails = (_found, failed) => {
      later(() => {
        try {
          failed?.({ code: 2, message: 'There is no position here.', PERMISSION_DENIED: 1, POSITION_UNAVAILABLE: 2, TIMEOUT: 3 });
        } catch (error) {
          report(error);
        }
      });
      return 1;
    };
    return { getCurrentPosition: (...given) => void fails(...given), watchPosition: fails, clearWatch() {} };
  },
};

// Devices that a user would choose: there are none, and nobody who chooses.
function chooser(ask, list, message) {
  const none = async () => { throw new DOMException(message, 'NotFoundError'); };
  return () => Object.assign(new EventTarget(), { [ask]: none, [list]: async () => [], onconnect: null, ondisconnect: null });
}
Object.assign(navigator, {
  bluetooth: () => Object.assign(new EventTarget(), {
    getAvailability: async () => false, getDevices: async () => [],
    requestDevice: async () => { throw new DOMException('Bluetooth adapter not available.', 'NotFoundError'); },
  }),
  usb: chooser('requestDevice', 'getDevices', "Failed to execute 'requestDevice' on 'USB': No device selected."),
  serial: chooser('requestPort', 'getPorts', "Failed to execute 'requestPort' on 'Serial': No port selected by the user."),
  // As where a user closes the dialog.
  hid: () => Object.assign(new EventTarget(), { requestDevice: async () => [], getDevices: async () => [], onconnect: null, ondisconnect: null }),
  connection: () => Object.assign(new EventTarget(), { effectiveType: '4g', downlink: 10, rtt: 0, saveData: false, type: 'unknown', onchange: null }),
  userActivation: () => ({ isActive: false, hasBeenActive: false }),
  credentials: () => ({
    get: async () => null, store: rejects('navigator.credentials.store'), create: rejects('navigator.credentials.create'), preventSilentAccess: async () => {},
  }),
  wakeLock: () => ({ request: async () => { throw new DOMException("Failed to execute 'request' on 'WakeLock': there is no screen", 'NotAllowedError'); } }),
  mediaSession: () => ({ metadata: null, playbackState: 'none', setActionHandler() {}, setPositionState() {} }),
  locks: () => require('internal/locks').locks,
  // Which keys there are nobody knows.
  keyboard: () => ({ getLayoutMap: async () => new Map(), lock: async () => {}, unlock() {} }),
  scheduling: () => ({ isInputPending: () => false }),
  windowControlsOverlay: () => Object.assign(new EventTarget(), {
    visible: false, ongeometrychange: null, getTitlebarAreaRect: () => new (require('internal/geometry').DOMRect)(),
  }),
  virtualKeyboard: () => Object.assign(new EventTarget(), {
    overlaysContent: false, boundingRect: new (require('internal/geometry').DOMRect)(), ongeometrychange: null, show() {}, hide() {},
  }),
});

module.exports = {
  WebSocket, EventSource, MediaStream, SpeechSynthesisUtterance, SpeechSynthesis, Notification,
  AudioContext: refusing('AudioContext'), OfflineAudioContext: refusing('OfflineAudioContext'), MediaRecorder: refusing('MediaRecorder'),
  RTCPeerConnection: refusing('RTCPeerConnection'), MediaStreamTrack: illegal('MediaStreamTrack'),
  ServiceWorker: illegal('ServiceWorker'), ServiceWorkerContainer: illegal('ServiceWorkerContainer'),
  CacheStorage, TrustedTypePolicyFactory,
  get speechSynthesis() { return new SpeechSynthesis(); },
  get caches() { return new CacheStorage(); },
  get trustedTypes() { return new TrustedTypePolicyFactory(); },
  navigator,
};
