'use strict';
// What is known of the app before it runs: its folder, its main script, its package.json, whether it is to believe that
// it is packaged; what the command line has decided for it; and who hears of dialogs and of menus that pop up, in tests.

module.exports = {
  appPath: '', main: '', package: {}, isPackaged: false, userData: undefined, dialogs: {}, asked: undefined, popped: undefined,
};
