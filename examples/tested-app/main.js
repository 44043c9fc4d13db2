const { app, BrowserWindow, Menu, dialog, ipcMain } = require('electron');
const fs = require('node:fs');
const path = require('node:path');
const { summary } = require('./summary.js');

// A small editor of notes: it opens a file, counts its words, and remembers what was opened last.
const settings = () => path.join(app.getPath('userData'), 'last.json');

ipcMain.handle('note:open', async (event) => {
  const window = BrowserWindow.fromWebContents(event.sender);
  const { canceled, filePaths } = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: [{ name: 'Notes', extensions: ['txt'] }] });
  if (canceled) return null;
  const text = fs.readFileSync(filePaths[0], 'utf8');
  fs.writeFileSync(settings(), JSON.stringify({ file: filePaths[0] }));
  return { file: filePaths[0], text, ...summary(text) };
});
ipcMain.handle('note:last', () => (fs.existsSync(settings()) ? JSON.parse(fs.readFileSync(settings(), 'utf8')).file : null));

app.whenReady().then(() => {
  const window = new BrowserWindow({ webPreferences: { preload: path.join(__dirname, 'preload.js') } });
  window.loadFile('index.html');
  Menu.setApplicationMenu(Menu.buildFromTemplate([
    { label: 'File', submenu: [{ label: 'Clear', accelerator: 'CommandOrControl+L', click: () => window.webContents.send('note:clear') }] },
  ]));
});
app.on('window-all-closed', () => app.quit());
