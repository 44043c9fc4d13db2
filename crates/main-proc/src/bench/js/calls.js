'use strict';
// Calls and nothing else, for instruments that count from outside.

const { ipcRenderer } = require('electron');

async function calls() {
  const { n } = await ipcRenderer.invoke('job');
  for (let i = 0; i < n; i += 1) {
    const sum = await ipcRenderer.invoke('add', i, 1, 2);
    if (sum !== i + 3) throw new Error(`${i} + 1 + 2 is not ${sum}`);
  }
}

calls().then(() => ipcRenderer.send('done'), (error) => ipcRenderer.send('failed', String(error)));
