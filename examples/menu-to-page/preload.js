const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('view', {
  onZoom: (callback) => ipcRenderer.on('zoom', (event, step) => callback(step)),
  zoomed: (percent) => ipcRenderer.send('zoomed', percent),
});
