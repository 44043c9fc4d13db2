'use strict';
// What is known of the app before it runs: its folder, its main script, its package.json.

module.exports = { appPath: '', main: '', package: {} };
