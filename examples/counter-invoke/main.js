const { app, BrowserWindow, ipcMain } = require('electron');
const path = require('node:path');

// The count lives in main, so it outlives pages and all windows share it.
let count = 0;

ipcMain.handle('counter:add', (event, step) => {
  // A page's arguments are checked like any stranger's.
  if (!Number.isInteger(step)) throw new TypeError('the step has to be a whole number');
  count += step;
  return count;
});

app.whenReady().then(() => {
  const window = new BrowserWindow({
    webPreferences: { preload: path.join(__dirname, 'preload.js') },
  });
  window.loadFile('index.html');
});

app.on('window-all-closed', () => app.quit());
