'use strict';
// Views: what a window is made of. They have a place and pages, and nobody sees them.

const EventEmitter = require('events');
const native = binding('dipole');
const { Event } = require('dipole/ipc_events');
const { kState } = require('dipole/process_link');
const { quiet } = require('dipole/support');

const NOWHERE = { x: 0, y: 0, width: 0, height: 0 };

// What a view belongs to: another view, or a window.
const parents = new WeakMap();

function rectangle(bounds) {
  const made = {};
  for (const name of Object.keys(NOWHERE)) {
    if (typeof bounds?.[name] !== 'number' || !Number.isFinite(bounds[name])) {
      throw new TypeError(`Error processing argument at index 0, conversion failure: bounds.${name} must be a number`);
    }
    made[name] = Math.trunc(bounds[name]);
  }
  return made;
}

class View extends EventEmitter {
  #children = [];
  #bounds = NOWHERE;
  #visible = true;

  get children() { return [...this.#children]; }

  addChildView(view, index) {
    if (!(view instanceof View)) throw new TypeError('Cannot add a child view that is not a View');
    for (let up = this; up instanceof View; up = parents.get(up)) {
      if (up === view) throw new Error('A view cannot be added as its own child');
    }
    const before = parents.get(view);
    if (before instanceof View) before.removeChildView(view);
    const at = index === undefined ? this.#children.length : Math.min(Math.max(0, Math.trunc(index) || 0), this.#children.length);
    this.#children.splice(at, 0, view);
    parents.set(view, this);
  }

  removeChildView(view) {
    const at = this.#children.indexOf(view);
    if (at < 0) return;
    this.#children.splice(at, 1);
    parents.delete(view);
  }

  setBounds(bounds) {
    const before = this.#bounds;
    this.#bounds = rectangle(bounds);
    if (Object.keys(NOWHERE).some((name) => before[name] !== this.#bounds[name])) {
      this.emit('bounds-changed', new Event({ sender: this }));
    }
  }

  getBounds() { return { ...this.#bounds }; }
  setVisible(on) { this.#visible = Boolean(on); }
  getVisible() { return this.#visible; }
}
quiet(View.prototype, ['setBackgroundColor', 'setBorderRadius']);
native.markUncloneable(View.prototype);

// The window at the top of a view's parents, if there is one.
function windowOf(view) {
  let up = view;
  while (up instanceof View) up = parents.get(up);
  return up ?? null;
}

class WebContentsView extends View {
  #contents;

  constructor(options) {
    if (!require('dipole/app').app.isReady()) throw new Error('Cannot create WebContentsView before app is ready');
    super();
    const given = options?.webContents;
    if (given !== undefined && given !== null) {
      if (given[kState] === undefined) throw new TypeError('options.webContents must be a WebContents');
      if (given[kState].window !== null || given[kState].view !== null) throw new Error('options.webContents is already attached to a window');
      this.#contents = given;
    } else {
      const { preferences } = require('dipole/window');
      this.#contents = require('dipole/contents').create(preferences(options?.webPreferences), null);
    }
    this.#contents[kState].view = this;
  }

  get webContents() { return this.#contents[kState].destroyed ? undefined : this.#contents; }
}

class ImageView extends View {
  setImage(image) {
    if (typeof image?.isEmpty !== 'function') throw new TypeError('Error processing argument at index 0, conversion failure');
  }
}

class BrowserView {
  #view;

  constructor(options) {
    this.#view = new WebContentsView(options);
    this.#view.webContents[kState].type = 'browserView';
    this.ownerWindow = null;
  }

  get webContents() { return this.#view.webContents; }
  get webContentsView() { return this.#view; }
  setBounds(bounds) { this.#view.setBounds(bounds); }
  getBounds() { return this.#view.getBounds(); }
  setBackgroundColor() {}
  setAutoResize(options) {
    if (typeof options !== 'object' || options === null) throw new TypeError('Invalid auto resize options');
  }
}
native.markUncloneable(BrowserView.prototype);

// --- views of windows ----------------------------------------------------------------------------

const lists = new WeakMap();

function listOf(window) {
  let list = lists.get(window);
  if (list === undefined) lists.set(window, list = []);
  return list;
}

function addBrowserView(window, view) {
  if (!(view instanceof BrowserView)) throw new TypeError('Error processing argument at index 0, conversion failure');
  if (view.ownerWindow === window) return;
  if (view.ownerWindow !== null) removeBrowserView(view.ownerWindow, view);
  window.contentView.addChildView(view.webContentsView);
  view.ownerWindow = window;
  listOf(window).push(view);
}

function removeBrowserView(window, view) {
  const list = listOf(window);
  const at = list.indexOf(view);
  if (at < 0) return;
  list.splice(at, 1);
  window.contentView.removeChildView(view.webContentsView);
  view.ownerWindow = null;
}

function setBrowserView(window, view) {
  for (const old of [...listOf(window)]) removeBrowserView(window, old);
  if (view !== null && view !== undefined) addBrowserView(window, view);
}

function setTopBrowserView(window, view) {
  if (view?.ownerWindow !== window) throw new Error('Given BrowserView is not attached to the window');
  const list = listOf(window);
  list.push(...list.splice(list.indexOf(view), 1));
  window.contentView.addChildView(view.webContentsView);
}

// What a window begins with: a view that holds its page, if it has one.
function contentView(window) {
  const view = new View();
  parents.set(view, window);
  return view;
}

function adopt(window, view) {
  if (!(view instanceof View)) throw new TypeError('Error processing argument at index 0, conversion failure');
  const before = parents.get(view);
  if (before instanceof View) before.removeChildView(view);
  parents.set(view, window);
  return view;
}

module.exports = {
  View, WebContentsView, ImageView, BrowserView, windowOf, contentView, adopt, listOf,
  addBrowserView, removeBrowserView, setBrowserView, setTopBrowserView,
};
