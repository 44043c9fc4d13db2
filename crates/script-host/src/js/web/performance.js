'use strict';
// Marks and measures of `performance`, and those who observe them.

const { define } = require('internal/web_class');

const own = {};
const MOST = 10_000;
const now = performance.now.bind(performance);
let timeline = [];
const observers = new Set();

class PerformanceEntry {
  #fields;
  constructor(token, fields) {
    if (token !== own) throw new TypeError('Illegal constructor');
    this.#fields = fields;
  }
  get name() { return this.#fields.name; }
  get entryType() { return this.#fields.entryType; }
  get startTime() { return this.#fields.startTime; }
  get duration() { return this.#fields.duration; }
  get detail() { return this.#fields.detail; }
  toJSON() {
    const { name, entryType, startTime, duration, detail } = this.#fields;
    return { name, entryType, startTime, duration, detail };
  }
}
define(PerformanceEntry, 'PerformanceEntry');

class PerformanceMark extends PerformanceEntry {
  constructor(name, options) {
    if (arguments.length === 0) throw new TypeError("Failed to construct 'PerformanceMark': 1 argument required, but only 0 present.");
    super(own, { name: String(name), entryType: 'mark', startTime: Number(options?.startTime ?? now()), duration: 0, detail: options?.detail ?? null });
  }
}
define(PerformanceMark, 'PerformanceMark');

class PerformanceMeasure extends PerformanceEntry {}
define(PerformanceMeasure, 'PerformanceMeasure');

class PerformanceResourceTiming extends PerformanceEntry {}
define(PerformanceResourceTiming, 'PerformanceResourceTiming');

function add(entry) {
  // As many as there is room for.
  if (timeline.length < MOST) timeline.push(entry);
  for (const observer of observers) tell(observer, entry);
  return entry;
}

const time = (at) => {
  if (typeof at === 'number') return at;
  const found = timeline.findLast((entry) => entry.entryType === 'mark' && entry.name === String(at));
  // The beginning of the page's load is a mark without anybody's making it; no other times of that are known.
  if (found === undefined && String(at) === 'navigationStart') return 0;
  if (found === undefined) throw new DOMException(`Failed to execute 'measure' on 'Performance': The mark '${String(at)}' does not exist.`, 'SyntaxError');
  return found.startTime;
};

const sorted = (list) => list.toSorted((a, b) => a.startTime - b.startTime);

// The page's own load, of which no times are known but its beginning.
function navigation() {
  const name = globalThis.location?.href ?? '';
  const times = ['fetchStart', 'responseStart', 'responseEnd', 'domInteractive', 'domContentLoadedEventEnd', 'domComplete', 'loadEventEnd'];
  return {
    name, entryType: 'navigation', type: 'navigate', startTime: 0, duration: 0, redirectCount: 0, activationStart: 0,
    ...Object.fromEntries(times.map((one) => [one, 0])), toJSON() { return { ...this }; },
  };
}

const properties = {
  navigation: () => ({ type: 0, redirectCount: 0 }),
  eventCounts: () => new Map(),
};

const methods = {
  mark: (name, options) => add(new PerformanceMark(name, options)),
  measure(name, first, last) {
    const given = typeof first === 'object' && first !== null ? first : { start: first, end: last };
    const end = given.end !== undefined ? time(given.end)
      : given.start !== undefined && given.duration !== undefined ? time(given.start) + Number(given.duration) : now();
    const start = given.start !== undefined ? time(given.start) : given.duration !== undefined ? end - Number(given.duration) : 0;
    return add(new PerformanceMeasure(own, {
      name: String(name), entryType: 'measure', startTime: start, duration: end - start, detail: given.detail ?? null,
    }));
  },
  clearMarks(name) { clear('mark', name); },
  clearMeasures(name) { clear('measure', name); },
  clearResourceTimings() {},
  setResourceTimingBufferSize() {},
  getEntries: () => sorted(timeline),
  getEntriesByType: (type) => (type === 'navigation' ? [navigation()] : []).concat(sorted(timeline.filter((entry) => entry.entryType === type))),
  getEntriesByName: (name, type) => sorted(timeline.filter((entry) => entry.name === name && (type === undefined || entry.entryType === type))),
};

function clear(type, name) {
  timeline = timeline.filter((entry) => entry.entryType !== type || (name !== undefined && entry.name !== String(name)));
}

class PerformanceObserverEntryList {
  #list;
  constructor(token, list) {
    if (token !== own) throw new TypeError('Illegal constructor');
    this.#list = list;
  }
  getEntries() { return sorted(this.#list); }
  getEntriesByType(type) { return this.getEntries().filter((entry) => entry.entryType === type); }
  getEntriesByName(name, type) { return this.getEntries().filter((entry) => entry.name === name && (type === undefined || entry.entryType === type)); }
}
define(PerformanceObserverEntryList, 'PerformanceObserverEntryList');

let tell;

class PerformanceObserver {
  #callback;
  #types = new Set();
  #waiting = [];

  constructor(callback) {
    if (typeof callback !== 'function') throw new TypeError("Failed to construct 'PerformanceObserver': parameter 1 is not of type 'Function'.");
    this.#callback = callback;
  }

  observe(options) {
    const { entryTypes, type, buffered } = options ?? {};
    if ((entryTypes === undefined) === (type === undefined)) {
      throw new TypeError("Failed to execute 'observe' on 'PerformanceObserver': An observe() call must include either entryTypes or type arguments.");
    }
    if (entryTypes !== undefined) this.#types = new Set(entryTypes);
    else this.#types.add(type);
    observers.add(this);
    if (buffered) for (const entry of timeline) this.#hear(entry);
  }

  disconnect() {
    observers.delete(this);
    this.#waiting = [];
  }

  takeRecords() { return this.#waiting.splice(0); }

  #hear(entry) {
    if (!this.#types.has(entry.entryType)) return;
    this.#waiting.push(entry);
    if (this.#waiting.length > 1) return;
    require('internal/timers').setTimeout(() => {
      const list = this.takeRecords();
      if (list.length > 0) this.#callback.call(this, new PerformanceObserverEntryList(own, list), this);
    }, 0);
  }

  static get supportedEntryTypes() { return Object.freeze(['mark', 'measure']); }
  static { tell = (observer, entry) => observer.#hear(entry); }
}
define(PerformanceObserver, 'PerformanceObserver');

class Performance {
  constructor() { throw new TypeError('Illegal constructor'); }
  static [Symbol.hasInstance](value) { return value === performance; }
}
define(Performance, 'Performance');

module.exports = {
  Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceResourceTiming, PerformanceObserver,
  PerformanceObserverEntryList, methods, properties,
};
