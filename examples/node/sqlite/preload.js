const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('tasks', {
  add: (...titles) => ipcRenderer.invoke('tasks:add', titles),
  finish: (id) => ipcRenderer.invoke('tasks:finish', id),
  find: (text) => ipcRenderer.invoke('tasks:find', text),
});
