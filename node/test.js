'use strict';
// `dipole/test`: starts an app, and does there what its user would. The words are those of Playwright's Electron API
// and of wdio-electron-service, as far as there is no display.

const { launch, TimeoutError } = require('./testing/app.js');

/** Playwright's own way to start an app: `_electron.launch({ args: ['main.js', '--an-option'] })`. */
const _electron = {
  launch({ args = [], executablePath, timeout, ...options } = {}) {
    // Switches may come before the app, as for Electron itself; without one it is that of the current folder.
    const at = args.findIndex((arg) => !arg.startsWith('-'));
    const rest = args.filter((arg, place) => place !== at);
    return launch({ app: at < 0 ? undefined : args[at], startTimeout: timeout, ...options, args: rest, playwright: true });
  },
};

module.exports = { launch, _electron, TimeoutError };
