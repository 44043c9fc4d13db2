/** Electron's main process in this one: what `require('electron')` gives after `dipole/register`. */
declare const electron: any;
export = electron;
