const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('update', {
  state: () => ipcRenderer.invoke('update:state'),
  download: () => ipcRenderer.invoke('update:download'),
  onState: (listener) => ipcRenderer.on('update:state', (_event, state) => listener(state)),
});
