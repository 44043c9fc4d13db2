'use strict';
// What os, fs and crypto have in `constants`, in one object.

const { dlopen, errno, priority, signals } = require('os').constants;
Object.assign(exports, dlopen, errno, priority, signals, require('fs').constants, require('crypto').constants);
Object.freeze(exports);
