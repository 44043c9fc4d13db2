const { app, BrowserWindow, Menu, Tray, dialog, globalShortcut, ipcMain, shell } = require('electron');
const path = require('node:path');
const { createHash } = require('node:crypto');

const did = [];

ipcMain.handle('notes:hash', (event, text) => createHash('sha256').update(text).digest('hex'));
ipcMain.handle('notes:fail', () => { throw new TypeError('no such note'); });
ipcMain.handle('notes:did', () => did);
ipcMain.handle('notes:open', async (event) => (await dialog.showOpenDialog(BrowserWindow.fromWebContents(event.sender), { title: 'Open a note' })).filePaths);
ipcMain.handle('notes:help', () => shell.openExternal('https://example.com/help'));
ipcMain.on('notes:menu', () => Menu.buildFromTemplate([{ label: 'Copy', click: () => did.push('copy') }]).popup());
ipcMain.on('notes:later', (event, ms) => { setTimeout(() => did.push(`later ${new Date().toISOString()}`), ms); });

app.whenReady().then(() => {
  const window = new BrowserWindow({ webPreferences: { preload: path.join(__dirname, 'preload.js') } });
  window.loadFile('index.html');
  Menu.setApplicationMenu(Menu.buildFromTemplate([
    { label: '&File', submenu: [
      { label: 'Save', id: 'save', accelerator: 'CommandOrControl+S', click: (item, on) => { did.push('save'); on?.webContents.send('saved', 1); } },
      { label: 'Print', enabled: false },
    ] },
  ]));
  globalShortcut.register('Alt+Space', () => did.push('shortcut'));
  const tray = new Tray(path.join(__dirname, 'icon.png'));
  tray.on('click', () => did.push('tray'));
  tray.setContextMenu(Menu.buildFromTemplate([{ label: 'Quit', click: () => app.quit() }]));
});
app.on('window-all-closed', () => app.quit());
