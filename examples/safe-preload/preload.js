const { contextBridge, ipcRenderer } = require('electron');

// Only functions with a purpose cross the bridge. ipcRenderer itself would let the page send anything to any channel.
contextBridge.exposeInMainWorld('newsroom', {
  publish: (headline) => ipcRenderer.send('news:publish', String(headline)),
  latest: () => ipcRenderer.invoke('news:latest'),

  // Returns the function that ends it. The page never gets the event, whose sender could be used to send.
  follow: (callback) => {
    const listener = (event, item) => callback(item);
    ipcRenderer.on('news', listener);
    return () => ipcRenderer.removeListener('news', listener);
  },
  followers: () => ipcRenderer.listenerCount('news'),
});
