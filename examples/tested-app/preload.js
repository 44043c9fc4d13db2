const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('notes', {
  open: () => ipcRenderer.invoke('note:open'),
  onClear: (run) => ipcRenderer.on('note:clear', () => run()),
});
