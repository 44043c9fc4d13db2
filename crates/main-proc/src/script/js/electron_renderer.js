'use strict';
// `require('electron/renderer')` in a main process: nothing is there, but asking does no harm.
