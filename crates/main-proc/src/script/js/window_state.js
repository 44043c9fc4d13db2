'use strict';
// What a window keeps without being seen: its place, its size, its flags.

const { Event } = require('dipole/ipc_events');
const { methods: define, quiet, throwing } = require('dipole/support');

const flags = {
  // state: [setter, getter, initial, whether there is a property of that name]
  resizable: ['setResizable', 'isResizable', true, true],
  movable: ['setMovable', 'isMovable', true, true],
  minimizable: ['setMinimizable', 'isMinimizable', true, true],
  maximizable: ['setMaximizable', 'isMaximizable', true, true],
  fullScreenable: ['setFullScreenable', 'isFullScreenable', true, true],
  closable: ['setClosable', 'isClosable', true, true],
  focusable: ['setFocusable', 'isFocusable', true, true],
  kiosk: ['setKiosk', 'isKiosk', false, true],
  menuBarVisible: ['setMenuBarVisibility', 'isMenuBarVisible', true, true],
  autoHideMenuBar: ['setAutoHideMenuBar', 'isMenuBarAutoHide', false, true],
  documentEdited: ['setDocumentEdited', 'isDocumentEdited', false, true],
  hasShadow: ['setHasShadow', 'hasShadow', true, false],
  visibleOnAllWorkspaces: ['setVisibleOnAllWorkspaces', 'isVisibleOnAllWorkspaces', false, true],
  contentProtection: ['setContentProtection', 'isContentProtected', false, false],
};

const values = {
  opacity: ['setOpacity', 'getOpacity', 1],
  backgroundColor: ['setBackgroundColor', 'getBackgroundColor', '#FFFFFF'],
  minimumSize: ['setMinimumSize', 'getMinimumSize', [0, 0]],
  maximumSize: ['setMaximumSize', 'getMaximumSize', [0, 0]],
  representedFilename: ['setRepresentedFilename', 'getRepresentedFilename', ''],
};

// What would change a screen, and cannot be asked back.
const shown = [
  'setMenu', 'removeMenu', 'setIcon', 'setProgressBar', 'setOverlayIcon', 'setThumbarButtons', 'setThumbnailClip',
  'setThumbnailToolTip', 'setSkipTaskbar', 'flashFrame', 'setIgnoreMouseEvents', 'setAspectRatio', 'setShape', 'moveTop',
  'setAppDetails', 'setTitleBarOverlay', 'setBackgroundMaterial', 'setAccentColor', 'setTouchBar',
  'setVibrancy', 'setAutoHideCursor', 'previewFile', 'closeFilePreview', 'setSheetOffset', 'invalidateShadow',
];

// The state of a new window.
function initial(options) {
  const state = {
    visible: options.show !== false,
    minimized: false,
    maximized: false,
    fullScreen: options.fullscreen === true,
    title: String(options.title ?? 'Electron'),
    accessibleTitle: String(options.accessibleTitle ?? ''),
    bounds: {
      x: number(options.x, 0), y: number(options.y, 0),
      width: number(options.width, 800), height: number(options.height, 600),
    },
    enabled: true,
    modal: options.modal === true,
    alwaysOnTop: options.alwaysOnTop === true,
    parent: null,
  };
  for (const [name, [, , value]] of Object.entries(flags)) {
    state[name] = typeof options[name] === 'boolean' ? options[name] : value;
  }
  for (const [name, [, , value]] of Object.entries(values)) state[name] = options[name] ?? value;
  if (Number.isFinite(options.minWidth) || Number.isFinite(options.minHeight)) {
    state.minimumSize = [number(options.minWidth, 0), number(options.minHeight, 0)];
  }
  if (Number.isFinite(options.maxWidth) || Number.isFinite(options.maxHeight)) {
    state.maximumSize = [number(options.maxWidth, 0), number(options.maxHeight, 0)];
  }
  return state;
}

function number(value, otherwise) {
  return typeof value === 'number' && Number.isFinite(value) ? Math.round(value) : otherwise;
}

function extend(prototype, key, setFocused) {
  const methods = {
    show() { change(this, 'visible', true, 'show'); setFocused(this); },
    showInactive() { change(this, 'visible', true, 'show'); },
    hide() { change(this, 'visible', false, 'hide'); this.blur(); },
    isVisible() { return this[key].visible; },
    isModal() { return this[key].modal; },
    // A modal window that is shown takes its parent's place.
    isEnabled() {
      return this[key].enabled && !this.getChildWindows().some((child) => child.isModal() && child.isVisible());
    },
    setEnabled(enabled) { this[key].enabled = Boolean(enabled); },
    isNormal() { return !this[key].minimized && !this[key].maximized && !this[key].fullScreen; },
    minimize() { change(this, 'minimized', true, 'minimize'); },
    isMinimized() { return this[key].minimized; },
    restore() {
      if (this[key].minimized) change(this, 'minimized', false, 'restore');
      else change(this, 'maximized', false, 'unmaximize');
    },
    maximize() { change(this, 'visible', true, 'show'); change(this, 'maximized', true, 'maximize'); },
    unmaximize() { change(this, 'maximized', false, 'unmaximize'); },
    isMaximized() { return this[key].maximized; },
    setFullScreen(on) { change(this, 'fullScreen', Boolean(on), on ? 'enter-full-screen' : 'leave-full-screen'); },
    isFullScreen() { return this[key].fullScreen; },
    setSimpleFullScreen(on) { this.setFullScreen(on); },
    isSimpleFullScreen() { return this[key].fullScreen; },
    isTabletMode() { return false; },
    setAlwaysOnTop(on) {
      if (this[key].alwaysOnTop === Boolean(on)) return;
      this[key].alwaysOnTop = Boolean(on);
      this.emit('always-on-top-changed', new Event({ sender: this }), Boolean(on));
    },
    isAlwaysOnTop() { return this[key].alwaysOnTop; },
    setBounds(bounds) { place(this, bounds); },
    getBounds() { return { ...this[key].bounds }; },
    getNormalBounds() { return { ...this[key].bounds }; },
    setContentBounds(bounds) { place(this, bounds); },
    getContentBounds() { return { ...this[key].bounds }; },
    setSize(width, height) { place(this, { width, height }); },
    getSize() { return [this[key].bounds.width, this[key].bounds.height]; },
    setContentSize(width, height) { place(this, { width, height }); },
    getContentSize() { return this.getSize(); },
    setPosition(x, y) { place(this, { x, y }); },
    getPosition() { return [this[key].bounds.x, this[key].bounds.y]; },
    center() {
      const { workArea } = require('dipole/screen').DISPLAY;
      const { width, height } = this[key].bounds;
      place(this, {
        x: workArea.x + Math.trunc((workArea.width - width) / 2), y: workArea.y + Math.trunc((workArea.height - height) / 2),
      });
    },
    getMediaSourceId() { return `window:${this.id}:0`; },
    moveAbove(source) {
      if (typeof source !== 'string' || !/^window:\d+:\d+$/.test(source)) throw new Error('Invalid media source id');
    },
    setParentWindow(parent) {
      if (parent !== null && (parent === this || !(parent instanceof prototype.constructor))) {
        throw new TypeError('Invalid parent window');
      }
      this[key].parent = parent;
    },
    getParentWindow() { return this[key].parent; },
    getChildWindows() {
      return prototype.constructor.getAllWindows().filter((window) => window.getParentWindow() === this);
    },
    isHiddenInMissionControl() { return false; },
  };

  function change(window, name, value, event) {
    const state = window[key];
    if (state[name] === value) return;
    state[name] = value;
    window.emit(event, new Event({ sender: window }));
  }

  function place(window, bounds) {
    const state = window[key];
    const before = state.bounds;
    const after = { ...before };
    for (const name of Object.keys(before)) after[name] = number(bounds?.[name], before[name]);
    state.bounds = after;
    if (after.x !== before.x || after.y !== before.y) window.emit('move', new Event({ sender: window }));
    if (after.width !== before.width || after.height !== before.height) {
      window.emit('resize', new Event({ sender: window }));
    }
  }

  for (const [name, [set, get, , isProperty]] of Object.entries(flags)) {
    methods[set] ??= function (on) { this[key][name] = on === undefined ? true : Boolean(on); };
    methods[get] ??= function () { return this[key][name]; };
    if (isProperty) property(name, get, set);
  }
  for (const [name, [set, get]] of Object.entries(values)) {
    methods[set] = function (...args) { this[key][name] = args.length > 1 ? args : args[0]; };
    methods[get] = function () { return this[key][name]; };
  }
  define(prototype, methods);
  quiet(prototype, shown);
  throwing(prototype, 'BrowserWindow', ['getNativeWindowHandle']);
  property('fullScreen', 'isFullScreen', 'setFullScreen');
  property('simpleFullScreen', 'isSimpleFullScreen', 'setSimpleFullScreen');
  property('shadow', 'hasShadow', 'setHasShadow');
  property('representedFilename', 'getRepresentedFilename', 'setRepresentedFilename');
  property('title', 'getTitle', 'setTitle');
  Object.defineProperty(prototype, 'accessibleTitle', {
    get() { return this[key].accessibleTitle; },
    set(text) { this[key].accessibleTitle = String(text); },
    enumerable: false,
    configurable: true,
  });

  // The same as a property, by whatever methods the object has.
  function property(name, get, set) {
    Object.defineProperty(prototype, name, {
      get() { return this[get](); },
      set(value) { this[set](value); },
      enumerable: false,
      configurable: true,
    });
  }
}

module.exports = { initial, extend };
