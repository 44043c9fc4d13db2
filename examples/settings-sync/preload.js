const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('settings', {
  // Read before the page's first script, so that it never shows the wrong theme. This is what sendSync is for.
  initial: ipcRenderer.sendSync('settings:read'),
  write: (changes) => ipcRenderer.send('settings:write', changes),
  onChange: (callback) => {
    ipcRenderer.on('settings:changed', (event, settings) => callback(settings));
  },
});
