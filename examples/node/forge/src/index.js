// The main script as Electron Forge's template has it, with one thing to do: notes in a file of the user's.
const { app, BrowserWindow, ipcMain } = require('electron');
const fs = require('node:fs/promises');
const path = require('node:path');

// Handle creating/removing shortcuts on Windows when installing/uninstalling.
if (require('electron-squirrel-startup')) {
  app.quit();
}

const file = () => path.join(app.getPath('userData'), 'notes.txt');

ipcMain.handle('notes:add', async (_event, text) => {
  if (typeof text !== 'string' || text.trim() === '') throw new TypeError('a note needs some text');
  await fs.appendFile(file(), `${text.trim()}\n`);
});
ipcMain.handle('notes:all', async () => {
  const text = await fs.readFile(file(), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').filter((line) => line !== '');
});

const createWindow = () => {
  const mainWindow = new BrowserWindow({
    width: 800,
    height: 600,
    webPreferences: { preload: path.join(__dirname, 'preload.js') },
  });
  mainWindow.loadFile(path.join(__dirname, 'index.html'));
  if (!app.isPackaged) mainWindow.webContents.openDevTools();
};

app.whenReady().then(() => {
  createWindow();
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) createWindow();
  });
});

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
