const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('notes', {
  read: (name) => ipcRenderer.invoke('note:read', name),
});
