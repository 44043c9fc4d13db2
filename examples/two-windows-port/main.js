const { app, BrowserWindow, MessageChannelMain } = require('electron');
const path = require('node:path');

async function open(page) {
  const window = new BrowserWindow({
    webPreferences: { preload: path.join(__dirname, 'preload.js') },
  });
  await window.loadFile(page);
  return window;
}

app.whenReady().then(async () => {
  const editor = await open('editor.html');
  const preview = await open('preview.html');

  // Each window gets one end. From here on main sees nothing of what they say.
  const { port1, port2 } = new MessageChannelMain();
  editor.webContents.postMessage('port', null, [port1]);
  preview.webContents.postMessage('port', null, [port2]);
});

app.on('window-all-closed', () => app.quit());
