'use strict';
// What `require('dipole')` gives: Electron's main process in this one, as `require('electron')` after `dipole/register`.

require('./register.js');
module.exports = require('electron');
