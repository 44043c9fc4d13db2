const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('notes', {
  hash: (text) => ipcRenderer.invoke('notes:hash', text),
  open: () => ipcRenderer.invoke('notes:open'),
});
