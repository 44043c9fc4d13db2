const { app, BrowserWindow, ipcMain } = require('electron');

const entries = [];

// One way: the page does not wait, and nothing has to be answered.
ipcMain.on('log', (event, level, text) => {
  entries.push({ level, text });
  console.log(`${level.padEnd(5)} window ${event.sender.id}: ${text}`);
  // Main may still say something, as a message of its own. It goes to the frame that wrote.
  if (level === 'error') event.reply('log:noted', entries.length);
});

app.whenReady().then(() => {
  // The page is the app's own and loads nothing from elsewhere, so it may use Node's require.
  const window = new BrowserWindow({
    webPreferences: { nodeIntegration: true, contextIsolation: false },
  });
  window.loadFile('index.html');
});

app.on('window-all-closed', () => app.quit());
