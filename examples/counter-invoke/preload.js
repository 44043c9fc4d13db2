const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('counter', {
  add: (step) => ipcRenderer.invoke('counter:add', step),
});
