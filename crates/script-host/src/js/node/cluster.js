'use strict';
// There are no workers: this process is the primary one, and can be asked and listened to.

const EventEmitter = require('events');

module.exports = new EventEmitter();
require('internal/absent')(module);
