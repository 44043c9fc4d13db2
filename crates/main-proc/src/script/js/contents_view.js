'use strict';
// The part of WebContents that is about showing a page. Nothing is shown here: what can be asked back is kept, and
// what would need a display says so.

const { kState } = require('dipole/process_link');
const { later, methods, quiet, rejecting, throwing, kept } = require('dipole/support');

// What acts on a screen, on what is selected there, or on what can only be seen.
const shown = [
  'inspectElement', 'inspectSharedWorker', 'inspectServiceWorker', 'inspectSharedWorkerById', 'addWorkSpace', 'removeWorkSpace',
  'undo', 'redo', 'cut', 'copy', 'paste', 'pasteAndMatchStyle', 'delete', 'selectAll', 'unselect', 'centerSelection', 'adjustSelection',
  'scrollToTop', 'scrollToBottom', 'replace', 'replaceMisspelling', 'copyImageAt', 'showDefinitionForSelection', 'invalidate',
  'setIgnoreMenuShortcuts', 'setVisualZoomLevelLimits', 'setImageAnimationPolicy', 'enableDeviceEmulation', 'disableDeviceEmulation',
  'setDevToolsWebContents', 'stopFindInPage', 'endFrameSubscription',
];

function extend(prototype) {
  quiet(prototype, shown);
  throwing(prototype, 'webContents', ['print', 'beginFrameSubscription']);
  later(prototype, 'dipole/contents_input', ['insertText', 'sendInputEvent', 'startDrag']);
  later(prototype, 'dipole/contents_tools', [
    'insertCSS', 'removeInsertedCSS', 'findInPage', 'savePage', 'openDevTools', 'closeDevTools', 'toggleDevTools', 'isDevToolsOpened',
    'isDevToolsFocused', 'getDevToolsTitle', 'setDevToolsTitle',
  ]);
  rejecting(prototype, 'webContents', ['capturePage', 'printToPDF', 'takeHeapSnapshot']);
  kept(prototype, 'zoomLevel', 'ZoomLevel', 0);
  kept(prototype, 'zoomFactor', 'ZoomFactor', 1, {
    convert(value) {
      if (!(value > 0)) throw new Error("'zoomFactor' must be a double greater than 0.0");
      return value;
    },
  });
  kept(prototype, 'frameRate', 'FrameRate', 60);
  kept(prototype, 'audioMuted', 'AudioMuted', false, { verb: 'is', convert: Boolean });
  keptOfState(prototype);
  methods(prototype, {
    focus() { this[kState].window?.focus(); },
    isFocused() { return this[kState].window?.isFocused() ?? false; },
    getMediaSourceId() { return `web-contents-media-stream://${this.getProcessId()}:${this.id}`; },
    getPrintersAsync: async () => [],
    getAllSharedWorkers: () => [],
    isBeingCaptured: () => false,
    isCurrentlyAudible: () => false,
    setWindowOpenHandler(handler) {
      if (handler !== undefined && handler !== null && typeof handler !== 'function') {
        throw new TypeError('Error processing argument at index 0, conversion failure');
      }
      this[kState].openHandler = handler ?? null;
    },
    downloadURL(url, options) { require('dipole/downloads').byProgram(this.session, this, url, options); },
    // Nothing is painted: whether it would be is kept.
    isOffscreen() { return Boolean(this[kState].preferences.offscreen); },
    isPainting() { return this.isOffscreen() && this[kState].painting !== false; },
    startPainting() { this[kState].painting = true; },
    stopPainting() { this[kState].painting = false; },
  });
  Object.defineProperty(prototype, 'devToolsWebContents', { get: () => null, enumerable: false, configurable: true });
}

function keptOfState(prototype) {
  const policies = ['default', 'default_public_interface_only', 'default_public_and_private_interfaces', 'disable_non_proxied_udp'];
  kept(prototype, 'userAgent', 'UserAgent', undefined, { convert: String });
  const { get, set } = Object.getOwnPropertyDescriptor(prototype, 'userAgent');
  const userAgent = (contents) => Reflect.apply(get, contents, []) ?? contents.session.getUserAgent();
  Object.defineProperty(prototype, 'userAgent', { get() { return userAgent(this); }, set, enumerable: false, configurable: true });
  methods(prototype, {
    getUserAgent() { return userAgent(this); },
    getBackgroundThrottling() { return this[kState].throttled ?? this[kState].preferences.backgroundThrottling !== false; },
    setBackgroundThrottling(on) { this[kState].throttled = Boolean(on); },
    getWebRTCIPHandlingPolicy() { return this[kState].policy ?? 'default'; },
    setWebRTCIPHandlingPolicy(policy) { if (policies.includes(policy)) this[kState].policy = policy; },
    getWebRTCUDPPortRange() { return { ...this[kState].portRange ?? { min: 0, max: 0 } }; },
    setWebRTCUDPPortRange(range) {
      const { min, max } = range ?? {};
      const isPort = (value) => Number.isInteger(value) && value >= 0 && value <= 65535;
      if (!isPort(min) || !isPort(max) || (min === 0) !== (max === 0)) throw new TypeError("'min' and 'max' must be in the (0, 65535] range or [0, 0]");
      if (min > max) throw new TypeError("'max' must be greater than or equal to 'min'");
      this[kState].portRange = { min, max };
    },
  });
  Object.defineProperty(prototype, 'backgroundThrottling', {
    get() { return this.getBackgroundThrottling(); },
    set(on) { this.setBackgroundThrottling(on); },
    enumerable: false,
    configurable: true,
  });
}

module.exports = { extend };
