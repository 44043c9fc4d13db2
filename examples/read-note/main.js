const { app, BrowserWindow, ipcMain } = require('electron');
const fs = require('node:fs/promises');
const path = require('node:path');

const folder = path.join(__dirname, 'notes');

ipcMain.handle('note:read', async (event, name) => {
  // A page names a note, never a path: '../secrets' is none of its business.
  if (typeof name !== 'string' || path.basename(name) !== name) throw new RangeError(`'${name}' is not a note's name`);
  try {
    return await fs.readFile(path.join(folder, name), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error(`there is no note '${name}'`);
    throw error;
  }
});

app.whenReady().then(() => {
  const window = new BrowserWindow({
    webPreferences: { preload: path.join(__dirname, 'preload.js') },
  });
  window.loadFile('index.html');
});

app.on('window-all-closed', () => app.quit());
