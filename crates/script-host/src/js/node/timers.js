'use strict';
// The timers module: the global functions, and their promise forms.

const {
  setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate,
} = require('internal/timers');

Object.assign(exports, { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate });

Object.defineProperty(exports, 'promises', {
  enumerable: true,
  configurable: true,
  get: () => require('timers/promises'),
});

require('internal/lacking')(exports, 'timers', ['_unrefActive', 'active', 'unenroll', 'enroll']);
