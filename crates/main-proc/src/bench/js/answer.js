'use strict';
// The renderer that answers another one over a port.

const { ipcRenderer } = require('electron');

ipcRenderer.on('port', (event) => {
  const [port] = event.ports;
  port.onmessage = ({ data: [a, b, c] }) => port.postMessage(a + b + c);
});
