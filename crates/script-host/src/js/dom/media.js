'use strict';
// Media queries: of a screen of the window's size, light or dark as the app's theme is.

const { Number, TypeError, WeakRef, lists } = require('internal/intrinsics');
const { texts } = require('internal/texts');
const { b, hooks, report } = require('dom/core');
const { define } = require('dom/define');
const { EventTarget, fire } = require('dom/target');
const { addHandlers } = require('dom/handlers');

const SIZE = { __proto__: null, width: 800, height: 600 };
const FEATURE = /^\(\s*([a-z-]+)\s*(?::\s*([^)]*?)\s*)?\)$/;
const LENGTH = /^(-?[0-9.]+)(px|em|rem)?$/;
const AND = /\sand\s/g;

// What other features say.
const FIXED = {
  __proto__: null, orientation: 'landscape', hover: 'hover', 'any-hover': 'hover', pointer: 'fine', 'any-pointer': 'fine',
  'prefers-reduced-motion': 'no-preference', 'prefers-contrast': 'no-preference', 'prefers-reduced-transparency': 'no-preference',
  'forced-colors': 'none', 'inverted-colors': 'none', 'display-mode': 'browser', scripting: 'enabled', update: 'fast',
  'color-gamut': 'srgb', 'dynamic-range': 'standard',
};

function pixels(value) {
  const found = texts.match(value, LENGTH);
  if (found === null) return undefined;
  return Number(found[1]) * (found[2] === 'em' || found[2] === 'rem' ? 16 : 1);
}

function feature(name, value) {
  if (name === 'prefers-color-scheme') {
    const scheme = b.isDark() ? 'dark' : 'light';
    return value === undefined || value === scheme;
  }
  const { 0: bound, 1: what } = texts.startsWith(name, 'min-') || texts.startsWith(name, 'max-')
    ? [texts.slice(name, 0, 3), texts.slice(name, 4)] : ['', name];
  if (SIZE[what] !== undefined) {
    const wanted = value === undefined ? undefined : pixels(value);
    if (wanted === undefined) return value === undefined && bound === '';
    return bound === 'min' ? SIZE[what] >= wanted : bound === 'max' ? SIZE[what] <= wanted : SIZE[what] === wanted;
  }
  if (FIXED[name] === undefined) return false;
  return value === undefined ? FIXED[name] !== 'none' : value === FIXED[name];
}

// One query: a medium, features, or both, joined by `and`.
function fits(query) {
  let text = texts.squeeze(texts.lower(query));
  const isNot = texts.startsWith(text, 'not ');
  if (isNot) text = texts.slice(text, 4);
  if (texts.startsWith(text, 'only ')) text = texts.slice(text, 5);
  const parts = texts.split(texts.replace(text, AND, '\n'), '\n');
  const all = lists.every(parts, (part) => {
    const bare = texts.trim(part);
    if (bare === 'all' || bare === 'screen' || bare === '') return true;
    const found = texts.match(bare, FEATURE);
    return found !== null && feature(found[1], found[2]);
  });
  return all !== isNot;
}

// Those that may have listeners, for when the theme changes.
let known = [];

class MediaQueryList extends EventTarget {
  #media;
  #last;

  constructor(token, media) {
    if (token !== own) throw new TypeError('Illegal constructor');
    super();
    this.#media = media;
    this.#last = this.matches;
  }

  get media() { return this.#media; }
  get matches() { return lists.some(texts.split(this.#media, ','), fits); }
  addListener(listener) { this.addEventListener('change', listener); }
  removeListener(listener) { this.removeEventListener('change', listener); }

  static tell(list) {
    const { matches } = list;
    if (matches === list.#last) return;
    list.#last = matches;
    fire(list, 'MediaQueryListEvent', 'change', { media: list.#media, matches });
  }
}
const own = {};
const { tell } = MediaQueryList;
delete MediaQueryList.tell;
addHandlers(MediaQueryList.prototype, 'onchange', () => undefined);
define(MediaQueryList, 'MediaQueryList');

function themeChanged() {
  known = lists.filter(known, (ref) => ref.deref() !== undefined);
  lists.forEach(lists.from(known), (ref) => {
    const list = ref.deref();
    if (list === undefined) return;
    try {
      tell(list);
    } catch (error) {
      report(error);
    }
  });
}

function matchMedia(media) {
  const list = new MediaQueryList(own, media);
  hooks.theme = themeChanged;
  lists.push(known, new WeakRef(list));
  return list;
}

module.exports = { MediaQueryList, matchMedia };
