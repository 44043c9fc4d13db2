const { app, BrowserWindow, ipcMain } = require('electron');
const path = require('node:path');

let issue = 0;

ipcMain.on('news:publish', (event, headline) => {
  issue += 1;
  for (const { webContents } of BrowserWindow.getAllWindows()) {
    webContents.send('news', { issue, headline });
  }
  console.log(`issue ${issue} is out`);
});

ipcMain.handle('news:latest', () => issue);

app.whenReady().then(() => {
  const window = new BrowserWindow({
    // These are the defaults; written down because this example is about them.
    webPreferences: { preload: path.join(__dirname, 'preload.js'), contextIsolation: true, nodeIntegration: false },
  });
  window.loadFile('index.html');
});

app.on('window-all-closed', () => app.quit());
