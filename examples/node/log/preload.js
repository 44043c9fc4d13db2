const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('runJob', (name) => ipcRenderer.invoke('job:run', name));
