const { ipcRenderer } = require('electron');

// A port cannot cross the context bridge, but it can be posted to the page, which takes it with it.
ipcRenderer.on('port', (event) => {
  window.postMessage('port', '*', event.ports);
});
