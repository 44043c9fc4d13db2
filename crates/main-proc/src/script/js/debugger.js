'use strict';
// webContents.debugger: there is no Chromium behind a page whose protocol it could speak.

const EventEmitter = require('events');
const { noChromium } = require('dipole/support');

class Debugger extends EventEmitter {
  attach() { throw noChromium('webContents.debugger.attach'); }
  isAttached() { return false; }
  detach() {}
  async sendCommand() { throw new Error('No target available'); }
}

module.exports = { Debugger };
