const { app, BrowserWindow, ipcMain } = require('electron');
const path = require('node:path');
const { createHash } = require('node:crypto');

ipcMain.handle('notes:hash', (event, text) => createHash('sha256').update(text).digest('hex'));
ipcMain.handle('notes:fail', () => { throw new TypeError('no such note'); });

app.whenReady().then(() => {
  const window = new BrowserWindow({ webPreferences: { preload: path.join(__dirname, 'preload.js') } });
  window.loadFile('index.html');
});
app.on('window-all-closed', () => app.quit());
