// Asks its server for a newer version at the start, as electron-updater's guide has it, and lets the user decide. What it asks is in
// the file of DIPOLE_PACKAGED's resources in a packaged app, here in the one that UPDATE_CONFIG names.
const { app, BrowserWindow, ipcMain } = require('electron');
const path = require('node:path');
const { autoUpdater } = require('electron-updater');

autoUpdater.logger = null;
autoUpdater.autoDownload = false;
autoUpdater.forceDevUpdateConfig = true;
autoUpdater.updateConfigPath = process.env.UPDATE_CONFIG ?? path.join(__dirname, 'dev-app-update.yml');

const state = { step: 'waiting', version: app.getVersion() };
const change = (window, next) => {
  Object.assign(state, next);
  window.webContents.send('update:state', state);
};

ipcMain.handle('update:state', () => state);
ipcMain.handle('update:download', () => autoUpdater.downloadUpdate());

app.whenReady().then(async () => {
  const window = new BrowserWindow({ webPreferences: { preload: path.join(__dirname, 'preload.js') } });
  autoUpdater.on('checking-for-update', () => change(window, { step: 'checking' }));
  autoUpdater.on('update-available', ({ version, releaseNotes }) => change(window, { step: 'available', version, releaseNotes }));
  autoUpdater.on('update-not-available', () => change(window, { step: 'current' }));
  autoUpdater.on('download-progress', ({ transferred, total }) => change(window, { step: 'loading', transferred, total }));
  autoUpdater.on('update-downloaded', ({ downloadedFile }) => change(window, { step: 'ready', downloadedFile }));
  autoUpdater.on('error', (error) => change(window, { step: 'failed', problem: error.message.split('\n')[0] }));
  await window.loadFile('index.html');
  autoUpdater.checkForUpdates().catch(() => {}); // told by 'error'
});

app.on('window-all-closed', () => app.quit());
