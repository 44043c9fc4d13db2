const { app, BrowserWindow, ipcMain } = require('electron');
const path = require('node:path');

const settings = { theme: 'light', fontSize: 12 };

// sendSync stops the page until returnValue is set, so answer at once, from memory.
ipcMain.on('settings:read', (event) => {
  event.returnValue = settings;
});

ipcMain.on('settings:write', (event, changes) => {
  for (const [name, value] of Object.entries(changes)) {
    if (Object.hasOwn(settings, name)) settings[name] = value;
  }
  console.log('settings:', settings);
  for (const { webContents } of BrowserWindow.getAllWindows()) {
    if (webContents !== event.sender) webContents.send('settings:changed', settings);
  }
});

function createWindow(title) {
  return new BrowserWindow({
    title,
    webPreferences: { preload: path.join(__dirname, 'preload.js') },
  });
}

app.whenReady().then(async () => {
  const [editor, preview] = ['Editor', 'Preview'].map(createWindow);
  // Whoever changes a setting shall see it change: the preview is there first.
  await preview.loadFile('index.html');
  await editor.loadFile('index.html');
});

app.on('window-all-closed', () => app.quit());
