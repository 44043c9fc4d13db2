const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('theme', {
  now: ipcRenderer.sendSync('theme:get'),
  set: (theme) => ipcRenderer.invoke('theme:set', theme),
  onChange: (listener) => ipcRenderer.on('theme:changed', (_event, theme) => listener(theme)),
});
