'use strict';
// What is known of the app before it runs: its folder, its main script, its package.json, whether it is to believe that
// it is packaged; and what the command line has decided for it.

module.exports = { appPath: '', main: '', package: {}, isPackaged: false, userData: undefined, dialogs: {} };
