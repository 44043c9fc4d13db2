
ipcMain.handle('greet', (event, name) => {
  console.log(`main: '${name}' is asking, process ${event.sender.getOSProcessId()}`);
  event.sender.send('news', `main is process ${process.pid}`);
  return `hello, ${name}`;
});

app.whenReady().then(() => {
  console.log('main: opening a window, which is a process of its own');
  const window = new BrowserWindow({ webPreferences: { nodeIntegration: true, contextIsolation: false } });
  window.webContents.on('did-finish-load', () => console.log('main: its page has loaded'));
  window.loadURL(`data:text/html,${encodeURIComponent(page)}`);
});
