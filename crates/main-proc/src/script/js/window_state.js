'use strict';
// What a window keeps without being seen: its place, its size, its flags.

const { Event } = require('dipole/ipc_events');

const flags = {
  // state: [setter, getter, initial]
  resizable: ['setResizable', 'isResizable', true],
  movable: ['setMovable', 'isMovable', true],
  minimizable: ['setMinimizable', 'isMinimizable', true],
  maximizable: ['setMaximizable', 'isMaximizable', true],
  fullScreenable: ['setFullScreenable', 'isFullScreenable', true],
  closable: ['setClosable', 'isClosable', true],
  focusable: ['setFocusable', 'isFocusable', true],
  alwaysOnTop: ['setAlwaysOnTop', 'isAlwaysOnTop', false],
  kiosk: ['setKiosk', 'isKiosk', false],
  menuBarVisible: ['setMenuBarVisibility', 'isMenuBarVisible', true],
  autoHideMenuBar: ['setAutoHideMenuBar', 'isMenuBarAutoHide', false],
  documentEdited: ['setDocumentEdited', 'isDocumentEdited', false],
  hasShadow: ['setHasShadow', 'hasShadow', true],
  visibleOnAllWorkspaces: ['setVisibleOnAllWorkspaces', 'isVisibleOnAllWorkspaces', false],
  contentProtection: ['setContentProtection', 'isContentProtected', false],
};

const values = {
  opacity: ['setOpacity', 'getOpacity', 1],
  backgroundColor: ['setBackgroundColor', 'getBackgroundColor', '#FFFFFF'],
  minimumSize: ['setMinimumSize', 'getMinimumSize', [0, 0]],
  maximumSize: ['setMaximumSize', 'getMaximumSize', [0, 0]],
  parent: ['setParentWindow', 'getParentWindow', null],
  representedFilename: ['setRepresentedFilename', 'getRepresentedFilename', ''],
};

const quiet = [
  'setMenu', 'removeMenu', 'setIcon', 'setProgressBar', 'setOverlayIcon', 'setThumbarButtons', 'setThumbnailClip',
  'setThumbnailToolTip', 'setSkipTaskbar', 'flashFrame', 'setIgnoreMouseEvents', 'setAspectRatio', 'setShape', 'moveTop',
  'moveAbove', 'setAppDetails', 'setTitleBarOverlay', 'setBackgroundMaterial', 'setAccentColor', 'setTouchBar',
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
    bounds: {
      x: number(options.x, 0), y: number(options.y, 0),
      width: number(options.width, 800), height: number(options.height, 600),
    },
    enabled: true,
    modal: options.modal === true,
  };
  for (const [name, [, , value]] of Object.entries(flags)) {
    state[name] = typeof options[name] === 'boolean' ? options[name] : value;
  }
  for (const [name, [, , value]] of Object.entries(values)) state[name] = options[name] ?? value;
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
    isEnabled() { return this[key].enabled; },
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
    center() {},
    getMediaSourceId() { return `window:${this.id}:0`; },
    getNativeWindowHandle() { throw new Error('not supported without a display: BrowserWindow.getNativeWindowHandle'); },
    capturePage() { throw new Error('not supported without a display: BrowserWindow.capturePage'); },
    getChildWindows() { return this.constructor.getAllWindows().filter((window) => window.getParentWindow() === this); },
    getBrowserView() { return null; },
    getBrowserViews() { return []; },
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

  for (const [name, [set, get]] of Object.entries(flags)) {
    methods[set] = function (on) { this[key][name] = on === undefined ? true : Boolean(on); };
    methods[get] = function () { return this[key][name]; };
  }
  for (const [name, [set, get]] of Object.entries(values)) {
    methods[set] = function (...args) { this[key][name] = args.length > 1 ? args : args[0]; };
    methods[get] = function () { return this[key][name]; };
  }
  for (const name of quiet) methods[name] = function () {};
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(value, 'name', { value: name, configurable: true });
    Object.defineProperty(prototype, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

module.exports = { initial, extend };
