'use strict';
// Observers of sizes and of what is in view: there is no layout, so nothing is ever told.

const { define } = require('internal/web_class');

function observer(name, own = {}) {
  const Class = { [name]: class {
    constructor(callback) {
      if (typeof callback !== 'function') {
        throw new TypeError(`Failed to construct '${name}': parameter 1 is not of type 'Function'.`);
      }
    }
    observe(target) {
      if (target?.nodeType !== 1) throw new TypeError(`Failed to execute 'observe' on '${name}': parameter 1 is not of type 'Element'.`);
    }
    unobserve() {}
    disconnect() {}
  } }[name];
  Object.defineProperties(Class.prototype, Object.getOwnPropertyDescriptors(own));
  return define(Class, name);
}

function entry(name) {
  const Class = { [name]: class { constructor() { throw new TypeError('Illegal constructor'); } } }[name];
  return define(Class, name);
}

module.exports = {
  ResizeObserver: observer('ResizeObserver'),
  IntersectionObserver: observer('IntersectionObserver', {
    takeRecords() { return []; }, get root() { return null; }, get rootMargin() { return '0px 0px 0px 0px'; }, get thresholds() { return [0]; },
  }),
  ResizeObserverEntry: entry('ResizeObserverEntry'),
  ResizeObserverSize: entry('ResizeObserverSize'),
  IntersectionObserverEntry: entry('IntersectionObserverEntry'),
};
