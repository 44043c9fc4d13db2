const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('poem', {
  // Calls onMatch with each match until it returns false, and onEnd after the last.
  search: (word, onMatch, onEnd) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if (data.done) onEnd();
      else if (onMatch(data) === false) port1.close();
      else port1.postMessage('more');
    };
    ipcRenderer.postMessage('search', word, [port2]);
  },
});
