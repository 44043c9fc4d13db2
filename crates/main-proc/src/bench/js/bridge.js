'use strict';
// The preload script of an ordinary app: its page gets two functions.

const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('bench', {
  add: (...numbers) => ipcRenderer.invoke('add', ...numbers),
  idle: () => ipcRenderer.send('idle'),
});
