'use strict';
// What a program of the main process requires as 'electron'.

module.exports = require('dipole/exports');
