'use strict';
// What pages keep: `localStorage` of each partition and origin, `sessionStorage` of each window and origin. Here is the
// original, in memory; a page has a copy, tells of its changes, and hears of those of other windows.

const native = binding('dipole');
const { kState, owners } = require('dipole/process_link');

// The most characters of keys and values that an area holds; for each item a few are counted besides, so that the
// items of an area always fit into one message. The pages count alike (script-host's `dom/storage.rs`).
const LIMIT = 5 * 1024 * 1024;
const PER_ITEM = 16;
// Of so many origins that pages have named themselves one keeps something: `app://1/`, `app://2/` and so on.
const MOST_NAMED = 16;

class Area {
  items = new Map();
  #size = 0;

  set(key, value) {
    const old = this.items.get(key);
    const size = this.#size + (old === undefined ? key.length + PER_ITEM : -old.length) + value.length;
    if (size > LIMIT) return false;
    this.#size = size;
    this.items.set(key, value);
    return true;
  }

  remove(key) {
    const old = this.items.get(key);
    if (old === undefined) return;
    this.#size -= key.length + PER_ITEM + old.length;
    this.items.delete(key);
  }

  clear() {
    this.items.clear();
    this.#size = 0;
  }
}

const local = new Map();

// '' for pages that share nothing with others, as data: and about: ones.
function originOf(url) {
  if (/^file:/i.test(url)) return 'file://';
  try {
    const { protocol, host } = new URL(url);
    return host === '' ? '' : `${protocol}//${host}`;
  } catch {
    return '';
  }
}

function partitionOf(state) {
  const { partition, session } = state.preferences;
  return String((session === undefined ? undefined : require('dipole/session').partitionOf(session)) ?? partition ?? '');
}

function areaIn(map, name) {
  let area = map.get(name);
  if (area === undefined) map.set(name, area = new Area());
  return area;
}

// Whether a page may make what nothing is kept in yet. A window's own kept things make room for each other.
function mayMake(state, isSession, origin) {
  if (!state.byPage || origin === originOf(state.named)) return true;
  if (isSession) {
    if (state.kept.size >= MOST_NAMED) state.kept.delete(state.kept.keys().next().value);
    return true;
  }
  if (state.madeOf.size >= MOST_NAMED && !state.madeOf.has(origin)) return false;
  state.madeOf.add(origin);
  return true;
}

const localName = (state, origin) => `${partitionOf(state)}\0${origin}`;

/** What the page at that address begins with. */
function given(state, url) {
  const origin = originOf(url);
  const items = (area) => (area === undefined ? [] : [...area.items]);
  if (origin === '') return { origin, local: [], session: [] };
  return { origin, local: items(local.get(localName(state, origin))), session: items(state.kept.get(origin)) };
}

/** A page tells of a change: without a key everything is gone, without a value that item. */
function changed(state, isSession, key, value) {
  const origin = originOf(state.frameUrl);
  if (origin === '') return;
  const [map, name] = isSession === true ? [state.kept, origin] : [local, localName(state, origin)];
  if (!map.has(name) && !mayMake(state, isSession === true, origin)) return;
  const area = areaIn(map, name);
  if (typeof key !== 'string') area.clear();
  else if (typeof value !== 'string') area.remove(key);
  else if (!area.set(key, value)) return;
  if (isSession === true) return;
  const partition = partitionOf(state);
  for (const contents of owners()) {
    const other = contents[kState];
    if (other === state || other.kept === undefined || other.link === 0 || other.destroyed) continue;
    if (originOf(other.frameUrl) !== origin || partitionOf(other) !== partition) continue;
    try {
      native.tell(other.link, 'storage', [key ?? null, value ?? null, state.frameUrl]);
    } catch {
      // One that does not read what it is sent misses the change: that is no matter of the page that made it.
    }
  }
}

/** Forgets what pages of a partition keep, of the origins for which `goes` says so; those that are open, too. */
function clear(partition, goes) {
  for (const name of [...local.keys()]) {
    const [of, from] = name.split('\0');
    if (of === partition && goes(from)) local.delete(name);
  }
  for (const contents of owners()) {
    const state = contents[kState];
    if (state.kept === undefined || state.link === 0 || state.destroyed || partitionOf(state) !== partition) continue;
    const origin = originOf(state.frameUrl);
    if (origin === '' || !goes(origin)) continue;
    try {
      native.tell(state.link, 'storage', [null, null, state.frameUrl]);
    } catch {
      // One that does not read what it is sent keeps its own.
    }
  }
}

module.exports = { given, changed, clear, originOf };
