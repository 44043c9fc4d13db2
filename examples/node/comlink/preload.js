const { ipcRenderer } = require('electron');

// Ports cannot cross the context bridge: the page gets them as the platform has it.
ipcRenderer.on('port', (event, name) => window.postMessage({ port: name }, '*', event.ports));
window.addEventListener('message', ({ data }) => {
  if (data === 'ports:please') ipcRenderer.send('ports:please');
});
